import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../lib/instant.ts'
import { isCanaryDue } from './canary.ts'

const MONDAY = Date.UTC(2026, 10, 23)
const contact = (more: object = {}) => ({
  id: '01a208cf-3c5f-74fc-a70b-000000000000',
  timezone: 'UTC',
  lastAt: null,
  ...more,
})

test.each([
  ['at three in the night', 0, 3, false],
  ['just before ten', 0, 9.99, false],
  ['at ten', 0, 10, true],
  ['in the afternoon', 0, 15.9, true],
  ['at four', 0, 16, false],
  ['on Saturday', 5, 11, false],
  ['on Sunday', 6, 11, false],
  ['on Friday', 4, 11, true],
])('%s: %#', (_when, day, hour, isDue) => {
  expect(isCanaryDue(contact(), MONDAY + (day * 24 + hour) * HOUR)).toBe(isDue)
})

test('the day is that of its owner', () => {
  const tokyo = contact({ timezone: 'Asia/Tokyo' })
  expect(isCanaryDue(tokyo, MONDAY + 11 * HOUR)).toBe(false)
  expect(isCanaryDue(tokyo, MONDAY + 26 * HOUR)).toBe(true)
})

test('once a day, and not all in the same minute', () => {
  const at = MONDAY + 10 * HOUR
  expect(isCanaryDue(contact({ lastAt: at }), at + 5 * HOUR)).toBe(false)
  expect(isCanaryDue(contact({ lastAt: at + 5 * HOUR }), at + 24 * HOUR)).toBe(true)
  const late = contact({ id: '01a208cf-3c5f-74fc-a70b-0000000000b3' })
  expect(isCanaryDue(late, at + 178 * MINUTE)).toBe(false)
  expect(isCanaryDue(late, at + 179 * MINUTE)).toBe(true)
})
