/**
 * Which carrier goes first: the one that delivers, by what was measured in the last hour. Few
 * messages say little, so each is thought to work until it has shown otherwise; who leads goes on
 * leading until another is clearly better, so that the order does not flap; and while there is
 * traffic one message in twenty begins with the second, because nothing is known of a carrier that
 * nobody asks. A message
 * whose last try was given to a carrier begins with another: its answer may have been lost, and
 * what cannot be called back should not be repeated by the same way.
 */
import { HOUR } from '../lib/instant.ts'

/** What became of messages lately, by carrier. */
export type Measured = {
  /** Accepted by the provider. */
  taken: number
  /** Of those, said to have arrived, or not to have. */
  delivered: number
  undelivered: number
  /** Refused, unreachable or without an answer. */
  failed: number
}
export type Measure = ReadonlyMap<string, Measured>

export const MEASURED_MS = HOUR
/** What a carrier that nothing is known of is given: so many messages, of which so many arrived. */
const PRIOR = { messages: 10, arrived: 9.5 }
/** So much better another has to be to lead. */
const MARGIN = 0.1
const PROBE_SHARE = 1 / 20

/** The share of messages that arrive, from 0 to 1. */
export function scoreOf(measured: Measured | undefined): number {
  const { taken = 0, delivered = 0, undelivered = 0, failed = 0 } = measured ?? {}
  // A carrier that says what arrived is judged by that; of one that never does, what it took counts.
  const arrived = delivered + undelivered > 0 ? delivered : taken
  return (arrived + PRIOR.arrived) / (arrived + undelivered + failed + PRIOR.messages)
}

/** @param before who led until now; null: nobody yet, and the one that was named first does */
export function leadOf(
  configured: readonly string[],
  measure: Measure,
  before: string | null,
): string | null {
  const best = byScore(configured, measure)[0] ?? null
  const holder = configured.find((one) => one === before) ?? configured[0]
  if (best === null || holder === undefined) return null
  return scoreOf(measure.get(best)) > scoreOf(measure.get(holder)) + MARGIN ? best : holder
}

export type OrderFacts = {
  measure: Measure
  lead: string | null
  /** Who carried the last try of this slot; null: this is the first, or it is not known. */
  lastCarrier: string | null
  /** In [0, 1), and the same for every try of a message: decides who probes. */
  draw: number
}

/** The carriers in the order in which they are to be asked. */
export function order(configured: readonly string[], facts: OrderFacts): string[] {
  const { measure, lastCarrier } = facts
  const lead = leadOf(configured, measure, facts.lead)
  const ranked = byScore(configured, measure)
  const sorted = ranked.toSorted((a, b) => Number(b === lead) - Number(a === lead))
  if (lastCarrier !== null && configured.includes(lastCarrier)) {
    return [...sorted.filter((one) => one !== lastCarrier), lastCarrier]
  }
  const [first, second, ...rest] = sorted
  if (first === undefined || second === undefined) return sorted
  return measure.size > 0 && facts.draw < PROBE_SHARE ? [second, first, ...rest] : sorted
}

/** Equal ones stay as they were named. */
const byScore = (configured: readonly string[], measure: Measure): string[] =>
  configured.toSorted((a, b) => scoreOf(measure.get(b)) - scoreOf(measure.get(a)))

/** A number in [0, 1) that a text always has (FNV-1a). */
export function drawOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  // Its low bits differ most; a last mix brings that to all of them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
