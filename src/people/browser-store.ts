import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { toIso } from '../lib/instant.ts'

/** A browser that is a contact, known by the hashes of its address at the push service and of its secret. */
export type Browser = { contactId: Id; personId: Id; endpointHash: Buffer; secretHash: Buffer }

const SELECT = `select b.contact_id as "contactId", b.person_id as "personId",
  b.endpoint_hash as "endpointHash", b.secret_hash as "secretHash" from browsers b
  join contacts c on c.id = b.contact_id and c.retired_at is null`

export async function findBrowser(
  tx: Tx,
  by: { endpointHash: Buffer } | { secretHash: Buffer },
): Promise<Browser | null> {
  const [column, hash] =
    'endpointHash' in by ? ['endpoint_hash', by.endpointHash] : ['secret_hash', by.secretHash]
  const [found] = await tx.query<Browser>(`${SELECT} where b.${column} = $1 for update of b`, [
    hash,
  ])
  return found ?? null
}

/** Whoever had this address before has it no more. */
export async function saveBrowser(tx: Tx, browser: Browser): Promise<void> {
  const { contactId, personId, endpointHash, secretHash } = browser
  await tx.query('delete from browsers where endpoint_hash = $1 and contact_id <> $2', [
    endpointHash,
    contactId,
  ])
  await tx.query(
    `insert into browsers (contact_id, person_id, endpoint_hash, secret_hash, added_at, renewed_at)
     values ($1, $2, $3, $4, $5, $5)
     on conflict (contact_id) do update set endpoint_hash = excluded.endpoint_hash,
       secret_hash = excluded.secret_hash, renewed_at = excluded.renewed_at`,
    [contactId, personId, endpointHash, secretHash, toIso(tx.now)],
  )
}

/** Another address has to be proven anew; it is used at once. */
export const moveContact = (
  tx: Tx,
  contactId: Id,
  fields: Readonly<Record<string, unknown>>,
): Promise<unknown> =>
  tx.query(
    `update contacts set fields = fields || $2::jsonb, verified_at = null, disabled_reason = null
      where id = $1 and retired_at is null`,
    [contactId, JSON.stringify(fields)],
  )
