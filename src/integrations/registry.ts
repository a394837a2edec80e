/** The one list of vendors. */
import type { SourceKind } from '../alerts/source.ts'
import type { Egress } from '../egress/egress.ts'
import type { Channel, ChannelDescription } from '../notify/channel.ts'
import type { Ear, Listener } from '../notify/reply.ts'
import { alertmanager } from './alertmanager/receive.ts'
import { grafana } from './grafana/receive.ts'
import { httpSmsEar } from './http-sms/hear.ts'
import { createNtfyChannel, describeNtfy } from './ntfy/send.ts'
import { pagerdutyEvents } from './pagerduty-events/receive.ts'
import { createPretendChannel, describePretend, type PretendScreen } from './pretend/send.ts'
import { createEmailChannel, describeEmail } from './smtp/send.ts'
import { twilioEar } from './twilio/hear.ts'
import { voiceWebhookEar } from './voice-webhook/hear.ts'
import { createWebhookChannel, describeWebhook } from './webhook/send.ts'

export const SOURCE_KINDS: readonly SourceKind[] = [pagerdutyEvents, alertmanager, grafana]

export const CHANNELS: readonly ChannelDescription[] = [
  describeWebhook,
  describeEmail,
  describeNtfy,
  describePretend,
]

/** Vendors who call us back. */
export const EARS: readonly Ear[] = [twilioEar, httpSmsEar, voiceWebhookEar]

/** Vendors whom we ask. */
export const LISTENERS: readonly Listener[] = []

export function createChannels(egress: Egress): {
  of: (kind: string) => Channel | null
  screen: PretendScreen
} {
  const screen = createPretendChannel()
  const all = [
    createWebhookChannel(egress),
    createEmailChannel(egress),
    createNtfyChannel(egress),
    screen,
  ]
  const byKind = new Map<string, Channel>(all.map((channel) => [channel.describe.kind, channel]))
  return { of: (kind) => byKind.get(kind) ?? null, screen }
}
