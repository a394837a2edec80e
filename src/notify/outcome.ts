/**
 * What follows from the outcome of one attempt. A temporary failure is tried again with growing,
 * jittered pauses for as long as the page is open; a contact that is out of order for 20 s, or for
 * good, brings the person's next contact forward; a lost answer is repeated under the same
 * idempotency key, three times at most. Where nothing is left, the climb is told, so that the next
 * person is reached on time. Failing open: one page too many beats one too few.
 */
import type { Id } from '../lib/id.ts'
import { type Instant, SECOND } from '../lib/instant.ts'
import type { Outcome } from './channel.ts'
import { type Attempt, DELIVERIES_PER_SLOT_MAX, FAIL_OVER_MS, isLost, type Page } from './page.ts'
import type { Delivery } from './reply.ts'

/** Why a message gave up: the provider says that nothing is behind this contact, and never will be again. */
export const UNSUBSCRIBED = 'unsubscribed'

export const RETRY_MS_MAX = 60 * SECOND

export type OutcomeFacts = {
  now: Instant
  page: Pick<Page, 'status'>
  /** All attempts of the page, this one included. */
  siblings: readonly Attempt[]
  makeId: () => Id
  /** In [0, 1): spreads retries so that they do not come in step. */
  jitter: number
}

export type Followed = {
  /** Rows to save: this attempt, a new try, the next slot brought forward. */
  attempts: readonly Attempt[]
  /** The person cannot be reached over anything that is left. */
  unreachable: boolean
}

export function follow(attempt: Attempt, outcome: Outcome, facts: OutcomeFacts): Followed {
  const ended: Attempt = {
    ...attempt,
    status: outcome.kind === 'sent' ? 'sent' : outcome.kind === 'unknown' ? 'unknown' : 'failed',
    reason: outcome.kind === 'sent' ? null : outcome.reason,
    providerId: outcome.kind === 'sent' ? outcome.providerId : null,
    ...carriedBy(outcome),
    finishedAt: facts.now,
    wakeAt: null,
  }
  if (outcome.kind === 'sent' || facts.page.status !== 'open') {
    return { attempts: [ended], unreachable: false }
  }
  const others = facts.siblings.filter((sibling) => sibling.id !== attempt.id)
  const retry = nextTry(ended, outcome, others, facts)
  const isOut = retry === null || facts.now - firstDueOf(attempt, others) >= FAIL_OVER_MS
  const forward =
    isOut || retryIsLate(retry, attempt, others) ? bringForward(attempt, others, facts.now) : null
  const rows = [ended, retry, forward].filter((row) => row !== null)
  const isAnythingLeft =
    retry !== null || others.some((other) => !isLost(other)) || ended.status === 'unknown'
  return { attempts: rows, unreachable: !isAnythingLeft }
}

/** How much a word counts: words come doubled and out of order, and all orders end the same. */
const RANK: Readonly<Record<Delivery, number>> = { unknown: 0, undelivered: 1, delivered: 2 }

/**
 * What follows from the provider's word on a message it had accepted. One that did not arrive counts
 * like one that failed: the next contact comes forward, or the climb hears that nothing is left. It
 * is not sent again over the same contact, which the provider has tried already. A later word that
 * it did arrive is believed; what was brought forward meanwhile stays. Null: nothing new.
 */
export function afterDelivery(
  attempt: Attempt,
  word: { outcome: Delivery; reason: string | null },
  facts: Pick<OutcomeFacts, 'now' | 'page' | 'siblings'>,
): Followed | null {
  if (attempt.delivery !== null && RANK[word.outcome] <= RANK[attempt.delivery]) return null
  const told: Attempt = { ...attempt, delivery: word.outcome, deliveryReason: word.reason }
  if (word.outcome !== 'undelivered' || facts.page.status !== 'open')
    return { attempts: [told], unreachable: false }
  const others = facts.siblings.filter((sibling) => sibling.id !== attempt.id)
  const forward = bringForward(attempt, others, facts.now)
  return {
    attempts: forward === null ? [told] : [told, forward],
    unreachable: others.every(isLost),
  }
}

