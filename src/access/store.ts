/** Accounts, sessions, tokens and one-time links. Everything secret is stored as a hash. */
import { hash, verify } from '@node-rs/argon2'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { DAY, HOUR, type Instant, toIso } from '../lib/instant.ts'
import { invalid, Problem } from '../lib/problem.ts'
import type { Role } from '../people/person.ts'
import type { Action } from './can.ts'
import { hashOf, makeSecret } from './secret.ts'

export const SESSION_IDLE_MS = 12 * HOUR
export const SESSION_MS_MAX = 7 * DAY
export const PASSWORD_MIN = 12
export const SETUP_LINK_MS = DAY

export async function hashPassword(password: string): Promise<string> {
  if (password.length < PASSWORD_MIN)
    throw invalid('password', `A password has at least ${PASSWORD_MIN} characters.`)
  if (password.length > 1_024) throw invalid('password', 'A password has at most 1,024 characters.')
  return hash(password)
}

/** A hash of no password: a login without an account takes as long as one with. */
const NOBODY = hash('nobody has this password')

export type LoginRow = { personId: Id; role: Role; passwordHash: string | null }

export async function findByLogin(tx: Tx, email: string): Promise<LoginRow | null> {
  const [found] = await tx.query<LoginRow>(
    `select p.id as "personId", p.role, a.password_hash as "passwordHash" from people p join accounts a on a.person_id = p.id
     where lower(p.email) = lower($1) and p.retired_at is null and a.disabled_at is null`,
    [email],
  )
  return found ?? null
}

export async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const isRight = await verify(passwordHash ?? (await NOBODY), password).catch(() => false)
  return isRight && passwordHash !== null
}

/**
 * Begins a session; gives its secret, which is not stored.
 * @param idToken what the provider said of them, sealed; null: they came without one
 */
export async function beginSession(
  tx: Tx,
  id: Id,
  personId: Id,
  userAgent: string,
  idToken: string | null = null,
): Promise<string> {
  const secret = makeSecret('acs')
  await tx.query(
    'insert into sessions (id, token_hash, person_id, created_at, last_seen_at, expires_at, user_agent, id_token) values ($1, $2, $3, $4, $4, $5, $6, $7)',
    [
      id,
      hashOf(secret),
      personId,
      toIso(tx.now),
      toIso(tx.now + SESSION_MS_MAX),
      userAgent.slice(0, 300),
      idToken,
    ],
  )
  return secret
}

/** Of `s`, `p` and `a`, with the instant as $2 and the beginning of what is not idle as $3. */
const STANDS = `s.ended_at is null and s.expires_at > $2 and s.last_seen_at > $3
       and p.retired_at is null and a.disabled_at is null`

export type SessionRow = { id: Id; personId: Id; lastSeenAt: Instant }

/** A session that stands: not ended, not idle for too long, of a person who is still here. */
export async function findSession(tx: Tx, secret: string): Promise<SessionRow | null> {
  const [found] = await tx.query<SessionRow>(
    `select s.id, s.person_id as "personId", s.last_seen_at as "lastSeenAt" from sessions s
     join people p on p.id = s.person_id join accounts a on a.person_id = p.id
     where s.token_hash = $1 and ${STANDS}`,
    [hashOf(secret), toIso(tx.now), toIso(tx.now - SESSION_IDLE_MS)],
  )
  return found ?? null
}

export const touchSession = (tx: Tx, id: Id) =>
  tx.query('update sessions set last_seen_at = $2 where id = $1', [id, toIso(tx.now)])

export const endSession = (tx: Tx, id: Id) =>
  tx.query('update sessions set ended_at = $2 where id = $1 and ended_at is null', [
    id,
    toIso(tx.now),
  ])

export const endSessionsOf = (tx: Tx, personId: Id) =>
  tx.query('update sessions set ended_at = $2 where person_id = $1 and ended_at is null', [
    personId,
    toIso(tx.now),
  ])

export type TokenRow = { id: Id; personId: Id | null; role: Role; scopes: Action[] }

export async function findToken(tx: Tx, secret: string): Promise<TokenRow | null> {
  const [found] = await tx.query<TokenRow>(
    `select t.id, t.person_id as "personId", t.role, t.scopes from api_tokens t left join people p on p.id = t.person_id
     left join accounts a on a.person_id = p.id
     where t.token_hash = $1 and t.ended_at is null and (t.expires_at is null or t.expires_at > $2)
       and (t.person_id is null or (p.retired_at is null and a.disabled_at is null))`,
    [hashOf(secret), toIso(tx.now)],
  )
  return found ?? null
}

