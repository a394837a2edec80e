import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { type Post, POSTS_WINDOW_MS, ROOM_LEASE_MS, ROOM_MS, SUMMARY_MS } from './post.ts'

const POSTS = table<Post>('posts', {
  id: 'uuid',
  kind: 'text',
  groupId: 'uuid',
  vendor: 'text',
  room: 'text',
  bundledInto: 'uuid',
  providerId: 'text',
  shownHash: 'text',
  reached: 'int4',
  tries: 'int4',
  reason: 'text',
  news: 'int4',
  wakeAt: 'timestamptz',
  postedAt: 'timestamptz',
  createdAt: 'timestamptz',
})

export type Room = { vendor: string; name: string; fence: number }

const fresh = (
  about: Pick<Post, 'id' | 'kind' | 'groupId' | 'vendor' | 'room'>,
  now: Instant,
): Post => ({
  ...about,
  bundledInto: null,
  providerId: null,
  shownHash: null,
  reached: 0,
  tries: 0,
  reason: null,
  news: 0,
  wakeAt: now,
  postedAt: null,
  createdAt: now,
})

/** A post for each group that has none. */
export async function openPosts(
  tx: Tx,
  asked: readonly { groupId: Id; vendor: string; room: string }[],
  makeId: () => Id,
): Promise<void> {
  if (asked.length === 0) return
  await tx.query(
    `insert into rooms (vendor, name, next_at) select distinct v, n, $3::timestamptz
      from unnest($1::text[], $2::text[]) as r(v, n) on conflict do nothing`,
    [asked.map((one) => one.vendor), asked.map((one) => one.room), toIso(tx.now)],
  )
  const rows = asked.map(({ groupId, vendor, room }) =>
    fresh({ id: makeId(), kind: 'group', groupId, vendor, room }, tx.now),
  )
  const { text, values } = POSTS.insert(rows)
  await tx.query(`${text} on conflict (group_id) where group_id is not null do nothing`, values)
}

/** The posts that tell of these groups, or the summaries that do instead. */
export const wakePosts = (tx: Tx, groupIds: readonly Id[]): Promise<unknown> =>
  tx.query(
    `update posts set news = news + 1, tries = 0, wake_at = $2 where id in (
      select coalesce(bundled_into, id) from posts where group_id = any($1::uuid[]))`,
    [groupIds, toIso(tx.now)],
  )

/** Rooms in which something may be said now. Whoever holds one is alone in it until the lease ends. */
export const claimRooms = (tx: Tx, max: number): Promise<Room[]> =>
  tx.query<Room>(
    `update rooms set fence = fence + 1, next_at = $2 where (vendor, name) in (
      select r.vendor, r.name from rooms r where r.next_at <= $1 and exists (
        select 1 from posts p where p.vendor = r.vendor and p.room = r.name and p.wake_at <= $1)
      order by r.next_at limit $3 for update skip locked) returning vendor, name, fence`,
    [toIso(tx.now), toIso(tx.now + ROOM_LEASE_MS), max],
  )

/** False: the lease ran out, and somebody else is in it. */
export async function leaveRoom(tx: Tx, room: Room, hasSpoken: boolean): Promise<boolean> {
  const rows = await tx.query(
    'update rooms set next_at = $4 where vendor = $1 and name = $2 and fence = $3 returning name',
    [room.vendor, room.name, room.fence, toIso(tx.now + (hasSpoken ? ROOM_MS : 0))],
  )
  return rows.length > 0
}

export const duePosts = (tx: Tx, room: Room, max: number): Promise<Post[]> =>
  tx.query<Post>(
    `select ${POSTS.select} from posts where vendor = $1 and room = $2 and wake_at <= $3
      order by wake_at, id limit $4`,
    [room.vendor, room.name, toIso(tx.now), max],
  )

/** Posts of their own that were made in this room within the last minute. */
export async function countMade(tx: Tx, room: Room): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*) as count from posts
      where vendor = $1 and room = $2 and kind = 'group' and posted_at > $3`,
    [room.vendor, room.name, toIso(tx.now - POSTS_WINDOW_MS)],
  )
  return row?.count ?? 0
}

/** Puts posts into the room's summary, and makes one where none is open. It is awake then. */
export async function intoSummary(
  tx: Tx,
  room: Room,
  posts: readonly Post[],
  makeId: () => Id,
): Promise<Post> {
  const [open] = await tx.query<Post>(
    `update posts set news = news + 1, wake_at = $3 where id = (
      select id from posts where vendor = $1 and room = $2 and kind = 'summary' and created_at > $4
      order by created_at desc limit 1) returning ${POSTS.select}`,
    [room.vendor, room.name, toIso(tx.now), toIso(tx.now - SUMMARY_MS)],
  )
  const about = { kind: 'summary', groupId: null, vendor: room.vendor, room: room.name } as const
  const summary = open ?? fresh({ id: makeId(), ...about }, tx.now)
  if (!open) {
    const { text, values } = POSTS.insert([summary])
    await tx.query(text, values)
  }
  await tx.query('update posts set bundled_into = $2, wake_at = null where id = any($1::uuid[])', [
    posts.map((post) => post.id),
    summary.id,
  ])
  return summary
}

export async function groupsInSummary(tx: Tx, summaryId: Id): Promise<Id[]> {
  const rows = await tx.query<{ id: Id }>(
    'select group_id as id from posts where bundled_into = $1 order by created_at, id',
    [summaryId],
  )
  return rows.map((row) => row.id)
}

/** What was woken meanwhile stays awake. */
export const savePost = (tx: Tx, post: Post): Promise<unknown> =>
  tx.query(
    `update posts set provider_id = $3, shown_hash = $4, reached = $5, tries = $6, reason = $7,
        posted_at = $8, wake_at = case when news = $2 then $9::timestamptz else $10::timestamptz end
      where id = $1`,
    [
      post.id,
      post.news,
      post.providerId,
      post.shownHash,
      post.reached,
      post.tries,
      post.reason,
      post.postedAt === null ? null : toIso(post.postedAt),
      post.wakeAt === null ? null : toIso(post.wakeAt),
      toIso(tx.now),
    ],
  )
