/**
 * Counts by the minute, kept an hour in a row together with what the objective makes of them. Sums
 * over long windows add up whole hours; only the hours at the edges are looked into.
 */
import { HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import type { Count } from './budget.ts'
import { type Counting, sliceCount, sumOf } from './slices.ts'
import type { Span } from './window.ts'

export const MINUTES = 60

export type Hour = { hourAt: Instant; good: readonly number[]; total: readonly number[] }

/** What was counted in one minute. */
export type Slot = Count & { at: Instant }

export const hourOf = (at: Instant): Instant => Math.floor(at / HOUR) * HOUR
export const minuteOf = (at: Instant): Instant => Math.floor(at / MINUTE) * MINUTE

export const emptyHour = (hourAt: Instant): Hour => ({
  hourAt,
  good: Array<number>(MINUTES).fill(0),
  total: Array<number>(MINUTES).fill(0),
})

/** The hour with slots added, or put in the place of what was there. */
export function withSlots(hour: Hour, slots: readonly Slot[], mode: 'add' | 'set'): Hour {
  const [good, total] = [[...hour.good], [...hour.total]]
  for (const slot of slots) {
    const minute = (minuteOf(slot.at) - hour.hourAt) / MINUTE
    const base = mode === 'add' ? { good: good[minute] ?? 0, total: total[minute] ?? 0 } : ZERO
    total[minute] = base.total + Math.max(0, slot.total)
    good[minute] = base.good + Math.min(Math.max(0, slot.good), Math.max(0, slot.total))
  }
  return { hourAt: hour.hourAt, good, total }
}

const ZERO: Count = { good: 0, total: 0 }

/** What the minutes of a span within the hour add up to, by how the objective counts. */
export function countWithin(hour: Hour, span: Span, counting: Counting): Count {
  const from = Math.max(0, (span.from - hour.hourAt) / MINUTE)
  const to = Math.min(MINUTES, (span.to - hour.hourAt) / MINUTE)
  const step = counting.kind === 'occurrences' ? MINUTES : counting.sliceMs / MINUTE
  const counts: Count[] = []
  for (let start = Math.floor(from / step) * step; start < to; start += step) {
    const minutes: Count[] = []
    const [first, last] = [Math.max(start, from), Math.min(start + step, to)]
    for (let minute = first; minute < last; minute += 1)
      minutes.push({ good: hour.good[minute] ?? 0, total: hour.total[minute] ?? 0 })
    counts.push(sliceCount(sumOf(minutes), counting))
  }
  return sumOf(counts)
}

/** All of the hour. */
export const countOfHour = (hour: Hour, counting: Counting): Count =>
  countWithin(hour, { from: hour.hourAt, to: hour.hourAt + HOUR }, counting)

/** A span as whole hours and the hours at its edges. */
export function partsOf({ from, to }: Span): { whole: Span | null; edges: Span[] } {
  if (to <= from) return { whole: null, edges: [] }
  const [first, last] = [Math.ceil(from / HOUR) * HOUR, hourOf(to)]
  if (first > last) return { whole: null, edges: [{ from, to }] }
  const edges = [
    { from, to: first },
    { from: last, to },
  ].filter((one) => one.from < one.to)
  return { whole: first < last ? { from: first, to: last } : null, edges }
}
