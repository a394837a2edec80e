import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { toIso } from '../lib/instant.ts'
import { REVISION_LEASE_MS, type Revision } from './revision.ts'

const REVISIONS = table<Revision>('revisions', {
  id: 'uuid',
  pageId: 'uuid',
  groupId: 'uuid',
  shown: 'text',
  tries: 'int4',
  reason: 'text',
  fence: 'int4',
  news: 'int4',
  wakeAt: 'timestamptz',
  createdAt: 'timestamptz',
})

/**
 * Makes a revision for each message of these pages that went out, or may be going out, over one of
 * the channels; and wakes those of the groups, which may have something else to show now.
 */
export async function wakeRevisions(
  tx: Tx,
  about: { pageIds: readonly Id[]; groupIds: readonly Id[]; channels: readonly string[] },
): Promise<void> {
  const now = toIso(tx.now)
  if (about.groupIds.length > 0) {
    await tx.query(
      `update revisions set news = news + 1, tries = 0, wake_at = $2
        where group_id = any($1::uuid[]) and (wake_at is not null or reason is null)`,
      [about.groupIds, now],
    )
  }
  if (about.pageIds.length === 0 || about.channels.length === 0) return
  await tx.query(
    `insert into revisions (id, page_id, group_id, wake_at, created_at)
      select a.id, a.page_id, p.group_id, $3, $3 from attempts a join pages p on p.id = a.page_id
      where a.page_id = any($1::uuid[]) and a.channel = any($2::text[])
        and a.status not in ('cancelled', 'failed') and a.bundled_into is null
      on conflict (id) do nothing`,
    [about.pageIds, about.channels, now],
  )
}

/** Claims what is due under a lease; one whose reviser died comes back when it ends. */
export const claimRevisions = (tx: Tx, max: number): Promise<Revision[]> =>
  tx.query<Revision>(
    `update revisions set fence = fence + 1, wake_at = $2 where id in (
      select id from revisions where wake_at <= $1 order by wake_at limit $3 for update skip locked)
      returning ${REVISIONS.select}`,
    [toIso(tx.now), toIso(tx.now + REVISION_LEASE_MS), max],
  )

/** Only if nobody else has taken it over; what was woken meanwhile stays awake. */
export const saveRevision = (tx: Tx, revision: Revision): Promise<unknown> =>
  tx.query(
    `update revisions set shown = $4, tries = $5, reason = $6,
        wake_at = case when news = $3 then $7::timestamptz else $8::timestamptz end
      where id = $1 and fence = $2`,
    [
      revision.id,
      revision.fence,
      revision.news,
      revision.shown,
      revision.tries,
      revision.reason,
      revision.wakeAt === null ? null : toIso(revision.wakeAt),
      toIso(tx.now),
    ],
  )

/** Of these attempts, those whose message told of others too. */
export async function leadsOfBundles(tx: Tx, attemptIds: readonly Id[]): Promise<Set<Id>> {
  const rows = await tx.query<{ id: Id }>(
    'select distinct bundled_into as id from attempts where bundled_into = any($1::uuid[])',
    [attemptIds],
  )
  return new Set(rows.map((row) => row.id))
}
