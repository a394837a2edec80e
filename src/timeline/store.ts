import { toIso } from '../lib/instant.ts'
import type { Entry, Recorded } from './entry.ts'
import type { Cursor, Place } from './standing.ts'

export type { Cursor } from './standing.ts'

/** The part of a transaction that recording needs. */
type Writer = {
  readonly now: number
  write(text: string, values?: readonly unknown[]): void
}
type Reader = { query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> }

const INSERT = `insert into timeline (epoch, subject_kind, subject_id, happened_at, recorded_at, actor, kind,
    rule, inputs, result, undo, group_id, service_id, team_id, visibility, drill_id)
  select (select epoch from organisation), subject_kind, subject_id, happened_at, $1::timestamptz, actor::jsonb,
    kind, rule, inputs::jsonb, result::jsonb, undo, group_id, service_id, team_id, visibility, drill_id
  from unnest($2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::uuid[], $12::uuid[], $13::uuid[], $14::text[], $15::uuid[])
  as t(subject_kind, subject_id, happened_at, actor, kind, rule, inputs, result, undo,
    group_id, service_id, team_id, visibility, drill_id)`

/** Appends entries to the log, in the transaction of the change they tell of. */
export async function record(tx: Writer, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  const column = <T>(of: (entry: Entry) => T): T[] => entries.map(of)
  tx.write(INSERT, [
    toIso(tx.now),
    column((e) => e.subject.kind),
    column((e) => e.subject.id),
    column((e) => toIso(e.happenedAt)),
    column((e) => JSON.stringify(e.actor)),
    column((e) => e.kind),
    column((e) => e.rule),
    column((e) => JSON.stringify(e.inputs)),
    column((e) => JSON.stringify(e.result)),
    column((e) => e.undo),
    column((e) => e.groupId),
    column((e) => e.serviceId),
    column((e) => e.teamId),
    column((e) => e.visibility),
    column((e) => e.drillId),
  ])
}

export const COLUMNS = `seq, jsonb_build_object('kind', subject_kind, 'id', subject_id) as subject,
  happened_at as "happenedAt", recorded_at as "recordedAt", actor, kind, rule, inputs, result, undo,
  group_id as "groupId", service_id as "serviceId", team_id as "teamId", visibility, drill_id as "drillId"`

/** All that happened to one group of alerts, oldest first. */
/** What is about one thing, the oldest first; of more than `max` the newest. */
export const findAbout = (tx: Reader, subjectId: string, max: number): Promise<Recorded[]> =>
  tx.query<Recorded>(
    `select * from (select ${COLUMNS} from timeline where subject_id = $1 order by seq desc limit $2) t order by seq`,
    [subjectId, max],
  )

export const findForGroup = (tx: Reader, groupId: string, max: number): Promise<Recorded[]> =>
  tx.query<Recorded>(`select ${COLUMNS} from timeline where group_id = $1 order by seq limit $2`, [
    groupId,
    max,
  ])

/**
 * What was appended after the cursor. Only entries of transactions below the oldest one that still
 * runs are given: sequence numbers are handed out before the commit, so a reader that went by them
 * alone would skip what commits late.
 */
export const listAfter = (tx: Reader, cursor: Cursor, max: number) =>
  tx.query<Recorded & { tx: string; epoch: number }>(
    `select tx::text as tx, epoch, ${COLUMNS} from timeline
      where epoch = $1 and (tx, seq) > ($2::xid8, $3::bigint) and tx < pg_snapshot_xmin(pg_current_snapshot())
      order by tx, seq limit $4`,
    [cursor.epoch, cursor.tx, cursor.seq, max],
  )

/**
 * What can be seen after the cursor already, without what is said to be known. Entries of
 * transactions that are not over yet may still come in between: see `movedOn`.
 */
export const listAhead = (tx: Reader, cursor: Cursor, known: readonly Place[], max: number) =>
  tx.query<Recorded & Place & { epoch: number }>(
    `select tx::text as tx, epoch, ${COLUMNS} from timeline
      where epoch = $1 and (tx, seq) > ($2::xid8, $3::bigint) and not (seq = any($4::bigint[]))
      order by tx, seq limit $5`,
    [cursor.epoch, cursor.tx, cursor.seq, known.map((one) => one.seq), max],
  )
