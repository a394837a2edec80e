import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'

/**
 * How hard a kind of contact is to sleep through, as its channel describes it (`notify/channel.ts`
 * has the same words; people stand below channels and do not know them).
 */
export type Loudness = 'quiet' | 'push' | 'text' | 'call'
export const LOUDNESS: readonly Loudness[] = ['quiet', 'push', 'text', 'call']

/** One way to reach a person. Its fields are those its channel describes; secrets among them are sealed. */
export type Contact = {
  id: Id
  slug: string
  kind: string
  fields: Readonly<Record<string, unknown>>
  verifiedAt: Instant | null
  /** Added by the person: a file that does not name it leaves it alone. */
  isOwn: boolean
  /** Why it is not used: a dead address, a reply of STOP. Null: it is. */
  disabledReason: string | null
}

export type ContactFacts = {
  /** How loud a kind of contact is; null: nothing can send to it. */
  loudness: (kind: string) => Loudness | null
}

/** Why nothing is sent to a contact; null where it is used. */
export function whyUnused(
  contact: Pick<Contact, 'kind' | 'disabledReason'>,
  facts: ContactFacts,
): 'disabled' | 'nothingSends' | null {
  if (contact.disabledReason !== null) return 'disabled'
  return facts.loudness(contact.kind) === null ? 'nothingSends' : null
}
