/** What can happen to an incident, and what follows from it. */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Answers } from '../severity/classify.ts'
import type { Audience, Level, Policy, RoleName, Seat } from '../severity/policy.ts'
import type { Impact } from '../severity/triggers.ts'
import type { Incident, Status, Told, Verdict } from './incident.ts'
import type { Recovery } from './states.ts'

/** A part of another one, with a lead of its own; or the same failure once more. */
export type Relation = 'parent' | 'recurrence'
export type Description = Pick<Incident, 'title' | 'summary' | 'serviceIds' | 'bridgeUrl'>

export type Event =
  | { kind: 'declared'; level: Level | null; summary: string }
  | { kind: 'answered'; answers: Partial<Answers>; isTyped: boolean }
  | { kind: 'impactSeen'; impact: Impact; isTyped: boolean }
  | { kind: 'raised'; level: Level; reason: string | null }
  | { kind: 'lowered'; level: Level; reason: string }
  | { kind: 'levelUndone'; reason: string }
  | { kind: 'integrityCleared'; evidence: string }
  | { kind: 'detected'; at: Instant }
  | { kind: 'acknowledged'; at: Instant; personId: Id | null }
  | { kind: 'moved'; to: Status; reason: string | null }
  | { kind: 'checked' }
  | { kind: 'stamped'; stamp: 'startedAt' | 'detectedAt' | 'recoveredAt'; at: Instant }
  | { kind: 'roleTaken'; role: RoleName; personId: Id }
  | { kind: 'roleLeft'; role: RoleName }
  | { kind: 'handOverProposed'; role: RoleName; to: Id }
  | { kind: 'handOverAccepted' }
  | { kind: 'handOverDeclined' }
  | { kind: 'hypothesisOpened'; id: Id; statement: string; ownerId: Id | null }
  | {
      kind: 'hypothesisDisposed'
      id: Id
      verdict: Extract<Verdict, 'confirmed' | 'refuted' | 'parked'>
    }
  | { kind: 'hypothesisExtended'; id: Id; reason: string; forMs: number }
  | { kind: 'hypothesisReopened' | 'hypothesisWithdrawn'; id: Id }
  | { kind: 'evidenceAdded'; id: Id; speaks: 'for' | 'against'; text: string }
  | {
      kind: 'taskGiven'
      id: Id
      text: string
      ownerId: Id | null
      boxMs: number | null
      outside: { party: string; ticket: string | null; statusUrl: string | null } | null
      leadId: Id | null
    }
  | { kind: 'taskAcknowledged' | 'taskDone' | 'taskReopened'; id: Id }
  | { kind: 'noted' | 'decidedOn'; text: string; detail: Readonly<Record<string, unknown>> }
  | { kind: 'messagePublished'; audience: Audience; promised: Instant | null; as: Told['kind'] }
  | { kind: 'madeLong'; isLong: boolean }
  /** Null: now and 72 where there was no clock, and as it was where there was one. */
  | { kind: 'breachBegan'; awareAt: Instant | null; hours: number | null; tell: readonly string[] }
  | { kind: 'breachTold'; whom: string; at: Instant | null; reference: string | null }
  | { kind: 'merged'; into: Id }
  /** Another one was merged into it, and brought its services along. */
  | { kind: 'absorbed'; from: Id; serviceIds: readonly Id[] }
  | { kind: 'linked'; relation: Relation; to: Id | null }
  | { kind: 'described'; what: Partial<Description> }
  | { kind: 'woke' }

export type Effect =
  /** A line of the record, with its rule and what it rested on. */
  | {
      kind: 'record'
      what: string
      rule: string | null
      inputs: Readonly<Record<string, unknown>>
      result: Readonly<Record<string, unknown>>
      undo: string | null
    }
  /** A seat is told, loudly, with nothing to acknowledge. */
  | { kind: 'tell'; seat: Seat; rule: string }
  /** The people on the incident are told something that changes what they do. */
  | {
      kind: 'tellPeople'
      people: readonly Id[]
      what: string
      params: Readonly<Record<string, unknown>>
    }
  /** Whoever is on call for a seat is paged, and has to answer. */
  | { kind: 'page'; seat: Seat; rule: string }
  /** The climbs of the incident's alerts go on to the next tier. */
  | { kind: 'nextTier'; rule: string; count: number }
  /** The first so many steps of the escalation are paged at once. */
  | { kind: 'pageSteps'; steps: number; rule: string }
  /** Pages on the incident end: it is over. */
  | { kind: 'expirePages' }
  /** After-care begins. */
  | { kind: 'afterCare' }

export type IncidentFacts = {
  now: Instant
  policy: Policy
  /** Who does it; null: the engine. */
  by: Id | null
  recovery: Recovery
}

export type Refusal = { field: string; reason: string; detail?: Readonly<Record<string, unknown>> }
