import { expect, test } from 'vitest'
import { MINUTE } from '../lib/instant.ts'
import { afterWrong, type Tries, waitMs } from './tries.ts'

const wrong = (times: number, from: Tries = { count: 0, lastAt: null }): Tries => {
  let tries = from
  for (let count = 0; count < times; count += 1) tries = afterWrong(tries, 1_000)
  return tries
}

test('four wrong codes cost nothing, the fifth a quarter of an hour', () => {
  expect(waitMs(wrong(4), 1_000)).toBe(0)
  expect(waitMs(wrong(5), 1_000)).toBe(15 * MINUTE)
  expect(waitMs(wrong(5), 1_000 + 14 * MINUTE)).toBe(MINUTE)
})

test('who waited has five tries again', () => {
  const later = 1_000 + 15 * MINUTE
  expect(waitMs(wrong(5), later)).toBe(0)
  expect(afterWrong(wrong(5), later)).toEqual({ count: 1, lastAt: later })
})
