/**
 * Claiming: which attempts go out now. Each is looked at once more under its lock: a page that is
 * no longer open is not sent (I3), a claim whose sender died becomes an attempt with an unknown
 * outcome and is tried again (I4, I5), and what a storm piles up goes out together.
 */
import type { Group } from '../alerts/alert.ts'
import type { Climb } from '../escalation/climb.ts'
import type { Id } from '../lib/id.ts'
import { SECOND } from '../lib/instant.ts'
import type { Directory } from '../directory/directory.ts'
import { bundle, type Message, type Recent, WINDOW_MS } from '../notify/bundle.ts'
import { follow } from '../notify/outcome.ts'
import { type Attempt, LEASE_MS, type Page } from '../notify/page.ts'
import type { EngineTx } from './store.ts'
import type { Tools } from './tools.ts'

export const CLAIM_MAX = 100
/** Until an attempt whose lane was full is looked at again. */
const LANE_WAIT_MS = SECOND

/** One provider call to make: the lead attempt and those that go out with it. */
export type Claimed = { lead: Attempt; others: readonly Attempt[] }

export type Claim = {
  now: number
  /** Attempts that were due and looked at; what is not among the messages was put off or cancelled. */
  looked: number
  messages: readonly Claimed[]
  pages: ReadonlyMap<Id, Page>
  groups: ReadonlyMap<Id, Group>
  climbs: ReadonlyMap<Id, Climb>
  directory: Directory
}

/**
 * @param max attempts to look at
 * @param roomIn how many calls more a lane may have under way (`laneOf`)
 */
export async function claim(
  tx: EngineTx,
  tools: Tools,
  max: number,
  roomIn: (lane: string) => number,
): Promise<Claim> {
  const [directory, due] = await Promise.all([tx.directory(), tx.due('attempt', max)])
  const nothing = {
    now: tx.now,
    looked: due.length,
    messages: [],
    pages: new Map(),
    groups: new Map(),
    climbs: new Map(),
    directory,
  }
  if (directory.organisation.pausedAt !== null) return nothing
  if (due.length === 0) return nothing
  const [found, recent] = await Promise.all([
    tx.peek({ kind: 'page', by: 'id', values: unique(due, (a) => a.pageId) }),
    tx.sentSince(
      unique(
        due.filter((attempt) => bundles(directory, attempt)),
        (a) => a.contactId,
      ),
      tx.now - WINDOW_MS,
    ),
  ])
  const pages = byId(found)
  const wanted: Attempt[] = []
  const rows: Attempt[] = []
  for (const attempt of due) {
    const page = pages.get(attempt.pageId)
    if (attempt.status === 'claimed') rows.push(...(await afterDeath(tx, tools, attempt, page)))
    else if (page?.status === 'open') wanted.push(attempt)
    else
      rows.push({
        ...attempt,
        status: 'cancelled',
        reason: page?.closedBecause ?? 'pageGone',
        wakeAt: null,
        finishedAt: tx.now,
      })
  }
  const sorted = sort(tx.now, directory, wanted, recent)
  const { messages, full } = share(sorted.messages, directory, roomIn)
  for (const { attempt, until } of sorted.held)
    rows.push({ ...attempt, wakeAt: until, reason: 'bundling' })
  for (const attempt of full)
    rows.push({ ...attempt, wakeAt: tx.now + LANE_WAIT_MS, reason: 'laneFull' })
  const claimed = messages.map(({ lead, others }) => ({
    lead: claimOne(lead, tx.now, null),
    others: others.map((other) => claimOne(other, tx.now, lead.id)),
  }))
  for (const { lead, others } of claimed) rows.push(lead, ...others)
  await tx.save('attempt', rows)
  if (claimed.length === 0) return nothing
  const [groups, climbs] = await Promise.all([
    tx.peek({ kind: 'group', by: 'id', values: unique(found, (p) => p.groupId) }),
    tx.peek({ kind: 'climb', by: 'id', values: unique(found, (p) => p.climbId) }),
  ])
  return {
    now: tx.now,
    looked: due.length,
    messages: claimed,
    pages,
    groups: byId(groups),
    climbs: byId(climbs),
    directory,
  }
}

const claimOne = (attempt: Attempt, now: number, bundledInto: Id | null): Attempt => ({
  ...attempt,
  status: 'claimed',
  reason: null,
  bundledInto,
  startedAt: now,
  wakeAt: now + LEASE_MS,
  fence: attempt.fence + 1,
})

/** The sender that held it is gone, and nobody knows whether the provider has it. */
async function afterDeath(
  tx: EngineTx,
  tools: Tools,
  attempt: Attempt,
  page: Page | undefined,
): Promise<readonly Attempt[]> {
  const siblings = await tx.find({ kind: 'attempt', by: 'pageId', values: [attempt.pageId] })
  return follow(
    { ...attempt, fence: attempt.fence + 1 },
    { kind: 'unknown', reason: 'senderDied' },
    {
      now: tx.now,
      page: page ?? { status: 'superseded' },
      siblings,
      makeId: () => tools.makeId(tx.now),
      jitter: tools.jitter(),
    },
  ).attempts
}

function sort(
  now: number,
  directory: Directory,
  wanted: readonly Attempt[],
  recent: readonly Recent[],
) {
  const due = wanted.map((attempt) => ({ attempt, bundles: bundles(directory, attempt) }))
  return bundle(due, recent, now)
}

/** Leaves out what would fill a lane beyond its room: one provider that hangs holds up no other (I13). */
function share(
  messages: readonly Message[],
  directory: Directory,
  roomIn: (lane: string) => number,
): { messages: readonly Message[]; full: readonly Attempt[] } {
  const room = new Map<string, number>()
  const fits: Message[] = []
  const full: Attempt[] = []
  for (const message of messages) {
    const lane = laneOf(directory, message.lead)
    const left = room.get(lane) ?? roomIn(lane)
    room.set(lane, left - 1)
    if (left > 0) fits.push(message)
    else full.push(message.lead, ...message.others)
  }
  return { messages: fits, full }
}

/** Which provider a call goes to, as far as the configuration tells: its kind, and the host of an address. */
export function laneOf(directory: Directory, attempt: Attempt): string {
  const url = contactOf(directory, attempt)?.fields.url
  const host = typeof url === 'string' && URL.canParse(url) ? new URL(url).host : ''
  return `${attempt.channel} ${host}`
}

/** An exercise goes out by itself: together with what is real, one of them would be taken for the other. */
const bundles = (directory: Directory, attempt: Attempt): boolean =>
  attempt.drillId === null && contactOf(directory, attempt)?.fields.bundle !== false

export const contactOf = (directory: Directory, attempt: Pick<Attempt, 'personId' | 'contactId'>) =>
  directory.people
    .get(attempt.personId)
    ?.contacts.find((contact) => contact.id === attempt.contactId) ?? null

const byId = <Row extends { id: Id }>(rows: readonly Row[]): Map<Id, Row> =>
  new Map(rows.map((row) => [row.id, row]))

const unique = <Item>(items: readonly Item[], idOf: (item: Item) => Id): Id[] => [
  ...new Set(items.map(idOf)),
]
