/**
 * Looks once a day whether somebody had more than five pages in seven days, and tells them and the
 * lead of their team: as a reason for relief, never as a rank.
 */
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import { interruptions, isOverloaded, pagesInSevenDays } from '../load/pages.ts'
import { listRungs } from '../load/store.ts'
import { tell, type Told } from '../notify/notice-store.ts'

export async function watchLoad(tx: Tx, directory: Directory, makeId: () => Id): Promise<void> {
  const rungs = await listRungs(tx, tx.now - 8 * DAY, tx.now)
  const pages = interruptions(rungs, {
    zoneOf: (id) => directory.people.get(id)?.timezone ?? 'UTC',
    holidaysOf: () => NO_DAYS,
  })
  const told: Told[] = []
  for (const personId of new Set(pages.map((one) => one.personId))) {
    const count = pagesInSevenDays(pages, personId, tx.now)
    if (!isOverloaded(count) || !directory.people.has(personId)) continue
    const leads = [...directory.teams.values()].flatMap((team) =>
      team.memberIds.includes(personId) && team.leadId !== null ? [team.leadId] : [],
    )
    // At most once a week for each: a reminder every day would be one more page.
    const week = Math.floor(tx.now / (7 * DAY))
    for (const to of new Set([personId, ...leads])) {
      told.push({
        personId: to,
        kind: 'tooManyPages',
        params: { person: personId, count },
        onceKey: `tooManyPages:${personId}:${week}:${to}`,
        path: '/load',
      })
    }
  }
  await tell(tx, told, makeId)
}

const NO_DAYS: ReadonlySet<string> = new Set()
