/**
 * Wall time and instants. A local time that does not exist means the first instant after the gap;
 * one that happens twice means the first of the two. The zone data is that of the runtime.
 *
 * Both rules are one: a wall time means the first instant at which the zone's clock shows it or
 * has passed it. That never runs backwards, so what was planned on the wall can be compared on the
 * wall, with `reachedWall`, and only the answer has to be turned into an instant.
 */
import { Temporal } from 'temporal-polyfill'
import { DAY, type Instant } from './instant.ts'

/** A local date and time of day without a zone, counted from the epoch as if it were UTC. */
export type WallMs = number

const zones = new Map<string, boolean>()
const ZONES_MAX = 2_000

/** Whether the runtime knows an IANA zone of that name. Bare offsets (`+02:00`) are not zones. */
export function isZone(name: string): boolean {
  const known = zones.get(name)
  if (known !== undefined) return known
  if (zones.size >= ZONES_MAX) zones.clear()
  const found = /^[A-Za-z]/.test(name) && isFormattable(name)
  zones.set(name, found)
  return found
}

function isFormattable(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** A stretch in which the zone keeps one offset from UTC. */
type Stretch = { from: Instant; to: Instant; offsetMs: number }

/** The stretches of one zone that were asked for, in order; `last` is the one found last. */
type Memory = { stretches: Stretch[]; last: Stretch | null }
const memories = new Map<string, Memory>()
const STRETCHES_MAX = 2_048

/** Clocks of the years 1 to 9999 are known; before and after, a zone keeps its first or last offset. */
const EARLIEST: Instant = Date.parse('0001-01-01T00:00:00Z')
const LATEST: Instant = Date.parse('9999-12-31T00:00:00Z')

/** No clock was ever set by more: a day, where the date line moved, and some hours. */
const JUMP_MAX = 2 * DAY

function stretchAt(zone: string, at: Instant): Stretch {
  let memory = memories.get(zone)
  if (!memory) {
    memory = { stretches: [], last: null }
    memories.set(zone, memory)
  }
  const { last, stretches } = memory
  if (last !== null && last.from <= at && at < last.to) return last
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (stretches[middle]!.to <= at) low = middle + 1
    else high = middle
  }
  let found = stretches[low]
  if (!found || at < found.from) {
    found = readStretch(zone, at)
    if (stretches.length >= STRETCHES_MAX) stretches.length = low = 0
    stretches.splice(low, 0, found)
  }
  memory.last = found
  return found
}

function readStretch(zone: string, at: Instant): Stretch {
  const instant = Temporal.Instant.fromEpochMilliseconds(
    Math.floor(Math.min(LATEST, Math.max(EARLIEST, at))),
  )
  const zoned = instant.toZonedDateTimeISO(zone)
  // `previous` looks strictly before: a change at this very instant begins the stretch.
  const from = zoned.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds
  const to = zoned.getTimeZoneTransition('next')?.epochMilliseconds
  return {
    from: from === undefined || from < EARLIEST ? Number.NEGATIVE_INFINITY : from,
    to: to === undefined || to > LATEST ? Number.POSITIVE_INFINITY : to,
    offsetMs: Math.round(zoned.offsetNanoseconds / 1e6),
  }
}

/** What the zone's clock shows. `zone` has to be one that `isZone` knows. */
export const toWall = (at: Instant, zone: string): WallMs => at + stretchAt(zone, at).offsetMs

/**
 * The furthest that the zone's clock has got by then. In the hour that is lived through twice it
 * stands still at the end of that hour, for everything planned within it has begun already.
 * `fromWall(wall) <= at` holds exactly where `wall <= reachedWall(at)`.
 */
export function reachedWall(at: Instant, zone: string): WallMs {
  const stretch = stretchAt(zone, at)
  let reached = at + stretch.offsetMs
  let from = stretch.from
  while (at - from < JUMP_MAX) {
    const before = stretchAt(zone, from - 1)
    reached = Math.max(reached, before.to + before.offsetMs - 1)
    from = before.from
  }
  return reached
}

/**
 * The first instant at which the zone's clock shows this time, or has jumped over it. After the
 * year 9999: never (infinity).
 */
export function fromWall(wall: WallMs, zone: string): Instant {
  if (wall > LATEST) return Number.POSITIVE_INFINITY
  let stretch = stretchAt(zone, wall - JUMP_MAX)
  while (wall >= stretch.to + stretch.offsetMs) stretch = stretchAt(zone, stretch.to)
  return Math.max(stretch.from, wall - stretch.offsetMs)
}

/** `2026-11-02` and `10:00` (or `10:00:30`) → wall milliseconds; null where that is no date or time. */
export function parseWall(date: string, time: string): WallMs | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null
  if (!/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(time)) return null
  const wall = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`)
  // Some engines read the 30th of February as the 2nd of March.
  return new Date(wall).getUTCDate() === Number(date.slice(8)) ? wall : null
}

/** How dates are written where a locale is not named, or not known. */
const LOCALE = 'en-GB'

/** "Mon 14:07": short enough for a message, in the person's own zone and language. */
export const formatLocal = (at: Instant, zone: string, locale: string = LOCALE): string =>
  format(at, zone, locale, { weekday: 'short', hour: '2-digit', minute: '2-digit' })

/** "14:07" in the zone. */
export const formatTime = (at: Instant, zone: string, locale: string = LOCALE): string =>
  format(at, zone, locale, { hour: '2-digit', minute: '2-digit' })

/** "Mon 23 Nov 14:07" in the zone. */
export const formatDateTime = (at: Instant, zone: string, locale: string = LOCALE): string =>
  format(at, zone, locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })

const formatters = new Map<string, Intl.DateTimeFormat>()
const FORMATTERS_MAX = 500

function format(
  at: Instant,
  zone: string,
  locale: string,
  options: Intl.DateTimeFormatOptions,
): string {
  const key = `${zone} ${locale} ${Object.keys(options).join(' ')}`
  let formatter = formatters.get(key)
  if (!formatter) {
    if (formatters.size >= FORMATTERS_MAX) formatters.clear()
    const timeZone = isZone(zone) ? zone : 'UTC'
    formatter = new Intl.DateTimeFormat(localeOr(locale), {
      ...options,
      hourCycle: 'h23',
      timeZone,
    })
    formatters.set(key, formatter)
  }
  return formatter.format(at).replaceAll(',', '')
}

/** A message in English is better than none because somebody's locale is misspelt. */
function localeOr(locale: string): string {
  try {
    // English without a country would write the month before the day.
    return locale === 'en' ? LOCALE : (Intl.getCanonicalLocales(locale)[0] ?? LOCALE)
  } catch {
    return LOCALE
  }
}
