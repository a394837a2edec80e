/** Whether people heard as often as was promised: the gaps between what an audience was told (METHOD 3.3). */
import type { Told } from '../incidents/incident.ts'
import { dueOf, updateSpan } from '../severity/clocks.ts'
import type { Level, Policy } from '../severity/policy.ts'

export type Cadence = { gaps: number; late: number }

/** A gap that ends exactly when it is due is in time. */
export function cadenceOf(
  incident: { told: readonly Told[]; level: Level },
  policy: Policy,
): Cadence {
  const sum = { gaps: 0, late: 0 }
  const audiences = new Set(incident.told.map((one) => one.audience))
  for (const audience of audiences) {
    const span = updateSpan(policy.levels[incident.level], audience)
    const times = incident.told
      .filter((one) => one.audience === audience)
      .map((one) => one.at)
      .toSorted((a, b) => a - b)
    for (const [index, at] of times.slice(1).entries()) {
      sum.gaps += 1
      if (at > dueOf(span, times[index] ?? at, policy.hours)) sum.late += 1
    }
  }
  return sum
}
