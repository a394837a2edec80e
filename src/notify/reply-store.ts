/** What is remembered of those who answer us, so that all nodes agree. Reads and writes, no opinions. */
import type { Tx } from '../db/tx.ts'
import { DAY, HOUR, type Instant, toIso } from '../lib/instant.ts'
import type { Delivery } from './reply.ts'

export type Sender = {
  wrongCount: number
  wrongSince: Instant | null
  ignoredUntil: Instant | null
  helpedAt: Instant | null
  answerCount: number
  answersSince: Instant | null
}

/** The row of one address, made where there is none, and locked. */
export async function lockSender(tx: Tx, addressHash: Buffer): Promise<Sender> {
  const [row] = await tx.query<Sender>(
    `insert into reply_senders (address_hash, seen_at) values ($1, $2)
      on conflict (address_hash) do update set seen_at = excluded.seen_at
      returning wrong_count as "wrongCount", wrong_since as "wrongSince",
        ignored_until as "ignoredUntil", helped_at as "helpedAt", answer_count as "answerCount",
        answers_since as "answersSince"`,
    [addressHash, toIso(tx.now)],
  )
  if (!row) throw new Error('no row came back')
  return row
}

export const saveSender = (tx: Tx, addressHash: Buffer, sender: Sender): Promise<unknown> =>
  tx.query(
    `update reply_senders set wrong_count = $2, wrong_since = $3, ignored_until = $4,
      helped_at = $5, answer_count = $6, answers_since = $7 where address_hash = $1`,
    [
      addressHash,
      sender.wrongCount,
      isoOrNull(sender.wrongSince),
      isoOrNull(sender.ignoredUntil),
      isoOrNull(sender.helpedAt),
      sender.answerCount,
      isoOrNull(sender.answersSince),
    ],
  )

const isoOrNull = (at: Instant | null): string | null => (at === null ? null : toIso(at))

/** Longer than any page can be answered, and than anybody keeps a recording for fun. */
const TAKEN_MS = 400 * DAY

export async function isTaken(tx: Tx, keyHash: Buffer): Promise<boolean> {
  const rows = await tx.query('select 1 from replies_taken where key_hash = $1', [keyHash])
  return rows.length > 0
}

export const take = (tx: Tx, keyHash: Buffer): Promise<unknown> =>
  tx.query('insert into replies_taken (key_hash, until) values ($1, $2) on conflict do nothing', [
    keyHash,
    toIso(tx.now + TAKEN_MS),
  ])

export type Word = { providerId: string; outcome: Delivery; reason: string | null }

/** The same word ten times over is one row. */
export const keepWord = (tx: Tx, word: Word): Promise<unknown> =>
  tx.query(
    `insert into early_deliveries (provider_id, outcome, reason, at) values ($1, $2, $3, $4)
      on conflict do nothing`,
    [word.providerId, word.outcome, word.reason, toIso(tx.now)],
  )

/** Words whose message is known by now. */
export const listWords = (tx: Tx, max: number): Promise<Word[]> =>
  tx.query<Word>(
    `select provider_id as "providerId", outcome, reason from early_deliveries d
      where exists (select 1 from attempts a where a.provider_id = d.provider_id)
      order by at, provider_id limit $1`,
    [max],
  )

export const dropWord = (tx: Tx, word: Word): Promise<unknown> =>
  tx.query('delete from early_deliveries where provider_id = $1 and outcome = $2', [
    word.providerId,
    word.outcome,
  ])

/** What nobody asks about any more. A word about a message that is not ours belongs there, too. */
export async function forgetReplies(tx: Tx): Promise<void> {
  await tx.query('delete from early_deliveries where at < $1', [toIso(tx.now - HOUR)])
  await tx.query('delete from replies_taken where until < $1', [toIso(tx.now)])
  await tx.query('delete from reply_senders where seen_at < $1', [toIso(tx.now - DAY)])
}
