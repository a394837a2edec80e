import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { DAY, type Instant, toIso } from '../lib/instant.ts'
import type { Check } from './verify.ts'

/** Tests of a contact in the last day. The row of the contact is locked, so that they are counted once. */
export async function listTests(tx: Tx, contactId: Id): Promise<Instant[]> {
  await tx.query('select id from contacts where id = $1 for update', [contactId])
  const rows = await tx.query<{ at: Instant }>(
    'select at from contact_tests where contact_id = $1 and at > $2',
    [contactId, toIso(tx.now - DAY)],
  )
  return rows.map((row) => row.at)
}

/** Writes down that a test goes out, with the hash of the code that is in it. An older code is void. */
export async function saveTest(
  tx: Tx,
  test: { id: Id; contactId: Id; personId: Id; codeHash: Buffer },
): Promise<void> {
  await tx.query(
    'insert into contact_tests (id, contact_id, person_id, at) values ($1, $2, $3, $4)',
    [test.id, test.contactId, test.personId, toIso(tx.now)],
  )
  await tx.query(
    `insert into contact_checks (contact_id, code_hash, sent_at) values ($1, $2, $3)
     on conflict (contact_id) do update set code_hash = excluded.code_hash, sent_at = excluded.sent_at, tries = 0`,
    [test.contactId, test.codeHash, toIso(tx.now)],
  )
}

/** Counts a try, and gives the check as it was before it. */
export async function useCheck(
  tx: Tx,
  contactId: Id,
): Promise<(Check & { codeHash: Buffer }) | null> {
  const [row] = await tx.query<Check & { codeHash: Buffer }>(
    `update contact_checks set tries = tries + 1 where contact_id = $1
     returning code_hash as "codeHash", sent_at as "sentAt", tries - 1 as tries`,
    [contactId],
  )
  return row ?? null
}

export async function markVerified(tx: Tx, contactId: Id): Promise<void> {
  await tx.query('delete from contact_checks where contact_id = $1', [contactId])
  await tx.query(
    'update contacts set verified_at = $2, tested_at = $2, disabled_reason = null where id = $1',
    [contactId, toIso(tx.now)],
  )
}

export const markTested = (tx: Tx, contactId: Id) =>
  tx.query('update contacts set tested_at = $2 where id = $1', [contactId, toIso(tx.now)])

/** When each contact last took a test message. */
export async function testedAt(tx: Tx, contactIds: readonly Id[]): Promise<Map<Id, Instant>> {
  const rows = await tx.query<{ id: Id; at: Instant }>(
    'select id, tested_at as at from contacts where id = any($1::uuid[]) and tested_at is not null',
    [contactIds],
  )
  return new Map(rows.map((row) => [row.id, row.at]))
}
