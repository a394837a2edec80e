/**
 * A storm must not become a hundred messages on one phone. Within a minute a contact gets the
 * first few pages one by one; what comes on top goes out together, as one message that names how
 * many there are. The first page of a service is never held for a bundle, and the most severe
 * waits a second at most: a throttle that hides the one page that matters is worse than none.
 */
import type { Severity } from '../alerts/source.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import type { Attempt } from './page.ts'

/** Messages to one contact in a minute before bundling begins. */
export const SINGLE_MAX = 5
export const WINDOW_MS = MINUTE
/** The longest that a page waits for others to go out with; the most severe hardly at all. */
export const HOLD_MS = 10 * SECOND
export const HOLD_CRITICAL_MS = SECOND
/** A message names so many alerts and counts the rest. */
export const NAMED_MAX = 10
export const BUNDLE_MAX = 1_000

export type Due = { attempt: Attempt; bundles: boolean }

/** What this contact was sent within the window before now. */
export type Recent = { contactId: Id; serviceId: Id | null; at: Instant }

export type Message = { lead: Attempt; others: readonly Attempt[] }

/**
 * Sorts due attempts into messages: alone, or together with others to the same contact. Those in
 * `held` are left waiting, until the second instant.
 */
export function bundle(
  due: readonly Due[],
  recent: readonly Recent[],
  now: Instant,
): { messages: readonly Message[]; held: readonly { attempt: Attempt; until: Instant }[] } {
  const messages: Message[] = []
  const held: { attempt: Attempt; until: Instant }[] = []
  for (const [contactId, ofContact] of groupBy(due, (one) => one.attempt.contactId)) {
    const sent = recent.filter((one) => one.contactId === contactId && now - one.at < WINDOW_MS)
    const services = new Set(sent.map((one) => one.serviceId))
    let count = sent.length
    const together: Due[] = []
    for (const one of ofContact.toSorted(mostUrgentFirst)) {
      const isFirstOfService = !services.has(one.attempt.serviceId)
      if (!one.bundles || isFirstOfService || count < SINGLE_MAX) {
        messages.push({ lead: one.attempt, others: [] })
        services.add(one.attempt.serviceId)
        count += 1
      } else together.push(one)
    }
    const releaseAt = Math.min(...together.map(releaseOf))
    if (releaseAt > now) {
      for (const { attempt } of together) held.push({ attempt, until: releaseAt })
      continue
    }
    for (let from = 0; from < together.length; from += BUNDLE_MAX) {
      const [lead, ...others] = together.slice(from, from + BUNDLE_MAX).map((one) => one.attempt)
      if (lead) messages.push({ lead, others })
    }
  }
  return { messages, held }
}

const SEVERITY: Readonly<Record<Severity, number>> = { critical: 0, error: 1, warning: 2, info: 3 }

/**
 * At whole steps of the clock, the same ones for everything that waits: pages that came one by one
 * would otherwise leave one by one, each when its own time is over.
 */
function releaseOf({ attempt }: Due): Instant {
  const hold = attempt.severity === 'critical' ? HOLD_CRITICAL_MS : HOLD_MS
  return (Math.floor(attempt.dueAt / hold) + 1) * hold
}

/** By severity, then by age: also the order in which a backlog is drained. */
function mostUrgentFirst(a: Due, b: Due): number {
  return (
    SEVERITY[a.attempt.severity] - SEVERITY[b.attempt.severity] || a.attempt.dueAt - b.attempt.dueAt
  )
}
