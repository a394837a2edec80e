import type { Links } from '../access/secret.ts'
import type { Signer } from '../audit/signature.ts'
import type { Db } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { ActDeps } from '../engine/act.ts'
import type { Health } from '../engine/health.ts'
import type { Intake } from '../engine/intake.ts'
import type { Spend } from '../engine/spend.ts'
import type { Tools } from '../engine/tools.ts'
import type { SourceKind } from '../alerts/source.ts'
import type { Channel, ChannelDescription, Destination, Outcome } from '../notify/channel.ts'
import type { Ear, Hear } from '../notify/reply.ts'
import type { PlanDeps } from '../plan/deps.ts'
import type { PretendScreen } from '../integrations/pretend/send.ts'
import type { Sealer } from '../lib/seal.ts'
import type { Provider } from '../sign-in/provider.ts'

/** What the doors are given by the composition root. */
export type HttpDeps = ActDeps & {
  db: Db
  directoryAt: DirectoryCache
  tools: Tools
  intake: Intake
  sourceKinds: readonly SourceKind[]
  channels: readonly ChannelDescription[]
  channelOf: (kind: string) => Channel | null
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  /** Vendors who call us back, and where what they tell goes. */
  ears: readonly Ear[]
  hear: Hear
  reloadChannels: () => Promise<void>
  screen: PretendScreen
  plan: PlanDeps
  sealer: Sealer
  /** Signs the heads of the audit. */
  signer: Signer
  /** Who vouches for people. */
  provider: Provider
  links: Links
  health: () => Promise<Health>
  metrics: () => Promise<string>
  adminToken: string | null
  /** Where people reach it; without a slash at the end. */
  publicUrl: string
  /** Files of the web app by path. */
  assets: ReadonlyMap<string, { body: Buffer; type: string; isImmutable: boolean }>
  /** Writes a backup into a file of our own; the caller reads it and removes it. */
  backup: () => Promise<{ path: string; remove(): void }>
  /** Codes that prove a contact. */
  testCodes: { hash(contactId: string, code: string): Buffer }
  /** The key that browsers subscribe to; null: what is set is no key. */
  pushKey: () => string | null
  /** Numbers that pages come from, of all carriers. */
  callerNumbers: () => string[]
  /** Why a test is not sent there, for what it costs; null: it may be, and was counted. */
  spendRefusal: Spend['refusal']
  /** Channels that cost more this month than they may. */
  overCap: Spend['overCap']
  testSend: (contactId: string) => Promise<Outcome>
  log: (level: 'info' | 'warn' | 'error', what: string, detail?: Record<string, unknown>) => void
  version: string
}
