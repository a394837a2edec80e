/**
 * Who is on call: one function, used by the pager, every preview, the API and the web app.
 * Later rotations win where they overlap; overrides win over rotations.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Override, Rotation, Schedule } from './schedule.ts'
import { beginsAt, turnAt, windowAt } from './turns.ts'

export type Why =
  | { kind: 'rotation'; rotation: string; from: Instant; to: Instant }
  | { kind: 'override'; override: Id; from: Instant; to: Instant; replaces: Id | null }

export type OnCall = {
  people: readonly { personId: Id; why: Why }[]
  shadows: readonly Id[]
  reason: 'nobodyOnCall' | null
  /** The answer holds until then (exclusive). Infinity: nothing is planned to change. */
  until: Instant
}

/** @param at any instant; the schedule's own zone decides what the clock on the wall says */
export function whoIsOnCall(schedule: Schedule, at: Instant): OnCall {
  const base = fromRotations(schedule, at)
  let people = base.people
  let until = base.until
  for (const override of schedule.overrides) {
    if (override.from > at) until = Math.min(until, override.from)
    if (override.from > at || override.to <= at) continue
    until = Math.min(until, override.to)
    people = put(override, people)
  }
  const shadows: Id[] = []
  for (const shadow of schedule.shadows) {
    if (shadow.from <= at && at < shadow.to) shadows.push(shadow.personId)
  }
  return { people, shadows, reason: people.length === 0 ? 'nobodyOnCall' : null, until }
}

type Covered = { people: OnCall['people']; until: Instant }

function fromRotations(schedule: Schedule, at: Instant): Covered {
  let until = Number.POSITIVE_INFINITY
  for (let index = schedule.rotations.length - 1; index >= 0; index -= 1) {
    const rotation = schedule.rotations[index]
    if (!rotation) continue
    const covered = coverage(rotation, schedule.timezone, at)
    until = Math.min(until, covered.until)
    if (covered.people.length > 0) return { people: covered.people, until }
  }
  return { people: [], until }
}

function coverage(rotation: Rotation, zone: string, at: Instant): Covered {
  const turn = turnAt(rotation, zone, at)
  if (turn === null) {
    const begins = beginsAt(rotation, zone)
    return { people: [], until: begins !== null && begins > at ? begins : Number.POSITIVE_INFINITY }
  }
  const window = rotation.only.length > 0 ? windowAt(rotation.only, zone, at) : null
  const until = Math.min(turn.to, window?.until ?? Number.POSITIVE_INFINITY)
  const ids = rotation.turns[turn.index % Math.max(1, rotation.turns.length)] ?? []
  if (window?.covers === false || ids.length === 0) return { people: [], until }
  const why: Why = { kind: 'rotation', rotation: rotation.id, from: turn.from, to: turn.to }
  return { people: ids.map((personId) => ({ personId, why })), until }
}

function put(override: Override, people: OnCall['people']): OnCall['people'] {
  const { id, personId, from, to, replaces } = override
  const one = { personId, why: { kind: 'override', override: id, from, to, replaces } as const }
  if (replaces === null) {
    // Several overrides at once stand side by side; together they replace the rotations.
    return [...people.filter((p) => p.why.kind === 'override' && p.personId !== personId), one]
  }
  if (!people.some((p) => p.personId === replaces)) return people
  return [...people.filter((p) => p.personId !== replaces && p.personId !== personId), one]
}

export type Shift = { from: Instant; to: Instant; people: OnCall['people'] }

export const SHIFTS_MAX = 20_000

/** All shifts in `[from, to)`, gaps included as shifts of nobody; equal neighbours are one shift. */
export function shiftsBetween(schedule: Schedule, from: Instant, to: Instant): Shift[] {
  const shifts: Shift[] = []
  let at = from
  while (at < to && shifts.length < SHIFTS_MAX) {
    const onCall = whoIsOnCall(schedule, at)
    const end = Math.min(onCall.until, to)
    const last = shifts.at(-1)
    if (last && sameWatch(last.people, onCall.people)) last.to = end
    else shifts.push({ from: at, to: end, people: onCall.people })
    at = end
  }
  return shifts
}

const sameWatch = (a: OnCall['people'], b: OnCall['people']): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index]
    return (
      other?.personId === one.personId &&
      other.why.kind === one.why.kind &&
      other.why.from === one.why.from
    )
  })
