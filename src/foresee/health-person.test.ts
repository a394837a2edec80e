import { expect, test } from 'vitest'
import { DAY, HOUR } from '../lib/instant.ts'
import { at, override, rotation } from '../oncall/schedule.rig.ts'
import { contact, EIGHT, NOW, person, rotating, told, weekly } from './health.rig.ts'

/** Who is primary and who is secondary, week by week; the rest of the time it is others. */
const layers = (primary: string, secondary: string) => [
  rotating('primary', [rotation(primary)]),
  rotating('secondary', [rotation(secondary)]),
]

test('ONC-05: primary, secondary, none, primary is a run of two', () => {
  const schedules = layers('ana ben cem ana eva fay gus hal', 'eva ana fay gus hal dan eva fay')
  expect(told('longRun', { schedules }, { weeks: 8 })).toEqual([])
})

test('ONC-05: primary, secondary, primary is a run of three', () => {
  const schedules = layers('ana ben ana dan eva fay gus hal', 'eva ana fay gus hal dan eva gone')
  expect(told('longRun', { schedules }).filter((one) => one.startsWith('ana'))).toEqual([
    'ana: Ana is on call in 3 weeks in a row, from Mon 2 Nov 10:00 to Mon 23 Nov 10:00 (UTC): `primary` and `secondary`',
  ])
})

test('a week in which somebody covers less than an hour is a week of rest', () => {
  const run = (minutes: number): string[] => {
    const from = at('2026-11-11T10:00')
    const cover = {
      ...override('ana', '2026-11-11T10:00', '2026-11-11T11:00'),
      to: from + minutes * 60_000,
    }
    const schedules = [weekly('primary', 'ana ben ana dan eva fay gus hal', { overrides: [cover] })]
    return told('longRun', { schedules })
  }
  expect(run(59)).toEqual([])
  expect(run(60)).toHaveLength(1)
})

test('a turn that began last week is the work of last week', () => {
  const fridays = rotation('ana ben ana dan eva fay', {
    starts: '2026-10-30',
    handoff: { weekday: 'fri' },
  })
  expect(told('longRun', { schedules: [rotating('primary', [fridays])] })).toEqual([])
  const twice = rotation('ana ben+ana ana dan eva fay', {
    starts: '2026-10-30',
    handoff: { weekday: 'fri' },
  })
  expect(told('longRun', { schedules: [rotating('primary', [twice])] })).toHaveLength(1)
})

test('a turn of three weeks is three weeks in a row, over a change of clocks too', () => {
  const turns = (count: number) =>
    rotating(
      'primary',
      [rotation('ana ben cem dan', { every: { unit: 'week', count }, starts: '2027-03-15' })],
      {
        timezone: 'Europe/Berlin',
      },
    )
  const now = at('2027-03-15T10:00', 'Europe/Berlin')
  expect(told('longRun', { schedules: [turns(2)] }, { now })).toEqual([])
  expect(told('longRun', { schedules: [turns(3)] }, { now })).toHaveLength(3)
})

const AWAY = {
  personId: 'ben',
  from: at('2026-11-15T00:00'),
  to: at('2026-11-22T00:00'),
  note: 'Lisbon',
}

test('an absence that meets a shift is told with both', () => {
  expect(told('vacation', { schedules: [weekly('primary', EIGHT)] }, { absences: [AWAY] })).toEqual(
    [
      'ben: Ben is away (Lisbon) from Sun 15 Nov 00:00 to Sun 22 Nov 00:00, and on call in `primary` from Mon 9 Nov 10:00 to Mon 16 Nov 10:00 (UTC)',
    ],
  )
})

test('an absence that begins as the shift ends meets nothing', () => {
  const absences = [{ ...AWAY, from: at('2026-11-16T10:00') }]
  expect(told('vacation', { schedules: [weekly('primary', EIGHT)] }, { absences })).toEqual([])
})

test('a shift that somebody covers during an absence is none of theirs', () => {
  const cover = override('hal', '2026-11-15T00:00', '2026-11-16T10:00', { replaces: 'ben' })
  const schedules = [weekly('primary', EIGHT, { overrides: [cover] })]
  expect(told('vacation', { schedules }, { absences: [AWAY] })).toEqual([])
})

test('a contact that was never verified is told of whoever can be on call', () => {
  const zoe = person('zoe', {
    contacts: [
      contact('push', 'ntfy'),
      contact('phone', 'voice', { verifiedAt: null }),
      contact('fax', 'fax', { verifiedAt: null }),
    ],
  })
  const schedules = [weekly('primary', 'ana ben zoe')]
  expect(told('unverifiedContact', { people: [zoe], schedules })).toEqual([
    'zoe: Zoe can be on call, and their contact `phone` was never verified: nobody knows that a page gets there',
  ])
  expect(
    told('unverifiedContact', { people: [zoe], schedules: [weekly('primary', EIGHT)] }),
  ).toEqual([])
})

test('a test page more than 30 days ago is too long ago', () => {
  const testedAt = new Map([['ana-push', NOW - 30 * DAY - HOUR]])
  const schedules = [weekly('primary', 'ana ben')]
  expect(told('staleTest', { schedules }, { testedAt })).toEqual([
    'ana: no test page went to Ana in 30 days, and they are on call in `primary` from Mon 2 Nov 10:00 to Mon 9 Nov 10:00 (UTC)',
    'ben: no test page ever went to Ben, and they are on call in `primary` from Mon 9 Nov 10:00 to Mon 16 Nov 10:00 (UTC)',
  ])
})

test('one contact tried 30 days ago is enough, and who is not on call needs none', () => {
  const testedAt = new Map([['ana-push', NOW - 30 * DAY]])
  expect(told('staleTest', { schedules: [weekly('primary', 'ana')] }, { testedAt })).toEqual([])
})
