/**
 * Which turn of a rotation an instant falls into, by arithmetic: no walking from the start, so a
 * rotation that began in 1900 costs as much as one that began today. Turns are counted in local
 * wall time: a week is a calendar week, be it 167, 168 or 169 hours long.
 */
import { DAY, HOUR, type Instant } from '../lib/instant.ts'
import { fromWall, parseWall, toWall, type WallMs } from '../lib/zone.ts'
import { type Restriction, type Rotation, WEEKDAYS } from './schedule.ts'

export type Turn = { index: number; from: Instant; to: Instant }

/** The turn that `at` falls into, or null before the first hand-off and after the end. */
export function turnAt(rotation: Rotation, zone: string, at: Instant): Turn | null {
  const first = firstHandoff(rotation)
  if (first === null) return null
  const begins = fromWall(first, zone)
  if (at < begins) return null
  const end = endOf(rotation, zone)
  if (end !== null && at >= end) return null
  const { count } = rotation.every
  if (rotation.every.unit === 'hour') {
    const length = count * HOUR
    const index = Math.floor((at - begins) / length)
    return clip({ index, from: begins + index * length, to: begins + (index + 1) * length }, end)
  }
  // Estimated on the wall clock, then put right: at a change of the clocks it can be one off.
  let index = Math.max(0, estimate(rotation, first, toWall(at, zone)))
  while (index > 0 && boundary(rotation, first, index, zone) > at) index -= 1
  while (boundary(rotation, first, index + 1, zone) <= at) index += 1
  const turn = {
    index,
    from: boundary(rotation, first, index, zone),
    to: boundary(rotation, first, index + 1, zone),
  }
  return clip(turn, end)
}

const clip = (turn: Turn, end: Instant | null): Turn =>
  end === null ? turn : { ...turn, to: Math.min(turn.to, end) }

/** When the rotation begins to cover, for "not yet" answers. */
export function beginsAt(rotation: Rotation, zone: string): Instant | null {
  const first = firstHandoff(rotation)
  return first === null ? null : fromWall(first, zone)
}

function endOf(rotation: Rotation, zone: string): Instant | null {
  const wall = rotation.ends === null ? null : parseWall(rotation.ends, '00:00')
  return wall === null ? null : fromWall(wall, zone)
}

function estimate(rotation: Rotation, first: WallMs, wall: WallMs): number {
  const { unit, count } = rotation.every
  if (unit === 'month') return Math.floor(monthsBetween(first, wall) / count) - 1
  return Math.floor((wall - first) / (count * (unit === 'week' ? 7 : 1) * DAY))
}

function boundary(rotation: Rotation, first: WallMs, index: number, zone: string): Instant {
  const { unit, count } = rotation.every
  if (unit === 'month') return fromWall(monthLater(rotation, first, index * count), zone)
  return fromWall(first + index * count * (unit === 'week' ? 7 : 1) * DAY, zone)
}

/** The wall time of the first hand-off on or after `starts`. */
function firstHandoff(rotation: Rotation): WallMs | null {
  const start = parseWall(rotation.starts, '00:00')
  const handoff = parseWall(rotation.starts, rotation.handoff.time)
  if (start === null || handoff === null) return null
  if (rotation.every.unit === 'week' && rotation.handoff.weekday !== null) {
    const ahead = (WEEKDAYS.indexOf(rotation.handoff.weekday) - weekdayOf(start) + 7) % 7
    return handoff + ahead * DAY
  }
  if (rotation.every.unit === 'month') {
    const sameMonth = monthLater(rotation, handoff, 0)
    return sameMonth >= start ? sameMonth : monthLater(rotation, handoff, 1)
  }
  return handoff
}

/** The hand-off so many months later. The 31st of a month with 30 days is its last day. */
function monthLater(rotation: Rotation, from: WallMs, months: number): WallMs {
  const at = new Date(from)
  const first = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)
  const last = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 1)
  const date =
    rotation.handoff.date ?? new Date(parseWall(rotation.starts, '00:00') ?? from).getUTCDate()
  return Math.min(first + (date - 1) * DAY, last - DAY) + (from - Math.floor(from / DAY) * DAY)
}

const monthsBetween = (from: WallMs, to: WallMs): number => {
  const a = new Date(from)
  const b = new Date(to)
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth()
}

/** Monday is 0. */
export const weekdayOf = (wall: WallMs): number => (new Date(wall).getUTCDay() + 6) % 7

/**
 * Whether the windows of a rotation cover an instant, and until when that stays so.
 * A window belongs to the local day on which it begins.
 */
export function windowAt(
  only: readonly Restriction[],
  zone: string,
  at: Instant,
): { covers: boolean; until: Instant } {
  const today = Math.floor(toWall(at, zone) / DAY) * DAY
  let covers = false
  let until = Number.POSITIVE_INFINITY
  const edges: Instant[] = []
  for (const restriction of only) {
    // Yesterday's window may still run; a window begins again within eight days.
    for (let ahead = -1; ahead <= 8; ahead += 1) {
      const day = today + ahead * DAY
      if (!restriction.days.includes(WEEKDAYS[weekdayOf(day)] ?? 'mon')) continue
      const [from, to] = windowOf(restriction, day, zone)
      if (from <= at && at < to) covers = true
      edges.push(from, to)
    }
  }
  for (const edge of edges) if (edge > at && edge < until) until = edge
  return { covers, until }
}

function windowOf(restriction: Restriction, day: WallMs, zone: string): [Instant, Instant] {
  const from = timeOfDay(restriction.from)
  const to = timeOfDay(restriction.to)
  return [fromWall(day + from, zone), fromWall(day + (to <= from ? to + DAY : to), zone)]
}

/** `22:30` → milliseconds after midnight; `24:00` is the end of the day. */
const timeOfDay = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * HOUR + minutes * 60_000
}
