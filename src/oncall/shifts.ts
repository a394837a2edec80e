/**
 * Who is on call: one function, used by the pager, every preview, the API and the web app.
 * Later rotations win where they overlap; overrides win over rotations. A rotation that is
 * restricted, has not begun, is over or has a turn of nobody leaves the place to the ones below it.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { fromWall, reachedWall, type WallMs } from '../lib/zone.ts'
import { inOrder, nextEdge, overridden, replacesEveryone } from './covers.ts'
import type { OnDuty, Override, Schedule, Why } from './schedule.ts'
import { type Turn, turnAt, type Watch, watchOf } from './turns.ts'
import { windowAt } from '../lib/windows.ts'

export type OnCall = {
  people: readonly OnDuty[]
  shadows: readonly Id[]
  reason: 'nobodyOnCall' | null
  /**
   * The same people are on call until then (exclusive), for the same reasons; always after the
   * instant asked for. Shadows may change before. Infinity: nothing is planned to change.
   */
  until: Instant
}

/**
 * @param at any instant; the schedule's own zone decides what the clock on the wall says
 * @throws RangeError where the zone does not exist (`isZone`)
 */
export function whoIsOnCall(schedule: Schedule, at: Instant): OnCall {
  const active = inOrder(schedule.overrides.filter((one) => one.from <= at && at < one.to))
  const people = peopleAt(read(schedule), at, active, nextEdge(schedule.overrides, at))
  const shadows = schedule.shadows.filter((one) => one.from <= at && at < one.to)
  return {
    people: people.people,
    shadows: [...new Set(shadows.map((one) => one.personId))],
    reason: people.people.length === 0 ? 'nobodyOnCall' : null,
    until: people.until,
  }
}

/** One version's rotations as numbers, the one that wins first, and up to when it holds. */
type Reading = { zone: string; watches: readonly Watch[]; until: Instant }

/** The versions of a schedule, oldest first; the last one holds for ever. */
const read = ({ timezone, rotations, earlier }: Schedule): readonly Reading[] =>
  [...earlier, { until: NEVER, timezone, rotations }].map((version) => ({
    zone: version.timezone,
    watches: version.rotations.flatMap((rotation) => watchOf(rotation) ?? []).reverse(),
    until: version.until,
  }))

const NEVER = Number.POSITIVE_INFINITY

type People = { people: readonly OnDuty[]; until: Instant }

/** @param edge when the next override begins or ends */
function peopleAt(
  versions: readonly Reading[],
  at: Instant,
  active: readonly Override[],
  edge: Instant,
): People {
  const reading = versions.find((version) => at < version.until) as Reading
  const fromVersion = (): People => within(fromRotations(reading, at), reading.until)
  if (active.length === 0) return within(fromVersion(), edge)
  const base = active.some(replacesEveryone) ? NOBODY : fromVersion()
  return within({ people: overridden(base.people, active), until: base.until }, edge)
}

const NOBODY: People = { people: [], until: Number.POSITIVE_INFINITY }

const within = ({ people, until }: People, edge: Instant): People => ({
  people,
  until: Math.min(until, edge),
})

function fromRotations({ zone, watches }: Reading, at: Instant): People {
  const reached = reachedWall(at, zone)
  let until: WallMs = Number.POSITIVE_INFINITY
  for (const watch of watches) {
    const coverage = coverageAt(watch, reached)
    until = Math.min(until, coverage.until)
    if (coverage.turn === null) continue
    const why: Why = {
      kind: 'rotation',
      rotation: watch.id,
      turn: coverage.turn.count,
      from: fromWall(coverage.turn.from, zone),
      to: fromWall(coverage.turn.to, zone),
    }
    const ids = new Set(idsOf(watch, coverage.turn))
    return {
      people: [...ids].map((personId) => ({ personId, why })),
      until: fromWall(until, zone),
    }
  }
  return { people: [], until: fromWall(until, zone) }
}

