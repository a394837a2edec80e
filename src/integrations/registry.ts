/** The one list of vendors. */
import type { SourceKind } from '../alerts/source.ts'
import type { Egress } from '../egress/egress.ts'
import type { CarrierDescription } from '../notify/carrier.ts'
import type { Channel, ChannelDescription, Field } from '../notify/channel.ts'
import type { Ear, Listener } from '../notify/reply.ts'
import type { MetricsReader } from '../slo/indicator.ts'
import { alertmanager } from './alertmanager/receive.ts'
import { grafana } from './grafana/receive.ts'
import { httpSmsEar } from './http-sms/hear.ts'
import { createHttpSmsCarrier, describeHttpSms } from './http-sms/send.ts'
import { createNtfyChannel, describeNtfy } from './ntfy/send.ts'
import { pagerdutyEvents } from './pagerduty-events/receive.ts'
import { createPretendChannel, describePretend, type PretendScreen } from './pretend/send.ts'
import { createPrometheus } from './prometheus/read.ts'
import { createSlackEar } from './slack/hear.ts'
import { createSlackListener } from './slack/listen.ts'
import { createSlackChannel, describeSlack } from './slack/send.ts'
import { createEmailChannel, describeEmail } from './smtp/send.ts'
import { describeCarrier, describeTelephone } from './telephone/describe.ts'
import { createTelephoneChannel } from './telephone/send.ts'
import { createStandings, type Standings } from './telephone/standings.ts'
import { createTelegramEar } from './telegram/hear.ts'
import { createTelegramListener } from './telegram/listen.ts'
import { createTelegramChannel, describeTelegram } from './telegram/send.ts'
import { twilioEar } from './twilio/hear.ts'
import { createTwilioCarrier, describeTwilio } from './twilio/send.ts'
import { voiceWebhookEar } from './voice-webhook/hear.ts'
import { createVoiceWebhookCarrier, describeVoiceWebhook } from './voice-webhook/send.ts'
import { createWebPushChannel, describeWebPush } from './web-push/send.ts'
import { createWebhookChannel, describeWebhook } from './webhook/send.ts'

export const SOURCE_KINDS: readonly SourceKind[] = [pagerdutyEvents, alertmanager, grafana]

/** Who carries texts and calls. While nothing is known of how well they do, the first goes first. */
export const CARRIERS: readonly CarrierDescription[] = [
  describeTwilio,
  describeHttpSms,
  describeVoiceWebhook,
]

const CANARY: Field = {
  name: 'canary',
  label: 'Daily check',
  kind: 'boolean',
  required: false,
  help: 'A quiet message to each proven contact on working days, in the day of its owner. What fails is named by doctor.',
}

/** Where nobody's phone rings for it. */
const withCanary = (described: ChannelDescription): ChannelDescription => ({
  ...described,
  settings: [...described.settings, CANARY],
})

/** All that has settings: ways to reach a person, and their carriers. */
export const CHANNELS: readonly ChannelDescription[] = [
  ...[
    describeWebhook,
    describeEmail,
    describeNtfy,
    describeSlack,
    describeTelegram,
    describeWebPush,
  ].map(withCanary),
  describePretend,
  describeTelephone('sms', CARRIERS),
  describeTelephone('call', CARRIERS),
  ...CARRIERS.map(describeCarrier),
]

/** Vendors who call us back: what speaks to them again goes out through `egress`. */
export const EARS: readonly ((egress: Egress) => Ear)[] = [
  () => twilioEar,
  () => httpSmsEar,
  () => voiceWebhookEar,
  createSlackEar,
  createTelegramEar,
]

/** Vendors whom we ask instead. */
export const LISTENERS: readonly ((egress: Egress) => Listener)[] = [
  createSlackListener,
  createTelegramListener,
]

/** Engines of metrics that objectives are counted by. */
export const METRICS_READERS: readonly ((egress: Egress) => MetricsReader)[] = [createPrometheus]

/** @param publicUrl where providers can reach us, as the operator has set it; null: nowhere */
export function createChannels(
  egress: Egress,
  publicUrl: string | null,
): {
  of: (kind: string) => Channel | null
  all: readonly Channel[]
  screen: PretendScreen
  standings: Standings
} {
  const screen = createPretendChannel()
  const standings = createStandings()
  const deps = { egress, publicUrl }
  const carriers = [
    createTwilioCarrier(deps),
    createHttpSmsCarrier(deps),
    createVoiceWebhookCarrier(deps),
  ]
  const all: readonly Channel[] = [
    createWebhookChannel(egress),
    createEmailChannel(egress),
    createNtfyChannel(egress),
    createSlackChannel(egress),
    createTelegramChannel(egress),
    createWebPushChannel(deps),
    createTelephoneChannel('sms', carriers, standings),
    createTelephoneChannel('call', carriers, standings),
    screen,
  ]
  const byKind = new Map(all.map((channel) => [channel.describe.kind, channel]))
  return { of: (kind) => byKind.get(kind) ?? null, all, screen, standings }
}
