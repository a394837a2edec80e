/**
 * Incidents of others, out of the history of a status page: read as they stand, skipped steps and
 * backward ones included. What does not fit is left out with its reason, and no time is made up.
 */
import { isRecord } from '../lib/json.ts'
import { type Instant, parseInstant } from '../lib/instant.ts'
import { storable, truncate } from '../lib/text.ts'
import { UNANSWERED } from '../severity/classify.ts'
import type { Level, Policy } from '../severity/policy.ts'
import { BLANK, type Incident, TEXT_MAX } from './incident.ts'
import { type Beat, rehearse } from './rehearse.ts'

export type Post = { at: Instant; status: string; text: string }
export type Past = {
  externalId: string
  title: string
  level: Level
  /** What the page calls them. */
  components: readonly string[]
  startedAt: Instant | null
  resolvedAt: Instant | null
  /** By their time; several at one time as they stood. */
  posts: readonly Post[]
}
export type Skipped = { reason: 'notAnEntry' | 'noName' | 'noPost' | 'maintenance' | 'noTime' }

const POSTS_MAX = 500
/** METHOD 2.4. */
const LEVELS: Readonly<Record<string, Level>> = { critical: 1, major: 2, minor: 3, none: 4 }

/** Fields as the usual pages and their archives name them. */
const NAMES = ['title', 'name']
const POSTS = ['updates', 'incident_updates']
const TIMES = ['at', 'date', 'created_at', 'display_at', 'timestamp']
const TEXTS = ['message', 'body', 'content']

const textIn = (value: Readonly<Record<string, unknown>>, names: readonly string[]): string => {
  const found = names.map((name) => value[name]).find((one) => typeof one === 'string')
  return typeof found === 'string' ? truncate(storable(found.trim()), TEXT_MAX) : ''
}
const timeIn = (
  value: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Instant | null => parseInstant(textIn(value, names))

export function readPast(entry: unknown, fallbackId: string): Past | Skipped {
  if (!isRecord(entry)) return { reason: 'notAnEntry' }
  const title = textIn(entry, NAMES)
  if (title === '') return { reason: 'noName' }
  const impact = textIn(entry, ['impact']).toLowerCase()
  const list = POSTS.map((name) => entry[name]).find(Array.isArray)
  const posts = (list ?? []).slice(0, POSTS_MAX).flatMap((one: unknown): Post[] => {
    const at = isRecord(one) ? timeIn(one, TIMES) : null
    if (!isRecord(one) || at === null) return []
    return [{ at, status: textIn(one, ['status']).toLowerCase(), text: textIn(one, TEXTS) }]
  })
  const isMaintenance =
    impact === 'maintenance' || posts.some((one) => /scheduled|in.progress/.test(one.status))
  if (isMaintenance) return { reason: 'maintenance' }
  if (!list || list.length === 0) return { reason: 'noPost' }
  if (posts.length === 0) return { reason: 'noTime' }
  posts.sort((a, b) => a.at - b.at)
  const components = Array.isArray(entry.components) ? entry.components : []
  return {
    externalId: textIn(entry, ['id']) || fallbackId,
    title,
    level: LEVELS[impact] ?? 3,
    components: components.slice(0, 50).flatMap((one: unknown) => {
      const name = typeof one === 'string' ? one : isRecord(one) ? textIn(one, ['name']) : ''
      return name === '' ? [] : [name]
    }),
    startedAt: timeIn(entry, ['started_at', 'startedAt']),
    resolvedAt:
      posts.findLast((one) => /resolved|completed/.test(one.status))?.at ??
      timeIn(entry, ['resolved_at', 'resolvedAt']),
    posts,
  }
}

export type Backfilled = { opening: Incident; beats: Beat[]; incident: Incident }

/**
 * As it would stand here, had it been worked here: decided like any other, and then stamped with what
 * the page says, in whatever order that is.
 */
export function backfill(
  past: Past,
  facts: {
    id: string
    policy: Policy
    policyId: string
    serviceIds: readonly string[]
    teamId: string | null
  },
): Backfilled {
  const first = past.posts[0]?.at ?? 0
  const last = past.posts.at(-1)?.at ?? first
  const opening: Incident = {
    ...BLANK,
    id: facts.id,
    title: past.title,
    summary: past.title,
    kind: 'backfilled',
    teamId: facts.teamId,
    visibility: 'everyone',
    serviceIds: facts.serviceIds,
    policyId: facts.policyId,
    answers: UNANSWERED,
    openedAt: first,
    wakeAt: null,
    drillId: null,
  }
  const beat = (at: Instant, event: Beat['event']): Beat => ({
    at,
    by: null,
    event,
    recovery: { lastFiringAt: null, isBurning: null },
  })
  const beats = [
    beat(first, { kind: 'declared', level: past.level, summary: past.title }),
    ...past.posts.map(({ at, status }, index) =>
      beat(at, {
        kind: 'messagePublished',
        audience: 'customers',
        promised: null,
        as: /resolved/.test(status) ? 'resolved' : index === 0 ? 'initial' : 'update',
      }),
    ),
  ]
  const { incident } = rehearse(opening, beats, facts.policy, last)
  const at = (pattern: RegExp): Instant | null =>
    past.posts.find((one) => pattern.test(one.status))?.at ?? null
  return {
    opening,
    beats,
    incident: {
      ...incident,
      status: 'closed',
      wakeAt: null,
      stamps: {
        ...incident.stamps,
        startedAt: past.startedAt,
        detectedAt: first,
        identifiedAt: at(/identified/),
        mitigatedAt: past.posts.findLast((one) => /monitoring/.test(one.status))?.at ?? null,
        recoveredAt: past.resolvedAt,
        allClearAt: past.resolvedAt,
        closedAt: past.resolvedAt,
      },
    },
  }
}
