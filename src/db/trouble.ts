/**
 * What a failure of the database means for whoever waits: try the transaction again, throw the
 * connection away, or say in words that the database cannot be used now. Decided by SQLSTATE and
 * by Node's codes, never by the message, which may come in the language of the server.
 */
import { Problem } from '../lib/problem.ts'

export type Trouble =
  /** The connection is of no use any more; whether a commit was carried out is unknown. */
  | 'lost'
  /** Two transactions crossed: rolled back, worth repeating. */
  | 'crossed'
  /** A prepared statement no longer fits the tables: worth repeating on a new connection. */
  | 'stalePlan'
  /** A pooler in between lost a prepared statement: worth repeating without them. */
  | 'unprepared'
  /** A lock or an answer took too long. */
  | 'busy'
  | 'full'
  /** A standby, or a server told not to write: a new connection may reach the primary. */
  | 'readOnly'
  /** The user or the password is not the database's. */
  | 'refused'

const BY_CODE: readonly [RegExp, Trouble][] = [
  [/^(40001|40P01)$/, 'crossed'],
  [/^(26000|42P05)$/, 'unprepared'],
  [/^(55P03|57014)$/, 'busy'],
  [/^(53100|53200|ENOSPC)$/, 'full'],
  [/^25006$/, 'readOnly'],
  [/^28/, 'refused'],
  [/^(08|57P0|53|58|XX00[12]|25P0[34]|3D000)/, 'lost'],
  [/^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EACCES)/, 'lost'],
]

/** What the driver says without a code. */
const LOST_WORDS =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|not queryable|Client was closed|Cannot use a pool after/

/** Null: nothing is wrong with the database; the error belongs to the statement or its caller. */
export function troubleOf(cause: unknown): Trouble | null {
  if (!(cause instanceof Error) || cause instanceof Problem) return null
  const code = 'code' in cause ? String(cause.code) : ''
  if (code === '0A000' && 'routine' in cause && cause.routine === 'RevalidateCachedQuery') {
    return 'stalePlan'
  }
  for (const [pattern, trouble] of BY_CODE) if (pattern.test(code)) return trouble
  if (cause instanceof AggregateError) return troubleOf(cause.errors[0])
  return LOST_WORDS.test(cause.message) ? 'lost' : null
}

export const isWorthRepeating = (trouble: Trouble | null): boolean =>
  trouble === 'crossed' || trouble === 'stalePlan' || trouble === 'unprepared'

/**
 * A row of that key was there already. Where keys are not a person's choice it is another worker's,
 * a moment earlier, and a second look will find it.
 */
export const isTwin = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === '23505'

/** Whether the connection must not be used again. */
export const breaksConnection = (trouble: Trouble | null): boolean =>
  trouble === 'lost' ||
  trouble === 'stalePlan' ||
  trouble === 'unprepared' ||
  trouble === 'readOnly'

/** As short as the wait that a sender of alerts is promised at most. */
const RETRY_AFTER_SECONDS = 2

/** The Problem that says it to a person, with the cause kept for the log; any other error as it is. */
export function inWords(cause: unknown): unknown {
  const say = (reason: string, sentence: string) =>
    new Problem('unavailable', reason, sentence, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause })
  switch (troubleOf(cause)) {
    case null:
      return cause
    case 'full':
      return say(
        'databaseFull',
        'The disk or memory of the database is used up. Nothing more can be stored until some is freed.',
      )
    case 'readOnly':
      return say('databaseReadOnly', 'The database is read-only at the moment.')
    case 'refused':
      return say('databaseRefused', 'The database refuses the user or the password it was given.')
    case 'busy':
    case 'crossed':
      return say(
        'databaseBusy',
        'The database is too busy at the moment. Try again in a few seconds.',
      )
    default:
      return unavailable(cause)
  }
}

export const unavailable = (cause: unknown): Problem =>
  new Problem(
    'unavailable',
    'databaseUnavailable',
    'The database does not answer at the moment. Try again in a few seconds.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS, cause },
  )
