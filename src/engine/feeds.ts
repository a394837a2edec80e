/**
 * Reads people's own calendars for when they are away, again and again. What cannot be read leaves
 * what was known, and says so where the feed is shown.
 */
import type { Db } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import { readCalendar } from '../ical/read.ts'
import type { Id } from '../lib/id.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import { claimFeed, noteFeed, replaceAbsences } from '../oncall/calendar-store.ts'
import type { Absence } from '../oncall/cover-store.ts'

const EVERY_MS = 6 * HOUR
const AFTER_TROUBLE_MS = HOUR
const AHEAD_MS = 370 * DAY
const EVENTS_MAX = 500
/** Shorter entries are appointments, not absences. */
const AWAY_MS_MIN = 4 * HOUR

export type FeedDeps = {
  db: Db
  directoryAt: DirectoryCache
  makeId: (now: number) => Id
  /** Opens a sealed address. */
  unseal: (sealed: string) => string
  /** Fetches a text, within bounds; throws with a short reason. */
  fetchText: (url: string) => Promise<string>
}

/** Reads one feed that is due; gives whether there was one. */
export async function readFeed(deps: FeedDeps): Promise<boolean> {
  const found = await deps.db.withTx('chores', async (tx) => {
    const feed = await claimFeed(tx, tx.now + 5 * MINUTE)
    const directory = await deps.directoryAt(tx)
    const zone = feed ? (directory.people.get(feed.personId)?.timezone ?? 'UTC') : 'UTC'
    return feed ? { feed, zone, now: tx.now } : null
  })
  if (!found) return false
  const { feed, zone, now } = found
  let text: string
  try {
    text = await deps.fetchText(deps.unseal(feed.url))
  } catch (cause) {
    const problem = `It could not be fetched: ${cause instanceof Error ? cause.message : 'no answer'}`
    await deps.db.withTx('chores', (tx) =>
      noteFeed(tx, feed, { problem, wakeAt: tx.now + AFTER_TROUBLE_MS }),
    )
    return true
  }
  const { events, problems } = readCalendar(text, {
    from: now,
    to: now + AHEAD_MS,
    max: EVENTS_MAX,
    zone,
  })
  await deps.db.withTx('chores', async (tx) => {
    const absences = events
      .filter((one) => one.isAllDay || one.to - one.from >= AWAY_MS_MIN)
      .map(
        (one): Absence => ({
          id: deps.makeId(tx.now),
          personId: feed.personId,
          fromAt: one.from,
          toAt: one.to,
          note: one.summary,
          feedId: feed.id,
          createdAt: tx.now,
        }),
      )
    await replaceAbsences(tx, feed, absences, {
      problem: problems[0] ?? null,
      wakeAt: tx.now + EVERY_MS,
    })
  })
  return true
}
