/**
 * What a page costs depends on when it comes, on the clock of whoever is paged: 22:00 to 08:00 is
 * sleep on every day; what is left of Monday to Friday is business up to 18:00 and off after it;
 * what is left of Saturday and Sunday is off. Sleep wins. A holiday counts as a Sunday.
 *
 * The hours are those of PagerDuty's analytics; the holidays are our choice (method, 14.1).
 */
import { HOUR, type Instant } from '../lib/instant.ts'
import { toWall, type WallMs } from '../lib/zone.ts'
import { dateOf, piecesOf, timeOfDayOf, weekdayOf } from './stretch.ts'

export type Band = 'sleep' | 'off' | 'business'

const WAKE = 8 * HOUR
const WORK_ENDS = 18 * HOUR
const SLEEP = 22 * HOUR

/** @param holidays local dates, like `2026-12-25` */
export const bandOf = (at: Instant, zone: string, holidays: ReadonlySet<string>): Band =>
  bandOnWall(toWall(at, zone), holidays)

/** How many milliseconds of `[from, to)` lie in each band. They add up to `to - from`. */
export function hoursByBand(
  from: Instant,
  to: Instant,
  zone: string,
  holidays: ReadonlySet<string>,
): Record<Band, number> {
  const byBand: Record<Band, number> = { sleep: 0, off: 0, business: 0 }
  for (const piece of piecesOf(from, to, zone, [WAKE, WORK_ENDS, SLEEP])) {
    byBand[bandOnWall(piece.wall, holidays)] += piece.to - piece.from
  }
  return byBand
}

function bandOnWall(wall: WallMs, holidays: ReadonlySet<string>): Band {
  const timeOfDay = timeOfDayOf(wall)
  if (timeOfDay < WAKE || timeOfDay >= SLEEP) return 'sleep'
  return timeOfDay < WORK_ENDS && isWorkday(wall, holidays) ? 'business' : 'off'
}

/** Monday to Friday, and no holiday. */
export const isWorkday = (wall: WallMs, holidays: ReadonlySet<string>): boolean =>
  weekdayOf(wall) <= 5 && !holidays.has(dateOf(wall))
