import type { Id } from '../lib/id.ts'
import { DAY, type Instant } from '../lib/instant.ts'
import { invalid } from '../lib/problem.ts'
import { type Matcher, matches } from './matcher.ts'

/** Mutes the alerts that its matchers fit, until it ends. They are recorded all the same. */
export type Silence = {
  id: Id
  matchers: readonly Matcher[]
  /** The team whose alerts it mutes. Null mutes across teams, which only an admin may do. */
  teamId: Id | null
  ownerId: Id | null
  reason: string
  startsAt: Instant
  endsAt: Instant
  endedAt: Instant | null
}

/** A window in which a service is worked on: alerts are recorded, nobody is paged. */
export type Maintenance = {
  id: Id
  serviceIds: readonly Id[]
  teamId: Id | null
  ownerId: Id | null
  reason: string
  startsAt: Instant
  endsAt: Instant
  endedAt: Instant | null
}

/** A silence is an attack on a pager as much as a help: none lasts longer. */
export const SILENCE_MS_MAX = 7 * DAY

export const isInForce = (
  window: { startsAt: Instant; endsAt: Instant; endedAt: Instant | null },
  now: Instant,
): boolean => window.startsAt <= now && now < window.endsAt && window.endedAt === null

export const silences = (
  silence: Silence,
  alert: { labels: Readonly<Record<string, string>>; teamId: Id | null },
): boolean =>
  (silence.teamId === null || silence.teamId === alert.teamId) &&
  matches(silence.matchers, alert.labels)

/** Throws a `Problem` that names the field where a silence may not be made as asked. */
export function checkWindow(
  asked: { startsAt: Instant; endsAt: Instant; reason: string },
  now: Instant,
): void {
  if (asked.reason.trim() === '') throw invalid('reason', 'Say why: a silence needs a reason.')
  if (asked.endsAt <= asked.startsAt) throw invalid('endsAt', 'It has to end after it starts.')
  if (asked.endsAt <= now) throw invalid('endsAt', 'It would already be over.')
  if (asked.endsAt - asked.startsAt > SILENCE_MS_MAX) {
    throw invalid('endsAt', 'A silence lasts at most 7 days. Renew it when it is about to end.')
  }
}
