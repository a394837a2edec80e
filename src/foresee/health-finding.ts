import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { formatDateTime } from '../lib/zone.ts'
import type { Schedule } from '../oncall/schedule.ts'
import type { Shift } from '../oncall/shifts.ts'
import type { Person } from '../people/person.ts'
import type { RuleFacts } from '../people/rules.ts'

export type Away = { personId: Id; from: Instant; to: Instant; note: string }

export type HealthFacts = {
  now: Instant
  /** Weeks looked ahead; 8 where left out. */
  weeks?: number
  rules: RuleFacts
  absences: readonly Away[]
  /** When each contact last had a test page that went out; null: contacts are not looked at. */
  testedAt: ReadonlyMap<Id, Instant> | null
  holidaysOf: (personId: Id) => ReadonlySet<string>
}

export type HealthFinding = {
  rule: string
  subject: { kind: 'schedule' | 'escalation' | 'person'; id: Id; slug: string }
  sentence: string
  wayOut: string
  /** When it bites, where that can be said. */
  from: Instant | null
  to: Instant | null
}

export const WEEKS = 8

/** What the rules look at: shifts are worked out once. */
export type Looked = {
  directory: Directory
  facts: HealthFacts
  until: Instant
  /** Shifts of each schedule within the weeks looked at. */
  shifts: ReadonlyMap<Id, readonly Shift[]>
}

export const about = (
  schedule: Schedule,
  rule: string,
  sentence: string,
  wayOut: string,
  when: { from: Instant; to: Instant } | null = null,
): HealthFinding => ({
  rule,
  subject: { kind: 'schedule', id: schedule.id, slug: schedule.slug },
  sentence,
  wayOut,
  from: when?.from ?? null,
  to: when?.to ?? null,
})

export const nameOf = ({ directory }: Looked, id: Id): string =>
  directory.people.get(id)?.name ?? 'somebody'
export const spanIn = (zone: string, { from, to }: { from: Instant; to: Instant }): string =>
  `from ${formatDateTime(from, zone)} to ${formatDateTime(to, zone)}`
export const more = (count: number): string =>
  count === 0 ? '' : `, and ${count} more ${count === 1 ? 'time' : 'times'}`

export const aboutPerson = (
  person: Person,
  rule: string,
  sentence: string,
  wayOut: string,
): HealthFinding => ({
  rule,
  subject: { kind: 'person', id: person.id, slug: person.slug },
  sentence,
  wayOut,
  from: null,
  to: null,
})
