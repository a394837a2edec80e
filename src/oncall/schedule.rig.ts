/** Schedules for tests: everything that a test does not speak of is left out. */
import { type Instant, parseInstant } from '../lib/instant.ts'
import { fromWall, parseWall } from '../lib/zone.ts'
import type { Override, Rotation, Schedule, Shadow } from './schedule.ts'
import { shiftsBetween, whoIsOnCall } from './shifts.ts'

export type RotationPart = Omit<Partial<Rotation>, 'handoff'> & {
  handoff?: Partial<Rotation['handoff']>
}

/** Weekly on Mondays at 10:00 from 2 November 2026, unless it says otherwise. */
export function rotation(people: string, part: RotationPart = {}): Rotation {
  const every = part.every ?? { unit: 'week', count: 1 }
  return {
    id: 'weekly',
    turns: people === '' ? [] : people.split(' ').map((turn) => turn.split('+')),
    starts: '2026-11-02',
    ends: null,
    only: [],
    ...part,
    every,
    handoff: {
      weekday: every.unit === 'week' ? 'mon' : null,
      date: null,
      time: '10:00',
      ...part.handoff,
    },
  }
}

/** Everybody carries their name as their id. */
export function schedule(
  timezone: string,
  rotations: readonly Rotation[],
  more: Partial<Schedule> = {},
): Schedule {
  return {
    id: 'schedule',
    slug: 'schedule',
    name: 'Schedule',
    teamId: null,
    timezone,
    acceptWithinMs: null,
    rotations,
    earlier: [],
    overrides: [],
    shadows: [],
    ...more,
  }
}

/** `2026-12-24T10:00` on the wall of the zone, or an instant with `Z` or an offset. */
export function at(text: string, zone = 'UTC'): Instant {
  const exact = parseInstant(text)
  if (exact !== null) return exact
  const [date = '', time = ''] = text.split('T')
  const wall = parseWall(date, time)
  if (wall === null) throw new Error(`${text} is no time`)
  return fromWall(wall, zone)
}

let count = 0

/** `from` and `to` on the wall of UTC. */
export const override = (
  personId: string,
  from: string,
  to: string,
  more: Partial<Override> = {},
): Override => {
  count += 1
  return {
    id: `override-${count}`,
    kind: 'replace',
    personId,
    from: at(from),
    to: at(to),
    replaces: null,
    ...more,
  }
}

export const shadow = (personId: string, from: string, to: string): Shadow => ({
  personId,
  from: at(from),
  to: at(to),
})

/** The names of those on call, joined by `+`; `nobody` where there is none. */
export function names(one: Schedule, text: string): string {
  const { people } = whoIsOnCall(one, at(text, one.timezone))
  return people.map((person) => person.personId).join('+') || 'nobody'
}

/** One line a shift: how many hours, and who. */
export function story(one: Schedule, from: string, to: string): string[] {
  const shifts = shiftsBetween(one, at(from, one.timezone), at(to, one.timezone))
  return shifts.map((shift) => {
    const hours = (shift.to - shift.from) / 3_600_000
    return `${hours} h ${shift.people.map((person) => person.personId).join('+') || 'nobody'}`
  })
}
