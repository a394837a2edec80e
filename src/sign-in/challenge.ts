/** Between the password and the code: a secret of ten minutes that says whose password was right. */
import { hashOf, makeSecret } from '../access/secret.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { MINUTE, toIso } from '../lib/instant.ts'

const CHALLENGE_MS = 10 * MINUTE
const TRIES_MAX = 5

/** `code`: of the app they have. `enrol`: of the app they are setting up, for they need one. */
export type ChallengeKind = 'code' | 'enrol'

export async function beginChallenge(tx: Tx, personId: Id, kind: ChallengeKind): Promise<string> {
  const secret = makeSecret('acc')
  await tx.query('delete from sign_in_challenges where expires_at <= $1', [toIso(tx.now)])
  await tx.query(
    `insert into sign_in_challenges (token_hash, person_id, kind, created_at, expires_at)
     values ($1, $2, $3, $4, $5)`,
    [hashOf(secret), personId, kind, toIso(tx.now), toIso(tx.now + CHALLENGE_MS)],
  )
  return secret
}

/** Counts a try; null: unknown, too old, or tried too often. */
export async function tryChallenge(
  tx: Tx,
  secret: string,
): Promise<{ personId: Id; kind: ChallengeKind } | null> {
  const [found] = await tx.query<{ personId: Id; kind: ChallengeKind }>(
    `update sign_in_challenges set tries = tries + 1
     where token_hash = $1 and expires_at > $2 and tries < $3
     returning person_id as "personId", kind`,
    [hashOf(secret), toIso(tx.now), TRIES_MAX],
  )
  return found ?? null
}

export const endChallenges = (tx: Tx, personId: Id) =>
  tx.query('delete from sign_in_challenges where person_id = $1', [personId])
