/** The delivery ledger and the receipts of pages. Reads only. */
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Attempt, Page } from './page.ts'

const PAGE = `id, climb_id as "climbId", group_id as "groupId", person_id as "personId", service_id as "serviceId",
  team_id as "teamId", visibility, effect_key as "effectKey", step, round, is_fallback as "isFallback", via, urgency,
  status, closed_because as "closedBecause", opened_at as "openedAt", closed_at as "closedAt", drill_id as "drillId"`
const ATTEMPT = `id, page_id as "pageId", climb_id as "climbId", person_id as "personId", service_id as "serviceId",
  contact_id as "contactId", channel, slot, severity, try_number as "tryNumber", urgency, status, reason,
  bundled_into as "bundledInto", due_at as "dueAt", wake_at as "wakeAt", fence, started_at as "startedAt",
  finished_at as "finishedAt", provider_id as "providerId", carrier, passed_over as "passedOver",
  delivery, delivery_reason as "deliveryReason", drill_id as "drillId"`

export type PageWithAttempts = Page & { attempts: Attempt[] }

async function withAttempts(tx: Tx, pages: readonly Page[]): Promise<PageWithAttempts[]> {
  const attempts = await tx.query<Attempt>(
    `select ${ATTEMPT} from attempts where page_id = any($1::uuid[]) order by slot, try_number`,
    [pages.map((page) => page.id)],
  )
  return pages.map((page) => ({
    ...page,
    attempts: attempts.filter((attempt) => attempt.pageId === page.id),
  }))
}

export async function listPagesOfGroup(
  tx: Tx,
  groupId: Id,
  max: number,
): Promise<PageWithAttempts[]> {
  return withAttempts(
    tx,
    await tx.query<Page>(
      `select ${PAGE} from pages where group_id = $1 order by opened_at desc, round desc, step desc, id limit $2`,
      [groupId, max],
    ),
  )
}

export async function findPage(tx: Tx, pageId: Id): Promise<PageWithAttempts | null> {
  const [page] = await withAttempts(
    tx,
    await tx.query<Page>(`select ${PAGE} from pages where id = $1`, [pageId]),
  )
  return page ?? null
}

export async function listPagesOfPerson(
  tx: Tx,
  personId: Id,
  max: number,
): Promise<PageWithAttempts[]> {
  return withAttempts(
    tx,
    await tx.query<Page>(
      `select ${PAGE} from pages where person_id = $1 order by opened_at desc limit $2`,
      [personId, max],
    ),
  )
}

/** Pages of these people, the newest first, that were opened since then. */
export const listPagesSince = (
  tx: Tx,
  personIds: readonly Id[],
  since: Instant,
  max: number,
): Promise<Page[]> =>
  personIds.length === 0
    ? Promise.resolve([])
    : tx.query<Page>(
        `select ${PAGE} from pages where person_id = any($1::uuid[]) and opened_at > $2
          order by (status = 'open') desc, opened_at desc limit $3`,
        [personIds, toIso(since), max],
      )

/** Who was paged for each group. */
export async function listPagedOf(tx: Tx, groupIds: readonly Id[]): Promise<Map<Id, Id[]>> {
  if (groupIds.length === 0) return new Map()
  const rows = await tx.query<{ groupId: Id; people: Id[] }>(
    `select group_id as "groupId", jsonb_agg(distinct person_id) as people from pages
      where group_id = any($1::uuid[]) group by group_id`,
    [groupIds],
  )
  return new Map(rows.map((row) => [row.groupId, row.people]))
}
