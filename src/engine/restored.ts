/**
 * What a restored database must not do: page people for what was open when the backup was made.
 * It comes up paused, its climbs are over, its alerts are closed; the log goes on in a new epoch. If
 * something still fires, its source says so again, and that is a new alert (I28).
 */
import { writeHead } from '../audit/entry.ts'
import { findHead, recordAudit } from '../audit/store.ts'
import type { Tx } from '../db/tx.ts'
import { toIso } from '../lib/instant.ts'
import { makeId } from '../lib/id.ts'
import { ENGINE } from '../timeline/entry.ts'
import { record } from '../timeline/store.ts'

export type Restored = { alerts: number; pages: number; attempts: number }

/** In the transaction of the restore; gives what was open and is not carried on. */
export async function layToRest(tx: Tx, random: (bytes: number) => Uint8Array): Promise<Restored> {
  const now = toIso(tx.now)
  const count = async (sql: string): Promise<number> => (await tx.query(sql, [now])).length
  await tx.query(
    `update organisation set paused_at = $1, paused_because = 'restored', epoch = epoch + 1`,
    [now],
  )
  const attempts = await count(
    `update attempts set status = 'cancelled', reason = 'restored', wake_at = null, finished_at = $1
     where status in ('waiting', 'claimed') returning id`,
  )
  const pages = await count(
    `update pages set status = 'superseded', closed_because = 'restored', closed_at = $1
     where status = 'open' returning id`,
  )
  await tx.query(
    `update climbs set state = '{"status":"stopped","reason":"restored"}', wake_at = null, ended_at = $1
     where ended_at is null`,
    [now],
  )
  const alerts = await count(
    `update alerts set status = 'resolved', share = 'none', suppression = null, wake_at = null,
       ends_at = null, resolved_at = $1, updated_at = $1 where status = 'firing' returning id`,
  )
  await tx.query(
    `update groups set status = 'resolved', resolved_at = $1, open_count = 0, active_count = 0
     where status <> 'resolved'`,
    [now],
  )
  await record(tx, [
    {
      subject: { kind: 'system', id: makeId(tx.now, random) },
      happenedAt: tx.now,
      actor: ENGINE,
      kind: 'restored',
      rule: 'engine.restored',
      inputs: {},
      result: { alerts, pages, attempts },
      undo: 'resume',
      groupId: null,
      serviceId: null,
      teamId: null,
      visibility: 'everyone',
      drillId: null,
    },
  ])
  // The chain goes on from what was restored; whoever kept a later head reads here why it is not in it.
  await recordAudit(tx, {
    id: makeId(tx.now, random),
    actor: ENGINE,
    action: 'restored',
    objectKind: 'instance',
    objectId: null,
    detail: { head: writeHead(await findHead(tx)), alerts, pages, attempts },
  })
  return { alerts, pages, attempts }
}
