import type { Tx } from '../db/tx.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Medium } from './carrier.ts'
import type { Spent } from './spend.ts'

/** Whom a test or notice is for. Empty where a test went to a number that is nobody's contact. */
export type SpentOn = { personId: string; contact: string }

/** Keeps others from reading the count until this transaction has added to it. */
export const lockSpend = (tx: Tx): Promise<unknown> =>
  tx.query('lock table telephone_spend in share row exclusive mode')

export async function readSpent(
  tx: Tx,
  medium: Medium,
  { personId, contact }: SpentOn,
): Promise<Spent> {
  const [row] = await tx.query<Omit<Spent, 'ofMonth'>>(
    `select coalesce(sum(count) filter (where contact = $3 and contact <> ''), 0)::int as "testsOfContact",
      coalesce(sum(count) filter (where person = $4 and person <> ''), 0)::int as "testsOfPerson",
      coalesce(sum(count), 0)::int as "testsOfDay"
      from telephone_spend where day = $2 and medium = $1 and kind = 'test'`,
    [medium, dayOf(tx.now), contact, personId],
  )
  const none = { testsOfContact: 0, testsOfPerson: 0, testsOfDay: 0 }
  return { ...(row ?? none), ofMonth: await countOfMonth(tx, medium) }
}

/** Texts or calls of this month in UTC; one whose answer was lost counts, one that was refused does not. */
export async function countOfMonth(tx: Tx, medium: Medium): Promise<number> {
  const month = dayOf(tx.now).slice(0, 7)
  const [row] = await tx.query<{ count: number }>(
    `select ((select coalesce(sum(count), 0) from telephone_spend where medium = $1 and day >= $2)
      + (select count(*) from attempts where channel = $1 and carrier is not null and started_at >= $3
          and status in ('sent', 'unknown') and bundled_into is null))::int as count`,
    [medium, `${month}-01`, `${month}-01T00:00:00.000Z`],
  )
  return row?.count ?? 0
}

export const addSpent = (
  tx: Tx,
  medium: Medium,
  kind: 'test' | 'notice',
  { personId, contact }: SpentOn,
): Promise<unknown> =>
  tx.query(
    `insert into telephone_spend (day, medium, kind, person, contact, count) values ($1, $2, $3, $4, $5, 1)
      on conflict (day, medium, kind, person, contact) do update set count = telephone_spend.count + 1`,
    [dayOf(tx.now), medium, kind, personId, contact],
  )

const dayOf = (now: Instant): string => toIso(now).slice(0, 10)
