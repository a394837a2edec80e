import { type Principal, visibleWhere } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { type Incident, levelOf } from './incident.ts'

type Row = { number: number; state: Omit<Incident, 'number'> }

/** What an older release wrote knows of no breach. */
const read = ({ number, state }: Row): Incident => ({
  ...state,
  breach: state.breach ?? null,
  number: Number(number),
})

/** Locks it until the end of the transaction. */
export async function lockIncident(tx: Tx, id: Id): Promise<Incident | null> {
  const [row] = await tx.query<Row>(
    'select number, state from incidents where id = $1 for update',
    [id],
  )
  return row ? read(row) : null
}

/** Steps the version; gives it back as it is stored, with its number. */
export async function saveIncident(tx: Tx, incident: Incident): Promise<Incident> {
  const saved: Incident = { ...incident, version: incident.version + 1 }
  const { number: _, ...state } = saved
  const level = saved.levels.length === 0 ? null : levelOf(saved)
  const { declaredAt, allClearAt } = saved.stamps
  const [row] = await tx.query<{ number: number }>(
    `insert into incidents (id, title, kind, status, level, team_id, visibility, service_ids, policy_id, state,
       version, wake_at, opened_at, declared_at, all_clear_at, quarantine, drill_id, number)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
       coalesce($18::bigint, nextval('incidents_number')))
     on conflict (id) do update set title = excluded.title, status = excluded.status, level = excluded.level,
       team_id = excluded.team_id, visibility = excluded.visibility, service_ids = excluded.service_ids,
       state = excluded.state, version = excluded.version, wake_at = excluded.wake_at,
       declared_at = excluded.declared_at, all_clear_at = excluded.all_clear_at,
       quarantine = excluded.quarantine
     returning number`,
    [
      saved.id,
      saved.title,
      saved.kind,
      saved.status,
      level,
      saved.teamId,
      saved.visibility,
      JSON.stringify(saved.serviceIds),
      saved.policyId,
      JSON.stringify(state),
      saved.version,
      at(saved.wakeAt),
      toIso(saved.openedAt),
      at(declaredAt),
      at(allClearAt),
      saved.quarantine,
      saved.drillId,
      saved.number,
    ],
  )
  return { ...saved, number: Number(row?.number) }
}

const at = (instant: Instant | null): string | null => (instant === null ? null : toIso(instant))

/** Whoever holds or held a role in it, and whoever was paged for one of its alerts, sees it. */
const ON_IT = (person: string): string =>
  `exists (select 1 from jsonb_array_elements(state->'holdings') h where (h->>'personId')::uuid = ${person})
   or exists (select 1 from incident_groups i join pages p on p.group_id = i.group_id
     where i.incident_id = incidents.id and p.person_id = ${person})`

/** By id, or by the number that people see (`INC-12`, `12`). Null: none, or not for these eyes. */
export async function findIncident(tx: Tx, who: Principal, key: string): Promise<Incident | null> {
  const visible = visibleWhere(who, 1, '', ON_IT)
  const number = /^(?:INC-)?(\d{1,15})$/i.exec(key)?.[1]
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(key)
  if (number === undefined && !isUuid) return null
  const [row] = await tx.query<Row>(
    `select number, state from incidents where ${visible.text} and ${number === undefined ? 'id = $4::uuid' : 'number = $4::bigint'}`,
    [...visible.values, number ?? key],
  )
  return row ? read(row) : null
}

/** What people call them, by id. */
export async function numbersOf(tx: Tx, ids: readonly Id[]): Promise<Map<Id, string>> {
  const rows = await tx.query<{ id: Id; number: number }>(
    'select id, number from incidents where id = any($1::uuid[])',
    [ids],
  )
  return new Map(rows.map((row) => [row.id, `INC-${row.number}`]))
}

export const LIST_MAX = 200

export async function listIncidents(
  tx: Tx,
  who: Principal,
  filter: { status: 'live' | 'over' | 'all'; max: number },
): Promise<Incident[]> {
  const visible = visibleWhere(who, 1, '', ON_IT)
  const over = "status in ('resolved', 'closed', 'canceled', 'merged')"
  const status = { live: `not (${over})`, over, all: 'true' }[filter.status]
  const rows = await tx.query<Row>(
    `select number, state from incidents where ${visible.text} and ${status} order by opened_at desc limit $4`,
    [...visible.values, Math.min(filter.max, LIST_MAX)],
  )
  return rows.map(read)
}

