/**
 * An incident played through: given what happens and when, what the policy makes of it. Simulations
 * of what might be and replays of what was take the one way of live incidents, `decide`; only the
 * effects are noted and not carried out. Pure.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Policy } from '../severity/policy.ts'
import { decide } from './decide.ts'
import type { Effect, Event, Refusal } from './event.ts'
import { type Incident, isLive } from './incident.ts'
import type { Recovery } from './states.ts'

export type Beat = { at: Instant; by: Id | null; event: Event; recovery: Recovery }

/** What came of one beat, or of time (`event` is `woke`). */
export type Played = {
  at: Instant
  event: Event
  effects: readonly Effect[]
  /** The rules did not allow it; it changed nothing. */
  refusal: Refusal | null
  /** The all-clear came all the same, with a reason: that is how it was. */
  isForced: boolean
}
export type Rehearsal = { incident: Incident; played: Played[] }

/** More than any living incident has; a policy that wakes for ever stops here. */
const STEPS_MAX = 5_000

/**
 * @param beats oldest first
 * @param until up to and with this moment
 */
export function rehearse(
  opening: Incident,
  beats: readonly Beat[],
  policy: Policy,
  until: Instant,
): Rehearsal {
  const played: Played[] = []
  let incident = opening
  let recovery: Recovery = { lastFiringAt: null, isBurning: null }
  let now = opening.openedAt
  const ahead = beats.filter((beat) => beat.event.kind !== 'woke' && beat.at <= until)
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const [next] = ahead
    const wakeAt = isLive(incident) ? incident.wakeAt : null
    const isTime = wakeAt !== null && wakeAt <= (next?.at ?? until)
    if (!isTime && !next) break
    if (isTime) {
      now = Math.max(now, wakeAt)
      play({ at: now, by: null, event: { kind: 'woke' }, recovery })
      // A moment that has passed and was not put off would come back for ever.
      if (incident.wakeAt !== null && incident.wakeAt <= now)
        incident = { ...incident, wakeAt: now + 1 }
      continue
    }
    ahead.shift()
    now = Math.max(now, next?.at ?? now)
    if (next) {
      recovery = next.recovery
      play({ ...next, at: now })
    }
  }
  return { incident, played }

  function play({ at, by, event, recovery: known }: Beat): void {
    const facts = { now: at, policy, by, recovery: known }
    const decision = decide(incident, event, facts)
    if (decision.kind === 'changed') {
      incident = decision.incident
      played.push({ at, event, effects: decision.effects, refusal: null, isForced: false })
      return
    }
    const forced = asItWas(event)
    const again = forced && decide(incident, forced, facts)
    if (again?.kind === 'changed') {
      incident = again.incident
      played.push({ at, event, effects: again.effects, refusal: decision.refusal, isForced: true })
      return
    }
    played.push({ at, event, effects: [], refusal: decision.refusal, isForced: false })
  }
}

/** It was over when it was over, whatever another policy would have asked for first. */
const asItWas = (event: Event): Event | null =>
  event.kind === 'moved' && event.to === 'resolved' && (event.reason ?? '').trim() === ''
    ? { ...event, reason: 'as it was' }
    : null
