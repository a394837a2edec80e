import { expect, test } from 'vitest'
import {
  type Fraction,
  fraction,
  isAbove,
  isBelow,
  parseDecimal,
  toNumber,
  whole,
} from '../lib/fraction.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import { consumed, errorRatio, exhaustedIn, isTarget, remaining } from './budget.ts'
import { crossings, meanOver } from './foretell.ts'
import { increase, increaseOfAll } from './increase.ts'
import { moved, type Standing } from './policy.ts'
import { factorOf, rowsFor, standingOf, unsound, WEEK_ROWS, WORKBOOK_ROWS } from './rows.ts'
import { sliceCount, sumOf } from './slices.ts'
import { elapsedAt, spanAt, type Window } from './window.ts'

const exactly = (text: string): Fraction => parseDecimal(text) as Fraction
const at = (text: string): Instant => Date.parse(text)
const MONTH = 30 * DAY

test('a window without events has no ratio, no burn and no budget: it is not all good', () => {
  const nothing = { good: 0, total: 0 }
  expect([errorRatio(nothing), consumed(nothing, exactly('0.999'))]).toEqual([null, null])
  expect(remaining(nothing, exactly('0.999'))).toBeNull()
})

test('targets of 0 and 100 are none', () => {
  expect(['0', '1', '-0.5', '1.5', '0.999'].map((one) => isTarget(exactly(one)))).toEqual([
    false,
    false,
    false,
    false,
    true,
  ])
})

test('a spent budget is gone now, one that does not burn lasts for ever', () => {
  expect(exhaustedIn(whole(0), whole(6), MONTH)).toEqual(whole(0))
  expect(exhaustedIn(whole(-1), whole(0), MONTH)).toEqual(whole(0))
  expect(exhaustedIn(whole(1), whole(0), MONTH)).toBeNull()
})

test('the mean of ratios is not the ratio of sums', () => {
  const slices = [
    { good: 5, total: 10 },
    { good: 985, total: 990 },
  ]
  expect(errorRatio(sumOf(slices))).toEqual(exactly('0.01'))
  const means = slices.map((one) => sliceCount(one, { kind: 'ratioTimeslices', sliceMs: MINUTE }))
  expect(toNumber(errorRatio(sumOf(means)) as Fraction)).toBeCloseTo(0.252525, 6)
})

test('a slice exactly at its target is good, one without data counts for nothing', () => {
  const counting = { kind: 'timeslices', sliceMs: MINUTE, target: exactly('0.9') } as const
  expect(sliceCount({ good: 9, total: 10 }, counting)).toEqual({ good: 1, total: 1 })
  expect(sliceCount({ good: 8, total: 10 }, counting)).toEqual({ good: 0, total: 1 })
  expect(sliceCount({ good: 0, total: 0 }, counting)).toEqual({ good: 0, total: 0 })
})

test('counters that begin anew lose nothing of what came after, and series are summed, not mixed', () => {
  const of = (...values: number[]) => values.map((value, index) => ({ at: index, value }))
  expect(increase(of(10, 15, 3, 8))).toBe(5 + 3 + 5)
  expect(increase(of(7))).toBeNull()
  expect(increaseOfAll([of(10, 15), of(100, 2), of(5)])).toBe(7)
  expect(increaseOfAll([])).toBeNull()
})

test('the shares are kept and the factors follow, for a week too', () => {
  const factors = (days: number) =>
    rowsFor(days * DAY).map((one) => toNumber(factorOf(one, days * DAY)))
  expect(factors(28).map((one) => one.toFixed(4))).toEqual([
    '13.4400',
    '5.6000',
    '2.8000',
    '0.9333',
  ])
  expect(factors(7).map((one) => one.toFixed(2))).toEqual(['13.44', '3.50', '1.40', '0.98'])
  // Of two days only the rows that do not fire inside the budget.
  expect(factors(2).map((one) => one.toFixed(2))).toEqual(['3.84', '1.00'])
})

test('a short window without data neither fires nor clears a row', () => {
  const [fast] = WORKBOOK_ROWS
  if (!fast) throw new Error('no rows')
  const standing = (long: string | null, short: string | null) =>
    standingOf(
      fast,
      (ms) => {
        const text = ms === HOUR ? long : short
        return text === null ? null : exactly(text)
      },
      exactly('0.999'),
      MONTH,
    )
  expect(standing('0.5', null)).toBe('unknown')
  expect(standing(null, null)).toBe('unknown')
  expect(standing('0.5', '0.5')).toBe('above')
  expect(standing('0.001', '0.5')).toBe('between')
  expect(standing('0.5', '0.0144')).toBe('below')
})

