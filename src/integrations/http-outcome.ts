/** How an HTTP provider's answer, or the lack of one, becomes an outcome. The same for every vendor. */
import { type Egress, EgressError, type EgressRequest, type EgressResponse } from '../egress/egress.ts'
import type { Outcome } from '../notify/channel.ts'

/** Sends and reads the answer; `read` may look into a 2xx for an error in disguise. */
export async function post(
  egress: Egress,
  request: EgressRequest,
  read: (response: EgressResponse) => Outcome = () => ({ kind: 'sent', providerId: null }),
): Promise<Outcome> {
  try {
    const response = await egress.request(request)
    return response.status >= 200 && response.status < 300 ? read(response) : outcomeOf(response)
  } catch (cause) {
    if (cause instanceof EgressError) return failed(cause)
    throw cause
  }
}

/** Refused for good, refused for now, or an answer that says nothing about us. */
export function outcomeOf(response: EgressResponse): Outcome {
  const { status } = response
  const reason = `http${status}`
  if (status >= 300 && status < 400) return { kind: 'gaveUp', reason: 'redirected' }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfterMs = readRetryAfter(response.headers['retry-after'])
    return retryAfterMs === null ? { kind: 'tryAgain', reason } : { kind: 'tryAgain', reason, retryAfterMs }
  }
  return { kind: 'gaveUp', reason: status === 410 ? 'gone' : reason }
}

/** Seconds only: a date would need a clock, and no provider of ours sends one. */
function readRetryAfter(value: string | undefined): number | null {
  const seconds = Number(value)
  return value !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3_600) * 1_000 : null
}

/** What was refused before anything left us will not change by itself; the rest may. */
export function failed(cause: EgressError): Outcome {
  const { reason } = cause
  if (reason === 'badUrl' || reason === 'blockedAddress') return { kind: 'gaveUp', reason }
  return cause.maybeDelivered ? { kind: 'unknown', reason } : { kind: 'tryAgain', reason }
}
