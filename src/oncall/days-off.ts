/**
 * Days on which nobody hands over: weekends and holidays. A hand-off that would fall on one happens
 * on the next working day, at the same time on the wall. Days are counted from 1970-01-01.
 */
import { DAY } from '../lib/instant.ts'
import { WEEKDAYS } from '../lib/windows.ts'
import { parseWall } from '../lib/zone.ts'
import type { DaysOff } from './schedule.ts'

/** Numbers instead of texts; `weekend` has Monday first. At least one weekday is none. */
export type OffDays = { weekend: readonly boolean[]; holidays: ReadonlySet<number> }

/** Null where there is no working day at all: a calendar that never opens moves nothing. */
export function offDaysOf({ weekend, holidays }: DaysOff): OffDays | null {
  const off = WEEKDAYS.map((day) => weekend.includes(day))
  if (off.every(Boolean)) return null
  const days = holidays.flatMap((date) => {
    const wall = parseWall(date, '00:00')
    return wall === null ? [] : [wall / DAY]
  })
  return { weekend: off, holidays: new Set(days) }
}

/** The 1st of January 1970 was a Thursday. */
export const isWeekend = ({ weekend }: OffDays, day: number): boolean =>
  weekend[(((day + 3) % 7) + 7) % 7] === true

const isOff = (off: OffDays, day: number): boolean => isWeekend(off, day) || off.holidays.has(day)

/** That day, or the first working day after it. So far out that days cannot be counted, all are working days. */
export function workingFrom(off: OffDays, day: number): number {
  let at = day
  while (Number.isSafeInteger(at) && isOff(off, at)) at += 1
  return at
}

/** That day, or the last working day before it. */
export function workingUpTo(off: OffDays, day: number): number {
  let at = day
  while (Number.isSafeInteger(at) && isOff(off, at)) at -= 1
  return at
}
