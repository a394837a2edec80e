/** One round of keeping what went out up to date: read the log, change messages, speak in rooms. */
import type { Db } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Channel, Destination } from '../notify/channel.ts'
import type { Post } from '../notify/post.ts'
import { followLog } from './follow.ts'
import { postDue } from './posts.ts'
import { reviseDue } from './revise.ts'

export type KeepDeps = {
  db: Db
  directoryAt: DirectoryCache
  makeId: (now: Instant) => Id
  channels: readonly Channel[]
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  linkFor: (pageId: string) => string | null
  tokenFor: (groupId: Id) => string
  publicUrl: () => string
  timeLimit: (milliseconds: number) => AbortSignal
  onGivenUp: (post: Post, reason: string) => void
}

/** What it gives says whether there may be more to do at once. */
export function createKeeper(deps: KeepDeps): () => Promise<boolean> {
  const { channels } = deps
  const kindOf = (channel: Channel): string => channel.describe.kind
  const channelOf = (kind: string): Channel | null =>
    channels.find((one) => kindOf(one) === kind) ?? null
  const revisable = channels.filter((one) => one.update).map(kindOf)
  const withRooms = channels.filter((one) => one.post).map(kindOf)
  const isSetUp = (kind: string): boolean =>
    Object.keys(deps.destinationOf(kind, {}).settings).length > 0
  const roomVendor = (): string | null => withRooms.find(isSetUp) ?? null
  return async () => {
    const isMore = await followLog({ ...deps, revisable, roomVendor })
    const revised = await reviseDue({ ...deps, channelOf })
    const spoken = await postDue({ ...deps, channelOf })
    return isMore || revised + spoken > 0
  }
}
