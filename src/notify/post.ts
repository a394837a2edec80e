/**
 * Posts in the room of a team: one for a group of alerts, changed in place for as long as the group
 * lives. A room that fills up is a room that nobody reads: an escalation alone is worth a word
 * beneath the post, and what a storm brings is one post that counts.
 */
import type { Group } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import { printable, truncate } from '../lib/text.ts'
import { formatLocal, formatTime } from '../lib/zone.ts'
import type { Outcome, Outgoing } from './channel.ts'
import type { Page } from './page.ts'
import { waitAfter } from './revision.ts'

export type Post = {
  id: Id
  kind: 'group' | 'summary'
  /** Null for a summary. */
  groupId: Id | null
  vendor: string
  room: string
  bundledInto: Id | null
  providerId: string | null
  shownHash: string | null
  reached: number
  tries: number
  reason: string | null
  news: number
  wakeAt: Instant | null
  postedAt: Instant | null
  createdAt: Instant
}

/** Vendors allow one message a second in a room. */
export const ROOM_MS = SECOND
export const ROOM_LEASE_MS = 30 * SECOND
export const POST_TRIES_MAX = 8
/** Posts of their own that a room has in a minute before what comes on top is counted together. */
export const POSTS_ALONE_MAX = 5
export const POSTS_WINDOW_MS = MINUTE
/** A summary takes in what comes so long after it was begun; then another begins. */
export const SUMMARY_MS = 10 * MINUTE
const NAMED_MAX = 10
const TITLE_MAX = 200
/** A room has readers in many zones. */
const ZONE = 'UTC'

/** Which of the posts that are not made yet go into a summary: all of them, or none. */
export const isStorm = (waiting: number, madeLately: number): boolean =>
  waiting + madeLately > POSTS_ALONE_MAX

export type Shown = {
  title: string
  body: string
  actions: readonly Outgoing['actions'][number]['verb'][]
}

export type Told = {
  group: Group
  serviceName: string | null
  /** Of its climb; any order. */
  pages: readonly Page[]
  name: (id: Id | null) => string
}

/** How far an escalation has come: rounds, steps and the last resort in one number that only grows. */
export const reachedOf = (pages: readonly Page[]): number =>
  Math.max(0, ...pages.map((page) => page.round * 1_000 + (page.isFallback ? 500 : page.step)))

export function groupPost(told: Told): Shown {
  const { group } = told
  return {
    title: titleOf(told),
    body: `${capital(group.severity)} since ${formatLocal(group.openedAt, ZONE)} ${ZONE}\n${standing(told)}`,
    actions: group.status === 'firing' ? ['acknowledge', 'escalate'] : [],
  }
}

/** What the escalation did last, as an answer beneath the post. */
export function escalationPost({ pages, name }: Told): Shown {
  const reached = reachedOf(pages)
  const latest = pages.filter((page) => reachedOf([page]) === reached)
  const people = [...new Set(latest.map((page) => name(page.personId)))].join(', ')
  const [page] = latest
  const where = page?.isFallback ? 'the last resort' : `level ${(page?.step ?? 0) + 1}`
  const round = page && page.round > 0 ? `, round ${page.round + 1}` : ''
  return { title: `Escalated to ${where}${round}`, body: `Paged: ${people}`, actions: [] }
}

export function summaryPost(all: readonly Told[]): Shown {
  const count = (status: Group['status']): number =>
    all.filter((one) => one.group.status === status).length
  const parts = [
    `${count('firing')} firing`,
    `${count('acknowledged')} acknowledged`,
    `${count('resolved')} resolved`,
  ]
  const named = all.slice(0, NAMED_MAX).map((one) => `• ${titleOf(one)}: ${shortly(one)}`)
  const rest = all.length - named.length
  if (rest > 0) named.push(`… and ${rest} more`)
  const first = Math.min(...all.map((one) => one.group.openedAt))
  return {
    title: `${all.length} alerts since ${formatTime(first, ZONE)} ${ZONE}`,
    body: [parts.join(', '), ...named].join('\n'),
    actions: [],
  }
}

function standing({ group, pages, name }: Told): string {
  if (group.status === 'resolved') return `Resolved at ${time(group.resolvedAt)}.`
  if (group.status === 'acknowledged')
    return `${group.acknowledgedBy === null ? 'The source' : name(group.acknowledgedBy)} has it since ${time(group.acknowledgedAt)}.`
  const open = [...new Set(pages.filter((one) => one.status === 'open').map((one) => one.personId))]
  return open.length === 0
    ? 'Nobody has it yet.'
    : `Nobody has it yet. Paged: ${open.map(name).join(', ')}`
}

const shortly = ({ group, name }: Told): string =>
  group.status === 'acknowledged' && group.acknowledgedBy !== null
    ? `${name(group.acknowledgedBy)} has it`
    : group.status

function titleOf({ group, serviceName }: Told): string {
  const prefix = serviceName === null ? '' : `${serviceName}: `
  const more = group.openCount > 1 ? ` (${group.openCount} alerts)` : ''
  return truncate(printable(`${prefix}${group.title}`).replace(/\s+/g, ' '), TITLE_MAX) + more
}

const time = (at: Instant | null): string => (at === null ? '?' : `${formatTime(at, ZONE)} ${ZONE}`)
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** What there is to do for a post: it was over before it was made, it is new, it changed, it escalated. */
export type Doing = 'drop' | 'post' | 'update' | 'reply' | 'rest'

export function doingFor(
  post: Post,
  now: { hash: string; isOver: boolean; reached: number },
): Doing {
  if (post.providerId === null) return now.isOver ? 'drop' : 'post'
  if (post.shownHash !== now.hash) return 'update'
  return post.kind === 'group' && !now.isOver && now.reached > post.reached ? 'reply' : 'rest'
}

/** What becomes of a post after a call. What is known to be done is not done again. */
export function afterPost(
  post: Post,
  done: { doing: Doing; hash: string; reached: number },
  outcome: Outcome,
  now: Instant,
): Post {
  if (outcome.kind === 'sent') {
    const calm = { ...post, tries: 0, reason: null, wakeAt: now }
    if (done.doing === 'reply') return { ...calm, reached: done.reached }
    if (done.doing === 'update') return { ...calm, shownHash: done.hash }
    return {
      ...calm,
      providerId: outcome.providerId,
      shownHash: done.hash,
      reached: done.reached,
      postedAt: now,
    }
  }
  const tries = post.tries + 1
  const isOver = outcome.kind === 'gaveUp' || tries >= POST_TRIES_MAX
  return {
    ...post,
    tries,
    reason: outcome.reason,
    wakeAt: isOver ? null : now + waitAfter(outcome, tries),
  }
}
