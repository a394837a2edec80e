import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { toIso } from '../lib/instant.ts'
import type { Actor } from '../timeline/entry.ts'

export type AuditRow = {
  id: Id
  actor: Actor
  action: string
  objectKind: string
  objectId: string | null
  /** The request it came with, where it came with one. */
  requestId?: string | null
  detail: Readonly<Record<string, unknown>>
}

/** One row of the audit, in the transaction of what it tells of. */
export async function recordAudit(tx: Tx, row: AuditRow): Promise<void> {
  await tx.query(
    `insert into audit (id, at, actor, action, object_kind, object_id, detail, request_id)
      values ($1, $2::timestamptz, $3::jsonb, $4, $5, $6, $7::jsonb, $8)`,
    [
      row.id,
      toIso(tx.now),
      JSON.stringify(row.actor),
      row.action,
      row.objectKind,
      row.objectId,
      JSON.stringify(row.detail),
      row.requestId ?? null,
    ],
  )
}
