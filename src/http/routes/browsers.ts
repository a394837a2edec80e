/** Browsers as contacts: a browser says what it is pushed by, and says so again when that changes. */
import { z } from '@hono/zod-openapi'
import { hashOf, makeSecret } from '../../access/secret.ts'
import { recordAudit } from '../../audit/store.ts'
import { Id } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { loseContact } from '../../engine/lost.ts'
import { engineTx } from '../../engine/store-sql.ts'
import { WEB_PUSH } from '../../integrations/web-push/describe.ts'
import { readSubscription } from '../../integrations/web-push/subscription.ts'
import { forbidden, invalid, notFound, Problem } from '../../lib/problem.ts'
import { printable } from '../../lib/text.ts'
import { type Browser, findBrowser, moveContact, saveBrowser } from '../../people/browser-store.ts'
import { readStored, storedWhole } from '../../plan/draft.ts'
import { editEntry } from '../../plan/edit.ts'
import type { By } from '../../plan/scope.ts'
import { lockConfiguration } from '../../plan/store.ts'
import type { HttpDeps } from '../deps.ts'
import { type Route, route } from '../route.ts'
import { withoutSecrets } from './entries.ts'

/** As `PushSubscription.toJSON()` has it. */
const Subscription = z
  .object({
    endpoint: z.string().max(2_000),
    keys: z.object({ p256dh: z.string().max(200), auth: z.string().max(100) }).strict(),
  })
  .openapi('PushSubscription')
const Secret = z.string().min(20).max(100)

type Asked = z.infer<typeof Subscription>

/** @throws Problem where nothing could be sent there */
function fieldsOf({ endpoint, keys }: Asked) {
  const fields = { endpoint, public_key: keys.p256dh, auth_secret: keys.auth }
  if (!readSubscription(fields))
    throw invalid('subscription', 'This is not what a browser says when it takes pushes.')
  return fields
}

const key = route({
  method: 'get',
  path: '/api/v1/push-key',
  summary: 'The key that a browser subscribes to before it is used as a contact',
  policy: { signedIn: true },
  reply: z.object({ key: z.string() }).openapi('PushKey'),
  async handle({ deps }) {
    const found = deps.pushKey()
    if (found === null)
      throw new Problem('unavailable', 'badKey', 'The private key in the settings is none.')
    return { body: { key: found } }
  },
})

const use = route({
  method: 'post',
  path: '/api/v1/me/browsers',
  summary: 'Use this browser as one of my contacts',
  policy: { signedIn: true },
  body: z
    .object({
      name: z.string().trim().min(1).max(60),
      subscription: Subscription,
      secret: Secret.optional().describe('What this browser was given before, if it was'),
    })
    .strict(),
  reply: z
    .object({
      contactId: Id,
      slug: z.string(),
      secret: z.string().describe('With it the browser says when its address changes; shown once'),
    })
    .openapi('BrowserUsed'),
  async handle({ deps, caller, body }) {
    const personId = caller.who.personId
    if (personId === null) throw forbidden('Sign in as a person: a token has no browser.')
    const fields = fieldsOf(body.subscription)
    const secret = makeSecret('browser')
    const contact = await deps.db.withTx(
      'web',
      async (tx) => {
        // One after the other: two clicks are one contact.
        await lockConfiguration(tx)
        const hashes = { endpointHash: hashOf(fields.endpoint), secretHash: hashOf(secret) }
        const known = await knownOf(tx, deps, personId, hashes.endpointHash, body.secret)
        const contactId = known
          ? await takeUp(tx, deps, known, fields)
          : await add(tx, deps, caller, personId, { ...fields, name: body.name })
        await saveBrowser(tx, { contactId, personId, ...hashes })
        const slug = slugOf(await deps.directoryAt(tx), personId, contactId)
        return { contactId, slug }
      },
      { timeoutMs: 60_000 },
    )
    return { status: 201, body: { ...contact, secret } }
  },
})

