import type { Id } from '../lib/id.ts'
import { DAY, type Instant } from '../lib/instant.ts'
import { invalid } from '../lib/problem.ts'
import { type Restriction, windowAt, windowsOf } from '../lib/windows.ts'
import { fromWall, isZone, toWall } from '../lib/zone.ts'
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
  /** Between its start and its end only in these windows of the week; null: all the time. */
  recurs: Recurrence | null
}

/** Windows of the local week, in the zone that the silence was made for. */
export type Recurrence = Restriction & { zone: string }

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
/** One that recurs is looked at again by a person after so long. */
export const RECURRING_MS_MAX = 90 * DAY

export const isInForce = (
  window: { startsAt: Instant; endsAt: Instant; endedAt: Instant | null },
  now: Instant,
): boolean => window.startsAt <= now && now < window.endsAt && window.endedAt === null

/** Until when it mutes what it fits, where it mutes now; null: it does not. */
export function mutesUntil(silence: Silence, now: Instant): Instant | null {
  if (!isInForce(silence, now)) return null
  if (silence.recurs === null) return silence.endsAt
  const { zone } = silence.recurs
  const found = windowAt(windowsOf([silence.recurs]), toWall(now, zone))
  return found.isCovered ? Math.min(silence.endsAt, at(found.until, zone)) : null
}

/** When it begins to mute, the next time after `now`; null: never again, or it mutes already. */
export function mutesFrom(silence: Silence, now: Instant): Instant | null {
  if (silence.endedAt !== null || now >= silence.endsAt) return null
  if (silence.recurs === null) return silence.startsAt > now ? silence.startsAt : null
  const { zone } = silence.recurs
  const from = Math.max(now, silence.startsAt)
  const found = windowAt(windowsOf([silence.recurs]), toWall(from, zone))
  const begins = found.isCovered ? from : at(found.until, zone)
  return begins > now && begins < silence.endsAt ? begins : null
}

const at = (wall: number, zone: string): Instant =>
  Number.isFinite(wall) ? fromWall(wall, zone) : Number.POSITIVE_INFINITY

export const silences = (
  silence: Silence,
  alert: { labels: Readonly<Record<string, string>>; teamId: Id | null },
): boolean =>
  (silence.teamId === null || silence.teamId === alert.teamId) &&
  matches(silence.matchers, alert.labels)

/** Throws a `Problem` that names the field where a silence may not be made as asked. */
export function checkWindow(
  asked: { startsAt: Instant; endsAt: Instant; reason: string; recurs?: Recurrence | null },
  now: Instant,
): void {
  if (asked.reason.trim() === '') throw invalid('reason', 'Say why: a silence needs a reason.')
  if (asked.endsAt <= asked.startsAt) throw invalid('endsAt', 'It has to end after it starts.')
  if (asked.endsAt <= now) throw invalid('endsAt', 'It would already be over.')
  if (asked.recurs) {
    if (!isZone(asked.recurs.zone))
      throw invalid('recurs.zone', `There is no time zone \`${asked.recurs.zone}\`.`)
    if (asked.endsAt - asked.startsAt > RECURRING_MS_MAX)
      throw invalid('endsAt', 'A silence that recurs ends after at most 90 days. Renew it then.')
    return
  }
  if (asked.endsAt - asked.startsAt > SILENCE_MS_MAX) {
    throw invalid('endsAt', 'A silence lasts at most 7 days. Renew it when it is about to end.')
  }
}
