/**
 * Who is on call, worked out the slow way, to hold the fast way against. It reads the rules and
 * shares nothing with `shifts.ts`: it walks from the start hand-off by hand-off, steps through
 * the calendar day by day, and reads the clocks of the world by `Intl.DateTimeFormat`.
 */
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import type { Restriction } from '../lib/windows.ts'
import type { Override, Rotation, Schedule } from './schedule.ts'

/** One zone's clock as Intl shows it. */
export type Clock = {
  wallOf: (at: Instant) => number
  /** The first instant that shows this wall time, or else the first after the gap it lies in. */
  instantOf: (wall: number) => Instant
}

export function clockOf(zone: string): Clock {
  // Swedish writes dates as `2026-11-23 14:07:05`, which is what `Date.parse` reads.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const wallOf = (at: Instant): number => {
    const second = Math.floor(at / SECOND) * SECOND
    return Date.parse(`${format.format(second).replace(' ', 'T')}Z`) + (at - second)
  }
  const known = new Map<number, Instant>()
  const instantOf = (wall: number): Instant => {
    let at = known.get(wall)
    if (at === undefined) {
      at = search(wall, wallOf)
      known.set(wall, at)
    }
    return at
  }
  return { wallOf, instantOf }
}

/** Clocks change at most once in the 60 hours around; the change itself is found by halving. */
function search(wall: number, wallOf: Clock['wallOf']): Instant {
  const earlier = wall - 30 * HOUR
  const later = wall + 30 * HOUR
  const before = wallOf(earlier) - earlier
  const after = wallOf(later) - later
  if (before === after) return wall - before
  const change = changeBetween(earlier, later, wallOf)
  if (wall - before < change) return wall - before
  if (wall - after >= change) return wall - after
  return change
}

/** The first second at which the offset is no longer what it is at `from`. */
function changeBetween(from: Instant, to: Instant, wallOf: Clock['wallOf']): Instant {
  const offset = wallOf(from) - from
  let low = Math.floor(from / SECOND)
  let high = Math.ceil(to / SECOND)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (wallOf(middle * SECOND) - middle * SECOND === offset) low = middle
    else high = middle
  }
  return high * SECOND
}

/** All changes of a zone's clock in a stretch of time. No two are less than six days apart. */
export function changesOf(clock: Clock, from: Instant, to: Instant): Instant[] {
  const found: Instant[] = []
  const offsetAt = (at: Instant) => clock.wallOf(at) - at
  for (let at = from; at < to; at += 6 * DAY) {
    if (offsetAt(at) !== offsetAt(at + 6 * DAY)) {
      found.push(changeBetween(at, at + 6 * DAY, clock.wallOf))
    }
  }
  return found
}

export type Slow = {
  people: string[]
  shadows: string[]
  /** Where the rotations decide: which turn it is. */
  turn: { rotation: string; turn: number; from: Instant; to: Instant } | null
}

/** Evaluates single instants of one schedule. Hand-offs walked over are remembered. */
export function oracleOf(schedule: Schedule, clock: Clock): (at: Instant) => Slow {
  const plans = [...schedule.earlier, { until: null, rotations: schedule.rotations }].map(
    (one) => ({
      ...one,
      walks: one.rotations.map((rotation) => walkOf(rotation, clock)),
    }),
  )
  return (at) => {
    let people: string[] = []
    let turn: Slow['turn'] = null
    const plan = plans.filter((one) => one.until === null || one.until > at)[0]
    plan?.rotations.forEach((rotation, index) => {
      const now = plan.walks[index]?.(at) ?? null
      if (now === null || !isWithin(rotation.only, clock, at)) return
      const ids = rotation.turns[now.turn % rotation.turns.length] ?? []
      if (ids.length === 0) return
      people = [...ids]
      turn = { rotation: rotation.id, ...now }
    })
    const active = schedule.overrides.filter((one) => one.from <= at && at < one.to)
    const swaps = active.filter((one) => one.kind === 'replace')
    const whole = swaps.filter((one) => one.replaces === null)
    const isOut = (id: string) => active.some((one) => one.kind === 'remove' && one.personId === id)
    // Who is taken out keeps what an override asked of them.
    const asked = whole.map((one) => one.personId)
    const base = whole.length > 0 ? asked : people
    const after = base.flatMap((id) =>
      standIns(id, swaps, []).filter((end) => end !== id || asked.includes(id) || !isOut(id)),
    )
    after.push(...active.filter((one) => one.kind === 'add').map((one) => one.personId))
    const shadows = schedule.shadows.filter((one) => one.from <= at && at < one.to)
    return {
      people: [...new Set(after)].sort(),
      shadows: [...new Set(shadows.map((one) => one.personId))].sort(),
      turn: active.length > 0 ? null : turn,
    }
  }
}

/** Follows every way that leads from a person to those who stand in for them. */
function standIns(id: string, active: readonly Override[], been: readonly string[]): string[] {
  const path = [...been, id]
  const next = active.filter((one) => one.replaces === id && !path.includes(one.personId))
  return next.length === 0 ? [id] : next.flatMap((one) => standIns(one.personId, active, path))
}

