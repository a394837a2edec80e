/** What every health rule reads: who is on call where in the weeks ahead, worked out once. */
import type { Directory } from '../directory/directory.ts'
import { formatDuration } from '../lib/duration.ts'
import type { Id } from '../lib/id.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import { formatDateTime, fromWall, parseWall } from '../lib/zone.ts'
import type { Rotation, Schedule } from '../oncall/schedule.ts'
import { type Shift, shiftsBetween } from '../oncall/shifts.ts'
import type { Person } from '../people/person.ts'
import { type Planned, planFor, type RuleFacts } from '../people/rules.ts'

export type Absence = { personId: Id; from: Instant; to: Instant; note: string }

export type HealthFacts = {
  now: Instant
  /** How far is looked ahead; 8 unless said, and a year at most. */
  weeks?: number
  rules: RuleFacts
  absences: readonly Absence[]
  /** When a test page last went to a contact; one that is not here never had any. */
  testedAt: ReadonlyMap<Id, Instant>
  /** Local dates (`2026-12-25`) that are holidays where the person lives. */
  holidaysOf: (personId: Id) => ReadonlySet<string>
}

export type Subject = { kind: 'schedule' | 'escalation' | 'person'; id: Id; slug: string }

/** `from` and `to` are when it bites; null where it holds at all times. */
export type HealthFinding = {
  rule: string
  subject: Subject
  sentence: string
  wayOut: string
  from: Instant | null
  to: Instant | null
}

/** One person on call without a break, whatever brought them there; half-open. */
export type Stretch = { from: Instant; to: Instant }

export type ScheduleView = {
  schedule: Schedule
  shifts: readonly Shift[]
  /** By person, in order. Only people whom the directory still has. */
  stretches: ReadonlyMap<Id, readonly Stretch[]>
  /** Who takes turns in rotations that are not over. */
  rotating: readonly Person[]
  /** The same; of a schedule that lives of covers alone, who covers it in the weeks looked at. */
  members: readonly Person[]
}

export type Duty = { schedule: Schedule; stretches: readonly Stretch[] }

export type View = {
  directory: Directory
  facts: HealthFacts
  until: Instant
  schedules: ReadonlyMap<Id, ScheduleView>
  /** Everybody who is on call within the weeks, and where. */
  duties: ReadonlyMap<Id, readonly Duty[]>
  highPlanOf: (person: Person) => readonly Planned[]
}

const WEEKS = 8
const WEEKS_MAX = 53

export function viewOf(directory: Directory, facts: HealthFacts): View {
  const until = facts.now + Math.min(facts.weeks ?? WEEKS, WEEKS_MAX) * 7 * DAY
  const schedules = new Map<Id, ScheduleView>()
  const duties = new Map<Id, Duty[]>()
  for (const schedule of directory.schedules.values()) {
    const view = scheduleView(schedule, directory.people, facts.now, until)
    schedules.set(schedule.id, view)
    for (const [personId, stretches] of view.stretches) {
      const known = duties.get(personId)
      if (known) known.push({ schedule, stretches })
      else duties.set(personId, [{ schedule, stretches }])
    }
  }
  const plans = new Map<Id, readonly Planned[]>()
  const highPlanOf = (person: Person): readonly Planned[] => {
    const plan = plans.get(person.id) ?? planFor(person, 'high', facts.rules)
    plans.set(person.id, plan)
    return plan
  }
  return { directory, facts, until, schedules, duties, highPlanOf }
}

type People = Directory['people']

function scheduleView(
  schedule: Schedule,
  people: People,
  now: Instant,
  until: Instant,
): ScheduleView {
  const shifts = shiftsBetween(schedule, now, until)
  const rotations = schedule.rotations.filter((one) => !isOver(one, schedule.timezone, now))
  const rotating = known(
    rotations.flatMap((one) => one.turns.flat()),
    people,
  )
  const covers = schedule.overrides.filter((one) => one.to > now && one.from < until)
  const covering = known(
    covers.map((one) => one.personId),
    people,
  )
  const members = rotating.length > 0 ? rotating : covering
  return { schedule, shifts, stretches: stretchesOf(shifts, people), rotating, members }
}

function isOver({ ends }: Rotation, zone: string, now: Instant): boolean {
  const wall = ends === null ? null : parseWall(ends, '00:00')
  return wall !== null && fromWall(wall, zone) <= now
}

/** Each of them once; those who have left are nobody. */
export const known = (ids: readonly Id[], people: People): Person[] =>
  [...new Set(ids)].flatMap((id) => people.get(id) ?? [])

function stretchesOf(shifts: readonly Shift[], people: People): Map<Id, Stretch[]> {
  const found = new Map<Id, Stretch[]>()
  for (const { from, to, people: onDuty } of shifts) {
    for (const { personId } of onDuty) {
      const stretches = found.get(personId)
      const last = stretches?.at(-1)
      if (last?.to === from) last.to = to
      else if (stretches) stretches.push({ from, to })
      else if (people.has(personId)) found.set(personId, [{ from, to }])
    }
  }
  return found
}

/** "from Mon 2 Nov 10:00 to Tue 3 Nov 10:00 (UTC)"; what outlasts the look ahead has no end yet. */
export function spell({ from, to }: Stretch, zone: string, view: View): string {
  const begin = `from ${formatDateTime(from, zone)}`
  const end = to >= view.until ? 'on' : `to ${formatDateTime(to, zone)}`
  return `${begin} ${end} (${zone})`
}

/** ", and 2 more times": after the first of so many. */
export const andMore = (count: number): string =>
  count <= 1 ? '' : `, and ${count - 1} more ${count === 2 ? 'time' : 'times'}`

export function inHours(ms: number): string {
  if (ms < HOUR) return inMinutes(ms)
  const hours = Math.round((ms / HOUR) * 10) / 10
  return `${hours} ${hours === 1 ? 'hour' : 'hours'}`
}

export const inMinutes = (ms: number): string =>
  ms % MINUTE === 0 && ms < HOUR ? `${ms / MINUTE} min` : formatDuration(ms)

/** "Ana", "Ana and Ben", "Ana, Ben and 3 more". */
export function listed(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ')
  if (names.length === 3) return `${names[0]}, ${names[1]} and ${names[2]}`
  return `${names[0]}, ${names[1]} and ${names.length - 2} more`
}

export const subjectOf = (kind: Subject['kind'], { id, slug }: Omit<Subject, 'kind'>): Subject => ({
  kind,
  id,
  slug,
})
