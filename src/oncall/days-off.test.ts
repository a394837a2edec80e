/** Hand-offs by a calendar of business days. */
import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../lib/instant.ts'
import { amend, refresh } from './amend.ts'
import { offDaysOf, workingFrom, workingUpTo } from './days-off.ts'
import { daysLeft, daysOffOf, endsIn, type HolidayCalendar, refreshed } from './holidays.ts'
import { at, names, rotation, type RotationPart, schedule, story } from './schedule.rig.ts'
import type { DaysOff, Schedule } from './schedule.ts'
import { shiftsBetween, whoIsOnCall } from './shifts.ts'

const DAILY = { unit: 'day', count: 1 } as const
const LISBON = 'Europe/Lisbon'

const off = (...holidays: string[]): DaysOff => ({
  calendarId: 'pt',
  weekend: ['sat', 'sun'],
  holidays,
})
const by = (people: string, calendar: DaysOff, part: RotationPart = {}, zone = 'UTC'): Schedule =>
  schedule(zone, [rotation(people, { ...part, handoff: { ...part.handoff, calendar } })])
/** When hands change, on the wall of UTC, and who takes over. */
const handoffs = (one: Schedule, from: string, to: string): string[] =>
  shiftsBetween(one, at(from), at(to))
    .slice(1)
    .map(
      (shift) => `${new Date(shift.from).toISOString().slice(5, 16)} ${shift.people[0]?.personId}`,
    )

test('a hand-off on a holiday happens on the next working day at the same time, and the next one on its own day', () => {
  const one = by('ana ben cy', off('2026-12-07', '2026-12-08'))
  expect(handoffs(one, '2026-11-30T10:00', '2026-12-22T00:00')).toEqual([
    '12-09T10:00 cy',
    '12-14T10:00 ana',
    '12-21T10:00 ben',
  ])
})

test('a daily rotation passes over the weekend: Friday’s person stays, and whoever follows has Monday', () => {
  const one = by('ana ben cy dan eva', off(), { every: DAILY })
  expect(story(one, '2026-11-02T10:00', '2026-11-17T10:00')).toEqual([
    ...['24 h ana', '24 h ben', '24 h cy', '24 h dan', '72 h eva'],
    ...['24 h ana', '24 h ben', '24 h cy', '24 h dan', '72 h eva'],
    '24 h ana',
  ])
})

test('hand-offs that are put off to the same day are one: nobody is skipped, and nobody has two turns', () => {
  const shut = Array.from({ length: 18 }, (_, day) => `2026-12-${14 + day}`)
  const one = by('ana ben cy', off(...shut, '2027-01-01'))
  expect(handoffs(one, '2026-12-07T10:00', '2027-01-19T00:00')).toEqual([
    '01-04T10:00 ana',
    '01-11T10:00 ben',
    '01-18T10:00 cy',
  ])
})

test('the time of day is that of the wall on the day it happens, also where the clocks change in between', () => {
  const one = by('ana ben', off(), { starts: '2026-03-22', handoff: { weekday: 'sun' } }, LISBON)
  // Sunday 29 March would be 09:00 UTC, the first of summer; Monday is too, and the 23rd was not.
  expect(handoffs(one, '2026-03-25T00:00', '2026-04-08T00:00')).toEqual([
    '03-30T09:00 ben',
    '04-06T09:00 ana',
  ])
})

test('a month hands off on the first working day from its date on', () => {
  const one = by('ana ben', off('2027-01-01'), {
    every: { unit: 'month', count: 1 },
    starts: '2026-11-01',
    handoff: { date: 1 },
  })
  expect(handoffs(one, '2026-11-03T00:00', '2027-03-01T00:00')).toEqual([
    '12-01T10:00 ben',
    '01-04T10:00 ana',
    '02-01T10:00 ben',
  ])
})

test('coverage begins at the first hand-off that happens', () => {
  const one = by('ana', off('2026-11-02'))
  expect(names(one, '2026-11-03T09:59')).toBe('nobody')
  expect(names(one, '2026-11-03T10:00')).toBe('ana')
})

test('a weekend is what the calendar says it is', () => {
  const friday: DaysOff = { calendarId: 'ae', weekend: ['fri', 'sat'], holidays: [] }
  const one = by('ana ben', friday, { starts: '2026-11-06', handoff: { weekday: 'fri' } })
  expect(handoffs(one, '2026-11-06T00:00', '2026-11-17T00:00')).toEqual([
    '11-08T10:00 ana',
    '11-15T10:00 ben',
  ])
})

test('windows count the turns as people work them: the night of the holiday is the same person’s', () => {
  const one = by('ana ben cy', off('2026-11-04'), {
    every: DAILY,
    only: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '10:00', to: '18:00' }],
  })
  const noon = (date: number) => names(one, `2026-11-${String(date).padStart(2, '0')}T12:00`)
  expect([2, 3, 4, 5, 6, 7, 9].map(noon)).toEqual([
    ...['ana', 'ben', 'ben', 'cy', 'ana', 'nobody', 'ben'],
  ])
})

test('hours are counted through, whatever a calendar says', () => {
  const hours = { every: { unit: 'hour', count: 12 } } as const
  const plain = schedule('UTC', [rotation('ana ben', hours)])
  const one = by('ana ben', off('2026-11-03'), hours)
  for (let hour = 0; hour < 200; hour += 7) {
    const when = at('2026-11-02T10:00') + hour * HOUR
    expect(whoIsOnCall(one, when)).toEqual(whoIsOnCall(plain, when))
  }
})

