/** What can be wrong between schedules: the same person twice, too large a share, too many weeks running. */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { isRunTooLong, isShareTooHigh, loadShare, longestRun, weeksHeld } from '../load/fairness.ts'
import { heldIn } from '../load/summary.ts'
import type { Shift } from '../oncall/shifts.ts'
import {
  aboutPerson,
  type HealthFinding,
  type Looked,
  nameOf,
  spanIn,
  WEEKS,
} from './health-finding.ts'

/** On two steps that follow each other, the second person is there for when the first does not answer. */
export function primaryIsSecondary(looked: Looked): HealthFinding[] {
  const { directory } = looked
  return [...directory.ladders.values()].flatMap((ladder) => {
    const layers = ladder.steps.map((step) =>
      step.targets.flatMap((target) => (target.kind === 'schedule' ? [target.id] : [])),
    )
    return layers.flatMap((layer, index): HealthFinding[] => {
      const next = layers[index + 1] ?? []
      for (const one of layer) {
        for (const other of next) {
          const both = firstTogether(looked.shifts.get(one) ?? [], looked.shifts.get(other) ?? [])
          const [first, second] = [directory.schedules.get(one), directory.schedules.get(other)]
          if (!both || !first || !second || first === second) continue
          return [
            {
              rule: 'primaryIsSecondary',
              subject: { kind: 'escalation', id: ladder.id, slug: ladder.slug },
              sentence: `${nameOf(looked, both.personId)} is on call in \`${first.slug}\` and in \`${second.slug}\` ${spanIn(first.timezone, both)}: steps ${index + 1} and ${index + 2} lead to the same person`,
              wayOut: 'Shift one of the rotations by a turn.',
              from: both.from,
              to: both.to,
            },
          ]
        }
      }
      return []
    })
  })
}

function firstTogether(
  one: readonly Shift[],
  other: readonly Shift[],
): { personId: Id; from: Instant; to: Instant } | null {
  let at = 0
  for (const shift of one) {
    while (at > 0 && (other[at]?.from ?? 0) > shift.from) at -= 1
    for (let next = at; next < other.length; next += 1) {
      const beside = other[next] as Shift
      if (beside.from >= shift.to) break
      at = next
      if (beside.to <= shift.from) continue
      const both = shift.people.find((duty) =>
        beside.people.some((duty2) => duty2.personId === duty.personId),
      )
      if (both) {
        const from = Math.max(shift.from, beside.from)
        return { personId: both.personId, from, to: Math.min(shift.to, beside.to) }
      }
    }
  }
  return null
}

/** Each layer of a ladder needs its people: two layers of four people are half of everybody's life. */
export function loadShares(looked: Looked): HealthFinding[] {
  const { directory } = looked
  return [...directory.ladders.values()].flatMap((ladder) => {
    const layers = new Set(
      ladder.steps.flatMap((step) =>
        step.targets.flatMap((target) => (target.kind === 'schedule' ? [target.id] : [])),
      ),
    )
    const people = new Set(
      [...layers].flatMap((id) =>
        (directory.schedules.get(id)?.rotations ?? []).flatMap((one) => one.turns.flat()),
      ),
    )
    const share = loadShare(layers.size, people.size)
    // A single person is a finding of its own.
    if (share === null || people.size < 2 || !isShareTooHigh(share)) return []
    return [
      {
        rule: 'loadShare',
        subject: { kind: 'escalation' as const, id: ladder.id, slug: ladder.slug },
        sentence: `${layers.size} ${layers.size === 1 ? 'schedule' : 'schedules'} and ${people.size} people: each is on call ${Math.round(share * 100)} % of the time, a quarter is the most`,
        wayOut: `${Math.ceil(layers.size / 0.25)} people would bring it to a quarter.`,
        from: null,
        to: null,
      },
    ]
  })
}

export function longRuns(looked: Looked): HealthFinding[] {
  const { directory, facts, until } = looked
  const held = heldIn([...directory.schedules.values()], facts.now, until)
  const byPerson = new Map<Id, typeof held>()
  for (const one of held) byPerson.set(one.personId, [...(byPerson.get(one.personId) ?? []), one])
  return [...byPerson].flatMap(([personId, theirs]) => {
    const weeks = new Set(theirs.flatMap((one) => weeksHeld([one], personId, one.zone)))
    const run = longestRun([...weeks])
    const person = directory.people.get(personId)
    if (!person || !isRunTooLong(run)) return []
    return [
      aboutPerson(
        person,
        'longRun',
        `${person.name} is on call in ${run} weeks running within the next ${facts.weeks ?? WEEKS}; two is the most`,
        'Put more people in, or more time between their turns.',
      ),
    ]
  })
}
