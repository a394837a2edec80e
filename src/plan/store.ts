/** What a plan needs to know besides the directory, and what an apply writes besides its nouns. */
import type { Tx } from '../db/tx.ts'
import type { Target } from '../escalation/ladder.ts'
import type { Id } from '../lib/id.ts'
import { toIso } from '../lib/instant.ts'
import type { Section } from './form.ts'

/** Which table holds a section. */
const TABLES = {
  calendars: 'calendars',
  people: 'people',
  teams: 'teams',
  schedules: 'schedules',
  escalations: 'ladders',
  services: 'services',
  sources: 'sources',
  routes: 'routes',
  metrics: 'metric_sources',
  objectives: 'objectives',
} as const satisfies Partial<Record<Section, string>>

export type ListTable = keyof typeof TABLES

/** A row by its name, live or retired; `email` of people only. */
export type Identity = {
  section: ListTable
  id: Id
  slug: string
  isLive: boolean
  managedBy: string | null
  email: string | null
}

/** All rows by their names; of several retired rows with one name, the last to go comes first. */
export const listIdentities = (tx: Tx): Promise<Identity[]> =>
  tx.query<Identity>(
    `${Object.entries(TABLES)
      .map(
        ([
          section,
          table,
        ]) => `select '${section}' as section, id, slug, retired_at is null as "isLive",
          managed_by as "managedBy", ${section === 'people' ? 'email' : 'null::text'} as email, retired_at
          from ${table}`,
      )
      .join(' union all ')} order by section, slug, "isLive" desc, retired_at desc, id desc`,
  )

/** What is under way and would be cut off. Counts by id. */
export type Underway = {
  /** Climbs of a ladder that have not ended. */
  climbs: ReadonlyMap<Id, number>
  /** Open pages to a person. */
  pages: ReadonlyMap<Id, number>
  /** Groups of alerts of a service that are not resolved. */
  groups: ReadonlyMap<Id, number>
  /** Firing alerts of a source. */
  alerts: ReadonlyMap<Id, number>
  /** People who can sign in. */
  accounts: ReadonlySet<Id>
}

const UNDERWAY = `
  select 'climbs' as what, ladder->>'id' as id, count(*) as n from climbs where ended_at is null group by 2
  union all select 'pages', person_id::text, count(*) from pages where status = 'open' group by 2
  union all select 'groups', service_id::text, count(*) from groups where status <> 'resolved' group by 2
  union all select 'alerts', source_id::text, count(*) from alerts where status = 'firing' and current group by 2
  union all select 'accounts', person_id::text, 1 from accounts where disabled_at is null`

export async function findUnderway(tx: Tx): Promise<Underway> {
  const rows = await tx.query<{ what: string; id: Id | null; n: number }>(UNDERWAY)
  const counts = (what: string) =>
    new Map(rows.flatMap((row) => (row.what === what && row.id !== null ? [[row.id, row.n]] : [])))
  return {
    climbs: counts('climbs'),
    pages: counts('pages'),
    groups: counts('groups'),
    alerts: counts('alerts'),
    accounts: new Set(counts('accounts').keys()),
  }
}

/** Keeps a second apply waiting until this one is over. */
export const lockConfiguration = async (tx: Tx): Promise<void> => {
  await tx.query('select version from directory_version for update')
}

export async function retire(tx: Tx, section: ListTable, ids: readonly Id[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    `update ${TABLES[section]} set retired_at = $2::timestamptz where id = any($1::uuid[])`,
    [ids, toIso(tx.now)],
  )
}

/** Marks as managed by a file what it names and what stands there already as it says. */
export async function adopt(
  tx: Tx,
  section: ListTable,
  ids: readonly Id[],
  managedBy: string,
): Promise<void> {
  if (ids.length === 0) return
  await tx.query(`update ${TABLES[section]} set managed_by = $2 where id = any($1::uuid[])`, [
    ids,
    managedBy,
  ])
}

export async function saveOrganisation(
  tx: Tx,
  organisation: { name: string; fallback: readonly Target[] },
): Promise<void> {
  await tx.query('update organisation set name = $1, fallback = $2::jsonb where id = 1', [
    organisation.name,
    JSON.stringify(organisation.fallback),
  ])
}

/** @param settings secrets sealed; null takes the row away */
export async function saveChannel(
  tx: Tx,
  kind: string,
  settings: Readonly<Record<string, unknown>> | null,
  managedBy: string,
): Promise<void> {
  if (settings === null) {
    await tx.query('delete from channels where kind = $1', [kind])
    return
  }
  await tx.query(
    `insert into channels (kind, settings, managed_by, updated_at) values ($1, $2::jsonb, $3, $4::timestamptz)
      on conflict (kind) do update set settings = excluded.settings, managed_by = excluded.managed_by,
        updated_at = excluded.updated_at`,
    [kind, JSON.stringify(settings), managedBy, toIso(tx.now)],
  )
}
