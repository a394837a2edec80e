/**
 * Shows in the place of a message that went out how its page stands. Claimed, called, written down,
 * on a beat that pages do not wait for; a message that cannot be changed stays as it is.
 */
import type { Group } from '../alerts/alert.ts'
import type { Db } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Channel, Destination, Outcome } from '../notify/channel.ts'
import { compose } from '../notify/message.ts'
import { type Attempt, CALL_MS_MAX, isOver, type Page } from '../notify/page.ts'
import {
  afterRevision,
  type Revision,
  type State,
  stateOf,
  UNDER_WAY_MS,
} from '../notify/revision.ts'
import { claimRevisions, leadsOfBundles, saveRevision } from '../notify/revision-store.ts'
import { contactOf } from './claim.ts'
import { engineTx } from './store-sql.ts'

const AT_ONCE_MAX = 20

export type ReviseDeps = {
  db: Db
  directoryAt: DirectoryCache
  channelOf: (kind: string) => Channel | null
  destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>) => Destination
  linkFor: (pageId: string) => string | null
  timeLimit: (milliseconds: number) => AbortSignal
}

type Due = {
  revision: Revision
  attempt: Attempt | undefined
  page: Page | undefined
  group: Group | undefined
  isBundle: boolean
}
type Claimed = { due: readonly Due[]; directory: Directory; now: Instant }

/** Gives how many messages were looked at. */
export async function reviseDue(deps: ReviseDeps): Promise<number> {
  const { due, directory, now } = await claim(deps)
  await Promise.all(
    due.map(async (one) => {
      const revised = await reviseOne(deps, one, directory, now)
      await deps.db.withTx('chores', (tx) => saveRevision(tx, revised(tx.now)))
    }),
  )
  return due.length
}

async function claim(deps: ReviseDeps): Promise<Claimed> {
  return deps.db.withTx('chores', async (tx) => {
    const directory = await deps.directoryAt(tx)
    const isPaused = directory.organisation.pausedAt !== null
    const claimed = isPaused ? [] : await claimRevisions(tx, AT_ONCE_MAX)
    if (claimed.length === 0) return { due: [], directory, now: tx.now }
    const store = engineTx(tx, deps.directoryAt)
    const ids = claimed.map((one) => one.id)
    const attempts = await store.peek({ kind: 'attempt', by: 'id', values: ids })
    const pages = await store.peek({
      kind: 'page',
      by: 'id',
      values: [...new Set(claimed.map((one) => one.pageId))],
    })
    const groups = await store.peek({
      kind: 'group',
      by: 'id',
      values: [...new Set(claimed.map((one) => one.groupId))],
    })
    const leads = await leadsOfBundles(tx, ids)
    const due = claimed.map((revision) => ({
      revision,
      attempt: byId(attempts, revision.id),
      page: byId(pages, revision.pageId),
      group: byId(groups, revision.groupId),
      isBundle: leads.has(revision.id),
    }))
    return { due, directory, now: tx.now }
  })
}

const byId = <Row extends { id: Id }>(rows: readonly Row[], id: Id): Row | undefined =>
  rows.find((row) => row.id === id)

type After = (now: Instant) => Revision

async function reviseOne(
  deps: ReviseDeps,
  { revision, attempt, page, group, isBundle }: Due,
  directory: Directory,
  now: Instant,
): Promise<After> {
  const rest = (reason: string | null): After => {
    return () => ({ ...revision, reason, wakeAt: null })
  }
  if (!attempt || !page || !group) return rest('gone')
  // A message that tells of many has no buttons, and the others in it stand as they stood.
  if (isBundle) return rest('bundle')
  if (!isOver(attempt)) return (later) => ({ ...revision, wakeAt: later + UNDER_WAY_MS })
  const contact = contactOf(directory, attempt)
  const channel = deps.channelOf(attempt.channel)
  if (attempt.providerId === null || !contact || !channel?.update) return rest('notThere')
  const zone = directory.people.get(page.personId)?.timezone ?? 'UTC'
  const name = (id: Id | null): string =>
    (id !== null && directory.people.get(id)?.name) || 'somebody'
  const state = stateOf({ group, page }, { personId: page.personId, name, zone })
  if (!state || state.line === revision.shown) return rest(revision.reason)
  const outcome = await call()
  return (later) => afterRevision(revision, state.line, outcome, later)

  async function call(): Promise<Outcome> {
    if (!attempt || !page || !group || !contact || !state) return { kind: 'gaveUp', reason: 'gone' }
    const service = page.serviceId === null ? null : directory.services.get(page.serviceId)
    const told = { page, attempt, group, serviceName: service?.name ?? null }
    const message = revised(
      compose(told, [], { now, timezone: zone, linkFor: deps.linkFor, next: null }),
      state,
    )
    const to = deps.destinationOf(contact.kind, contact.fields)
    const done = channel?.update?.(
      attempt.providerId ?? '',
      message,
      to,
      deps.timeLimit(CALL_MS_MAX),
    )
    return (await done) ?? { kind: 'gaveUp', reason: 'gone' }
  }
}

/** The state first, for whoever looks again at three in the morning; what can still be pressed stays. */
const revised = (message: ReturnType<typeof compose>, { line, mayTake }: State) => ({
  ...message,
  body: `${line}\n${message.body}`,
  actions: mayTake ? message.actions.filter((one) => one.verb === 'acknowledge') : [],
})
