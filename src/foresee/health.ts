/**
 * What is unhealthy about being on call, before it costs a night: holes, too few people, too many
 * weeks in a row, hand-offs while somebody sleeps, calls that will never ring. Nothing here stands
 * in anybody's way: each finding says what is, when it bites, and the way out.
 */
import type { Directory } from '../directory/directory.ts'
import { calendarEnds } from './health-calendar.ts'
import { loadShare, overtaken, primaryIsSecondary } from './health-ladder.ts'
import { longRun, staleTest, unverifiedContact, vacation } from './health-person.ts'
import {
  fewPeople,
  gap,
  handoffHour,
  nobodyReachable,
  shadowUnfinished,
  singlePerson,
} from './health-schedule.ts'
import { type HealthFacts, type HealthFinding, type View, viewOf } from './health-view.ts'

export type { HealthFacts, HealthFinding } from './health-view.ts'

/** Sorted by the slug of what they are about, then by rule, then by when they bite. */
export function findings(directory: Directory, facts: HealthFacts): HealthFinding[] {
  const view = viewOf(directory, facts)
  return [...ofSchedules(view), ...ofLadders(view), ...ofPeople(view)].sort(
    (a, b) =>
      compare(a.subject.slug, b.subject.slug) ||
      compare(a.rule, b.rule) ||
      compare(a.from ?? 0, b.from ?? 0),
  )
}

const SCHEDULE_RULES = [
  gap,
  nobodyReachable,
  singlePerson,
  fewPeople,
  handoffHour,
  shadowUnfinished,
  calendarEnds,
] as const

const ofSchedules = (view: View): HealthFinding[] =>
  [...view.schedules.values()].flatMap((one) => SCHEDULE_RULES.flatMap((rule) => rule(one, view)))

const ofLadders = (view: View): HealthFinding[] => [
  ...[...view.directory.ladders.values()].flatMap((ladder) => loadShare(ladder, view)),
  ...primaryIsSecondary(view),
]

const ofPeople = (view: View): HealthFinding[] => [
  ...longRun(view),
  ...vacation(view),
  ...unverifiedContact(view),
  ...staleTest(view),
  ...overtaken(view),
]

const compare = <Value extends string | number>(a: Value, b: Value): number =>
  a < b ? -1 : a > b ? 1 : 0
