/**
 * Tries one contact, now: outside of every climb, counted and limited, with a code that its owner
 * says back. What it says of a contact is what a page would meet.
 */
import type { Db } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import type { Channel, Destination, Outcome } from '../notify/channel.ts'
import { CALL_MS_MAX } from '../notify/page.ts'
import { testMessage } from '../notify/test-message.ts'
import { mayTestAt } from '../people/verify.ts'
import { listTests, markTested, saveTest } from '../people/verify-store.ts'
import { isContactLost, loseContact } from './lost.ts'
import type { Spend } from './spend.ts'
import { engineTx } from './store-sql.ts'
import type { Tools } from './tools.ts'

export type ProbeDeps = {
  db: Db
  directoryAt: DirectoryCache
  tools: Tools
  channelOf: (kind: string) => Channel | null
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  codes: { make(): string; hash(contactId: string, code: string): Buffer }
  /** Why it is not sent there, for what it costs; null: it may be, and was counted. */
  refusal: Spend['refusal']
}

/** @throws Problem not_found; unavailable where it was tried too often */
export async function probe(deps: ProbeDeps, contactId: Id): Promise<Outcome> {
  const code = deps.codes.make()
  const { contact, personId, id, now } = await deps.db.withTx('web', async (tx) => {
    const directory = await deps.directoryAt(tx)
    const person = [...directory.people.values()].find((one) =>
      one.contacts.some((other) => other.id === contactId),
    )
    const found = person?.contacts.find((one) => one.id === contactId)
    if (!person || !found) throw notFound('contact')
    const waitUntil = mayTestAt(await listTests(tx, contactId), tx.now)
    if (waitUntil !== null) throw tooOften(waitUntil - tx.now)
    const test = deps.tools.makeId(tx.now)
    const codeHash = deps.codes.hash(contactId, code)
    await saveTest(tx, { id: test, contactId, personId: person.id, codeHash })
    return { contact: found, personId: person.id, id: test, now: tx.now }
  })
  const channel = deps.channelOf(contact.kind)
  if (!channel) return { kind: 'gaveUp', reason: 'channelNotConfigured' }
  const refused = await deps.refusal(contact.kind, 'test', { personId, contact: contactId })
  if (refused) return refused
  const outcome = await channel.send(
    testMessage({ id, at: now, code }),
    deps.destinationOf(contact.kind, contact.fields),
    AbortSignal.timeout(CALL_MS_MAX),
  )
  if (outcome.kind === 'sent') await deps.db.withTx('web', (tx) => markTested(tx, contactId))
  if (isContactLost(outcome))
    await deps.db.withTx('web', async (tx) => {
      const directory = await deps.directoryAt(tx)
      const makeId = (): Id => deps.tools.makeId(tx.now)
      await loseContact(engineTx(tx, deps.directoryAt), { personId, contactId, directory }, makeId)
    })
  return outcome
}

const tooOften = (waitMs: number): Problem =>
  new Problem(
    'unavailable',
    'testedTooOften',
    `This contact was tested often enough for now. Try again in ${Math.ceil(waitMs / 60_000)} min.`,
    { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
  )
