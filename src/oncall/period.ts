/**
 * When a rotation hands off by its period alone, by arithmetic on the wall clock: no walking from
 * the start, so a rotation that began in 1900 costs as much as one that began today.
 */
import { DAY, HOUR } from '../lib/instant.ts'
import { WEEKDAYS } from '../lib/windows.ts'
import { parseWall, type WallMs } from '../lib/zone.ts'
import type { Period, Rotation } from './schedule.ts'

export type Series = {
  every: Period
  /** The first hand-off on or after `starts`. */
  first: WallMs
  /** The day of the month of every hand-off, for months. */
  date: number
}

/** Null where the texts are no dates, or nothing ever follows. */
export function seriesOf({ every, starts, handoff }: Rotation): Series | null {
  const midnight = parseWall(starts, '00:00')
  const time = parseWall(starts, handoff.time)
  if (midnight === null || time === null || !(every.count > 0)) return null
  const date = handoff.date ?? civil(midnight).date
  return { every, first: firstHandoff(every, handoff.weekday, midnight, time, date), date }
}

function firstHandoff(
  { unit }: Period,
  weekday: Rotation['handoff']['weekday'],
  midnight: WallMs,
  time: WallMs,
  date: number,
): WallMs {
  if (unit === 'week' && weekday !== null) {
    return time + ((WEEKDAYS.indexOf(weekday) - weekdayOf(midnight) + 7) % 7) * DAY
  }
  if (unit === 'month') {
    const thisMonth = monthLater(time, 0, date)
    return thisMonth >= midnight ? thisMonth : monthLater(time, 1, date)
  }
  return time
}

export function handoffOf({ every, first, date }: Series, index: number): WallMs {
  if (every.unit === 'month') return monthLater(first, index * every.count, date)
  return first + index * every.count * LENGTH[every.unit]
}

/** Which hand-off was the last at or before that point of the wall; below 0 before the first. */
export function indexAt(series: Series, wall: WallMs): number {
  const { every, first } = series
  if (every.unit !== 'month') return Math.floor((wall - first) / (LENGTH[every.unit] * every.count))
  const index = Math.floor(monthsBetween(first, wall) / every.count)
  // The hand-off of the month may still be to come.
  return handoffOf(series, index) > wall ? index - 1 : index
}

export const WEEK = 7 * DAY
export const LENGTH = { hour: HOUR, day: DAY, week: WEEK }

/** Monday is 0. */
const weekdayOf = (wall: WallMs): number => mod(Math.floor(wall / DAY) + 3, 7)

export const mod = (value: number, by: number): number => ((value % by) + by) % by

/** So many months after the month of `from`, on that date or the month's last, at its time of day. */
function monthLater(from: WallMs, months: number, date: number): WallMs {
  const { month } = civil(from)
  const begins = monthBegins(month + months)
  const last = monthBegins(month + months + 1) - DAY
  return Math.min(begins + (date - 1) * DAY, last) + mod(from, DAY)
}

const monthsBetween = (from: WallMs, to: WallMs): number => civil(to).month - civil(from).month

/** Months are counted from January of the year 0. The calendar arithmetic is Howard Hinnant's. */
function civil(wall: WallMs): { month: number; date: number } {
  const day = Math.floor(wall / DAY) + 719_468
  const era = Math.floor(day / 146_097)
  const dayOfEra = day - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  // Years run from March here, so that the leap day is the last of the year.
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  return { month: (yearOfEra + era * 400) * 12 + marchMonth + 2, date }
}

function monthBegins(month: number): WallMs {
  const year = Math.floor((month - 2) / 12)
  const marchMonth = mod(month - 2, 12)
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5)
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - 719_468) * DAY
}
