/**
 * What becomes of an alert after the fold, in an order that can be read aloud: route it to its
 * service, then see whether a silence, a maintenance window or the pause for transients keeps it
 * quiet, then put it into its group. Suppression is recorded with its cause and its end; at the
 * end the alert passes through here again, so nothing that still fires stays quiet.
 */
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE } from '../lib/instant.ts'
import type { Service } from '../services/service.ts'
import type { Alert, Share, Suppression, Urgency } from './alert.ts'
import { OBJECTIVE_SOURCE } from './routed.ts'
import {
  isInForce,
  type Maintenance,
  mutesFrom,
  mutesUntil,
  type Silence,
  silences,
} from './silence.ts'

/** An alert whose key began more than so many episodes in the window is flapping. */
export const FLAPS_MAX = 4
export const FLAP_WINDOW_MS = 10 * MINUTE
/** A flapping alert counts as open until it has been calm so long: one climb, one acknowledgement. */
export const CALM_MS = 5 * MINUTE

/** What the routes say about an alert. Null leaves it to the service. */
export type Routed = {
  route: string | null
  serviceId: Id | null
  urgency: Urgency | null
  escalationId: Id | null
  groupBy: readonly string[] | null
  pauseMs: number | null
}

export type PipelineFacts = {
  now: Instant
  routeFor: (alert: Alert) => Routed
  services: ReadonlyMap<Id, Service>
  silences: readonly Silence[]
  maintenances: readonly Maintenance[]
}

/** One line of the verdict: the stage, what it found, and by which rule or object. */
export type Note = { stage: string; result: string; by: string | null }

export type Passed = {
  alert: Alert
  /** Names the group it belongs to; the same for alerts that belong together. */
  groupKey: string
  escalationId: Id | null
  notes: readonly Note[]
}

type Draft = Passed & { routed: Routed; service: Service | null }
type Stage = (draft: Draft, facts: PipelineFacts) => Draft

export const STAGES: readonly Stage[] = [silence, maintenance, transient, group, share]

/** Takes one alert through all stages. Pure; the group itself is settled by `join`. */
export function passThrough(alert: Alert, facts: PipelineFacts): Passed {
  let draft = route(alert, facts)
  for (const stage of STAGES) draft = stage(draft, facts)
  const { alert: passed, groupKey, escalationId, notes } = draft
  return { alert: passed, groupKey, escalationId, notes }
}

function route(alert: Alert, facts: PipelineFacts): Draft {
  const routed = facts.routeFor(alert)
  const service = routed.serviceId === null ? null : (facts.services.get(routed.serviceId) ?? null)
  return {
    alert: {
      ...alert,
      serviceId: service?.id ?? null,
      teamId: service?.teamId ?? null,
      visibility: service?.isPrivate ? 'team' : 'everyone',
      urgency: routed.urgency ?? urgencyOf(service, alert),
      suppression: null,
      wakeAt: null,
      acknowledgedByWire: false,
    },
    groupKey: '',
    escalationId: routed.escalationId ?? service?.escalationId ?? null,
    notes: [{ stage: 'route', result: service ? service.slug : 'noService', by: routed.route }],
    routed,
    service,
  }
}

function urgencyOf(service: Service | null, alert: Alert): Urgency {
  const urgency = service?.urgency ?? 'high'
  // What an objective says is a page or a ticket already.
  const isBySeverity = urgency === 'bySeverity' || alert.sourceId === OBJECTIVE_SOURCE
  if (!isBySeverity) return urgency
  return alert.severity === 'critical' || alert.severity === 'error' ? 'high' : 'low'
}

function silence(draft: Draft, facts: PipelineFacts): Draft {
  for (const one of facts.silences) {
    const until = mutesUntil(one, facts.now)
    if (until !== null && silences(one, draft.alert))
      return suppress(draft, { kind: 'silence', by: one.id, until })
  }
  return draft
}

function maintenance(draft: Draft, facts: PipelineFacts): Draft {
  const { serviceId } = draft.alert
  if (serviceId === null) return draft
  const found = facts.maintenances.find(
    (m) => isInForce(m, facts.now) && m.serviceIds.includes(serviceId),
  )
  return found ? suppress(draft, { kind: 'maintenance', by: found.id, until: found.endsAt }) : draft
}

/** Counted from when we first heard of it: a source that is late with an alert must not delay it more. */
function transient(draft: Draft, facts: PipelineFacts): Draft {
  const pauseMs = draft.routed.pauseMs ?? draft.service?.pauseMs ?? 0
  const firstHeardAt = draft.alert.flips.at(-1) ?? facts.now
  const until = firstHeardAt + pauseMs
  if (pauseMs === 0 || facts.now >= until || draft.alert.share === 'active') return draft
  return suppress(draft, { kind: 'transient', by: null, until })
}

/** The first cause stands; a later one that lasts longer is found when the first one ends. */
function suppress(draft: Draft, suppression: Suppression): Draft {
  if (draft.alert.suppression !== null || draft.alert.status === 'resolved') return draft
  const note = { stage: suppression.kind, result: 'suppressed', by: suppression.by }
  return { ...draft, alert: { ...draft.alert, suppression }, notes: [...draft.notes, note] }
}

function group(draft: Draft): Draft {
  const { alert, routed, service } = draft
  const labels = routed.groupBy ?? service?.groupBy
  const own = labels
    ? labels.map((name) => [name, alert.labels[name] ?? ''])
    : [alert.sourceId, alert.signalGroupKey ?? alert.dedupKey]
  // An exercise never joins what is real.
  const drill = alert.drillId === null ? [] : [alert.drillId]
  return { ...draft, groupKey: JSON.stringify([alert.serviceId ?? alert.sourceId, own, ...drill]) }
}

/** What it adds to its group from now on, and when it has to be looked at again. */
function share(draft: Draft, facts: PipelineFacts): Draft {
  const { alert } = draft
  const calmAt = (alert.resolvedAt ?? facts.now) + CALM_MS
  const lingers =
    alert.status === 'resolved' && alert.share !== 'none' && isFlapping(alert) && facts.now < calmAt
  if (lingers) {
    const note = { stage: 'flapping', result: 'heldOpen', by: null }
    return { ...draft, alert: { ...alert, wakeAt: calmAt }, notes: [...draft.notes, note] }
  }
  const next: Share =
    alert.status === 'resolved' ? 'none' : alert.suppression === null ? 'active' : 'open'
  // What fires when a silence begins (again) is looked at then.
  const begins =
    next === 'active'
      ? facts.silences.filter((one) => silences(one, alert)).map((one) => mutesFrom(one, facts.now))
      : []
  const wakes = [alert.suppression?.until, alert.endsAt, ...begins].filter(
    (at) => typeof at === 'number',
  )
  return {
    ...draft,
    alert: { ...alert, share: next, wakeAt: wakes.length > 0 ? Math.min(...wakes) : null },
  }
}

export function isFlapping(alert: Pick<Alert, 'flips'>): boolean {
  const last = alert.flips.at(-1)
  if (last === undefined) return false
  return alert.flips.filter((at) => last - at < FLAP_WINDOW_MS).length > FLAPS_MAX
}
