/**
 * Wall time and instants. A local time that does not exist means the first instant after the gap;
 * one that happens twice means the first of the two. The zone data is that of the runtime.
 */
import { Temporal } from 'temporal-polyfill'
import { type Instant, MINUTE } from './instant.ts'

/** A local date and time of day without a zone, counted from the epoch as if it were UTC. */
export type WallMs = number

const formatters = new Map<string, Intl.DateTimeFormat>()

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z]/.test(name)
  } catch {
    return false
  }
}

type Offset = { from: Instant; to: Instant; offsetMs: number }
const offsets = new Map<string, Offset[]>()
const OFFSETS_MAX = 64

/** The zone's offset from UTC at an instant, remembered for as long as it holds. */
function offsetAt(zone: string, at: Instant): number {
  const known = offsets.get(zone) ?? []
  offsets.set(zone, known)
  const hit = known.find((one) => one.from <= at && at < one.to)
  if (hit) return hit.offsetMs
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  const before = Temporal.Instant.fromEpochMilliseconds(at + 1)
    .toZonedDateTimeISO(zone)
    .getTimeZoneTransition('previous')
  const next = zoned.getTimeZoneTransition('next')
  const found = {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: next?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: Math.round(zoned.offsetNanoseconds / 1e6),
  }
  if (known.length >= OFFSETS_MAX) known.length = 0
  known.push(found)
  return found.offsetMs
}

export const toWall = (at: Instant, zone: string): WallMs => at + offsetAt(zone, at)

/** The first instant at which the zone's wall shows this time, or has jumped over it. */
export function fromWall(wall: WallMs, zone: string): Instant {
  const day = 24 * 60 * MINUTE
  const early = offsetAt(zone, wall - day)
  const late = offsetAt(zone, wall + day)
  const candidates = [wall - early, wall - late].sort((a, b) => a - b)
  for (const at of candidates) if (toWall(at, zone) === wall) return at
  // Nobody's clock showed it. The instant of the jump is where both readings meet.
  return transitionBetween(zone, candidates[0] ?? wall, candidates[1] ?? wall)
}

function transitionBetween(zone: string, from: Instant, to: Instant): Instant {
  const next = Temporal.Instant.fromEpochMilliseconds(from - 1)
    .toZonedDateTimeISO(zone)
    .getTimeZoneTransition('next')
  return Math.min(next?.epochMilliseconds ?? to, to)
}

/** `2026-11-02` and `10:00` → wall milliseconds; null where that is no date or time. */
export function parseWall(date: string, time: string): WallMs | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(time))
    return null
  const wall = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`)
  return Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date) ? null : wall
}

/** "Mon 14:07": short enough for a message, in the person's own zone. */
export function formatLocal(at: Instant, zone: string): string {
  return formatter(zone, { weekday: 'short', hour: '2-digit', minute: '2-digit' })
    .format(at)
    .replace(',', '')
}

/** "14:07" in the zone. */
export const formatTime = (at: Instant, zone: string): string =>
  formatter(zone, { hour: '2-digit', minute: '2-digit' }).format(at)

/** "Mon 23 Nov 14:07" in the zone. */
export const formatDateTime = (at: Instant, zone: string): string =>
  formatter(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
    .format(at)
    .replaceAll(',', '')

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${Object.keys(options).join(' ')}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      ...options,
      hourCycle: 'h23',
      timeZone: isZone(zone) ? zone : 'UTC',
    })
    formatters.set(key, found)
  }
  return found
}
