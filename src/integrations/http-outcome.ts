/**
 * How an HTTP provider's answer, or the lack of one, becomes an outcome. The same for every vendor.
 * The line that matters most is between `tryAgain` and `unknown`: where the provider may have taken
 * the message, sending it again may double it, and the engine counts those (I5).
 */
import {
  type Egress,
  EgressError,
  type EgressFailure,
  type EgressRequest,
  type EgressResponse,
} from '../egress/egress.ts'
import type { Outcome } from '../notify/channel.ts'

/**
 * Sends and reads the answer; `read` may look into a 2xx for an error in disguise, and `readRefusal`
 * into any other answer for what the provider calls it (null: its status says all there is).
 */
export async function post(
  egress: Egress,
  request: EgressRequest,
  read: (response: EgressResponse) => Outcome = () => ({ kind: 'sent', providerId: null }),
  readRefusal: (response: EgressResponse) => Outcome | null = () => null,
): Promise<Outcome> {
  try {
    const response = await egress.request(request)
    const { status, retryAfterMs } = response
    if (status >= 200 && status < 300) return read(response)
    return readRefusal(response) ?? outcomeOf(status, retryAfterMs)
  } catch (cause) {
    if (cause instanceof EgressError) return failed(cause)
    throw cause
  }
}

/** What a status other than 2xx means: refused for now, or for good. */
export function outcomeOf(status: number, retryAfterMs: number | null = null): Outcome {
  const reason = status === 410 ? 'gone' : `http${status}`
  if (status < 500 && !MAY_PASS.has(status)) return { kind: 'gaveUp', reason }
  return retryAfterMs === null
    ? { kind: 'tryAgain', reason }
    : { kind: 'tryAgain', reason, retryAfterMs }
}

/** What was refused before anything left us will not change by itself; the rest may. */
export function failed({ reason, maybeDelivered, status }: EgressError): Outcome {
  if (FOR_GOOD.has(reason)) return { kind: 'gaveUp', reason }
  // A status that refuses is an answer, however the rest of it was lost; and one that accepts
  // needs no more than its head to be read if all that is wrong with the rest is its length.
  if (status !== undefined && status >= 400) return outcomeOf(status)
  if (reason === 'responseTooLarge') return { kind: 'sent', providerId: null }
  return { kind: maybeDelivered ? 'unknown' : 'tryAgain', reason }
}

const MAY_PASS: ReadonlySet<number> = new Set([408, 423, 425, 429])

const FOR_GOOD: ReadonlySet<EgressFailure> = new Set([
  'badUrl',
  'badRequest',
  'blockedAddress',
  'blockedPort',
  'redirected',
])
