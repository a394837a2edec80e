/** A calendar of holidays ends some day, and after that every hand-off is on a working day. */
import { daysLeft, ENDS_SOON_DAYS, endsIn, localDateOf } from '../oncall/holidays.ts'
import { type HealthFinding, type ScheduleView, subjectOf, type View } from './health-view.ts'

export function calendarEnds({ schedule }: ScheduleView, view: View): HealthFinding[] {
  const today = localDateOf(view.facts.now, schedule.timezone)
  const left = schedule.rotations.flatMap(({ ends, handoff }) =>
    ends !== null && ends <= today ? [] : (daysLeft(handoff.calendar?.holidays ?? [], today) ?? []),
  )
  const least = Math.min(...left)
  if (least > ENDS_SOON_DAYS) return []
  return [
    {
      rule: 'handoffCalendarEnds',
      subject: subjectOf('schedule', schedule),
      sentence: `the calendar by which \`${schedule.slug}\` hands off ${endsIn(least)}`,
      wayOut: 'put the holidays of the next year into it',
      from: null,
      to: null,
    },
  ]
}
