/**
 * Alerts by several windows and burn rates. A row fires while the burn over its long window and
 * over its short one is above its factor: the long one says that it matters, the short one that it
 * goes on. A row is kept as the share of the budget that it lets go, and its factor follows from
 * the window of the objective, so that a row means the same for 7 days as for 90.
 */
import {
  compare,
  divide,
  type Fraction,
  fraction,
  isAbove,
  isBelow,
  multiply,
  ONE,
  whole,
} from '../lib/fraction.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import { budgetOf, burnRate } from './budget.ts'

export type Loudness = 'page' | 'ticket'

export type Row = {
  name: string
  loudness: Loudness
  longMs: number
  shortMs: number
  /** The share of the budget that is gone when a steady burn has filled the long window. */
  share: Fraction
}

const row = (name: string, loudness: Loudness, longMs: number, shortMs: number, percent: bigint) =>
  ({ name, loudness, longMs, shortMs, share: fraction(percent, 100n) }) satisfies Row

/** As the SRE workbook has them. */
export const WORKBOOK_ROWS: readonly Row[] = [
  row('fast', 'page', HOUR, 5 * MINUTE, 2n),
  row('slow', 'page', 6 * HOUR, 30 * MINUTE, 5n),
  row('day', 'ticket', DAY, 2 * HOUR, 10n),
  row('drift', 'ticket', 3 * DAY, 6 * HOUR, 10n),
]

/** For a window of a week, whose budget is so small that the shares of a month would fire within it. */
export const WEEK_ROWS: readonly Row[] = [
  row('fast', 'page', HOUR, 5 * MINUTE, 8n),
  { ...row('slow', 'page', 6 * HOUR, 30 * MINUTE, 0n), share: fraction(1n, 8n) },
  row('day', 'ticket', DAY, 2 * HOUR, 20n),
  row('drift', 'ticket', 3 * DAY, 6 * HOUR, 42n),
]

const WEEK_ROWS_BELOW = 14 * DAY

/** Below it a row would fire well inside the budget, so that it is left out where nobody asked for it. */
const FACTOR_MIN = fraction(9n, 10n)

/** What an objective alerts by where it does not say. Of short windows only the rows that make sense. */
export const rowsFor = (windowMs: number): readonly Row[] =>
  (windowMs < WEEK_ROWS_BELOW ? WEEK_ROWS : WORKBOOK_ROWS).filter(
    (one) => one.longMs <= windowMs && !isBelow(factorOf(one, windowMs), FACTOR_MIN),
  )

export const factorOf = ({ share, longMs }: Row, windowMs: number): Fraction =>
  divide(multiply(share, whole(windowMs)), whole(longMs))

/** The share behind a factor that somebody wrote down. */
export const shareOf = (factor: Fraction, longMs: number, windowMs: number): Fraction =>
  divide(multiply(factor, whole(longMs)), whole(windowMs))

/** The error ratio above which a row fires. */
export const thresholdOf = (one: Row, target: Fraction, windowMs: number): Fraction =>
  multiply(factorOf(one, windowMs), budgetOf(target))

/** The error ratio over a window; null where nothing was counted. */
export type RatioOver = (windowMs: number) => Fraction | null

/**
 * How one row stands. `unknown`: one of its windows holds no data, so that it neither fires nor
 * clears. `between`: the long window is not above any more, or not yet, while the short one is.
 */
export type Standing = 'above' | 'between' | 'below' | 'unknown'

export function standingOf(
  one: Row,
  ratioOver: RatioOver,
  target: Fraction,
  windowMs: number,
): Standing {
  const factor = factorOf(one, windowMs)
  const [long, short] = [ratioOver(one.longMs), ratioOver(one.shortMs)]
  if (long === null || short === null) return 'unknown'
  // The alert clears when the short window is back below the factor.
  if (!isAbove(burnRate(short, target), factor)) return 'below'
  return isAbove(burnRate(long, target), factor) ? 'above' : 'between'
}

export const firingRows = (
  rows: readonly Row[],
  ratioOver: RatioOver,
  target: Fraction,
  windowMs: number,
): Row[] => rows.filter((one) => standingOf(one, ratioOver, target, windowMs) === 'above')

/** `cannotFire` is refused; the others are worth a word. */
export type Unsound = {
  row: string
  reason: 'cannotFire' | 'firesInsideBudget' | 'oneFailureFires' | 'windowTooLong'
}

export type SoundFacts = {
  target: Fraction
  windowMs: number
  /** Events that are to be expected in an hour; null: not known. */
  perHour: Fraction | null
}

/** What is wrong with the rows of an objective. */
export function unsound(
  rows: readonly Row[],
  { target, windowMs, perHour }: SoundFacts,
): Unsound[] {
  const budget = budgetOf(target)
  return rows.flatMap((one): Unsound[] => {
    const factor = factorOf(one, windowMs)
    const found: Unsound['reason'][] = []
    if (one.longMs > windowMs) found.push('windowTooLong')
    // Even a total outage burns no faster than that.
    if (compare(multiply(factor, budget), ONE) >= 0) found.push('cannotFire')
    if (isBelow(factor, ONE)) found.push('firesInsideBudget')
    if (perHour !== null) {
      const expected = multiply(perHour, fraction(BigInt(one.shortMs), BigInt(HOUR)))
      if (isBelow(multiply(expected, multiply(factor, budget)), ONE)) found.push('oneFailureFires')
    }
    return found.map((reason) => ({ row: one.name, reason }))
  })
}
