/**
 * The window of an objective. A rolling one is always as long as it says. A calendar one begins
 * anew at its boundary on the wall of its zone, and is as long as the calendar makes it: March in
 * London has 743 hours.
 */
import type { Instant } from '../lib/instant.ts'
import { fromWall, parseWall, reachedWall, type WallMs } from '../lib/zone.ts'

export const CALENDAR_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const
export type CalendarUnit = (typeof CALENDAR_UNITS)[number]

export type Window =
  | { kind: 'rolling'; ms: number }
  | {
      kind: 'calendar'
      unit: CalendarUnit
      count: number
      zone: string
      /** Where the first period begins, on the wall: `2026-01-01T00:00`. */
      anchor: string
    }

export type Span = { from: Instant; to: Instant }

/** What the budget is for, at an instant. Of a rolling window it ends there. */
export function spanAt(window: Window, now: Instant): Span {
  if (window.kind === 'rolling') return { from: now - window.ms, to: now }
  const reached = reachedWall(now, window.zone)
  let index = guess(window, reached)
  while (boundary(window, index + 1) <= reached) index += 1
  while (boundary(window, index) > reached) index -= 1
  return {
    from: fromWall(boundary(window, index), window.zone),
    to: fromWall(boundary(window, index + 1), window.zone),
  }
}

export const lengthAt = (window: Window, now: Instant): number => {
  const { from, to } = spanAt(window, now)
  return to - from
}

/** The share of the window that has gone by; one for a rolling window. */
export function elapsedAt(window: Window, now: Instant): number {
  const { from, to } = spanAt(window, now)
  return (now - from) / (to - from)
}

type Calendar = Extract<Window, { kind: 'calendar' }>

const DAY_MS = 86_400_000
const MONTHS: Readonly<Record<CalendarUnit, number>> = {
  day: 0,
  week: 0,
  month: 1,
  quarter: 3,
  year: 12,
}

const anchorOf = ({ anchor }: Calendar): WallMs => {
  const [date = '', time = ''] = anchor.split('T')
  const wall = parseWall(date, time)
  if (wall === null) throw new RangeError(`${anchor} is no local time`)
  return wall
}

/** Where the period of that number begins, on the wall. A 31st is the last day of a shorter month. */
function boundary(window: Calendar, index: number): WallMs {
  const anchor = anchorOf(window)
  const steps = index * window.count
  const months = MONTHS[window.unit] * steps
  if (months === 0 && MONTHS[window.unit] === 0)
    return anchor + steps * (window.unit === 'week' ? 7 : 1) * DAY_MS
  const start = new Date(anchor)
  const first = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, 1)
  const last = new Date(first)
  const days = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 0)).getUTCDate()
  const day = Math.min(start.getUTCDate(), days)
  return first + (day - 1) * DAY_MS + (anchor % DAY_MS)
}

function guess(window: Calendar, wall: WallMs): number {
  const days = (wall - anchorOf(window)) / DAY_MS
  const perPeriod = { day: 1, week: 7, month: 30.44, quarter: 91.31, year: 365.25 }[window.unit]
  return Math.floor(days / (perPeriod * window.count))
}
