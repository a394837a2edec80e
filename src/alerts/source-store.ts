/** Sources with their keys, and the routes that sort what they send. */
import { createHash } from 'node:crypto'
import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { type Decoded, isListOf, isNullOr, isText } from '../lib/shape.ts'
import type { Route, Source } from './routed.ts'

/** Keys are stored as their SHA-256: they are long and random, so that nobody guesses them back. */
export const hashOfKey = (key: string): Buffer => createHash('sha256').update(key, 'utf8').digest()

export type SourceRow = Omit<Source, 'ignoreLabels'> & { ignoreLabels: unknown }

const SOURCE_COLUMNS = `id, slug, name, kind, service_id as "serviceId", team_id as "teamId",
  ignore_labels as "ignoreLabels"`

export const listSources = (tx: Tx): Promise<SourceRow[]> =>
  tx.query<SourceRow>(
    `select ${SOURCE_COLUMNS} from sources where retired_at is null order by slug`,
  )

export function decodeSource(row: SourceRow): Decoded<Source> {
  const { ignoreLabels } = row
  if (isListOf(ignoreLabels, isText)) return { value: { ...row, ignoreLabels }, wrong: [] }
  return {
    value: { ...row, ignoreLabels: [] },
    wrong: ['`ignore_labels` cannot be read: every label counts'],
  }
}

/** The live key of a source, hashed; `hint` is its end. */
export type SourceKey = { sourceId: Id; hash: string; hint: string }

/** Hashes in hexadecimal. */
export const listSourceKeys = (tx: Tx): Promise<SourceKey[]> =>
  tx.query<SourceKey>(
    `select id as "sourceId", encode(key_hash, 'hex') as hash, key_hint as hint
      from sources where retired_at is null`,
  )

export type KeyedSource = Source & { keyHash: string; keyHint: string }

/** Writes sources with their keys (in hexadecimal). A new key takes the place of both old ones. */
export async function saveSources(
  tx: Tx,
  sources: readonly KeyedSource[],
  managedBy: string | null,
): Promise<void> {
  if (sources.length === 0) return
  const column = <T>(of: (source: KeyedSource) => T): T[] => sources.map(of)
  const ids = column((source) => source.id)
  const hashes = column((source) => source.keyHash)
  // Two sources may have swapped keys: the unique index looks at one row at a time.
  await tx.query(
    `update sources set key_hash = sha256(convert_to(id::text, 'UTF8')) where id = any($1::uuid[])
      and key_hash in (select decode(h, 'hex') from unnest($2::text[]) as t(h))
      and (id, key_hash) not in (select i, decode(h, 'hex') from unnest($1::uuid[], $2::text[]) as t(i, h))`,
    [ids, hashes],
  )
  await tx.query(
    `insert into sources as s (id, slug, name, kind, service_id, team_id, ignore_labels, key_hash, key_hint,
        managed_by, retired_at)
      select a, b, c, d, e, f, g::jsonb, decode(h, 'hex'), i, $10, null
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[],
        $8::text[], $9::text[]) as t(a, b, c, d, e, f, g, h, i)
      on conflict (id) do update set slug = excluded.slug, name = excluded.name, kind = excluded.kind,
        service_id = excluded.service_id, team_id = excluded.team_id, ignore_labels = excluded.ignore_labels,
        next_key_hash = case when s.key_hash = excluded.key_hash then s.next_key_hash end,
        key_hash = excluded.key_hash, key_hint = excluded.key_hint, managed_by = excluded.managed_by,
        retired_at = null`,
    [
      ids,
      column((source) => source.slug),
      column((source) => source.name),
      column((source) => source.kind),
      column((source) => source.serviceId),
      column((source) => source.teamId),
      column((source) => JSON.stringify(source.ignoreLabels)),
      hashes,
      column((source) => source.keyHint),
      managedBy,
    ],
  )
}

export type RouteRow = {
  id: Id
  slug: string
  position: number
  teamId: Id | null
  condition: string
  serviceId: Id | null
  urgency: string | null
  escalationId: Id | null
  groupBy: unknown
  pauseMs: number | null
  managedBy: string | null
  retiredAt: Instant | null
}

const ROUTES = table<RouteRow>('routes', {
  id: 'uuid',
  slug: 'text',
  position: 'int4',
  teamId: 'uuid',
  condition: 'text',
  serviceId: 'uuid',
  urgency: 'text',
  escalationId: 'uuid',
  groupBy: 'jsonb',
  pauseMs: 'int8',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

/** In the order in which they are tried. */
export const listRoutes = (tx: Tx): Promise<RouteRow[]> =>
  tx.query<RouteRow>(
    `select ${ROUTES.select} from routes where retired_at is null order by position, slug`,
  )

const isLabels = (value: unknown): value is string[] => isListOf(value, isText)

export function decodeRoute(row: RouteRow): Decoded<Route> {
  const { id, slug, teamId, condition, serviceId, urgency, escalationId, groupBy, pauseMs } = row
  const isGrouped = isNullOr(groupBy, isLabels)
  const route: Route = {
    id,
    slug,
    teamId,
    when: condition,
    serviceId,
    urgency: urgency as Route['urgency'],
    escalationId,
    groupBy: isGrouped ? groupBy : null,
    pauseMs,
  }
  return { value: route, wrong: isGrouped ? [] : ['`group_by` cannot be read: it is left out'] }
}

/** Writes routes with the place at which each is tried. */
export async function saveRoutes(
  tx: Tx,
  routes: readonly (Route & { position: number })[],
  managedBy: string | null,
): Promise<void> {
  if (routes.length === 0) return
  const rows = routes.map(({ when, ...rest }) => ({
    ...rest,
    condition: when,
    managedBy,
    retiredAt: null,
  }))
  await tx.query(ROUTES.upsert, ROUTES.values(rows))
}

/** What a key has done to it when its source goes: it stops working at once. */
export async function retireSources(tx: Tx, ids: readonly Id[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    'update sources set retired_at = $2::timestamptz, next_key_hash = null where id = any($1::uuid[])',
    [ids, toIso(tx.now)],
  )
}
