/** Schedules as nobody would make them, near a chosen instant: the same ones for the same seed. */
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import type { Clock } from './oracle.rig.ts'
import { type Restriction, type Weekday, WEEKDAYS } from '../lib/windows.ts'
import {
  type DaysOff,
  type Override,
  type Period,
  type Rotation,
  type Schedule,
  type Version,
} from './schedule.ts'

export type Dice = {
  /** A whole number from 0 up to `below`. */
  below: (below: number) => number
  of: <Item>(items: readonly Item[]) => Item
  /** So often out of a hundred. */
  percent: (share: number) => boolean
}

/** Mulberry32. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number): number => Math.floor(next() * count)
  return {
    below,
    of: (items) => items[below(items.length)] as (typeof items)[number],
    percent: (share) => below(100) < share,
  }
}

const TIMES = [
  '00:00',
  '00:30',
  '01:30',
  '02:00',
  '02:30',
  '03:00',
  '10:00',
  '22:00',
  '23:30',
  '23:59',
]
const LENGTHS: Record<Period['unit'], number> = {
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 31 * DAY,
}
const COUNTS: Record<Period['unit'], readonly number[]> = {
  hour: [1, 2, 5, 8, 12, 12, 24, 36],
  day: [1, 1, 2, 3],
  week: [1, 1, 2],
  month: [1, 1, 3, 12],
}

/** @param near most of its hand-offs, covers and windows lie around this instant */
export function randomSchedule(dice: Dice, zone: string, clock: Clock, near: Instant): Schedule {
  const rotations = Array.from({ length: 1 + dice.below(3) }, (_, index) =>
    randomRotation(dice, clock, near, `r${index}`),
  )
  return {
    id: 'schedule',
    slug: 'schedule',
    name: 'Schedule',
    teamId: null,
    timezone: zone,
    acceptWithinMs: null,
    rotations,
    earlier: dice.percent(75) ? [] : randomVersions(dice, zone, clock, near),
    overrides: dice.percent(50) ? [] : randomOverrides(dice, near),
    shadows: dice.percent(80) ? [] : [{ personId: 'p9', ...stretch(dice, near) }],
  }
}

function randomRotation(dice: Dice, clock: Clock, near: Instant, id: string): Rotation {
  const unit = dice.of<Period['unit']>(['hour', 'day', 'day', 'week', 'week', 'month'])
  const count = dice.of(COUNTS[unit])
  const starts =
    clock.wallOf(near) + 3 * DAY - dice.below(40) * count * LENGTHS[unit] - dice.below(9) * DAY
  const ends = clock.wallOf(near) + (dice.below(20) - 10) * DAY
  const hasCalendar = unit !== 'hour' && dice.percent(40)
  return {
    id,
    turns: dice.percent(2)
      ? []
      : Array.from({ length: 1 + dice.below(5) }, () =>
          dice.percent(5) ? [] : dice.percent(10) ? [person(dice), person(dice)] : [person(dice)],
        ),
    every: { unit, count },
    handoff: {
      weekday: unit === 'week' && dice.percent(80) ? dice.of(WEEKDAYS) : null,
      date: unit === 'month' && dice.percent(70) ? dice.of([1, 15, 28, 29, 30, 31]) : null,
      time: dice.of(TIMES),
      calendar: hasCalendar ? randomDaysOff(dice, starts, clock.wallOf(near)) : null,
    },
    starts: dateOf(starts),
    ends: dice.percent(15) && ends > starts + DAY ? dateOf(ends) : null,
    only: dice.percent(60)
      ? []
      : Array.from({ length: 1 + dice.below(2) }, () => randomWindow(dice)),
  }
}

const WEEKENDS: readonly (readonly Weekday[])[] = [
  ['sat', 'sun'],
  ['sat', 'sun'],
  ['fri', 'sat'],
  ['sun'],
  [],
  ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
]

/** Single holidays since the start, and bridges of several days around the instant. */
function randomDaysOff(dice: Dice, starts: number, near: number): DaysOff {
  const since = Math.max(1, Math.floor((near - starts) / DAY) + 40)
  const holidays = Array.from({ length: dice.below(12) }, () =>
    dateOf(starts + dice.below(since) * DAY),
  )
  for (let bridges = dice.below(3); bridges > 0; bridges -= 1) {
    const from = near + (dice.below(60) - 30) * DAY
    for (let days = 1 + dice.below(10); days > 0; days -= 1)
      holidays.push(dateOf(from + days * DAY))
  }
  return { calendarId: 'calendar', weekend: dice.of(WEEKENDS), holidays }
}

const dateOf = (wall: number): string => new Date(wall).toISOString().slice(0, 10)
const person = (dice: Dice): string => `p${dice.below(6)}`

const randomWindow = (dice: Dice): Restriction => ({
  days: dice.percent(30) ? WEEKDAYS : WEEKDAYS.filter(() => dice.percent(60)),
  from: dice.of(TIMES),
  to: dice.of([...TIMES, '24:00']),
})

/** Changed once or twice, near the instant that is asked about. */
function randomVersions(dice: Dice, zone: string, clock: Clock, near: Instant): Version[] {
  return Array.from({ length: 1 + dice.below(2) }, (_, index) => ({
    until: near + (dice.below(49) - 24 + index * 48) * HOUR,
    timezone: zone,
    rotations: [randomRotation(dice, clock, near, `v${index}`)],
  }))
}

/** Those who stand in have a higher number, so that no chain comes back to where it began. */
function randomOverrides(dice: Dice, near: Instant): Override[] {
  return Array.from({ length: 1 + dice.below(4) }, (_, index) => {
    const replaced = dice.below(6)
    const personId = `p${replaced + 1 + dice.below(3)}`
    const replaces = dice.percent(60) ? `p${replaced}` : null
    const kind = dice.of<Override['kind']>(['replace', 'replace', 'replace', 'add', 'remove'])
    return { id: `o${index}`, kind, personId, ...stretch(dice, near), replaces }
  })
}

function stretch(dice: Dice, near: Instant): { from: Instant; to: Instant } {
  const from = near + (dice.below(97) - 48) * dice.of([HOUR, 30 * MINUTE, MINUTE])
  return { from, to: from + dice.below(48) * dice.of([HOUR, 30 * MINUTE, SECOND]) }
}

/** Instants worth asking about: on the change, a blink beside it, in the days and months around. */
export function randomInstant(dice: Dice, near: Instant): Instant {
  const beside = dice.of([0, 1, -1, SECOND, -SECOND, MINUTE, -MINUTE])
  switch (dice.below(4)) {
    case 0:
      return near + beside
    case 1:
      return near + (dice.below(97) - 48) * 30 * MINUTE + beside
    case 2:
      return near + dice.below(6 * DAY) - 3 * DAY
    default:
      return near + (dice.below(121) - 60) * DAY + dice.below(48) * 30 * MINUTE + beside
  }
}
