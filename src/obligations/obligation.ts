import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Entry } from '../timeline/entry.ts'

/** What it is about: an incident, an action, a runbook … */
export type Owed = { kind: string; id: Id }

/** Who owes it. A role is whoever holds it: it passes on with the role. */
export type Owner =
  | { kind: 'person'; id: Id }
  | { kind: 'team'; id: Id }
  | { kind: 'role'; id: string }

/** When it was done, and what shows it: a message, an acknowledgement, a document. */
export type Proof = { at: Instant; ref: string }

/** What a concept says is owed, by the facts as they are. */
export type Claim = {
  /** Unique: one for each time that a rule asks something of a subject. */
  key: string
  subject: Owed
  rule: string
  owner: Owner
  startedAt: Instant
  /** The last instant at which a proof is in time. */
  due: Instant
  proof: Proof | null
  /** Told once it is overdue; null: nobody is. */
  supervisor: Id | null
  teamId: Id | null
  visibility: Entry['visibility']
  drillId: Id | null
}

/** `met` in time, `late` after it, `missed`: due has passed and there is no proof yet. */
export type Outcome = 'open' | 'met' | 'late' | 'missed' | 'waived'

/** When a reminder is sent: at two thirds of the time, at due, and some minutes after it. */
export const STAGES = ['twoThirds', 'due', 'overdue'] as const
export type Stage = (typeof STAGES)[number]

/** A claim on the record. Proof and outcome are the ledger's; `startedAt` stays as first claimed. */
export type Obligation = Claim & {
  id: Id
  outcome: Outcome
  openedAt: Instant
  /** When the outcome was written; null while open. */
  settledAt: Instant | null
  /** Null in a waived one: its rule no longer asks for it. */
  waivedBy: Id | null
  waivedReason: string | null
  /** A missed one that its rule no longer asks for: it stays on the record, and nobody owes it. */
  droppedAt: Instant | null
  remindedAt: Readonly<Record<Stage, Instant | null>>
  /** When it changes next while its claim stays as it is; null: never. */
  wakeAt: Instant | null
  quarantine: string | null
}

/** Told to whom at which stage. Stages that passed in silence before it are in it. */
export type Reminder = {
  obligation: Obligation
  stage: Stage
  /** Those whom this stage tells, and those whom the stages it stands for would have told. */
  to: readonly Owner[]
  standsFor: readonly Stage[]
}

/** What happened to an obligation, for the log. */
export type ObligationEntry = {
  kind:
    | 'opened'
    | 'moved'
    | 'reassigned'
    | 'met'
    | 'late'
    | 'missed'
    | 'waived'
    | 'dropped'
    | 'owedAgain'
    | 'reminded'
  /** As it is after all that was settled with it. */
  obligation: Obligation
  happenedAt: Instant
  inputs: Readonly<Record<string, unknown>>
  result: Readonly<Record<string, unknown>>
}

/** Why the ledger itself waives: the rule that claimed it does so no more. */
export const NO_LONGER_OWED = 'noLongerOwed'
