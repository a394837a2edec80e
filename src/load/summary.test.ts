import { expect, test } from 'vitest'
import { DAY, HOUR } from '../lib/instant.ts'
import { at, rotation, schedule } from '../oncall/schedule.rig.ts'
import { summarise } from './summary.ts'

const from = at('2026-11-02T10:00')
const to = from + 28 * DAY
const homes = { zoneOf: () => 'UTC', holidaysOf: () => new Set<string>() }
const facts = { from, to, now: to, homes }

test('ONC-01: four people who share four weeks evenly are balanced, each with a week in a row', () => {
  const one = schedule('UTC', [rotation('ana ben cy dan')])
  const load = summarise(['ana', 'ben', 'cy', 'dan'], [], [one], facts)
  expect(load.balance).toBe(1)
  expect(load.people.map((person) => person.ms / HOUR)).toEqual([168, 168, 168, 168])
  expect(load.people.map((person) => person.overload)).toEqual([0, 0, 0, 0])
})

test('ONC-06: whoever has no hours counts, and makes it unfair', () => {
  const one = schedule('UTC', [rotation('ana ana ben cy')])
  const load = summarise(['ana', 'ben', 'cy', 'dan'], [], [one], facts)
  expect(load.people.map((person) => person.ms / HOUR)).toEqual([336, 168, 168, 0])
  expect(load.balance).toBeCloseTo(0.333, 3)
  expect(load.people[0]?.overload).toBe(1)
})

test('hours of two schedules at a time are counted once, and add up over the bands', () => {
  const both = [
    schedule('UTC', [rotation('ana')]),
    schedule('Asia/Tokyo', [rotation('ana')], { id: 'other' }),
  ]
  const [load] = summarise(['ana'], [], both, facts).people
  expect(load?.ms).toBe(28 * DAY)
  const { sleep = 0, off = 0, business = 0 } = load?.msByBand ?? {}
  expect(sleep + off + business).toBe(28 * DAY)
  expect(business / HOUR).toBe(4 * 5 * 10)
})

test('ONC-02: six pages in seven days are too many, five are not', () => {
  const page = (hours: number) => ({
    personId: 'ana',
    at: to - hours * HOUR,
    subjectIds: ['g'],
    band: 'sleep' as const,
  })
  const of = (count: number) =>
    summarise(
      ['ana'],
      Array.from({ length: count }, (_, n) => page(n + 1)),
      [],
      facts,
    ).people[0]
  expect([of(5)?.isOverloaded, of(6)?.isOverloaded]).toEqual([false, true])
  expect(of(6)?.pagesByBand).toEqual({ sleep: 6, off: 0, business: 0 })
})
