import type { Tx } from '../db/tx.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Rung } from './pages.ts'

const RUNGS_MAX = 200_000

/** Everything that was sent to people for pages in `[from, to)`, drills left out. */
export const listRungs = (tx: Tx, from: Instant, to: Instant): Promise<Rung[]> =>
  tx.query<Rung>(
    `select p.person_id as "personId", p.group_id as "subjectId", a.started_at as at, a.channel,
        p.urgency, case when p.status = 'acknowledged' then p.closed_at end as "acknowledgedAt",
        g.resolved_at as "resolvedAt"
      from attempts a join pages p on p.id = a.page_id join groups g on g.id = p.group_id
      where a.started_at >= $1 and a.started_at < $2 and a.status in ('sent', 'unknown')
        and p.drill_id is null
      order by a.started_at limit ${RUNGS_MAX}`,
    [toIso(from), toIso(to)],
  )
