/** How a person is reached: their contacts, tried and proven, and their rules. */
import { timingSafeEqual } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { Principal } from '../../access/can.ts'
import { ActedView, Id, Time } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { listChannelSettings } from '../../directory/store.ts'
import { act } from '../../engine/act.ts'
import { formatDuration } from '../../lib/duration.ts'
import { toIso } from '../../lib/instant.ts'
import { forbidden, invalid, notFound, Problem } from '../../lib/problem.ts'
import { isSetUp } from '../../notify/channel.ts'
import type { Contact } from '../../people/contact.ts'
import type { Person } from '../../people/person.ts'
import { lintRules, planFor } from '../../people/rules.ts'
import { CODE_TRIES_MAX, judge } from '../../people/verify.ts'
import { markVerified, testedAt, useCheck } from '../../people/verify-store.ts'
import { note } from '../audit.ts'
import type { HttpDeps } from '../deps.ts'
import { personRef } from '../present.ts'
import { type Route, route } from '../route.ts'
import { lookUp, toActedView } from './alerts.ts'

const ContactView = z
  .object({
    id: Id,
    slug: z.string(),
    kind: z.string(),
    label: z.string(),
    address: z.string().describe('What a person knows it by; secrets are left out'),
    loudness: z.string().nullable().describe('null: nothing is set up to send there'),
    verifiedAt: Time.nullable(),
    testedAt: Time.nullable(),
    disabledReason: z.string().nullable(),
    isOwn: z.boolean().describe('Added by the person, not by a file'),
  })
  .openapi('Contact')

const PlannedView = z.object({ after: z.string(), contact: z.string(), kind: z.string() })
const ReachView = z
  .object({
    person: z.object({ id: Id, slug: z.string(), name: z.string() }),
    contacts: z.array(ContactView),
    plan: z
      .object({ high: z.array(PlannedView), low: z.array(PlannedView) })
      .describe('What happens when they are paged, in order'),
    hasOwnRules: z.boolean(),
    findings: z.array(z.object({ rule: z.string(), sentence: z.string() })),
  })
  .openapi('Reach')

const ofPerson = { params: z.object({ id: z.string().max(64) }) }

const reach = route({
  method: 'get',
  path: '/api/v1/people/{id}/contacts',
  summary: 'How a person is reached: contacts, what was proven of them, and the plan of a page',
  policy: { signedIn: true },
  ...ofPerson,
  reply: ReachView,
  handle: ({ read, deps, params, caller }) =>
    read(async (tx, directory) => {
      const person = lookUp(
        directory.people,
        params.id === 'me' ? selfOf(caller.who) : params.id,
        'person',
      )
      onlyOwnerOrAdmin(caller.who, person.id)
      return { body: await reachOf(tx, directory, deps, person) }
    }),
})

const selfOf = (who: Principal): string => {
  if (who.personId === null) throw notFound('person')
  return who.personId
}

function onlyOwnerOrAdmin(who: Principal, personId: string): void {
  if (who.personId !== personId && who.role !== 'admin')
    throw forbidden('Only the person or an admin may do this.')
}

async function reachOf(tx: Tx, directory: Directory, deps: HttpDeps, person: Person) {
  const tested = await testedAt(
    tx,
    person.contacts.map((one) => one.id),
  )
  const facts = { loudness: deps.tools.loudnessOf }
  const planned = (urgency: 'high' | 'low') =>
    planFor(person, urgency, facts).flatMap(({ afterMs, contactId }) => {
      const contact = person.contacts.find((one) => one.id === contactId)
      return contact
        ? [{ after: formatDuration(afterMs), contact: contact.slug, kind: contact.kind }]
        : []
    })
  return {
    person: personRef(directory, person.id),
    contacts: person.contacts.map((one) => contactView(one, tested, deps)),
    plan: { high: planned('high'), low: planned('low') },
    hasOwnRules: person.rules !== null,
    findings: lintRules(person, facts).map(({ rule, sentence }) => ({ rule, sentence })),
  }
}

function contactView(contact: Contact, tested: ReadonlyMap<string, number>, deps: HttpDeps) {
  const described = deps.channels.find((one) => one.kind === contact.kind)
  const at = tested.get(contact.id)
  return {
    id: contact.id,
    slug: contact.slug,
    kind: contact.kind,
    label: described?.label ?? contact.kind,
    address: (described?.contact ?? [])
      .filter((field) => field.kind !== 'secret')
      .flatMap((field) => {
        const value = contact.fields[field.name]
        return typeof value === 'string' && value !== '' ? [value] : []
      })
      .join(' '),
    loudness: deps.tools.loudnessOf(contact.kind),
    verifiedAt: contact.verifiedAt === null ? null : toIso(contact.verifiedAt),
    testedAt: at === undefined ? null : toIso(at),
    disabledReason: contact.disabledReason,
    isOwn: contact.isOwn,
  }
}