function walkOf(rotation: Rotation, clock: Clock) {
  const first = firstDay(rotation)
  const [hour = 0, minute = 0] = rotation.handoff.time.split(':').map(Number)
  const time = hour * HOUR + minute * MINUTE
  const end = rotation.ends === null ? null : clock.instantOf(Date.parse(`${rotation.ends}T00:00Z`))
  const handoffs: Instant[] = []
  const handoff = (turn: number): Instant => {
    while (handoffs.length <= turn) {
      handoffs.push(clock.instantOf(wallOfHandoff(rotation, first, time, handoffs.length)))
    }
    return handoffs[turn] ?? Number.NaN
  }
  const worked: boolean[] = []
  const isWorked = (turn: number): boolean => {
    const from = wallOfHandoff(rotation, first, time, turn)
    const to = wallOfHandoff(rotation, first, time, turn + 1)
    worked[turn] ??= from < to && isAnybodys(rotation.only, from, to)
    return worked[turn]
  }
  return (at: Instant): { turn: number; from: Instant; to: Instant } | null => {
    if (rotation.turns.length === 0 || at < handoff(0)) return null
    if (end !== null && at >= end) return null
    let walked = 0
    let turn = 0
    for (; at >= handoff(walked + 1); walked += 1) if (isWorked(walked)) turn += 1
    const to = handoff(walked + 1)
    return { turn, from: handoff(walked), to: end === null ? to : Math.min(to, end) }
  }
}

/** Day by day from `starts` until one is the day of the hand-off. */
function firstDay({ starts, every, handoff }: Rotation): Date {
  const day = new Date(`${starts}T00:00Z`)
  const date = handoff.date ?? day.getUTCDate()
  for (;;) {
    if (every.unit === 'hour' || every.unit === 'day') return day
    if (every.unit === 'week' && (handoff.weekday === null || nameOf(day) === handoff.weekday))
      return day
    if (every.unit === 'month' && day.getUTCDate() === Math.min(date, lastDateOf(day))) return day
    day.setUTCDate(day.getUTCDate() + 1)
  }
}

function wallOfHandoff(rotation: Rotation, first: Date, time: number, turn: number): number {
  const { unit, count } = rotation.every
  const day = new Date(first)
  if (unit === 'hour') return day.getTime() + time + turn * count * HOUR
  if (unit === 'day') day.setUTCDate(day.getUTCDate() + turn * count)
  if (unit === 'week') day.setUTCDate(day.getUTCDate() + 7 * turn * count)
  if (unit === 'month') {
    const date = rotation.handoff.date ?? Number(rotation.starts.slice(8))
    day.setUTCDate(1)
    day.setUTCMonth(day.getUTCMonth() + turn * count)
    day.setUTCDate(Math.min(date, lastDateOf(day)))
  }
  putOff(day, rotation)
  return day.getTime() + time
}

/** One day after the other, until somebody works. */
function putOff(day: Date, { handoff: { calendar } }: Rotation): void {
  if (!calendar) return
  const { weekend, holidays } = calendar
  const isFree = (): boolean =>
    (weekend as readonly string[]).includes(nameOf(day)) ||
    holidays.includes(day.toISOString().slice(0, 10))
  while (isFree()) day.setUTCDate(day.getUTCDate() + 1)
}

const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const nameOf = (day: Date): string => NAMES[day.getUTCDay()] ?? ''
const lastDateOf = (day: Date): number =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()

/** Tries the windows of the days around, each as the instants that it begins and ends at. */
function isWithin(only: readonly Restriction[], clock: Clock, at: Instant): boolean {
  if (only.length === 0) return true
  const today = new Date(clock.wallOf(at)).toISOString().slice(0, 10)
  return only.some(({ days, from, to }) =>
    [-2, -1, 0, 1, 2].some((ahead) => {
      const day = new Date(`${today}T00:00Z`)
      day.setUTCDate(day.getUTCDate() + ahead)
      if (!(days as readonly string[]).includes(nameOf(day))) return false
      const begins = clock.instantOf(atTime(day, from))
      // `HH:MM` compare as text.
      if (to <= from) day.setUTCDate(day.getUTCDate() + 1)
      return begins <= at && at < clock.instantOf(atTime(day, to))
    }),
  )
}

/** Whether a turn, on the wall, has anything of a window in it: else it is nobody's. */
function isAnybodys(only: readonly Restriction[], from: number, to: number): boolean {
  if (only.length === 0) return true
  for (let at = from - 2 * DAY; at < to + DAY; at += DAY) {
    for (const window of only) {
      const day = new Date(new Date(at).toISOString().slice(0, 10))
      if (!(window.days as readonly string[]).includes(nameOf(day))) continue
      const begins = atTime(day, window.from)
      if (window.to <= window.from) day.setUTCDate(day.getUTCDate() + 1)
      if (begins < to && atTime(day, window.to) > from) return true
    }
  }
  return false
}

function atTime(day: Date, text: string): number {
  const at = new Date(day)
  at.setUTCHours(Number(text.slice(0, 2)), Number(text.slice(3)))
  return at.getTime()
}
