/**
 * The severity framework as data: what each level asks of people, and by when. It is versioned; an
 * incident keeps the version it began with. The default is the seed's table (METHOD 2 to 4).
 */
import type { OpenHours } from '../lib/calendar.ts'
import { HOUR, MINUTE } from '../lib/instant.ts'
import type { Weekday } from '../lib/windows.ts'

export type Level = 1 | 2 | 3 | 4
export const LEVELS: readonly Level[] = [1, 2, 3, 4]

export type Audience = 'engineering' | 'internal' | 'executives' | 'customers'
export const AUDIENCES: readonly Audience[] = ['engineering', 'internal', 'executives', 'customers']

/**
 * `elapsed` runs day and night. `business` counts hours of the calendar only. `nextBusinessDay`
 * ends when the next business day closes; the hours left of today never count as "next".
 */
export type Span = { kind: 'elapsed' | 'business'; ms: number } | { kind: 'nextBusinessDay' }

export type RoleName =
  | 'commander'
  | 'technicalLead'
  | 'communicationsLead'
  | 'scribe'
  | 'deputy'
  | 'owner'

/** Who an organisation binds to a person, a schedule or a team: `policy.bind`. */
export type Seat = 'commander' | 'vp' | 'cto' | 'manager' | 'teamLead'
/** What a seat is called, and whether the lead of the team stands for it where nobody is bound. */
export const SEATS: Readonly<Record<Seat, { label: string; isOfTeam: boolean }>> = {
  commander: { label: 'the commander on call', isOfTeam: true },
  vp: { label: 'the VP', isOfTeam: false },
  cto: { label: 'the CTO', isOfTeam: false },
  manager: { label: 'the engineering manager', isOfTeam: true },
  teamLead: { label: 'the lead of the team', isOfTeam: true },
}

/** `atOnce` at the declaration, `standUp` and `backlogTriage` at the next one. */
export type TellWhen =
  | { kind: 'atOnce' }
  | { kind: 'within'; ms: number }
  | { kind: 'standUp' | 'backlogTriage' }
export type Tell = { seat: Seat; when: TellWhen }

export type SeverityLevel = {
  level: Level
  /** `SEV1`; other frameworks say `P0`. */
  name: string
  label: string
  criteria: readonly string[]
  /** From the first page, or from the declaration where nobody was paged. Met strictly before it ends. */
  respond: Span
  /** From the declaration to the first message; null: as any other update. */
  firstMessage: Span | null
  update: Span
  /** Where an audience hears more or less often than `update`. */
  updateFor: Partial<Readonly<Record<Audience, Span>>>
  audiences: readonly Audience[]
  /** How many steps of the escalation are paged at once. */
  pageSteps: number
  tell: readonly Tell[]
  /** Filled within the response time. */
  roles: readonly RoleName[]
  /** Without a cause for so long, the next tier of people is brought in, again and again; null: never. */
  causeMs: number | null
  /** How long it has to stay quiet before the all-clear. */
  monitorMs: number
  /** Whether a post-mortem is owed (D1 to D3). */
  isPostmortemOwed: boolean
}

export type Recurrence = { days: readonly Weekday[]; time: string }

export type Hours = { zone: string; weekly: readonly OpenHours[]; holidays: readonly string[] }

export type Policy = {
  name: string
  levels: Readonly<Record<Level, SeverityLevel>>
  hours: Hours
  standUp: Recurrence
  backlogTriage: Recurrence
  /** A paying customer's report raises to 2 even where nobody is affected. */
  isStrictForCustomers: boolean
  /** Impact that grows fourfold in one step raises two levels, not one. */
  isMulti: boolean
  hypothesisMs: number
  reliefMs: number
  spanOfControl: number
  reopenMs: number
  /** How long the alerts of the affected services must have been quiet. */
  quietMs: number
  triageMs: number
}

const elapsed = (ms: number): Span => ({ kind: 'elapsed', ms })
const NEXT_DAY: Span = { kind: 'nextBusinessDay' }
const ALL_ROLES: readonly RoleName[] = [
  'commander',
  'technicalLead',
  'communicationsLead',
  'scribe',
]
const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri']

