/** One table from problems to HTTP, one shape for all of them (RFC 9457). */
import { Problem, type ProblemCode } from '../lib/problem.ts'
import { FileRefused } from '../plan/mistake.ts'
import type { Reply } from './route.ts'

const STATUS: Readonly<Record<ProblemCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unavailable: 503,
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'This cannot be done as asked',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible at the moment',
  413: 'Too large',
  415: 'Not understood',
  429: 'Too many tries',
  500: 'Our mistake',
  503: 'Try again shortly',
}

/** @param onInternal told of what no person should see */
export function problemReply(
  cause: unknown,
  requestId: string,
  onInternal: (cause: unknown) => void,
): Reply {
  if (!(cause instanceof Problem)) {
    onInternal(cause)
    return reply(
      500,
      {
        code: 'internal',
        reason: 'internal',
        detail: 'Something went wrong on our side. It is in the log under this request id.',
      },
      requestId,
    )
  }
  if (cause.cause !== undefined) onInternal(cause)
  const status =
    cause.reason === 'tooLarge' ? 413 : cause.reason === 'tooManyTries' ? 429 : STATUS[cause.code]
  const more: Record<string, unknown> = {}
  if (cause.field !== undefined) more.field = cause.field
  if (cause instanceof FileRefused) more.problems = cause.mistakes
  const found = reply(
    status,
    { code: cause.code, reason: cause.reason, detail: cause.message, ...more },
    requestId,
  )
  if (cause.retryAfterSeconds !== undefined)
    found.headers = { ...found.headers, 'retry-after': String(cause.retryAfterSeconds) }
  return found
}

const reply = (status: number, body: Record<string, unknown>, requestId: string): Reply => ({
  status,
  body: { type: 'about:blank', title: TITLES[status] ?? 'Problem', status, ...body, requestId },
  headers: { 'content-type': 'application/problem+json' },
})
