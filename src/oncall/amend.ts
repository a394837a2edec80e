/**
 * Changing a schedule. The change takes effect from an instant, never earlier than now; who was on
 * call before stays who was on call. What had been planned and has not begun gives way to it.
 */
import type { Instant } from '../lib/instant.ts'
import type { Rotation, Schedule, Version } from './schedule.ts'

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

/**
 * The same rotations with days that have become known since: in force from now on, and in what is
 * planned for later. What has been stays.
 */
export function refresh(
  schedule: Schedule,
  fresh: (rotation: Rotation, timezone: string) => Rotation,
  now: Instant,
): Schedule {
  const past = schedule.earlier.filter((version) => version.until <= now)
  const ahead = [
    ...schedule.earlier.filter((version) => version.until > now),
    { until: Number.POSITIVE_INFINITY, timezone: schedule.timezone, rotations: schedule.rotations },
  ]
  const renewed = ahead.map((version) => ({
    ...version,
    rotations: version.rotations.map((one) => fresh(one, version.timezone)),
  }))
  const [was, is] = [ahead[0] as Version, renewed[0] as Version]
  if (renewed.every((one, index) => isSamePlan(one, ahead[index] as Version))) return schedule
  const kept = isSamePlan(was, is) ? [] : [{ ...was, until: now }]
  return {
    ...schedule,
    rotations: renewed.at(-1)?.rotations ?? [],
    earlier: [...past, ...kept, ...renewed.slice(0, -1)].slice(-VERSIONS_MAX),
  }
}

/** Whether two plans differ in nothing but the days that their calendars were known to have. */
export const isSameButForDays = (a: Plan, b: Plan): boolean =>
  isSamePlan(withoutDays(a), withoutDays(b))

const withoutDays = (plan: Plan): Plan => ({
  ...plan,
  rotations: plan.rotations.map((one) => {
    const { calendar } = one.handoff
    const bare = calendar ? { calendarId: calendar.calendarId, weekend: [], holidays: [] } : null
    return { ...one, handoff: { ...one.handoff, calendar: bare } }
  }),
})

const isSamePlan = (a: Plan, b: Plan): boolean => keyOf(a) === keyOf(b)

/** Field by field: what comes from storage has its fields in another order. */
const keyOf = ({ timezone, rotations }: Plan): string =>
  JSON.stringify([
    timezone,
    rotations.map(({ id, turns, every, handoff, starts, ends, only }) => [
      [id, turns, every.unit, every.count, starts, ends],
      [handoff.weekday, handoff.date, handoff.time],
      handoff.calendar
        ? [handoff.calendar.calendarId, handoff.calendar.weekend, handoff.calendar.holidays]
        : null,
      only.map(({ days, from, to }) => [days, from, to]),
    ]),
  ])