/** The seed's Severity Classification Matrix, with the values of METHOD section 1 where it is silent. */
export const SEED: Policy = {
  name: 'seed',
  levels: {
    1: {
      level: 1,
      name: 'SEV1',
      label: 'Critical',
      criteria: ['Full service outage', 'data loss risk', 'security breach'],
      respond: elapsed(5 * MINUTE),
      firstMessage: elapsed(10 * MINUTE),
      update: elapsed(15 * MINUTE),
      updateFor: {},
      audiences: AUDIENCES,
      pageSteps: 2,
      tell: [
        { seat: 'vp', when: { kind: 'atOnce' } },
        { seat: 'cto', when: { kind: 'atOnce' } },
      ],
      roles: ALL_ROLES,
      causeMs: 30 * MINUTE,
      monitorMs: 30 * MINUTE,
      isPostmortemOwed: true,
    },
    2: {
      level: 2,
      name: 'SEV2',
      label: 'Major',
      criteria: ['Degraded service for more than 25 % of users', 'key feature down'],
      respond: elapsed(15 * MINUTE),
      firstMessage: elapsed(15 * MINUTE),
      update: elapsed(30 * MINUTE),
      updateFor: {},
      audiences: AUDIENCES,
      pageSteps: 1,
      tell: [{ seat: 'manager', when: { kind: 'within', ms: 15 * MINUTE } }],
      roles: ALL_ROLES,
      causeMs: 2 * HOUR,
      monitorMs: 15 * MINUTE,
      isPostmortemOwed: true,
    },
    3: {
      level: 3,
      name: 'SEV3',
      label: 'Moderate',
      criteria: ['Minor feature broken, workaround available'],
      respond: elapsed(HOUR),
      firstMessage: null,
      update: elapsed(2 * HOUR),
      updateFor: {},
      audiences: ['engineering', 'internal'],
      pageSteps: 1,
      tell: [{ seat: 'teamLead', when: { kind: 'standUp' } }],
      roles: ['commander'],
      causeMs: null,
      monitorMs: 15 * MINUTE,
      isPostmortemOwed: false,
    },
    4: {
      level: 4,
      name: 'SEV4',
      label: 'Low',
      criteria: ['Cosmetic issue, no user impact', 'tech debt trigger'],
      respond: NEXT_DAY,
      firstMessage: null,
      update: NEXT_DAY,
      updateFor: {},
      audiences: ['engineering'],
      pageSteps: 1,
      tell: [{ seat: 'teamLead', when: { kind: 'backlogTriage' } }],
      roles: ['owner'],
      causeMs: null,
      monitorMs: 15 * MINUTE,
      isPostmortemOwed: false,
    },
  },
  hours: {
    zone: 'UTC',
    weekly: WORKDAYS.map((day) => ({ day, open: '09:00', close: '17:00' })),
    holidays: [],
  },
  standUp: { days: WORKDAYS, time: '10:00' },
  backlogTriage: { days: ['mon'], time: '11:00' },
  isStrictForCustomers: false,
  isMulti: false,
  hypothesisMs: 15 * MINUTE,
  reliefMs: 4 * HOUR,
  spanOfControl: 7,
  reopenMs: 24 * HOUR,
  quietMs: 10 * MINUTE,
  triageMs: 5 * MINUTE,
}

/** The seed with SEV3 in working hours only (GDS Way, Atlassian). */
export const OFFICE_HOURS: Policy = {
  ...SEED,
  name: 'office-hours',
  levels: {
    ...SEED.levels,
    3: {
      ...SEED.levels[3],
      respond: { kind: 'business', ms: HOUR },
      update: { kind: 'business', ms: 2 * HOUR },
    },
  },
}

/** P0 to P3 of the shorter runbook of the same authors: a post every 15 min, always 30 min of watching. */
export const SCENARIO: Policy = {
  ...SEED,
  name: 'scenario',
  levels: {
    1: { ...SEED.levels[1], name: 'P0', update: elapsed(15 * MINUTE), monitorMs: 30 * MINUTE },
    2: { ...SEED.levels[2], name: 'P1', update: elapsed(15 * MINUTE), monitorMs: 30 * MINUTE },
    3: {
      ...SEED.levels[3],
      name: 'P2',
      respond: elapsed(4 * HOUR),
      update: elapsed(15 * MINUTE),
      monitorMs: 30 * MINUTE,
    },
    4: { ...SEED.levels[4], name: 'P3', update: elapsed(15 * MINUTE), monitorMs: 30 * MINUTE },
  },
}

export const PRESETS: readonly Policy[] = [SEED, SCENARIO, OFFICE_HOURS]

/** A coordinated response: roles, messages, a post-mortem (PagerDuty, Atlassian). */
export const isMajor = (level: Level): boolean => level <= 2

export const worse = (one: Level, other: Level): Level => (one < other ? one : other)
export const oneUp = (level: Level): Level => (level === 1 ? 1 : ((level - 1) as Level))
