/** What an engine of metrics has to be able to do, whoever made it. */
import type { Instant } from '../lib/instant.ts'
import type { Sample } from './increase.ts'
import type { MetricsSource } from './objective.ts'

export type RangeAsked = { query: string; from: Instant; to: Instant; stepMs: number }

export type RangeAnswer =
  | { kind: 'series'; series: readonly (readonly Sample[])[] }
  /** More than is taken at once: ask for less. */
  | { kind: 'tooLarge' }
  /** `reason` ends a sentence that begins with its name. */
  | { kind: 'failed'; reason: string; retryAfterMs: number | null }

export type MetricsReader = {
  kind: string
  /** @param source with its secrets opened. Never throws for what the other side does. */
  range(
    source: MetricsSource,
    asked: RangeAsked,
    facts: { now: Instant; signal: AbortSignal },
  ): Promise<RangeAnswer>
}
