/** An incident to try things on: what is not said is as it is at the beginning. */
import { UNANSWERED } from '../severity/classify.ts'
import { type Level, SEED } from '../severity/policy.ts'
import { decide } from './decide.ts'
import type { Effect, Event, IncidentFacts, Refusal } from './event.ts'
import { BLANK, type Incident } from './incident.ts'

export const blank = (more: Partial<Incident> = {}): Incident => ({
  id: 'i1',
  ...BLANK,
  number: 311,
  title: 'Checkout fails',
  kind: 'normal',
  teamId: null,
  visibility: 'everyone',
  serviceIds: ['shop'],
  policyId: 'p1',
  answers: UNANSWERED,
  summary: 'Checkout fails for some',
  openedAt: at('09:00'),
  wakeAt: null,
  drillId: null,
  ...more,
})

/** A time on one day. */
export function at(time: string): number {
  return Date.parse(`2026-11-24T${time}Z`)
}

export type Course = {
  incident: Incident
  effects: Effect[]
  /** Does it, or throws with the reason why it was refused. */
  do(time: string, event: Event, more?: Partial<IncidentFacts>): Course
  refused(time: string, event: Event, more?: Partial<IncidentFacts>): Refusal
  /** What has been written down so far. */
  recorded(): string[]
}

/** Follows one incident through what happens to it. */
export function follow(incident: Incident = blank()): Course {
  const course: Course = {
    incident,
    effects: [],
    do(time, event, more = {}) {
      const decision = decide(course.incident, event, factsAt(time, more))
      if (decision.kind === 'refused')
        throw new Error(`${event.kind}: ${decision.refusal.field} ${decision.refusal.reason}`)
      course.incident = decision.incident
      course.effects.push(...decision.effects)
      return course
    },
    refused(time, event, more = {}) {
      const decision = decide(course.incident, event, factsAt(time, more))
      if (decision.kind !== 'refused') throw new Error(`${event.kind} was not refused`)
      return decision.refusal
    },
    recorded: () => course.effects.flatMap((one) => (one.kind === 'record' ? [one.what] : [])),
  }
  return course
}

const factsAt = (time: string, more: Partial<IncidentFacts>): IncidentFacts => ({
  now: at(time),
  policy: SEED,
  by: 'ic',
  recovery: { lastFiringAt: null, isBurning: null },
  ...more,
})

/** Declared at this level, with a commander. */
export const declared = (level: Level, time = '10:00', more: Partial<Incident> = {}): Course =>
  follow(blank(more))
    .do(time, { kind: 'declared', level, summary: 'Checkout fails' })
    .do(time, { kind: 'roleTaken', role: 'commander', personId: 'ic' })
