import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { isRecord } from '../lib/json.ts'
import { type Decoded, isCount, isListOf, isNullOr, isText } from '../lib/shape.ts'
import { isZone } from '../lib/zone.ts'
import type { Contact, Person, Role, Rule, Rules } from './person.ts'

export type PersonRow = {
  id: Id
  slug: string
  name: string
  email: string | null
  timezone: string
  locale: string
  role: string
  calendarId: Id | null
  rules: unknown
  managedBy: string | null
  retiredAt: Instant | null
}

export type ContactRow = {
  id: Id
  personId: Id
  slug: string
  kind: string
  fields: unknown
  position: number
  verifiedAt: Instant | null
  isOwn: boolean
  disabledReason: string | null
  retiredAt: Instant | null
}

const PEOPLE = table<PersonRow>('people', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  email: 'text',
  timezone: 'text',
  locale: 'text',
  role: 'text',
  calendarId: 'uuid',
  rules: 'jsonb',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

const CONTACTS = table<ContactRow>('contacts', {
  id: 'uuid',
  personId: 'uuid',
  slug: 'text',
  kind: 'text',
  fields: 'jsonb',
  position: 'int4',
  verifiedAt: 'timestamptz',
  isOwn: 'bool',
  disabledReason: 'text',
  retiredAt: 'timestamptz',
})

export const listPeople = (tx: Tx): Promise<PersonRow[]> =>
  tx.query<PersonRow>(`select ${PEOPLE.select} from people where retired_at is null order by slug`)

export const listContacts = (tx: Tx): Promise<ContactRow[]> =>
  tx.query<ContactRow>(
    `select ${CONTACTS.select} from contacts where retired_at is null
      order by person_id, position, slug`,
  )

const ROLES: readonly string[] = ['admin', 'responder', 'stakeholder'] satisfies Role[]
const isRule = (value: unknown): value is Rule =>
  isRecord(value) && isCount(value.afterMs) && isText(value.contact)
const isRules = (value: unknown): value is Rules =>
  isRecord(value) && isListOf(value.high, isRule) && isListOf(value.low, isRule)

/**
 * A person as stored. Somebody who can still be paged is never left out for the sake of a detail:
 * an unknown zone becomes UTC, unreadable rules become the defaults, a bad contact is left out.
 */
export function decodePerson(row: PersonRow, contacts: readonly ContactRow[]): Decoded<Person> {
  if (!ROLES.includes(row.role)) return { value: null, wrong: [`there is no role \`${row.role}\``] }
  const wrong: string[] = []
  const isPlace = isZone(row.timezone)
  if (!isPlace) wrong.push(`there is no time zone \`${row.timezone}\`: UTC is taken`)
  if (!isNullOr(row.rules, isRules)) wrong.push('the rules cannot be read: the defaults hold')
  const usable: Contact[] = []
  for (const { id, slug, kind, fields, verifiedAt, isOwn, disabledReason } of contacts) {
    if (isRecord(fields)) usable.push({ id, slug, kind, fields, verifiedAt, isOwn, disabledReason })
    else wrong.push(`the contact \`${slug}\` cannot be read: it is left out`)
  }
  const person: Person = {
    id: row.id,
    slug: row.slug,
    name: row.name,
    email: row.email,
    timezone: isPlace ? row.timezone : 'UTC',
    locale: row.locale,
    role: row.role as Role,
    calendarId: row.calendarId,
    contacts: usable,
    rules: isNullOr(row.rules, isRules) ? row.rules : null,
  }
  return { value: person, wrong }
}

/** Writes people whole, contacts included: a contact that is not among them any more is retired. */
export async function savePeople(
  tx: Tx,
  people: readonly Person[],
  managedBy: string | null,
): Promise<void> {
  if (people.length === 0) return
  const ids = people.map((person) => person.id)
  // Two people may have swapped addresses: the unique index looks at one row at a time.
  await tx.query(
    `update people set email = null where id = any($1::uuid[])
      and lower(email) in (select lower(e) from unnest($2::text[]) as t(e))`,
    [ids, people.flatMap((person) => person.email ?? [])],
  )
  await tx.query(
    PEOPLE.upsert,
    PEOPLE.values(
      people.map(({ contacts: _, ...rest }) => ({ ...rest, managedBy, retiredAt: null })),
    ),
  )
  const contacts = people.flatMap((person) =>
    person.contacts.map((contact, position) => ({
      ...contact,
      personId: person.id,
      position,
      retiredAt: null,
    })),
  )
  await tx.query(
    `update contacts set retired_at = $3::timestamptz where person_id = any($1::uuid[])
      and retired_at is null and not (id = any($2::uuid[]))`,
    [ids, contacts.map((contact) => contact.id), toIso(tx.now)],
  )
  if (contacts.length > 0) await tx.query(CONTACTS.upsert, CONTACTS.values(contacts))
}

/** Gives whether it was in use until now. */
export async function switchOff(tx: Tx, contactId: Id, why: string): Promise<boolean> {
  const rows = await tx.query(
    `update contacts set disabled_reason = $2 where id = $1
      and disabled_reason is null and retired_at is null returning id`,
    [contactId, why],
  )
  return rows.length > 0
}

export type TeamRow = {
  id: Id
  slug: string
  name: string
  leadId: Id | null
  managedBy: string | null
  retiredAt: Instant | null
}

type TeamNoun = { id: Id; slug: string; name: string; leadId: Id | null; memberIds: readonly Id[] }

const TEAMS = table<TeamRow>('teams', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  leadId: 'uuid',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

/** Teams with their members, without those who are gone. */
export const listTeams = (tx: Tx): Promise<TeamNoun[]> =>
  tx.query<TeamNoun>(
    `select t.id, t.slug, t.name,
      (select p.id from people p where p.id = t.lead_id and p.retired_at is null) as "leadId",
      coalesce((select jsonb_agg(m.person_id order by p.slug) from team_members m
        join people p on p.id = m.person_id
        where m.team_id = t.id and p.retired_at is null), '[]') as "memberIds"
      from teams t where t.retired_at is null order by t.slug`,
  )

export async function saveTeams(
  tx: Tx,
  teams: readonly TeamNoun[],
  managedBy: string | null,
): Promise<void> {
  if (teams.length === 0) return
  await tx.query(
    TEAMS.upsert,
    TEAMS.values(
      teams.map(({ memberIds: _, ...rest }) => ({ ...rest, managedBy, retiredAt: null })),
    ),
  )
  const members = teams.flatMap((team) =>
    team.memberIds.map((personId) => ({ teamId: team.id, personId })),
  )
  const values = [members.map((one) => one.teamId), members.map((one) => one.personId)]
  await tx.query(
    `delete from team_members where team_id = any($1::uuid[])
      and (team_id, person_id) not in (select * from unnest($2::uuid[], $3::uuid[]))`,
    [teams.map((team) => team.id), ...values],
  )
  await tx.query(
    `insert into team_members (team_id, person_id) select * from unnest($1::uuid[], $2::uuid[])
      on conflict do nothing`,
    values,
  )
}
