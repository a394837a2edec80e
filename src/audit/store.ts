import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { DAY, type Instant, toIso } from '../lib/instant.ts'
import { type AuditEntry, GENESIS, type Head, hashAfter, sealable } from './entry.ts'
import type { DayHead } from './export.ts'
import type { Signer } from './signature.ts'

export type AuditRow = Omit<AuditEntry, 'at' | 'requestId'> & { requestId?: string | null }

/** One row of the audit, in the transaction of what it tells of. It is sealed a moment later. */
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

const ENTRY = `id, at, actor, action, object_kind as "objectKind", object_id as "objectId",
  request_id as "requestId", detail`

/** Of a lock that holds as long as the transaction; any number that nobody else uses. */
const SEALING = 7_233_014
export const SEALED_MAX = 500

/**
 * Puts what is committed and not in the chain yet into it, the oldest first; gives how many. One
 * node at a time does this, and nobody waits for it.
 */
export async function sealAudit(tx: Tx, signer: Signer): Promise<number> {
  const [lock] = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [
    SEALING,
  ])
  if (!lock?.got) return 0
  const entries = await tx.query<AuditEntry>(
    `select ${ENTRY} from audit where seq is null order by at, id limit $1`,
    [SEALED_MAX],
  )
  if (entries.length === 0) return 0
  const head = await findHead(tx)
  await keepHead(tx, head, signer)
  let { seq, hash } = head
  const sealed = entries.map((entry) => {
    const prev = hash
    seq += 1
    hash = hashAfter(prev, sealable(entry, seq))
    return { id: entry.id, seq, prev, hash }
  })
  await tx.query(
    `update audit a set seq = s.seq, prev = decode(s.prev, 'hex'), hash = decode(s.hash, 'hex')
     from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) as s(id, seq, prev, hash) where a.id = s.id`,
    [
      sealed.map((one) => one.id),
      sealed.map((one) => one.seq),
      sealed.map((one) => one.prev.toString('hex')),
      sealed.map((one) => one.hash.toString('hex')),
    ],
  )
  return sealed.length
}

export async function findHead(tx: Tx): Promise<Head> {
  const [row] = await tx.query<Head>(
    'select seq, hash from audit where seq is not null order by seq desc limit 1',
  )
  return row ?? { seq: 0, hash: GENESIS }
}

/** The first entry of a day finds the head of those before it: what had come until then is signed. */
async function keepHead(tx: Tx, head: Head, signer: Signer): Promise<void> {
  const day = toIso(tx.now - DAY).slice(0, 10)
  if (head.seq === 0) return
  const [newest] = await tx.query<{ day: string; seq: number }>(
    'select day, seq from audit_heads order by day desc limit 1',
  )
  if (newest && (newest.day >= day || newest.seq >= head.seq)) return
  // An entry of this very day is in the chain: the day before was over without it.
  const [row] = await tx.query<{ at: Instant }>('select at from audit where seq = $1', [head.seq])
  if (row && toIso(row.at).slice(0, 10) > day) return
  await tx.query(
    'insert into audit_heads (day, seq, hash, sealed_at, signature) values ($1, $2, $3, $4, $5)',
    [day, head.seq, head.hash, toIso(tx.now), signer.sign(head, day)],
  )
}

export const listHeads = (tx: Tx, max: number): Promise<DayHead[]> =>
  tx.query<DayHead>(
    'select day, seq, hash, signature from audit_heads order by day desc limit $1',
    [max],
  )

export type SealedEntry = AuditEntry & { seq: number; prev: Buffer; hash: Buffer }

/** In the order of the chain, after an entry. */
export const listSealed = (tx: Tx, after: number, upTo: number, max: number) =>
  tx.query<SealedEntry>(
    `select ${ENTRY}, seq, prev, hash from audit where seq > $1 and seq <= $2 order by seq limit $3`,
    [after, upTo, max],
  )

export type AuditFilter = {
  personId?: Id
  /** Of what it was done to: its id or its kind. */
  object?: string
  action?: string
  from?: Instant
  to?: Instant
  /** Entries older than this one. */
  after?: { at: Instant; id: Id }
  max: number
}

export type ListedEntry = AuditEntry & { seq: number | null; hash: Buffer | null }

/** The newest first. */
export function listAudit(tx: Tx, filter: AuditFilter): Promise<ListedEntry[]> {
  const values: unknown[] = []
  const where = ['true']
  const add = (text: (place: string) => string, value: unknown): void => {
    values.push(value)
    where.push(text(`$${values.length}`))
  }
  if (filter.personId) add((p) => `actor->>'id' = ${p}`, filter.personId)
  if (filter.object) add((p) => `(object_id = ${p} or object_kind = ${p})`, filter.object)
  if (filter.action) add((p) => `action = ${p}`, filter.action)
  if (filter.from !== undefined) add((p) => `at >= ${p}::timestamptz`, toIso(filter.from))
  if (filter.to !== undefined) add((p) => `at < ${p}::timestamptz`, toIso(filter.to))
  if (filter.after) {
    values.push(toIso(filter.after.at), filter.after.id)
    where.push(`(at, id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`)
  }
  values.push(filter.max)
  return tx.query<ListedEntry>(
    `select ${ENTRY}, seq, hash from audit where ${where.join(' and ')}
     order by at desc, id desc limit $${values.length}`,
    values,
  )
}

export const listActions = async (tx: Tx): Promise<string[]> =>
  (
    await tx.query<{ action: string }>(
      'select distinct action from audit order by action limit 200',
    )
  ).map((row) => row.action)