describe('bounds', () => {
  test('a calendar without a working day moves nothing', () => {
    const never: DaysOff = {
      calendarId: 'x',
      weekend: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      holidays: [],
    }
    expect(offDaysOf(never)).toBeNull()
    expect(names(by('ana ben', never), '2026-11-09T10:00')).toBe('ben')
  })
  test('two thousand holidays in a row are one long turn', () => {
    const shut = Array.from({ length: 2_000 }, (_, day) =>
      new Date(Date.UTC(2026, 10, 3) + day * DAY).toISOString().slice(0, 10),
    )
    const one = by('ana ben', off(...shut), { every: DAILY })
    expect(whoIsOnCall(one, at('2029-01-01T00:00')).until).toBe(at('2032-04-26T10:00'))
    expect(names(one, '2032-04-26T10:00')).toBe('ben')
  })
  test('a period without end, or days beyond counting, end', () => {
    const one = by('ana ben', off('2026-11-02'), { every: { unit: 'week', count: 9e15 } })
    expect(names(one, '2100-01-01T00:00')).toBe('ana')
    const days = offDaysOf(off()) ?? { weekend: [], holidays: new Set<number>() }
    expect(workingFrom(days, 2 ** 60)).toBe(2 ** 60)
    expect(workingUpTo(days, -(2 ** 60))).toBe(-(2 ** 60))
  })
})

describe('what is known of a calendar', () => {
  const calendar = (...dates: string[]): HolidayCalendar => ({
    id: 'pt',
    slug: 'pt',
    name: 'Portugal',
    weekend: ['sat', 'sun'],
    holidays: dates.map((date) => ({ date, name: 'A day' })),
  })
  const now = at('2026-11-25T12:00')
  const again = (one: Schedule, ...dates: string[]): Schedule => {
    const calendars = new Map([['pt', calendar(...dates)]])
    return refresh(one, (each) => refreshed(each, calendars, '2026-11-25'), now)
  }

  test('a holiday that is put in later moves what is to come and nothing that was', () => {
    const before = by('ana ben cy', off())
    const after = again(before, '2026-11-09', '2026-11-30')
    expect(after.earlier).toHaveLength(1)
    const past = [at('2026-11-01T00:00'), now] as const
    expect(shiftsBetween(after, ...past)).toEqual(shiftsBetween(before, ...past))
    expect(names(before, '2026-11-30T12:00')).toBe('ben')
    expect(names(after, '2026-11-30T12:00')).toBe('ana')
    expect(names(after, '2026-12-01T10:00')).toBe('ben')
  })

  test('a day that has passed turns nobody’s turn round, also where turns are days', () => {
    const before = by('ana ben cy', off(), { every: DAILY })
    const after = again(before, '2026-11-10', '2026-11-25')
    expect(after).toBe(before)
  })

  test('days that have passed stay known when they are tidied out of the calendar', () => {
    const before = by('ana ben cy', off('2026-11-10', '2026-12-25'), { every: DAILY })
    expect(again(before, '2026-12-25')).toBe(before)
    const without = again(before)
    expect(without.rotations[0]?.handoff.calendar?.holidays).toEqual(['2026-11-10'])
  })

  test('what is planned for later gets the days too, and stays planned for later', () => {
    const before = by('ana ben cy', off())
    const from = at('2026-12-07T10:00')
    const plan = by('dan eva', off())
    const planned = amend(before, plan, from, now)
    const after = again(planned, '2026-11-30', '2026-12-14')
    expect(names(after, '2026-11-30T12:00')).toBe('ana')
    expect(names(after, '2026-12-07T09:59')).toBe('ben')
    expect(['dan', 'eva']).toContain(names(after, '2026-12-07T10:00'))
    expect(names(after, '2026-12-14T12:00')).toBe(names(after, '2026-12-07T10:00'))
    expect(after.earlier.map((one) => one.until)).toEqual([now, from])
  })

  test('a new rotation knows all days from its start on, and one that starts elsewhere is new', () => {
    const one = rotation('ana', { starts: '2026-11-02' })
    const known = { ...one, handoff: { ...one.handoff, calendar: off('2026-11-03') } }
    const full = calendar('2026-10-05', '2026-11-03', '2026-11-04', '2026-12-25')
    const days = (stored: typeof known | null) =>
      daysOffOf(full, one, stored, '2026-11-25').holidays
    expect(days(null)).toEqual(['2026-11-03', '2026-11-04', '2026-12-25'])
    expect(days(known)).toEqual(['2026-11-03', '2026-12-25'])
    expect(days({ ...known, starts: '2026-11-01' })).toEqual(days(null))
  })

  test('when it ends is said in days', () => {
    expect(daysLeft([], '2026-11-25')).toBeNull()
    const words = ['2026-12-25', '2026-11-26', '2026-11-25', '2026-11-24', '2026-11-01'].map(
      (last) => endsIn(daysLeft(['2026-01-01', last], '2026-11-25') ?? 0),
    )
    expect(words).toEqual([
      'ends in 30 days',
      'ends in 1 day',
      'ends today',
      'has ended yesterday',
      'has ended 24 days ago',
    ])
  })
})
