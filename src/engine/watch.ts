/**
 * What time does to on-call beside paging: requests for cover are reminded of and run out. Found by
 * `wake_at` like everything else, so a beat that is missed or doubled changes nothing.
 */
import type { Db, Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Told, tell } from '../notify/notice-store.ts'
import { wake } from '../oncall/cover.ts'
import { dueCoverRequests, saveCoverRequest } from '../oncall/cover-store.ts'
import type { Tools } from './tools.ts'
import { coverNotices } from './verbs/duty.ts'

const BATCH_MAX = 50

/** Gives how many rows were looked at. */
export function watchDuty(db: Db, tools: Tools): Promise<number> {
  return db.withTx('paging', async (tx) => {
    const makeId = (): Id => tools.makeId(tx.now)
    return wakeCovers(tx, makeId)
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
