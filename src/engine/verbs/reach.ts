/** A person switches one of their own contacts off by answering STOP, and on again by START. */
import type { Tx } from '../../db/tx.ts'
import type { Id } from '../../lib/id.ts'
import { afterStop } from '../../notify/outcome.ts'
import type { Page } from '../../notify/page.ts'
import { advance, fetchClimbs } from '../advance.ts'
import type { Desk } from '../desk.ts'

export const STOPPED = 'stopped'

/** Gives whether it was in use until now. What is open for the person goes on over what is left. */
export async function stopContact(
  desk: Desk,
  tx: Tx,
  personId: Id,
  contactId: Id,
): Promise<boolean> {
  const [contact] = await tx.query<{ slug: string }>(
    `update contacts set disabled_reason = $3 where id = $1 and person_id = $2
      and disabled_reason is null and retired_at is null returning slug`,
    [contactId, personId, STOPPED],
  )
  if (!contact) return false
  recordSwitch(desk, 'contactStopped', contactId, contact.slug)
  desk.tools.alarm('contactStopped', { person: personId, contact: contact.slug })
  for (const page of await fetchOpenPages(desk, tx, personId)) bringNext(desk, page, contactId)
  return true
}

export async function startContact(
  desk: Desk,
  tx: Tx,
  personId: Id,
  contactId: Id,
): Promise<boolean> {
  const [contact] = await tx.query<{ slug: string }>(
    `update contacts set disabled_reason = null where id = $1 and person_id = $2
      and disabled_reason = $3 and retired_at is null returning slug`,
    [contactId, personId, STOPPED],
  )
  if (contact) recordSwitch(desk, 'contactStarted', contactId, contact.slug)
  return contact !== undefined
}

/** Locked in the order of locks, with all that hangs on them. */
async function fetchOpenPages(desk: Desk, tx: Tx, personId: Id): Promise<Page[]> {
  const found = await tx.query<{ climbId: Id; groupId: Id }>(
    `select climb_id as "climbId", group_id as "groupId" from pages
      where person_id = $1 and status = 'open'`,
    [personId],
  )
  if (found.length === 0) return []
  await desk.fetch({ kind: 'group', by: 'id', values: found.map((page) => page.groupId) })
  await fetchClimbs(
    desk,
    found.map((page) => page.climbId),
  )
  return [...desk.all('page')].filter(
    (page) => page.personId === personId && page.status === 'open',
  )
}

function bringNext(desk: Desk, page: Page, contactId: Id): void {
  const siblings = [...desk.all('attempt')].filter((attempt) => attempt.pageId === page.id)
  const followed = afterStop(contactId, { now: desk.now, siblings })
  if (!followed) return
  for (const attempt of followed.attempts) desk.put('attempt', attempt)
  if (followed.unreachable)
    advance(desk, page.climbId, { kind: 'unreachable', person: page.personId })
}

function recordSwitch(desk: Desk, kind: string, contactId: Id, slug: string): void {
  desk.record({
    subject: { kind: 'contact', id: contactId },
    happenedAt: desk.now,
    actor: desk.actor,
    kind,
    rule: null,
    inputs: {},
    result: { contact: slug },
    undo: null,
    groupId: null,
    serviceId: null,
    teamId: null,
    visibility: 'everyone',
    drillId: null,
  })
}