/** The contact that this browser is already. That of somebody else ends: it would show them what is not theirs. */
async function knownOf(
  tx: Tx,
  deps: HttpDeps,
  personId: string,
  endpointHash: Buffer,
  secret: string | undefined,
): Promise<Browser | null> {
  const here = await findBrowser(tx, { endpointHash })
  if (here?.personId === personId) return here
  if (here) {
    const directory = await deps.directoryAt(tx)
    const about = { personId: here.personId, contactId: here.contactId, directory }
    await loseContact(engineTx(tx, deps.directoryAt), about, () => deps.tools.makeId(tx.now))
  }
  const before = secret === undefined ? null : await findBrowser(tx, { secretHash: hashOf(secret) })
  return before?.personId === personId ? before : null
}

type Fields = ReturnType<typeof fieldsOf>

async function takeUp(tx: Tx, deps: HttpDeps, known: Browser, fields: Fields): Promise<string> {
  const directory = await deps.directoryAt(tx)
  const contact = directory.people
    .get(known.personId)
    ?.contacts.find((one) => one.id === known.contactId)
  const isSame = known.endpointHash.equals(hashOf(fields.endpoint))
  if (!isSame || contact?.disabledReason !== null)
    await moveContact(tx, known.contactId, sealed(deps, fields))
  return known.contactId
}

const sealed = (deps: HttpDeps, fields: Fields): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, deps.sealer.seal(value)]))

/** A contact like any other, by the way that all are saved. */
async function add(
  tx: Tx,
  deps: HttpDeps,
  by: By,
  personId: string,
  { name, ...fields }: Fields & { name: string },
): Promise<string> {
  const slug = (await deps.directoryAt(tx)).people.get(personId)?.slug
  const stored = storedWhole(await readStored(tx), deps.plan).people
  const person = withoutSecrets(stored.find((one) => one.id === slug)) as
    | { id: string; contacts: { id: string }[] }
    | undefined
  if (slug === undefined || !person) throw notFound('person')
  const id = freeSlug(
    name,
    person.contacts.map((one) => one.id),
  )
  const contact = { id, kind: WEB_PUSH, browser: printable(name), ...fields }
  const form = { ...person, contacts: [...person.contacts, contact] }
  await editEntry(tx, by, { section: 'people', slug, form, isOwn: true, isTrial: false }, deps.plan)
  const made = (await deps.directoryAt(tx)).people
    .get(personId)
    ?.contacts.find((one) => one.slug === id)
  if (!made) throw new Error(`the contact ${id} was not saved`)
  return made.id
}

function freeSlug(name: string, taken: readonly string[]): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'browser'
  let slug = plain
  for (let number = 2; taken.includes(slug); number += 1) slug = `${plain}-${number}`
  return slug
}

const slugOf = (directory: Directory, personId: string, contactId: string): string =>
  directory.people.get(personId)?.contacts.find((one) => one.id === contactId)?.slug ?? ''

const renew = route({
  method: 'post',
  path: '/api/v1/browsers/renew',
  summary: 'A browser that is a contact has a new address at its push service',
  policy: {
    public: 'the secret of that browser: its address changes while nobody looks or is signed in',
  },
  body: z.object({ secret: Secret, subscription: Subscription }).strict(),
  reply: z.object({ contactId: Id }).openapi('BrowserRenewed'),
  async handle({ deps, body }) {
    const fields = fieldsOf(body.subscription)
    const contactId = await deps.db.withTx('web', async (tx) => {
      const known = await findBrowser(tx, { secretHash: hashOf(body.secret) })
      if (!known) throw notFound('browser')
      const endpointHash = hashOf(fields.endpoint)
      if (known.endpointHash.equals(endpointHash)) return known.contactId
      await moveContact(tx, known.contactId, sealed(deps, fields))
      await saveBrowser(tx, { ...known, endpointHash })
      await recordAudit(tx, {
        id: deps.tools.makeId(tx.now),
        actor: { kind: 'person', id: known.personId, through: 'link' },
        action: 'browser.renewed',
        objectKind: 'contact',
        objectId: known.contactId,
        detail: {},
      })
      return known.contactId
    })
    return { body: { contactId } }
  },
})

export const browserRoutes: readonly Route[] = [key, use, renew]
