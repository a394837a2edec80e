/**
 * The daily check: a quiet message to each contact that was proven once, so that one that has died since is
 * known before a page needs it. On working days and in the day of its owner, never at night.
 */
import { DAY, HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import { toWall } from '../lib/zone.ts'

/** More than the part of a day in which it may be sent, less than a day. */
export const CANARY_AGAIN_MS = 18 * HOUR
const FROM_MS = 10 * HOUR
const UNTIL_MS = 16 * HOUR
/** Not everybody's phone in the same minute: the first are checked at ten, the last three hours later. */
const SPREAD_MIN = 180

export function isCanaryDue(
  contact: { id: string; timezone: string; lastAt: Instant | null },
  now: Instant,
): boolean {
  if (contact.lastAt !== null && now - contact.lastAt < CANARY_AGAIN_MS) return false
  const wall = toWall(now, contact.timezone)
  // Day 0 of 1970 was a Thursday.
  const weekday = (Math.floor(wall / DAY) + 4) % 7
  if (weekday === 0 || weekday === 6) return false
  const ofDay = wall - Math.floor(wall / DAY) * DAY
  const share = Number.parseInt(contact.id.slice(-6), 16) % SPREAD_MIN || 0
  return ofDay >= FROM_MS + share * MINUTE && ofDay < UNTIL_MS
}
