/**
 * When a row would fire and clear, for a course of the error ratio that is known or supposed. The
 * mean over a moving window of something constant by stretches is a line between corners, so the
 * instants are solved for, not stepped to. All times are minutes from the start of the course.
 */
import {
  add,
  compare,
  divide,
  type Fraction,
  isAbove,
  multiply,
  subtract,
  ZERO,
} from '../lib/fraction.ts'
import { budgetOf } from './budget.ts'

/** The ratio from that minute on, until the next stretch. */
export type Stretch = { from: Fraction; ratio: Fraction }

/** A course: `before` was so for ever, then the stretches in their order. */
export type Course = { before: Fraction; stretches: readonly Stretch[] }

/** The errors of a course up to a minute (from minute zero, negative before it), in ratio-minutes. */
function errorsUntil({ before, stretches }: Course, at: Fraction): Fraction {
  let sum = ZERO
  let from = ZERO
  let ratio = before
  if (compare(at, ZERO) <= 0) return multiply(at, before)
  for (const stretch of stretches) {
    if (compare(stretch.from, at) >= 0) break
    sum = add(sum, multiply(subtract(stretch.from, from), ratio))
    ;({ from, ratio } = stretch)
  }
  return add(sum, multiply(subtract(at, from), ratio))
}

/** The mean ratio over the window that ends at a minute. */
export const meanOver = (course: Course, minutes: Fraction, at: Fraction): Fraction =>
  divide(subtract(errorsUntil(course, at), errorsUntil(course, subtract(at, minutes))), minutes)

/** Where the mean over a window passes a threshold: `above` says on which side it is from then on. */
export type Crossing = { at: Fraction; above: boolean }

export function crossings(course: Course, minutes: Fraction, threshold: Fraction): Crossing[] {
  const corners = [
    ZERO,
    minutes,
    ...course.stretches.flatMap(({ from }) => [from, add(from, minutes)]),
  ]
    .sort(compare)
    .filter((one, index, all) => index === 0 || compare(one, all[index - 1] ?? ZERO) !== 0)
  const found: Crossing[] = []
  let isOver = isAbove(meanOver(course, minutes, ZERO), threshold)
  for (let index = 0; index + 1 < corners.length; index += 1) {
    const [from, to] = [corners[index] ?? ZERO, corners[index + 1] ?? ZERO]
    const [low, high] = [meanOver(course, minutes, from), meanOver(course, minutes, to)]
    if (isAbove(high, threshold) === isOver) continue
    const slope = divide(subtract(high, low), subtract(to, from))
    isOver = !isOver
    found.push({ at: add(from, divide(subtract(threshold, low), slope)), above: isOver })
  }
  return found
}

/**
 * Minutes until an alert of one window fires, for a steady error ratio from a clean state. Null:
 * it never does.
 */
export function detectedAfter(
  ratio: Fraction,
  { factor, minutes, target }: { factor: Fraction; minutes: Fraction; target: Fraction },
): Fraction | null {
  const threshold = multiply(factor, budgetOf(target))
  if (!isAbove(ratio, threshold)) return null
  return divide(multiply(threshold, minutes), ratio)
}
