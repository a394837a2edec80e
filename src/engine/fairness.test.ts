import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import type { Alert } from '../alerts/alert.ts'
import { makeId } from '../lib/id.ts'
import type { EngineStore } from './store.ts'
import { createMemoryStore } from './store-memory.ts'
import { createSqlStore } from './store-sql.ts'

const NOW = Date.UTC(2026, 10, 23, 14)
let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ clock: { toVirtual: () => NOW } })
})
afterAll(() => fresh.drop())

const id = (): string => makeId(NOW, randomBytes)

const alertOf = (sourceId: string, number: number, wakeAt: number): Alert => ({
  id: id(),
  number: null,
  sourceId,
  dedupKey: `${sourceId} ${number}`,
  current: true,
  status: 'firing',
  severity: 'warning',
  title: 'x',
  labels: {},
  annotations: {},
  links: [],
  signalGroupKey: null,
  startedAt: NOW,
  resolvedAt: null,
  updatedAt: NOW,
  endsAt: null,
  lastTrigger: null,
  lastResolve: null,
  lastAcknowledge: null,
  acknowledgedByWire: false,
  signalCount: 1,
  flips: [],
  serviceId: null,
  teamId: null,
  visibility: 'everyone',
  urgency: 'high',
  groupId: null,
  share: 'none',
  suppression: null,
  wakeAt,
  drillId: null,
  quarantine: null,
})

const [flood, calm, later] = [id(), id(), id()]
const ALERTS = [
  ...Array.from({ length: 300 }, (_, number) => alertOf(flood, number, NOW - 10_000 + number)),
  alertOf(calm, 1, NOW),
  alertOf(later, 1, NOW + 1),
]

const stores: [string, () => EngineStore][] = [
  ['PostgreSQL', () => createSqlStore(fresh.db, async () => ({}) as never)],
  [
    'memory',
    () =>
      createMemoryStore(
        () => NOW,
        () => ({}) as never,
      ),
  ],
]

for (const [name, make] of stores) {
  test(`a source that floods us keeps no other waiting: each has its share of what is due (${name})`, async () => {
    const store = make()
    await store.transaction('ingest', (tx) => tx.save('alert', ALERTS))
    const due = await store.transaction('paging', (tx) => tx.due('alert', 10))
    expect(due.filter((one) => one.sourceId === flood).map((one) => one.wakeAt)).toEqual(
      Array.from({ length: 10 }, (_, number) => NOW - 10_000 + number),
    )
    expect(due.filter((one) => one.sourceId === calm)).toHaveLength(1)
    expect(due.filter((one) => one.sourceId === later)).toEqual([])
  })
}
