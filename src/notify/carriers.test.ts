import { expect, test } from 'vitest'
import { drawOf, leadOf, type Measured, order, scoreOf } from './carriers.ts'

const measured = (more: Partial<Measured>): Measured => ({
  taken: 0,
  delivered: 0,
  undelivered: 0,
  failed: 0,
  ...more,
})
const facts = (more: Partial<Parameters<typeof order>[1]> = {}) => ({
  measure: new Map<string, Measured>(),
  lead: null,
  lastCarrier: null,
  draw: 0.5,
  ...more,
})
const BOTH = ['a', 'b']

test('carriers that nothing is known of stand as they were named', () => {
  expect(order(BOTH, facts())).toEqual(['a', 'b'])
  expect(order([], facts())).toEqual([])
  expect(order(['a'], facts({ draw: 0, lastCarrier: 'a' }))).toEqual(['a'])
})

test('one failure is no reason to change, a few are', () => {
  const after = (failed: number) =>
    leadOf(
      BOTH,
      new Map([
        ['a', measured({ failed })],
        ['b', measured({ taken: failed })],
      ]),
      'a',
    )
  expect([after(0), after(1), after(2), after(3)]).toEqual(['a', 'a', 'b', 'b'])
})

test('what was taken and did not arrive counts against a carrier', () => {
  const measure = new Map([
    ['a', measured({ taken: 20, delivered: 8, undelivered: 12 })],
    ['b', measured({ taken: 4, delivered: 4 })],
  ])
  expect(order(BOTH, facts({ measure, lead: 'a' }))).toEqual(['b', 'a'])
})

test('a carrier that never says what arrived is not held to be worse for it', () => {
  expect(scoreOf(measured({ taken: 50 }))).toBe(scoreOf(measured({ taken: 50, delivered: 50 })))
})

test('the order does not flap: who leads stays until another is clearly better', () => {
  const measure = new Map([
    ['a', measured({ taken: 90, failed: 10 })],
    ['b', measured({ taken: 95, failed: 5 })],
  ])
  expect(leadOf(BOTH, measure, 'a')).toBe('a')
  expect(leadOf(BOTH, measure, 'b')).toBe('b')
  const turns = ['a', 'b', 'a', 'b'].map((lead) => leadOf(BOTH, measure, lead))
  expect(turns).toEqual(['a', 'b', 'a', 'b'])
})

test('who leads and is not set up any more leads no longer', () => {
  expect(leadOf(['b'], new Map(), 'a')).toBe('b')
  expect(leadOf([], new Map(), 'a')).toBeNull()
})

test('while there is traffic one message in twenty begins with the second', () => {
  const shareOfSecond = (measure: Map<string, Measured>): number => {
    const firsts = Array.from({ length: 4_000 }, (_, n) => {
      const draw = drawOf(`0193a5b0-0000-7000-8000-00000000${n}:0`)
      return order(BOTH, facts({ measure, draw })).at(0)
    })
    return firsts.filter((one) => one === 'b').length / firsts.length
  }
  expect(shareOfSecond(new Map())).toBe(0)
  const share = shareOfSecond(new Map([['a', measured({ taken: 1_000 })]]))
  expect(share).toBeGreaterThan(0.03)
  expect(share).toBeLessThan(0.07)
})

test('a try after the first begins with another carrier, however well the last one does', () => {
  const measure = new Map([
    ['a', measured({ taken: 100 })],
    ['b', measured({ failed: 100 })],
  ])
  for (const draw of [0, 0.5])
    expect(order(BOTH, facts({ measure, lead: 'a', lastCarrier: 'a', draw }))).toEqual(['b', 'a'])
})

test('every carrier is asked, each once', () => {
  for (const draw of [0, 0.9])
    expect(order(['a', 'b', 'c'], facts({ draw, lead: 'c' })).toSorted()).toEqual(['a', 'b', 'c'])
})
