/**
 * A good hand-off: between 09:00 and 17:00 on a business day, on the clocks of both people, and
 * with a note written (method, 14.1). A hand-off at 17:00 is too late.
 */
import type { Id } from '../lib/id.ts'
import { HOUR, type Instant } from '../lib/instant.ts'
import { toWall } from '../lib/zone.ts'
import { isWorkday } from './bands.ts'
import { type Homes, timeOfDayOf } from './stretch.ts'

export type HandoffFinding =
  | { reason: 'notABusinessDay' | 'outsideHours'; personId: Id }
  | { reason: 'noNote' }

const OPENS = 9 * HOUR
const CLOSES = 17 * HOUR

/** Empty: nothing is wrong with it. One finding for each person at most. */
export function handoffFindings(
  handoff: { at: Instant; people: readonly Id[]; hasNote: boolean },
  { zoneOf, holidaysOf }: Homes,
): HandoffFinding[] {
  const findings = handoff.people.flatMap((personId): HandoffFinding[] => {
    const wall = toWall(handoff.at, zoneOf(personId))
    if (!isWorkday(wall, holidaysOf(personId))) return [{ reason: 'notABusinessDay', personId }]
    const timeOfDay = timeOfDayOf(wall)
    if (timeOfDay >= OPENS && timeOfDay < CLOSES) return []
    return [{ reason: 'outsideHours', personId }]
  })
  return handoff.hasNote ? findings : [...findings, { reason: 'noNote' }]
}
