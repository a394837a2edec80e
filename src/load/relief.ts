/**
 * Relief: who had too much, and who could take over. Too much is more than five pages in seven days,
 * or three in their sleep. Whoever could take over had one page at most in that time and is not away;
 * they are named in no order but that of the team.
 */
import type { Id } from '../lib/id.ts'
import type { PersonLoad } from './summary.ts'

export const SLEEP_PAGES_MAX = 2
const NAMED_MAX = 3

export const needsRelief = (load: PersonLoad): boolean =>
  load.isOverloaded || load.sleepPagesInSevenDays > SLEEP_PAGES_MAX

/** @param away those who cannot be asked now */
export const whoCouldRelieve = (
  load: PersonLoad,
  team: readonly PersonLoad[],
  away: ReadonlySet<Id>,
): Id[] =>
  team
    .filter((one) => one.personId !== load.personId && one.pagesInSevenDays <= 1)
    .filter((one) => !away.has(one.personId))
    .slice(0, NAMED_MAX)
    .map((one) => one.personId)
