/**
 * What people write down of an objective, in the words of the file, and what it means. The words are
 * kept as they were written, so that a file that is applied again changes nothing; the meaning is
 * made of them whenever it is needed.
 */
import { divide, type Fraction, parseDecimal, whole } from '../lib/fraction.ts'
import { parseDuration } from '../lib/duration.ts'
import { DAY, MINUTE } from '../lib/instant.ts'
import { isTarget } from './budget.ts'
import { type Loudness, type Row, rowsFor, shareOf } from './rows.ts'
import type { Counting } from './slices.ts'
import type { CalendarUnit, Window } from './window.ts'

export type CalendarForm = {
  calendar: CalendarUnit
  count: number
  zone: string
  /** Where the first period begins, on the wall: `2026-01-01T00:00`. */
  starts: string
}

/** `target` null: the mean of what each slice says. */
export type SlicesForm = { every: string; target: string | null }

/** Queries, where `metrics` names the source to ask; null: events are pushed. */
export type IndicatorForm = {
  metrics: string | null
  good: string | null
  bad: string | null
  total: string | null
  /** Whether the queries are asked as they stand, once a minute: what they answer counts for that minute. */
  as_is: boolean
}

/** `burn` as a factor (`14.4x`) or `budget` as a share (`2%`): one of them. */
export type AlertForm = {
  name: string
  severity: Loudness
  long: string
  short: string
  burn: string | null
  budget: string | null
}

/** What each state of the budget asks for. */
export type BudgetPolicyForm = {
  above_50: string | null
  from_25_to_50: string | null
  below_25: string | null
  exhausted: string | null
}

export type Definition = {
  description: string | null
  /** `99.95%` */
  target: string
  /** `30d`, or a calendar. */
  window: string | CalendarForm
  slices: SlicesForm | null
  indicator: IndicatorForm
  /** Null: those of the workbook, for this window. */
  alerts: AlertForm[] | null
  /** A ticket after so long without data; null: none. */
  no_data: string | null
  review: string | null
  policy: BudgetPolicyForm | null
}

export type Meaning = {
  target: Fraction
  window: Window
  /** How long the window is for alerts: of a calendar month, thirty days. */
  nominalMs: number
  counting: Counting
  rows: readonly Row[]
  noDataMs: number | null
}

const NOMINAL_DAYS: Readonly<Record<CalendarUnit, number>> = {
  day: 1,
  week: 7,
  month: 30,
  quarter: 90,
  year: 365,
}

/** `99.95%` → 0.9995. Null for what is no target: 0 %, 100 %, `99,9 %`, `NaN`. */
export function targetOf(text: string): Fraction | null {
  const value = percentOf(text)
  return value !== null && isTarget(value) ? value : null
}

export function percentOf(text: string): Fraction | null {
  const value = text.endsWith('%') ? parseDecimal(text.slice(0, -1).trim()) : null
  return value && divide(value, whole(100))
}

export const factorText = (text: string): Fraction | null =>
  parseDecimal(text.replace(/\s*x$/i, ''))

export const windowOf = (window: Definition['window']): Window =>
  typeof window === 'string'
    ? { kind: 'rolling', ms: parseDuration(window) ?? 0 }
    : {
        kind: 'calendar',
        unit: window.calendar,
        count: window.count,
        zone: window.zone,
        anchor: window.starts,
      }

export const nominalMs = (window: Window): number =>
  window.kind === 'rolling' ? window.ms : NOMINAL_DAYS[window.unit] * window.count * DAY

export function rowsOf(alerts: readonly AlertForm[] | null, windowMs: number): readonly Row[] {
  if (alerts === null) return rowsFor(windowMs)
  return alerts.map((one): Row => {
    const longMs = parseDuration(one.long) ?? 0
    const share =
      one.budget !== null
        ? percentOf(one.budget)
        : shareOf(factorText(one.burn ?? '') ?? whole(0), longMs, windowMs)
    return {
      name: one.name,
      loudness: one.severity,
      longMs,
      shortMs: parseDuration(one.short) ?? 0,
      share: share ?? whole(0),
    }
  })
}

export function countingOf(slices: SlicesForm | null): Counting {
  if (slices === null) return { kind: 'occurrences' }
  const sliceMs = parseDuration(slices.every) ?? MINUTE
  const target = slices.target === null ? null : percentOf(slices.target)
  return target === null
    ? { kind: 'ratioTimeslices', sliceMs }
    : { kind: 'timeslices', sliceMs, target }
}

/** Null where nothing can be made of it: it was stored by another release, or by hand. */
export function meaningOf(definition: Definition): Meaning | null {
  const target = targetOf(definition.target)
  const window = windowOf(definition.window)
  const length = nominalMs(window)
  if (target === null || !(length > 0)) return null
  return {
    target,
    window,
    nominalMs: length,
    counting: countingOf(definition.slices),
    rows: rowsOf(definition.alerts, length),
    noDataMs: definition.no_data === null ? null : parseDuration(definition.no_data),
  }
}
