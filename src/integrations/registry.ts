/** The one list of vendors. */
import type { SourceKind } from '../alerts/source.ts'
import type { Egress } from '../egress/egress.ts'
import type { Channel, ChannelDescription } from '../notify/channel.ts'
import type { Ear, Listener } from '../notify/reply.ts'
import { alertmanager } from './alertmanager/receive.ts'
import { grafana } from './grafana/receive.ts'
import { createNtfyChannel, describeNtfy } from './ntfy/send.ts'
import { pagerdutyEvents } from './pagerduty-events/receive.ts'
import { createPretendChannel, describePretend, type PretendScreen } from './pretend/send.ts'
import { createSlackEar } from './slack/hear.ts'
import { createSlackListener } from './slack/listen.ts'
import { createSlackChannel, describeSlack } from './slack/send.ts'
import { createEmailChannel, describeEmail } from './smtp/send.ts'
import { createTelegramEar } from './telegram/hear.ts'
import { createTelegramListener } from './telegram/listen.ts'
import { createTelegramChannel, describeTelegram } from './telegram/send.ts'
import { createWebhookChannel, describeWebhook } from './webhook/send.ts'

export const SOURCE_KINDS: readonly SourceKind[] = [pagerdutyEvents, alertmanager, grafana]

export const CHANNELS: readonly ChannelDescription[] = [
  describeWebhook,
  describeEmail,
  describeNtfy,
  describeSlack,
  describeTelegram,
  describePretend,
]

/** Doors for vendors who call us: what speaks to them again goes out through `egress`. */
export const EARS: readonly ((egress: Egress) => Ear)[] = [createSlackEar, createTelegramEar]

/** Vendors who are asked instead. */
export const LISTENERS: readonly ((egress: Egress) => Listener)[] = [
  createSlackListener,
  createTelegramListener,
]

export function createChannels(egress: Egress): {
  of: (kind: string) => Channel | null
  all: readonly Channel[]
  screen: PretendScreen
} {
  const screen = createPretendChannel()
  const all: readonly Channel[] = [
    createWebhookChannel(egress),
    createEmailChannel(egress),
    createNtfyChannel(egress),
    createSlackChannel(egress),
    createTelegramChannel(egress),
    screen,
  ]
  const byKind = new Map(all.map((channel) => [channel.describe.kind, channel]))
  return { of: (kind) => byKind.get(kind) ?? null, all, screen }
}
