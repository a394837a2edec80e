/**
 * The engine's storage in memory, for the simulator: transactions that happen whole or not at all,
 * one after the other, with the unique constraints of the tables. Crashes are put in by `onCommit`.
 */
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Entry } from '../timeline/entry.ts'
import {
  type EngineStore,
  type EngineTx,
  KINDS,
  type Kind,
  type Lookup,
  type Rows,
  type Signalled,
} from './store.ts'

export type Memory = {
  rows: { [K in Kind]: Map<Id, Rows[K]> }
  entries: Entry[]
  signals: Signalled[]
}

export type MemoryStore = EngineStore & {
  memory: Memory
  /** Throws to break a transaction: before it is committed, or after. */
  onCommit: (when: 'before' | 'after', pool: string) => void
}

const empty = (): Memory => ({
  rows: {
    alert: new Map(),
    group: new Map(),
    climb: new Map(),
    page: new Map(),
    attempt: new Map(),
  },
  entries: [],
  signals: [],
})

export function createMemoryStore(clock: () => Instant, directory: () => Directory): MemoryStore {
  const memory = empty()
  let turn: Promise<unknown> = Promise.resolve()
  const store: MemoryStore = {
    memory,
    onCommit: () => undefined,
    transaction(pool, work) {
      const mine = turn.then(() => perform(memory, store, clock(), directory(), pool, work))
      turn = mine.catch(() => undefined)
      return mine
    },
  }
  return store
}

async function perform<T>(
  memory: Memory,
  store: MemoryStore,
  now: Instant,
  directory: Directory,
  pool: string,
  work: (tx: EngineTx) => Promise<T>,
): Promise<T> {
  const draft = empty()
  const all = <K extends Kind>(kind: K): Rows[K][] => [
    ...new Map<Id, Rows[K]>([
      ...(memory.rows[kind] as Map<Id, Rows[K]>),
      ...(draft.rows[kind] as Map<Id, Rows[K]>),
    ]).values(),
  ]
  const look = async <L extends Lookup>(lookup: L): Promise<Rows[L['kind']][]> =>
    all(lookup.kind as L['kind'])
      .filter((row) => fits(lookup, row as never))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  let number = memory.rows.alert.size
  const tx: EngineTx = {
    now,
    directory: async () => directory,
    async due(kind, max) {
      const due = all(kind).filter(
        (row) =>
          row.wakeAt !== null &&
          row.wakeAt <= now &&
          !('quarantine' in row && row.quarantine !== null),
      )
      const urgent = (row: object): number =>
        'slot' in row && 'urgency' in row && row.urgency !== 'high' ? 1 : 0
      const shares = new Map<string, number>()
      return due
        .sort((a, b) => urgent(a) - urgent(b) || (a.wakeAt ?? 0) - (b.wakeAt ?? 0))
        .filter((row) => {
          // Of alerts so many for each source, of all else so many in all.
          const share = kind === 'alert' ? (row as Rows['alert']).sourceId : ''
          const taken = (shares.get(share) ?? 0) + 1
          shares.set(share, taken)
          return taken <= max
        })
    },
    find: look,
    peek: look,
    async save(kind, rows) {
      for (const row of rows) {
        const numbered =
          kind === 'alert' && (row as Rows['alert']).number === null
            ? { ...row, number: (number += 1) }
            : row
        ;(draft.rows[kind] as Map<Id, unknown>).set(row.id, structuredClone(numbered))
      }
    },
    async setAside(kind, id, why) {
      const row = all(kind).find((one) => one.id === id)
      if (row) (draft.rows[kind] as Map<Id, unknown>).set(id, { ...row, quarantine: why })
    },
    tell: async () => undefined,
    switchOff: async () => false,
    record: async (entries) => void draft.entries.push(...(structuredClone(entries) as Entry[])),
    recordSignals: async (_requests, signals) => void draft.signals.push(...signals),
    async sentSince(contactIds, since) {
      return all('attempt').flatMap((attempt) =>
        attempt.startedAt !== null &&
        attempt.startedAt > since &&
        attempt.bundledInto === null &&
        contactIds.includes(attempt.contactId)
          ? [{ contactId: attempt.contactId, serviceId: attempt.serviceId, at: attempt.startedAt }]
          : [],
      )
    },
  }
  const result = await work(tx)
  refuseTwins(all)
  store.onCommit('before', pool)
  for (const kind of KINDS) {
    for (const [id, row] of draft.rows[kind]) (memory.rows[kind] as Map<Id, unknown>).set(id, row)
  }
  memory.entries.push(...draft.entries)
  memory.signals.push(...draft.signals)
  store.onCommit('after', pool)
  return result
}

function fits(lookup: Lookup, row: Record<string, unknown>): boolean {
  switch (lookup.by) {
    case 'openKey':
      return row.status !== 'resolved' && lookup.values.includes(row.key as string)
    case 'currentKey':
      return (
        row.current === true &&
        lookup.values.some((key) => key.sourceId === row.sourceId && key.dedupKey === row.dedupKey)
      )
    default:
      return lookup.values.includes(row[lookup.by] as Id)
  }
}

/** What unique indexes refuse in PostgreSQL. */
function refuseTwins(all: <K extends Kind>(kind: K) => Rows[K][]): void {
  const once = (name: string, keys: readonly string[]): void => {
    if (new Set(keys).size !== keys.length) throw new Error(`unique constraint ${name}`)
  }
  once(
    'alerts_current',
    all('alert')
      .filter((row) => row.current)
      .map((row) => `${row.sourceId} ${row.dedupKey}`),
  )
  once(
    'groups_open',
    all('group')
      .filter((row) => row.status !== 'resolved')
      .map((row) => row.key),
  )
  once(
    'climbs_live',
    all('climb')
      .filter((row) => row.endedAt === null)
      .map((row) => row.subjectId),
  )
  once(
    'pages_effect',
    all('page').map((row) => row.effectKey),
  )
  once(
    'attempts_slot',
    all('attempt').map((row) => `${row.pageId} ${row.slot} ${row.tryNumber}`),
  )
}
