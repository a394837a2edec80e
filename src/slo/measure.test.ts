import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Fraction, toNumber } from '../lib/fraction.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import type { Count } from './budget.ts'
import { type Definition, meaningOf } from './definition.ts'
import {
  countOfHour,
  countWithin,
  emptyHour,
  type Hour,
  hourOf,
  partsOf,
  type Slot,
  withSlots,
} from './hours.ts'
import { askFor, measure, promisesOf } from './measure.ts'
import { type Counting, sumOf } from './slices.ts'
import type { Span } from './window.ts'

const NOW = Date.UTC(2026, 10, 23, 14, 2, 30)

const defined = (more: Partial<Definition> = {}) => {
  const meaning = meaningOf({
    description: null,
    target: '99.9%',
    window: '30d',
    slices: null,
    indicator: { metrics: null, good: null, bad: null, total: null, as_is: false },
    alerts: null,
    no_data: null,
    review: null,
    policy: null,
    ...more,
  })
  if (!meaning) throw new Error('it means nothing')
  return meaning
}

const hoursOf = (slots: readonly Slot[]): Hour[] => {
  const hours = new Map<number, Hour>()
  for (const slot of slots) {
    const at = hourOf(slot.at)
    hours.set(at, withSlots(hours.get(at) ?? emptyHour(at), [slot], 'add'))
  }
  return [...hours.values()]
}

/** Whole hours as they are stored, and the edges looked into. */
function countIn(hours: readonly Hour[], span: Span, counting: Counting): Count {
  const { whole, edges } = partsOf(span)
  const inside = hours.filter((one) => whole && one.hourAt >= whole.from && one.hourAt < whole.to)
  return sumOf([
    ...inside.map((one) => countOfHour(one, counting)),
    ...edges.flatMap((edge) =>
      hours
        .filter((one) => one.hourAt === hourOf(edge.from))
        .map((one) => countWithin(one, edge, counting)),
    ),
  ])
}

const of = (
  meaning: ReturnType<typeof defined>,
  slots: readonly Slot[],
  targets = [] as Parameters<typeof promisesOf>[0],
) => {
  const asked = askFor(meaning, promisesOf(targets), NOW)
  const hours = hoursOf(slots)
  const counts = [...asked.budget, ...asked.windows].map((span) =>
    countIn(hours, span, meaning.counting),
  )
  return measure(meaning, asked, counts)
}
const ago = (minutes: number, good: number, total: number): Slot => ({
  at: NOW - minutes * MINUTE,
  good,
  total,
})

test('sums by hours are the sums by minutes, whatever the span', () => {
  const slot = fc.record({
    at: fc.integer({ min: 0, max: 400 }),
    total: fc.integer({ min: 0, max: 1000 }),
    bad: fc.integer({ min: 0, max: 1000 }),
  })
  fc.assert(
    fc.property(
      fc.array(slot, { maxLength: 60 }),
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 400 }),
      (made, a, b) => {
        const slots = made.map(({ at, total, bad }) => ({
          at: at * MINUTE,
          total,
          good: Math.max(0, total - bad),
        }))
        const span = { from: Math.min(a, b) * MINUTE, to: Math.max(a, b) * MINUTE }
        const plain = sumOf(slots.filter((one) => one.at >= span.from && one.at < span.to))
        expect(countIn(hoursOf(slots), span, { kind: 'occurrences' })).toEqual(plain)
      },
    ),
  )
})

test('the budget, the burn and when it is gone', () => {
  // 1 % of a thousand a minute for an hour, all good for ten hours before.
  const slots = [
    ...Array.from({ length: 60 }, (_, minute) => ago(minute, 990, 1000)),
    ...Array.from({ length: 600 }, (_, minute) => ago(60 + minute, 1000, 1000)),
  ]
  const found = of(defined(), slots)
  expect(found.count).toEqual({ good: 659_400, total: 660_000 })
  expect(toNumber(found.left as Fraction)).toBeCloseTo(1 - 600 / 660, 12)
  expect(toNumber(found.burn as Fraction)).toBe(10)
  expect((found.exhaustedAt as number) - found.until).toBeCloseTo((1 - 600 / 660) * 3 * DAY, -1)
  expect(found.readings.map((one) => `${one.row.name} ${one.standing}`)).toEqual([
    'fast below',
    'slow between',
    'day between',
    'drift between',
  ])
})

test('nothing counted is no data, and not a full budget', () => {
  const found = of(defined(), [])
  expect([found.left, found.ratio, found.burn, found.exhaustedAt]).toEqual([null, null, null, null])
  expect(new Set(found.readings.map((one) => one.standing))).toEqual(new Set(['unknown']))
})

test('what fell out of the window counts no more, to the minute', () => {
  const month = 30 * 24 * 60
  expect(of(defined(), [ago(month, 0, 10)]).left).toBeNull()
  expect(of(defined(), [ago(month - 1, 0, 10)]).left).not.toBeNull()
})

test('before a target was changed, what was promised then is what counts', () => {
  const slots = [ago(120, 990, 1000), ago(30, 990, 1000)]
  const targets = [
    { from: 0, target: '99%' },
    { from: NOW - HOUR, target: '99.9%' },
  ]
  // 20 bad of ten and one that were allowed.
  const found = of(defined(), slots, targets)
  expect(toNumber(found.left as Fraction)).toBeCloseTo(1 - 20 / 11, 12)
})

test('a calendar month has its whole budget from the first day', () => {
  const window = { calendar: 'month', count: 1, zone: 'UTC', starts: '2026-01-01T00:00' } as const
  const found = of(defined({ window, target: '99%' }), [ago(5, 99, 100)])
  const elapsed = (NOW - Date.UTC(2026, 10, 1)) / (30 * DAY)
  expect(toNumber(found.left as Fraction)).toBeCloseTo(1 - elapsed, 9)
})

test('slices count once they are over, and those without data not at all', () => {
  const sliced = defined({ target: '90%', slices: { every: '1m', target: '95%' }, alerts: [] })
  const slots = [ago(0, 0, 5), ago(1, 0, 5), ago(2, 5, 5), ago(10, 96, 100), ago(20, 94, 100)]
  const found = of(sliced, slots)
  expect(found.count).toEqual({ good: 2, total: 4 })
  const mean = of(
    defined({ target: '90%', slices: { every: '1m', target: null }, alerts: [] }),
    slots,
  )
  expect(mean.count.good).toBeCloseTo(1 + 0.96 + 0.94, 12)
})
