/**
 * Who would be paged, and when, if nobody answered: `decide` run forward against a pretend clock.
 * There is no second implementation of the climb anywhere.
 */
import type { Instant } from '../lib/instant.ts'
import { type ClimbState, wakeAtOf } from './climb.ts'
import { decide, type Effect, type Event, type Facts } from './decide.ts'

export type Foreseen = { at: Instant; effect: Effect }

/** A preview ends at the first page of the fallback, or after so many decisions. */
export const DECISIONS_MAX = 500

/**
 * @param state where the climb stands; `{ status: 'idle' }` for one that has not begun
 * @param from the pretend instant to begin at
 * @param factsAt the facts at any instant to come: schedules are read at the instant of each step
 */
export function preview(
  state: ClimbState,
  from: Instant,
  factsAt: (at: Instant) => Facts,
): Foreseen[] {
  const foreseen: Foreseen[] = []
  let now = from
  let current = state
  let event: Event = state.status === 'idle' ? { kind: 'opened' } : { kind: 'woke' }
  if (event.kind === 'woke') now = Math.max(from, wakeAtOf(state) ?? from)
  for (let decisions = 0; decisions < DECISIONS_MAX; decisions += 1) {
    if (event.kind === 'woke' && wakeAtOf(current) === null) return foreseen
    const decision = decide(current, event, factsAt(now))
    for (const effect of decision.effects) foreseen.push({ at: now, effect })
    if (decision.state.status === 'exhausted' || decision.state === current) return foreseen
    current = decision.state
    event = { kind: 'woke' }
    now = wakeAtOf(current) ?? now
  }
  return foreseen
}
