import { expect, test } from 'vitest'
import { HOUR } from '../lib/instant.ts'
import {
  balance,
  eligibleOf,
  isBalanced,
  isLayerTooSmall,
  isoWeekOf,
  isRunTooLong,
  isShareTooHigh,
  loadShare,
  longestRun,
  overload,
  weeksHeld,
} from './fairness.ts'
import { local } from './load.rig.ts'
import type { Held } from './stretch.ts'

const BERLIN = 'Europe/Berlin'

const held = (from: string, to: string, zone = BERLIN, personId = 'ana'): Held => ({
  personId,
  from: local(from, zone),
  to: local(to, zone),
})

test('ONC-01 a quarter of the load is fine, and half of it is too much', () => {
  const shares = [loadShare(1, 4), loadShare(2, 4), loadShare(2, 8)]
  expect(shares).toEqual([0.25, 0.5, 0.25])
  expect(shares.map((share) => isShareTooHigh(share ?? 0))).toEqual([false, true, false])
})

test('ONC-01 one person carries every layer, and nobody shares with nobody', () => {
  expect(loadShare(1, 1)).toBe(1)
  expect(loadShare(0, 3)).toBe(0)
  expect(loadShare(1, 0)).toBeNull()
})

test('ONC-05 primary, secondary, nothing, primary is a run of two, and without the pause of three', () => {
  const runs = [
    ['2026-W45', '2026-W46', '2026-W48'],
    ['2026-W45', '2026-W46', '2026-W47'],
  ].map(longestRun)
  expect(runs).toEqual([2, 3])
  expect(runs.map(isRunTooLong)).toEqual([false, true])
})

test('ONC-05 a run goes on over the end of a year, with 52 weeks and with 53', () => {
  expect(longestRun(['2026-W52', '2026-W53', '2027-W01'])).toBe(3)
  expect(longestRun(['2025-W52', '2026-W01'])).toBe(2)
  expect(longestRun(['2026-W52', '2027-W01'])).toBe(1)
})

test('ONC-05 weeks may come in any order and twice; none at all are a run of none', () => {
  expect(longestRun(['2026-W47', '2026-W45', '2026-W46', '2026-W46'])).toBe(3)
  expect(longestRun([])).toBe(0)
  expect(longestRun(['2026-W10'])).toBe(1)
})

test('a week that its year does not have is refused', () => {
  for (const week of ['2025-W53', '2026-W00', '2026-48', '']) {
    expect(() => longestRun([week]), week).toThrow(RangeError)
  }
})

test('ONC-06 whoever has no hours counts: a third, and one is overloaded by all of the mean', () => {
  expect(balance([336, 168, 168, 0])).toBeCloseTo(0.333333, 6)
  expect(balance([336, 168, 168])).toBeCloseTo(0.666667, 6)
  expect(overload([336, 168, 168, 0])).toEqual([1, 0, 0, -1])
})

test('ONC-07 four unequal months are 0.845, and the longest is 19 % above the mean', () => {
  expect(balance([200, 168, 160, 144])).toBeCloseTo(0.844921, 6)
  expect(isBalanced(balance([200, 168, 160, 144]))).toBe(false)
  expect(overload([200, 168, 160, 144])[0]).toBeCloseTo(0.19, 2)
})

test('nobody, one person and nobody with hours are balanced, and nobody is overloaded', () => {
  expect([balance([]), balance([168]), balance([0, 0, 0])]).toEqual([1, 1, 1])
  expect([overload([]), overload([168]), overload([0, 0])]).toEqual([[], [0], [0, 0]])
  expect(isBalanced(0.95)).toBe(true)
})

test('ONC-09 whoever is shadowing is not eligible: a layer of four has three, and that is too few', () => {
  const layer = ['ana', 'ben', 'cleo', 'dan', 'ana']
  expect(eligibleOf(layer, new Set(['dan']))).toBe(3)
  expect([3, 4].map(isLayerTooSmall)).toEqual([true, false])
  expect(eligibleOf([], new Set())).toBe(0)
})

test('an ISO week belongs to the year of its Thursday', () => {
  expect(
    ['2026-11-23', '2026-12-31', '2027-01-03', '2027-01-04', '2024-12-30', '2023-01-01'].map(
      isoWeekOf,
    ),
  ).toEqual(['2026-W48', '2026-W53', '2026-W53', '2027-W01', '2025-W01', '2022-W52'])
  expect(() => isoWeekOf('2026-02-30')).toThrow(RangeError)
})

test('an hour of a week is holding it, and less is not', () => {
  const from = '2026-11-03 10:00'
  expect(weeksHeld([held(from, '2026-11-03 10:59')], 'ana', BERLIN)).toEqual([])
  expect(weeksHeld([held(from, '2026-11-03 11:00')], 'ana', BERLIN)).toEqual(['2026-W45'])
})

test('a turn that ends on Monday at 10:00 was one week; a day of the next week is a second one', () => {
  const weeks = (to: string) => weeksHeld([held('2026-11-02 10:00', to)], 'ana', BERLIN)
  expect(weeks('2026-11-09 10:00')).toEqual(['2026-W45'])
  expect(weeks('2026-11-09 23:59')).toEqual(['2026-W45'])
  expect(weeks('2026-11-10 00:00')).toEqual(['2026-W45', '2026-W46'])
})

test('two half hours make an hour, and the same half hour in two layers does not', () => {
  const half = held('2026-11-03 10:00', '2026-11-03 10:30')
  expect(weeksHeld([half, half], 'ana', BERLIN)).toEqual([])
  const other = held('2026-11-05 10:00', '2026-11-05 10:30')
  expect(weeksHeld([half, other], 'ana', BERLIN)).toEqual(['2026-W45'])
})

test("weeks begin at midnight of the schedule's zone, also where the clock is set that night", () => {
  const shift = { personId: 'ana', from: Date.parse('2026-11-08T22:30:00Z'), to: 0 }
  shift.to = shift.from + HOUR
  expect(weeksHeld([shift], 'ana', 'UTC')).toEqual(['2026-W45'])
  expect(weeksHeld([shift], 'ana', BERLIN)).toEqual([])
  expect(weeksHeld([shift], 'ana', 'Australia/Sydney')).toEqual(['2026-W46'])
})

test('on DST nights an hour is one that passed', () => {
  // 01:30 to 03:00 on the wall is half an hour in spring; 01:30 to 02:00 is an hour and a half in autumn.
  expect(weeksHeld([held('2026-03-29 01:30', '2026-03-29 03:00')], 'ana', BERLIN)).toEqual([])
  const zone = 'America/New_York'
  const autumn = held('2026-11-01 01:30', '2026-11-01 02:00', zone)
  expect(weeksHeld([autumn], 'ana', zone)).toEqual(['2026-W44'])
  // Half an hour is lived through twice.
  const lordHowe = 'Australia/Lord_Howe'
  const twice = held('2026-04-05 01:30', '2026-04-05 02:00', lordHowe)
  expect(weeksHeld([twice], 'ana', lordHowe)).toEqual(['2026-W14'])
})

test('nobody holds a week in shifts that are not theirs', () => {
  expect(weeksHeld([], 'ana', BERLIN)).toEqual([])
  expect(weeksHeld([held('2026-11-02 10:00', '2026-11-09 10:00')], 'ben', BERLIN)).toEqual([])
})
