import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Handoff } from './handoff.ts'

const HANDOFFS = table<Handoff>('handoffs', {
  id: 'uuid',
  scheduleId: 'uuid',
  teamId: 'uuid',
  at: 'timestamptz',
  outgoing: 'jsonb',
  incoming: 'jsonb',
  status: 'text',
  dueAt: 'timestamptz',
  note: 'text',
  watch: 'text',
  acceptedBy: 'uuid',
  acceptedAt: 'timestamptz',
  kept: 'jsonb',
  wakeAt: 'timestamptz',
})

/** Gives whether it is new: two nodes that see the same change make one hand-off. */
export async function addHandoff(tx: Tx, handoff: Handoff): Promise<boolean> {
  const { text, values } = HANDOFFS.insert([handoff])
  const rows = await tx.query(
    `${text} on conflict (schedule_id, at) do nothing returning id`,
    values,
  )
  return rows.length > 0
}

export const saveHandoff = (tx: Tx, handoff: Handoff): Promise<unknown> =>
  tx.query(HANDOFFS.upsert, HANDOFFS.values([handoff]))

export const lockHandoff = async (tx: Tx, id: Id): Promise<Handoff | null> =>
  (
    await tx.query<Handoff>(`select ${HANDOFFS.select} from handoffs where id = $1 for update`, [
      id,
    ])
  )[0] ?? null

export const hasHandoff = async (tx: Tx, scheduleId: Id, at: Instant): Promise<boolean> =>
  (
    await tx.query('select 1 from handoffs where schedule_id = $1 and at = $2', [
      scheduleId,
      toIso(at),
    ])
  ).length > 0

export const dueHandoffs = (tx: Tx, max: number): Promise<Handoff[]> =>
  tx.query<Handoff>(
    `select ${HANDOFFS.select} from handoffs where wake_at <= $1 order by wake_at limit $2
      for update skip locked`,
    [toIso(tx.now), max],
  )

/** The last ones, newest first; those that wait are always among them. */
export const listHandoffs = (tx: Tx, scheduleId: Id | null, max: number): Promise<Handoff[]> =>
  tx.query<Handoff>(
    `select ${HANDOFFS.select} from handoffs where $1::uuid is null or schedule_id = $1
      order by at desc limit $2`,
    [scheduleId, max],
  )

/** Those whose acceptance is owed or was lately. */
export const handoffsSince = (tx: Tx, since: Instant): Promise<Handoff[]> =>
  tx.query<Handoff>(
    `select ${HANDOFFS.select} from handoffs where at >= $1 order by at limit 1000`,
    [toIso(since)],
  )
