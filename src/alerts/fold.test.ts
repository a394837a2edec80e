import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE } from '../lib/instant.ts'
import type { Alert } from './alert.ts'
import { expire, fold } from './fold.ts'
import type { Signal } from './source.ts'

let made = 0
const facts = (now: number) => ({ now, sourceId: 's', makeId: () => `id-${(made += 1)}` })
const signal = (action: Signal['action'], occurredAt: number | null, title = 'x'): Signal => ({
  action,
  occurredAt,
  title,
  dedupKey: 'k',
  groupKey: null,
  severity: 'critical',
  labels: {},
  annotations: {},
  links: [],
  endsAt: null,
})

/** Folds in the given order, a second apart, long after they happened. */
function foldAll(signals: readonly Signal[], from = 1_000 * MINUTE): Alert | null {
  let alert: Alert | null = null
  signals.forEach((one, index) => {
    alert = fold(alert, one, facts(from + index * 1_000)).alert ?? alert
  })
  return alert
}

test('a trigger opens, a repeat refreshes, a resolve ends, a trigger after it opens another', () => {
  const first = fold(null, signal('trigger', null), facts(1))
  expect(first.verdict).toBe('opened')
  const second = fold(first.alert, signal('trigger', null), facts(2))
  expect([second.verdict, second.alert?.signalCount]).toEqual(['refreshed', 2])
  const third = fold(second.alert, signal('resolve', null), facts(3))
  expect([third.verdict, third.alert?.status]).toEqual(['resolved', 'resolved'])
  const fourth = fold(third.alert, signal('trigger', null), facts(4))
  expect(fourth.verdict).toBe('reopened')
  expect(fourth.ended?.current).toBe(false)
  expect(fourth.alert?.id).not.toBe(first.alert?.id)
})

test('trigger and resolve in one batch, at the same instant of ours, end resolved', () => {
  const first = fold(null, signal('trigger', null), facts(5))
  expect(fold(first.alert, signal('resolve', null), facts(5)).alert?.status).toBe('resolved')
})

test('a late trigger does not reopen what a newer resolve closed (I9)', () => {
  const alert = foldAll([signal('trigger', 10), signal('resolve', 20), signal('trigger', 15)])
  expect(alert?.status).toBe('resolved')
})

test('a resolve that overtook its trigger wins when the trigger arrives', () => {
  expect(foldAll([signal('resolve', 20), signal('trigger', 10)])?.status).toBe('resolved')
  expect(foldAll([signal('resolve', 20), signal('trigger', 30)])?.status).toBe('firing')
})

test('a time in the future is a wrong clock and never keeps a real outage from paging', () => {
  const now = 1_000 * MINUTE
  const resolved = foldAll([signal('trigger', 10), signal('resolve', now + 1_000 * MINUTE)])
  expect(resolved?.status).toBe('resolved')
  const again = fold(resolved, signal('trigger', null), facts(now + 5 * MINUTE))
  expect(again.alert?.status).toBe('firing')
})

test('a resolve or acknowledge of nothing does nothing', () => {
  expect(fold(null, signal('resolve', null), facts(1))).toMatchObject({
    alert: null,
    verdict: 'nothingKnown',
  })
  expect(fold(null, signal('acknowledge', null), facts(1))).toMatchObject({
    alert: null,
    verdict: 'nothingKnown',
  })
})

test('an alert whose source stopped repeating it ends at the time it named', () => {
  const opened = fold(null, { ...signal('trigger', null), endsAt: 10 * MINUTE }, facts(1))
    .alert as Alert
  expect(expire(opened, 9 * MINUTE).status).toBe('firing')
  expect(expire(opened, 10 * MINUTE).status).toBe('resolved')
})

test('any order, repetition and delay of signals with source times converges to the same state (I9, 10,000 permutations)', () => {
  const history = fc
    .uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 7 })
    .chain((times) =>
      fc.tuple(
        ...times.map((at) =>
          fc
            .constantFrom<Signal['action']>('trigger', 'resolve')
            .map((action) => signal(action, at)),
        ),
      ),
    )
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat()), (signals, random) => {
      const newest = signals.toSorted((a, b) => (b.occurredAt ?? 0) - (a.occurredAt ?? 0))[0]
      const shuffled = [...signals, ...signals.slice(0, 2)]
        .map((one) => ({ one, rank: random.next().value as number }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ one }) => one)
      expect(foldAll(shuffled)?.status).toBe(newest?.action === 'trigger' ? 'firing' : 'resolved')
    }),
    { numRuns: 10_000 },
  )
})
