import { expect, test } from 'vitest'
import { MINUTE } from '../lib/instant.ts'
import type { IndicatorForm } from './definition.ts'
import { isSelector, queryOver, queryTrouble, rateOver, splitRatio, withPlaces } from './query.ts'
import { queryFor, slotsFrom } from './slots.ts'

const form = (more: Partial<IndicatorForm> = {}): IndicatorForm => ({
  metrics: 'prom',
  good: 'ok_total',
  bad: null,
  total: 'all_total',
  as_is: false,
  ...more,
})
/** A series with a value at each minute; null: none. */
const series = (...values: (number | null)[]) =>
  values.flatMap((value, index) => (value === null ? [] : [{ at: index * MINUTE, value }]))
const counted = (
  indicator: IndicatorForm,
  part: ReturnType<typeof series>[],
  total: ReturnType<typeof series>[],
  to = 3,
) => {
  const { slots, problem } = slotsFrom(indicator, { part, total }, { from: 0, to: to * MINUTE })
  return { slots: slots.map((one) => `${one.at / MINUTE}: ${one.good}/${one.total}`), problem }
}

test('each series is followed over its restarts, and all are added up before anything is divided', () => {
  const found = counted(
    form(),
    [series(0, 9, 18, 4), series(5, 6, 7, 8)],
    [series(0, 10, 20, 5), series(5, 6, 8, 9)],
  )
  expect(found).toEqual({ slots: ['0: 10/11', '1: 10/12', '2: 5/6'], problem: null })
})

test('bad events that never happened have no series, and that is no lack of data', () => {
  const bad = form({ good: null, bad: 'bad_total' })
  expect(counted(bad, [], [series(0, 10, 20, 30)]).slots).toEqual([
    '0: 10/10',
    '1: 10/10',
    '2: 10/10',
  ])
})

test('good events that vanish while all are counted are not taken for an outage, and it is said', () => {
  const found = counted(form(), [], [series(0, 10, 20, 30)])
  expect(found.slots).toEqual([])
  expect(found.problem).toMatch(/no series for `good`/)
  expect(counted(form(), [series(0, 10, null, null)], [series(0, 10, 20, 30)]).slots).toEqual([
    '0: 10/10',
  ])
  // Nothing at all was asked: nothing is wrong.
  expect(counted(form(), [], [series(5, 5, 5, 5)]).problem).toBeNull()
})

test('no series and gaps are minutes of which nothing is known', () => {
  expect(counted(form(), [], []).slots).toEqual([])
  expect(counted(form(), [series(0, null, null, 9)], [series(0, null, null, 10)]).slots).toEqual([
    '2: 9/10',
  ])
})

test('expressions say what went on in a minute, and samples as they stand count as they are', () => {
  const rates = form({ good: 'sum(rate(a[{{.window}}]))', total: 'sum(rate(b[{{.window}}]))' })
  expect(counted(rates, [series(null, 1)], [series(null, 2)]).slots).toEqual(['0: 60/120'])
  const grown = form({
    good: 'sum(increase(a[{{.window}}]))',
    total: 'sum(increase(b[{{.window}}]))',
  })
  expect(counted(grown, [series(null, 4)], [series(null, 10)]).slots).toEqual(['0: 2/5'])
  const sampled = form({ good: '(x) < bool 5', total: '(x) * 0 + 1', as_is: true })
  expect(counted(sampled, [series(null, 0, 1)], [series(null, 1, 1)]).slots).toEqual([
    '0: 0/1',
    '1: 1/1',
  ])
})

test('a counter is known from an expression, whatever stands in its labels', () => {
  for (const one of ['x', 'a:b_total', 'x{}', 'x{a="}",b=~"\\"{"}', " x {a='[5m]'} "])
    expect([one, isSelector(one), queryTrouble(one)]).toEqual([one, true, null])
  for (const one of ['sum(x)', 'x{a="b"', 'x[5m]', 'x / y', '1', 'x{a="b"} or y'])
    expect([one, isSelector(one)]).toEqual([one, false])
})

test('windows are filled in where their place is', () => {
  expect(queryOver('sum(rate(x[{{.window}}]))', '5m')).toBe('sum(rate(x[5m]))')
  expect(queryOver('rate(x[window])', '1h')).toBe('rate(x[1h])')
  expect(rateOver('x{a="b"}', '5m')).toBe('sum(rate(x{a="b"}[5m]))')
  expect(withPlaces('rate(x[5m]) + y[1h30m]')).toBe('rate(x[{{.window}}]) + y[{{.window}}]')
  expect([
    queryFor('x', false),
    queryFor('rate(x[{{.window}}])', false),
    queryFor('x[1m]', true),
  ]).toEqual(['x', 'rate(x[2m])', 'x[1m]'])
})

test('a division at the top is taken apart, one within is not', () => {
  expect(splitRatio('sum(a{p="/"}) / ignoring (le) sum(b)')).toEqual({
    above: 'sum(a{p="/"})',
    below: 'sum(b)',
  })
  for (const one of ['sum(a / b)', 'a / b / c', '1 - a / b', 'a', 'a /'])
    expect([one, splitRatio(one)]).toEqual([one, null])
})
