/** What is unhealthy about one schedule: nobody, the same person always, or a change of hands at a bad hour. */
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { DAY, HOUR, type Instant } from '../lib/instant.ts'
import { formatDateTime, fromWall, toWall, type WallMs } from '../lib/zone.ts'
import type { Shadow } from '../oncall/schedule.ts'
import type { Shift } from '../oncall/shifts.ts'
import type { Person } from '../people/person.ts'
import {
  andMore,
  type HealthFinding,
  inHours,
  known,
  listed,
  type ScheduleView,
  spell,
  subjectOf,
  type View,
} from './health-view.ts'

export function gap({ schedule, shifts }: ScheduleView, view: View): HealthFinding[] {
  const holes = shifts.filter((shift) => shift.people.length === 0)
  const [first] = holes
  if (!first) return []
  const total = inHours(holes.reduce((sum, hole) => sum + hole.to - hole.from, 0))
  return [
    {
      rule: 'gap',
      subject: subjectOf('schedule', schedule),
      sentence: `nobody is on call in \`${schedule.slug}\` ${spell(first, schedule.timezone, view)}${andMore(holes.length)}, ${total} in all`,
      wayOut: 'let a rotation cover it, or an override',
      from: first.from,
      to: first.to,
    },
  ]
}

/** One person in a shift who can be reached is enough. */
export function nobodyReachable({ schedule, shifts }: ScheduleView, view: View): HealthFinding[] {
  const canBeReached = ({ personId }: { personId: Id }): boolean => {
    const person = view.directory.people.get(personId)
    return person !== undefined && view.highPlanOf(person).length > 0
  }
  const silent = shifts.filter(
    ({ people }) => people.length > 0 && !people.some((one) => canBeReached(one)),
  )
  const [first] = silent
  if (!first) return []
  const names = first.people.map(
    ({ personId }) => view.directory.people.get(personId)?.name ?? 'somebody who has left',
  )
  return [
    {
      rule: 'nobodyReachable',
      subject: subjectOf('schedule', schedule),
      sentence: `nobody on call in \`${schedule.slug}\` can be reached ${spell(first, schedule.timezone, view)}${andMore(silent.length)}: ${listed(names)} ${names.length === 1 ? 'has' : 'have'} no contact that works`,
      wayOut: `give ${listed(names)} a contact, or let somebody else cover it`,
      from: first.from,
      to: first.to,
    },
  ]
}

export function singlePerson({ schedule, rotating }: ScheduleView): HealthFinding[] {
  const [only] = rotating
  if (!only || rotating.length > 1) return []
  return [
    {
      rule: 'singlePerson',
      subject: subjectOf('schedule', schedule),
      sentence: `every turn of \`${schedule.slug}\` is ${only.name}'s: nobody relieves them`,
      wayOut: 'let others take turns',
      from: null,
      to: null,
    },
  ]
}

const PEOPLE_MIN = 4

/** Those who still learn the schedule by shadowing it, now or soon, do not count yet. */
export function fewPeople({ schedule, members }: ScheduleView, view: View): HealthFinding[] {
  const learning = new Set(
    schedule.shadows.filter((one) => one.to > view.facts.now).map((one) => one.personId),
  )
  const eligible = members.filter((one) => !learning.has(one.id))
  if (members.length === 0 || eligible.length >= PEOPLE_MIN) return []
  const shadowing = members.filter((one) => learning.has(one.id)).map((one) => one.name)
  const without =
    shadowing.length === 0
      ? ''
      : ` (${listed(shadowing)} still ${shadowing.length === 1 ? 'shadows' : 'shadow'} it)`
  const who =
    eligible.length === 0
      ? 'nobody takes'
      : eligible.length === 1
        ? 'only 1 person takes'
        : `only ${eligible.length} people take`
  return [
    {
      rule: 'fewPeople',
      subject: subjectOf('schedule', schedule),
      sentence: `${who} turns in \`${schedule.slug}\`${without}, and ${PEOPLE_MIN} are the least that can be kept up`,
      wayOut: `let at least ${PEOPLE_MIN} people take turns`,
      from: null,
      to: null,
    },
  ]
}

const DAY_BEGINS = 9 * HOUR
const DAY_ENDS = 17 * HOUR

