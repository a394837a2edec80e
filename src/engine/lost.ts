/**
 * A provider says that nothing is behind a contact any more: a browser that was wiped, an app that was
 * removed. The contact is switched off, so that no page waits for it, and its owner is told over
 * what is left to them.
 */
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import type { Outcome } from '../notify/channel.ts'
import { UNSUBSCRIBED } from '../notify/outcome.ts'
import { ENGINE } from '../timeline/entry.ts'
import type { EngineTx } from './store.ts'

export const isContactLost = (outcome: Outcome): boolean =>
  outcome.kind === 'gaveUp' && outcome.reason === UNSUBSCRIBED

/** Once, however many messages it is found out by. */
export async function loseContact(
  tx: EngineTx,
  about: { personId: Id; contactId: Id; directory: Directory },
  makeId: () => Id,
): Promise<void> {
  const { personId, contactId, directory } = about
  const contact = directory.people.get(personId)?.contacts.find((one) => one.id === contactId)
  if (!contact || !(await tx.switchOff(contactId, UNSUBSCRIBED))) return
  await tx.record([
    {
      subject: { kind: 'contact', id: contactId },
      happenedAt: tx.now,
      actor: ENGINE,
      kind: 'contactLost',
      rule: 'notify.lost',
      inputs: {},
      result: { contact: contact.slug, person: personId },
      undo: null,
      groupId: null,
      serviceId: null,
      teamId: null,
      visibility: 'everyone',
      drillId: null,
    },
  ])
  await tx.tell(
    [
      {
        personId,
        kind: 'contactLost',
        params: { contact: contact.slug },
        onceKey: `contactLost:${contactId}:${tx.now}`,
        path: '/me',
      },
    ],
    makeId,
  )
}
