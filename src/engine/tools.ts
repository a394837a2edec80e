import type { PipelineFacts } from '../alerts/pipeline.ts'
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Loudness } from '../notify/channel.ts'

/** What the engine cannot make by itself: chance and what channels there are. */
export type Tools = {
  makeId: (now: Instant) => Id
  /** In [0, 1). */
  jitter: () => number
  /** How loud a channel is; null: there is no such channel here. */
  loudnessOf: (channel: string) => Loudness | null
  /** Compiled once for a version of the directory. */
  routerFor: (directory: Directory) => PipelineFacts['routeFor']
  /** Told of trouble that a person must hear of, besides what is recorded. */
  alarm: (what: string, detail: Readonly<Record<string, unknown>>) => void
}