/**
 * Whoever hands over and whoever takes over should be awake, at work and able to talk. Only changes
 * from one turn to another: the hour of a cover was agreed between two people, and where nobody
 * was on call before or is after, nothing is handed over.
 */
export function handoffHour({ schedule, shifts }: ScheduleView, view: View): HealthFinding[] {
  const late = new Map<
    Id,
    { person: Person; at: Instant; does: string; why: string; count: number }
  >()
  const holidays = new Map<Id, ReadonlySet<string>>()
  const look = (id: Id, at: Instant, does: string): void => {
    const person = view.directory.people.get(id)
    if (!person) return
    const days = holidays.get(id) ?? view.facts.holidaysOf(id)
    holidays.set(id, days)
    const why = whyNotAtWork(toWall(at, person.timezone), days)
    if (why === null) return
    const before = late.get(id)
    if (before) before.count += 1
    else late.set(id, { person, at, does, why, count: 1 })
  }
  shifts.forEach((shift, index) => {
    const before = shifts[index - 1]
    if (!before) return
    const going = turnsOnlyIn(before, shift)
    const coming = turnsOnlyIn(shift, before)
    if (going.length === 0 || coming.length === 0) return
    for (const id of going) look(id, shift.from, 'hands over')
    for (const id of coming) look(id, shift.from, 'takes over')
  })
  return [...late.values()].map(({ person, at, does, why, count }) => ({
    rule: 'handoffHour',
    subject: subjectOf('schedule', schedule),
    sentence: `${person.name} ${does} \`${schedule.slug}\` on ${formatDateTime(at, schedule.timezone)} (${schedule.timezone}), and for them that is ${formatDateTime(at, person.timezone)} (${person.timezone}), ${why}${andMore(count)}`,
    wayOut: `hand off between 09:00 and 17:00 of a working day in ${person.timezone}`,
    from: at,
    to: at,
  }))
}

/** Whose turn is in the one shift and who is not in the other at all. */
function turnsOnlyIn(shift: Shift, other: Shift): Id[] {
  const there = new Set(other.people.map((one) => one.personId))
  return shift.people
    .filter((one) => one.why.kind === 'rotation' && !there.has(one.personId))
    .map((one) => one.personId)
}

function whyNotAtWork(wall: WallMs, holidays: ReadonlySet<string>): string | null {
  const local = new Date(wall)
  if (holidays.has(local.toISOString().slice(0, 10))) return 'a holiday'
  if (local.getUTCDay() % 6 === 0) return 'a weekend'
  const time = wall - Math.floor(wall / DAY) * DAY
  return time < DAY_BEGINS || time >= DAY_ENDS ? 'outside 09:00 to 17:00' : null
}

const SHADOW_DAYS = 14

/** Days are counted on the clock on the wall, so that two weeks over a change of clocks are two weeks. */
export function shadowUnfinished(
  { schedule, stretches }: ScheduleView,
  view: View,
): HealthFinding[] {
  const zone = schedule.timezone
  const shadows = groupBy(schedule.shadows, (one) => one.personId)
  return known([...shadows.keys()], view.directory.people).flatMap((person): HealthFinding[] => {
    const learnt = learntAt(shadows.get(person.id) ?? [], zone)
    const first = stretches.get(person.id)?.[0]
    if (!first || first.from >= learnt) return []
    return [
      {
        rule: 'shadowUnfinished',
        subject: subjectOf('schedule', schedule),
        sentence: `${person.name} is on call in \`${schedule.slug}\` ${spell(first, zone, view)}, before ${SHADOW_DAYS} days of shadowing it are over`,
        wayOut: `let ${person.name} shadow ${SHADOW_DAYS} days first, and somebody else cover until then`,
        from: first.from,
        to: first.to,
      },
    ]
  })
}

/** When so many days of shadowing are over; infinity where they are not planned. */
function learntAt(shadows: readonly Shadow[], zone: string): Instant {
  let left = SHADOW_DAYS * DAY
  let seen = Number.NEGATIVE_INFINITY
  for (const { from, to } of shadows.toSorted((a, b) => a.from - b.from)) {
    const begin = toWall(Math.max(from, seen), zone)
    const end = toWall(to, zone)
    if (end <= begin) continue
    if (end - begin >= left) return fromWall(begin + left, zone)
    left -= end - begin
    seen = to
  }
  return Number.POSITIVE_INFINITY
}
