import { expect, test } from 'vitest'
import { DAY, HOUR } from '../lib/instant.ts'
import { override, rotation } from '../oncall/schedule.rig.ts'
import { findings } from './health.ts'
import {
  directory,
  EIGHT,
  EIGHT_LATER,
  facts,
  ladder,
  NOW,
  person,
  rotating,
  weekly,
} from './health.rig.ts'

test('nothing is found where eight people share a primary and a secondary', () => {
  const sound = directory({
    schedules: [weekly('primary', EIGHT), weekly('secondary', EIGHT_LATER)],
    ladders: [ladder('payments', 'primary, secondary')],
  })
  expect(findings(sound, facts(sound))).toEqual([])
})

test('nothing is found in an empty directory', () => {
  const empty = directory({})
  expect(findings(empty, facts(empty))).toEqual([])
})

test('what is found stands in the order of slugs, then of rules', () => {
  const parts = directory({ schedules: [weekly('b', 'ana'), weekly('a', '')] })
  const found = findings(parts, facts(parts, { testedAt: new Map() }))
  expect(found.map(({ subject, rule }) => `${subject.slug} ${rule}`)).toEqual([
    'a gap',
    'ana longRun',
    'ana staleTest',
    'b fewPeople',
    'b singlePerson',
  ])
})

test('each finding says when it bites, and none ends in a full stop', () => {
  const parts = directory({ schedules: [weekly('a', ''), weekly('b', 'ana')] })
  const found = findings(parts, facts(parts))
  expect(found[0]).toEqual({
    rule: 'gap',
    subject: { kind: 'schedule', id: 'a', slug: 'a' },
    sentence: 'nobody is on call in `a` from Mon 2 Nov 10:00 on (UTC), 1344 hours in all',
    wayOut: 'let a rotation cover it, or an override',
    from: NOW,
    to: NOW + 56 * DAY,
  })
  for (const { sentence, wayOut } of found) expect(sentence + wayOut).not.toMatch(/\.$/)
})

test('2,000 schedules and 10,000 covers are looked at in seconds', () => {
  const everybody = Array.from({ length: 500 }, (_, index) => person(`person-${index}`))
  const some = (index: number): string => everybody[index % everybody.length]!.id
  const covers = Array.from({ length: 8_000 }, (_, index) => {
    const from = NOW + (index % 1_300) * HOUR
    return {
      ...override(some(index), '2026-11-02T10:00', '2026-11-02T11:00'),
      from,
      to: from + 3 * HOUR,
    }
  })
  const schedules = Array.from({ length: 2_000 }, (_, index) => {
    const people = [0, 1, 2, 3, 4].map((more) => some(index + more)).join(' ')
    const daily = rotation(people, { every: { unit: 'day', count: 1 } })
    const own = covers.slice(index, index + 1)
    return rotating(`s-${index}`, [daily], { overrides: index === 0 ? covers : own })
  })
  const ladders = schedules.map((_, index) =>
    ladder(`l-${index}`, `s-${index}, s-${(index + 1) % 2_000}, s-0`),
  )
  const parts = directory({ people: everybody, schedules, ladders })
  const absences = Array.from({ length: 5_000 }, (_, index) => {
    const from = NOW + (index % 50) * DAY
    return { personId: some(index), from, to: from + 5 * DAY, note: 'away' }
  })
  const began = performance.now()
  expect(findings(parts, facts(parts, { absences })).length).toBeGreaterThan(2_000)
  expect(performance.now() - began).toBeLessThan(20_000)
})
