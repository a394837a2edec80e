/**
 * Sends the daily checks, for channels that are set to have them. Only quiet ways and pushes: nobody's phone
 * rings for a check, and none costs money. What its provider said stands at the contact, and in `doctor`.
 */
import type { Db } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import type { Channel, Destination, Outcome, Values } from '../notify/channel.ts'
import { CALL_MS_MAX } from '../notify/page.ts'
import { canaryMessage } from '../notify/test-message.ts'
import { isCanaryDue } from '../people/canary.ts'
import { claimCanaries, listCanaries, saveCanary } from '../people/canary-store.ts'
import type { Contact } from '../people/contact.ts'
import { isContactLost, loseContact } from './lost.ts'
import { engineTx } from './store-sql.ts'
import type { Tools } from './tools.ts'

const AT_ONCE_MAX = 20

export type CanaryDeps = {
  db: Db
  directoryAt: DirectoryCache
  tools: Tools
  channelOf: (kind: string) => Channel | null
  settingsOf: (kind: string) => Values
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  timeLimit: (milliseconds: number) => AbortSignal
}

type Due = { personId: Id; contact: Contact }

/** Gives how many were sent. */
export async function sendCanaries(deps: CanaryDeps): Promise<number> {
  const { due, directory, now } = await deps.db.withTx('chores', async (tx) => {
    const found = await deps.directoryAt(tx)
    const all = found.organisation.pausedAt === null ? checked(deps, found) : []
    if (all.length === 0) return { due: [], directory: found, now: tx.now }
    const last = new Map((await listCanaries(tx)).map((one) => [one.contactId, one.sentAt]))
    const ready = all
      .filter(({ contact: { id }, timezone }) =>
        isCanaryDue({ id, timezone, lastAt: last.get(id) ?? null }, tx.now),
      )
      .slice(0, AT_ONCE_MAX)
    const claimed = new Set(
      await claimCanaries(
        tx,
        ready.map(({ contact }) => contact.id),
      ),
    )
    return {
      due: ready.filter(({ contact }) => claimed.has(contact.id)),
      directory: found,
      now: tx.now,
    }
  })
  await Promise.all(due.map((one) => sendOne(deps, one, directory, now)))
  return due.length
}

/** Contacts that were proven and are in use, of channels that are to be checked. */
function checked(deps: CanaryDeps, directory: Directory): (Due & { timezone: string })[] {
  const isChecked = (kind: string): boolean => {
    const loudness = deps.tools.loudnessOf(kind)
    const isQuiet = loudness === 'quiet' || loudness === 'push'
    return isQuiet && deps.settingsOf(kind).canary === true
  }
  return [...directory.people.values()].flatMap(({ id: personId, timezone, contacts }) =>
    contacts
      .filter((one) => one.verifiedAt !== null && one.disabledReason === null)
      .filter((one) => isChecked(one.kind))
      .map((contact) => ({ personId, timezone, contact })),
  )
}

async function sendOne(
  deps: CanaryDeps,
  { personId, contact }: Due,
  directory: Directory,
  now: number,
): Promise<void> {
  const id = deps.tools.makeId(now)
  const outcome: Outcome = (await deps
    .channelOf(contact.kind)
    ?.send(
      canaryMessage({ id, at: now }),
      deps.destinationOf(contact.kind, contact.fields),
      deps.timeLimit(CALL_MS_MAX),
    )) ?? { kind: 'gaveUp', reason: 'channelNotConfigured' }
  await deps.db.withTx('chores', async (tx) => {
    const reason = outcome.kind === 'sent' ? null : outcome.reason
    await saveCanary(tx, { contactId: contact.id, outcome: outcome.kind, reason })
    if (!isContactLost(outcome)) return
    const about = { personId, contactId: contact.id, directory }
    await loseContact(engineTx(tx, deps.directoryAt), about, () => deps.tools.makeId(tx.now))
  })
}
