/** The engine's storage on PostgreSQL: plain SQL, any number of rows a statement. */
import type { Db, Tx } from '../db/tx.ts'
import type { Table } from '../db/table.ts'
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import { toIso } from '../lib/instant.ts'
import type { Recent } from '../notify/bundle.ts'
import { tell } from '../notify/notice-store.ts'
import { switchOff } from '../people/store.ts'
import { record } from '../timeline/store.ts'
import type {
  DueKind,
  EngineStore,
  EngineTx,
  Kind,
  Lookup,
  Requested,
  Rows,
  Signalled,
} from './store.ts'
import { TABLES } from './tables.ts'

/** @param directoryAt the snapshot of the configuration, read again when it has changed */
export function createSqlStore(db: Db, directoryAt: (tx: Tx) => Promise<Directory>): EngineStore {
  return {
    transaction: (pool, work) => db.withTx(pool, (tx) => work(engineTx(tx, directoryAt))),
  }
}

export function engineTx(tx: Tx, directoryAt: (tx: Tx) => Promise<Directory>): EngineTx {
  // What this transaction knows to be stored: saving writes what is new and what differs.
  const stored: Stored = {
    alert: new Map(),
    group: new Map(),
    climb: new Map(),
    page: new Map(),
    attempt: new Map(),
  }
  const remember = async <K extends Kind>(
    kind: K,
    reading: Promise<Rows[K][]>,
  ): Promise<Rows[K][]> => {
    const rows = await reading
    for (const row of rows) stored[kind].set(row.id, row)
    return rows
  }
  return {
    now: tx.now,
    directory: () => directoryAt(tx),
    due: (kind, max) => remember(kind, tx.query(DUE[kind], [toIso(tx.now), max])),
    find: (lookup) => remember(lookup.kind, look(tx, lookup, 'for update')) as never,
    peek: (lookup) => remember(lookup.kind, look(tx, lookup, '')) as never,
    async save(kind, rows) {
      if (rows.length > 0) write(tx, TABLES[kind] as never, stored[kind] as never, rows)
    },
    async setAside(kind, id, why) {
      tx.write(`update ${TABLES[kind].name} set quarantine = $2 where id = $1`, [id, why])
    },
    record: (entries) => record(tx, entries),
    tell: (notices, makeId) => tell(tx, notices, makeId),
    switchOff: (contactId, why) => switchOff(tx, contactId, why),
    async recordSignals(requests, signals) {
      tx.write(INSERT_REQUESTS, requestValues(requests))
      if (signals.length > 0) tx.write(INSERT_SIGNALS, signalValues(signals))
      for (const request of requests) {
        for (const change of request.changes) {
          tx.write(INSERT_CHANGE, [
            change.id,
            request.sourceId,
            toIso(change.occurredAt ?? tx.now),
            toIso(tx.now),
            change.summary,
            JSON.stringify(change.links),
            JSON.stringify(change.labels),
          ])
        }
      }
    },
    sentSince: (contactIds, since) =>
      contactIds.length === 0
        ? Promise.resolve([])
        : tx.query<Recent>(SENT_SINCE, [contactIds, toIso(since)]),
  }
}

type Stored = { [K in Kind]: Map<Id, Rows[K]> }

/** What was stored goes first: an episode has ended before the next one of its key begins. */
function write<Row extends { id: Id }>(
  tx: Tx,
  table: Table<Row>,
  stored: Map<Id, Row>,
  rows: readonly Row[],
): void {
  const changed = rows.flatMap((after) => {
    const before = stored.get(after.id)
    return before ? [{ before, after }] : []
  })
  const fresh = rows.filter((row) => !stored.has(row.id))
  const update = table.update(changed)
  if (update) tx.write(update.text, update.values)
  if (fresh.length > 0) {
    const insert = table.insert(fresh)
    tx.write(insert.text, insert.values)
  }
  for (const row of rows) stored.set(row.id, row)
}

