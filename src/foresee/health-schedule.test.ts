import { expect, test } from 'vitest'
import { HOUR } from '../lib/instant.ts'
import { at, override, rotation, shadow } from '../oncall/schedule.rig.ts'
import { contact, EIGHT, person, rotating, told, weekly } from './health.rig.ts'

const OFFICE = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  from: '00:00',
  to: '24:00',
} as const

test('a hole is told in the zone of the schedule, with how many more there are', () => {
  const primary = rotating('primary', [rotation(EIGHT, { only: [OFFICE] })], {
    timezone: 'Europe/Berlin',
  })
  expect(told('gap', { schedules: [primary] }, { weeks: 2 })).toEqual([
    'primary: nobody is on call in `primary` from Sun 8 Nov 00:00 to Mon 9 Nov 00:00 (Europe/Berlin), and 1 more time, 48 hours in all',
  ])
})

test('a hole that a cover fills is none', () => {
  const cover = override('ana', '2026-11-08T00:00', '2026-11-09T00:00')
  const primary = rotating('primary', [rotation(EIGHT, { only: [OFFICE] })], { overrides: [cover] })
  expect(told('gap', { schedules: [primary] }, { weeks: 1 })).toEqual([])
})

test('a shift whose people have no contact that works reaches nobody', () => {
  const zoe = person('zoe', { contacts: [contact('fax', 'fax')] })
  const schedules = [weekly('primary', 'ana zoe ben cem dan')]
  expect(told('nobodyReachable', { people: [zoe], schedules })).toEqual([
    'primary: nobody on call in `primary` can be reached from Mon 9 Nov 10:00 to Mon 16 Nov 10:00 (UTC), and 1 more time: Zoe has no contact that works',
  ])
})

test('one of two who can be reached is enough', () => {
  const zoe = person('zoe', { contacts: [] })
  const schedules = [weekly('primary', 'ana zoe+ben')]
  expect(told('nobodyReachable', { people: [zoe], schedules })).toEqual([])
})

test('somebody who has left reaches nobody', () => {
  expect(told('nobodyReachable', { schedules: [weekly('primary', 'ana gone')] })[0]).toContain(
    'somebody who has left has no contact that works',
  )
})

test('one person in all rotations is never relieved', () => {
  const both = [rotation('ana'), rotation('ana ana', { id: 'nights' })]
  expect(told('singlePerson', { schedules: [rotating('primary', both)] })).toEqual([
    "primary: every turn of `primary` is Ana's: nobody relieves them",
  ])
})

test('two people relieve each other, also from two rotations', () => {
  const both = [rotation('ana'), rotation('ben', { id: 'nights' })]
  expect(told('singlePerson', { schedules: [rotating('primary', both)] })).toEqual([])
})

test('a rotation that is over names nobody any more', () => {
  const both = [
    rotation('ana'),
    rotation('ben', { id: 'old', starts: '2026-09-07', ends: '2026-11-02' }),
  ]
  expect(told('singlePerson', { schedules: [rotating('primary', both)] })).toHaveLength(1)
})

test('ONC-09: of a layer of four one still shadows, and three are too few', () => {
  const four = weekly('primary', 'ana ben cem dan', {
    shadows: [shadow('dan', '2026-11-09T10:00', '2026-11-23T10:00')],
  })
  expect(told('fewPeople', { schedules: [four, weekly('other', 'eva fay gus hal')] })).toEqual([
    'primary: only 3 people take turns in `primary` (Dan still shadows it), and 4 are the least that can be kept up',
  ])
})

test('ONC-09: whose shadowing is over counts', () => {
  const four = weekly('primary', 'ana ben cem dan', {
    shadows: [shadow('dan', '2026-10-19T10:00', '2026-11-02T10:00')],
  })
  expect(told('fewPeople', { schedules: [four] })).toEqual([])
})

