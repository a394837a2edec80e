/**
 * How well pages went out: measured, not promised. From the moment a page was due to the moment a
 * provider first took it; pages that nothing ever took count as late.
 */
import type { Tx } from '../db/tx.ts'
import { DAY, SECOND, toIso } from '../lib/instant.ts'

/** A page is in time if a provider has it within so long. */
export const IN_TIME_MS = 30 * SECOND
export const OVER_DAYS = 30

export type Delivered = {
  pages: number
  inTime: number
  /** Of those that were taken; null: none was. */
  medianMs: number | null
  p99Ms: number | null
}

/** Drills are left out, and what was called off before it was due to go. */
export async function readDelivered(tx: Tx): Promise<Delivered> {
  const [row] = await tx.query<Delivered>(
    `with first as (
       select p.id, min(a.due_at) as due, min(a.finished_at) filter (where a.status = 'sent') as taken
       from pages p join attempts a on a.page_id = p.id
       where p.opened_at > $1 and p.drill_id is null and a.status <> 'cancelled' group by p.id)
     select count(*)::int as pages,
       count(*) filter (where taken - due <= make_interval(secs => $2))::int as "inTime",
       percentile_cont(0.5) within group (order by extract(epoch from taken - due) * 1000) as "medianMs",
       percentile_cont(0.99) within group (order by extract(epoch from taken - due) * 1000) as "p99Ms"
     from first where taken is not null or due < $3`,
    [toIso(tx.now - OVER_DAYS * DAY), IN_TIME_MS / SECOND, toIso(tx.now - IN_TIME_MS)],
  )
  return row ?? { pages: 0, inTime: 0, medianMs: null, p99Ms: null }
}
