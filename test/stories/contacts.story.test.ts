/** A person's own contacts: added, tried, proven, and the whole chain rung as at night. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

type Reach = {
  contacts: {
    id: string
    slug: string
    address: string
    verifiedAt: string | null
    testedAt: string | null
    isOwn: boolean
  }[]
  plan: { high: { after: string; contact: string }[] }
  findings: { rule: string }[]
}
type Entry = { form: Record<string, unknown> & { contacts: object[] }; mayEdit: boolean }

let world: World
let ana = ''
let ben = ''
beforeEach(async () => {
  world = await makeWorld()
  ana = await tokenOf('ana')
  ben = await tokenOf('ben')
})
afterEach(() => world.end())

async function tokenOf(person: string): Promise<string> {
  const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
    name: person,
    role: 'responder',
    person,
  })
  return made.body.token
}
const reachOf = async (token = ana): Promise<Reach> =>
  (await world.api<Reach>('GET', '/api/v1/people/me/contacts', undefined, token)).body
const codeIn = (): string => {
  const text = String(world.rang.at(-1)?.body.data.body)
  return /code is (\d{6})/.exec(text)?.[1] ?? ''
}
const test1 = async (id: string, token = ana) =>
  world.api<{ outcome: string }>('POST', `/api/v1/contacts/${id}/test`, {}, token)
const confirm = async (id: string, code: string, token = ana) =>
  world.api<{ reason?: string }>('POST', `/api/v1/contacts/${id}/confirm`, { code }, token)

test('a contact is proven by the code that a test brought, once and by its owner only', async () => {
  const [contact] = (await reachOf()).contacts
  const id = contact?.id ?? ''
  expect(contact?.verifiedAt).toBeNull()
  expect((await confirm(id, '000000')).body.reason).toBe('noCode')
  expect((await test1(id)).body.outcome).toBe('sent')
  const code = codeIn()
  expect(code).toMatch(/^\d{6}$/)
  expect((await confirm(id, code, ben)).status).toBe(403)
  expect((await confirm(id, code)).status).toBe(200)
  expect((await reachOf()).contacts[0]?.verifiedAt).not.toBeNull()
  expect((await confirm(id, code)).body.reason).toBe('noCode')
})

test('five wrong codes burn the right one, and it is too old after ten minutes (T11)', async () => {
  const id = (await reachOf()).contacts[0]?.id ?? ''
  await test1(id)
  const code = codeIn()
  const wrong = code === '111111' ? '222222' : '111111'
  for (let tries = 0; tries < 5; tries += 1)
    expect((await confirm(id, wrong)).body.reason).toBe('wrong')
  expect((await confirm(id, code)).body.reason).toBe('tooManyTries')
  await test1(id)
  const fresh = codeIn()
  await world.pass(11)
  expect((await confirm(id, fresh)).body.reason).toBe('tooOld')
})

test('a contact is tested so often and no more: a test may ring anybody’s phone (T15)', async () => {
  const id = (await reachOf()).contacts[0]?.id ?? ''
  for (let tests = 0; tests < 5; tests += 1) expect((await test1(id)).status).toBe(200)
  const before = world.rang.length
  expect((await test1(id)).status).toBe(503)
  expect(world.rang).toHaveLength(before)
  await world.pass(61, 61)
  expect((await test1(id)).status).toBe(200)
})

test('nobody tests or sees the contacts of somebody else', async () => {
  const id = (await reachOf()).contacts[0]?.id ?? ''
  expect((await test1(id, ben)).status).toBe(403)
  const seen = await world.api('GET', '/api/v1/people/ana/contacts', undefined, ben)
  expect(seen.status).toBe(403)
})

test('a person adds a contact of their own; a file that does not name it leaves it alone', async () => {
  const { form } = (await world.api<Entry>('GET', '/api/v1/config/people/ana', undefined, ana)).body
  const second = { id: 'second', kind: 'email', address: 'ana@home.example.com' }
  const contacts = [...form.contacts, second]
  const saved = await world.api<{ detail?: string }>(
    'PUT',
    '/api/v1/config/people/ana',
    { ...form, contacts },
    ana,
  )
  expect([saved.status, saved.body.detail]).toEqual([200, undefined])
  expect((await reachOf()).contacts.map((one) => [one.slug, one.isOwn])).toContainEqual([
    'second',
    true,
  ])
  await world.configure(TEAM)
  expect((await reachOf()).contacts.map((one) => one.slug)).toContain('second')
  const exported = (await world.api<string>('GET', '/api/v1/export')).body
  expect(exported).toContain('ana@home.example.com')
  // Whoever edits themselves takes it out again, and it is gone.
  expect((await world.api('PUT', '/api/v1/config/people/ana', form, ana)).status).toBe(200)
  expect((await reachOf()).contacts.map((one) => one.slug)).not.toContain('second')
})

test('a person changes nothing but what is theirs: not their role, and nobody else', async () => {
  const { form } = (await world.api<Entry>('GET', '/api/v1/config/people/ana', undefined, ana)).body
  const put = (slug: string, body: object) =>
    world.api<{ detail?: string }>('PUT', `/api/v1/config/people/${slug}`, body, ana)
  expect((await put('ana', { ...form, role: 'admin' })).status).toBe(403)
  expect((await put('ana', { ...form, email: 'other@example.com' })).status).toBe(403)
  expect((await put('ben', { ...form, name: 'Ana too' })).status).toBe(403)
  expect((await world.api('PUT', '/api/v1/config/services/shop', { name: 'x' }, ana)).status).toBe(
    403,
  )
  const wrong = await world.api<{ field?: string }>(
    'PUT',
    '/api/v1/config/people/ana',
    { ...form, contacts: [{ id: 'x', kind: 'smoke' }] },
    ana,
  )
  expect([wrong.status, wrong.body.field]).toEqual([400, 'contacts[0].kind'])
})

test('the whole chain is rung as at night, marked as a drill, until it is answered', async () => {
  expect((await world.api('POST', '/api/v1/me/try', {}, ana)).status).toBe(201)
  await world.beat()
  const [rang] = world.rang
  expect([rang?.who, rang?.body.data.drill]).toEqual(['ana', true])
  expect((await world.alerts()).map((one) => one.status)).toEqual(['firing'])
  // Nobody else is woken as a last resort, and it is over by itself.
  await world.pass(40)
  expect(world.rang.map((one) => one.who)).toEqual(['ana'])
  expect((await world.alerts()).map((one) => one.status)).toEqual(['resolved'])
})

test('an outage is tried over the whole path as a drill, beside what is real and apart from it', async () => {
  const asked = { service: 'shop', title: 'Try of an outage', drill: true }
  await world.trigger('db')
  expect((await world.api('POST', '/api/v1/alerts', asked)).status).toBe(201)
  await world.pass(16)
  const drills = world.rang.filter((one) => one.body.data.drill === true).map((one) => one.who)
  const real = world.rang.filter((one) => one.body.data.drill === false).map((one) => one.who)
  expect([drills, real]).toEqual([
    ['ana', 'ben'],
    ['ana', 'ben', 'vp'],
  ])
})
