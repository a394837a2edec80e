import type { Directory } from '../directory/directory.ts'
import { groupBy } from '../lib/group-by.ts'
import { daysLeft, ENDS_SOON_DAYS, endsIn, localDateOf } from '../oncall/holidays.ts'
import type { Finding } from './finding.ts'
import type { LintFacts } from './lint.ts'

/** A calendar that somebody lives or hands off by, and that has no days left, or soon will have none. */
export function calendarsThatEnd(directory: Directory, facts: LintFacts): Finding[] {
  const people = groupBy(directory.people.values(), (one) => one.calendarId)
  const rotations = [...directory.schedules.values()].flatMap((one) => one.rotations)
  const handedOffBy = new Set(rotations.map((one) => one.handoff.calendar?.calendarId))
  const today = localDateOf(facts.now, 'UTC')
  return facts.calendars.flatMap(({ id, slug, holidays }): Finding[] => {
    const left = daysLeft(
      holidays.map((day) => day.date),
      today,
    )
    const isUsed = people.has(id) || handedOffBy.has(id)
    if (!isUsed || left === null || left > ENDS_SOON_DAYS) return []
    return [
      {
        rule: 'calendarEnds',
        sentence: `calendar \`${slug}\` ${endsIn(left)}`,
        position: facts.placeOf('calendars', slug),
        wayOut: 'put the holidays of the next year into it',
      },
    ]
  })
}
