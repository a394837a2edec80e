import { expect, test } from 'vitest'
import {
  addBusiness,
  businessBetween,
  type Calendar,
  calendarProblem,
  isBusinessDay,
  nextBusinessDay,
  nextOccurrence,
} from './calendar.ts'
import { DAY, HOUR, type Instant, MINUTE, toIso } from './instant.ts'
import { fromWall, parseWall } from './zone.ts'

/** Bank holidays in England and Wales around the days that the examples speak of. */
const HOLIDAYS = [
  '2020-08-31',
  '2021-05-03',
  '2021-05-31',
  '2025-01-01',
  '2025-04-18',
  '2025-04-21',
  '2025-05-05',
  '2025-05-26',
  '2025-08-25',
  '2025-12-25',
  '2025-12-26',
  '2026-01-01',
]

const WORKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const hours = (open: string, close: string): Calendar['weekly'] =>
  WORKDAYS.map((day) => ({ day, open, close }))

const london: Calendar = {
  zone: 'Europe/London',
  weekly: hours('09:00', '17:00'),
  holidays: new Set(HOLIDAYS),
}
const justice: Calendar = { ...london, weekly: hours('10:00', '17:00') }

/** `2025-04-17 16:30` on the wall. */
function at(text: string, zone = 'Europe/London'): Instant {
  const [date = '', time = ''] = text.split(' ')
  const wall = parseWall(date, time)
  if (wall === null) throw new Error(`${text} is no time`)
  return fromWall(wall, zone)
}
const close = (text: string, k?: number): string =>
  toIso(nextBusinessDay(london, at(text), k).close)
const ALWAYS: Calendar['weekly'] = [...WORKDAYS, 'sat' as const, 'sun' as const].map((day) => ({
  day,
  open: '00:00',
  close: '24:00',
}))

test('CLK-02: an hour from Saturday 02:00 ends at 03:00, and in business time on Monday at 10:00', () => {
  const created = at('2025-03-01 02:00')
  expect(toIso(created + HOUR)).toBe('2025-03-01T03:00:00.000Z')
  expect(toIso(addBusiness(london, created, HOUR))).toBe('2025-03-03T10:00:00.000Z')
})

test('CLK-03: the business day after the Thursday before Easter is Tuesday', () => {
  expect(close('2025-04-17 16:30')).toBe('2025-04-22T16:00:00.000Z')
})

test('CLK-04: over the weekend on which the clocks change, 17:00 is another instant', () => {
  expect(close('2025-03-28 16:45')).toBe('2025-03-31T16:00:00.000Z')
})

test('CLK-05: after Christmas Eve comes the Monday after Boxing Day', () => {
  expect(close('2025-12-24 18:00')).toBe('2025-12-29T17:00:00.000Z')
})

test('CLK-06: 15 minutes on Friday and 45 on Monday', () => {
  const due = addBusiness(london, at('2025-03-28 16:45'), HOUR)
  expect(toIso(due)).toBe('2025-03-31T08:45:00.000Z')
})

test('CLK-07: before opening, the next business day is still tomorrow', () => {
  expect(close('2025-03-03 08:00')).toBe('2025-03-04T17:00:00.000Z')
})

test('CLK-10: the next stand-up is strictly later, and never on a holiday', () => {
  const standUp = { days: WORKDAYS, time: '10:00' }
  const next = (text: string): string => toIso(nextOccurrence(london, standUp, at(text)))
  expect(next('2025-03-04 09:59')).toBe('2025-03-04T10:00:00.000Z')
  expect(next('2025-03-04 10:00')).toBe('2025-03-05T10:00:00.000Z')
  expect(next('2025-04-17 10:30')).toBe('2025-04-22T09:00:00.000Z')
})

test('CLK-12: over Easter, an hour on Thursday and one on Tuesday', () => {
  const [from, to] = [at('2025-04-17 16:00'), at('2025-04-22 10:00')]
  expect(businessBetween(london, from, to)).toBe(120 * MINUTE)
  expect(businessBetween(london, to, from)).toBe(-120 * MINUTE)
  expect(businessBetween(london, from, from)).toBe(0)
})

test('CLK-13: two business days after the Thursday before Easter is Wednesday', () => {
  expect(close('2025-04-17 16:30', 2)).toBe('2025-04-23T16:00:00.000Z')
})

test('CLK-14: 4 h 45 min from 12:15 to 10:00 the next day, open from 10:00 to 17:00', () => {
  const spent = businessBetween(justice, at('2021-05-10 12:15'), at('2021-05-11 10:00'))
  expect(spent).toBe(4 * HOUR + 45 * MINUTE)
})

test('CLK-15: 29 h 15 min within a week of seven-hour days', () => {
  const spent = businessBetween(justice, at('2020-08-07 15:51'), at('2020-08-14 10:06'))
  expect(spent).toBe(29 * HOUR + 15 * MINUTE)
})

