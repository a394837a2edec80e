/**
 * Many durations as few figures, without making more of them than they hold: n first, then median, p90
 * and mean; no mean of less than five, no trend of less than twenty (METHOD 13.2).
 */
export const MEAN_MIN = 5
export const TREND_MIN = 20

export type Figures = {
  /** How many had both stamps, of how many. */
  used: number
  total: number
  median: number | null
  p90: number | null
  /** Null below five: one of them would decide it. */
  mean: number | null
}

/** @param values null where an incident lacks a stamp */
export function figuresOf(values: readonly (number | null)[]): Figures {
  const known = values.filter((one) => one !== null).toSorted((a, b) => a - b)
  return {
    used: known.length,
    total: values.length,
    median: quantile(known, 0.5),
    p90: quantile(known, 0.9),
    mean: known.length < MEAN_MIN ? null : meanOf(known),
  }
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / values.length

/** Linear between the neighbours (type 7 of Hyndman and Fan). @param sorted ascending */
export function quantile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

export type Change =
  | { kind: 'tooFew' }
  | { kind: 'none' | 'detectable'; difference: number; from: number; to: number }

const ROUNDS = 2_000

/**
 * Whether the later half is another than the earlier one: the middle 95 % of the differences of medians of
 * samples drawn again from both. Where it holds zero, nothing can be said. The draws follow a fixed seed,
 * so that the same numbers give the same answer.
 */
export function changeBetween(
  before: readonly number[],
  after: readonly number[],
  of: 'median' | 'mean' = 'median',
): Change {
  if (before.length < TREND_MIN || after.length < TREND_MIN) return { kind: 'tooFew' }
  const random = mulberry(0x5eed)
  const middle = (values: readonly number[]): number =>
    of === 'mean'
      ? meanOf(values)
      : (quantile(
          values.toSorted((a, b) => a - b),
          0.5,
        ) ?? 0)
  const draw = (values: readonly number[]): number[] =>
    values.map(() => values[Math.floor(random() * values.length)] ?? 0)
  const differences = Array.from(
    { length: ROUNDS },
    () => middle(draw(after)) - middle(draw(before)),
  )
  differences.sort((a, b) => a - b)
  const from = quantile(differences, 0.025) ?? 0
  const to = quantile(differences, 0.975) ?? 0
  const difference = middle(after) - middle(before)
  return { kind: from <= 0 && to >= 0 ? 'none' : 'detectable', difference, from, to }
}

/** A small generator of numbers in [0, 1) that gives the same ones for the same seed. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export type Stretch = { from: number; to: number }

/** The share of a period in which none of these stretches ran; overlaps count once. */
export function shareWithout(stretches: readonly Stretch[], period: Stretch): number {
  const length = period.to - period.from
  if (length <= 0) return 1
  let covered = 0
  let until = period.from
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const start = Math.max(from, until)
    const end = Math.min(to, period.to)
    if (end > start) {
      covered += end - start
      until = end
    }
  }
  return 1 - covered / length
}