const idsOf = ({ turns }: Watch, { count }: Turn): readonly Id[] =>
  turns[count % turns.length] ?? []

/** Which turn covers that point of the wall, if any, and up to where that stays so. */
function coverageAt(watch: Watch, reached: WallMs): { turn: Turn | null; until: WallMs } {
  const turn = turnAt(watch, reached)
  if (turn === null) return { turn, until: reached < watch.first ? watch.first : NEVER }
  if (watch.windows.length > 0) {
    const { isCovered, until } = windowAt(watch.windows, reached)
    if (!isCovered) return { turn: null, until: until < watch.end ? until : NEVER }
    return onTurn(watch, turn, Math.min(turn.to, until))
  }
  return onTurn(watch, turn, turn.to)
}

const onTurn = (watch: Watch, turn: Turn, until: WallMs): { turn: Turn | null; until: WallMs } => ({
  turn: idsOf(watch, turn).length > 0 ? turn : null,
  until,
})

export type Shift = { from: Instant; to: Instant; people: readonly OnDuty[] }

/** What one question may cost at most, whatever a schedule or a stretch of time holds. */
export const SHIFTS_MAX = 20_000
const LOOKS_MAX = 5 * SHIFTS_MAX
const PLACES_MAX = 500_000

/**
 * All shifts in `[from, to)`, in order and without holes: gaps are shifts of nobody, and equal
 * neighbours are one shift. Every instant in a shift has the people `whoIsOnCall` names for it.
 * Where there is more than the limits allow, the last shift ends before `to`: ask on from there.
 */
export function shiftsBetween(schedule: Schedule, from: Instant, to: Instant): Shift[] {
  const versions = read(schedule)
  const overrides = inOrder(schedule.overrides.filter((one) => one.from < to && one.to > from))
  const shifts: Shift[] = []
  let active: Override[] = []
  let begun = 0
  let places = 0
  let at = from
  for (let looks = 0; at < to && looks < LOOKS_MAX; looks += 1) {
    active = active.filter((one) => one.to > at)
    for (let next = overrides[begun]; next && next.from <= at; next = overrides[++begun]) {
      if (next.to > at) active.push(next)
    }
    const edge = Math.min(nextEdge(active, at), overrides[begun]?.from ?? NEVER)
    const { people, until } = peopleAt(versions, at, active, edge)
    const end = Math.min(until, to)
    const last = shifts.at(-1)
    if (last && isSameWatch(last.people, people)) last.to = end
    else {
      places += people.length
      if (shifts.length >= SHIFTS_MAX || places > PLACES_MAX) return shifts
      shifts.push({ from: at, to: end, people })
    }
    at = end
  }
  return shifts
}

/**
 * The same shifts as people live them: neighbours with the same people are one stint, whatever the
 * reasons are. For showing and counting, never for deciding.
 */
export function stints(shifts: readonly Shift[]): Shift[] {
  const found: Shift[] = []
  for (const shift of shifts) {
    const last = found.at(-1)
    if (last && isSamePeople(last.people, shift.people)) last.to = shift.to
    else found.push({ ...shift })
  }
  return found
}

const isSamePeople = (a: readonly OnDuty[], b: readonly OnDuty[]): boolean =>
  a.length === b.length && a.every((one) => b.some((other) => other.personId === one.personId))

/** The same people for the same reasons: a new turn of the same person is another shift. */
const isSameWatch = (a: readonly OnDuty[], b: readonly OnDuty[]): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index]
    return other?.personId === one.personId && isSameWhy(one.why, other.why)
  })

function isSameWhy(a: Why, b: Why): boolean {
  if (a.from !== b.from || a.to !== b.to) return false
  if (a.kind === 'override') return b.kind === 'override' && a.override === b.override
  return b.kind === 'rotation' && a.rotation === b.rotation && a.turn === b.turn
}
