/** What is unhealthy for one person: weeks without a rest, calls while away, contacts nobody has tried. */
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { DAY, HOUR, type Instant } from '../lib/instant.ts'
import { printable, truncate } from '../lib/text.ts'
import { formatDateTime, fromWall, reachedWall, toWall, type WallMs } from '../lib/zone.ts'
import type { Schedule } from '../oncall/schedule.ts'
import type { Person } from '../people/person.ts'
import {
  type Absence,
  andMore,
  type Duty,
  type HealthFinding,
  known,
  listed,
  spell,
  type Stretch,
  subjectOf,
  type View,
} from './health-view.ts'

const RUN_MAX = 2
const HELD_MIN = HOUR
const WEEK = 7 * DAY
/** Day 0 of 1970 was a Thursday; ISO weeks begin on Mondays. */
const weekOf = (wall: WallMs): number => Math.floor((wall + 3 * DAY) / WEEK)

/** What a person holds of one ISO week, in the schedules where it is an hour or more. */
type Held = Stretch & { schedules: Set<Schedule> }
type Weeks = Map<number, Held>

/** More than two weeks in a row, whatever the schedules: a week of rest is a week without any. */
export function longRun(view: View): HealthFinding[] {
  return [...weeksHeld(view)].flatMap(([personId, weeks]): HealthFinding[] => {
    const person = view.directory.people.get(personId)
    const run = longestRun(weeks)
    const first = weeks.get(run[0] ?? 0)
    const last = weeks.get(run.at(-1) ?? 0)
    if (!person || !first || !last || run.length <= RUN_MAX) return []
    const schedules = new Set(run.flatMap((week) => [...(weeks.get(week)?.schedules ?? [])]))
    const names = [...schedules].map((one) => `\`${one.slug}\``)
    const zone = [...first.schedules][0]?.timezone ?? 'UTC'
    return [
      {
        rule: 'longRun',
        subject: subjectOf('person', person),
        sentence: `${person.name} is on call in ${run.length} weeks in a row, ${spell({ from: first.from, to: last.to }, zone, view)}: ${listed(names)}`,
        wayOut: `leave ${person.name} a week without a shift after ${RUN_MAX} weeks at most`,
        from: first.from,
        to: last.to,
      },
    ]
  })
}

function weeksHeld(view: View): Map<Id, Weeks> {
  const held = new Map<Id, Weeks>()
  for (const { schedule, shifts } of view.schedules.values()) {
    const inOne = new Map<Id, Map<number, Stretch & { ms: number }>>()
    for (const shift of shifts) {
      for (const { personId, why } of shift.people) {
        const weeks = inOne.get(personId) ?? new Map<number, Stretch & { ms: number }>()
        inOne.set(personId, weeks)
        for (const { week, from, to } of weeksOf(shift, why.from, schedule.timezone)) {
          const before = weeks.get(week)
          if (before) Object.assign(before, { to, ms: before.ms + to - from })
          else weeks.set(week, { from, to, ms: to - from })
        }
      }
    }
    for (const [personId, weeks] of inOne) {
      const all: Weeks = held.get(personId) ?? new Map()
      held.set(personId, all)
      for (const [week, { from, to, ms }] of weeks)
        if (ms >= HELD_MIN) add(all, week, { from, to }, schedule)
    }
  }
  return held
}

function add(weeks: Weeks, week: number, { from, to }: Stretch, schedule: Schedule): void {
  const before = weeks.get(week)
  if (!before) weeks.set(week, { from, to, schedules: new Set([schedule]) })
  else {
    before.from = Math.min(before.from, from)
    before.to = Math.max(before.to, to)
    before.schedules.add(schedule)
  }
}

/**
 * A turn from Monday 10:00 to Monday 10:00 is one week of work, though it touches two on the
 * calendar: what is held counts by the week in which the turn began, and after seven days by the
 * next one. Otherwise every weekly hand-off by day would make two weeks three.
 */
function weeksOf(
  { from, to }: Stretch,
  begun: Instant,
  zone: string,
): (Stretch & { week: number })[] {
  const begunWall = toWall(begun, zone)
  const found: (Stretch & { week: number })[] = []
  for (let at = from; at < to; ) {
    const passed = Math.max(0, Math.floor((reachedWall(at, zone) - begunWall) / WEEK))
    const next = fromWall(begunWall + (passed + 1) * WEEK, zone)
    const end = Math.min(to, next)
    found.push({ week: weekOf(begunWall + passed * WEEK), from: at, to: end })
    at = end
  }
  return found
}

