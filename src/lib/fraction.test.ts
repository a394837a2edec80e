import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  add,
  compare,
  divide,
  floor,
  fraction,
  multiply,
  ofNumber,
  parseDecimal,
  subtract,
  toDecimal,
  toExact,
  toNumber,
} from './fraction.ts'

const any = fc
  .tuple(
    fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
    fc.bigInt({ min: 1n, max: 10n ** 24n }),
  )
  .map(([n, d]) => fraction(n, d))

test('the laws of arithmetic hold exactly', () => {
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      expect(add(a, b)).toEqual(add(b, a))
      expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)))
      expect(subtract(add(a, b), b)).toEqual(a)
      if (b.n !== 0n) expect(multiply(divide(a, b), b)).toEqual(a)
    }),
  )
})

test('every float is kept as it is, and comes back', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(toNumber(ofNumber(value))).toBe(value === 0 ? 0 : value)
    }),
  )
})

test('order is that of the numbers', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      expect(compare(ofNumber(a), ofNumber(b))).toBe(Math.sign(a - b))
    }),
  )
})

test('what is not a plain decimal is not read', () => {
  for (const text of [
    '',
    'NaN',
    'Infinity',
    '1e3',
    '99,9',
    '.5',
    '5.',
    '0x10',
    ' 1',
    '1 ',
    '--1',
    '１',
  ])
    expect([text, parseDecimal(text)]).toEqual([text, null])
  expect(parseDecimal('99.95')).toEqual({ n: 1999n, d: 20n })
  expect(parseDecimal('-0.50')).toEqual({ n: -1n, d: 2n })
})

test('is written with the places that are asked for, and exactly where that can be', () => {
  expect(toDecimal(fraction(2n, 3n), 4)).toBe('0.6667')
  expect(toDecimal(fraction(-1n, 8n), 2)).toBe('-0.13')
  expect(toDecimal(fraction(-1n, 1000n), 2)).toBe('0.00')
  expect(toExact(fraction(1999n, 20n))).toBe('99.95')
  expect(toExact(fraction(1n, 3n))).toBeNull()
  expect(floor(fraction(-7n, 2n))).toBe(-4n)
})
