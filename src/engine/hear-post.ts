/**
 * A button in a room. Everybody there can press it, so it acts for whoever did, if we know them by
 * a contact of theirs; what they may do is what they may do at every other door.
 */
import type { Directory } from '../directory/directory.ts'
import { Problem } from '../lib/problem.ts'
import { formatTime } from '../lib/zone.ts'
import type { Answer, Heard, Reply, Said } from '../notify/reply.ts'
import type { Person } from '../people/person.ts'
import { act, type ActDeps, type Acted, type Verb } from './act.ts'
import { principalOf } from './principal.ts'

export type HearPostDeps = ActDeps & {
  /** The group that a signed token names; null: it is not ours. */
  readToken: (token: string) => string | null
}

const said = (sentence: string, done = false): Said => ({ done, sentence })
const STRANGER = said(
  'I do not know you here. Ask for a contact of this kind with your name on it, or use the web app.',
)
const NEUTRAL = said('There is nothing for you to answer here.')

export async function hearPost(
  deps: HearPostDeps,
  reply: Extract<Reply, { what: 'pressedPost' }>,
): Promise<Said> {
  const groupId = deps.readToken(reply.token)
  const verb = groupId === null ? null : verbFor(reply.answer, groupId)
  const directory = await deps.db.withTx('web', (tx) => deps.directoryAt(tx))
  const person = whoIs(directory, reply.from)
  if (!person) return STRANGER
  const who = principalOf(directory, person.id)
  if (!verb || !who) return NEUTRAL
  try {
    const acted = await act(
      deps,
      { actor: { kind: 'person', id: person.id, through: 'chat' }, who },
      verb,
    )
    return said(sentenceFor(verb, acted, person, directory), acted.kind === 'done')
  } catch (cause) {
    const isRefused =
      cause instanceof Problem && (cause.code === 'not_found' || cause.code === 'forbidden')
    if (isRefused) return NEUTRAL
    throw cause
  }
}

type PostVerb = Extract<Verb, { verb: 'acknowledge' | 'resolve' | 'release' | 'escalate' }>

/** A post was sent to nobody, so nobody can say that it is not theirs. */
function verbFor(answer: Answer, groupId: string): PostVerb | null {
  if (answer === 'acknowledge' || answer === 'escalate') return { verb: answer, groupId }
  return null
}

/** Null where nobody has this address, or more than one: then nobody knows who pressed. */
export function whoIs(directory: Directory, from: Heard): Person | null {
  const addresses = [from.address, ...(from.also ?? [])]
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '')
  const found = [...directory.people.values()].filter((person) =>
    person.contacts.some(
      (contact) =>
        contact.kind === from.kind &&
        Object.values(contact.fields).some(
          (value) => typeof value === 'string' && addresses.includes(value.trim().toLowerCase()),
        ),
    ),
  )
  return found.length === 1 ? (found[0] ?? null) : null
}

function sentenceFor(verb: PostVerb, acted: Acted, person: Person, directory: Directory): string {
  if (acted.kind === 'done')
    return verb.verb === 'escalate'
      ? 'The next level is being paged now.'
      : 'You have it. Nobody else is being paged.'
  const at = acted.at === null ? '' : ` at ${formatTime(acted.at, person.timezone)}`
  if (acted.reason === 'alreadyResolved') return `Already resolved${at}.`
  if (acted.reason !== 'alreadyAcknowledged') return 'Nothing has changed: nobody is being paged.'
  const by =
    acted.by === person.id ? 'you' : (directory.people.get(acted.by ?? '')?.name ?? 'its source')
  return `Already acknowledged by ${by}${at}.`
}
