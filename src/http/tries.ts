/** Tries by key (an address, a kind of link): five at once, then one in half a minute. Kept in memory only. */
import { Problem } from '../lib/problem.ts'

const TRIES_MAX = 5
const TRY_AGAIN_MS = 30_000
const KEYS_MAX = 10_000
const tries = new Map<string, { left: number; at: number }>()

/** @throws Problem after too many */
export function useTry(key: string): void {
  const at = performance.now()
  const known = tries.get(key)
  const left = Math.min(
    TRIES_MAX,
    (known?.left ?? TRIES_MAX) + Math.floor((at - (known?.at ?? at)) / TRY_AGAIN_MS),
  )
  if (left <= 0) {
    throw new Problem('unavailable', 'tooManyTries', 'Too many tries. Wait half a minute.', {
      retryAfterSeconds: 30,
    })
  }
  // The one that was not tried for longest makes room: a flood of others must not free one that is held.
  tries.delete(key)
  const [oldest] = tries.keys()
  if (tries.size >= KEYS_MAX && oldest !== undefined) tries.delete(oldest)
  tries.set(key, { left: left - 1, at })
}

export const forgetTries = (key: string): void => void tries.delete(key)
