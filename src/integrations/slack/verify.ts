/**
 * Whether a request is Slack's own: an HMAC over the very bytes that came, and the time it was made
 * at, no more than five minutes off. The same signature is taken once.
 */
import { createHmac } from 'node:crypto'
import { type Instant, MINUTE, SECOND } from '../../lib/instant.ts'
import { isSameText } from '../same.ts'

export const AGE_MS_MAX = 5 * MINUTE
const SEEN_MAX = 10_000

/** The signature, where it is right; null: it is not Slack's, or not now. */
export function verify(
  request: { headers: Headers; body: Uint8Array; now: Instant },
  secret: string,
): string | null {
  const stamp = request.headers.get('x-slack-request-timestamp') ?? ''
  const given = request.headers.get('x-slack-signature') ?? ''
  if (secret === '' || !/^\d{1,12}$/.test(stamp) || !/^v0=[0-9a-f]{64}$/.test(given)) return null
  if (Math.abs(request.now - Number(stamp) * SECOND) > AGE_MS_MAX) return null
  return isSameText(given, signatureOf(secret, stamp, request.body)) ? given : null
}

export const signatureOf = (secret: string, stamp: string, body: Uint8Array): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${stamp}:`).update(body).digest('hex')}`

export type Seen = {
  /** False: it was taken before. */
  take(signature: string, now: Instant): boolean
  /** It came to nothing: the next one counts. */
  forget(signature: string): void
}

/** Of this process. What another node took is known by the `once` of what is heard. */
export function createSeen(): Seen {
  const seen = new Map<string, Instant>()
  return {
    take(signature, now) {
      if (seen.has(signature)) return false
      for (const [old, at] of seen) {
        if (seen.size < SEEN_MAX && now - at < 2 * AGE_MS_MAX) break
        seen.delete(old)
      }
      seen.set(signature, now)
      return true
    },
    forget: (signature) => void seen.delete(signature),
  }
}
