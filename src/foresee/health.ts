/**
 * A rota looked at like code, before it hurts anybody: what will page nobody, what will page one
 * person too often, and what will be handed over at the wrong hour. Findings warn; what they mean
 * and how to get out of them is part of each. The rules are those of the method, section 14.1.
 */
import type { Directory } from '../directory/directory.ts'
import { DAY } from '../lib/instant.ts'
import { formatDateTime } from '../lib/zone.ts'
import { shiftsBetween } from '../oncall/shifts.ts'
import { planFor } from '../people/rules.ts'
import {
  aboutPerson,
  type HealthFacts,
  type HealthFinding,
  type Looked,
  WEEKS,
} from './health-finding.ts'
import { loadShares, longRuns, primaryIsSecondary } from './health-ladder.ts'
import { SCHEDULE_RULES } from './health-schedule.ts'

const TEST_MAX_DAYS = 30

/** All findings, by what they are about. */
export function findings(directory: Directory, facts: HealthFacts): HealthFinding[] {
  const until = facts.now + (facts.weeks ?? WEEKS) * 7 * DAY
  const schedules = [...directory.schedules.values()]
  const looked: Looked = {
    directory,
    facts,
    until,
    shifts: new Map(schedules.map((one) => [one.id, shiftsBetween(one, facts.now, until)])),
  }
  const ofSchedules = schedules.flatMap((schedule) =>
    SCHEDULE_RULES.flatMap((rule) => rule(schedule, looked)),
  )
  return [
    ...ofSchedules,
    ...primaryIsSecondary(looked),
    ...loadShares(looked),
    ...longRuns(looked),
    ...contacts(looked),
  ].sort((a, b) => compare(a.subject.slug, b.subject.slug) || compare(a.rule, b.rule))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Whoever is on call within the weeks looked at has a contact that was proven, lately. */
function contacts(looked: Looked): HealthFinding[] {
  const { directory, facts } = looked
  const { testedAt: tested } = facts
  if (tested === null) return []
  const onCall = new Set(
    [...looked.shifts.values()].flatMap((shifts) =>
      shifts.flatMap((shift) => shift.people.map((one) => one.personId)),
    ),
  )
  return [...onCall].flatMap((id): HealthFinding[] => {
    const person = directory.people.get(id)
    if (!person) return []
    const used = new Set(planFor(person, 'high', facts.rules).map((item) => item.contactId))
    const theirs = person.contacts.filter((one) => used.has(one.id))
    const unproven = theirs.filter((one) => one.verifiedAt === null)
    const testedAt = Math.max(0, ...theirs.map((one) => tested.get(one.id) ?? 0))
    const found: HealthFinding[] = []
    if (unproven.length > 0) {
      const names = unproven.map((one) => `\`${one.slug}\``).join(', ')
      found.push(
        aboutPerson(
          person,
          'unverifiedContact',
          `${person.name} is paged over ${names}, which nobody has confirmed to arrive`,
          `Run allclear send-test ${person.slug}, and let them confirm it.`,
        ),
      )
    }
    if (theirs.length > 0 && facts.now - testedAt > TEST_MAX_DAYS * DAY) {
      const sentence =
        testedAt === 0
          ? `${person.name} is on call and has never had a test page`
          : `${person.name} is on call and had the last test page on ${formatDateTime(testedAt, person.timezone)}`
      found.push(
        aboutPerson(person, 'staleTest', sentence, `Run allclear send-test ${person.slug}.`),
      )
    }
    return found
  })
}