test('rows that cannot fire, fire inside the budget or at one failure are named', () => {
  const found = (target: string, windowMs: number, perHour: string | null) =>
    unsound(WORKBOOK_ROWS, {
      target: exactly(target),
      windowMs,
      perHour: perHour === null ? null : exactly(perHour),
    }).map((one) => `${one.row} ${one.reason}`)
  expect(found('0.999', MONTH, '100000')).toEqual([])
  expect(found('0.9', MONTH, null)).toEqual(['fast cannotFire'])
  expect(found('0.999', 28 * DAY, null)).toEqual(['drift firesInsideBudget'])
  expect(found('0.999', MONTH, '10')).toEqual([
    'fast oneFailureFires',
    'slow oneFailureFires',
    'day oneFailureFires',
    'drift oneFailureFires',
  ])
  expect(found('0.999', 2 * DAY, null)).toContain('drift windowTooLong')
  expect(
    unsound(WEEK_ROWS, { target: exactly('0.999'), windowMs: 7 * DAY, perHour: null }),
  ).toEqual([{ row: 'drift', reason: 'firesInsideBudget' }])
})

test('a budget gets worse at once, and better with something to spare or after a day', () => {
  const story: [string, string | null, Instant][] = [
    ['review', '0.5', 0],
    ['review', '0.51', HOUR],
    ['review', null, 2 * HOUR],
    ['normal', '0.521', 3 * HOUR],
    ['exhausted', '0', 4 * HOUR],
    ['exhausted', '0.01', 5 * HOUR],
    ['allHands', '0.01', 29 * HOUR],
    ['exhausted', '-0.2', 30 * HOUR],
    ['normal', '0.9', 31 * HOUR],
  ]
  let standing: Standing | null = null
  for (const [state, left, now] of story) {
    standing = moved(standing, left === null ? null : exactly(left), now)
    expect([now / HOUR, standing?.state]).toEqual([now / HOUR, state])
  }
})

test('a state that was better for a while and is not any more starts counting again', () => {
  let standing = moved(null, exactly('0.4'), 0)
  standing = moved(standing, exactly('0.51'), HOUR)
  standing = moved(standing, exactly('0.49'), 2 * HOUR)
  standing = moved(standing, exactly('0.51'), 3 * HOUR)
  expect(moved(standing, exactly('0.51'), 26 * HOUR)?.state).toBe('review')
  expect(moved(standing, exactly('0.51'), 27 * HOUR)?.state).toBe('normal')
})

const calendar = (over: Partial<Extract<Window, { kind: 'calendar' }>>): Window => ({
  kind: 'calendar',
  unit: 'month',
  count: 1,
  zone: 'Europe/London',
  anchor: '2025-01-01T00:00',
  ...over,
})

test('a calendar window begins on the wall of its zone, and is as long as the calendar makes it', () => {
  const { from, to } = spanAt(calendar({}), at('2025-03-31T23:30:00Z'))
  expect([from, to]).toEqual([at('2025-03-31T23:00:00Z'), at('2025-04-30T23:00:00Z')])
  const hours = (text: string) => {
    const span = spanAt(calendar({}), at(text))
    return (span.to - span.from) / HOUR
  }
  expect([hours('2025-03-15T12:00:00Z'), hours('2025-10-15T12:00:00Z')]).toEqual([743, 745])
})

test('weeks, quarters, years and ends of months are found far from where they are anchored', () => {
  const span = (over: Parameters<typeof calendar>[0], text: string) => {
    const found = spanAt(calendar({ zone: 'UTC', ...over }), at(text))
    return [found.from, found.to].map((one) => new Date(one).toISOString().slice(0, 10))
  }
  const week = { unit: 'week', anchor: '2020-01-06T00:00' } as const
  expect(span(week, '2026-11-23T00:00:00Z')).toEqual(['2026-11-23', '2026-11-30'])
  expect(span(week, '2026-11-22T23:59:59Z')).toEqual(['2026-11-16', '2026-11-23'])
  expect(span({ unit: 'quarter' }, '2019-08-01T00:00:00Z')).toEqual(['2019-07-01', '2019-10-01'])
  expect(span({ unit: 'year' }, '2031-12-31T12:00:00Z')).toEqual(['2031-01-01', '2032-01-01'])
  expect(span({ anchor: '2025-01-31T00:00' }, '2025-03-01T00:00:00Z')).toEqual([
    '2025-02-28',
    '2025-03-31',
  ])
  expect(elapsedAt(calendar({ zone: 'UTC' }), at('2025-04-16T00:00:00Z'))).toBe(0.5)
})

test('a course solved for its crossings agrees with the mean all along', () => {
  const course = {
    before: fraction(1n, 1000n),
    stretches: [
      { from: whole(3), ratio: fraction(4n, 100n) },
      { from: whole(20), ratio: whole(0) },
      { from: whole(50), ratio: fraction(1n, 2n) },
    ],
  }
  const threshold = fraction(2n, 100n)
  const found = crossings(course, whole(30), threshold)
  expect(found.length).toBe(3)
  // Between the minutes: at a crossing itself the mean is not above.
  for (let third = 1; third < 240; third += 3) {
    const minute = fraction(BigInt(third), 3n)
    const isOver = isAbove(meanOver(course, whole(30), minute), threshold)
    const last = found.filter((one) => isBelow(one.at, minute)).at(-1)
    expect([third, last?.above ?? false]).toEqual([third, isOver])
  }
})
