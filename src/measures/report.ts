/** What a period was like: its incidents counted and measured, each figure with how many stand behind it. */
import { type Incident, peakOf } from '../incidents/incident.ts'
import type { Instant } from '../lib/instant.ts'
import { isMajor, LEVELS, type Level, type Policy, SEED } from '../severity/policy.ts'
import { type Change, changeBetween, type Figures, figuresOf, shareWithout } from './aggregate.ts'
import { type Cadence, cadenceOf } from './cadence.ts'
import { DURATIONS, type DurationName, durationsOf, type Flaw } from './durations.ts'

export type Period = { from: Instant; to: Instant }

export type Report = {
  incidents: number
  /** By the worst it was. */
  byLevel: Readonly<Record<Level, number>>
  durations: Readonly<Record<DurationName, Figures & { change: Change }>>
  flaws: readonly (Flaw & { number: number })[]
  /** Noticed by monitoring, of those of whom it is known. */
  byMonitoring: { count: number; of: number }
  withoutMajor: number
  /** Gaps between messages, those that were too long, and incidents without one of these. */
  cadence: Readonly<Record<Level, Cadence & { incidents: number; kept: number }>>
  early: number
}

/** Began in it; declared, and neither called off, merged nor an exercise. */
export const isCounted = (incident: Incident, period: Period): boolean => {
  const began = beganAt(incident)
  return (
    incident.kind !== 'drill' &&
    incident.stamps.declaredAt !== null &&
    !['canceled', 'merged'].includes(incident.status) &&
    began >= period.from &&
    began < period.to
  )
}

const beganAt = ({ stamps, openedAt }: Incident): Instant =>
  stamps.startedAt ?? stamps.detectedAt ?? openedAt

/** @param before the period of the same length before it, for the change */
export function reportOf(
  incidents: readonly Incident[],
  before: readonly Incident[],
  period: Period,
  policyOf: (id: string) => Policy = () => SEED,
): Report {
  const known = incidents.map((one) => ({ one, ...durationsOf(one.stamps) }))
  const earlier = before.map((one) => durationsOf(one.stamps))
  const values = (
    all: readonly { ms: Readonly<Record<DurationName, number | null>> }[],
    name: DurationName,
  ) => all.map(({ ms }) => ms[name])
  const numbers = (all: readonly (number | null)[]): number[] => all.filter((one) => one !== null)
  const durations = Object.fromEntries(
    DURATIONS.map((name) => [
      name,
      {
        ...figuresOf(values(known, name)),
        change: changeBetween(numbers(values(earlier, name)), numbers(values(known, name))),
      },
    ]),
  ) as Report['durations']
  const levels = incidents.map(peakOf)
  return {
    incidents: incidents.length,
    byLevel: Object.fromEntries(
      LEVELS.map((level) => [level, levels.filter((one) => one === level).length]),
    ) as Report['byLevel'],
    durations,
    flaws: known.flatMap(({ one, flaws }) =>
      flaws.map((flaw) => ({ ...flaw, number: one.number ?? 0 })),
    ),
    byMonitoring: {
      count: incidents.filter((one) => one.answers.reporter === 'monitoring').length,
      of: incidents.length,
    },
    withoutMajor: shareWithout(
      incidents
        .filter((one) => isMajor(peakOf(one)))
        .map((one) => ({
          from: beganAt(one),
          to: one.stamps.recoveredAt ?? one.stamps.allClearAt ?? period.to,
        })),
      period,
    ),
    cadence: Object.fromEntries(
      LEVELS.map((level) => [level, cadenceAt(level, incidents, policyOf)]),
    ) as Report['cadence'],
    early: incidents.filter((one) => one.isAllClearEarly).length,
  }
}

function cadenceAt(
  level: Level,
  incidents: readonly Incident[],
  policyOf: (id: string) => Policy,
): Report['cadence'][Level] {
  const all = incidents
    .filter((one) => peakOf(one) === level)
    .map((one) => cadenceOf({ told: one.told, level }, policyOf(one.policyId)))
  return {
    incidents: all.length,
    kept: all.filter((one) => one.late === 0).length,
    gaps: all.reduce((sum, one) => sum + one.gaps, 0),
    late: all.reduce((sum, one) => sum + one.late, 0),
  }
}
