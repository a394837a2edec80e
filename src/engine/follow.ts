/**
 * Follows the log for what has to be shown anew: messages of pages that ended, and posts of groups
 * that changed. It stands apart from paging, which neither waits for it nor knows of it. All nodes
 * share one cursor, and what an entry brings about is written in the transaction that moves it.
 */
import type { Group } from '../alerts/alert.ts'
import type { Db, Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import { openPosts, wakePosts } from '../notify/post-store.ts'
import { wakeRevisions } from '../notify/revision-store.ts'
import type { Recorded } from '../timeline/entry.ts'
import { type Cursor, movedOn, type Standing } from '../timeline/standing.ts'
import { listAhead } from '../timeline/store.ts'
import { engineTx } from './store-sql.ts'

const NAME = 'posts'
const BATCH_MAX = 500
/** So much is read beyond a transaction that does not end; then it is waited for. */
const AHEAD_MAX = 20_000

export type FollowDeps = {
  db: Db
  directoryAt: DirectoryCache
  makeId: (now: number) => Id
  /** Kinds of channels that can show something else in the place of a message. */
  revisable: readonly string[]
  /** The channel whose rooms are posted in; null: none is set up. */
  roomVendor: () => string | null
}

const HERE = `select (select epoch from organisation) as epoch,
  pg_snapshot_xmin(pg_current_snapshot())::text as tx, 0 as seq`

/** From now on. What was there before is not told of. */
export const beginFollowing = (tx: Tx): Promise<unknown> =>
  tx.query(
    `insert into followers (name, epoch, tx, seq) select $1, h.epoch, h.tx::xid8, h.seq from (${HERE}) h
      on conflict (name) do nothing`,
    [NAME],
  )

/** Gives whether there may be more. */
export async function followLog(deps: FollowDeps): Promise<boolean> {
  return deps.db.withTx('chores', async (tx) => {
    const directory = await deps.directoryAt(tx)
    if (directory.organisation.pausedAt !== null) return false
    const from = await hold(tx)
    if (!from || from.standing.ahead.length > AHEAD_MAX) return false
    const { standing, here } = from
    const entries = await listAhead(tx, standing, standing.ahead, BATCH_MAX)
    if (entries.length === 0 && standing.ahead.length === 0) return false
    await wake(tx, deps, directory, entries)
    await keep(tx, movedOn(standing, entries, here, entries.length < BATCH_MAX))
    return entries.length === BATCH_MAX
  })
}

/** Null: another node has it. After a restore the log goes on in another epoch, and so does this. */
async function hold(tx: Tx): Promise<{ standing: Standing; here: Cursor } | null> {
  const [held] = await tx.query<Standing>(
    'select epoch, tx::text as tx, seq, ahead from followers where name = $1 for update skip locked',
    [NAME],
  )
  // Read before the entries: whatever is below it can be seen by then.
  const [here] = await tx.query<Cursor>(HERE)
  if (!held || !here) return null
  const isOfThisLog = held.epoch === here.epoch && BigInt(held.tx) <= BigInt(here.tx)
  return { standing: isOfThisLog ? held : { ...here, ahead: [] }, here }
}

const keep = (tx: Tx, standing: Standing): Promise<unknown> =>
  tx.query('update followers set epoch = $2, tx = $3::xid8, seq = $4, ahead = $5 where name = $1', [
    NAME,
    standing.epoch,
    standing.tx,
    standing.seq,
    JSON.stringify(standing.ahead),
  ])

async function wake(
  tx: Tx,
  deps: FollowDeps,
  directory: Directory,
  entries: readonly Recorded[],
): Promise<void> {
  const groupIds = [...new Set(entries.map((one) => one.groupId).filter((id) => id !== null))]
  if (groupIds.length === 0) return
  const ended = entries.filter((one) => one.kind === 'pageClosed')
  await wakeRevisions(tx, {
    groupIds,
    pageIds: [...new Set(ended.map((one) => one.subject.id))],
    channels: deps.revisable,
  })
  const vendor = deps.roomVendor()
  if (vendor === null) return
  await wakePosts(tx, groupIds)
  const groups = await engineTx(tx, deps.directoryAt).peek({
    kind: 'group',
    by: 'id',
    values: groupIds,
  })
  const fresh = groups.flatMap((group) => {
    const room = roomOf(group, directory)
    return room === null ? [] : [{ groupId: group.id, vendor, room }]
  })
  await openPosts(tx, fresh, () => deps.makeId(tx.now))
}

/**
 * Where a group is posted; null: nowhere. Who may read along in a room is not for us to know, so
 * what only its team may see is never posted; nor what pages nobody, or is over, or is a drill.
 */
export function roomOf(group: Group, directory: Directory): string | null {
  const service = group.serviceId === null ? null : directory.services.get(group.serviceId)
  const room = service?.channel?.trim() ?? ''
  const isFitting =
    group.visibility === 'everyone' &&
    group.status !== 'resolved' &&
    group.climbId !== null &&
    group.drillId === null
  return isFitting && room !== '' ? room : null
}
