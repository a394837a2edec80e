/**
 * T1: impact that doubles raises the level by one. The baseline is the impact at the last event that
 * set the level; decreases do not lower it, and each firing sets it anew (METHOD 4.1).
 */
import { type Level, oneUp, type Policy } from './policy.ts'

/** By unit: users, percent of users, regions, services, failing requests per second. */
export type Impact = Readonly<Record<string, number>>

export type Doubled = { unit: string; from: number; to: number; level: Level }

/** What is known of the impact for the first time is where it is measured from. */
export function baselineWith(baseline: Impact, seen: Impact): Impact {
  return { ...seen, ...baseline }
}

/** Null: nothing has doubled, or there is no higher level. */
export function doubled(
  level: Level,
  baseline: Impact,
  seen: Impact,
  policy: Pick<Policy, 'isMulti'>,
): Doubled | null {
  if (level === 1) return null
  for (const [unit, to] of Object.entries(seen)) {
    const from = baseline[unit]
    if (from === undefined || from <= 0 || to < 2 * from) continue
    let raised = oneUp(level)
    if (policy.isMulti)
      for (let next = 4 * from; to >= next && raised > 1; next *= 2) raised = oneUp(raised)
    return { unit, from, to, level: raised }
  }
  return null
}
