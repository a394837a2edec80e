/**
 * Sends notices: claimed, called, written down, like pages but without a climb behind them. A person
 * without any contact that works is on record as not told.
 */
import type { Db } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Instant } from '../lib/instant.ts'
import { formatDateTime, formatTime, toWall } from '../lib/zone.ts'
import { DAY } from '../lib/instant.ts'
import type { Channel, Destination, Outcome } from '../notify/channel.ts'
import { afterTry, type Notice, type NoticeNames, noticeWords } from '../notify/notice.ts'
import { claimNotices, saveNotice } from '../notify/notice-store.ts'
import { CALL_MS_MAX } from '../notify/page.ts'
import { planFor } from '../people/rules.ts'
import { isContactLost, loseContact } from './lost.ts'
import type { Spend } from './spend.ts'
import { engineTx } from './store-sql.ts'
import type { Tools } from './tools.ts'

const AT_ONCE_MAX = 20

export type TellDeps = {
  db: Db
  directoryAt: DirectoryCache
  tools: Tools
  channelOf: (kind: string) => Channel | null
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  /** Why a notice is not sent there, for what it costs; null: it is. */
  refusal: Spend['refusal']
  /** Where people reach the web app. */
  publicUrl: () => string
  timeLimit: (milliseconds: number) => AbortSignal
}

/** Tells what is due; gives how many notices were taken up. */
export async function tellDue(deps: TellDeps): Promise<number> {
  const { notices, directory, now } = await deps.db.withTx('paging', async (tx) => {
    const found = await deps.directoryAt(tx)
    const isPaused = found.organisation.pausedAt !== null
    return {
      notices: isPaused ? [] : await claimNotices(tx, AT_ONCE_MAX),
      directory: found,
      now: tx.now,
    }
  })
  await Promise.all(
    notices.map(async (notice) => {
      const { contactId, outcome } = await tellOne(deps, notice, directory, now)
      await deps.db.withTx('paging', async (tx) => {
        await saveNotice(tx, afterTry(notice, contactId, outcome, tx.now))
        if (contactId === null || !isContactLost(outcome)) return
        const about = { personId: notice.personId, contactId, directory }
        await loseContact(engineTx(tx, deps.directoryAt), about, () => deps.tools.makeId(tx.now))
      })
    }),
  )
  return notices.length
}

async function tellOne(
  deps: TellDeps,
  notice: Notice,
  directory: Directory,
  now: Instant,
): Promise<{ contactId: string | null; outcome: Outcome }> {
  const person = directory.people.get(notice.personId)
  if (!person) return { contactId: null, outcome: { kind: 'gaveUp', reason: 'personGone' } }
  const plan = planFor(person, notice.urgency, { loudness: deps.tools.loudnessOf })
  const item = plan.find((one) => !notice.triedContacts.includes(one.contactId))
  const contact = person.contacts.find((one) => one.id === item?.contactId)
  const channel = contact && deps.channelOf(contact.kind)
  if (!contact || !channel)
    return { contactId: null, outcome: { kind: 'gaveUp', reason: 'nobodyReachable' } }
  const on = { personId: person.id, contact: contact.id }
  const refused = await deps.refusal(contact.kind, 'notice', on)
  if (refused) return { contactId: contact.id, outcome: refused }
  const { title, body } = noticeWords(notice, namesFor(directory, person.timezone))
  const outcome = await channel.send(
    {
      kind: 'notice',
      idempotencyKey: `${notice.id}:${contact.id}`,
      attemptId: notice.id,
      at: now,
      urgency: notice.urgency,
      title,
      body,
      url: notice.path === null ? null : `${deps.publicUrl()}${notice.path}`,
      actions: [],
      data: { notice: notice.kind },
      drill: notice.drillId !== null,
    },
    deps.destinationOf(contact.kind, contact.fields),
    deps.timeLimit(CALL_MS_MAX),
  )
  return { contactId: contact.id, outcome }
}

export const namesFor = (directory: Directory, zone: string): NoticeNames => ({
  person: (id) =>
    id === null ? 'Allclear' : (directory.people.get(String(id))?.name ?? 'somebody'),
  schedule: (id) => directory.schedules.get(String(id))?.name ?? 'a schedule',
  time: (at) => formatDateTime(Number(at), zone),
  stretch(from, to) {
    const [begins, ends] = [Number(from), Number(to)]
    const isSameDay =
      Math.floor(toWall(begins, zone) / DAY) === Math.floor(toWall(ends - 1, zone) / DAY)
    return `${formatDateTime(begins, zone)} to ${isSameDay ? formatTime(ends, zone) : formatDateTime(ends, zone)}`
  },
})
