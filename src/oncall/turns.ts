/**
 * Which turn of a rotation it is, by arithmetic on the wall clock: no walking from the start, so a
 * rotation that began in 1900 costs as much as one that began today. Everything here is wall time;
 * `reached` is how far the zone's clock has got (`reachedWall`), which makes a hand-off in a gap
 * happen right after it, and one in an hour lived through twice happen in the first of the two.
 */
import type { Id } from '../lib/id.ts'
import { DAY, HOUR } from '../lib/instant.ts'
import { parseWall, type WallMs } from '../lib/zone.ts'
import { WEEKDAYS, type Window, windowAt, windowsOf } from '../lib/windows.ts'
import type { Period, Rotation } from './schedule.ts'

/** A rotation read once: its texts as numbers on the wall. */
export type Watch = {
  id: string
  turns: readonly (readonly Id[])[]
  every: Period
  /** The first hand-off on or after `starts`. */
  first: WallMs
  /** The day of the month of every hand-off, for months. */
  date: number
  end: WallMs
  windows: readonly Window[]
  worked: Worked
}

/** Of a cycle of turns, how many before each are worked, and how many in all. */
type Worked = { before: readonly number[]; all: number }

/** Half-open, on the wall. `count` is how many turns were worked before it. */
export type Turn = { count: number; from: WallMs; to: WallMs }

/** Null for a rotation that can never cover anything: nobody in it, or texts that are no dates. */
export function watchOf(rotation: Rotation): Watch | null {
  const { id, turns, every, starts, ends, handoff, only } = rotation
  const midnight = parseWall(starts, '00:00')
  const time = parseWall(starts, handoff.time)
  const end = ends === null ? Number.POSITIVE_INFINITY : parseWall(ends, '00:00')
  if (midnight === null || time === null || end === null) return null
  if (!(every.count > 0) || turns.every((turn) => turn.length === 0)) return null
  const date = handoff.date ?? civil(midnight).date
  const first = firstHandoff(rotation, midnight, time, date)
  const windows = windowsOf(only)
  const worked = workedOf(every, first, windows)
  return worked.all === 0 ? null : { id, turns, every, first, date, end, windows, worked }
}

/**
 * A turn that lies outside of all windows is not anybody's: with a daily rotation on weekdays,
 * whoever follows Friday has Monday, and of a 12-hour rotation for nights only the days do not
 * take every second name. Windows repeat by the week, so the pattern of turns does as well.
 */
function workedOf({ unit, count }: Period, first: WallMs, windows: readonly Window[]): Worked {
  if (windows.length === 0) return EVERY_TURN
  const isLong = unit === 'week' || unit === 'month'
  const length = isLong ? WEEK : LENGTH[unit] * count
  const cycle = isLong ? 1 : WEEK / commonDivisor(length, WEEK)
  const before: number[] = []
  let all = 0
  for (let turn = 0; turn < cycle; turn += 1) {
    before.push(all)
    const from = first + turn * length
    const { isCovered, until } = windowAt(windows, from)
    if (isCovered || until < from + length) all += 1
  }
  return { before, all }
}

const EVERY_TURN: Worked = { before: [0], all: 1 }

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

function firstHandoff(rotation: Rotation, midnight: WallMs, time: WallMs, date: number): WallMs {
  const { unit } = rotation.every
  if (unit === 'week' && rotation.handoff.weekday !== null) {
    const wanted = WEEKDAYS.indexOf(rotation.handoff.weekday)
    return time + ((wanted - weekdayOf(midnight) + 7) % 7) * DAY
  }
  if (unit === 'month') {
    const thisMonth = monthLater(time, 0, date)
    return thisMonth >= midnight ? thisMonth : monthLater(time, 1, date)
  }
  return time
}

/** The turn at that point of the wall, or null before the first hand-off and after the end. */
export function turnAt(watch: Watch, reached: WallMs): Turn | null {
  if (reached < watch.first || reached >= watch.end) return null
  let index = estimate(watch, reached)
  if (handoffOf(watch, index) > reached) index -= 1
  const { before, all } = watch.worked
  const cycles = Math.floor(index / before.length)
  return {
    count: cycles * all + (before[index - cycles * before.length] ?? 0),
    from: handoffOf(watch, index),
    to: Math.min(handoffOf(watch, index + 1), watch.end),
  }
}

/** Exact, but for months: there the hand-off of the month may still be to come. */
function estimate({ every, first }: Watch, reached: WallMs): number {
  if (every.unit === 'month') return Math.floor(monthsBetween(first, reached) / every.count)
  return Math.floor((reached - first) / (LENGTH[every.unit] * every.count))
}

const WEEK = 7 * DAY
const LENGTH = { hour: HOUR, day: DAY, week: WEEK }

function handoffOf({ every, first, date }: Watch, index: number): WallMs {
  if (every.unit === 'month') return monthLater(first, index * every.count, date)
  return first + index * every.count * LENGTH[every.unit]
}

/** Monday is 0. */
export const weekdayOf = (wall: WallMs): number => mod(Math.floor(wall / DAY) + 3, 7)

const mod = (value: number, by: number): number => ((value % by) + by) % by

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
