/** A coordinated response: what is known, who does what, what was promised. One row, one state. */
import type { Visibility } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Answers, FloorId } from '../severity/classify.ts'
import type { Audience, Level, RoleName, Seat } from '../severity/policy.ts'
import type { Impact } from '../severity/triggers.ts'
import type { Breach } from './breach.ts'

export type Status =
  | 'triage'
  | 'investigating'
  | 'identified'
  | 'mitigating'
  | 'monitoring'
  | 'resolved'
  | 'closed'
  | 'canceled'
  | 'merged'

export type Kind = 'normal' | 'drill' | 'backfilled'

/** When what happened happened; null: not yet, or nobody knows. */
export type Stamps = {
  /** Impact begins; typed, or taken from evidence. */
  startedAt: Instant | null
  detectedAt: Instant | null
  acknowledgedAt: Instant | null
  declaredAt: Instant | null
  identifiedAt: Instant | null
  /** The last one wins. */
  mitigatedAt: Instant | null
  /** Start of the final run without trouble, as confirmed. */
  recoveredAt: Instant | null
  allClearAt: Instant | null
  closedAt: Instant | null
}

/** Why a level was set: the rule, and in whose name. `T1` to `T4`, `R1` to `R11`, `person`, `undo`. */
export type LevelSet = {
  at: Instant
  level: Level
  rule: string
  by: Id | null
  reason: string | null
}

/** Half-open; `to` is null while it lasts. */
export type Holding = {
  role: RoleName
  personId: Id
  from: Instant
  to: Instant | null
  by: Id | null
  /** Held because there is nobody else; let go of as soon as there is. */
  isSolo?: true
}
/** Proposed by whoever holds it; passes when the other one accepts. */
export type HandOver = { role: RoleName; from: Id; to: Id; at: Instant }

export type Verdict = 'open' | 'confirmed' | 'refuted' | 'parked' | 'expired'
export type Evidence = { at: Instant; by: Id | null; speaks: 'for' | 'against'; text: string }
export type Hypothesis = {
  id: Id
  statement: string
  ownerId: Id | null
  /** 1 for the first; stepping with every reopening. */
  attempt: number
  openedAt: Instant
  expiresAt: Instant
  verdict: Verdict
  disposedAt: Instant | null
  evidence: readonly Evidence[]
  extension: { at: Instant; reason: string } | null
}

/** One owner, one box of time. An external one is owed by somebody outside. */
export type Task = {
  id: Id
  text: string
  ownerId: Id | null
  at: Instant
  dueAt: Instant | null
  acknowledgedAt: Instant | null
  doneAt: Instant | null
  /** A vendor or partner: who they are, their ticket, where they say how it goes. */
  outside: { party: string; ticket: string | null; statusUrl: string | null } | null
  /** Under whose lead; null: the commander's. */
  leadId: Id | null
}

/** What an audience was told, as far as the clocks are concerned. */
export type Told = {
  audience: Audience
  at: Instant
  promised: Instant | null
  kind: 'initial' | 'update' | 'resolved'
}

export type Incident = {
  id: Id
  number: number | null
  title: string
  kind: Kind
  status: Status
  teamId: Id | null
  visibility: Visibility
  serviceIds: readonly Id[]
  /** Which policy governs it: the version in force when it was declared. */
  policyId: Id
  answers: Answers
  /** Last known, by unit; `typed` where a person said so. */
  impact: Impact
  isImpactTyped: boolean
  baseline: Impact
  /** In one sentence, what users notice. */
  summary: string
  levels: readonly LevelSet[]
  isProvisional: boolean
  floors: readonly FloorId[]
  stamps: Stamps
  /** When the cause was found, and when that was taken back. */
  identified: readonly { at: Instant; is: boolean }[]
  mitigations: number
  holdings: readonly Holding[]
  handOver: HandOver | null
  hypotheses: readonly Hypothesis[]
  tasks: readonly Task[]
  told: readonly Told[]
  /** Seats that were told of a level, so that it is not done twice. */
  seatsTold: readonly { seat: Seat; level: Level; at: Instant }[]
  /** Firings of T2 that were carried out, by the start of their timer. */
  causeFired: { since: Instant; count: number } | null
  /** When somebody was last asked for what nobody does: to command, or to be relieved. */
  prompted?: Readonly<Partial<Record<'command' | 'relief', Instant>>>
  /** A person looked that users can work again. */
  checkedBy: { by: Id | null; at: Instant } | null
  isAllClearEarly: boolean
  /** Two hours and more: later promises are allowed (METHOD 8). */
  isLong: boolean
  /** Who must be told of a breach of data, and by when; null: none is known. */
  breach: Breach | null
  bridgeUrl: string | null
  parentId: Id | null
  mergedInto: Id | null
  recurrenceOf: Id | null
  openedAt: Instant
  version: number
  wakeAt: Instant | null
  quarantine: string | null
  drillId: Id | null
}

export const levelOf = (incident: Pick<Incident, 'levels'>): Level =>
  incident.levels.at(-1)?.level ?? 4
/** The worst it has been: post-mortem duty and clocks of the record follow it. */
export const peakOf = (incident: Pick<Incident, 'levels'>): Level =>
  incident.levels.reduce<Level>((worst, one) => (one.level < worst ? one.level : worst), 4)

const OVER: readonly Status[] = ['resolved', 'closed', 'canceled', 'merged']
/** Something is still owed to those who are affected. */
export const isLive = (incident: Pick<Incident, 'status'>): boolean =>
  !OVER.includes(incident.status)
export const isDeclared = (incident: Pick<Incident, 'stamps'>): boolean =>
  incident.stamps.declaredAt !== null

export const holderOf = (incident: Pick<Incident, 'holdings'>, role: RoleName): Id | null =>
  incident.holdings.find((one) => one.role === role && one.to === null)?.personId ?? null

/** Titles, summaries and tasks; what is longer belongs into a note. */
export const TEXT_MAX = 1_000
export const SERVICES_MAX = 50
export const HYPOTHESES_MAX = 100
export const TASKS_MAX = 200

/** As it is when nothing has happened yet. */
export const BLANK: Omit<
  Incident,
  | 'id'
  | 'title'
  | 'summary'
  | 'kind'
  | 'teamId'
  | 'visibility'
  | 'serviceIds'
  | 'policyId'
  | 'answers'
  | 'openedAt'
  | 'wakeAt'
  | 'drillId'
> = {
  number: null,
  status: 'triage',
  impact: {},
  isImpactTyped: false,
  baseline: {},
  levels: [],
  isProvisional: false,
  floors: [],
  stamps: {
    startedAt: null,
    detectedAt: null,
    acknowledgedAt: null,
    declaredAt: null,
    identifiedAt: null,
    mitigatedAt: null,
    recoveredAt: null,
    allClearAt: null,
    closedAt: null,
  },
  identified: [],
  mitigations: 0,
  holdings: [],
  handOver: null,
  hypotheses: [],
  tasks: [],
  told: [],
  seatsTold: [],
  causeFired: null,
  checkedBy: null,
  isAllClearEarly: false,
  isLong: false,
  breach: null,
  bridgeUrl: null,
  parentId: null,
  mergedInto: null,
  recurrenceOf: null,
  version: 0,
  quarantine: null,
}
