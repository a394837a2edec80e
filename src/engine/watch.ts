/**
 * What time does to on-call beside paging: requests for cover are reminded of and run out. Found by
 * `wake_at` like everything else, so a beat that is missed or doubled changes nothing.
 */
import type { Db, Tx } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import { type Told, tell } from '../notify/notice-store.ts'
import { wake } from '../oncall/cover.ts'
import { dueCoverRequests, saveCoverRequest } from '../oncall/cover-store.ts'
import { watchHandoffs } from './handover.ts'
import { reckon } from './reckon.ts'
import type { Tools } from './tools.ts'
import { coverNotices } from './verbs/duty.ts'

const BATCH_MAX = 50

/** Gives how many rows were looked at. */
export async function watchDuty(
  db: Db,
  directoryAt: DirectoryCache,
  tools: Tools,
): Promise<number> {
  return db.withTx('paging', async (tx) => {
    const makeId = (): Id => tools.makeId(tx.now)
    const directory = await directoryAt(tx)
    if (directory.organisation.pausedAt !== null) return 0
    const woke = await wakeCovers(tx, makeId)
    const handed = await watchHandoffs(tx, directory, makeId)
    const owed = await reckon(tx, directory, makeId)
    return woke + handed + owed
  })
}

async function wakeCovers(tx: Tx, makeId: () => Id): Promise<number> {
  const due = await dueCoverRequests(tx, BATCH_MAX)
  for (const before of due) {
    const { request, remind, isExpired } = wake(before, tx.now)
    await saveCoverRequest(tx, request)
    const told: Told[] = coverNotices(request, 'coverReminder', remind)
    if (isExpired) {
      told.push({
        personId: request.personId,
        kind: 'coverExpired',
        params: { schedule: request.scheduleId, from: request.fromAt, to: request.toAt },
        onceKey: `coverExpired:${request.id}`,
        urgency: 'high',
        path: '/on-call',
      })
    }
    await tell(tx, told, makeId)
  }
  return due.length
}