export async function makeToken(
  tx: Tx,
  id: Id,
  asked: {
    name: string
    role: Role
    personId: Id | null
    scopes: readonly Action[]
    expiresAt: Instant | null
  },
): Promise<string> {
  const secret = makeSecret('acl')
  await tx.query(
    `insert into api_tokens (id, token_hash, hint, name, person_id, role, scopes, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      hashOf(secret),
      secret.slice(0, 10),
      asked.name,
      asked.personId,
      asked.role,
      JSON.stringify(asked.scopes),
      toIso(tx.now),
      asked.expiresAt && toIso(asked.expiresAt),
    ],
  )
  return secret
}

/** @param personId whose; null: everybody's */
export const listTokens = (tx: Tx, personId: Id | null = null) =>
  tx.query<{
    id: Id
    hint: string
    name: string
    role: Role
    scopes: Action[]
    createdAt: Instant
    expiresAt: Instant | null
  }>(
    `select id, hint, name, role, scopes, created_at as "createdAt", expires_at as "expiresAt" from api_tokens
     where ended_at is null and ($1::uuid is null or person_id = $1) order by created_at desc limit 500`,
    [personId],
  )

/** @param personId only where it is theirs; null: whosever it is */
export async function endToken(tx: Tx, id: Id, personId: Id | null = null): Promise<boolean> {
  const rows = await tx.query(
    `update api_tokens set ended_at = $2 where id = $1 and ended_at is null
     and ($3::uuid is null or person_id = $3) returning id`,
    [id, toIso(tx.now), personId],
  )
  return rows.length > 0
}

/** A link for the first admin; null once there is one. An older link is void from now on. */
export async function makeSetupLink(tx: Tx, id: Id): Promise<string | null> {
  if (await isSetUp(tx)) return null
  await tx.query("update invitations set used_at = $1 where kind = 'setup' and used_at is null", [
    toIso(tx.now),
  ])
  const secret = makeSecret('setup')
  await tx.query(
    "insert into invitations (id, token_hash, kind, created_at, expires_at) values ($1, $2, 'setup', $3, $4)",
    [id, hashOf(secret), toIso(tx.now), toIso(tx.now + SETUP_LINK_MS)],
  )
  return secret
}

export async function isSetUp(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ done: boolean }>(
    'select setup_done_at is not null as done from organisation',
  )
  return row?.done === true
}

export async function isSetupLink(tx: Tx, secret: string): Promise<boolean> {
  const rows = await tx.query(
    "select id from invitations where token_hash = $1 and kind = 'setup' and used_at is null and expires_at > $2",
    [hashOf(secret), toIso(tx.now)],
  )
  return rows.length > 0 && !(await isSetUp(tx))
}

/**
 * Makes the first admin. However many do this at once, under the lock of the one organisation row
 * exactly one succeeds. @throws Problem
 */
export async function setUp(
  tx: Tx,
  makeId: () => Id,
  asked: { secret: string; name: string; email: string; timezone: string; passwordHash: string },
): Promise<Id> {
  await tx.query('select id from organisation for update')
  if (!(await isSetupLink(tx, asked.secret))) {
    throw new Problem(
      'not_found',
      'setupOver',
      'This set-up link is used, too old or unknown. Restart Allclear to get a new one, if nobody has set it up yet.',
    )
  }
  const slug = slugOfEmail(asked.email)
  const [known] = await tx.query<{ id: Id }>(
    'select id from people where lower(email) = lower($1) and retired_at is null',
    [asked.email],
  )
  const personId = known?.id ?? makeId()
  if (known) await tx.query("update people set role = 'admin' where id = $1", [personId])
  else {
    await tx.query(
      "insert into people (id, slug, name, email, timezone, role) values ($1, $2, $3, $4, $5, 'admin')",
      [personId, await freeSlug(tx, slug), asked.name, asked.email, asked.timezone],
    )
  }
  await tx.query(
    'insert into accounts (person_id, password_hash) values ($1, $2) on conflict (person_id) do update set password_hash = excluded.password_hash',
    [personId, asked.passwordHash],
  )
  await tx.query('update organisation set setup_done_at = $1', [toIso(tx.now)])
  await tx.query('update invitations set used_at = $2, person_id = $3 where token_hash = $1', [
    hashOf(asked.secret),
    toIso(tx.now),
    personId,
  ])
  return personId
}

/** A name for somebody new, out of their address. */
export const slugOfEmail = (email: string): string =>
  email
    .split('@')[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 60) || 'person'

export async function freeSlug(tx: Tx, slug: string): Promise<string> {
  const taken = await tx.query<{ slug: string }>(
    'select slug from people where slug like $1 and retired_at is null',
    [`${slug}%`],
  )
  const slugs = new Set(taken.map((one) => one.slug))
  if (!slugs.has(slug)) return slug
  for (let number = 2; ; number += 1)
    if (!slugs.has(`${slug}-${number}`)) return `${slug}-${number}`
}

/** An invitation for a person who is known but has no password yet (or forgot it). */
export async function makeInvitation(tx: Tx, id: Id, personId: Id): Promise<string> {
  const secret = makeSecret('invite')
  await tx.query(
    "insert into invitations (id, token_hash, kind, person_id, created_at, expires_at) values ($1, $2, 'invitation', $3, $4, $5)",
    [id, hashOf(secret), personId, toIso(tx.now), toIso(tx.now + 3 * DAY)],
  )
  return secret
}

export const invitationOver = (): Problem =>
  new Problem(
    'not_found',
    'invitationOver',
    'This invitation is used, too old or unknown. Ask for a new one.',
  )

/** Sets the password of whoever was invited; all their sessions end. @throws Problem */
export async function acceptInvitation(tx: Tx, secret: string, passwordHash: string): Promise<Id> {
  const [used] = await tx.query<{ personId: Id }>(
    `update invitations set used_at = $2 where token_hash = $1 and kind = 'invitation' and used_at is null and expires_at > $2
     returning person_id as "personId"`,
    [hashOf(secret), toIso(tx.now)],
  )
  if (!used) throw invitationOver()
  await tx.query(
    'insert into accounts (person_id, password_hash) values ($1, $2) on conflict (person_id) do update set password_hash = excluded.password_hash',
    [used.personId, passwordHash],
  )
  await endSessionsOf(tx, used.personId)
  return used.personId
}
