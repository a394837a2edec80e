/** The engine's storage on PostgreSQL: plain SQL, any number of rows a statement. */
import type { Db, Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import { toIso } from '../lib/instant.ts'
import type { Recent } from '../notify/bundle.ts'
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
  return {
    now: tx.now,
    directory: () => directoryAt(tx),
    async due(kind, max) {
      if (kind !== 'attempt') return (await tx.query(DUE[kind], [toIso(tx.now), max])) as never
      const high = await tx.query(DUE.attempt, [toIso(tx.now), max, 'high'])
      const low =
        high.length < max
          ? await tx.query(DUE.attempt, [toIso(tx.now), max - high.length, 'low'])
          : []
      return [...high, ...low] as never
    },
    find: (lookup) => look(tx, lookup, 'for update') as never,
    peek: (lookup) => look(tx, lookup, '') as never,
    async save(kind, rows) {
      if (rows.length === 0) return
      const { upsert, values } = TABLES[kind] as (typeof TABLES)['alert']
      await tx.query(upsert, values(rows as never))
    },
    async setAside(kind, id, why) {
      await tx.query(`update ${TABLES[kind].name} set quarantine = $2 where id = $1`, [id, why])
    },
    record: (entries) => record(tx, entries),
    async recordSignals(requests, signals) {
      await tx.query(INSERT_REQUESTS, requestValues(requests))
      if (signals.length > 0) await tx.query(INSERT_SIGNALS, signalValues(signals))
      for (const request of requests) {
        for (const change of request.changes) {
          await tx.query(INSERT_CHANGE, [
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

const qualified = (kind: Kind, alias: string): string =>
  TABLES[kind].select.replaceAll(/(^|, )"/g, `$1${alias}."`)

const DUE: Readonly<Record<DueKind, string>> = {
  alert: `select ${TABLES.alert.select} from alerts
    where wake_at <= $1 and quarantine is null order by wake_at limit $2 for update skip locked`,
  climb: `select ${qualified('climb', 'c')} from climbs c join groups g on g.id = c.subject_id
    where c.wake_at <= $1 and c.quarantine is null order by c.wake_at limit $2
    for update of g, c skip locked`,
  attempt: `select ${TABLES.attempt.select} from attempts where wake_at <= $1 and urgency = $3
    order by wake_at limit $2 for update skip locked`,
}

const WHERE: Readonly<Record<string, string>> = {
  id: 'id = any($1::uuid[])',
  groupId: 'group_id = any($1::uuid[])',
  climbId: 'climb_id = any($1::uuid[])',
  pageId: 'page_id = any($1::uuid[])',
  openKey: "key = any($1::text[]) and status <> 'resolved'",
  currentKey:
    '(source_id, dedup_key) in (select * from unnest($1::uuid[], $2::text[])) and current',
}

async function look(tx: Tx, lookup: Lookup, lock: string): Promise<Rows[Kind][]> {
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
  from attempts where contact_id = any($1::uuid[]) and started_at > $2 and bundled_into is null`

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
