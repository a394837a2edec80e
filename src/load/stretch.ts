/**
 * Stretches of time as people live them. Time that one person holds twice (two schedules, two
 * layers) is held once. A stretch is cut where the clock on the wall passes a given time of day,
 * and where the clock itself is set, so that each piece lies in one local day and its length is the
 * time that passed: a night in which the clock is set back is an hour longer, and counts so.
 */
import type { Id } from '../lib/id.ts'
import { DAY, type Instant } from '../lib/instant.ts'
import { parseWall, toWall, type WallMs } from '../lib/zone.ts'

/** Half-open, as all intervals here. */
export type Held = { personId: Id; from: Instant; to: Instant }

/** Where people live: their zone and their holidays, as local dates (`2026-12-25`). */
export type Homes = {
  zoneOf: (personId: Id) => string
  holidaysOf: (personId: Id) => ReadonlySet<string>
}

/** `wall` is what the local clock shows at `from`; it runs on evenly until `to`. */
export type Piece = { from: Instant; to: Instant; wall: WallMs }

/** In order; what overlaps or touches is one, and what is empty is left out. */
export function united<Span extends { from: Instant; to: Instant }>(
  spans: readonly Span[],
): { from: Instant; to: Instant }[] {
  const all: { from: Instant; to: Instant }[] = []
  const inOrder = spans.filter((one) => one.from < one.to).toSorted((a, b) => a.from - b.from)
  for (const { from, to } of inOrder) {
    const last = all.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else all.push({ from, to })
  }
  return all
}

/**
 * @param edges times of day to cut at, in milliseconds after midnight; midnight is always one
 * @throws RangeError where the stretch has no end, or the zone does not exist
 */
export function piecesOf(
  from: Instant,
  to: Instant,
  zone: string,
  edges: readonly number[] = [],
): Piece[] {
  if (!Number.isFinite(from) || !Number.isFinite(to)) {
    throw new RangeError('A stretch of time needs a beginning and an end to be counted.')
  }
  const pieces: Piece[] = []
  for (let at = from; at < to; at = pieces.at(-1)!.to) {
    const wall = toWall(at, zone)
    const timeOfDay = timeOfDayOf(wall)
    const edge = Math.min(DAY, ...edges.filter((one) => one > timeOfDay))
    pieces.push({ from: at, to: steadyUntil(at, Math.min(to, at + edge - timeOfDay), zone), wall })
  }
  return pieces
}

/** The first instant after `at` at which the clock has been set; `end` where it is not. */
function steadyUntil(at: Instant, end: Instant, zone: string): Instant {
  const isSteady = (then: Instant): boolean => toWall(then, zone) - then === toWall(at, zone) - at
  let before = at
  let after = Math.max(at, end - 1)
  if (isSteady(after)) return end
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (isSteady(middle)) before = middle
    else after = middle
  }
  return after
}

export const timeOfDayOf = (wall: WallMs): number => wall - Math.floor(wall / DAY) * DAY

/** `2026-11-02` */
export const dateOf = (wall: WallMs): string => new Date(wall).toISOString().slice(0, 10)

/** 1 is Monday, 7 is Sunday. Day 0 of the epoch was a Thursday. */
export const weekdayOf = (wall: WallMs): number =>
  ((((Math.floor(wall / DAY) + 3) % 7) + 7) % 7) + 1

/** @throws RangeError where there is no such date */
export function midnightOf(localDate: string): WallMs {
  const wall = parseWall(localDate, '00:00')
  if (wall === null) throw new RangeError(`${localDate} is not a date like 2026-11-02.`)
  return wall
}
