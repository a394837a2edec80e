/**
 * Windows of the week on the wall clock: what a rotation is restricted to, when a silence recurs. A window that runs over
 * midnight belongs to the day it begins on, and windows that touch are one.
 */
import { DAY, HOUR, MINUTE } from './instant.ts'
import type { WallMs } from './zone.ts'

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/**
 * A window of the local day, `HH:MM` with `24:00` as the end of the day. Where `to` is not after
 * `from` it runs over midnight, and belongs to the days it begins on; equal times are 24 hours.
 */
export type Restriction = { days: readonly Weekday[]; from: string; to: string }

/** `from` and `to` count from midnight of a day it begins on; `days` has Monday first. */
export type Window = { days: readonly boolean[]; from: number; to: number }

export function windowsOf(only: readonly Restriction[]): Window[] {
  return only.map((restriction) => {
    const from = timeOfDay(restriction.from)
    const to = timeOfDay(restriction.to)
    return {
      days: WEEKDAYS.map((day) => restriction.days.includes(day)),
      from,
      to: to <= from ? to + DAY : to,
    }
  })
}

/** `22:30` → milliseconds after midnight; `24:00` is the end of the day. */
function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * HOUR + minutes * MINUTE
}

/** Whether that point of the wall is in a window, and up to where that stays so (exclusive). */
export function windowAt(
  windows: readonly Window[],
  wall: WallMs,
): { isCovered: boolean; until: WallMs } {
  const end = endOfRun(windows, wall)
  return end > wall
    ? { isCovered: true, until: end }
    : { isCovered: false, until: nextBegin(windows, wall) }
}

/** Follows windows that touch or overlap; a run of a whole week never ends. */
function endOfRun(windows: readonly Window[], wall: WallMs): WallMs {
  let end = wall
  for (;;) {
    const further = latestEnd(windows, end)
    if (further === end) return end
    if (further - wall >= 7 * DAY) return Number.POSITIVE_INFINITY
    end = further
  }
}

/** The latest end among the windows that hold this point; the point itself where none does. */
function latestEnd(windows: readonly Window[], wall: WallMs): WallMs {
  const today = Math.floor(wall / DAY)
  let latest = wall
  for (const window of windows) {
    for (let day = today - 1; day <= today; day += 1) {
      if (!isOn(window, day) || wall < day * DAY + window.from) continue
      const to = day * DAY + window.to
      if (wall < to && to > latest) latest = to
    }
  }
  return latest
}

function nextBegin(windows: readonly Window[], wall: WallMs): WallMs {
  const today = Math.floor(wall / DAY)
  let next = Number.POSITIVE_INFINITY
  for (const window of windows) {
    for (let day = today - 1; day <= today + 7; day += 1) {
      const from = day * DAY + window.from
      if (from <= wall || !isOn(window, day)) continue
      next = Math.min(next, from)
      break
    }
  }
  return next
}

/** Day 0 of the epoch was a Thursday. */
const isOn = (window: Window, day: number): boolean =>
  window.days[(((day + 3) % 7) + 7) % 7] === true
