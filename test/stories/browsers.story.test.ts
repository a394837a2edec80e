/** A browser as a contact: it subscribes, is paged by a push that only it can read, and answers by the link in it. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PushMessage } from '../../src/notify/push-message.ts'
import { makeBrowser, type PretendBrowser, readVapid } from '../rigs/push-service.ts'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

type Contact = {
  id: string
  slug: string
  kind: string
  address: string
  verifiedAt: string | null
  disabledReason: string | null
}
type Used = { contactId: string; slug: string; secret: string }

let world: World
let ana = ''
let ben = ''
let pushes: Server
let url = ''
/** What came in for each address, opened by the browser it is for. */
let pushed: { address: string; headers: IncomingHttpHeaders; message: PushMessage }[] = []
let browsers: Map<string, PretendBrowser>
let answer: (address: string) => number

beforeEach(async () => {
  pushed = []
  browsers = new Map()
  answer = () => 201
  pushes = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const address = (request.url ?? '').slice(1)
      const status = answer(address)
      const message = browsers.get(address)?.read(Buffer.concat(chunks))
      if (status === 201 && message) pushed.push({ address, headers: request.headers, message })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((done) => pushes.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(pushes.address() as { port: number }).port}`
  world = await makeWorld()
  ana = await tokenOf('ana')
  ben = await tokenOf('ben')
})
afterEach(async () => {
  await world.end()
  await new Promise((done) => pushes.close(done))
})

async function tokenOf(person: string): Promise<string> {
  const asked = { name: person, role: 'responder', person }
  return (await world.api<{ token: string }>('POST', '/api/v1/tokens', asked)).body.token
}

/** A browser that asks its push service for an address. */
function subscribe(address: string): object {
  const browser = makeBrowser()
  browsers.set(address, browser)
  return { endpoint: `${url}/${address}`, keys: browser.keys }
}
const use = (body: object, token = ana) =>
  world.api<Used>('POST', '/api/v1/me/browsers', { name: 'Chrome on Android', ...body }, token)
const renew = (body: object) =>
  world.api<{ contactId: string }>('POST', '/api/v1/browsers/renew', body, '')
const contactsOf = async (token = ana): Promise<Contact[]> =>
  (
    await world.api<{ contacts: Contact[] }>('GET', '/api/v1/people/me/contacts', undefined, token)
  ).body.contacts.filter((one) => one.kind === 'web-push')

/** Ana is paged over her browser at once, and over the other way two minutes later. */
async function pageOverBrowser(): Promise<Used> {
  const { body: used } = await use({ subscription: subscribe('first') })
  const path = '/api/v1/config/people/ana'
  const { form } = (await world.api<{ form: object }>('GET', path, undefined, ana)).body
  const high = [
    { after: '0m', use: used.slug },
    { after: '2m', use: 'hook' },
  ]
  const saved = await world.api('PUT', path, { ...form, rules: { high, low: high } }, ana)
  expect(saved.status).toBe(200)
  return used
}

test('a browser is used, tried, and proven by the code that it was pushed', async () => {
  const { status, body: used } = await use({ subscription: subscribe('first') })
  expect([status, used.slug]).toEqual([201, 'chrome-on-android'])
  const { key } = (await world.api<{ key: string }>('GET', '/api/v1/push-key', undefined, ana)).body
  const sent = await world.api('POST', `/api/v1/contacts/${used.contactId}/test`, {}, ana)
  expect(sent.body).toMatchObject({ outcome: 'sent' })
  const [test] = pushed
  expect(readVapid(test?.headers.authorization ?? '')).toMatchObject({ aud: url, key })
  expect(test?.message).toMatchObject({ kind: 'test', path: null, actions: [] })
  const code = /code is (\d{6})/.exec(test?.message.body ?? '')?.[1]
  const path = `/api/v1/contacts/${used.contactId}/confirm`
  expect((await world.api('POST', path, { code }, ana)).status).toBe(200)
  const [contact] = await contactsOf()
  expect(contact?.verifiedAt).not.toBeNull()
  // What a browser is known by at its push service is shown to nobody, and exported nowhere.
  expect(contact?.address).toBe('Chrome on Android')
  const exported = (await world.api<string>('GET', '/api/v1/export')).body
  expect([exported.includes('Chrome on Android'), exported.includes(url)]).toEqual([true, false])
})

test('a page is pushed, and acknowledged by the link that is in it', async () => {
  await pageOverBrowser()
  await world.trigger('db')
  expect(pushed).toHaveLength(1)
  const [{ message, headers }] = pushed as [(typeof pushed)[0]]
  expect(message.title).toBe('Shop: db is broken')
  expect(message.actions.map((one) => one.verb)).toEqual(['acknowledge', 'escalate'])
  expect([headers.urgency, headers['content-encoding']]).toEqual(['high', 'aes128gcm'])
  expect(message.path).toMatch(/^\/p\/[\w.-]+$/)
  const pressed = await fetch(`${world.app.url}${message.path}/acknowledge`, { method: 'POST' })
  expect(await pressed.json()).toMatchObject({ sentence: expect.stringContaining('You have it') })
  await world.pass(4)
  // The notification changes in its place, and makes no noise; nobody else is told.
  expect(pushed.map((one) => one.message.tag)).toEqual([message.tag, message.tag])
  expect(pushed[1]?.headers.topic).toBe(headers.topic)
  expect(pushed[1]?.message).toMatchObject({ sound: 'none', actions: [] })
  expect(pushed[1]?.message.body).toContain('cknowledged')
  expect(world.told()).toBe('')
  expect((await world.alerts())[0]?.status).toBe('acknowledged')
})

test.each([404, 410])(
  'a browser that is gone (%i) is passed over at once, and its owner is told',
  async (status) => {
    await pageOverBrowser()
    answer = () => status
    await world.trigger('db')
    await world.beat()
    // The next contact did not wait its two minutes, and the notice came over it.
    expect(world.rang.filter((one) => one.who === 'ana').map((one) => one.at)).toHaveLength(2)
    expect(world.rang.map((one) => one.body.data.title)).toContain(
      'You are not reached over chrome-on-android any more',
    )
    expect((await contactsOf())[0]?.disabledReason).toBe('unsubscribed')
    expect(world.minutes()).toBe(0)
    const entries = await world.api<{ findings: { rule: string; sentence: string }[] }>(
      'GET',
      '/api/v1/doctor',
    )
    expect(JSON.stringify(entries.body)).toContain('unsubscribed')
    // It is told once, and the next page does not try it.
    await world.trigger('queue')
    const notices = world.rang.filter((one) =>
      String(one.body.data.title).startsWith('You are not'),
    )
    expect(notices).toHaveLength(1)
  },
)

test.each([429, 503])('a push service that is busy (%i) is tried again', async (status) => {
  await pageOverBrowser()
  answer = () => status
  await world.trigger('db')
  expect([pushed.length, (await contactsOf())[0]?.disabledReason]).toEqual([0, null])
  answer = () => 201
  await world.pass(1, 0.1)
  expect(pushed).toHaveLength(1)
})

test('a browser is one contact, however often it is used, and comes back after it was gone', async () => {
  const subscription = subscribe('first')
  const first = (await use({ subscription })).body
  const again = (await use({ subscription, secret: first.secret })).body
  expect(again.contactId).toBe(first.contactId)
  expect(again.secret).not.toBe(first.secret)
  answer = () => 410
  await world.api('POST', `/api/v1/contacts/${first.contactId}/test`, {}, ana)
  expect((await contactsOf())[0]?.disabledReason).toBe('unsubscribed')
  answer = () => 201
  const back = await use({ subscription: subscribe('second'), secret: again.secret })
  expect([back.body.contactId, back.body.slug]).toEqual([first.contactId, 'chrome-on-android'])
  expect(await contactsOf()).toMatchObject([{ disabledReason: null, verifiedAt: null }])
  const other = await use({ subscription: subscribe('third') })
  expect(other.body.slug).toBe('chrome-on-android-2')
  expect(await contactsOf()).toHaveLength(2)
})

test('a browser heals itself when its address changes, with its secret and without a sign-in', async () => {
  const { contactId, secret } = await pageOverBrowser()
  const subscription = subscribe('second')
  expect((await renew({ secret: `${secret}x`, subscription })).status).toBe(404)
  expect((await renew({ secret, subscription })).body).toEqual({ contactId })
  expect((await renew({ secret, subscription })).status).toBe(200)
  await world.trigger('db')
  expect(pushed.map((one) => one.address)).toEqual(['second'])
  // Nothing was proven of the new address yet.
  expect((await contactsOf())[0]?.verifiedAt).toBeNull()
})

test('a browser that was removed is nobody’s any more', async () => {
  const { secret } = (await use({ subscription: subscribe('first') })).body
  const path = '/api/v1/config/people/ana'
  const { form } = (await world.api<{ form: { contacts: Contact[] } }>('GET', path, undefined, ana))
    .body
  const contacts = form.contacts.filter((one) => one.kind !== 'web-push')
  expect((await world.api('PUT', path, { ...form, contacts }, ana)).status).toBe(200)
  expect((await renew({ secret, subscription: subscribe('second') })).status).toBe(404)
  expect((await use({ subscription: subscribe('third'), secret })).status).toBe(201)
  expect(await contactsOf()).toHaveLength(1)
})

test('a browser rings for whoever uses it last, and the one before is told', async () => {
  const subscription = subscribe('shared')
  await use({ subscription })
  expect((await use({ subscription }, ben)).status).toBe(201)
  await world.beat()
  expect((await contactsOf(ana))[0]?.disabledReason).toBe('unsubscribed')
  expect((await contactsOf(ben))[0]?.disabledReason).toBeNull()
  expect(world.rang.map((one) => [one.who, one.body.data.title])).toEqual([
    ['ana', 'You are not reached over chrome-on-android any more'],
  ])
})

test('a file that names the browser leaves it as it is; another file cannot make one up', async () => {
  await use({ subscription: subscribe('first') })
  const exported = (await world.api<string>('GET', '/api/v1/export')).body
  const applied = await world.api('POST', '/api/v1/apply', { text: exported })
  expect(applied.status).toBe(200)
  const [contact] = await contactsOf()
  await world.api('POST', `/api/v1/contacts/${contact?.id}/test`, {}, ana)
  expect(pushed).toHaveLength(1)
  const madeUp = TEAM.replace('kind: webhook, url: "PHONES/ben"', 'kind: web-push')
  const plan = await world.api('POST', '/api/v1/plan', { text: madeUp.replaceAll('PHONES', url) })
  expect(plan.status).toBe(200)
  expect(JSON.stringify(plan.body)).toContain('only the browser itself can add it')
})

test.each([
  ['in the clear', 'http://push.example.com/x'],
  ['to a file', 'file:///etc/passwd'],
  ['to nowhere', 'nowhere'],
])('an address that leads %s is refused', async (_what, endpoint) => {
  const { keys } = makeBrowser()
  const refused = await use({ subscription: { endpoint, keys } })
  expect(refused).toMatchObject({ status: 400, body: { field: 'subscription' } })
})

test('an address inside the network is not reached: the way out is the same for all', async () => {
  const { keys } = makeBrowser()
  const { body } = await use({ subscription: { endpoint: 'https://10.0.0.1/push', keys } })
  const tried = await world.api('POST', `/api/v1/contacts/${body.contactId}/test`, {}, ana)
  expect(tried.body).toMatchObject({ outcome: 'gaveUp', reason: 'blockedAddress' })
})

test('a token that is nobody’s has no browser', async () => {
  const refused = await world.api('POST', '/api/v1/me/browsers', {
    name: 'x',
    subscription: subscribe('first'),
  })
  expect(refused.status).toBe(403)
})