/** Somebody is still to be told of it, or was told so lately that the ledger may not know. */
const OWES_BREACH = `jsonb_typeof(state->'breach') = 'object' and ((state->'breach'->>'changedAt')::numeric > $2
  or exists (select 1 from jsonb_array_elements(state->'breach'->'tell') one where jsonb_typeof(one->'told') = 'null'))`

/**
 * Those that live, or whose all-clear is young enough that something may still be owed of them, or
 * that have a breach to tell of, however long ago they were over.
 */
export async function listOwing(tx: Tx, since: Instant): Promise<Incident[]> {
  const rows = await tx.query<Row>(
    `select number, state from incidents where declared_at is not null and quarantine is null and kind <> 'backfilled'
       and id in (
         select id from incidents where (all_clear_at is null or all_clear_at > $1) and status not in ('canceled', 'merged')
         union select id from incidents where status <> 'canceled' and ${OWES_BREACH})
     order by id limit 2000`,
    [toIso(since), since],
  )
  return rows.map(read)
}

export type Ended = { id: Id; number: number; title: string; policyId: Id; endedAt: Instant }

/** Those that began after `since` and are over, or until now; the newest first. Drills are none. */
export async function listEnded(
  tx: Tx,
  who: Principal,
  since: Instant,
  max: number,
): Promise<Ended[]> {
  const visible = visibleWhere(who, 1)
  const rows = await tx.query<Ended>(
    `select id, number, title, policy_id as "policyId", coalesce(all_clear_at, $4) as "endedAt"
     from incidents where ${visible.text} and opened_at >= $3 and drill_id is null
       and declared_at is not null and status not in ('canceled', 'merged')
     order by opened_at desc limit $5`,
    [...visible.values, toIso(since), toIso(tx.now), max],
  )
  return rows.map((row) => ({ ...row, number: Number(row.number) }))
}

/** Declared ones that were noticed or began in a period, for measuring; newest first. */
export async function listMeasured(
  tx: Tx,
  who: Principal,
  { from, to, serviceId, max }: { from: Instant; to: Instant; serviceId: Id | null; max: number },
): Promise<Incident[]> {
  const visible = visibleWhere(who, 1)
  const began = `coalesce((state->'stamps'->>'startedAt')::numeric, (state->'stamps'->>'detectedAt')::numeric)`
  const rows = await tx.query<Row>(
    `select number, state from incidents where ${visible.text} and declared_at is not null and kind <> 'drill'
       and status not in ('canceled', 'merged') and ${began} >= $3 and ${began} < $4
       and ($5::text is null or service_ids ? $5::text)
     order by opened_at desc limit $6`,
    [...visible.values, from, to, serviceId, max],
  )
  return rows.map(read)
}

/** What came from elsewhere under these names, each once. */
export async function listImported(
  tx: Tx,
  source: string,
  externalIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ externalId: string }>(
    'select external_id as "externalId" from imported_incidents where source = $1 and external_id = any($2)',
    [source, externalIds],
  )
  return new Set(rows.map((row) => row.externalId))
}

export const markImported = (tx: Tx, source: string, externalId: string, incidentId: Id) =>
  tx.query(
    'insert into imported_incidents (source, external_id, incident_id) values ($1, $2, $3)',
    [source, externalId, incidentId],
  )

export const dueIncidents = (tx: Tx, max: number): Promise<{ id: Id }[]> =>
  tx.query(
    'select id from incidents where wake_at <= $1 and quarantine is null order by wake_at limit $2 for update skip locked',
    [toIso(tx.now), max],
  )

/** Puts a group of alerts to an incident; one that belongs to another stays there. */
export const linkGroup = (tx: Tx, incidentId: Id, groupId: Id) =>
  tx.query(
    'insert into incident_groups (group_id, incident_id, at) values ($1, $2, $3) on conflict (group_id) do nothing',
    [groupId, incidentId, toIso(tx.now)],
  )

export async function listGroupsOf(tx: Tx, incidentId: Id): Promise<Id[]> {
  const rows = await tx.query<{ groupId: Id }>(
    'select group_id as "groupId" from incident_groups where incident_id = $1 order by group_id',
    [incidentId],
  )
  return rows.map((row) => row.groupId)
}

/** Another incident that has to do with one, and how, as seen from that one. */
export type Kin = {
  id: Id
  number: number
  title: string
  status: Incident['status']
  level: number | null
  relation: 'parent' | 'part' | 'recurrenceOf' | 'recurrence' | 'mergedInto' | 'merged'
}

