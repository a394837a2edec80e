import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { NOTICE_LEASE_MS, type Notice } from './notice.ts'

const NOTICES = table<Notice>('notices', {
  id: 'uuid',
  personId: 'uuid',
  kind: 'text',
  params: 'jsonb',
  urgency: 'text',
  path: 'text',
  onceKey: 'text',
  status: 'text',
  reason: 'text',
  tries: 'int4',
  triedContacts: 'jsonb',
  fence: 'int4',
  wakeAt: 'timestamptz',
  createdAt: 'timestamptz',
  finishedAt: 'timestamptz',
  drillId: 'uuid',
})

export type Told = Pick<Notice, 'personId' | 'kind' | 'params' | 'onceKey'> &
  Partial<Pick<Notice, 'urgency' | 'path' | 'drillId'>>

/** Puts notices in the outbox, in the transaction of what they tell of. What was told stays told. */
export async function tell(tx: Tx, told: readonly Told[], makeId: () => Id): Promise<void> {
  if (told.length === 0) return
  const rows = told.map(
    (one): Notice => ({
      urgency: 'low',
      path: null,
      drillId: null,
      ...one,
      id: makeId(),
      status: 'waiting',
      reason: null,
      tries: 0,
      triedContacts: [],
      fence: 0,
      wakeAt: tx.now,
      createdAt: tx.now,
      finishedAt: null,
    }),
  )
  const { text, values } = NOTICES.insert(rows)
  await tx.query(`${text} on conflict (once_key) do nothing`, values)
}

/** Claims what is due under a lease; a claim whose teller died comes back when it ends. */
export const claimNotices = (tx: Tx, max: number): Promise<Notice[]> =>
  tx.query<Notice>(
    `update notices set status = 'claimed', fence = fence + 1, wake_at = $2 where id in (
      select id from notices where wake_at <= $1 order by wake_at limit $3 for update skip locked)
      returning ${NOTICES.select}`,
    [toIso(tx.now), toIso(tx.now + NOTICE_LEASE_MS), max],
  )

/** Only if nobody else has taken it over meanwhile. */
export const saveNotice = (tx: Tx, notice: Notice): Promise<unknown> =>
  tx.query(
    `update notices set status = $3, reason = $4, tries = $5, tried_contacts = $6, wake_at = $7,
      finished_at = $8 where id = $1 and fence = $2`,
    [
      notice.id,
      notice.fence,
      notice.status,
      notice.reason,
      notice.tries,
      JSON.stringify(notice.triedContacts),
      isoOrNull(notice.wakeAt),
      isoOrNull(notice.finishedAt),
    ],
  )

const isoOrNull = (at: Instant | null): string | null => (at === null ? null : toIso(at))
