import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Absence } from './cover-store.ts'
import { saveAbsences } from './cover-store.ts'

export type CalendarLink = {
  id: Id
  personId: Id
  scheduleId: Id | null
  createdAt: Instant
  usedAt: Instant | null
}

const LINK = `id, person_id as "personId", schedule_id as "scheduleId", created_at as "createdAt", used_at as "usedAt"`

export const addCalendarLink = (
  tx: Tx,
  link: { id: Id; tokenHash: Buffer; personId: Id; scheduleId: Id | null },
): Promise<unknown> =>
  tx.query(
    'insert into calendar_links (id, token_hash, person_id, schedule_id, created_at) values ($1, $2, $3, $4, $5)',
    [link.id, link.tokenHash, link.personId, link.scheduleId, toIso(tx.now)],
  )

export const listCalendarLinks = (tx: Tx, personId: Id): Promise<CalendarLink[]> =>
  tx.query<CalendarLink>(
    `select ${LINK} from calendar_links where person_id = $1 and revoked_at is null order by created_at`,
    [personId],
  )

/** The link of this token, noted as used; null: there is none, or it was revoked. */
export const useCalendarLink = async (tx: Tx, tokenHash: Buffer): Promise<CalendarLink | null> =>
  (
    await tx.query<CalendarLink>(
      `update calendar_links set used_at = $2 where token_hash = $1 and revoked_at is null returning ${LINK}`,
      [tokenHash, toIso(tx.now)],
    )
  )[0] ?? null

export const revokeCalendarLink = async (tx: Tx, id: Id, personId: Id): Promise<boolean> =>
  (
    await tx.query(
      'update calendar_links set revoked_at = $3 where id = $1 and person_id = $2 and revoked_at is null returning 1',
      [id, personId, toIso(tx.now)],
    )
  ).length > 0

export type CalendarFeed = {
  id: Id
  personId: Id
  /** Sealed: the address is a secret of its owner. */
  url: string
  readAt: Instant | null
  problem: string | null
}

const FEED = `id, person_id as "personId", url, read_at as "readAt", problem`

export const addFeed = (tx: Tx, feed: { id: Id; personId: Id; url: string }): Promise<unknown> =>
  tx.query(
    'insert into calendar_feeds (id, person_id, url, wake_at, created_at) values ($1, $2, $3, $4, $4)',
    [feed.id, feed.personId, feed.url, toIso(tx.now)],
  )

export const listFeeds = (tx: Tx, personId: Id): Promise<CalendarFeed[]> =>
  tx.query<CalendarFeed>(
    `select ${FEED} from calendar_feeds where person_id = $1 order by created_at`,
    [personId],
  )

export const deleteFeed = async (tx: Tx, id: Id, personId: Id): Promise<boolean> =>
  (
    await tx.query('delete from calendar_feeds where id = $1 and person_id = $2 returning 1', [
      id,
      personId,
    ])
  ).length > 0

/** Takes up a feed that is due; another node finds it again when this one does not come back. */
export const claimFeed = async (tx: Tx, againAt: Instant): Promise<CalendarFeed | null> =>
  (
    await tx.query<CalendarFeed>(
      `update calendar_feeds set wake_at = $2 where id = (select id from calendar_feeds
        where wake_at <= $1 order by wake_at limit 1 for update skip locked) returning ${FEED}`,
      [toIso(tx.now), toIso(againAt)],
    )
  )[0] ?? null

/** What the feed says now, instead of what it said before. */
export async function replaceAbsences(
  tx: Tx,
  feed: Pick<CalendarFeed, 'id'>,
  absences: readonly Absence[],
  outcome: { problem: string | null; wakeAt: Instant },
): Promise<void> {
  await tx.query('delete from absences where feed_id = $1', [feed.id])
  if (absences.length > 0) await saveAbsences(tx, absences)
  await noteFeed(tx, feed, outcome)
}

export const noteFeed = (
  tx: Tx,
  feed: Pick<CalendarFeed, 'id'>,
  { problem, wakeAt }: { problem: string | null; wakeAt: Instant },
): Promise<unknown> =>
  tx.query('update calendar_feeds set read_at = $2, problem = $3, wake_at = $4 where id = $1', [
    feed.id,
    toIso(tx.now),
    problem,
    toIso(wakeAt),
  ])