function ownerOf(directory: Directory, contactId: string): Person {
  const owner = [...directory.people.values()].find((person) =>
    person.contacts.some((one) => one.id === contactId),
  )
  if (!owner) throw notFound('contact')
  return owner
}

const test = route({
  method: 'post',
  path: '/api/v1/contacts/{id}/test',
  summary: 'Send a test page to one contact, now, with a code that proves it',
  policy: { signedIn: true },
  params: z.object({ id: Id }),
  reply: z
    .object({ outcome: z.string(), reason: z.string().nullable(), sentence: z.string() })
    .openapi('TestSent'),
  async handle(call) {
    const { read, params, caller, deps } = call
    await read(async (tx, directory) => {
      onlyOwnerOrAdmin(caller.who, ownerOf(directory, params.id).id)
      await note(tx, call, { action: 'contact.tested', object: ['contact', params.id] })
    })
    const outcome = await deps.testSend(params.id)
    const reason = outcome.kind === 'sent' ? null : outcome.reason
    const sentence =
      outcome.kind === 'sent'
        ? 'The provider accepted it. When it arrives, enter the code that is in it.'
        : `It did not go out: ${reason}.`
    return { body: { outcome: outcome.kind, reason, sentence } }
  },
})

const CODE_WORDS = {
  wrong: 'That is not the code.',
  noCode: 'No code is waiting for this contact. Send a test first.',
  tooOld: 'This code is older than ten minutes. Send a new test.',
  tooManyTries: `After ${CODE_TRIES_MAX} wrong tries this code is void. Send a new test.`,
} as const

const confirm = route({
  method: 'post',
  path: '/api/v1/contacts/{id}/confirm',
  summary: 'Prove a contact with the code that a test brought',
  policy: { signedIn: true },
  params: z.object({ id: Id }),
  body: z.object({ code: z.string().regex(/^[0-9 ]{6,12}$/, 'A code has six digits.') }).strict(),
  reply: ContactView,
  async handle(call) {
    const { read, params, body, caller, deps } = call
    const code = body.code.replaceAll(' ', '')
    const verdict = await read(async (tx, directory) => {
      // An admin may send a test; that it arrived only the person can say.
      if (ownerOf(directory, params.id).id !== caller.who.personId)
        throw forbidden('Only the person can prove their contact.')
      const check = await useCheck(tx, params.id)
      const hash = deps.testCodes.hash(params.id, code)
      const found = judge(check, check !== null && timingSafeEqual(check.codeHash, hash), tx.now)
      if (found === 'right') {
        await markVerified(tx, params.id)
        await note(tx, call, { action: 'contact.confirmed', object: ['contact', params.id] })
      }
      return found
    })
    if (verdict !== 'right')
      throw new Problem('invalid', verdict, CODE_WORDS[verdict], { field: 'code' })
    return read(async (tx, directory) => {
      const contact = ownerOf(directory, params.id).contacts.find((one) => one.id === params.id)
      if (!contact) throw notFound('contact')
      return { body: contactView(contact, await testedAt(tx, [contact.id]), deps) }
    })
  },
})

const chain = route({
  method: 'post',
  path: '/api/v1/me/try',
  summary: 'Page me as at night, over my whole chain, marked as a drill',
  policy: { signedIn: true },
  reply: ActedView,
  handle: async ({ deps, caller, requestId }) => {
    const personId = caller.who.personId
    if (personId === null) throw invalid('token', 'This token is nobody’s: sign in as a person.')
    const acted = await act(
      deps,
      { actor: caller.actor, who: caller.who, requestId },
      { verb: 'tryChain', personId },
    )
    return { status: 201, body: toActedView(acted, () => '', caller.timezone) }
  },
})

const kinds = route({
  method: 'get',
  path: '/api/v1/contact-kinds',
  summary: 'The ways to reach a person, and which of them are set up',
  policy: { signedIn: true },
  reply: z
    .object({
      kinds: z.array(
        z.object({
          kind: z.string(),
          label: z.string(),
          loudness: z.string(),
          isSetUp: z.boolean(),
          contact: z.array(
            z.object({
              name: z.string(),
              label: z.string(),
              kind: z.string(),
              required: z.boolean(),
              help: z.string().nullable(),
            }),
          ),
        }),
      ),
    })
    .openapi('ContactKinds'),
  handle: ({ read, deps }) =>
    read(async (tx) => {
      const stored = new Map((await listChannelSettings(tx)).map((one) => [one.kind, one.settings]))
      const settingsOf = (kind: string) => stored.get(kind)
      const ways = deps.channels.filter((one) => one.contact.length > 0 && one.addsItself !== true)
      return {
        body: {
          kinds: ways.map(({ kind, label, loudness, contact }) => ({
            kind,
            label,
            loudness,
            isSetUp: isSetUp(kind, deps.channels, settingsOf),
            contact: contact.map(({ help, ...field }) => ({ ...field, help: help ?? null })),
          })),
        },
      }
    }),
})

export const contactRoutes: readonly Route[] = [reach, test, confirm, chain, kinds]
