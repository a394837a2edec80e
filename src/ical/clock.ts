/**
 * What a TZID means. A name of IANA means the zone that the runtime knows by it, whatever the file
 * says about it: its rules are younger than those of the program that wrote the file. Any other
 * name is that of a VTIMEZONE in the file.
 *
 * RFC 5545, and not the rule of our own schedules: a local time that does not exist is read with
 * the offset from before the gap. One that happens twice is the first of the two, as everywhere.
 */
import { DAY, type Instant } from '../lib/instant.ts'
import { fromWall, isZone, toWall, type WallMs } from '../lib/zone.ts'
import type { Component } from './components.ts'
import { type Problems, quote } from './problems.ts'
import { NotFollowed, repeat, type Steps, TooMuch } from './repeat.ts'
import { readMoment, readOffset } from './values.ts'

export type Clock = {
  toInstant: (wall: WallMs) => Instant
  toWall: (at: Instant) => WallMs
}

export const UTC: Clock = { toInstant: (wall) => wall, toWall: (at) => at }

/** To look into a zone for the first time takes milliseconds, and so does every year of it. */
const ZONES_MAX = 20
const YEARS_MAX = 300

export type Clocks = { of: (tzid: string | undefined) => Clock }

/**
 * @param zone for times without a zone, and for those whose zone nobody knows
 * @param to up to when a VTIMEZONE is followed
 */
export function clocks(
  calendars: readonly Component[],
  zone: string,
  to: Instant,
  steps: Steps,
  { say }: Problems,
): Clocks {
  const inFile = new Map<string, Component>()
  for (const part of calendars.flatMap((calendar) => calendar.parts)) {
    const tzid = part.lines.find((line) => line.name === 'TZID')?.value.trim()
    if (part.name === 'VTIMEZONE' && tzid) inFile.set(tzid, part)
  }
  const years = new Set<string>()
  const home = ofRuntime(zone, years)
  const known = new Map<string, Clock>()

  const find = (tzid: string): Clock => {
    const name = nameOf(tzid)
    if (name !== null) return ofRuntime(name, years)
    const component = inFile.get(tzid)
    const clock = component ? followed(() => ofFile(component, to, steps)) : null
    if (clock) return clock
    say(`Nobody knows the time zone ${quote(tzid)}: its times are read as those of ${zone}.`)
    return home
  }
  return {
    of: (tzid) => {
      if (tzid === undefined) return home
      const found = known.get(tzid)
      if (found) return found
      if (known.size >= ZONES_MAX) {
        throw new TooMuch('The calendar has more than 20 time zones; some events were left out.')
      }
      const clock = find(tzid)
      known.set(tzid, clock)
      return clock
    },
  }
}

/** Some programs put their own path before the name: `/citadel.org/20190914_1/Europe/Berlin`. */
function nameOf(tzid: string): string | null {
  if (isZone(tzid)) return tzid
  if (!tzid.startsWith('/')) return null
  const parts = tzid.split('/').slice(-3)
  for (let from = 0; from < parts.length - 1; from += 1) {
    const name = parts.slice(from).join('/')
    if (isZone(name)) return name
  }
  return null
}

function ofRuntime(zone: string, years: Set<string>): Clock {
  const look = (ms: number): void => {
    const year = `${zone} ${new Date(ms).getUTCFullYear()}`
    if (years.has(year)) return
    if (years.size >= YEARS_MAX) {
      throw new TooMuch('The calendar reaches over too many years; some events were left out.')
    }
    years.add(year)
  }
  return {
    toInstant: (wall) => {
      look(wall)
      const at = fromWall(wall, zone)
      if (toWall(at, zone) === wall) return at
      return wall - (toWall(at - 1, zone) - (at - 1))
    },
    toWall: (at) => {
      look(at)
      return toWall(at, zone)
    },
  }
}

/** A zone with a rule that cannot be followed is as good as unknown. */
function followed(read: () => Clock | null): Clock | null {
  try {
    return read()
  } catch (problem) {
    if (problem instanceof NotFollowed && !(problem instanceof TooMuch)) return null
    throw problem
  }
}

/** From `at` on the offset is this. */
type Change = { at: Instant; offsetMs: number; beforeMs: number }

const FIRST_YEAR: WallMs = Date.UTC(1970, 0, 1)
const CHANGES_MAX = 1_000

function ofFile(zone: Component, to: Instant, steps: Steps): Clock | null {
  const changes = zone.parts
    .filter((part) => part.name === 'STANDARD' || part.name === 'DAYLIGHT')
    .flatMap((part) => changesOf(part, to, steps))
    .sort((a, b) => a.at - b.at)
  const [first] = changes
  if (!first || changes.length > CHANGES_MAX) return null
  const start: Change = { at: Number.NEGATIVE_INFINITY, offsetMs: first.beforeMs, beforeMs: 0 }
  const stretches = [start, ...changes]
  return {
    toInstant: (wall) => {
      const index = stretches.findIndex(
        ({ offsetMs }, at) => wall - offsetMs < (stretches[at + 1]?.at ?? Number.POSITIVE_INFINITY),
      )
      const { at, offsetMs } = stretches[index] ?? start
      if (wall - offsetMs >= at) return wall - offsetMs
      return wall - (stretches[index - 1] ?? start).offsetMs
    },
    toWall: (at) => at + (stretches.findLast((one) => one.at <= at) ?? start).offsetMs,
  }
}

/** When the clock is set to standard, or to summer time. */
function changesOf(part: Component, to: Instant, steps: Steps): Change[] {
  const value = (name: string): string => part.lines.find((one) => one.name === name)?.value ?? ''
  const start = readMoment(value('DTSTART'))
  const offsetMs = readOffset(value('TZOFFSETTO'))
  const beforeMs = readOffset(value('TZOFFSETFROM'))
  if (start === null || offsetMs === null || beforeMs === null) return []
  const walls = new Set([start.wall])
  for (const { name, value } of part.lines) {
    if (name === 'RDATE') {
      for (const date of value.split(',').slice(0, CHANGES_MAX)) {
        const moment = readMoment(date.split('/')[0] ?? '')
        if (moment) walls.add(moment.isUtc ? moment.wall + beforeMs : moment.wall)
      }
    }
    if (name !== 'RRULE') continue
    // Some programs let their rules begin in 1601.
    const window = { from: FIRST_YEAR, to: to + 366 * DAY }
    for (const wall of repeat(value, start.wall, window, steps, (at) => at + beforeMs))
      walls.add(wall)
  }
  return [...walls].map((wall) => ({ at: wall - beforeMs, offsetMs, beforeMs }))
}
