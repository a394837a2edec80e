import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import type { Listener } from '../notify/reply.ts'
import { LISTEN_LEASE_MS, type ListenDeps, listenOnce, startListening } from './listen.ts'

const BEGIN = Date.UTC(2026, 10, 23, 14)
const [ONE, OTHER] = ['1', '2'].map((n) => `01a208cf-3c5f-74fc-a70b-f8776f004ae${n}`) as [
  string,
  string,
]
let database: FreshDatabase
let now = BEGIN
beforeAll(async () => {
  database = await freshDatabase({ clock: { toVirtual: () => now } })
})
afterAll(() => database.drop())
beforeEach(async () => {
  now = BEGIN
  await database.db.withTx('chores', (tx) => tx.query('truncate listeners'))
})

const never = new AbortController().signal
const deps = (node: string, more: Partial<ListenDeps> = {}): ListenDeps => ({
  db: database.db,
  node,
  settingsOf: () => ({ token: 'x' }),
  hear: async () => ({ done: true, sentence: null }),
  timeLimit: () => never,
  ...more,
})

/** Counts up its cursor; `seen` are the cursors it was given. */
function counter(): Listener & { seen: (string | null)[] } {
  const seen: (string | null)[] = []
  return {
    vendor: 'counter',
    seen,
    isWanted: (settings) => settings.token !== undefined,
    async listen(_settings, cursor) {
      seen.push(cursor)
      return String(Number(cursor ?? 0) + 1)
    },
  }
}

test('a vendor that is not set up is not asked', async () => {
  const listener = counter()
  expect(await listenOnce(deps(ONE, { settingsOf: () => ({}) }), listener, never)).toBe(false)
  expect(listener.seen).toEqual([])
})

test('the cursor is handed on from round to round and from node to node', async () => {
  const listener = counter()
  await listenOnce(deps(ONE), listener, never)
  await listenOnce(deps(ONE), listener, never)
  await listenOnce(deps(OTHER), listener, never)
  expect(listener.seen).toEqual([null, '1', '2'])
})

test('while one node asks, no other does; when it dies, another is there within half a minute', async () => {
  const hanging = new AbortController()
  let begun = (): void => undefined
  const isBegun = new Promise<void>((done) => (begun = done))
  const stuck: Listener = {
    ...counter(),
    listen: () => {
      begun()
      return new Promise(() => undefined)
    },
  }
  const first = listenOnce(deps(ONE), stuck, hanging.signal)
  await isBegun
  const listener = counter()
  expect(await listenOnce(deps(OTHER), listener, never)).toBe(false)
  expect(LISTEN_LEASE_MS).toBeLessThan(30_000)
  now += LISTEN_LEASE_MS
  expect(await listenOnce(deps(OTHER), listener, never)).toBe(true)
  // The first comes back from the dead: the cursor stays where the second has moved it.
  hanging.abort()
  expect(await first).toBe(false)
  await listenOnce(deps(OTHER), listener, never)
  expect(listener.seen).toEqual([null, '1'])
})

test('a vendor that fails is asked again after growing pauses, by no node sooner', async () => {
  const tries: number[] = []
  const failing: Listener = {
    ...counter(),
    async listen() {
      tries.push((now - BEGIN) / 1_000)
      throw new Error('no answer')
    },
  }
  for (let second = 0; second < 20; second += 1) {
    now = BEGIN + second * 1_000
    for (const node of [ONE, OTHER])
      await listenOnce(deps(node), failing, never).catch(() => undefined)
  }
  expect(tries).toEqual([0, 1, 3, 7, 15])
})

test('a listener that does not come back in time is left, and the next round begins', async () => {
  const limit = AbortSignal.abort()
  const stuck: Listener = { ...counter(), listen: () => new Promise(() => undefined) }
  expect(await listenOnce(deps(ONE, { timeLimit: () => limit }), stuck, never)).toBe(true)
})

test('stopping ends the round that is under way', async () => {
  const troubles: unknown[] = []
  let signalled = false
  let begun = (): void => undefined
  const isBegun = new Promise<void>((done) => (begun = done))
  const waiting: Listener = {
    ...counter(),
    listen: (_settings, cursor, _hear, signal) =>
      new Promise((done) => {
        begun()
        signal.addEventListener('abort', () => {
          signalled = true
          done(cursor)
        })
      }),
  }
  const listening = startListening(deps(ONE), [waiting], (cause) => troubles.push(cause))
  await isBegun
  await listening.stop()
  expect([signalled, troubles]).toEqual([true, []])
})
