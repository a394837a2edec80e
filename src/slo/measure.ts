/** How an objective stands at an instant: which spans have to be counted, and what the counts mean. */
import {
  add,
  divide,
  type Fraction,
  multiply,
  ofNumber,
  ONE,
  subtract,
  toNumber,
  ZERO,
} from '../lib/fraction.ts'
import { HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import { budgetOf, burnRate, type Count, errorRatio, exhaustedIn } from './budget.ts'
import { type Meaning, targetOf } from './definition.ts'
import { minuteOf } from './hours.ts'
import { type Row, type Standing, standingOf } from './rows.ts'
import { type Span, spanAt } from './window.ts'

/** A target, from when on it counts. */
export type Promised = { from: Instant; target: Fraction }

export const promisesOf = (
  targets: readonly { from: Instant; target: string }[],
): readonly Promised[] =>
  targets.flatMap(({ from, target }) => {
    const value = targetOf(target)
    return value ? [{ from, target: value }] : []
  })

/** What was counted so far is counted up to here: the minute that goes on, or the last whole slice. */
export function countedUntil({ counting }: Meaning, now: Instant): Instant {
  if (counting.kind === 'occurrences') return minuteOf(now) + MINUTE
  return Math.floor(now / counting.sliceMs) * counting.sliceMs
}

export type Asked = {
  until: Instant
  /** The window of the budget, cut where the target changed. */
  budget: readonly (Span & { target: Fraction })[]
  /** Windows of alerts, by their length. */
  windows: readonly (Span & { ms: number })[]
  /** The share of the window that has gone by: one of a rolling window. */
  elapsed: Fraction
}

export function askFor(meaning: Meaning, promises: readonly Promised[], now: Instant): Asked {
  const until = countedUntil(meaning, now)
  const whole = spanAt(meaning.window, meaning.window.kind === 'rolling' ? until : now)
  const to = Math.min(until, whole.to)
  const lengths = new Set([HOUR, ...meaning.rows.flatMap((row) => [row.longMs, row.shortMs])])
  return {
    until,
    budget: cut({ from: minuteOf(whole.from), to }, meaning.target, promises),
    windows: [...lengths].map((ms) => ({ ms, from: until - ms, to: until })),
    elapsed: meaning.window.kind === 'rolling' ? ONE : elapsedOf(whole, now),
  }
}

const elapsedOf = ({ from, to }: Span, now: Instant): Fraction =>
  divide(ofNumber(Math.max(0, Math.min(now, to) - from)), ofNumber(to - from))

function cut(span: Span, target: Fraction, promises: readonly Promised[]) {
  const starts = promises.filter((one) => one.from < span.to)
  if (starts.length === 0) return [{ ...span, target }]
  return starts.flatMap((one, index) => {
    const from = Math.max(span.from, index === 0 ? span.from : minuteOf(one.from))
    const next = starts[index + 1]
    const to = next ? Math.min(span.to, minuteOf(next.from)) : span.to
    return from < to ? [{ from, to, target: one.target }] : []
  })
}

export type Reading = {
  row: Row
  standing: Standing
  long: Fraction | null
  short: Fraction | null
}

export type Measured = {
  until: Instant
  /** Over the window of the budget. */
  count: Count
  ratio: Fraction | null
  /** The share of the budget that is left; null: no data. */
  left: Fraction | null
  readings: readonly Reading[]
  /** How fast it burned in the last hour; null: no data. */
  burn: Fraction | null
  /** When the budget is gone at this rate; null: never, or not known. */
  exhaustedAt: Instant | null
}

/** @param counts of the spans that were asked for, budget first, then windows */
export function measure(meaning: Meaning, asked: Asked, counts: readonly Count[]): Measured {
  const parts = asked.budget.map((span, index) => ({ span, count: counts[index] ?? NOTHING }))
  const over = new Map(
    asked.windows.map(({ ms }, index) => [
      ms,
      errorRatio(counts[asked.budget.length + index] ?? NOTHING),
    ]),
  )
  const ratioOver = (ms: number): Fraction | null => over.get(ms) ?? null
  const count = parts.reduce<Count>(
    (sum, { count: one }) => ({ good: sum.good + one.good, total: sum.total + one.total }),
    NOTHING,
  )
  const allowed = parts.reduce<Fraction>(
    (sum, { span, count: one }) => add(sum, multiply(budgetOf(span.target), ofNumber(one.total))),
    ZERO,
  )
  const bad = subtract(ofNumber(count.total), ofNumber(count.good))
  const isKnown = count.total > 0
  // A calendar window has its whole budget from the first day: so far, only a share of it counts.
  const gone = isKnown ? multiply(divide(bad, allowed), asked.elapsed) : null
  const left = gone && subtract(ONE, gone)
  const hour = ratioOver(HOUR)
  const burn = hour && burnRate(hour, meaning.target)
  const lasts = left && burn ? exhaustedIn(left, burn, meaning.nominalMs) : null
  return {
    until: asked.until,
    count,
    ratio: errorRatio(count),
    left,
    readings: meaning.rows.map((row) => ({
      row,
      standing: standingOf(row, ratioOver, meaning.target, meaning.nominalMs),
      long: ratioOver(row.longMs),
      short: ratioOver(row.shortMs),
    })),
    burn,
    exhaustedAt: lasts && asked.until + Math.round(toNumber(lasts)),
  }
}

const NOTHING: Count = { good: 0, total: 0 }
