/** What can be wrong with one schedule. Each rule is one finding at most, but where it names people. */
import type { Id } from '../lib/id.ts'
import { DAY, HOUR } from '../lib/instant.ts'
import { formatDateTime, formatTime } from '../lib/zone.ts'
import { eligibleOf, isLayerTooSmall } from '../load/fairness.ts'
import { handoffFindings } from '../load/handoff.ts'
import type { Schedule } from '../oncall/schedule.ts'
import { stints } from '../oncall/shifts.ts'
import { planFor } from '../people/rules.ts'
import { about, type HealthFinding, type Looked, more, nameOf, spanIn } from './health-finding.ts'

const SHADOW_MS_MIN = 14 * DAY

type ScheduleRule = (schedule: Schedule, looked: Looked) => HealthFinding[]

export const SCHEDULE_RULES: readonly ScheduleRule[] = [
  gap,
  nobodyReachable,
  fewPeople,
  handoffHour,
  vacation,
  shadowUnfinished,
]

function gap(schedule: Schedule, looked: Looked): HealthFinding[] {
  const holes = (looked.shifts.get(schedule.id) ?? []).filter((one) => one.people.length === 0)
  const [first] = holes
  if (!first) return []
  const hours = Math.round(holes.reduce((sum, one) => sum + one.to - one.from, 0) / HOUR)
  return [
    about(
      schedule,
      'gap',
      `nobody is on call ${spanIn(schedule.timezone, first)}${more(holes.length - 1)}, ${hours} hours in all`,
      'Let a rotation cover it, or put somebody on call for it.',
      first,
    ),
  ]
}

function nobodyReachable(schedule: Schedule, looked: Looked): HealthFinding[] {
  const { directory, facts } = looked
  const isReachable = (id: Id): boolean => {
    const person = directory.people.get(id)
    return person !== undefined && planFor(person, 'high', facts.rules).length > 0
  }
  const silent = (looked.shifts.get(schedule.id) ?? []).filter(
    (one) => one.people.length > 0 && !one.people.some((duty) => isReachable(duty.personId)),
  )
  const [first] = silent
  if (!first) return []
  const names = first.people.map((one) => nameOf(looked, one.personId)).join(' and ')
  return [
    about(
      schedule,
      'nobodyReachable',
      `${names}, on call ${spanIn(schedule.timezone, first)}, has no contact that works${more(silent.length - 1)}`,
      'Give them a contact, and send it a test page.',
      first,
    ),
  ]
}

/** Whoever shadows, now or later, is not counted: they are not ready yet. */
function fewPeople(schedule: Schedule, looked: Looked): HealthFinding[] {
  const people = [...new Set(schedule.rotations.flatMap((one) => one.turns.flat()))]
  if (people.length === 0) return []
  const shadowing = new Set(
    schedule.shadows.filter((one) => one.to > looked.facts.now).map((one) => one.personId),
  )
  const eligible = eligibleOf(people, shadowing)
  const [only] = people
  if (people.length === 1 && only !== undefined) {
    return [
      about(
        schedule,
        'singlePerson',
        `${nameOf(looked, only)} is the only one in it: nobody relieves them`,
        'Add people, or let another schedule take some of the time.',
      ),
    ]
  }
  if (!isLayerTooSmall(eligible)) return []
  return [
    about(
      schedule,
      'fewPeople',
      `${eligible} people share it${shadowing.size > 0 ? ' (shadows do not count)' : ''}; four is the least`,
      'Add people until each is on call one week in four.',
    ),
  ]
}

function handoffHour(schedule: Schedule, looked: Looked): HealthFinding[] {
  const { directory, facts } = looked
  const homes = {
    zoneOf: (id: Id) => directory.people.get(id)?.timezone ?? 'UTC',
    holidaysOf: facts.holidaysOf,
  }
  const told = new Map<Id, HealthFinding>()
  const lived = stints(looked.shifts.get(schedule.id) ?? [])
  lived.forEach((shift, index) => {
    const before = lived[index - 1]
    // What is agreed for once, in an override, is agreed.
    const isPlanned = shift.people.every((one) => one.why.kind === 'rotation')
    if (!before || !isPlanned) return
    const people = [...before.people, ...shift.people].map((one) => one.personId)
    for (const found of handoffFindings({ at: shift.from, people, hasNote: true }, homes)) {
      if (found.reason === 'noNote' || told.has(found.personId)) continue
      const zone = homes.zoneOf(found.personId)
      const name = nameOf(looked, found.personId)
      const local = formatDateTime(shift.from, zone)
      const why =
        found.reason === 'outsideHours'
          ? `at ${formatTime(shift.from, zone)} where they are (${zone})`
          : `on a weekend or holiday of theirs, ${local}`
      told.set(
        found.personId,
        about(
          schedule,
          'handoffHour',
          `${name} hands over or takes over ${why}`,
          'Hand over between 09:00 and 17:00 on a working day of everybody in it.',
          { from: shift.from, to: shift.from },
        ),
      )
    }
  })
  return [...told.values()]
}

function vacation(schedule: Schedule, looked: Looked): HealthFinding[] {
  const shifts = looked.shifts.get(schedule.id) ?? []
  return looked.facts.absences.flatMap((away) => {
    const hit = shifts.find(
      (shift) =>
        shift.from < away.to &&
        shift.to > away.from &&
        shift.people.some((one) => one.personId === away.personId),
    )
    if (!hit) return []
    const from = Math.max(hit.from, away.from)
    const to = Math.min(hit.to, away.to)
    const note = away.note === '' ? '' : ` (${away.note})`
    return [
      about(
        schedule,
        'vacation',
        `${nameOf(looked, away.personId)} is away${note} and on call ${spanIn(schedule.timezone, { from, to })}`,
        'Ask for cover, or swap.',
        { from, to },
      ),
    ]
  })
}

function shadowUnfinished(schedule: Schedule, looked: Looked): HealthFinding[] {
  const people = new Set(schedule.shadows.map((one) => one.personId))
  return [...people].flatMap((personId) => {
    const theirs = schedule.shadows
      .filter((one) => one.personId === personId)
      .toSorted((a, b) => a.from - b.from)
    let left = SHADOW_MS_MIN
    let readyAt = Number.POSITIVE_INFINITY
    for (const { from, to } of theirs) {
      if (to - from >= left) {
        readyAt = from + left
        break
      }
      left -= to - from
    }
    const shift = (looked.shifts.get(schedule.id) ?? []).find(
      (one) => one.from < readyAt && one.people.some((duty) => duty.personId === personId),
    )
    if (!shift) return []
    return [
      about(
        schedule,
        'shadowUnfinished',
        `${nameOf(looked, personId)} is on call ${spanIn(schedule.timezone, shift)} before two weeks of looking on are over`,
        'Let somebody else have that shift, or add shadow time before it.',
        shift,
      ),
    ]
  })
}
