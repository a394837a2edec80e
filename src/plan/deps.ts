import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Sealer } from '../lib/seal.ts'
import type { ChannelDescription } from '../notify/channel.ts'

/** What planning needs from outside. */
export type PlanDeps = {
  channels: readonly ChannelDescription[]
  sourceKinds: readonly string[]
  sealer: Sealer
  makeId: (now: Instant) => Id
  /** One sentence: who would be paged for this service at this instant, by the function that pages. */
  whoWouldBePaged: (directory: Directory, serviceId: Id, at: Instant) => string
}

/** Values for `${NAME}` in a file. */
export type Environment = Readonly<Record<string, string>>
