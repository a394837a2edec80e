/** Objectives that count slices of time instead of events: a slice without data counts for nothing. */
import {
  add,
  compare,
  type Fraction,
  isBelow,
  multiply,
  ONE,
  subtract,
  toNumber,
  whole,
  ZERO,
} from '../lib/fraction.ts'
import { budgetOf, type Count, errorRatio } from './budget.ts'

/**
 * How an objective counts. `occurrences`: events. `timeslices`: slices that are good enough.
 * `ratioTimeslices`: the mean of what each slice says, however busy it was.
 */
export type Counting =
  | { kind: 'occurrences' }
  | { kind: 'timeslices'; sliceMs: number; target: Fraction }
  | { kind: 'ratioTimeslices'; sliceMs: number }

/** What the counts of one slice add to good and total. */
export function sliceCount(count: Count, counting: Counting): Count {
  if (counting.kind === 'occurrences') return count
  const ratio = errorRatio(count)
  if (ratio === null) return { good: 0, total: 0 }
  const good = subtract(ONE, ratio)
  if (counting.kind === 'ratioTimeslices') return { good: toNumber(good), total: 1 }
  return { good: compare(good, counting.target) >= 0 ? 1 : 0, total: 1 }
}

export const sumOf = (counts: readonly Count[]): Count =>
  counts.reduce((sum, one) => ({ good: sum.good + one.good, total: sum.total + one.total }), {
    good: 0,
    total: 0,
  })

/** Slices that may be bad in a window. */
export const sliceBudget = (target: Fraction, slices: number): Fraction =>
  multiply(budgetOf(target), whole(slices))

/**
 * How many slices at a lower ratio use up the whole budget of mean ratios, where all others are as
 * usual. Null: they never do.
 */
export function slicesUntilExhausted(
  target: Fraction,
  slices: number,
  { usual, lower }: { usual: Fraction; lower: Fraction },
): Fraction | null {
  const lostAnyway = multiply(subtract(ONE, usual), whole(slices))
  const left = subtract(sliceBudget(target, slices), lostAnyway)
  if (isBelow(left, ZERO)) return ZERO
  const extra = subtract(usual, lower)
  if (compare(extra, ZERO) <= 0) return null
  const needed = { n: left.n * extra.d, d: left.d * extra.n }
  return add(ZERO, needed)
}
