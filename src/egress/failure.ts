/** Why a request came to nothing, in words that serve as metric labels. */
export type EgressFailure =
  | 'badUrl'
  | 'badRequest'
  | 'blockedAddress'
  | 'blockedPort'
  | 'dnsFailed'
  | 'connectionRefused'
  | 'unreachable'
  | 'noResources'
  | 'tlsFailed'
  | 'timeout'
  | 'aborted'
  | 'connectionReset'
  | 'badAnswer'
  | 'incompleteAnswer'
  | 'redirected'
  | 'responseTooLarge'

export type Failed = {
  kind: 'failed'
  reason: EgressFailure
  /** False only where it is certain that the other side has not had the request. */
  maybeDelivered: boolean
  /** Where at least the head of an answer came. */
  status?: number
}

/** Nothing came of a request, and whether it may have had its effect all the same. */
export class EgressError extends Error {
  readonly reason: EgressFailure
  readonly maybeDelivered: boolean
  readonly status: number | undefined

  constructor({ reason, maybeDelivered, status }: Failed) {
    super(reason)
    this.name = 'EgressError'
    this.reason = reason
    this.maybeDelivered = maybeDelivered
    this.status = status
  }
}

export const failed = (reason: EgressFailure, maybeDelivered = false): Failed => ({
  kind: 'failed',
  reason,
  maybeDelivered,
})

/** What an error of the network means. `isOpen`: the connection (TLS included) stood already. */
export function reasonOf(error: unknown, isSecure: boolean, isOpen: boolean): EgressFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ECONNREFUSED') return 'connectionRefused'
  if (UNREACHABLE.has(code)) return 'unreachable'
  if (NO_RESOURCES.has(code)) return 'noResources'
  if (code === 'ETIMEDOUT') return 'timeout'
  if (isSecure && !isOpen) return 'tlsFailed'
  return code.startsWith('HPE_') ? 'badAnswer' : 'connectionReset'
}

const UNREACHABLE = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'EINVAL',
  'EHOSTDOWN',
  'ENETDOWN',
])
const NO_RESOURCES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])
