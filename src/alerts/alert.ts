import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Severity, Signal } from './source.ts'

/** How loudly a page is made. The severity of an incident is another thing. */
export type Urgency = 'high' | 'low'

/** Who may see an object: everybody in the organisation, or its team and the people it paged. */
export type Visibility = 'everyone' | 'team'

/** When something happened by the source's clock (null: it did not say) and by ours. */
export type Stamp = { occurredAt: Instant | null; receivedAt: Instant }

/** Why an alert that fires does not page, with the instant at which that is looked at again. */
export type Suppression = {
  kind: 'silence' | 'maintenance' | 'transient'
  by: Id | null
  until: Instant
}

/**
 * What an alert adds to its group: nothing, an open alert, or an open alert that pages. Kept on
 * the row so that a group counts its alerts by adding differences, also in a storm.
 */
export type Share = 'none' | 'open' | 'active'

/** What signals with one dedup key fold into: one episode, from the first trigger to the resolve. */
export type Alert = {
  id: Id
  number: number | null
  sourceId: Id
  dedupKey: string
  /** The newest episode of its key. A trigger after the resolve begins another. */
  current: boolean
  status: 'firing' | 'resolved'
  severity: Severity
  title: string
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  links: Signal['links']
  signalGroupKey: string | null
  startedAt: Instant
  resolvedAt: Instant | null
  updatedAt: Instant
  /** Fires until then unless it is sent again; null: until it is resolved. */
  endsAt: Instant | null
  lastTrigger: Stamp | null
  lastResolve: Stamp | null
  lastAcknowledge: Stamp | null
  /** An acknowledgement that came over the wire and that the group has not heard of yet. */
  acknowledgedByWire: boolean
  signalCount: number
  /** Starts of recent episodes of this key, newest last, at most `FLIPS_MAX`. */
  flips: readonly Instant[]
  serviceId: Id | null
  teamId: Id | null
  visibility: Visibility
  urgency: Urgency
  groupId: Id | null
  share: Share
  suppression: Suppression | null
  /** When the pipeline has to look at it (again). */
  wakeAt: Instant | null
  drillId: Id | null
  quarantine: string | null
}

/**
 * Alerts that belong together, from the first that fires to the last that is resolved. It is the
 * subject of a climb, and it is what a person acknowledges.
 */
export type Group = {
  id: Id
  key: string
  status: 'firing' | 'acknowledged' | 'resolved'
  title: string
  severity: Severity
  urgency: Urgency
  serviceId: Id | null
  teamId: Id | null
  visibility: Visibility
  openCount: number
  activeCount: number
  alertCount: number
  climbId: Id | null
  acknowledgedBy: Id | null
  acknowledgedAt: Instant | null
  openedAt: Instant
  resolvedAt: Instant | null
  drillId: Id | null
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2, critical: 3 }
export const worseOf = (a: Severity, b: Severity): Severity => (RANK[a] >= RANK[b] ? a : b)
