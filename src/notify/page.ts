import type { Urgency, Visibility } from '../alerts/alert.ts'
import type { Severity } from '../alerts/source.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Delivery } from './reply.ts'

export type PageStatus = 'open' | 'acknowledged' | 'resolved' | 'superseded' | 'declined'

/** The obligation to reach one person for one step of one climb. It ends in a named way, or is open. */
export type Page = {
  id: Id
  climbId: Id
  groupId: Id
  personId: Id
  serviceId: Id | null
  teamId: Id | null
  visibility: Visibility
  /** `climb id:version:index` of the effect that made it: the same decision never pages twice. */
  effectKey: string
  step: number
  round: number
  isFallback: boolean
  via: string
  urgency: Urgency
  status: PageStatus
  closedBecause: string | null
  openedAt: Instant
  closedAt: Instant | null
  drillId: Id | null
}

/**
 * `waiting` until `wakeAt`; `claimed` by a sender until `wakeAt`; then one of the outcomes.
 * `unknown`: the answer was lost, so the provider may have it; `cancelled`: no longer wanted.
 */
export type AttemptStatus = 'waiting' | 'claimed' | 'sent' | 'failed' | 'unknown' | 'cancelled'

/** One try over one channel. Tries of one slot (page, place in the plan) share its idempotency key. */
export type Attempt = {
  id: Id
  pageId: Id
  climbId: Id
  personId: Id
  serviceId: Id | null
  contactId: Id
  channel: string
  slot: number
  severity: Severity
  /** 1 for the first try of the slot. */
  tryNumber: number
  urgency: Urgency
  status: AttemptStatus
  reason: string | null
  /** The message that carried it, if it went out together with others. */
  bundledInto: Id | null
  dueAt: Instant
  /** When the beat looks at it: due while waiting, end of the lease while claimed, null at the end. */
  wakeAt: Instant | null
  /** Steps by one with every claim. A result that carries an older one comes from a zombie. */
  fence: number
  startedAt: Instant | null
  finishedAt: Instant | null
  providerId: string | null
  /** The carrier that this try was given to; of a try that waits, the one before it. Null: the channel has none. */
  carrier: string | null
  /** Carriers that certainly did not take this try before, with blanks between. */
  passedOver: string | null
  /** The provider's own word on what became of it, after it was sent. Null: none has come. */
  delivery: Delivery | null
  deliveryReason: string | null
  drillId: Id | null
}

/** How long a sender may hold a claim. A call is given up well before. */
export const LEASE_MS = 30_000
export const CALL_MS_MAX = 15_000
/** A slot that may have been delivered this often is not tried again. */
export const DELIVERIES_PER_SLOT_MAX = 3
/** A person is failed over to their next contact at the latest so long after a slot was due. */
export const FAIL_OVER_MS = 20_000

/** Nothing of it reached the person, and nothing more will come of it. */
export const isLost = (attempt: Pick<Attempt, 'status' | 'delivery'>): boolean =>
  attempt.status === 'failed' ||
  attempt.status === 'cancelled' ||
  attempt.delivery === 'undelivered'

export const isOver = (attempt: Pick<Attempt, 'status'>): boolean =>
  attempt.status !== 'waiting' && attempt.status !== 'claimed'
