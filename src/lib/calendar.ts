/**
 * Business time: the hours of the week in which a team works, in its own zone, without its
 * holidays. Opening and closing are resolved to instants day by day, so that a day on which the
 * clock is set is as long as it is. Local times are read as everywhere here (`fromWall`).
 *
 * Every walk is bounded: a calendar that never opens, or a question that reaches over more than a
 * hundred years, is refused in words (`RangeError`). `calendarProblem` says it beforehand.
 */
import { DAY, type Instant, MINUTE } from './instant.ts'
import { fromWall, isZone, parseWall, toWall, type WallMs } from './zone.ts'

export type CalendarDay = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'

/** `HH:MM` on the wall; `24:00` closes at the end of the day. Hours do not run over midnight. */
export type OpenHours = { day: CalendarDay; open: string; close: string }

export type Calendar = {
  zone: string
  /** A day may stand here several times (a break at noon). */
  weekly: readonly OpenHours[]
  /** Local dates, `2025-04-18`. */
  holidays: ReadonlySet<string>
}

/** From the first opening to the last closing of a day. */
export type BusinessDay = { open: Instant; close: Instant }

const DAYS_MAX = 36_600
/** By the number that `getUTCDay` gives. */
const DAYS: readonly CalendarDay[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** What is wrong with a calendar, as a sentence; null: nothing. */
export function calendarProblem({ zone, weekly }: Calendar): string | null {
  if (!isZone(zone)) return `There is no time zone "${zone}".`
  for (const { day, open, close } of weekly) {
    if (!DAYS.includes(day)) return `"${day}" is no weekday.`
    const [opens, closes] = [minutesOf(open), minutesOf(close)]
    if (opens === null || closes === null) return `The hours ${open} to ${close} are no times.`
    if (opens >= closes) return `The hours ${open} to ${close} close before they open.`
  }
  return weekly.length === 0 ? 'The calendar has no business hours.' : null
}

/** Whether the weekday has hours, and the date is no holiday. */
export function isBusinessDay(calendar: Calendar, localDate: string): boolean {
  return spansOf(read(calendar), midnightOf(localDate)).length > 0
}

/** The instant at which that much business time will have passed. */
export function addBusiness(calendar: Calendar, at: Instant, ms: number): Instant {
  refuseUnless(Number.isFinite(ms) && ms >= 0, 'Business time is added forwards, and ends.')
  let left = ms
  if (left === 0) return at
  const reading = read(calendar)
  for (const day of daysFrom(reading, at)) {
    for (const span of spansOf(reading, day)) {
      const from = Math.max(at, fromWall(span.open, reading.zone))
      const length = fromWall(span.close, reading.zone) - from
      if (length >= left) return from + left
      if (length > 0) left -= length
    }
  }
  throw new RangeError(TOO_FAR)
}

/** How much of `[from, to)` is business time; negative where `to` is before `from`. */
export function businessBetween(calendar: Calendar, from: Instant, to: Instant): number {
  if (to < from) return -businessBetween(calendar, to, from)
  const reading = read(calendar)
  let total = 0
  for (const day of daysFrom(reading, from)) {
    for (const span of spansOf(reading, day)) {
      const open = Math.max(from, fromWall(span.open, reading.zone))
      const close = Math.min(to, fromWall(span.close, reading.zone))
      if (close > open) total += close - open
    }
    if (fromWall(day + DAY, reading.zone) >= to) return total
  }
  throw new RangeError(TOO_FAR)
}

/** The k-th business day after the local date of `at`: today's hours are never the next ones. */
export function nextBusinessDay(calendar: Calendar, at: Instant, k = 1): BusinessDay {
  refuseUnless(Number.isInteger(k) && k >= 1, 'Business days are counted from 1.')
  const reading = read(calendar)
  let count = 0
  for (const day of daysFrom(reading, at, 1)) {
    const spans = spansOf(reading, day)
    const [first, last] = [spans[0], spans.at(-1)]
    if (!first || !last || ++count < k) continue
    return { open: fromWall(first.open, reading.zone), close: fromWall(last.close, reading.zone) }
  }
  throw new RangeError(TOO_FAR)
}

/** What comes back at the same time of day, as a stand-up does. */
export type Recurring = { days: readonly CalendarDay[]; time: string }

/** The first time strictly after `at`; left out where it falls on no business day. */
export function nextOccurrence(
  calendar: Calendar,
  { days, time }: Recurring,
  at: Instant,
): Instant {
  const minutes = minutesOf(time)
  refuseUnless(minutes !== null, `${time} is no time of day.`)
  const reading = read(calendar)
  for (const day of daysFrom(reading, at)) {
    if (!days.includes(weekdayOf(day)) || spansOf(reading, day).length === 0) continue
    const next = fromWall(day + minutes * MINUTE, reading.zone)
    if (next > at) return next
  }
  throw new RangeError(TOO_FAR)
}

const TOO_FAR = 'The calendar has not that much business time in the next hundred years.'

type Span = { open: WallMs; close: WallMs }
/** The hours of a weekday in order, as milliseconds after its midnight. */
type Reading = { zone: string; week: ReadonlyMap<CalendarDay, Span[]>; holidays: Set<WallMs> }

function read(calendar: Calendar): Reading {
  const problem = calendarProblem(calendar)
  refuseUnless(problem === null, problem ?? '')
  const week = new Map<CalendarDay, Span[]>()
  const inOrder = calendar.weekly
    .map(({ day, open, close }) => ({
      day,
      open: (minutesOf(open) ?? 0) * MINUTE,
      close: (minutesOf(close) ?? 0) * MINUTE,
    }))
    .sort((a, b) => a.open - b.open)
  for (const { day, open, close } of inOrder) {
    const spans = week.get(day) ?? []
    const last = spans.at(-1)
    // Hours that overlap are counted once.
    if (last && open <= last.close) last.close = Math.max(last.close, close)
    else spans.push({ open, close })
    week.set(day, spans)
  }
  return { zone: calendar.zone, week, holidays: new Set([...calendar.holidays].map(midnightOf)) }
}

/** The midnights on the wall from the local date of `at` on, or from that many days later. */
function* daysFrom({ zone }: Reading, at: Instant, later = 0): Generator<WallMs> {
  refuseUnless(Number.isFinite(at), 'Business time needs an instant.')
  const first = Math.floor(toWall(at, zone) / DAY) * DAY
  for (let count = later; count < DAYS_MAX; count += 1) yield first + count * DAY
}

/** The hours of that day on the wall; none on a holiday. */
function spansOf({ week, holidays }: Reading, day: WallMs): Span[] {
  if (holidays.has(day)) return []
  const spans = week.get(weekdayOf(day)) ?? []
  return spans.map(({ open, close }) => ({ open: day + open, close: day + close }))
}

const weekdayOf = (day: WallMs): CalendarDay => DAYS[new Date(day).getUTCDay()] ?? 'sun'

function midnightOf(localDate: string): WallMs {
  const wall = parseWall(localDate, '00:00')
  refuseUnless(wall !== null, `"${localDate}" is no date.`)
  return wall
}

function minutesOf(time: string): number | null {
  const match = /^(\d\d):([0-5]\d)$/.exec(time)
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : Number.POSITIVE_INFINITY
  return minutes <= DAY / MINUTE ? minutes : null
}

function refuseUnless(isFine: boolean, words: string): asserts isFine {
  if (!isFine) throw new RangeError(words)
}
