/** Who a step leads to at an instant: the facts that `decide` is given, for the pager and the preview alike. */
import type { Urgency } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Facts, Reachable } from './decide.ts'
import type { Ladder, Target } from './ladder.ts'

/** What is asked of people and schedules. `null`: there is no such person or schedule (any more). */
export type Whereabouts = {
  onCall: (scheduleId: Id, at: Instant) => { name: string; personIds: readonly Id[] } | null
  membersOf: (teamId: Id) => { name: string; personIds: readonly Id[] } | null
  /** Whether the person exists and has a contact that works for this urgency. */
  canBeReached: (personId: Id, urgency: Urgency) => boolean
  exists: (personId: Id) => boolean
}

export function peopleOf(
  targets: readonly Target[],
  at: Instant,
  urgency: Urgency,
  where: Whereabouts,
): Reachable[] {
  const found = new Map<Id, Reachable>()
  const add = (personId: Id, via: string): void => {
    if (found.has(personId) || !where.exists(personId)) return
    found.set(personId, { personId, via, canBeReached: where.canBeReached(personId, urgency) })
  }
  for (const target of targets) {
    if (target.kind === 'person') add(target.id, 'person')
    else {
      const group =
        target.kind === 'schedule' ? where.onCall(target.id, at) : where.membersOf(target.id)
      for (const personId of group?.personIds ?? []) add(personId, `${target.kind}:${group?.name}`)
    }
  }
  return [...found.values()]
}

export function factsFor(
  ladder: Ladder,
  fallback: readonly Target[],
  about: { now: Instant; urgency: Urgency; waitingFor: readonly Id[] },
  where: Whereabouts,
): Facts {
  const resolve = (targets: readonly Target[]) => peopleOf(targets, about.now, about.urgency, where)
  return {
    now: about.now,
    ladder,
    people: ladder.steps.map((step) => resolve(step.targets)),
    fallback: resolve(fallback),
    waitingFor: about.waitingFor,
  }
}
