/** Reads the whole configuration at one version, and again only when the version has stepped. */
import type { Route, Source } from '../alerts/routed.ts'
import type { Maintenance, Silence } from '../alerts/silence.ts'
import type { Tx } from '../db/tx.ts'
import type { Ladder } from '../escalation/ladder.ts'
import type { Id } from '../lib/id.ts'
import { isZone } from '../lib/zone.ts'
import type { Schedule } from '../oncall/schedule.ts'
import type { Contact, Person } from '../people/person.ts'
import type { Service } from '../services/service.ts'
import type { Directory, Organisation, Team } from './directory.ts'

export type DirectoryCache = (tx: Tx) => Promise<Directory>

/** @param onPoison told of a row that cannot be read; it is left out, the others are not held up */
export function createDirectoryCache(onPoison: (what: string, id: Id) => void): DirectoryCache {
  let known: Directory | null = null
  return async (tx) => {
    const [row] = await tx.query<{ version: number }>('select version from directory_version')
    if (known && known.version === row?.version) return known
    const read = await readDirectory(tx, onPoison)
    // A transaction with an older view must not put a newer directory back.
    if (!known || read.version >= known.version) known = read
    return read
  }
}

export async function readDirectory(
  tx: Tx,
  onPoison: (what: string, id: Id) => void,
): Promise<Directory> {
  const [version] = await tx.query<{ version: number }>('select version from directory_version')
  const people = await tx.query<Person & { id: Id }>(PEOPLE)
  const contacts = await tx.query<Contact & { personId: Id }>(CONTACTS)
  const schedules = await tx.query<
    Omit<Schedule, 'rotations' | 'overrides' | 'shadows'> & { definition: Schedule }
  >(SCHEDULES)
  const [organisation] = await tx.query<Organisation>(ORGANISATION)
  return {
    version: version?.version ?? 0,
    organisation: organisation ?? {
      name: 'My organisation',
      fallback: [],
      pausedAt: null,
      epoch: 1,
    },
    people: keyed(
      people.map((person) => ({
        ...person,
        contacts: contacts.filter((contact) => contact.personId === person.id),
      })),
    ),
    teams: keyed(await tx.query<Team>(TEAMS)),
    schedules: keyed(
      schedules.flatMap(({ definition, ...schedule }): Schedule[] => {
        const isGood = isZone(schedule.timezone) && Array.isArray(definition?.rotations)
        if (isGood) return [{ ...definition, ...schedule }]
        onPoison('schedule', schedule.id)
        return []
      }),
    ),
    ladders: keyed(
      (await tx.query<Ladder>(LADDERS)).filter((ladder) => {
        if (Array.isArray(ladder.steps)) return true
        onPoison('ladder', ladder.id)
        return false
      }),
    ),
    services: keyed(await tx.query<Service>(SERVICES)),
    sources: keyed(await tx.query<Source>(SOURCES)),
    routes: await tx.query<Route>(ROUTES),
    silences: await tx.query<Silence>(SILENCES),
    maintenances: await tx.query<Maintenance>(MAINTENANCES),
  }
}

const keyed = <Thing extends { id: Id }>(things: readonly Thing[]): Map<Id, Thing> =>
  new Map(things.map((thing) => [thing.id, thing]))

const ORGANISATION = 'select name, fallback, paused_at as "pausedAt", epoch from organisation'
const PEOPLE = `select id, slug, name, email, timezone, locale, role, rules from people
  where retired_at is null order by slug`
const CONTACTS = `select id, person_id as "personId", slug, kind, fields, verified_at as "verifiedAt",
  disabled_reason as "disabledReason" from contacts where retired_at is null order by person_id, position`
const TEAMS = `select t.id, t.slug, t.name, t.lead_id as "leadId",
  coalesce((select jsonb_agg(m.person_id order by p.slug) from team_members m join people p on p.id = m.person_id
    where m.team_id = t.id and p.retired_at is null), '[]') as "memberIds"
  from teams t where retired_at is null order by slug`
const SCHEDULES = `select id, slug, name, team_id as "teamId", timezone, definition from schedules
  where retired_at is null order by slug`
const LADDERS = `select id, slug, name, team_id as "teamId", steps, repeat,
  acknowledgement_timeout_ms as "acknowledgementTimeoutMs" from ladders where retired_at is null order by slug`
const SERVICES = `select id, slug, name, team_id as "teamId", tier, escalation_id as "escalationId", urgency,
  group_by as "groupBy", pause_ms as "pauseMs", repository, channel, runbook_url as "runbookUrl",
  depends_on as "dependsOn" from services where retired_at is null order by slug`
const SOURCES = `select id, slug, name, kind, service_id as "serviceId", team_id as "teamId",
  ignore_labels as "ignoreLabels" from sources where retired_at is null order by slug`
const ROUTES = `select id, slug, condition as "when", service_id as "serviceId", urgency,
  escalation_id as "escalationId", group_by as "groupBy", pause_ms as "pauseMs" from routes
  where retired_at is null order by position`
const SILENCES = `select id, matchers, team_id as "teamId", owner_id as "ownerId", reason,
  starts_at as "startsAt", ends_at as "endsAt", ended_at as "endedAt" from silences
  where ended_at is null and ends_at > clock_timestamp() - interval '1 hour' order by starts_at`
const MAINTENANCES = `select id, service_ids as "serviceIds", team_id as "teamId", owner_id as "ownerId", reason,
  starts_at as "startsAt", ends_at as "endsAt", ended_at as "endedAt" from maintenances
  where ended_at is null and ends_at > clock_timestamp() - interval '1 hour' order by starts_at`

/** Which source a key belongs to. Two keys may be live, so that one can be replaced without a gap. */
export async function findSourceByKeyHash(
  tx: Tx,
  hash: Buffer,
): Promise<{ id: Id; kind: string } | null> {
  const [found] = await tx.query<{ id: Id; kind: string }>(
    'select id, kind from sources where (key_hash = $1 or next_key_hash = $1) and retired_at is null',
    [hash],
  )
  return found ?? null
}