test('a day is a business day where its weekday has hours and it is no holiday', () => {
  expect(isBusinessDay(london, '2025-04-17')).toBe(true)
  expect(isBusinessDay(london, '2025-04-18')).toBe(false)
  expect(isBusinessDay(london, '2025-04-19')).toBe(false)
  expect(() => isBusinessDay(london, '2025-02-30')).toThrow('"2025-02-30" is no date.')
})

test('business time ends with the last minute, not with the next opening', () => {
  const friday = at('2025-03-07 16:00')
  expect(toIso(addBusiness(london, friday, HOUR))).toBe('2025-03-07T17:00:00.000Z')
  expect(toIso(addBusiness(london, friday, HOUR + 1))).toBe('2025-03-10T09:00:00.001Z')
  expect(addBusiness(london, at('2025-03-08 12:00'), 0)).toBe(at('2025-03-08 12:00'))
})

test('what is added is what lies between', () => {
  for (let step = 0; step < 400; step += 1) {
    const from = at('2025-03-20 00:00') + step * 7 * HOUR + step * 1_001
    const ms = 1 + ((step * 7_919_000) % (60 * HOUR))
    expect(businessBetween(london, from, addBusiness(london, from, ms))).toBe(ms)
  }
})

test('a break at noon is no business time, and hours that overlap count once', () => {
  const weekly = [
    { day: 'mon', open: '13:00', close: '17:00' },
    { day: 'mon', open: '09:00', close: '12:00' },
    { day: 'mon', open: '16:00', close: '18:00' },
  ] as const
  const broken: Calendar = { ...london, weekly }
  const monday = at('2025-03-03 00:00')
  expect(businessBetween(broken, monday, monday + DAY)).toBe(8 * HOUR)
  const { open, close } = nextBusinessDay(broken, at('2025-03-01 00:00'))
  expect([toIso(open), toIso(close)]).toEqual([
    '2025-03-03T09:00:00.000Z',
    '2025-03-03T18:00:00.000Z',
  ])
})

test('a day on which the clock is set is as long as it is', () => {
  const always: Calendar = { zone: 'Europe/London', weekly: ALWAYS, holidays: new Set() }
  const day = (date: string, next: string): number =>
    businessBetween(always, at(`${date} 00:00`), at(`${next} 00:00`))
  expect(day('2025-03-30', '2025-03-31')).toBe(23 * HOUR)
  expect(day('2025-10-26', '2025-10-27')).toBe(25 * HOUR)
  // Santiago begins its summer at midnight: that day opens at 01:00.
  const santiago: Calendar = { zone: 'America/Santiago', weekly: ALWAYS, holidays: new Set() }
  const { open, close } = nextBusinessDay(santiago, at('2026-09-05 12:00', 'America/Santiago'))
  expect([toIso(open), close - open]).toEqual(['2026-09-06T04:00:00.000Z', 23 * HOUR])
})

test('a calendar that never opens is refused in words, and nothing hangs', () => {
  const from = at('2025-03-03 09:00')
  const never: Calendar = { ...london, weekly: [] }
  expect(calendarProblem(london)).toBeNull()
  expect(calendarProblem(never)).toBe('The calendar has no business hours.')
  expect(() => addBusiness(never, from, 1)).toThrow('no business hours')
  expect(() => nextBusinessDay(never, from)).toThrow('no business hours')
  const sundays = { days: ['sun'], time: '10:00' } as const
  expect(() => nextOccurrence(london, sundays, from)).toThrow('not that much business time')
  const holidays = new Set<string>()
  for (let day = 0; day < 40_000; day += 1) {
    holidays.add(new Date(Date.UTC(2025, 0, 1) + day * DAY).toISOString().slice(0, 10))
  }
  const idle: Calendar = { ...london, holidays }
  expect(() => nextBusinessDay(idle, from)).toThrow('not that much business time')
  expect(() => addBusiness(idle, from, 1)).toThrow('not that much business time')
  expect(() => addBusiness(london, from, 1e15)).toThrow('not that much business time')
  expect(() => businessBetween(london, from, 1e15)).toThrow('not that much business time')
})

test('what is no calendar and no question is refused in words', () => {
  const from = at('2025-03-03 09:00')
  const weekly = [{ day: 'mon', open: '17:00', close: '09:00' }] as const
  expect(calendarProblem({ ...london, weekly })).toBe(
    'The hours 17:00 to 09:00 close before they open.',
  )
  expect(calendarProblem({ ...london, zone: 'Europe/Lisboa' })).toContain('no time zone')
  expect(calendarProblem({ ...london, weekly: hours('9:00', '17:00') })).toContain('no times')
  expect(() => addBusiness(london, from, Number.NaN)).toThrow(RangeError)
  expect(() => addBusiness(london, Number.NaN, 1)).toThrow(RangeError)
  expect(() => addBusiness(london, from, -1)).toThrow(RangeError)
  expect(() => nextBusinessDay(london, from, 0)).toThrow(RangeError)
  expect(() => nextOccurrence(london, { days: ['mon'], time: '25:00' }, from)).toThrow(RangeError)
})
