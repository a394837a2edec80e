/**
 * Which status may follow which, and under what condition (METHOD 7). Mitigating needs no cause;
 * going back is always possible; the all-clear has to be earned, or overridden with a reason that
 * stays on the record.
 */
import type { Instant } from '../lib/instant.ts'
import type { Policy } from '../severity/policy.ts'
import { type Incident, levelOf, type Status } from './incident.ts'

const NEXT: Readonly<Record<Status, readonly Status[]>> = {
  triage: ['investigating', 'canceled', 'merged'],
  investigating: ['identified', 'mitigating', 'monitoring', 'canceled', 'merged'],
  identified: ['investigating', 'mitigating', 'monitoring', 'canceled', 'merged'],
  mitigating: ['investigating', 'identified', 'monitoring', 'canceled', 'merged'],
  monitoring: ['investigating', 'identified', 'mitigating', 'resolved', 'merged'],
  resolved: ['investigating', 'closed'],
  closed: [],
  canceled: [],
  merged: [],
}

export type Refused =
  | 'noSuchMove'
  | 'tooLateToReopen'
  | 'notDeclared'
  | 'tooSoon'
  | 'alertsFiring'
  | 'alertsRecent'
  | 'budgetBurning'
  | 'notChecked'
  | 'partsLive'

/** What the gate of the all-clear looks at, as measured at this instant. */
export type Recovery = {
  /** Last instant at which an alert of an affected service fired; `now` while one does; null: none did. */
  lastFiringAt: Instant | null
  /** Objectives of the services that still burn; null: there are none to ask. */
  isBurning: boolean | null
  /** Parts of it, with leads of their own, that are not over yet. */
  livingParts?: number
}

export function mayMove(
  incident: Incident,
  to: Status,
  now: Instant,
  policy: Pick<Policy, 'reopenMs'>,
): Refused | null {
  if (!NEXT[incident.status].includes(to)) return 'noSuchMove'
  if (incident.status === 'resolved' && to === 'investigating') {
    const { allClearAt } = incident.stamps
    if (allClearAt !== null && now - allClearAt > policy.reopenMs) return 'tooLateToReopen'
  }
  return null
}

export const movesFrom = (status: Status): readonly Status[] => NEXT[status]

export type Check = {
  name: 'monitoring' | 'alerts' | 'objectives' | 'parts' | 'person'
  good: boolean
  why: Refused | null
  until: Instant | null
}

/** The checks of the all-clear, each with what is missing and from when it will hold by itself. */
export function allClearChecks(
  incident: Incident,
  recovery: Recovery,
  now: Instant,
  policy: Pick<Policy, 'levels' | 'quietMs'>,
): Check[] {
  const { mitigatedAt } = incident.stamps
  const watched =
    mitigatedAt === null ? null : mitigatedAt + policy.levels[levelOf(incident)].monitorMs
  const isWatched = watched !== null && now >= watched
  const quietAt = recovery.lastFiringAt === null ? null : recovery.lastFiringAt + policy.quietMs
  const isFiring = recovery.lastFiringAt !== null && recovery.lastFiringAt >= now
  const isQuiet = quietAt === null || (!isFiring && now >= quietAt)
  return [
    {
      name: 'monitoring',
      good: isWatched,
      why: isWatched ? null : 'tooSoon',
      until: isWatched ? null : watched,
    },
    {
      name: 'alerts',
      good: isQuiet,
      why: isQuiet ? null : isFiring ? 'alertsFiring' : 'alertsRecent',
      until: isQuiet || isFiring ? null : quietAt,
    },
    {
      name: 'objectives',
      good: recovery.isBurning !== true,
      why: recovery.isBurning === true ? 'budgetBurning' : null,
      until: null,
    },
    ...(recovery.livingParts === undefined
      ? []
      : [
          {
            name: 'parts' as const,
            good: recovery.livingParts === 0,
            why: recovery.livingParts === 0 ? null : ('partsLive' as const),
            until: null,
          },
        ]),
    {
      name: 'person',
      good: isCheckedSince(incident, mitigatedAt),
      why: isCheckedSince(incident, mitigatedAt) ? null : 'notChecked',
      until: null,
    },
  ]
}

/** Somebody looked after the last mitigation; what was seen before it says nothing. */
const isCheckedSince = (incident: Incident, mitigatedAt: Instant | null): boolean =>
  incident.checkedBy !== null && (mitigatedAt === null || incident.checkedBy.at >= mitigatedAt)

/** The order that stamps have to have; what breaks it is shown, and left out of measures. */
const ORDER: readonly (readonly [keyof Incident['stamps'], keyof Incident['stamps']])[] = [
  ['startedAt', 'detectedAt'],
  ['detectedAt', 'acknowledgedAt'],
  ['detectedAt', 'declaredAt'],
  ['detectedAt', 'mitigatedAt'],
  ['mitigatedAt', 'recoveredAt'],
  ['mitigatedAt', 'allClearAt'],
  ['recoveredAt', 'allClearAt'],
]

export function impossibleStamps(
  stamps: Incident['stamps'],
): { before: keyof Incident['stamps']; after: keyof Incident['stamps'] }[] {
  return ORDER.flatMap(([before, after]) => {
    const [one, other] = [stamps[before], stamps[after]]
    return one !== null && other !== null && one > other ? [{ before, after }] : []
  })
}