/**
 * A contact is switched off while pages are open: what waited for it is not sent, and the next
 * contact comes forward. Null: the plan of this page does not use it.
 */
export function afterStop(
  contactId: Id,
  facts: Pick<OutcomeFacts, 'now' | 'siblings'>,
): Followed | null {
  const first = facts.siblings.find((attempt) => attempt.contactId === contactId)
  if (!first) return null
  const ended = facts.siblings
    .filter((attempt) => attempt.contactId === contactId && attempt.status === 'waiting')
    .map(
      (attempt): Attempt => ({
        ...attempt,
        status: 'cancelled',
        reason: 'stopped',
        wakeAt: null,
        finishedAt: facts.now,
      }),
    )
  const over = new Set(ended.map((attempt) => attempt.id))
  const others = facts.siblings.filter((attempt) => !over.has(attempt.id))
  const forward = bringForward({ ...first, slot: -1 }, others, facts.now)
  return {
    attempts: forward === null ? ended : [...ended, forward],
    unreachable: others.every(isLost),
  }
}
/** Who was given the message, as it is kept with the attempt. */
export const carriedBy = (outcome: Outcome): Pick<Attempt, 'carrier' | 'passedOver'> => ({
  carrier: outcome.carrier ?? null,
  passedOver: outcome.passedOver?.length ? outcome.passedOver.join(' ') : null,
})

function nextTry(
  ended: Attempt,
  outcome: Exclude<Outcome, { kind: 'sent' }>,
  others: readonly Attempt[],
  facts: OutcomeFacts,
): Attempt | null {
  if (outcome.kind === 'gaveUp') return null
  const unknownCount = [ended, ...others].filter(
    (a) => a.slot === ended.slot && a.status === 'unknown',
  ).length
  if (unknownCount >= DELIVERIES_PER_SLOT_MAX) return null
  const asked = outcome.kind === 'tryAgain' ? (outcome.retryAfterMs ?? 0) : 0
  const wakeAt =
    facts.now + Math.max(Math.min(asked, RETRY_MS_MAX), pauseMs(ended.tryNumber, facts.jitter))
  return {
    ...ended,
    id: facts.makeId(),
    tryNumber: ended.tryNumber + 1,
    status: 'waiting',
    reason: null,
    wakeAt,
    fence: 0,
    startedAt: null,
    finishedAt: null,
    // Its carrier stays: the try begins with another one.
    passedOver: null,
  }
}

/** 1 s, 2 s, 4 s … up to a minute, each between half and the whole of it. */
export function pauseMs(tryNumber: number, jitter: number): number {
  const whole = Math.min(RETRY_MS_MAX, SECOND * 2 ** Math.min(tryNumber - 1, 10))
  return Math.round(whole / 2 + (whole / 2) * jitter)
}

/** A retry that lies behind the fail-over time would leave the person waiting on a dead contact. */
const retryIsLate = (
  retry: Attempt | null,
  attempt: Attempt,
  others: readonly Attempt[],
): boolean =>
  retry !== null &&
  retry.wakeAt !== null &&
  retry.wakeAt - firstDueOf(attempt, others) > FAIL_OVER_MS

const firstDueOf = (attempt: Attempt, others: readonly Attempt[]): Instant =>
  Math.min(attempt.dueAt, ...others.filter((a) => a.slot === attempt.slot).map((a) => a.dueAt))

/** The person's next contact that has not been tried yet is due now. */
function bringForward(attempt: Attempt, others: readonly Attempt[], now: Instant): Attempt | null {
  const waiting = others
    .filter(
      (other) => other.status === 'waiting' && other.slot > attempt.slot && other.tryNumber === 1,
    )
    .filter((other) => other.contactId !== attempt.contactId)
    .sort((a, b) => a.slot - b.slot)
  const next = waiting[0]
  if (!next || next.wakeAt === null || next.wakeAt <= now) return null
  return { ...next, wakeAt: now, dueAt: now, reason: 'broughtForward' }
}
