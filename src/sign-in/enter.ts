/**
 * Who comes in when the provider vouches for somebody: whoever came in under that name before, else
 * whoever has that verified address, else somebody new where that is allowed. Then their groups are
 * looked at anew.
 */
import { isLastAdmin } from '../access/session-store.ts'
import { freeSlug, slugOfEmail } from '../access/store.ts'
import { recordAudit } from '../audit/store.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { toIso } from '../lib/instant.ts'
import type { Role } from '../people/person.ts'
import { isAbove, roleFor, teamsFor } from './groups.ts'
import type { Vouched } from './provider.ts'
import type { OidcSettings } from './settings.ts'

/** `otherSubject`: the address is that of somebody whom the provider knows under another name. */
export type EntryRefusal = 'unknown' | 'noVerifiedEmail' | 'otherSubject' | 'gone' | 'disabled'

export type Entered = { personId: Id } | { refused: EntryRefusal }

type Known = { personId: Id; role: Role }

export async function enter(
  tx: Tx,
  vouched: Vouched,
  settings: OidcSettings,
  makeId: () => Id,
): Promise<Entered> {
  // One at a time: the same new person in two windows is one person.
  await tx.query('select id from sign_in for update')
  const found = await findOrMake(tx, vouched, settings, makeId)
  if ('refused' in found) return found
  const [account] = await tx.query<{ isDisabled: boolean }>(
    `insert into accounts (person_id) values ($1)
     on conflict (person_id) do update set person_id = excluded.person_id
     returning disabled_at is not null as "isDisabled"`,
    [found.personId],
  )
  if (account?.isDisabled !== false) return { refused: 'disabled' }
  await tx.query(
    `insert into identities (issuer, subject, person_id, created_at, last_used_at) values ($1, $2, $3, $4, $4)
     on conflict (issuer, subject) do update
       set person_id = excluded.person_id, last_used_at = excluded.last_used_at`,
    [vouched.issuer, vouched.subject, found.personId, toIso(tx.now)],
  )
  const role = await followRole(tx, found, vouched.groups, settings)
  const teams = await followTeams(tx, found.personId, vouched.groups, settings)
  await recordAudit(tx, {
    id: makeId(),
    actor: { kind: 'person', id: found.personId, through: 'web' },
    action: 'signIn.provider',
    objectKind: 'person',
    objectId: found.personId,
    detail: {
      how: found.how,
      role: role === found.role ? null : { from: found.role, to: role },
      teams,
    },
  })
  return { personId: found.personId }
}

type Found = Known & { how: 'known' | 'linked' | 'created' }

async function findOrMake(
  tx: Tx,
  { issuer, subject, email, isEmailVerified, name, groups }: Vouched,
  settings: OidcSettings,
  makeId: () => Id,
): Promise<Found | { refused: EntryRefusal }> {
  const [known] = await tx.query<Known & { isGone: boolean }>(
    `select p.id as "personId", p.role, p.retired_at is not null as "isGone" from identities i
     join people p on p.id = i.person_id where i.issuer = $1 and i.subject = $2`,
    [issuer, subject],
  )
  if (known?.isGone === false) return { ...known, how: 'known' }
  if (email === null || !isEmailVerified) return { refused: 'noVerifiedEmail' }
  const [same] = await tx.query<Known & { isTaken: boolean }>(
    `select p.id as "personId", p.role,
       exists (select from identities i where i.person_id = p.id and i.issuer = $2) as "isTaken"
     from people p where lower(p.email) = lower($1) and p.retired_at is null`,
    [email, issuer],
  )
  if (same) return same.isTaken ? { refused: 'otherSubject' } : { ...same, how: 'linked' }
  // Whom an admin took away does not come back by themselves.
  if (known) return { refused: 'gone' }
  if (!settings.createPeople) return { refused: 'unknown' }
  const role = roleFor(groups, settings.roles) ?? 'stakeholder'
  const personId = makeId()
  const slug = await freeSlug(tx, slugOfEmail(email))
  await tx.query('insert into people (id, slug, name, email, role) values ($1, $2, $3, $4, $5)', [
    personId,
    slug,
    name ?? slug,
    email.toLowerCase(),
    role,
  ])
  return { personId, role, how: 'created' }
}

/** The last who can administer stays admin: a wrong group must not lock everybody out. */
async function followRole(
  tx: Tx,
  { personId, role }: Known,
  groups: readonly string[],
  settings: OidcSettings,
): Promise<Role> {
  const wanted = roleFor(groups, settings.roles) ?? role
  if (wanted === role) return role
  if (role === 'admin' && isAbove(role, wanted) && (await isLastAdmin(tx, personId))) return role
  await tx.query('update people set role = $2 where id = $1', [personId, wanted])
  return wanted
}

async function followTeams(
  tx: Tx,
  personId: Id,
  groups: readonly string[],
  settings: OidcSettings,
): Promise<{ joined: string[]; left: string[] }> {
  const { joined, left } = teamsFor(groups, settings.teams)
  type Row = { slug: string }
  const came = await tx.query<Row>(
    `with added as (
       insert into team_members (team_id, person_id)
         select id, $2::uuid from teams where slug = any($1::text[]) and retired_at is null
       on conflict do nothing returning team_id)
     select t.slug from added join teams t on t.id = added.team_id`,
    [joined, personId],
  )
  const went = await tx.query<Row>(
    `delete from team_members m using teams t
     where t.id = m.team_id and t.slug = any($1::text[]) and t.retired_at is null and m.person_id = $2
     returning t.slug`,
    [left, personId],
  )
  return { joined: came.map((one) => one.slug), left: went.map((one) => one.slug) }
}
