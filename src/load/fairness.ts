/**
 * Whether the load is shared. Balance is the mean, over all pairs of people, of the smaller number
 * of hours by the larger (Grafana OnCall's formula); whoever has no hours counts too, which Grafana
 * leaves out. 0.95 and more is balanced. Overload is how far somebody is above the mean.
 *
 * A person's share is layers by people, and more than a quarter is too much (Google's SRE book);
 * so a layer takes at least four people who may hold it, and whoever only shadows is none of them.
 * Nobody holds the pager in more than two ISO weeks in a row; an hour of a week is holding it.
 * Method, 14.1.
 */
import type { Id } from '../lib/id.ts'
import { DAY, HOUR } from '../lib/instant.ts'
import type { WallMs } from '../lib/zone.ts'
import { dateOf, type Held, midnightOf, piecesOf, united, weekdayOf } from './stretch.ts'

const BALANCED_MIN = 0.95
const SHARE_MAX = 0.25
const LAYER_MIN = 4
const RUN_MAX = 2
const HELD_MIN = HOUR
const WEEK = 7 * DAY

/** 1 is even. Fewer than two people are always even. */
export function balance(hours: readonly number[]): number {
  let sum = 0
  let pairs = 0
  for (const [index, one] of hours.entries()) {
    for (const other of hours.slice(index + 1)) {
      const most = Math.max(one, other)
      sum += most === 0 ? 1 : Math.min(one, other) / most
      pairs += 1
    }
  }
  return pairs === 0 ? 1 : sum / pairs
}

export const isBalanced = (of: number): boolean => of >= BALANCED_MIN

/** Per person, in the order given: 0 is the mean, 1 is twice as much, -1 is nothing. */
export function overload(hours: readonly number[]): number[] {
  const sum = hours.reduce((a, b) => a + b, 0)
  return hours.map((one) => (sum === 0 ? 0 : (one * hours.length) / sum - 1))
}

/** Null: there is nobody to share it. */
export const loadShare = (layers: number, people: number): number | null =>
  people === 0 ? null : layers / people

export const isShareTooHigh = (share: number): boolean => share > SHARE_MAX

/** How many may hold the layer: each once, and nobody who is still shadowing. */
export const eligibleOf = (people: readonly Id[], shadowing: ReadonlySet<Id>): number =>
  new Set(people.filter((personId) => !shadowing.has(personId))).size

export const isLayerTooSmall = (eligible: number): boolean => eligible < LAYER_MIN

/**
 * How many ISO weeks stand in a row at most, over the ends of years.
 * @throws RangeError where one is not a week of its year
 */
export function longestRun(weeks: readonly string[]): number {
  let longest = 0
  let run = 0
  let last: WallMs | null = null
  for (const monday of [...new Set(weeks.map(mondayOf))].toSorted((a, b) => a - b)) {
    run = last !== null && monday - last === WEEK ? run + 1 : 1
    longest = Math.max(longest, run)
    last = monday
  }
  return longest
}

export const isRunTooLong = (run: number): boolean => run > RUN_MAX

/**
 * `2027-01-02` → `2026-W53`: the week belongs to the year of its Thursday.
 * @throws RangeError where there is no such date
 */
export const isoWeekOf = (localDate: string): string => weekOnWall(midnightOf(localDate))

function weekOnWall(wall: WallMs): string {
  const thursday = wall + (4 - weekdayOf(wall)) * DAY
  const year = dateOf(thursday).slice(0, 4)
  const week = Math.floor((thursday - midnightOf(`${year}-01-01`)) / WEEK) + 1
  return `${year}-W${String(week).padStart(2, '0')}`
}

function mondayOf(week: string): WallMs {
  const [, year, count] = /^(\d{4})-W(\d{2})$/.exec(week) ?? []
  if (year !== undefined) {
    // The 4th of January is always in the first week.
    const fourth = midnightOf(`${year}-01-04`)
    const monday = fourth + (1 - weekdayOf(fourth)) * DAY + (Number(count) - 1) * WEEK
    if (weekOnWall(monday) === week) return monday
  }
  throw new RangeError(`${week} is not a week like 2026-W48.`)
}

/**
 * The ISO weeks, in the schedule's zone and in order, in which the person holds at least an hour
 * of any layer: an hour that passed, and not one on the wall. The end of a turn that began in the
 * week before is that week's, up to a day of it: who hands over on Monday at 10:00 has held a week
 * and not two (docs/decisions/008).
 */
export function weeksHeld(shifts: readonly Held[], personId: Id, zone: string): string[] {
  const held = new Map<string, number>()
  for (const { from, to } of united(shifts.filter((shift) => shift.personId === personId))) {
    const weeks = new Map<string, number>()
    for (const piece of piecesOf(from, to, zone)) {
      const week = weekOnWall(piece.wall)
      weeks.set(week, (weeks.get(week) ?? 0) + piece.to - piece.from)
    }
    const [first] = weeks.keys()
    for (const [week, ms] of weeks) {
      if (week === first || ms >= DAY) held.set(week, (held.get(week) ?? 0) + ms)
    }
  }
  return [...held].filter(([, heldMs]) => heldMs >= HELD_MIN).map(([week]) => week)
}
