/**
 * What a message says once there is nothing, or less, to answer: a button that stays after somebody
 * else has it makes people press it in vain, and a second message would wake them for nothing.
 */
import type { Group } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import { formatTime } from '../lib/zone.ts'
import type { Outcome } from './channel.ts'
import type { Page } from './page.ts'

/** The id is that of the attempt that the message went out with. */
export type Revision = {
  id: Id
  pageId: Id
  groupId: Id
  shown: string | null
  tries: number
  reason: string | null
  fence: number
  news: number
  wakeAt: Instant | null
  createdAt: Instant
}

export const REVISION_LEASE_MS = MINUTE
export const REVISION_TRIES_MAX = 8
/** The message may be on its way still: it is looked at again when its sender must be through. */
export const UNDER_WAY_MS = 15 * SECOND

export type Reader = { personId: Id; name: (id: Id | null) => string; zone: string }

/** `mayTake`: it is still to be had, by whoever sees this message. */
export type State = { line: string; mayTake: boolean }

type Standing = {
  group: Pick<Group, 'status' | 'acknowledgedBy' | 'acknowledgedAt' | 'resolvedAt'>
  page: Pick<Page, 'status' | 'closedBecause' | 'closedAt'>
}

/** How it stands for whoever was paged; null: it is theirs to answer, as the message says. */
export function stateOf({ group, page }: Standing, reader: Reader): State | null {
  const at = (instant: Instant | null): string =>
    instant === null ? '' : ` at ${formatTime(instant, reader.zone)}`
  const over = (line: string): State => ({ line, mayTake: false })
  if (group.status === 'resolved') return over(`Resolved${at(group.resolvedAt)}.`)
  if (page.status === 'open') return null
  if (group.status === 'acknowledged') {
    const by = group.acknowledgedBy
    const who = by === reader.personId ? ' by you' : by === null ? '' : ` by ${reader.name(by)}`
    return over(`Acknowledged${who}${at(group.acknowledgedAt)}.`)
  }
  const when = at(page.closedAt)
  if (page.status === 'declined') return over(`You said${when} that it is not yours.`)
  if (page.status === 'acknowledged') return over('It was let go of again, and pages on.')
  if (page.closedBecause === 'climbMovedOn')
    return { line: `Went on to the next level${when}. You may still take it.`, mayTake: true }
  return over(`Ended${when}: nothing is asked of you any more.`)
}

/** What becomes of a revision after a try: shown, again later, or given up. */
export function afterRevision(
  revision: Revision,
  line: string,
  outcome: Outcome,
  now: Instant,
): Revision {
  const tries = revision.tries + 1
  if (outcome.kind === 'sent')
    return { ...revision, shown: line, tries: 0, reason: null, wakeAt: null }
  // To show the same twice does no harm, so what is unknown is done again.
  const isOver = outcome.kind === 'gaveUp' || tries >= REVISION_TRIES_MAX
  return {
    ...revision,
    tries,
    reason: outcome.reason,
    wakeAt: isOver ? null : now + waitAfter(outcome, tries),
  }
}

export const waitAfter = (outcome: Outcome, tries: number): number =>
  outcome.kind === 'tryAgain' && outcome.retryAfterMs !== undefined
    ? outcome.retryAfterMs
    : 5 * SECOND * 2 ** Math.min(tries, 6)
