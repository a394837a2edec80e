/** The settings of signing in, sign-ins on their way through a provider, and who somebody is to it. */
import { hashOf } from '../access/secret.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE, toIso } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'
import { DEFAULT_SIGN_IN, type SignInSettings } from './settings.ts'

export async function readSignIn(tx: Tx): Promise<SignInSettings> {
  const [row] = await tx.query<{ settings: Partial<SignInSettings> }>(
    'select settings from sign_in',
  )
  return { ...DEFAULT_SIGN_IN, ...row?.settings }
}

/** @param managedBy null: by whoever managed it before */
export const saveSignIn = (tx: Tx, settings: SignInSettings, managedBy: string | null) =>
  tx.query(
    'update sign_in set settings = $1::jsonb, managed_by = coalesce($2, managed_by), updated_at = $3::timestamptz',
    [JSON.stringify(settings), managedBy, toIso(tx.now)],
  )

export const ATTEMPT_MS = 10 * MINUTE
/** Anybody may begin a sign-in: more than these at once are somebody who floods. */
const ATTEMPTS_MAX = 5_000

export async function beginAttempt(
  tx: Tx,
  attempt: { state: string; browser: string; secrets: string },
): Promise<void> {
  await tx.query('delete from sign_in_attempts where expires_at <= $1::timestamptz', [
    toIso(tx.now),
  ])
  const [row] = await tx.query<{ n: number }>('select count(*)::int as n from sign_in_attempts')
  if ((row?.n ?? 0) >= ATTEMPTS_MAX)
    throw new Problem('unavailable', 'tooMany', 'Too many people sign in at once. Try again soon.')
  await tx.query(
    `insert into sign_in_attempts (state_hash, browser_hash, secrets, created_at, expires_at)
     values ($1, $2, $3, $4::timestamptz, $5::timestamptz)`,
    [
      hashOf(attempt.state),
      hashOf(attempt.browser),
      attempt.secrets,
      toIso(tx.now),
      toIso(tx.now + ATTEMPT_MS),
    ],
  )
}

/** Takes it, once; null: no such attempt of this browser, too old, or taken before. */
export async function takeAttempt(tx: Tx, state: string, browser: string): Promise<string | null> {
  const [taken] = await tx.query<{ secrets: string; expiresAt: Instant }>(
    `delete from sign_in_attempts where state_hash = $1 and browser_hash = $2
     returning secrets, expires_at as "expiresAt"`,
    [hashOf(state), hashOf(browser)],
  )
  return taken && taken.expiresAt > tx.now ? taken.secrets : null
}

export type Identity = { issuer: string; createdAt: Instant; lastUsedAt: Instant }

export const listIdentities = (tx: Tx, personId: Id): Promise<Identity[]> =>
  tx.query<Identity>(
    `select issuer, created_at as "createdAt", last_used_at as "lastUsedAt" from identities
     where person_id = $1 order by issuer`,
    [personId],
  )

export async function endIdentities(tx: Tx, personId: Id): Promise<number> {
  const gone = await tx.query('delete from identities where person_id = $1 returning issuer', [
    personId,
  ])
  return gone.length
}
