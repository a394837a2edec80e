import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const LATER = 'Mon, 23 Nov 2026 12:00:30 GMT'

test.each([
  ['0', undefined, 0],
  ['7', undefined, 7_000],
  [' 120 ', undefined, 120_000],
  ['1.5', undefined, 1_500],
  ['9999999999', undefined, 86_400_000],
  [LATER, undefined, 30_000],
  [LATER, 'Mon, 23 Nov 2026 12:00:20 GMT', 10_000],
  [LATER, 'nonsense', 30_000],
  ['Mon, 23 Nov 2020 12:00:00 GMT', undefined, 0],
  ['-5', undefined, null],
  ['soon', undefined, null],
  ['', undefined, null],
  ['99999999999', undefined, null],
])('%j beside the date %j is %j', (text, date, expected) => {
  expect(retryAfterMs(text, date, NOW)).toBe(expected)
})
