/**
 * From what an engine of metrics answered to counts by the minute. Counters are followed series by
 * series, over every restart, and added up before anything is divided. A side that says nothing while
 * the other one counts is not taken for an outage: those minutes are not known, and it is said.
 */
import { type Instant, MINUTE } from '../lib/instant.ts'
import type { IndicatorForm } from './definition.ts'
import type { Slot } from './hours.ts'
import { increase, type Sample } from './increase.ts'
import { isSelector, queryOver } from './query.ts'

/** The window of expressions: wide enough for two scrapes a minute apart. */
const WIDE = { text: '2m', ms: 2 * MINUTE }

/** The query to send for one side. */
export const queryFor = (query: string, asIs: boolean): string =>
  asIs || isSelector(query) ? query : queryOver(query, WIDE.text)

export type Sides = Readonly<Record<'part' | 'total', readonly (readonly Sample[])[]>>

export type Counted = { slots: Slot[]; problem: string | null }

/**
 * @param from the end of what is known; samples begin there, so that the first minute has a base
 * @param to the end of the last minute that is asked for
 */
export function slotsFrom(
  indicator: IndicatorForm,
  sides: Sides,
  { from, to }: { from: Instant; to: Instant },
): Counted {
  const isBad = indicator.bad !== null
  const part = byMinute(indicator.bad ?? indicator.good ?? '', sides.part, indicator.as_is)
  const total = byMinute(indicator.total ?? '', sides.total, indicator.as_is)
  const slots: Slot[] = []
  let isOneSided = false
  for (let end = from + MINUTE; end <= to; end += MINUTE) {
    const all = total.get(end)
    if (all === undefined) continue
    const some = part.get(end)
    // Nothing bad was ever counted: there is no such series yet.
    if (some === undefined && !isBad && all > 0) {
      isOneSided = true
      continue
    }
    const share = some ?? 0
    slots.push({ at: end - MINUTE, good: isBad ? all - share : share, total: all })
  }
  return {
    slots,
    problem: isOneSided
      ? 'gives no series for `good` while `total` counts: those minutes are unknown'
      : null,
  }
}

/** What each minute adds, by the instant at which it ends. Minutes that say nothing are not there. */
function byMinute(
  query: string,
  series: readonly (readonly Sample[])[],
  asIs: boolean,
): Map<Instant, number> {
  const sums = new Map<Instant, number>()
  const put = (at: Instant, value: number): void => {
    if (Number.isFinite(value)) sums.set(at, (sums.get(at) ?? 0) + value)
  }
  const isCounter = isSelector(query) && !asIs
  const scale = asIs ? 1 : /\bincrease\s*\(/.test(query) ? MINUTE / WIDE.ms : 60
  for (const samples of series) {
    if (isCounter) {
      for (let index = 1; index < samples.length; index += 1) {
        const [before, after] = [samples[index - 1], samples[index]]
        // A gap is bridged: what it went up by meanwhile counts in the minute it came back.
        if (before && after) put(after.at, increase([before, after]) ?? 0)
      }
    } else for (const { at, value } of samples) put(at, value * scale)
  }
  return sums
}
