/**
 * A hand-off is an object: who hands over to whom, the note, and whether it was accepted. Where a
 * schedule asks for it and nobody accepts in time, those who hand over stay on call beside those who
 * take over: rather two people are paged than one who does not know.
 */
import type { Id } from '../lib/id.ts'
import { DAY, HOUR, type Instant } from '../lib/instant.ts'
import type { Schedule } from './schedule.ts'
import { type Shift, shiftsBetween, stints } from './shifts.ts'

export type Handoff = {
  id: Id
  scheduleId: Id
  teamId: Id | null
  at: Instant
  outgoing: readonly Id[]
  incoming: readonly Id[]
  status: 'open' | 'accepted' | 'overdue'
  dueAt: Instant
  note: string
  watch: string
  acceptedBy: Id | null
  acceptedAt: Instant | null
  /** Overrides that keep the outgoing people on call. */
  kept: readonly Id[]
  wakeAt: Instant | null
}

/** A stint shorter than this is a favour, not a hand-off. */
const STINT_MS_MIN = 4 * HOUR
/** A hand-off that fell into an outage of ours is made up for, up to here. */
const LATE_MS_MAX = 2 * HOUR
/** The longest that the outgoing people are kept. */
export const KEPT_MS_MAX = DAY

export type Change = {
  at: Instant
  outgoing: readonly Id[]
  incoming: readonly Id[]
  until: Instant
}

/** The last change of people that a hand-off belongs to; null: there was none lately. */
export function lastChange(schedule: Schedule, now: Instant): Change | null {
  const lived = stints(shiftsBetween(schedule, now - LATE_MS_MAX - STINT_MS_MIN, now + 7 * DAY))
  const index = lived.findIndex((one) => one.from <= now && now < one.to)
  const [before, current] = [lived[index - 1], lived[index]]
  if (!before || !current || current.from < now - LATE_MS_MAX) return null
  if (current.to - current.from < STINT_MS_MIN || before.to - before.from < STINT_MS_MIN)
    return null
  const [outgoing, incoming] = [idsOf(before), idsOf(current)]
  const fresh = incoming.filter((id) => !outgoing.includes(id))
  const gone = outgoing.filter((id) => !incoming.includes(id))
  if (fresh.length === 0 || gone.length === 0) return null
  return { at: current.from, outgoing: gone, incoming: fresh, until: current.to }
}

const idsOf = (shift: Shift): Id[] => shift.people.map((one) => one.personId)

/** @returns the reason why not */
export function accept(
  handoff: Handoff,
  personId: Id,
  now: Instant,
): Handoff | { refused: 'alreadyAccepted' | 'notYours' } {
  if (handoff.status === 'accepted') return { refused: 'alreadyAccepted' }
  if (!handoff.incoming.includes(personId)) return { refused: 'notYours' }
  return {
    ...handoff,
    status: 'accepted',
    acceptedBy: personId,
    acceptedAt: now,
    kept: [],
    wakeAt: null,
  }
}
