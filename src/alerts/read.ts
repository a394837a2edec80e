/** What lists and details show. Reads only; every query takes the predicate of what may be seen. */
import { type Principal, visibleWhere } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Suppression, Urgency } from './alert.ts'
import type { Severity } from './source.ts'

export type AlertListed = {
  id: Id
  number: number
  groupId: Id | null
  status: 'firing' | 'acknowledged' | 'resolved'
  title: string
  severity: Severity
  urgency: Urgency
  serviceId: Id | null
  teamId: Id | null
  sourceId: Id
  startedAt: Instant
  resolvedAt: Instant | null
  updatedAt: Instant
  signalCount: number
  suppression: Suppression | null
  acknowledgedBy: Id | null
  acknowledgedAt: Instant | null
  climbStatus: string | null
  wakeAt: Instant | null
  pagedIds: Id[]
  drillId: Id | null
  verdict: 'noise' | 'useful' | null
}

export type AlertDetailed = AlertListed & {
  labels: Record<string, string>
  annotations: Record<string, string>
  links: { href: string; text: string }[]
  dedupKey: string
  visibility: 'everyone' | 'team'
  climbId: Id | null
}

export const PAGE_MAX = 200

export type AlertFilter = {
  status?: 'open' | 'firing' | 'acknowledged' | 'resolved' | 'all'
  serviceId?: Id
  teamId?: Id
  text?: string
  severity?: Severity
  groupIds?: readonly Id[]
  /** Paged to them, or taken by them. */
  mine?: Id
  /** Entries older than this one: started, id. */
  after?: { startedAt: Instant; id: Id }
  max: number
}

const STATUS = `case when a.status = 'resolved' then 'resolved' when g.status = 'acknowledged' then 'acknowledged' else 'firing' end`
const COLUMNS = `a.id, a.number, a.group_id as "groupId", ${STATUS} as status, a.title, a.severity, a.urgency,
  a.service_id as "serviceId", a.team_id as "teamId", a.source_id as "sourceId", a.started_at as "startedAt",
  a.resolved_at as "resolvedAt", a.updated_at as "updatedAt", a.signal_count as "signalCount", a.suppression,
  g.acknowledged_by as "acknowledgedBy", g.acknowledged_at as "acknowledgedAt",
  c.state->>'status' as "climbStatus", c.wake_at as "wakeAt",
  coalesce((select jsonb_agg(distinct p.person_id) from pages p where p.climb_id = g.climb_id), '[]') as "pagedIds",
  a.drill_id as "drillId", v.verdict`
const FROM =
  'from alerts a left join groups g on g.id = a.group_id left join climbs c on c.id = g.climb_id left join group_verdicts v on v.group_id = g.id'

/** Whoever was paged for it sees it, of whatever team they are. */
const PAGED = (person: string): string =>
  `exists (select 1 from pages p where p.group_id = a.group_id and p.person_id = ${person})`

export function listAlerts(tx: Tx, who: Principal, filter: AlertFilter): Promise<AlertListed[]> {
  const visible = visibleWhere(who, 1, 'a.', PAGED)
  const values: unknown[] = [...visible.values]
  const where = [visible.text, 'a.signal_count > 0']
  const add = (text: (place: string) => string, value: unknown): void => {
    values.push(value)
    where.push(text(`$${values.length}`))
  }
  if (filter.status === 'open' || filter.status === undefined) where.push("a.status = 'firing'")
  else if (filter.status !== 'all') add((p) => `${STATUS} = ${p}`, filter.status)
  if (filter.serviceId) add((p) => `a.service_id = ${p}`, filter.serviceId)
  if (filter.teamId) add((p) => `a.team_id = ${p}`, filter.teamId)
  if (filter.groupIds) add((p) => `a.group_id = any(${p})`, filter.groupIds)
  if (filter.severity) add((p) => `a.severity = ${p}`, filter.severity)
  if (filter.mine)
    add(
      (p) =>
        `(g.acknowledged_by = ${p}::uuid or exists (select 1 from pages q where q.climb_id = g.climb_id and q.person_id = ${p}::uuid))`,
      filter.mine,
    )
  if (filter.text)
    add((p) => `a.title ilike '%' || ${p} || '%'`, filter.text.replace(/[\\%_]/g, '\\$&'))
  if (filter.after) {
    values.push(toIso(filter.after.startedAt), filter.after.id)
    where.push(
      `(a.started_at, a.id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`,
    )
  }
  values.push(Math.min(filter.max, PAGE_MAX))
  return tx.query<AlertListed>(
    `select ${COLUMNS} ${FROM} where ${where.join(' and ')} order by a.started_at desc, a.id desc limit $${values.length}`,
    values,
  )
}

