import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { CoverRequest } from './cover.ts'

const REQUESTS = table<CoverRequest>('cover_requests', {
  id: 'uuid',
  scheduleId: 'uuid',
  teamId: 'uuid',
  personId: 'uuid',
  fromAt: 'timestamptz',
  toAt: 'timestamptz',
  reason: 'text',
  inReturn: 'jsonb',
  status: 'text',
  parts: 'jsonb',
  asked: 'jsonb',
  declined: 'jsonb',
  taken: 'jsonb',
  remindedAt: 'timestamptz',
  wakeAt: 'timestamptz',
  createdAt: 'timestamptz',
  endedAt: 'timestamptz',
})

export const saveCoverRequest = (tx: Tx, request: CoverRequest): Promise<unknown> =>
  tx.query(REQUESTS.upsert, REQUESTS.values([request]))

/** Locked until the transaction ends: two who take it at once come one after the other. */
export const lockCoverRequest = async (tx: Tx, id: Id): Promise<CoverRequest | null> =>
  (
    await tx.query<CoverRequest>(
      `select ${REQUESTS.select} from cover_requests where id = $1 for update`,
      [id],
    )
  )[0] ?? null

/** Open ones, and those that ended since then. */
export const listCoverRequests = (tx: Tx, since: Instant): Promise<CoverRequest[]> =>
  tx.query<CoverRequest>(
    `select ${REQUESTS.select} from cover_requests where status = 'open' or ended_at > $1
      order by from_at, id limit 500`,
    [toIso(since)],
  )

export const dueCoverRequests = (tx: Tx, max: number): Promise<CoverRequest[]> =>
  tx.query<CoverRequest>(
    `select ${REQUESTS.select} from cover_requests where wake_at <= $1 order by wake_at limit $2
      for update skip locked`,
    [toIso(tx.now), max],
  )

export type Absence = {
  id: Id
  personId: Id
  fromAt: Instant
  toAt: Instant
  note: string
  feedId: Id | null
  createdAt: Instant
}

const ABSENCES = table<Absence>('absences', {
  id: 'uuid',
  personId: 'uuid',
  fromAt: 'timestamptz',
  toAt: 'timestamptz',
  note: 'text',
  feedId: 'uuid',
  createdAt: 'timestamptz',
})

/** What is not over. */
export const listAbsences = (tx: Tx, personId: Id | null = null): Promise<Absence[]> =>
  tx.query<Absence>(
    `select ${ABSENCES.select} from absences
      where to_at > $1 and ($2::uuid is null or person_id = $2) order by from_at, id limit 5000`,
    [toIso(tx.now), personId],
  )

export const saveAbsences = (tx: Tx, absences: readonly Absence[]): Promise<unknown> =>
  tx.query(ABSENCES.upsert, ABSENCES.values(absences))

export const deleteAbsence = (tx: Tx, id: Id): Promise<{ personId: Id }[]> =>
  tx.query('delete from absences where id = $1 returning person_id as "personId"', [id])

export const findAbsence = async (tx: Tx, id: Id): Promise<Absence | null> =>
  (await tx.query<Absence>(`select ${ABSENCES.select} from absences where id = $1`, [id]))[0] ??
  null
