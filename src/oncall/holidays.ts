/**
 * Calendars of public holidays. A rotation keeps the days of its calendar as they were known when it
 * was saved. What is put into the calendar later counts from the next day on: a hand-off that has
 * happened is not moved, and a turn that was had is not had again.
 */
import type { Id } from '../lib/id.ts'
import { DAY, type Instant } from '../lib/instant.ts'
import type { Weekday } from '../lib/windows.ts'
import { toWall } from '../lib/zone.ts'
import type { DaysOff, Rotation } from './schedule.ts'

/** A local date, wherever it is asked about. */
export type Holiday = { date: string; name: string }

export type HolidayCalendar = {
  id: Id
  slug: string
  name: string
  weekend: readonly Weekday[]
  /** By date. */
  holidays: readonly Holiday[]
}

/** The local date of an instant, `2026-12-25`. */
export const localDateOf = (at: Instant, zone: string): string =>
  new Date(Math.floor(toWall(at, zone) / DAY) * DAY).toISOString().slice(0, 10)

/**
 * @param known the same rotation as it is stored; null: it is new
 * @param today the local date of the rotation
 */
export function daysOffOf(
  calendar: HolidayCalendar,
  rotation: Pick<Rotation, 'starts'>,
  known: Rotation | null,
  today: string,
): DaysOff {
  const before = known?.handoff.calendar
  const isKnown = before?.calendarId === calendar.id && known?.starts === rotation.starts
  const all = calendar.holidays.map((day) => day.date)
  const until = isKnown ? before.holidays : all
  const dates = [
    ...until.filter((date) => date <= today && date >= rotation.starts),
    ...all.filter((date) => date > today && date >= rotation.starts),
  ]
  return {
    calendarId: calendar.id,
    weekend: [...calendar.weekend],
    holidays: [...new Set(dates)].sort(),
  }
}

/** The rotation with the days of its calendar as they are known now. */
export function refreshed(
  rotation: Rotation,
  calendars: ReadonlyMap<Id, HolidayCalendar>,
  today: string,
): Rotation {
  const calendar = calendars.get(rotation.handoff.calendar?.calendarId ?? '')
  if (!calendar) return rotation
  const days = daysOffOf(calendar, rotation, rotation, today)
  return { ...rotation, handoff: { ...rotation.handoff, calendar: days } }
}

/** Sooner than this, a calendar is said to end: most lists of holidays are made for a year. */
export const ENDS_SOON_DAYS = 60

/** How many days there are up to the last of these dates, below 0 where it is past; null: there are none. */
export function daysLeft(dates: readonly string[], today: string): number | null {
  const last = dates.toSorted().at(-1)
  if (last === undefined) return null
  return Math.round((Date.parse(`${last}T00:00Z`) - Date.parse(`${today}T00:00Z`)) / DAY)
}

/** `ends in 12 days`, to follow the name of a calendar. */
export function endsIn(days: number): string {
  if (days < 0) return `has ended ${days === -1 ? 'yesterday' : `${-days} days ago`}`
  return days === 0 ? 'ends today' : `ends in ${days === 1 ? '1 day' : `${days} days`}`
}
