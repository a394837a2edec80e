/**
 * Makes the posts that are due, and keeps them up to date: in each room one call at a time and one
 * a second, whichever node makes it. What was said is worked out from the rows anew each time, so
 * that a post that was missed, doubled or late ends up showing what is so.
 */
import { createHash } from 'node:crypto'
import type { Group } from '../alerts/alert.ts'
import type { Db, Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Channel, Destination, Outcome, Outgoing } from '../notify/channel.ts'
import { CALL_MS_MAX } from '../notify/page.ts'
import {
  afterPost,
  type Doing,
  doingFor,
  escalationPost,
  groupPost,
  isStorm,
  type Post,
  reachedOf,
  type Shown,
  summaryPost,
  type Told,
} from '../notify/post.ts'
import {
  claimRooms,
  countMade,
  duePosts,
  groupsInSummary,
  intoSummary,
  leaveRoom,
  type Room,
  savePost,
} from '../notify/post-store.ts'
import { engineTx } from './store-sql.ts'

const ROOMS_MAX = 10
/** A storm may bring so many at a time; the rest follows in the next round. */
const DUE_MAX = 500
/** Posts looked at in one round of a room; of these, one is spoken of. */
const LOOK_MAX = 20

export type PostDeps = {
  db: Db
  directoryAt: DirectoryCache
  makeId: (now: Instant) => Id
  channelOf: (kind: string) => Channel | null
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  /** Where people reach the web app. */
  publicUrl: () => string
  /** The signed token of a group, for the buttons of its post. */
  tokenFor: (groupId: Id) => string
  timeLimit: (milliseconds: number) => AbortSignal
  /** Told of a post that is given up: a room that is gone, an app that was not invited. */
  onGivenUp: (post: Post, reason: string) => void
}

type Job = { post: Post; doing: Doing; hash: string; reached: number; shown: Shown; told: Told[] }
type Turn = { room: Room; job: Job | null; now: Instant }

/** Gives in how many rooms something was done. */
export async function postDue(deps: PostDeps): Promise<number> {
  const rooms = await deps.db.withTx('chores', async (tx) => {
    const { organisation } = await deps.directoryAt(tx)
    return organisation.pausedAt === null ? claimRooms(tx, ROOMS_MAX) : []
  })
  await Promise.all(
    rooms.map(async (room) => {
      const turn = await deps.db.withTx('chores', (tx) => takeTurn(tx, deps, room))
      const outcome = turn.job ? await speak(deps, turn.job, turn.now) : null
      await deps.db.withTx('chores', (tx) => writeDown(tx, deps, turn, outcome))
    }),
  )
  return rooms.length
}

/** Looks at what is due in a room, puts a storm together, and finds the one thing to do next. */
async function takeTurn(tx: Tx, deps: PostDeps, room: Room): Promise<Turn> {
  const directory = await deps.directoryAt(tx)
  const due = await duePosts(tx, room, DUE_MAX)
  const waiting = due.filter((post) => post.kind === 'group' && post.providerId === null)
  let rest = due
  if (waiting.length > 0 && isStorm(waiting.length, await countMade(tx, room))) {
    const summary = await intoSummary(tx, room, waiting, () => deps.makeId(tx.now))
    const others = due.filter((post) => !waiting.includes(post) && post.id !== summary.id)
    rest = [summary, ...others]
  }
  for (const post of rest.slice(0, LOOK_MAX)) {
    const job = await jobFor(tx, deps, directory, post)
    if (job.doing !== 'rest' && job.doing !== 'drop') return { room, job, now: tx.now }
    await savePost(tx, { ...post, wakeAt: null })
  }
  return { room, job: null, now: tx.now }
}

async function jobFor(tx: Tx, deps: PostDeps, directory: Directory, post: Post): Promise<Job> {
  const ids = post.groupId === null ? await groupsInSummary(tx, post.id) : [post.groupId]
  const store = engineTx(tx, deps.directoryAt)
  const groups = await store.peek({ kind: 'group', by: 'id', values: ids })
  const climbIds = post.kind === 'group' ? groups.flatMap((one) => one.climbId ?? []) : []
  const pages =
    climbIds.length === 0 ? [] : await store.peek({ kind: 'page', by: 'climbId', values: climbIds })
  const told = groups
    .toSorted((a, b) => a.openedAt - b.openedAt)
    .map((group): Told => toldOf(group, directory, pages))
  const [first] = told
  const shown = post.kind === 'group' && first ? groupPost(first) : summaryPost(told)
  const reached = reachedOf(pages)
  const hash = createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 32)
  const isOver = groups.every((group) => group.status === 'resolved')
  const doing = doingFor(post, { hash, isOver, reached })
  return {
    post,
    doing,
    hash,
    reached,
    shown: doing === 'reply' && first ? escalationPost(first) : shown,
    told,
  }
}

const toldOf = (group: Group, directory: Directory, pages: Told['pages']): Told => ({
  group,
  serviceName:
    group.serviceId === null ? null : (directory.services.get(group.serviceId)?.name ?? null),
  pages,
  name: (id) => (id !== null && directory.people.get(id)?.name) || 'somebody',
})

async function speak(deps: PostDeps, job: Job, now: Instant): Promise<Outcome> {
  const { post, doing } = job
  const channel = deps.channelOf(post.vendor)
  if (!channel?.post || !channel.update) return { kind: 'gaveUp', reason: 'channelNotConfigured' }
  const to = deps.destinationOf(post.vendor, {})
  const message = messageOf(deps, job, now)
  const signal = deps.timeLimit(CALL_MS_MAX)
  if (doing === 'update' && post.providerId !== null)
    return channel.update(post.providerId, message, to, signal)
  return channel.post(message, post.room, doing === 'reply' ? post.providerId : null, to, signal)
}

const LABELS = {
  acknowledge: 'Acknowledge',
  escalate: 'Escalate now',
  notMine: 'Not mine',
} as const

function messageOf(deps: PostDeps, { post, shown, doing, reached }: Job, now: Instant): Outgoing {
  const url = `${deps.publicUrl()}/alerts`
  return {
    kind: 'notice',
    idempotencyKey: `post:${post.id}:${doing === 'reply' ? reached : 0}`,
    attemptId: post.id,
    at: now,
    urgency: 'low',
    title: shown.title,
    body: shown.body,
    url: doing === 'reply' ? null : url,
    actions: shown.actions.map((verb) => ({ verb, label: LABELS[verb], url })),
    data: {},
    drill: false,
    ...(post.groupId === null ? {} : { postToken: deps.tokenFor(post.groupId) }),
  }
}

async function writeDown(
  tx: Tx,
  deps: PostDeps,
  { room, job }: Turn,
  outcome: Outcome | null,
): Promise<void> {
  const isOurs = await leaveRoom(tx, room, outcome !== null)
  if (!isOurs || !job || !outcome) return
  const after = afterPost(job.post, job, outcome, tx.now)
  await savePost(tx, after)
  if (outcome.kind !== 'sent' && after.wakeAt === null)
    tx.afterCommit(() => deps.onGivenUp(after, outcome.reason))
}
