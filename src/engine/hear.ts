/**
 * What comes back, whichever way it came: a key, a button, a word, a provider's callback. A vendor's
 * ear has checked that it is the vendor's; here it is checked that the address is the person's own,
 * and what they answer goes through `act` like every other answer. Whoever is not meant hears the
 * same sentence whatever is wrong.
 */
import { isFrom } from '../notify/address.ts'
import type { Hear, Reply, Said } from '../notify/reply.ts'
import { isTaken, take } from '../notify/reply-store.ts'
import { act } from './act.ts'
import { ANSWER_MS } from './answers.ts'
import { hearDelivery } from './deliveries.ts'
import {
  answerPage,
  contactsAt,
  type HearDeps,
  look,
  NEUTRAL,
  onceHash,
  recite,
  SILENCE,
  throughOf,
} from './hear-page.ts'
import { hearPost } from './hear-post.ts'
import { hearWords } from './hear-words.ts'
import { principalOf } from './principal.ts'

export function createHear(deps: HearDeps): Hear {
  return async (reply) => {
    switch (reply.what) {
      case 'pressed':
        return pressed(deps, reply)
      case 'pressedPost':
        return hearPost({ ...deps, readToken: deps.postLinks.read }, reply)
      case 'said':
        return hearWords(deps, reply)
      case 'stopped':
      case 'started':
        return switched(deps, reply)
      case 'delivery':
        await hearDelivery(deps, reply)
        return SILENCE
    }
  }
}

type Of<What extends Reply['what']> = Extract<Reply, { what: What }>

async function pressed(deps: HearDeps, reply: Of<'pressed'>): Promise<Said> {
  const { token, answer, from, once } = reply
  const pageId = deps.links.read(token)
  if (pageId === null) return NEUTRAL
  const found = await deps.db.withTx('web', async (tx) => {
    const seen = await look(deps, tx, pageId)
    const isTheirs = seen?.person.contacts.some((contact) => isFrom(contact, from)) ?? false
    if (!seen || !isTheirs || tx.now - seen.page.openedAt > ANSWER_MS) return null
    return { seen, isReplay: once !== undefined && (await isTaken(tx, onceHash(from, once))) }
  })
  if (!found) return NEUTRAL
  if (answer === 'repeat' || found.isReplay) return recite(found.seen)
  const said = await answerPage(deps, found.seen, answer, throughOf(from))
  if (once !== undefined) await deps.db.withTx('web', (tx) => take(tx, onceHash(from, once)))
  return said
}

/** STOP and START hold for the one way it came by, for everybody who has that address. */
async function switched(deps: HearDeps, reply: Of<'stopped' | 'started'>): Promise<Said> {
  const { from, once } = reply
  const { directory, isReplay } = await deps.db.withTx('web', async (tx) => ({
    directory: await deps.directoryAt(tx),
    isReplay: once !== undefined && (await isTaken(tx, onceHash(from, once))),
  }))
  if (isReplay) return SILENCE
  let isDone = false
  for (const { person, contact } of contactsAt(directory, from)) {
    const who = principalOf(directory, person.id)
    if (!who || contact.kind !== from.kind) continue
    const acted = await act(
      deps,
      { actor: { kind: 'person', id: person.id, through: throughOf(from) }, who },
      {
        verb: reply.what === 'stopped' ? 'stopContact' : 'startContact',
        personId: person.id,
        contactId: contact.id,
      },
    )
    isDone ||= acted.kind === 'done'
  }
  if (once !== undefined) await deps.db.withTx('web', (tx) => take(tx, onceHash(from, once)))
  if (!isDone) return SILENCE
  return {
    done: true,
    sentence:
      reply.what === 'stopped'
        ? 'Nothing is sent here any more. Answer START to have it back.'
        : 'Messages are sent here again.',
  }
}
