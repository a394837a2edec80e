/**
 * What an objective allows, what of it is gone and how long the rest lasts. Exact: thresholds are
 * compared with counts, and equality has to be equality. Where nothing was asked of the service,
 * there is no ratio: null, and whoever shows it says "no data".
 */
import {
  compare,
  divide,
  type Fraction,
  floor,
  fraction,
  multiply,
  ONE,
  ofNumber,
  subtract,
  whole,
  ZERO,
} from '../lib/fraction.ts'
import { MINUTE } from '../lib/instant.ts'

/** Events that counted, and those of them that were good. Never negative; `good` at most `total`. */
export type Count = { good: number; total: number }

/** The share that may fail. A target of 100 % leaves nothing to decide by, and 0 % forbids nothing. */
export const isTarget = (target: Fraction): boolean =>
  compare(target, ZERO) > 0 && compare(target, ONE) < 0

export const budgetOf = (target: Fraction): Fraction => subtract(ONE, target)

/** The share of bad events; null where there were none at all. */
export function errorRatio({ good, total }: Count): Fraction | null {
  if (!(total > 0)) return null
  const all = ofNumber(total)
  return divide(subtract(all, ofNumber(Math.min(Math.max(good, 0), total))), all)
}

/** How many times faster than allowed the budget is used: 1 uses it up exactly over the window. */
export const burnRate = (ratio: Fraction, target: Fraction): Fraction =>
  divide(ratio, budgetOf(target))

/** The share of the budget that is gone. Over the whole window it is the burn rate. */
export function consumed(count: Count, target: Fraction): Fraction | null {
  const ratio = errorRatio(count)
  return ratio && burnRate(ratio, target)
}

/** Below zero where more than the budget is gone. */
export function remaining(count: Count, target: Fraction): Fraction | null {
  const gone = consumed(count, target)
  return gone && subtract(ONE, gone)
}

/** Whole events that may fail among so many. */
export const eventBudget = (total: Fraction, target: Fraction): bigint =>
  floor(multiply(budgetOf(target), total))

/** Minutes of total outage that a window allows. */
export const budgetMinutes = (target: Fraction, windowMs: number): Fraction =>
  multiply(budgetOf(target), fraction(BigInt(windowMs), BigInt(MINUTE)))

/** The share of the budget that a burn rate uses up in some time. */
export const usedBy = (burn: Fraction, ms: number, windowMs: number): Fraction =>
  multiply(burn, fraction(BigInt(ms), BigInt(windowMs)))

/**
 * Milliseconds until the budget is gone if it burns on like this. Null: never.
 * @param left the share that is left, one for a full budget
 */
export function exhaustedIn(left: Fraction, burn: Fraction, windowMs: number): Fraction | null {
  if (compare(left, ZERO) <= 0) return ZERO
  if (compare(burn, ZERO) <= 0) return null
  return divide(multiply(left, whole(windowMs)), burn)
}
