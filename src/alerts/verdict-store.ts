import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'

export type Verdict = 'noise' | 'useful'

/** Null takes it back. */
export async function saveVerdict(
  tx: Tx,
  groupId: Id,
  verdict: Verdict | null,
  by: Id | null,
): Promise<void> {
  if (verdict === null) await tx.query('delete from group_verdicts where group_id = $1', [groupId])
  else
    await tx.query(
      `insert into group_verdicts (group_id, verdict, by_person, at) values ($1, $2, $3, $4)
       on conflict (group_id) do update set verdict = excluded.verdict, by_person = excluded.by_person, at = excluded.at`,
      [groupId, verdict, by, toIso(tx.now)],
    )
}

export type View = { id: Id; name: string; query: string; ownerId: Id | null; madeAt: Instant }

export const listViews = (tx: Tx): Promise<View[]> =>
  tx.query<View>(
    'select id, name, query, owner_id as "ownerId", made_at as "madeAt" from views order by name limit 200',
  )

/** A view of that name is replaced. */
export const saveView = (tx: Tx, view: Omit<View, 'madeAt'>) =>
  tx.query(
    `insert into views (id, name, query, owner_id, made_at) values ($1, $2, $3, $4, $5)
     on conflict (name) do update set query = excluded.query, owner_id = excluded.owner_id`,
    [view.id, view.name, view.query, view.ownerId, toIso(tx.now)],
  )

export async function removeView(tx: Tx, id: Id): Promise<boolean> {
  const rows = await tx.query('delete from views where id = $1 returning id', [id])
  return rows.length > 0
}
