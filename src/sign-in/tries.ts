/**
 * Wrong codes: five, then a quarter of an hour of none at all, so that a million codes take years.
 * Recovery codes are too long to be guessed and are not held up by it.
 */
import { type Instant, MINUTE } from '../lib/instant.ts'

const TRIES_MAX = 5
const WAIT_MS = 15 * MINUTE

export type Tries = { count: number; lastAt: Instant | null }

/** How long until the next try; 0: now. */
export const waitMs = ({ count, lastAt }: Tries, now: Instant): number =>
  count < TRIES_MAX || lastAt === null ? 0 : Math.max(0, lastAt + WAIT_MS - now)

/** After one more wrong code. Who waited begins anew. */
export const afterWrong = (tries: Tries, now: Instant): Tries => ({
  count: tries.count >= TRIES_MAX && waitMs(tries, now) === 0 ? 1 : tries.count + 1,
  lastAt: now,
})