test('ONC-10: a hand-off on Mondays at 10:00 UTC is at night in Los Angeles', () => {
  const people = [person('ben', { timezone: 'America/Los_Angeles' })]
  expect(
    told('handoffHour', { people, schedules: [weekly('primary', 'ana ben')] }, { weeks: 4 }),
  ).toEqual([
    'primary: Ben takes over `primary` on Mon 9 Nov 10:00 (UTC), and for them that is Mon 9 Nov 02:00 (America/Los_Angeles), outside 09:00 to 17:00, and 2 more times',
  ])
})

test.each([
  ['09:00', 0],
  ['08:59', 2],
  ['16:59', 0],
  ['17:00', 2],
])('a hand-off at %s bothers %i of the two people', (time, count) => {
  const primary = rotating('primary', [rotation('ana ben', { handoff: { time } })])
  expect(told('handoffHour', { schedules: [primary] })).toHaveLength(count)
})

test('a hand-off at a weekend, or on a holiday of theirs, is at no hour of work', () => {
  const saturdays = rotating('primary', [rotation('ana ben', { handoff: { weekday: 'sat' } })])
  expect(told('handoffHour', { schedules: [saturdays] })[0]).toContain('a weekend')
  const holidaysOf = (id: string) => new Set(id === 'ben' ? ['2026-11-16'] : [])
  expect(told('handoffHour', { schedules: [weekly('primary', EIGHT)] }, { holidaysOf })).toEqual([
    'primary: Ben hands over `primary` on Mon 16 Nov 10:00 (UTC), and for them that is Mon 16 Nov 10:00 (UTC), a holiday',
  ])
})

test('the hour of a cover was agreed between two people', () => {
  const cover = override('hal', '2026-11-03T22:00', '2026-11-04T04:00')
  const schedules = [weekly('primary', EIGHT, { overrides: [cover] })]
  expect(told('handoffHour', { schedules })).toEqual([])
})

test('a shift before two weeks of shadowing are over comes too early', () => {
  const primary = weekly('primary', EIGHT, {
    shadows: [shadow('cem', '2026-11-02T11:00', '2026-11-16T11:00')],
  })
  expect(told('shadowUnfinished', { schedules: [primary] })).toEqual([
    'primary: Cem is on call in `primary` from Mon 16 Nov 10:00 to Mon 23 Nov 10:00 (UTC), before 14 days of shadowing it are over',
  ])
})

test('two weeks of shadowing in parts are enough, and who never shadowed is no apprentice', () => {
  const primary = weekly('primary', EIGHT, {
    shadows: [
      shadow('cem', '2026-10-19T10:00', '2026-10-26T10:00'),
      shadow('cem', '2026-11-09T10:00', '2026-11-16T10:00'),
    ],
  })
  expect(told('shadowUnfinished', { schedules: [primary] })).toEqual([])
})

test('two calendar weeks of shadowing are enough where a clock goes forward in them', () => {
  const zone = 'Europe/Berlin'
  const from = at('2027-03-22T10:00', zone)
  const to = at('2027-04-05T10:00', zone)
  expect(to - from).toBe(14 * 24 * HOUR - HOUR)
  const primary = rotating('primary', [rotation('cem', { starts: '2027-04-05' })], {
    timezone: zone,
    shadows: [{ personId: 'cem', from, to }],
  })
  expect(told('shadowUnfinished', { schedules: [primary] }, { now: from })).toEqual([])
})

test('the days of the calendar by which hands change come to an end: said in the last 60 days', () => {
  const by = (last: string, ends: string | null = null) => {
    const one = rotation('ana ben', { ends })
    const calendar = { calendarId: 'pt', weekend: [], holidays: ['2026-01-01', last] }
    const schedules = [rotating('primary', [{ ...one, handoff: { ...one.handoff, calendar } }])]
    return told('handoffCalendarEnds', { schedules })
  }
  expect(by('2027-01-02')).toEqual([])
  expect(by('2027-01-01')).toEqual([
    'primary: the calendar by which `primary` hands off ends in 60 days',
  ])
  expect(by('2026-10-02')).toEqual([
    'primary: the calendar by which `primary` hands off has ended 31 days ago',
  ])
  expect(by('2026-10-02', '2026-11-01')).toEqual([])
})
