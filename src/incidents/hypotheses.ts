/**
 * Paths of investigation, each with a box of time (METHOD 6). When the box is over without a verdict
 * the commander has to choose: another path, once more with a reason, or more people.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Hypothesis, Incident, Verdict } from './incident.ts'

export type HypothesisProblem =
  | 'hasAnotherOpen'
  | 'extendedBefore'
  | 'isDisposed'
  | 'isOpen'
  | 'notConfirmed'

export const isOpen = (one: Hypothesis): boolean =>
  one.verdict === 'open' || one.verdict === 'expired'

/** One path at a time for each investigator; several people may follow several at once. */
export function openProblem(
  incident: Pick<Incident, 'hypotheses'>,
  ownerId: Id | null,
): HypothesisProblem | null {
  if (ownerId === null) return null
  return incident.hypotheses.some((one) => isOpen(one) && one.ownerId === ownerId)
    ? 'hasAnotherOpen'
    : null
}

export const openHypothesis = (asked: {
  id: Id
  statement: string
  ownerId: Id | null
  now: Instant
  boxMs: number
}): Hypothesis => ({
  id: asked.id,
  statement: asked.statement,
  ownerId: asked.ownerId,
  attempt: 1,
  openedAt: asked.now,
  expiresAt: asked.now + asked.boxMs,
  verdict: 'open',
  disposedAt: null,
  evidence: [],
  extension: null,
})

/** A verdict at the last instant of the box is in time. */
export const isExpired = (one: Hypothesis, now: Instant): boolean =>
  one.verdict === 'open' && now > one.expiresAt

export const expire = (one: Hypothesis, now: Instant): Hypothesis =>
  isExpired(one, now) ? { ...one, verdict: 'expired' } : one

export function dispose(
  one: Hypothesis,
  verdict: Extract<Verdict, 'confirmed' | 'refuted' | 'parked'>,
  now: Instant,
): Hypothesis | HypothesisProblem {
  return isOpen(one) ? { ...one, verdict, disposedAt: now } : 'isDisposed'
}

/** Once, with a reason and a new estimate. */
export function extend(
  one: Hypothesis,
  asked: { reason: string; forMs: number },
  now: Instant,
): Hypothesis | HypothesisProblem {
  if (!isOpen(one)) return 'isDisposed'
  if (one.extension !== null) return 'extendedBefore'
  const from = Math.max(one.expiresAt, one.verdict === 'expired' ? now : one.expiresAt)
  return {
    ...one,
    verdict: 'open',
    expiresAt: from + asked.forMs,
    extension: { at: now, reason: asked.reason },
  }
}

/** The next attempt at the same path, with a box of its own. */
export function reopen(
  one: Hypothesis,
  now: Instant,
  boxMs: number,
): Hypothesis | HypothesisProblem {
  if (isOpen(one)) return 'isOpen'
  return {
    ...one,
    attempt: one.attempt + 1,
    verdict: 'open',
    openedAt: now,
    expiresAt: now + boxMs,
    disposedAt: null,
    extension: null,
  }
}

/** What was taken for the cause is not. */
export const withdraw = (one: Hypothesis, now: Instant): Hypothesis | HypothesisProblem =>
  one.verdict === 'confirmed' ? { ...one, verdict: 'refuted', disposedAt: now } : 'notConfirmed'

export const isTimely = (one: Hypothesis): boolean =>
  one.disposedAt !== null && one.disposedAt <= one.expiresAt
