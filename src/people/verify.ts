/**
 * Proving a contact: a code is sent there, and whoever reads it says it back. Ten minutes, five
 * tries, then a new one is needed; and only so many are sent, for each may ring a stranger's phone
 * and costs money (INVARIANTS T11, T15).
 */
import { DAY, HOUR, type Instant, MINUTE } from '../lib/instant.ts'

export const CODE_MS = 10 * MINUTE
export const CODE_TRIES_MAX = 5
export const TESTS_PER_HOUR_MAX = 5
export const TESTS_PER_DAY_MAX = 20

export type Check = { sentAt: Instant; tries: number }

/** @param tries how often a code was said before this time */
export function judge(
  check: Check | null,
  isRight: boolean,
  now: Instant,
): 'right' | 'wrong' | 'noCode' | 'tooOld' | 'tooManyTries' {
  if (!check) return 'noCode'
  if (now - check.sentAt > CODE_MS) return 'tooOld'
  if (check.tries >= CODE_TRIES_MAX) return 'tooManyTries'
  return isRight ? 'right' : 'wrong'
}

/**
 * When a further test may go to a contact; null: now.
 * @param sentAt tests of this contact in the last day, in any order
 */
export function mayTestAt(sentAt: readonly Instant[], now: Instant): Instant | null {
  const recent = sentAt.filter((at) => at > now - DAY).toSorted((a, b) => a - b)
  const lastHour = recent.filter((at) => at > now - HOUR)
  const [oldestOfHour] = lastHour
  const [oldestOfDay] = recent
  if (recent.length >= TESTS_PER_DAY_MAX && oldestOfDay !== undefined) return oldestOfDay + DAY
  if (lastHour.length >= TESTS_PER_HOUR_MAX && oldestOfHour !== undefined)
    return oldestOfHour + HOUR
  return null
}
