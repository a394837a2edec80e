/**
 * Folding: signals with one dedup key become one alert, and however they are permuted, repeated
 * or delayed on the way, the same alert comes out.
 *
 * The newest trigger is held against the newest resolve: the alert fires if the trigger is newer.
 * "Newer" is by the source's clock where both carry it, so that a late trigger does not reopen
 * what a newer resolve closed; otherwise by arrival, because a wrong clock must never be the
 * reason that a real outage pages nobody. A time in the future counts as absent, for the same
 * reason.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Alert, Stamp } from './alert.ts'
import type { Signal } from './source.ts'

/** How many starts of episodes are remembered, for the damping of flapping. */
export const FLIPS_MAX = 12

export type FoldFacts = { now: Instant; sourceId: Id; makeId: () => Id }

/**
 * What the signal did: `opened` an alert, `reopened` its key as a new alert, `refreshed` or
 * `resolved` or `acknowledged` it, or nothing: it was `late` or about `nothingKnown`.
 */
export type FoldVerdict =
  | 'opened'
  | 'reopened'
  | 'refreshed'
  | 'resolved'
  | 'acknowledged'
  | 'late'
  | 'nothingKnown'

export type Folded = { alert: Alert | null; ended: Alert | null; verdict: FoldVerdict }

/** Folds one signal into the newest alert of its key (null: there is none yet). */
export function fold(alert: Alert | null, signal: Signal, facts: FoldFacts): Folded {
  const stamp = stampOf(signal, facts.now)
  switch (signal.action) {
    case 'trigger':
      return foldTrigger(alert, signal, stamp, facts)
    case 'resolve':
      return foldResolve(alert, signal, stamp, facts)
    case 'acknowledge':
      return foldAcknowledge(alert, stamp, facts)
  }
}

function foldTrigger(alert: Alert | null, signal: Signal, stamp: Stamp, facts: FoldFacts): Folded {
  if (!alert) return { alert: episode(signal, stamp, [], facts), ended: null, verdict: 'opened' }
  if (alert.lastResolve && !outranks(stamp, alert.lastResolve, 'known')) {
    return { alert, ended: null, verdict: 'late' }
  }
  if (alert.status === 'resolved') {
    const next = { ...episode(signal, stamp, alert.flips, facts), lastResolve: alert.lastResolve }
    const ended = { ...alert, current: false }
    return { alert: next, ended, verdict: alert.lastTrigger ? 'reopened' : 'opened' }
  }
  const isNewest = !alert.lastTrigger || outranks(stamp, alert.lastTrigger, 'incoming')
  const refreshed: Alert = {
    ...alert,
    ...(isNewest ? contentOf(signal) : {}),
    lastTrigger: newest(alert.lastTrigger, stamp),
    startedAt: Math.min(alert.startedAt, stamp.occurredAt ?? stamp.receivedAt),
    signalCount: alert.signalCount + 1,
    updatedAt: facts.now,
  }
  const isWorse = refreshed.severity !== alert.severity
  return {
    alert: isWorse ? { ...refreshed, wakeAt: facts.now } : withEnd(refreshed, facts.now),
    ended: null,
    verdict: 'refreshed',
  }
}

function foldResolve(alert: Alert | null, signal: Signal, stamp: Stamp, facts: FoldFacts): Folded {
  if (!alert) {
    // Nothing is known of it. Where the source has a clock, its trigger may still be on the way.
    if (stamp.occurredAt === null) return { alert: null, ended: null, verdict: 'nothingKnown' }
    const tombstone = episode(signal, stamp, [], facts)
    return {
      alert: {
        ...tombstone,
        status: 'resolved',
        resolvedAt: stamp.occurredAt,
        lastTrigger: null,
        lastResolve: stamp,
        flips: [],
        signalCount: 0,
        wakeAt: null,
      },
      ended: null,
      verdict: 'nothingKnown',
    }
  }
  const lastResolve = newest(alert.lastResolve, stamp)
  if (alert.status === 'resolved')
    return { alert: { ...alert, lastResolve }, ended: null, verdict: 'late' }
  if (alert.lastTrigger && !outranks(stamp, alert.lastTrigger, 'incoming')) {
    return { alert: { ...alert, lastResolve }, ended: null, verdict: 'late' }
  }
  return {
    alert: {
      ...alert,
      status: 'resolved',
      lastResolve,
      resolvedAt: facts.now,
      updatedAt: facts.now,
      endsAt: null,
      wakeAt: facts.now,
    },
    ended: null,
    verdict: 'resolved',
  }
}

