/**
 * Changing a schedule. The change takes effect from an instant, never earlier than now; who was on
 * call before stays who was on call. What had been planned and has not begun gives way to it.
 */
import type { Instant } from '../lib/instant.ts'
import type { Schedule, Version } from './schedule.ts'

/** So many are kept; who was on call longer ago is in the log. */
export const VERSIONS_MAX = 100

type Plan = Pick<Schedule, 'timezone' | 'rotations'>

/** @param from when the change shall take effect; a moment that has passed means now */
export function amend(schedule: Schedule, plan: Plan, from: Instant, now: Instant): Schedule {
  if (isSamePlan(schedule, plan)) return schedule
  const { timezone, rotations } = plan
  const past = schedule.earlier.filter((version) => version.until <= now)
  const inForce = planAt(schedule, now)
  const until = Math.max(from, now)
  const earlier: Version[] = isSamePlan(inForce, plan)
    ? past
    : [...past, { until, timezone: inForce.timezone, rotations: inForce.rotations }]
  return { ...schedule, timezone, rotations, earlier: earlier.slice(-VERSIONS_MAX) }
}

/** What holds at that instant. */
export function planAt(schedule: Schedule, at: Instant): Plan {
  const version = schedule.earlier.find((one) => at < one.until)
  return version ?? { timezone: schedule.timezone, rotations: schedule.rotations }
}

const isSamePlan = (a: Plan, b: Plan): boolean => keyOf(a) === keyOf(b)

/** Field by field: what comes from storage has its fields in another order. */
const keyOf = ({ timezone, rotations }: Plan): string =>
  JSON.stringify([
    timezone,
    rotations.map(({ id, turns, every, handoff, starts, ends, only }) => [
      [id, turns, every.unit, every.count, starts, ends],
      [handoff.weekday, handoff.date, handoff.time],
      only.map(({ days, from, to }) => [days, from, to]),
    ]),
  ])