/** By id, or by the number that people see (`A-12`, `12`). Null: none, or not for these eyes. */
export async function findAlert(
  tx: Tx,
  who: Principal,
  key: string,
): Promise<AlertDetailed | null> {
  const visible = visibleWhere(who, 1, 'a.', PAGED)
  const number = /^(?:A-)?(\d{1,15})$/i.exec(key)?.[1]
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(key)
  if (number === undefined && !isUuid) return null
  const [found] = await tx.query<AlertDetailed>(
    `select ${COLUMNS}, a.labels, a.annotations, a.links, a.dedup_key as "dedupKey", a.visibility, g.climb_id as "climbId"
     ${FROM} where ${visible.text} and ${number === undefined ? 'a.id = $4::uuid' : 'a.number = $4::bigint'}`,
    [...visible.values, number ?? key],
  )
  return found ?? null
}

export const listGroupAlerts = (tx: Tx, groupId: Id, max: number) =>
  tx.query<{ id: Id; number: number; title: string; status: string; startedAt: Instant }>(
    `select id, number, title, status, started_at as "startedAt" from alerts where group_id = $1
     order by started_at desc limit $2`,
    [groupId, max],
  )

export type ChangeListed = {
  id: Id
  summary: string
  happenedAt: Instant
  links: { href: string; text: string }[]
}

export const listChanges = (tx: Tx, serviceId: Id, since: Instant, max: number) =>
  tx.query<ChangeListed>(
    `select id, summary, happened_at as "happenedAt", links from changes
     where service_id = $1 and happened_at > $2 order by happened_at desc limit $3`,
    [serviceId, toIso(since), max],
  )

export type RequestListed = {
  id: Id
  receivedAt: Instant
  path: string
  status: number
  body: string
  verdict: Record<string, unknown>
  replayOf: Id | null
  signals: {
    action: string
    dedupKey: string
    verdict: string
    alertNumber: number | null
    suppression: Suppression | null
    pagedIds: Id[]
  }[]
}

/** What a request brought may be somebody else's business: then so is the request. */
const requestSeen = (who: Principal, from: number) => {
  const visible = visibleWhere(who, from, 'a.', PAGED)
  return {
    text: `not exists (select 1 from signals s join alerts a on a.id = s.alert_id where s.request_id = r.id and ${visible.text} is not true)`,
    values: visible.values,
  }
}

/** The last requests of a source, each with what became of it. */
export function listRequests(tx: Tx, who: Principal, sourceId: Id, max: number) {
  const seen = requestSeen(who, 3)
  return tx.query<RequestListed>(
    `select r.id, r.received_at as "receivedAt", r.path, r.status, left(r.body, 20000) as body, r.verdict, r.replay_of as "replayOf",
       coalesce((select jsonb_agg(jsonb_build_object('action', s.action, 'dedupKey', s.dedup_key, 'verdict', s.verdict,
           'alertNumber', a.number, 'suppression', a.suppression,
           'pagedIds', coalesce((select jsonb_agg(distinct p.person_id) from pages p where p.group_id = a.group_id), '[]')))
         from signals s left join alerts a on a.id = s.alert_id where s.request_id = r.id), '[]') as signals
     from (select * from requests r where source_id = $1 and ${seen.text} order by received_at desc limit $2) r
     order by r.received_at desc`,
    [sourceId, max, ...seen.values],
  )
}

export async function findRequest(
  tx: Tx,
  who: Principal,
  id: Id,
): Promise<{ id: Id; sourceId: Id; path: string; body: string } | null> {
  const seen = requestSeen(who, 2)
  const [found] = await tx.query<{ id: Id; sourceId: Id; path: string; body: string }>(
    `select id, source_id as "sourceId", path, body from requests r where id = $1 and ${seen.text}`,
    [id, ...seen.values],
  )
  return found ?? null
}
