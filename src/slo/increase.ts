/**
 * What counters went up by. A counter that is lower than it was has begun anew at zero, so what it
 * shows now is what it went up by: subtracting would make a restart look like less traffic, and
 * dividing before adding up would let a quiet series weigh as much as a busy one.
 */
export type Sample = { at: number; value: number }

/** From the first sample to the last. Null with fewer than two: nothing is known of what came before. */
export function increase(samples: readonly Sample[]): number | null {
  if (samples.length < 2) return null
  let sum = 0
  for (let index = 1; index < samples.length; index += 1) {
    const [before, after] = [samples[index - 1]?.value ?? 0, samples[index]?.value ?? 0]
    sum += after >= before ? after - before : after
  }
  return sum
}

/** Of many series: each for itself first, then added up. Null where none of them says anything. */
export function increaseOfAll(series: readonly (readonly Sample[])[]): number | null {
  const known = series.map(increase).filter((one) => one !== null)
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0)
}
