/**
 * One page as somebody finds it who answers it without signing in: whose it is, how it stands, and
 * the way from their answer to `act`.
 */
import { hashOf, type Links } from '../access/secret.ts'
import type { Group } from '../alerts/alert.ts'
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { Climb } from '../escalation/climb.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'
import { formatLocal } from '../lib/zone.ts'
import { isFrom, normalAddress } from '../notify/address.ts'
import type { Page } from '../notify/page.ts'
import { findPage } from '../notify/read.ts'
import type { Answer, Heard, Said, Through } from '../notify/reply.ts'
import type { Person } from '../people/person.ts'
import type { Actor } from '../timeline/entry.ts'
import { act, type ActDeps, type Verb } from './act.ts'
import { answeredSentence, type Reader, settledSentence } from './answers.ts'
import { principalOf } from './principal.ts'
import { engineTx } from './store-sql.ts'

export type HearDeps = ActDeps & {
  links: Pick<Links, 'read'>
  /** Names a group of alerts, in a room. */
  postLinks: Pick<Links, 'read'>
  /** Three digits that name a page to its person. */
  codes: { of(page: { id: Id; personId: Id }): string }
  /** "Ben is paged at 14:07", from the engine's own preview; null: nothing is to come. */
  nextFor: (directory: Directory, climb: Climb, now: Instant, zone: string) => string | null
}

export const SILENCE: Said = { done: false, sentence: null }
/** For whoever is not meant, whatever the reason. */
export const NEUTRAL: Said = { done: false, sentence: 'There is nothing for you to answer here.' }

export const onceHash = (from: Heard, once: string): Buffer => hashOf(`${from.kind}\n${once}`)
export const senderHash = (from: Heard): Buffer =>
  hashOf(`${from.kind}\n${normalAddress(from.address)}`)

const THROUGH: Readonly<Record<string, Through>> = { sms: 'sms', call: 'call', email: 'mail' }
export const throughOf = ({ kind, through }: Heard): Through => through ?? THROUGH[kind] ?? 'chat'

/** A page as it stands, with all that is said about it. */
export type Seen = {
  page: Page
  person: Person
  group: Group
  climb: Climb
  directory: Directory
  now: Instant
  title: string
  next: string | null
}

export async function look(deps: HearDeps, tx: Tx, pageId: Id): Promise<Seen | null> {
  const directory = await deps.directoryAt(tx)
  const page = await findPage(tx, pageId)
  const person = page && directory.people.get(page.personId)
  if (!page || !person) return null
  const store = engineTx(tx, deps.directoryAt)
  const [group] = await store.peek({ kind: 'group', by: 'id', values: [page.groupId] })
  const [climb] = await store.peek({ kind: 'climb', by: 'id', values: [page.climbId] })
  if (!group || !climb) return null
  const service = page.serviceId === null ? null : directory.services.get(page.serviceId)
  const isOver = climb.state.status === 'stopped'
  return {
    page,
    person,
    group,
    climb,
    directory,
    now: tx.now,
    title: service ? `${service.name}: ${group.title}` : group.title,
    next: isOver ? null : deps.nextFor(directory, climb, tx.now, person.timezone),
  }
}

const readerOf = ({ page, person, directory }: Seen): Reader => ({
  personId: page.personId,
  name: (id) => (typeof id === 'string' && directory.people.get(id)?.name) || 'somebody',
  zone: person.timezone,
})

export const settledOf = (seen: Seen): string | null =>
  settledSentence(seen.group, seen.page, readerOf(seen))

/** How it stands, and the page itself while there is something left to answer. Changes nothing. */
export function recite(seen: Seen): Said {
  const { group, person, title, next, now } = seen
  const settled = settledOf(seen)
  if (settled !== null) return { done: false, sentence: settled }
  const minutes = Math.max(0, Math.round((now - group.openedAt) / MINUTE))
  const since = `Since ${formatLocal(group.openedAt, person.timezone)}, ${minutes} minutes ago`
  const body = next === null ? since : `${since}\nIf you do nothing: ${next}`
  return {
    done: false,
    sentence: `${title}. ${body.replace('\n', '. ')}`,
    page: { title, body, severity: group.severity },
  }
}

const ANSWERED_BY: Readonly<Record<Exclude<Answer, 'repeat'>, (pageId: Id) => Verb>> = {
  acknowledge: (pageId) => ({ verb: 'acknowledge', pageId }),
  escalate: (pageId) => ({ verb: 'escalate', pageId }),
  notMine: (pageId) => ({ verb: 'notMine', pageId }),
}

export async function answerPage(
  deps: HearDeps,
  seen: Seen,
  answer: Exclude<Answer, 'repeat'>,
  through: Through,
): Promise<Said> {
  const who = principalOf(seen.directory, seen.page.personId)
  if (!who) return NEUTRAL
  const actor: Actor = { kind: 'person', id: seen.page.personId, through }
  try {
    const acted = await act(deps, { actor, who }, ANSWERED_BY[answer](seen.page.id))
    return {
      done: acted.kind === 'done',
      sentence: answeredSentence(answer, acted, readerOf(seen)),
    }
  } catch (cause) {
    const isRefused =
      cause instanceof Problem && (cause.code === 'not_found' || cause.code === 'forbidden')
    if (isRefused) return NEUTRAL
    throw cause
  }
}

/** Everybody's contacts with this address: a number may be shared. */
export const contactsAt = (directory: Directory, from: Heard) =>
  [...directory.people.values()].flatMap((person) =>
    person.contacts
      .filter((contact) => isFrom(contact, from))
      .map((contact) => ({ person, contact })),
  )