/** Whoever asks has to see them: see `findKin` for people. */
export const listKin = (tx: Tx, id: Id): Promise<Kin[]> => kin(tx, id, 'true', [])

/** As far as these eyes may see them. */
export function findKin(tx: Tx, who: Principal, id: Id): Promise<Kin[]> {
  const visible = visibleWhere(who, 2, 'o.')
  return kin(tx, id, visible.text, visible.values)
}

async function kin(tx: Tx, id: Id, where: string, values: readonly unknown[]): Promise<Kin[]> {
  const rows = await tx.query<Kin>(
    `select o.id, o.number, o.title, o.status, o.level, r.relation
     from incidents i cross join lateral (
       select o.id, 'part' as relation from incidents o where o.state->>'parentId' = i.id::text
       union all select o.id, 'recurrence' from incidents o where o.state->>'recurrenceOf' = i.id::text
       union all select o.id, 'merged' from incidents o where o.state->>'mergedInto' = i.id::text
       union all select (i.state->>'parentId')::uuid, 'parent'
       union all select (i.state->>'recurrenceOf')::uuid, 'recurrenceOf'
       union all select (i.state->>'mergedInto')::uuid, 'mergedInto') r
     join incidents o on o.id = r.id
     where i.id = $1 and ${where} order by o.number limit 200`,
    [id, ...values],
  )
  return rows.map((row) => ({ ...row, number: Number(row.number) }))
}

/** What rang for one rings for the other from now on. */
export const moveGroups = (tx: Tx, from: Id, to: Id) =>
  tx.query('update incident_groups set incident_id = $2, at = $3 where incident_id = $1', [
    from,
    to,
    toIso(tx.now),
  ])

/** What its groups of alerts say by themselves. */
export type Seen = {
  firstOpenedAt: Instant | null
  acknowledgedAt: Instant | null
  acknowledgedBy: Id | null
  /** Now, while one fires; else when the last one ended; null: there are none. */
  lastFiringAt: Instant | null
  services: number
  /** Of labels and annotations that name an impact. */
  impacts: readonly Readonly<Record<string, string>>[]
}

export async function observe(tx: Tx, incidentId: Id): Promise<Seen> {
  const [seen] = await tx.query<Seen & { isFiring: boolean; lastResolvedAt: Instant | null }>(
    `select min(g.opened_at) as "firstOpenedAt", min(g.acknowledged_at) as "acknowledgedAt",
       (array_agg(g.acknowledged_by order by g.acknowledged_at) filter (where g.acknowledged_at is not null))[1] as "acknowledgedBy",
       bool_or(g.status <> 'resolved') as "isFiring", max(g.resolved_at) as "lastResolvedAt",
       count(distinct g.service_id)::int as services
     from incident_groups i join groups g on g.id = i.group_id where i.incident_id = $1`,
    [incidentId],
  )
  const impacts = await tx.query<{ words: Record<string, string> }>(
    `select a.labels || a.annotations as words from incident_groups i join alerts a on a.group_id = i.group_id
     where i.incident_id = $1 and a.status = 'firing' order by a.updated_at desc limit 200`,
    [incidentId],
  )
  return {
    firstOpenedAt: seen?.firstOpenedAt ?? null,
    acknowledgedAt: seen?.acknowledgedAt ?? null,
    acknowledgedBy: seen?.acknowledgedBy ?? null,
    lastFiringAt: seen?.isFiring ? tx.now : (seen?.lastResolvedAt ?? null),
    services: seen?.services ?? 0,
    impacts: impacts.map((row) => row.words),
  }
}

/** Who holds or held a role in each, or was paged for one of its alerts. */
export async function listPeopleOn(tx: Tx, incidentIds: readonly Id[]): Promise<Map<Id, Id[]>> {
  if (incidentIds.length === 0) return new Map()
  const rows = await tx.query<{ id: Id; people: Id[] }>(
    `select o.id, jsonb_agg(distinct o.person) as people from (
        select n.id, h->>'personId' as person from incidents n, jsonb_array_elements(n.state->'holdings') h
          where n.id = any($1::uuid[])
        union select i.incident_id, p.person_id::text from incident_groups i join pages p on p.group_id = i.group_id
          where i.incident_id = any($1::uuid[])) o group by o.id`,
    [incidentIds],
  )
  return new Map(rows.map((row) => [row.id, row.people]))
}
