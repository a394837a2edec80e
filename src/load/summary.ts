/**
 * What on-call cost each person in a stretch of time: pages and when they came, hours and when they
 * lay, weeks in a row. People see their own; there is no order by anything but the name.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Schedule } from '../oncall/schedule.ts'
import { shiftsBetween } from '../oncall/shifts.ts'
import { type Band, hoursByBand } from './bands.ts'
import { balance, longestRun, overload, weeksHeld } from './fairness.ts'
import { type Interruption, isOverloaded, pagesInSevenDays } from './pages.ts'
import { type Held, type Homes, united } from './stretch.ts'

export type PersonLoad = {
  personId: Id
  pages: number
  pagesByBand: Record<Band, number>
  pagesInSevenDays: number
  sleepPagesInSevenDays: number
  isOverloaded: boolean
  /** Milliseconds on call, each counted once however many schedules they hold at a time. */
  ms: number
  msByBand: Record<Band, number>
  weeksInARow: number
  /** Above or below the mean of hours: 0.25 is a quarter more than the mean. */
  overload: number
}

export type TeamLoad = {
  people: readonly PersonLoad[]
  pages: number
  sleepPages: number
  /** How evenly the hours are shared; 1 is even. Those with none count. */
  balance: number
}

/** Who was on call, as it was or is planned: shifts of all these schedules. */
export const heldIn = (
  schedules: readonly Schedule[],
  from: Instant,
  to: Instant,
): (Held & { zone: string })[] =>
  schedules.flatMap((schedule) =>
    shiftsBetween(schedule, from, to).flatMap((shift) =>
      shift.people.map(({ personId }) => ({
        personId,
        from: shift.from,
        to: shift.to,
        zone: schedule.timezone,
      })),
    ),
  )

/** @param people whom it is about; also those who held nothing */
export function summarise(
  people: readonly Id[],
  interruptions: readonly Interruption[],
  schedules: readonly Schedule[],
  { from, to, now, homes }: { from: Instant; to: Instant; now: Instant; homes: Homes },
): TeamLoad {
  const held = heldIn(schedules, from, to)
  const loads = people.map((personId): PersonLoad => {
    const theirs = interruptions.filter((one) => one.personId === personId)
    const shifts = held.filter((one) => one.personId === personId)
    const spans = united(shifts)
    const week = pagesInSevenDays(interruptions, personId, now)
    const weeks = [...new Set(shifts.flatMap((one) => weeksHeld([one], personId, one.zone)))]
    return {
      personId,
      pages: theirs.length,
      pagesByBand: countBands(theirs),
      pagesInSevenDays: week,
      sleepPagesInSevenDays: pagesInSevenDays(
        theirs.filter((one) => one.band === 'sleep'),
        personId,
        now,
      ),
      isOverloaded: isOverloaded(week),
      ms: spans.reduce((sum, span) => sum + span.to - span.from, 0),
      msByBand: addBands(
        spans.map((span) =>
          hoursByBand(span.from, span.to, homes.zoneOf(personId), homes.holidaysOf(personId)),
        ),
      ),
      weeksInARow: longestRun(weeks),
      overload: 0,
    }
  })
  const over = overload(loads.map((one) => one.ms))
  return {
    people: loads.map((one, index) => ({ ...one, overload: over[index] ?? 0 })),
    pages: loads.reduce((sum, one) => sum + one.pages, 0),
    sleepPages: loads.reduce((sum, one) => sum + one.pagesByBand.sleep, 0),
    balance: balance(loads.map((one) => one.ms)),
  }
}

const NONE: Record<Band, number> = { sleep: 0, off: 0, business: 0 }

function countBands(all: readonly Interruption[]): Record<Band, number> {
  const count = { ...NONE }
  for (const { band } of all) count[band] += 1
  return count
}

function addBands(all: readonly Record<Band, number>[]): Record<Band, number> {
  const sum = { ...NONE }
  for (const one of all)
    for (const band of ['sleep', 'off', 'business'] as const) sum[band] += one[band]
  return sum
}
