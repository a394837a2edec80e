/**
 * The hot door. Requests that arrive while a batch is being written wait for the next one and are
 * written together: fold in memory, one statement a table, commit, then answer all. Nothing is
 * answered 2xx before it is committed (I1); silence, grouping and routing come after, off the
 * request. A request that cannot be folded harms no other: the batch is repeated one by one.
 */
import type { Alert } from '../alerts/alert.ts'
import { fold, type FoldVerdict } from '../alerts/fold.ts'
import type { Received, Signal } from '../alerts/source.ts'
import type { Id } from '../lib/id.ts'
import { truncate } from '../lib/text.ts'
import type { EngineStore, EngineTx, Requested, Signalled } from './store.ts'
import type { Tools } from './tools.ts'

export type Inbound = {
  sourceId: Id
  path: string
  /** The body as it came. */
  body: string
  received: Received
  status: number
  replayOf: Id | null
}

export type Accepted =
  | { kind: 'stored'; requestId: Id; verdicts: readonly FoldVerdict[] }
  | { kind: 'shed'; retryAfterSeconds: number }

export type Intake = {
  accept(inbound: Inbound): Promise<Accepted>
  /** Requests that wait to be written. */
  waiting(): number
}

/** Signals written by one transaction. */
export const BATCH_SIGNALS_MAX = 500
/** Above so many waiting signals new ones are refused with Retry-After: refused is not lost. */
export const WAITING_SIGNALS_MAX = 20_000
export const RETRY_AFTER_SECONDS = 2
const TITLE_MAX = 1_024

type Waiting = {
  inbound: Inbound
  done: (accepted: Accepted) => void
  failed: (cause: unknown) => void
}

/** @param onStored called after each commit: a nudge for the beat */
export function createIntake(store: EngineStore, tools: Tools, onStored: () => void): Intake {
  const waiting: Waiting[] = []
  let waitingSignals = 0
  let isWriting = false

  async function writeAll(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      for (const one of batch) waitingSignals -= weight(one.inbound)
      await writeBatch(batch)
      onStored()
    }
    isWriting = false
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const accepted = await store.transaction('ingest', (tx) => write(tx, batch, tools))
      batch.forEach((one, index) => {
        const result = accepted[index]
        if (result) one.done(result)
      })
    } catch (cause) {
      if (batch.length === 1) batch[0]?.failed(cause)
      else for (const one of batch) await writeBatch([one])
    }
  }

  return {
    waiting: () => waiting.length,
    accept(inbound) {
      if (waitingSignals >= WAITING_SIGNALS_MAX) {
        return Promise.resolve({ kind: 'shed', retryAfterSeconds: RETRY_AFTER_SECONDS })
      }
      return new Promise((done, failed) => {
        waiting.push({ inbound, done, failed })
        waitingSignals += weight(inbound)
        if (!isWriting) void writeAll()
      })
    },
  }
}

const weight = (inbound: Inbound): number => Math.max(1, inbound.received.signals.length)

function takeBatch(waiting: Waiting[]): Waiting[] {
  let signals = 0
  let count = 0
  while (count < waiting.length && (count === 0 || signals < BATCH_SIGNALS_MAX)) {
    signals += weight((waiting[count] as Waiting).inbound)
    count += 1
  }
  return waiting.splice(0, count)
}

async function write(tx: EngineTx, batch: readonly Waiting[], tools: Tools): Promise<Accepted[]> {
  const known = await currentAlerts(tx, batch)
  const changed = new Map<Id, Alert>()
  const requests: Requested[] = []
  const signals: Signalled[] = []
  const answers = batch.map(({ inbound }): Accepted => {
    const requestId = tools.makeId(tx.now)
    const verdicts = inbound.received.signals.map((signal) => {
      const { alert, verdict } = foldOne(known, changed, signal, inbound.sourceId, tx.now, tools)
      signals.push(
        signalled(
          tools.makeId(tx.now),
          requestId,
          inbound.sourceId,
          signal,
          alert,
          verdict,
          tx.now,
        ),
      )
      return verdict
    })
    requests.push({
      id: requestId,
      sourceId: inbound.sourceId,
      receivedAt: tx.now,
      path: inbound.path,
      body: inbound.body,
      status: inbound.status,
      verdict: { verdicts, problems: inbound.received.problems },
      changes: inbound.received.changes.map((change) => ({ ...change, id: tools.makeId(tx.now) })),
      replayOf: inbound.replayOf,
    })
    return { kind: 'stored', requestId, verdicts }
  })
  // Ended episodes first: only one episode of a key may be current at a time.
  const rows = [...changed.values()]
  await tx.save('alert', [
    ...rows.filter((alert) => !alert.current),
    ...rows.filter((alert) => alert.current),
  ])
  await tx.recordSignals(requests, signals)
  return answers
}

const keyOf = (sourceId: Id, dedupKey: string): string => `${sourceId}\n${dedupKey}`

async function currentAlerts(tx: EngineTx, batch: readonly Waiting[]): Promise<Map<string, Alert>> {
  const keys = new Map<string, { sourceId: Id; dedupKey: string }>()
  for (const { inbound } of batch) {
    for (const { dedupKey } of inbound.received.signals) {
      keys.set(keyOf(inbound.sourceId, dedupKey), { sourceId: inbound.sourceId, dedupKey })
    }
  }
  if (keys.size === 0) return new Map()
  const values = [...keys.values()].sort((a, b) => (a.dedupKey < b.dedupKey ? -1 : 1))
  const alerts = await tx.find({ kind: 'alert', by: 'currentKey', values })
  return new Map(alerts.map((alert) => [keyOf(alert.sourceId, alert.dedupKey), alert]))
}

function foldOne(
  known: Map<string, Alert>,
  changed: Map<Id, Alert>,
  signal: Signal,
  sourceId: Id,
  now: number,
  tools: Tools,
): { alert: Alert | null; verdict: FoldVerdict } {
  const key = keyOf(sourceId, signal.dedupKey)
  const before = known.get(key) ?? null
  const bounded =
    signal.title.length > TITLE_MAX
      ? { ...signal, title: truncate(signal.title, TITLE_MAX) }
      : signal
  const folded = fold(before, bounded, { now, sourceId, makeId: () => tools.makeId(now) })
  if (folded.ended) changed.set(folded.ended.id, folded.ended)
  if (folded.alert && folded.alert !== before) {
    changed.set(folded.alert.id, folded.alert)
    known.set(key, folded.alert)
  }
  return folded
}

const signalled = (
  id: Id,
  requestId: Id,
  sourceId: Id,
  signal: Signal,
  alert: Alert | null,
  verdict: FoldVerdict,
  now: number,
): Signalled => ({
  id,
  requestId,
  sourceId,
  alertId: alert?.id ?? null,
  receivedAt: now,
  occurredAt: signal.occurredAt,
  action: signal.action,
  dedupKey: signal.dedupKey,
  verdict,
})
