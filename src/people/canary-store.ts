import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { CANARY_AGAIN_MS } from './canary.ts'

export type Canary = {
  contactId: Id
  sentAt: Instant
  outcome: 'sent' | 'tryAgain' | 'gaveUp' | 'unknown' | null
  reason: string | null
}

export const listCanaries = (tx: Tx): Promise<Canary[]> =>
  tx.query<Canary>(
    `select c.contact_id as "contactId", c.sent_at as "sentAt", c.outcome, c.reason from canaries c
      join contacts k on k.id = c.contact_id and k.retired_at is null`,
  )

/** Gives those that no other node has taken meanwhile. */
export async function claimCanaries(tx: Tx, contactIds: readonly Id[]): Promise<Id[]> {
  const rows = await tx.query<{ id: Id }>(
    `insert into canaries (contact_id, sent_at) select id, $2 from unnest($1::uuid[]) as t(id) order by id
     on conflict (contact_id) do update set sent_at = $2, outcome = null, reason = null
       where canaries.sent_at <= $3
     returning contact_id as id`,
    [contactIds, toIso(tx.now), toIso(tx.now - CANARY_AGAIN_MS)],
  )
  return rows.map((row) => row.id)
}

export const saveCanary = (
  tx: Tx,
  { contactId, outcome, reason }: Omit<Canary, 'sentAt'>,
): Promise<unknown> =>
  tx.query('update canaries set outcome = $2, reason = $3 where contact_id = $1', [
    contactId,
    outcome,
    reason,
  ])
