import { expect, test } from 'vitest'
import { DAY } from '../lib/instant.ts'
import { differences } from './differences.rig.ts'
import { changesOf, clockOf } from './oracle.rig.ts'
import { diceOf, randomSchedule } from './random-schedule.rig.ts'
import { shiftsBetween, whoIsOnCall } from './shifts.ts'

test('names the same people as a slow walk by another clock, around the changes of every zone from 2000 to 2037', () => {
  const { comparisons, found } = differences(1, 3)
  expect(found.slice(0, 3)).toEqual([])
  expect(comparisons).toBeGreaterThanOrEqual(200_000)
}, 60_000)

test('lists shifts that lie end to end and hold, at every instant, whom the question for it names', () => {
  const zones = [
    'Europe/Lisbon',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Pacific/Apia',
    'Africa/Cairo',
  ]
  for (const zone of zones) {
    const clock = clockOf(zone)
    const changes = changesOf(clock, Date.UTC(2005, 0, 1), Date.UTC(2030, 0, 1))
    for (let seed = 1; seed <= 40; seed += 1) {
      const dice = diceOf(seed)
      const near = dice.of(changes)
      const schedule = randomSchedule(dice, zone, clock, near)
      const from = near - 10 * DAY
      const to = near + 10 * DAY
      const shifts = shiftsBetween(schedule, from, to)
      expect(shifts[0]?.from).toBe(from)
      expect(shifts.at(-1)?.to).toBe(to)
      shifts.forEach((shift, index) => {
        expect(shift.to).toBeGreaterThan(shift.from)
        if (index > 0) expect(shift.from).toBe(shifts[index - 1]?.to)
        for (const at of [shift.from, Math.floor((shift.from + shift.to) / 2), shift.to - 1]) {
          expect(whoIsOnCall(schedule, at).people).toEqual(shift.people)
        }
        // Neighbours differ: two that are the same would have been one.
        if (index > 0) expect(shift.people).not.toEqual(shifts[index - 1]?.people)
      })
    }
  }
})
