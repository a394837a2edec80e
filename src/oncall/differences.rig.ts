/** Holds the fast way of telling who is on call against the slow one, in every zone there is. */
import { DAY, type Instant, toIso } from '../lib/instant.ts'
import { isZone } from '../lib/zone.ts'
import { changesOf, clockOf, oracleOf, type Slow } from './oracle.rig.ts'
import { diceOf, randomInstant, randomSchedule } from './random-schedule.rig.ts'
import type { Schedule } from './schedule.ts'
import { whoIsOnCall } from './shifts.ts'

const ZONES = Intl.supportedValuesOf('timeZone').filter(isZone)
const INSTANTS = 180

export type Difference = { zone: string; at: string; fast: unknown; slow: Slow; schedule: Schedule }

/**
 * Some 240 comparisons for each schedule, near a change of its zone's clock from 2000 to 2037.
 *
 * @param seed the same seed asks the same questions
 * @param schedules how many to ask about in each zone
 */
export function differences(
  seed: number,
  schedules: number,
): { comparisons: number; found: Difference[] } {
  const found: Difference[] = []
  let comparisons = 0
  ZONES.forEach((zone, index) => {
    const dice = diceOf(seed * 1_000 + index)
    const clock = clockOf(zone)
    const changes = changesOf(clock, Date.UTC(2000, 0, 1), Date.UTC(2037, 11, 31))
    for (let round = 0; round < schedules; round += 1) {
      // Zones that never change their clocks are asked around some instant.
      const near = changes.length > 0 ? dice.of(changes) : Date.UTC(2000 + dice.below(37), 1, 28)
      const schedule = randomSchedule(dice, zone, clock, near)
      const oracle = oracleOf(schedule, clock)
      const compare = (at: Instant): Instant => {
        const { until, ...fast } = answer(schedule, at)
        const slow = oracle(at)
        comparisons += 1
        if (JSON.stringify(fast) !== JSON.stringify(slow) || until <= at) {
          found.push({ zone, at: toIso(at), fast: { ...fast, until }, slow, schedule })
        }
        return until
      }
      for (let count = 0; count < INSTANTS; count += 1) {
        const until = compare(randomInstant(dice, near))
        // What holds "until" holds up to the last millisecond, and is asked again after it.
        if (until > near + 90 * DAY) continue
        if (count % 6 === 0) compare(until - 1)
        if (count % 6 === 3) compare(until)
      }
    }
  })
  return { comparisons, found }
}

/** The answer of the fast way in the words of the slow one. */
function answer(schedule: Schedule, at: Instant): Slow & { until: Instant } {
  const { people, shadows, until } = whoIsOnCall(schedule, at)
  const why = people[0]?.why
  const isOverridden = schedule.overrides.some((one) => one.from <= at && at < one.to)
  const turn =
    why?.kind === 'rotation' && !isOverridden
      ? { rotation: why.rotation, turn: why.turn, from: why.from, to: why.to }
      : null
  return {
    people: people.map((one) => one.personId).sort(),
    shadows: shadows.toSorted(),
    turn,
    until,
  }
}
