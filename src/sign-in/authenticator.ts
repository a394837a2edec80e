/** The app that shows codes: set up, confirmed, used, reset; and the codes for when it is lost. */
import { randomBytes } from 'node:crypto'
import { hashOf, toBase32 } from '../access/secret.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'
import type { Sealer } from '../lib/seal.ts'
import { makeTotpSecret, stepOf } from './totp.ts'
import { afterWrong, waitMs } from './tries.ts'

const RECOVERY_CODES = 10

/** `wrong` may be tried again; `wait`: too many were wrong, in so many milliseconds. */
export type Tried = { is: 'right' } | { is: 'wrong' } | { is: 'wait'; ms: number }

type Row = {
  secret: string
  confirmedAt: Instant | null
  lastStep: number
  tries: number
  triedAt: Instant | null
}

async function find(tx: Tx, personId: Id): Promise<Row | null> {
  const [row] = await tx.query<Row>(
    `select secret, confirmed_at as "confirmedAt", last_step::float8 as "lastStep", tries, tried_at as "triedAt"
     from authenticators where person_id = $1 for update`,
    [personId],
  )
  return row ?? null
}

export type AuthenticatorState = { since: Instant | null; recoveryCodesLeft: number }

/** `since` null: codes are not asked for. */
export async function authenticatorOf(tx: Tx, personId: Id): Promise<AuthenticatorState> {
  const [row] = await tx.query<{ since: Instant | null; left: number }>(
    `select (select confirmed_at from authenticators where person_id = $1) as since,
       (select count(*)::int from recovery_codes where person_id = $1 and used_at is null) as left`,
    [personId],
  )
  return { since: row?.since ?? null, recoveryCodesLeft: row?.left ?? 0 }
}

/** A secret to be confirmed; one that was not confirmed is replaced. @throws Problem */
export async function beginEnrolment(tx: Tx, personId: Id, sealer: Sealer): Promise<Buffer> {
  const secret = makeTotpSecret()
  const [made] = await tx.query(
    `insert into authenticators (person_id, secret, created_at) values ($1, $2, $3)
     on conflict (person_id) do update set secret = excluded.secret, created_at = excluded.created_at
       where authenticators.confirmed_at is null
     returning person_id`,
    [personId, sealer.seal(secret.toString('base64')), toIso(tx.now)],
  )
  if (!made)
    throw new Problem('conflict', 'hasCodes', 'Codes are on already. Switch them off first.')
  return secret
}

/** A code of the app, once. The count of wrong ones is kept: commit also what was wrong. */
export async function tryCode(
  tx: Tx,
  personId: Id,
  code: string,
  sealer: Sealer,
  which: 'confirmed' | 'unconfirmed',
): Promise<Tried> {
  const row = await find(tx, personId)
  if (!row || (row.confirmedAt === null) !== (which === 'unconfirmed')) return { is: 'wrong' }
  const tries = { count: row.tries, lastAt: row.triedAt }
  const wait = waitMs(tries, tx.now)
  if (wait > 0) return { is: 'wait', ms: wait }
  const secret = Buffer.from(sealer.unseal(row.secret), 'base64')
  const step = stepOf(secret, code.replaceAll(/\s/g, ''), tx.now, row.lastStep)
  if (step === null) {
    const { count } = afterWrong(tries, tx.now)
    await tx.query('update authenticators set tries = $2, tried_at = $3 where person_id = $1', [
      personId,
      count,
      toIso(tx.now),
    ])
    return { is: 'wrong' }
  }
  await tx.query(
    `update authenticators set last_step = $2, tries = 0, tried_at = null,
       confirmed_at = coalesce(confirmed_at, $3::timestamptz) where person_id = $1`,
    [personId, step, toIso(tx.now)],
  )
  return { is: 'right' }
}

const RECOVERY = /^[a-z2-7]{16}$/
const plain = (code: string): string => code.toLowerCase().replaceAll(/[\s-]/g, '')

export const isRecoveryCode = (code: string): boolean => RECOVERY.test(plain(code))

const hashOfRecovery = (personId: Id, code: string): Buffer => hashOf(`${personId}:${plain(code)}`)

export async function useRecoveryCode(tx: Tx, personId: Id, code: string): Promise<boolean> {
  const used = await tx.query(
    `update recovery_codes set used_at = $3 where person_id = $1 and code_hash = $2 and used_at is null
     returning person_id`,
    [personId, hashOfRecovery(personId, code), toIso(tx.now)],
  )
  return used.length > 0
}

/** Ten new ones, shown once; those before are void. */
export async function makeRecoveryCodes(tx: Tx, personId: Id): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    const text = toBase32(randomBytes(10))
    return text.replaceAll(/(.{4})(?=.)/g, '$1-')
  })
  await tx.query('delete from recovery_codes where person_id = $1', [personId])
  await tx.query(
    'insert into recovery_codes (person_id, code_hash) select $1, unnest($2::bytea[])',
    [personId, codes.map((code) => hashOfRecovery(personId, code))],
  )
  return codes
}

/** Codes are not asked for any more; false: they were not. */
export async function endAuthenticator(tx: Tx, personId: Id): Promise<boolean> {
  await tx.query('delete from recovery_codes where person_id = $1', [personId])
  await tx.query('delete from sign_in_challenges where person_id = $1', [personId])
  const gone = await tx.query(
    'delete from authenticators where person_id = $1 returning confirmed_at as "confirmedAt"',
    [personId],
  )
  return gone.some((one) => (one as { confirmedAt: Instant | null }).confirmedAt !== null)
}
