/**
 * The states of an error budget, and what each asks for. A budget on the edge of two states would
 * turn them over with every request that leaves a rolling window, so a better state is entered only
 * with something to spare, or after a day.
 */
import { add, compare, type Fraction, fraction, isAbove } from '../lib/fraction.ts'
import { DAY, type Instant } from '../lib/instant.ts'

/** From good to bad. */
export const BUDGET_STATES = ['normal', 'review', 'allHands', 'exhausted'] as const
export type BudgetState = (typeof BUDGET_STATES)[number]

const HALF = fraction(1n, 2n)
const QUARTER = fraction(1n, 4n)
const NOTHING = fraction(0n, 1n)

/** What has to be passed to leave a state upwards. */
const FLOOR_ABOVE: Readonly<Record<BudgetState, Fraction | null>> = {
  normal: null,
  review: HALF,
  allHands: QUARTER,
  exhausted: NOTHING,
}

export const SPARE = fraction(2n, 100n)
export const SETTLED_MS = DAY

/** The state of what is left, without any history. */
export function stateOf(left: Fraction): BudgetState {
  if (isAbove(left, HALF)) return 'normal'
  if (compare(left, QUARTER) >= 0) return 'review'
  return isAbove(left, NOTHING) ? 'allHands' : 'exhausted'
}

const rank = (state: BudgetState): number => BUDGET_STATES.indexOf(state)
export const isWorse = (a: BudgetState, b: BudgetState): boolean => rank(a) > rank(b)
/** A state, and since when what is left speaks for a better one (null: it does not). */
export type Standing = { state: BudgetState; since: Instant; betterSince: Instant | null }

/**
 * The next standing. Worse at once; better with something to spare, or when it has been better for
 * a day. Without data nothing moves.
 */
export function moved(
  known: Standing | null,
  left: Fraction | null,
  now: Instant,
): Standing | null {
  if (left === null) return known
  const plain = stateOf(left)
  if (known === null || isWorse(plain, known.state))
    return { state: plain, since: now, betterSince: null }
  if (plain === known.state) return { ...known, betterSince: null }
  const betterSince = known.betterSince ?? now
  if (now - betterSince >= SETTLED_MS) return { state: plain, since: now, betterSince: null }
  const spared = sparedState(known.state, left)
  if (spared !== known.state) return { state: spared, since: now, betterSince: null }
  return { ...known, betterSince }
}

/** As far up as what is left passes each threshold on the way by the spare share. */
function sparedState(from: BudgetState, left: Fraction): BudgetState {
  let state = from
  for (;;) {
    const floor = FLOOR_ABOVE[state]
    if (floor === null || !isAbove(left, add(floor, SPARE))) return state
    state = BUDGET_STATES[rank(state) - 1] ?? 'normal'
  }
}
