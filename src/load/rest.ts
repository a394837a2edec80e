/**
 * Who should rest, until when and why: after more than 4 hours of a SEV1, or after any engagement
 * between 00:00 and 06:00 on their own clock, a person is offered time to recover and is not
 * scheduled primary for 12 hours. The 12 hours are our choice for a "mandatory rest" (method, 14.1).
 *
 * They count from the end of the engagement. Whoever is called again while resting rests anew.
 */
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { HOUR, type Instant } from '../lib/instant.ts'
import { toWall } from '../lib/zone.ts'
import { piecesOf, timeOfDayOf } from './stretch.ts'

/** One person's work on one incident. 1 is the gravest severity. */
export type Engagement = { personId: Id; from: Instant; to: Instant; severity: number }

export type RestReason = 'longSev1' | 'night'

/** Half-open; `from` is the end of the first engagement that asks for it. */
export type Rest = { personId: Id; from: Instant; until: Instant; reasons: readonly RestReason[] }

const REST = 12 * HOUR
const SEV1_MAX = 4 * HOUR
const NIGHT_ENDS = 6 * HOUR

/** In order, for each person apart; rests that overlap or touch are one. */
export function restAfter(
  engagements: readonly Engagement[],
  zoneOf: (personId: Id) => string,
): Rest[] {
  const each = engagements.flatMap((one): Rest[] => {
    const reasons = reasonsFor(one, zoneOf(one.personId))
    if (reasons.length === 0) return []
    return [{ personId: one.personId, from: one.to, until: one.to + REST, reasons }]
  })
  return [...groupBy(each, (rest) => rest.personId).values()].flatMap((rests) => joined(rests))
}

function reasonsFor({ from, to, severity }: Engagement, zone: string): RestReason[] {
  if (to < from) return []
  const reasons: RestReason[] = []
  if (severity <= 1 && to - from > SEV1_MAX) reasons.push('longSev1')
  if (isAtNight(from, to, zone)) reasons.push('night')
  return reasons
}

/** Who acknowledged and was done in the same instant was woken all the same. */
const isAtNight = (from: Instant, to: Instant, zone: string): boolean =>
  timeOfDayOf(toWall(from, zone)) < NIGHT_ENDS ||
  piecesOf(from, to, zone).some((piece) => timeOfDayOf(piece.wall) < NIGHT_ENDS)

function joined(rests: readonly Rest[]): Rest[] {
  const all: Rest[] = []
  for (const rest of rests.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (!last || rest.from > last.until) all.push(rest)
    else {
      const reasons = [...new Set([...last.reasons, ...rest.reasons])]
      all[all.length - 1] = { ...last, until: Math.max(last.until, rest.until), reasons }
    }
  }
  return all
}