function foldAcknowledge(alert: Alert | null, stamp: Stamp, facts: FoldFacts): Folded {
  if (!alert) return { alert: null, ended: null, verdict: 'nothingKnown' }
  const lastAcknowledge = newest(alert.lastAcknowledge, stamp)
  if (alert.status === 'resolved')
    return { alert: { ...alert, lastAcknowledge }, ended: null, verdict: 'late' }
  return {
    alert: {
      ...alert,
      lastAcknowledge,
      acknowledgedByWire: true,
      updatedAt: facts.now,
      wakeAt: facts.now,
    },
    ended: null,
    verdict: 'acknowledged',
  }
}

/** An alert whose source promised to say so again, and did not, has ended. */
export function expire(alert: Alert, now: Instant): Alert {
  if (alert.status === 'resolved' || alert.endsAt === null || alert.endsAt > now) return alert
  const lastResolve = newest(alert.lastResolve, { occurredAt: alert.endsAt, receivedAt: now })
  return {
    ...alert,
    status: 'resolved',
    lastResolve,
    resolvedAt: now,
    updatedAt: now,
    endsAt: null,
  }
}

function episode(signal: Signal, stamp: Stamp, flips: readonly Instant[], facts: FoldFacts): Alert {
  return {
    id: facts.makeId(),
    number: null,
    sourceId: facts.sourceId,
    dedupKey: signal.dedupKey,
    current: true,
    status: 'firing',
    ...contentOf(signal),
    startedAt: stamp.occurredAt ?? stamp.receivedAt,
    resolvedAt: null,
    updatedAt: facts.now,
    lastTrigger: stamp,
    lastResolve: null,
    lastAcknowledge: null,
    acknowledgedByWire: false,
    signalCount: 1,
    flips: [...flips, facts.now].slice(-FLIPS_MAX),
    serviceId: null,
    teamId: null,
    // Nobody's until it is routed: whose it is, and who may see it, the pipeline finds out in a moment.
    visibility: 'team',
    urgency: 'high',
    groupId: null,
    share: 'none',
    suppression: null,
    wakeAt: facts.now,
    drillId: null,
    quarantine: null,
  }
}

const contentOf = (signal: Signal) => ({
  title: signal.title,
  severity: signal.severity,
  labels: signal.labels,
  annotations: signal.annotations,
  links: signal.links,
  signalGroupKey: signal.groupKey,
  endsAt: signal.endsAt,
})

/** A refresh that moves the end of an alert moves the instant at which it is looked at. */
const withEnd = (alert: Alert, now: Instant): Alert =>
  alert.endsAt === null || alert.suppression !== null
    ? alert
    : { ...alert, wakeAt: Math.max(now, Math.min(alert.wakeAt ?? alert.endsAt, alert.endsAt)) }

const stampOf = (signal: Signal, now: Instant): Stamp => ({
  occurredAt: signal.occurredAt !== null && signal.occurredAt <= now ? signal.occurredAt : null,
  receivedAt: now,
})

/**
 * Whether a stamp that comes in outranks one that is known. `tie` says which stands where both
 * clocks agree: at the same instant a resolve stands against a trigger. Among stamps that are
 * ordered by arrival the one coming in is the newer by definition.
 */
function outranks(incoming: Stamp, known: Stamp, tie: 'incoming' | 'known'): boolean {
  if (incoming.occurredAt !== null && known.occurredAt !== null) {
    if (incoming.occurredAt === known.occurredAt) return tie === 'incoming'
    return incoming.occurredAt > known.occurredAt
  }
  return incoming.receivedAt >= known.receivedAt
}

const newest = (known: Stamp | null, incoming: Stamp): Stamp =>
  known === null || outranks(incoming, known, 'incoming') ? incoming : known