/** The longest weeks in a row; of several the first. */
function longestRun(weeks: Weeks): number[] {
  let longest: number[] = []
  let run: number[] = []
  for (const week of [...weeks.keys()].sort((a, b) => a - b)) {
    run = run.at(-1) === week - 1 ? [...run, week] : [week]
    if (run.length > longest.length) longest = run
  }
  return longest
}

const NOTE_MAX = 80

export function vacation(view: View): HealthFinding[] {
  const ahead = view.facts.absences.filter(
    (one) => one.from < one.to && one.to > view.facts.now && one.from < view.until,
  )
  return [...groupBy(ahead, (one) => one.personId)].flatMap(([personId, absences]) => {
    const person = view.directory.people.get(personId)
    if (!person) return []
    const duties = view.duties.get(personId) ?? []
    return absences.flatMap((one) => duties.flatMap((duty) => whileAway(person, one, duty, view)))
  })
}

/** One finding an absence and schedule, however many shifts fall into it. */
function whileAway(
  person: Person,
  absence: Absence,
  { schedule, stretches }: Duty,
  view: View,
): HealthFinding[] {
  const shifts = stretches.filter((one) => one.from < absence.to && absence.from < one.to)
  const [first] = shifts
  if (!first) return []
  const zone = schedule.timezone
  const note = truncate(printable(absence.note.trim()), NOTE_MAX)
  return [
    {
      rule: 'vacation',
      subject: subjectOf('person', person),
      sentence: `${person.name} is away ${note === '' ? '' : `(${note}) `}from ${formatDateTime(absence.from, zone)} to ${formatDateTime(absence.to, zone)}, and on call in \`${schedule.slug}\` ${spell(first, zone, view)}${andMore(shifts.length)}`,
      wayOut: 'let somebody cover it, or swap',
      from: Math.max(first.from, absence.from),
      to: Math.min(first.to, absence.to),
    },
  ]
}

export function unverifiedContact(view: View): HealthFinding[] {
  const ids = [...view.schedules.values()].flatMap(({ schedule, rotating, stretches }) => [
    ...rotating.map((one) => one.id),
    ...stretches.keys(),
    ...schedule.overrides.filter((one) => one.to > view.facts.now).map((one) => one.personId),
  ])
  return known(ids, view.directory.people).flatMap((person) => {
    const used = new Set(view.highPlanOf(person).map((item) => item.contactId))
    const unverified = person.contacts.filter((one) => used.has(one.id) && one.verifiedAt === null)
    const first = firstDuty(person.id, view)
    return unverified.map(
      (contact): HealthFinding => ({
        rule: 'unverifiedContact',
        subject: subjectOf('person', person),
        sentence: `${person.name} can be on call, and their contact \`${contact.slug}\` was never verified: nobody knows that a page gets there`,
        wayOut: `let ${person.name} verify \`${contact.slug}\``,
        from: first?.from ?? null,
        to: first?.to ?? null,
      }),
    )
  })
}

const TEST_EVERY_DAYS = 30

/** One contact that was tried is enough; of somebody who has none, other rules speak. */
export function staleTest(view: View): HealthFinding[] {
  return known([...view.duties.keys()], view.directory.people).flatMap(
    (person): HealthFinding[] => {
      const first = firstDuty(person.id, view)
      if (!first || person.contacts.length === 0) return []
      const tested = person.contacts.map(({ id }) => view.facts.testedAt.get(id) ?? NEVER)
      const ago = view.facts.now - Math.max(...tested)
      if (ago <= TEST_EVERY_DAYS * DAY) return []
      const went = Number.isFinite(ago)
        ? `went to ${person.name} in ${Math.floor(ago / DAY)} days`
        : `ever went to ${person.name}`
      return [
        {
          rule: 'staleTest',
          subject: subjectOf('person', person),
          sentence: `no test page ${went}, and they are on call in \`${first.schedule.slug}\` ${spell(first, first.schedule.timezone, view)}`,
          wayOut: `send ${person.name} a test page`,
          from: first.from,
          to: first.to,
        },
      ]
    },
  )
}

const NEVER: Instant = Number.NEGATIVE_INFINITY

function firstDuty(personId: Id, view: View): (Stretch & { schedule: Schedule }) | null {
  const firsts = (view.duties.get(personId) ?? []).flatMap(({ schedule, stretches: [first] }) =>
    first ? [{ ...first, schedule }] : [],
  )
  return firsts.sort((a, b) => a.from - b.from)[0] ?? null
}
