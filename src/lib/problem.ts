export type ProblemCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'unavailable'

/**
 * The only error that may be shown to a person. `message` is a sentence safe for users; `reason`
 * is a word owned by the concept that refused; `field` names what to mend. Anything else that is
 * thrown is internal: generic outside, whole in the log.
 */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly reason: string
  readonly field: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ProblemCode,
    reason: string,
    message: string,
    more: { field?: string; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'Problem'
    this.code = code
    this.reason = reason
    this.field = more.field
    this.retryAfterSeconds = more.retryAfterSeconds
  }
}

export const notFound = (what: string): Problem =>
  new Problem('not_found', 'notFound', `There is no such ${what}.`)

export const invalid = (field: string, message: string, reason = 'invalid'): Problem =>
  new Problem('invalid', reason, message, { field })

export const forbidden = (message: string): Problem =>
  new Problem('forbidden', 'notAllowed', message)
