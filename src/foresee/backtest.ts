/**
 * Past incidents once more under another policy: what it would have raised, paged and asked for,
 * against the policy that each of them had. The same `decide` as live, on the events as they were;
 * what people would have done otherwise is not guessed. Pure.
 */
import { type Incident, peakOf } from '../incidents/incident.ts'
import { owesIncident } from '../incidents/owes.ts'
import { type Beat, type Played, rehearse } from '../incidents/rehearse.ts'
import type { Instant } from '../lib/instant.ts'
import { toWall } from '../lib/zone.ts'
import type { Policy, Seat } from '../severity/policy.ts'
import { outcomeOf } from './simulate.ts'

export type Past = { opening: Incident; beats: readonly Beat[]; policy: Policy; endedAt: Instant }

export type Totals = {
  incidents: number
  /** Changes of level to a worse one, by anybody or any rule. */
  raises: number
  /** Steps of escalations that were asked to be paged beyond what the alert itself pages. */
  pages: number
  leadersTold: number
  /** Of these, between 22:00 and 07:00 by the clock of the policy. */
  leadersAtNight: number
  owed: number
  late: number
  missed: number
  /** All-clears that the policy would have asked to wait. */
  early: number
}
export type Difference = {
  number: number
  title: string
  peak: readonly [number, number]
  late: readonly [number, number]
  raises: readonly [number, number]
  pages: readonly [number, number]
  missed: readonly [number, number]
}
export type Backtest = {
  before: Totals
  after: Totals
  /** Incidents that would have gone differently, the largest difference first. */
  differences: Difference[]
}

const NOTHING: Totals = {
  incidents: 0,
  raises: 0,
  pages: 0,
  leadersTold: 0,
  leadersAtNight: 0,
  owed: 0,
  late: 0,
  missed: 0,
  early: 0,
}
const DIFFERENCES_MAX = 100
const LEADERS: readonly Seat[] = ['vp', 'cto', 'manager']

export function backtest(past: Iterable<Past>, candidate: Policy): Backtest {
  const before = { ...NOTHING }
  const after = { ...NOTHING }
  const differences: Difference[] = []
  for (const one of past) {
    const [was, would] = [one.policy, candidate].map((policy) => replay(one, policy))
    if (!was || !would) continue
    add(before, was.totals)
    add(after, would.totals)
    const pair = <K extends keyof Totals>(key: K) => [was.totals[key], would.totals[key]] as const
    const difference: Difference = {
      number: one.opening.number ?? 0,
      title: one.opening.title,
      peak: [was.peak, would.peak],
      raises: pair('raises'),
      pages: pair('pages'),
      late: pair('late'),
      missed: pair('missed'),
    }
    if (weight(difference) > 0) differences.push(difference)
  }
  differences.sort((a, b) => weight(b) - weight(a) || a.number - b.number)
  return { before, after, differences: differences.slice(0, DIFFERENCES_MAX) }
}

const weight = ({ peak, raises, pages, late, missed }: Difference): number =>
  [peak, raises, pages, late, missed].reduce((sum, [one, other]) => sum + Math.abs(one - other), 0)

function add(sum: Totals, more: Totals): void {
  for (const key of Object.keys(sum) as (keyof Totals)[]) sum[key] += more[key]
}

function replay(
  { opening, beats, endedAt }: Past,
  policy: Policy,
): { totals: Totals; peak: number } {
  const { incident, played } = rehearse(opening, beats, policy, endedAt)
  const owed = owesIncident(incident, policy, () => 'somebody').map((one) =>
    outcomeOf(one, endedAt),
  )
  const told = played.flatMap(({ at, effects }) =>
    effects.flatMap((effect) =>
      effect.kind === 'tell' && LEADERS.includes(effect.seat) ? [at] : [],
    ),
  )
  return {
    peak: peakOf(incident),
    totals: {
      incidents: 1,
      raises: incident.levels.filter(
        ({ level }, index) => level < (incident.levels[index - 1]?.level ?? level),
      ).length,
      pages: played.reduce((sum, one) => sum + pagesIn(one), 0),
      leadersTold: told.length,
      leadersAtNight: told.filter((at) => isNight(at, policy.hours.zone)).length,
      owed: owed.length,
      late: owed.filter((one) => one === 'late').length,
      missed: owed.filter((one) => one === 'missed').length,
      early: played.filter((one) => one.isForced).length,
    },
  }
}

const pagesIn = ({ effects }: Played): number =>
  effects.reduce((sum, effect) => {
    if (effect.kind === 'pageSteps') return sum + effect.steps - 1
    return effect.kind === 'nextTier' || effect.kind === 'page' ? sum + 1 : sum
  }, 0)

function isNight(at: Instant, zone: string): boolean {
  const hour = new Date(toWall(at, zone)).getUTCHours()
  return hour >= 22 || hour < 7
}
