/**
 * What an edit would do to people, before it is saved: shifts and hours more or fewer, and the
 * holidays that somebody gets back or loses.
 */
import type { Id } from '../lib/id.ts'
import { DAY, type Instant } from '../lib/instant.ts'
import { toWall } from '../lib/zone.ts'
import type { Schedule } from './schedule.ts'
import { shiftsBetween } from './shifts.ts'

export type Difference = {
  personId: Id
  /** Shifts after the edit, less those before it. */
  shifts: number
  ms: number
  /** Names of days on which they are on call from now on, and on which they are not any more. */
  gains: readonly string[]
  loses: readonly string[]
}

export type DayName = { date: string; name: string }

/** @param daysOf the holidays of a person, in their own calendar */
export function compare(
  before: Schedule | null,
  after: Schedule,
  from: Instant,
  to: Instant,
  daysOf: (personId: Id) => readonly DayName[],
): Difference[] {
  const was = before === null ? new Map<Id, Held>() : held(before, from, to)
  const is = held(after, from, to)
  const ids = [...new Set([...was.keys(), ...is.keys()])].sort()
  return ids.flatMap((personId): Difference[] => {
    const [a, b] = [was.get(personId) ?? NOTHING, is.get(personId) ?? NOTHING]
    const daysOn = (of: Held): DayName[] => daysOf(personId).filter((day) => of.dates.has(day.date))
    const names = (days: readonly DayName[], without: readonly DayName[]): string[] =>
      days.filter((day) => !without.includes(day)).map((day) => day.name)
    const difference = {
      personId,
      shifts: b.shifts - a.shifts,
      ms: b.ms - a.ms,
      gains: names(daysOn(b), daysOn(a)),
      loses: names(daysOn(a), daysOn(b)),
    }
    const isNone =
      difference.shifts === 0 &&
      difference.ms === 0 &&
      difference.gains.length + difference.loses.length === 0
    return isNone ? [] : [difference]
  })
}

type Held = { shifts: number; ms: number; dates: ReadonlySet<string> }
const NOTHING: Held = { shifts: 0, ms: 0, dates: new Set() }

/** Shifts that touch are one. Dates are those of the schedule's wall that a shift lies on. */
function held(schedule: Schedule, from: Instant, to: Instant): Map<Id, Held> {
  const found = new Map<Id, { shifts: number; ms: number; dates: Set<string>; until: Instant }>()
  for (const shift of shiftsBetween(schedule, from, to)) {
    for (const { personId } of shift.people) {
      const one = found.get(personId) ?? { shifts: 0, ms: 0, dates: new Set<string>(), until: -1 }
      if (one.until !== shift.from) one.shifts += 1
      one.ms += shift.to - shift.from
      one.until = shift.to
      const last = toWall(shift.to - 1, schedule.timezone)
      for (let wall = toWall(shift.from, schedule.timezone); ; wall += DAY) {
        one.dates.add(dateOf(Math.min(wall, last)))
        if (wall >= last) break
      }
      found.set(personId, one)
    }
  }
  return found
}

const dateOf = (wall: number): string => new Date(wall).toISOString().slice(0, 10)
