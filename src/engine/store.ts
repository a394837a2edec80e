import type { Alert, Group } from '../alerts/alert.ts'
import type { Change } from '../alerts/source.ts'
import type { Directory } from '../directory/directory.ts'
import type { Climb } from '../escalation/climb.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Recent } from '../notify/bundle.ts'
import type { Told } from '../notify/notice-store.ts'
import type { Attempt, Page } from '../notify/page.ts'
import type { Entry } from '../timeline/entry.ts'

/** The rows that the engine moves. Locks are always taken in this order. */
export type Rows = { alert: Alert; group: Group; climb: Climb; page: Page; attempt: Attempt }
export type Kind = keyof Rows
export const KINDS: readonly Kind[] = ['alert', 'group', 'climb', 'page', 'attempt']

/** Kinds that carry a `wakeAt` and are found by the beat. */
export type DueKind = 'alert' | 'climb' | 'attempt'

/** The look-ups the engine needs, each with the values it is asked for. */
export type Lookup =
  | { kind: 'alert'; by: 'id' | 'groupId'; values: readonly Id[] }
  | { kind: 'alert'; by: 'currentKey'; values: readonly { sourceId: Id; dedupKey: string }[] }
  | { kind: 'group'; by: 'id' | 'openKey'; values: readonly string[] }
  | { kind: 'climb'; by: 'id'; values: readonly Id[] }
  | { kind: 'page'; by: 'id' | 'climbId'; values: readonly Id[] }
  | { kind: 'attempt'; by: 'id' | 'pageId' | 'providerId'; values: readonly string[] }

export type Signalled = {
  id: Id
  requestId: Id
  sourceId: Id
  alertId: Id | null
  receivedAt: Instant
  occurredAt: Instant | null
  action: string
  dedupKey: string
  verdict: string
}

/** One inbound HTTP request as it came, with what became of it. */
export type Requested = {
  id: Id
  sourceId: Id
  receivedAt: Instant
  path: string
  body: string
  status: number
  verdict: Readonly<Record<string, unknown>>
  /** Deploys and other changes that it told of: shown beside alerts, never paged. */
  changes: readonly (Change & { id: Id })[]
  replayOf: Id | null
}

/** One transaction. What it reads is locked until it ends, unless it only peeks. */
export type EngineTx = {
  /** The database clock, read once when the transaction began. */
  readonly now: Instant
  directory(): Promise<Directory>
  /**
   * Rows whose `wakeAt` has come, oldest first, without those another worker holds; of alerts so
   * many for each source, so that one that floods us keeps no other waiting; a climb
   * together with its group, so that locks are never waited for out of order.
   */
  due<K extends DueKind>(kind: K, max: number): Promise<Rows[K][]>
  find<L extends Lookup>(lookup: L): Promise<Rows[L['kind']][]>
  /** The same without a lock: for reading what another lock covers, or for finding out what to lock. */
  peek<L extends Lookup>(lookup: L): Promise<Rows[L['kind']][]>
  /** Inserts or replaces whole rows by id. */
  save<K extends Kind>(kind: K, rows: readonly Rows[K][]): Promise<void>
  /** Puts a row aside, touching nothing else of it: it may hold what cannot be written back. */
  setAside(kind: 'alert' | 'climb', id: Id, why: string): Promise<void>
  record(entries: readonly Entry[]): Promise<void>
  recordSignals(requests: readonly Requested[], signals: readonly Signalled[]): Promise<void>
  /** Tells people what they need not answer. */
  tell(notices: readonly Told[], makeId: () => Id): Promise<void>
  /** Uses a contact no more, and gives whether it was in use until now. */
  switchOff(contactId: Id, why: string): Promise<boolean>
  /** What these contacts were sent since then. */
  sentSince(contactIds: readonly Id[], since: Instant): Promise<Recent[]>
}

/**
 * What the engine asks of storage. Two implementations, PostgreSQL and memory, pass one contract
 * suite, so that the simulator runs the engine itself and not a model of it.
 */
export type EngineStore = {
  /** Runs `work` in one transaction of the named pool; when it throws, nothing has happened. */
  transaction<T>(pool: 'paging' | 'ingest' | 'web', work: (tx: EngineTx) => Promise<T>): Promise<T>
}
