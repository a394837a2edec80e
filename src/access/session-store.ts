/** The sessions of one person, and whether they may come in at all. */
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { endSessionsOf, SESSION_IDLE_MS } from './store.ts'

export type OpenSession = {
  id: Id
  createdAt: Instant
  lastSeenAt: Instant
  expiresAt: Instant
  userAgent: string
}

/** Those that still stand. */
export const listSessions = (tx: Tx, personId: Id): Promise<OpenSession[]> =>
  tx.query<OpenSession>(
    `select id, created_at as "createdAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt",
       coalesce(user_agent, '') as "userAgent" from sessions
     where person_id = $1 and ended_at is null and expires_at > $2 and last_seen_at > $3
     order by last_seen_at desc, id limit 500`,
    [personId, toIso(tx.now), toIso(tx.now - SESSION_IDLE_MS)],
  )

export async function endSessionOf(tx: Tx, id: Id, personId: Id): Promise<boolean> {
  const ended = await tx.query(
    `update sessions set ended_at = $3 where id = $1 and person_id = $2 and ended_at is null
     returning id`,
    [id, personId, toIso(tx.now)],
  )
  return ended.length > 0
}

/** @param but the one that stays */
export async function endOtherSessions(tx: Tx, personId: Id, but: Id): Promise<number> {
  const ended = await tx.query(
    `update sessions set ended_at = $3 where person_id = $1 and id <> $2 and ended_at is null
     returning id`,
    [personId, but, toIso(tx.now)],
  )
  return ended.length
}

/** What the provider said when this session began, sealed; null: they came without one. */
export async function idTokenOf(tx: Tx, id: Id): Promise<string | null> {
  const [row] = await tx.query<{ idToken: string | null }>(
    'select id_token as "idToken" from sessions where id = $1',
    [id],
  )
  return row?.idToken ?? null
}

export type Account = { hasPassword: boolean; disabledAt: Instant | null }

/** Null: they never came in. */
export async function findAccount(tx: Tx, personId: Id): Promise<Account | null> {
  const [row] = await tx.query<Account>(
    `select password_hash is not null as "hasPassword", disabled_at as "disabledAt" from accounts
     where person_id = $1`,
    [personId],
  )
  return row ?? null
}

export async function passwordHashOf(tx: Tx, personId: Id): Promise<string | null> {
  const [row] = await tx.query<{ hash: string | null }>(
    'select password_hash as hash from accounts where person_id = $1',
    [personId],
  )
  return row?.hash ?? null
}

export const savePassword = (tx: Tx, personId: Id, passwordHash: string) =>
  tx.query('update accounts set password_hash = $2 where person_id = $1', [personId, passwordHash])

/** Whether anybody else could administer, if this one could not. */
export async function isLastAdmin(tx: Tx, personId: Id): Promise<boolean> {
  const [row] = await tx.query<{ others: number }>(
    `select count(*)::int as others from people p join accounts a on a.person_id = p.id
     where p.role = 'admin' and p.retired_at is null and a.disabled_at is null and p.id <> $1`,
    [personId],
  )
  return (row?.others ?? 0) === 0
}

/** From now on nothing of theirs opens a door: no password, no session, no token. */
export async function disablePerson(tx: Tx, personId: Id): Promise<void> {
  await tx.query(
    `insert into accounts (person_id, disabled_at) values ($1, $2)
     on conflict (person_id) do update set disabled_at = coalesce(accounts.disabled_at, excluded.disabled_at)`,
    [personId, toIso(tx.now)],
  )
  await endSessionsOf(tx, personId)
  await tx.query('update api_tokens set ended_at = $2 where person_id = $1 and ended_at is null', [
    personId,
    toIso(tx.now),
  ])
  await tx.query(
    "update invitations set used_at = $2 where person_id = $1 and used_at is null and kind = 'invitation'",
    [personId, toIso(tx.now)],
  )
}

export const enablePerson = (tx: Tx, personId: Id) =>
  tx.query('update accounts set disabled_at = null where person_id = $1', [personId])
