/**
 * What counts as one page: one interruption of one person for one alert group.
 *
 * Retries and several channels are one page, and escalation to somebody else is a page for them.
 * The same group is a new page for the same person after it was resolved, or more than 60 minutes
 * after they acknowledged it (our choice; method, 14.1). What begins within 60 seconds of an
 * interruption is part of it (PagerDuty's definition); counted from its beginning, so that a storm
 * does not look like one page. What is sent with low urgency interrupts nobody.
 *
 * More than 5 in seven days is too many; the target is fewer than 5.
 */
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { DAY, type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import { type Band, bandOf } from './bands.ts'
import type { Homes } from './stretch.ts'

/** One thing that was sent. `acknowledgedAt` is when this person did, as far as is known. */
export type Rung = {
  personId: Id
  /** The alert group. */
  subjectId: Id
  at: Instant
  channel: string
  urgency: 'high' | 'low'
  acknowledgedAt: Instant | null
  resolvedAt: Instant | null
}

export type Interruption = { personId: Id; at: Instant; subjectIds: readonly Id[]; band: Band }

const AGAIN_AFTER = 60 * MINUTE
const TOGETHER_MAX = 60 * SECOND
const PAGES_MAX = 5

/** By when they began, in whichever order the rungs are given. */
export function interruptions(
  rungs: readonly Rung[],
  { zoneOf, holidaysOf }: Homes,
): Interruption[] {
  const loud = rungs.filter((rung) => rung.urgency === 'high').toSorted((a, b) => a.at - b.at)
  return [...groupBy(loud, (rung) => rung.personId)]
    .flatMap(([personId, theirs]) => {
      const holidays = holidaysOf(personId)
      const zone = zoneOf(personId)
      return together(pagesOf(theirs)).map(({ at, subjectIds }) => ({
        personId,
        at,
        subjectIds: [...subjectIds],
        band: bandOf(at, zone, holidays),
      }))
    })
    .toSorted((a, b) => a.at - b.at)
}

type Page = { subjectId: Id; at: Instant }

/** The pages of one person, by when they began. */
const pagesOf = (rungs: readonly Rung[]): Page[] =>
  [...groupBy(rungs, (rung) => rung.subjectId).values()]
    .flatMap(pagesOfGroup)
    .toSorted((a, b) => a.at - b.at)

/** The pages of one person for one group; `rungs` are in order. */
function pagesOfGroup(rungs: readonly Rung[]): Page[] {
  const pages: Page[] = []
  let soFar: Rung[] = []
  for (const rung of rungs) {
    const page = pages.at(-1)
    soFar.push(rung)
    if (page && !isAgain(page.at, soFar, rung.at)) continue
    pages.push({ subjectId: rung.subjectId, at: rung.at })
    soFar = [rung]
  }
  return pages
}

/** Only what was done since the page began ends it: an older acknowledgement was of an older page. */
function isAgain(since: Instant, rungs: readonly Rung[], at: Instant): boolean {
  const isMeanwhile = (then: Instant | null): then is Instant =>
    then !== null && since <= then && then < at
  if (rungs.some((rung) => isMeanwhile(rung.resolvedAt))) return true
  const acknowledged = rungs.map((rung) => rung.acknowledgedAt).filter(isMeanwhile)
  // The latest: whoever acknowledged again just now is still on it.
  const latest = acknowledged.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return acknowledged.length > 0 && at - latest > AGAIN_AFTER
}

function together(pages: readonly Page[]): { at: Instant; subjectIds: Set<Id> }[] {
  const all: { at: Instant; subjectIds: Set<Id> }[] = []
  for (const { at, subjectId } of pages) {
    const last = all.at(-1)
    if (last && at - last.at <= TOGETHER_MAX) last.subjectIds.add(subjectId)
    else all.push({ at, subjectIds: new Set([subjectId]) })
  }
  return all
}

/** How many of a person's interruptions began in the seven times 24 hours before `now`. */
export const pagesInSevenDays = (
  all: readonly Pick<Interruption, 'personId' | 'at'>[],
  personId: Id,
  now: Instant,
): number =>
  all.filter((one) => one.personId === personId && now - 7 * DAY <= one.at && one.at < now).length

export const isOverloaded = (count: number): boolean => count > PAGES_MAX

export const isOnTarget = (count: number): boolean => count < PAGES_MAX
