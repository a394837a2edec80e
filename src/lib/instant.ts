/**
 * A point in time: milliseconds since 1970-01-01T00:00:00Z. Plain numbers keep rules cheap to
 * test and to compare. Instants are read from the database clock and handed in; never made here.
 */
export type Instant = number

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** `2026-11-23T14:02:05.000Z`: how instants travel on the wire. */
export const toIso = (at: Instant): string => new Date(at).toISOString()

/**
 * Reads an RFC 3339 instant, also with an offset without a colon (`+0000`, as PagerDuty's own
 * example has it). Gives null for anything else: a time without a zone is not an instant.
 */
export function parseInstant(text: string): Instant | null {
  const match =
    /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:?\d{2})$/.exec(text)
  if (!match) return null
  const [, date, time, fraction = '', zone = 'Z'] = match
  const offset = /^[Zz]$/.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const at = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${offset}`)
  return Number.isNaN(at) ? null : at
}
