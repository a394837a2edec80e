import type { Whereabouts } from '../escalation/people.ts'
import type { Target } from '../escalation/ladder.ts'
import { whoIsOnCall } from '../oncall/shifts.ts'
import { planFor, type RuleFacts } from '../people/rules.ts'
import type { Directory } from './directory.ts'

/** What a climb asks of people and schedules, answered from one snapshot: for pager and preview alike. */
export function whereabouts(directory: Directory, loudness: RuleFacts['loudness']): Whereabouts {
  return {
    onCall(scheduleId, at) {
      const schedule = directory.schedules.get(scheduleId)
      if (!schedule) return null
      const onCall = whoIsOnCall(schedule, at)
      return { name: schedule.slug, personIds: onCall.people.map((one) => one.personId) }
    },
    membersOf(teamId) {
      const team = directory.teams.get(teamId)
      return team ? { name: team.slug, personIds: team.memberIds } : null
    },
    canBeReached(personId, urgency) {
      const person = directory.people.get(personId)
      return person !== undefined && planFor(person, urgency, { loudness }).length > 0
    },
    exists: (personId) => directory.people.has(personId),
  }
}

/**
 * `organisation.fallback`, or all admins where none is set: a climb never ends at nobody by neglect.
 * A drill ends with its ladder: nobody is woken as a last resort for an exercise.
 */
export function fallbackOf(directory: Directory, isDrill: boolean): readonly Target[] {
  if (isDrill) return []
  if (directory.organisation.fallback.length > 0) return directory.organisation.fallback
  return [...directory.people.values()]
    .filter((person) => person.role === 'admin')
    .map((person) => ({ kind: 'person', id: person.id }))
}