const qualified = (kind: Kind, alias: string): string =>
  TABLES[kind].select.replaceAll(/(^|, )"/g, `$1${alias}."`)

const DUE: Readonly<Record<DueKind, string>> = {
  // So many of each source, not of all: the index is walked from source to source.
  alert: `with recursive waiting (source_id) as (
      (select source_id from alerts where wake_at is not null and quarantine is null
        order by source_id limit 1)
      union all
      select (select source_id from alerts where wake_at is not null and quarantine is null
        and source_id > waiting.source_id order by source_id limit 1)
      from waiting where waiting.source_id is not null)
    select a.* from waiting cross join lateral (select ${TABLES.alert.select} from alerts
      where source_id = waiting.source_id and wake_at <= $1 and quarantine is null
      order by wake_at limit $2 for update skip locked) a
    where waiting.source_id is not null`,
  climb: `select ${qualified('climb', 'c')} from climbs c join groups g on g.id = c.subject_id
    where c.wake_at <= $1 and c.quarantine is null order by c.wake_at limit $2
    for update of g, c skip locked`,
  // Each half is read off its index; a plain `order by urgency` would read all that is still to come.
  attempt: `with high as (select * from attempts where wake_at <= $1 and urgency = 'high'
      order by wake_at limit $2 for update skip locked),
    low as (select * from attempts where wake_at <= $1 and urgency = 'low'
      order by wake_at limit greatest(0, $2 - (select count(*) from high)) for update skip locked)
    select ${TABLES.attempt.select} from high union all select ${TABLES.attempt.select} from low`,
}

const WHERE: Readonly<Record<string, string>> = {
  id: 'id = any($1::uuid[])',
  groupId: 'group_id = any($1::uuid[])',
  climbId: 'climb_id = any($1::uuid[])',
  pageId: 'page_id = any($1::uuid[])',
  providerId: 'provider_id = any($1::text[])',
  openKey: "key = any($1::text[]) and status <> 'resolved'",
  currentKey:
    '(source_id, dedup_key) in (select * from unnest($1::uuid[], $2::text[])) and current',
}

async function look<L extends Lookup>(tx: Tx, lookup: L, lock: string): Promise<Rows[L['kind']][]> {
  if (lookup.values.length === 0) return []
  const { name, select } = TABLES[lookup.kind]
  // Locked in the order of ids, as they are saved: two transactions never wait in a circle.
  const text = `select ${select} from ${name} where ${WHERE[lookup.by]} order by id ${lock}`
  if (lookup.by !== 'currentKey') return tx.query(text, [lookup.values])
  return tx.query(text, [
    lookup.values.map((key) => key.sourceId),
    lookup.values.map((key) => key.dedupKey),
  ])
}

const SENT_SINCE = `select contact_id as "contactId", service_id as "serviceId", started_at as at
  from attempts where contact_id = any($1::uuid[]) and started_at > $2 and started_at is not null
    and bundled_into is null`

const INSERT_REQUESTS = `insert into requests (id, source_id, received_at, path, body, status, verdict, replay_of)
  select a, b, c, d, e, f, g::jsonb, h from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[],
    $5::text[], $6::int[], $7::text[], $8::uuid[]) as t(a, b, c, d, e, f, g, h)`

const requestValues = (rows: readonly Requested[]): unknown[] => [
  rows.map((row) => row.id),
  rows.map((row) => row.sourceId),
  rows.map((row) => toIso(row.receivedAt)),
  rows.map((row) => row.path),
  rows.map((row) => row.body),
  rows.map((row) => row.status),
  rows.map((row) => JSON.stringify(row.verdict)),
  rows.map((row) => row.replayOf),
]

const INSERT_SIGNALS = `insert into signals (id, request_id, source_id, alert_id, received_at, occurred_at,
    action, dedup_key, verdict)
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
    $7::text[], $8::text[], $9::text[])`

const signalValues = (rows: readonly Signalled[]): unknown[] => [
  rows.map((row) => row.id),
  rows.map((row) => row.requestId),
  rows.map((row) => row.sourceId),
  rows.map((row) => row.alertId),
  rows.map((row) => toIso(row.receivedAt)),
  rows.map((row) => (row.occurredAt === null ? null : toIso(row.occurredAt))),
  rows.map((row) => row.action),
  rows.map((row) => row.dedupKey),
  rows.map((row) => row.verdict),
]

const INSERT_CHANGE = `insert into changes (id, source_id, service_id, team_id, happened_at, recorded_at, summary, links, labels)
  select $1, $2, s.service_id, v.team_id, $3, $4, $5, $6, $7 from sources s left join services v on v.id = s.service_id
  where s.id = $2`
