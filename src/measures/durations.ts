/**
 * How long the parts of an incident took, out of its stamps. What cannot be is named and left out, never
 * mended (METHOD 13.1). Durations are milliseconds.
 */
import type { Instant } from '../lib/instant.ts'
import type { Incident } from '../incidents/incident.ts'

export const DURATIONS = [
  'detect',
  'acknowledge',
  'mitigate',
  'recover',
  'allClear',
  'impact',
] as const
export type DurationName = (typeof DURATIONS)[number]

type Stamps = Incident['stamps']

/** From which stamp to which. `recover` is TTR: the seed's, and PagerDuty's where recovered is resolved. */
const BETWEEN: Readonly<Record<DurationName, readonly [keyof Stamps, keyof Stamps]>> = {
  detect: ['startedAt', 'detectedAt'],
  acknowledge: ['detectedAt', 'acknowledgedAt'],
  mitigate: ['detectedAt', 'mitigatedAt'],
  recover: ['detectedAt', 'recoveredAt'],
  allClear: ['detectedAt', 'allClearAt'],
  impact: ['startedAt', 'mitigatedAt'],
}

/** A stamp that lies before the one it has to follow. */
export type Flaw = { of: DurationName; before: keyof Stamps; after: keyof Stamps }
export type Durations = {
  /** Null: a stamp is not there, or lies where it cannot be. */
  ms: Readonly<Record<DurationName, number | null>>
  flaws: readonly Flaw[]
}

export function durationsOf(stamps: Stamps): Durations {
  const flaws: Flaw[] = []
  const ms = {} as Record<DurationName, number | null>
  for (const name of DURATIONS) {
    const [from, to] = BETWEEN[name]
    const [start, end]: (Instant | null)[] = [stamps[from], stamps[to]]
    const isKnown = start !== null && start !== undefined && end !== null && end !== undefined
    ms[name] = isKnown && end >= start ? end - start : null
    if (isKnown && end < start) flaws.push({ of: name, before: from, after: to })
  }
  return { ms, flaws }
}
