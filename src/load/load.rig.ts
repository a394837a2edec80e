/** Times and homes for tests: everything that a test does not speak of is left out. */
import type { Instant } from '../lib/instant.ts'
import { fromWall, parseWall } from '../lib/zone.ts'
import type { Homes } from './stretch.ts'

/** `2026-11-02 10:00` on the clock of the zone. */
export function local(text: string, zone: string): Instant {
  const [date = '', time = ''] = text.split(' ')
  const wall = parseWall(date, time)
  if (wall === null) throw new Error(`${text} is no local time`)
  return fromWall(wall, zone)
}

/** Everybody lives in the one zone and has the same holidays. */
export const homes = (zone: string, ...holidays: string[]): Homes => ({
  zoneOf: () => zone,
  holidaysOf: () => new Set(holidays),
})
