import type { Instant } from '../lib/instant.ts'

/** Nobody may ask for more than a day of silence. */
const WAIT_MS_MAX = 86_400_000

/**
 * How long an answer asks us to wait (RFC 9110 10.2.3): seconds or a date. A date is counted from
 * the answer's own Date header where it has one, so that two clocks need not agree. Null: unreadable.
 */
export function retryAfterMs(text: string, date: string | undefined, now: Instant): number | null {
  const trimmed = text.trim()
  if (/^\d{1,10}(\.\d+)?$/.test(trimmed)) return Math.min(Number(trimmed) * 1_000, WAIT_MS_MAX)
  const until = /[a-z]/i.test(trimmed) ? Date.parse(trimmed) : Number.NaN
  if (Number.isNaN(until)) return null
  const from = date === undefined ? Number.NaN : Date.parse(date)
  return Math.min(Math.max(0, until - (Number.isNaN(from) ? now : from)), WAIT_MS_MAX)
}
