/** Signing in through a provider, told against a real one. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  CLIENT_SECRET,
  type IdentityProvider,
  openBrowser,
  startIdentityProvider,
} from '../rigs/identity-provider.ts'
import { makeWorld, type World } from '../rigs/world.ts'

let world: World
let provider: IdentityProvider

const settings = (more: object = {}, rest: object = {}) => ({
  oidc: {
    issuer: provider.issuer,
    client_id: 'allclear',
    client_secret: CLIENT_SECRET,
    scopes: ['openid', 'email', 'profile', 'groups'],
    roles: { sre: 'admin', dev: 'responder' },
    teams: { 'other-team': 'other' },
    label: 'Example ID',
    ...more,
  },
  ...rest,
})
const ANA = { sub: 'u-1', email: 'Ana@example.com', email_verified: true, name: 'Ana' }

beforeEach(async () => {
  world = await makeWorld()
  provider = await startIdentityProvider(world.app.url)
  const put = await world.api('PUT', '/api/v1/sign-in', settings())
  expect(put.status).toBe(200)
})
afterEach(async () => {
  await provider.stop()
  await world.end()
})

const at = (path: string): string => `${world.app.url}${path}`
const me = async (browser: ReturnType<typeof openBrowser>) =>
  browser.call<{ person: { slug: string }; role: string; teams: { slug: string }[] }>(
    'GET',
    at('/api/v1/me'),
  )

async function signIn() {
  const browser = openBrowser()
  const arrived = await browser.go(at('/sign-in/oidc'))
  return { browser, arrived: arrived.url.slice(world.app.url.length) }
}

test('somebody with a verified address comes in as who they are here, and groups say what they may', async () => {
  provider.become({ ...ANA, groups: ['sre', 'other-team'] })
  const { browser, arrived } = await signIn()
  expect(arrived).toBe('/')
  const { body } = await me(browser)
  expect([body.person.slug, body.role]).toEqual(['ana', 'admin'])
  expect(body.teams.map((one) => one.slug).sort()).toEqual(['core', 'other'])
})

test('a group that is taken away lowers the role at the next sign-in, and the team is left', async () => {
  provider.become({ sub: 'u-2', email: 'ben@example.com', email_verified: true, groups: ['sre'] })
  await signIn()
  provider.become({ ...ANA, groups: ['sre', 'other-team'] })
  const first = await signIn()
  provider.change('u-1', { groups: [] })
  const { browser } = await signIn()
  const { body } = await me(browser)
  expect(body.role).toBe('stakeholder')
  expect(body.teams.map((one) => one.slug)).toEqual(['core'])
  // It holds for the session that began before, too.
  expect((await me(first.browser)).body.role).toBe('stakeholder')
})

test('the last who can administer stays admin, whatever their groups', async () => {
  provider.become({ ...ANA, groups: ['sre'] })
  await signIn()
  provider.change('u-1', { groups: [] })
  const { browser } = await signIn()
  expect((await me(browser)).body.role).toBe('admin')
})

test('the subject says who somebody is: another address changes nothing, another subject with the address comes not in', async () => {
  provider.become({ ...ANA, groups: ['dev'] })
  await signIn()
  provider.change('u-1', { email: 'ben@example.com' })
  const again = await signIn()
  expect((await me(again.browser)).body.person.slug).toBe('ana')
  provider.become({ ...ANA, sub: 'u-9' })
  expect((await signIn()).arrived).toBe('/sign-in?problem=refused')
})

test.each([
  ['is not verified', { email_verified: false }],
  ['is said to be verified in a text', { email_verified: 'true' as unknown as boolean }],
  ['is missing', { email: undefined }],
  ['belongs to nobody here', { email: 'stranger@example.com' }],
])('an address that %s lets nobody in', async (_, more) => {
  provider.become({ ...ANA, ...more })
  const { browser, arrived } = await signIn()
  expect(arrived).toBe('/sign-in?problem=refused')
  expect((await me(browser)).status).toBe(401)
})

test('who is new is let in where that is wanted, in the role of their groups, and made once', async () => {
  await world.api('PUT', '/api/v1/sign-in', settings({ create_people: true }))
  provider.become({ sub: 'u-7', email: 'dora@example.com', email_verified: true, name: 'Dora' })
  const [one, other] = await Promise.all([signIn(), signIn()])
  const bodies = [await me(one.browser), await me(other.browser)].map(({ body }) => body)
  expect(bodies.map((body) => [body.person.slug, body.role])).toEqual([
    ['dora', 'stakeholder'],
    ['dora', 'stakeholder'],
  ])
})

test('an answer with another state, of another browser, or a second time, is refused', async () => {
  provider.become({ ...ANA, groups: ['dev'] })
  const browser = openBrowser()
  const callback = at('/sign-in/oidc/callback')
  const back = await browser.go(at('/sign-in/oidc'), callback)
  const tampered = new URL(back.url)
  tampered.searchParams.set('state', 'another')
  for (const [who, url] of [
    [browser, tampered.href],
    [openBrowser(), back.url],
  ] as const)
    expect((await who.go(url, at('/sign-in?'))).url).toContain('problem=refused')
  // The cookie of the attempt went with the first answer that was not right, so this browser begins anew.
  const once = openBrowser()
  const right = await once.go(at('/sign-in/oidc'), callback)
  const jar = once.cookies(world.app.url)
  expect((await once.go(right.url, at('/'))).url).toBe(at('/'))
  const replay = await fetch(right.url, { redirect: 'manual', headers: { cookie: jar } })
  expect(replay.headers.get('location')).toBe('/sign-in?problem=refused')
  expect(replay.headers.getSetCookie().join()).not.toContain('allclear_session')
})

test('a code that was used is refused with a state of another sign-in', async () => {
  provider.become({ ...ANA, groups: ['dev'] })
  const callback = at('/sign-in/oidc/callback')
  const [one, other] = [openBrowser(), openBrowser()]
  const first = new URL((await one.go(at('/sign-in/oidc'), callback)).url)
  expect((await one.go(first.href, at('/'))).url).toBe(at('/'))
  const second = new URL((await other.go(at('/sign-in/oidc'), callback)).url)
  second.searchParams.set('code', first.searchParams.get('code') ?? '')
  expect((await other.go(second.href, at('/sign-in?'))).url).toContain('problem=refused')
})

test.each(['nonce', 'code_challenge'])(
  'a sign-in whose %s was exchanged is refused',
  async (name) => {
    provider.become({ ...ANA, groups: ['dev'] })
    const browser = openBrowser()
    const out = new URL((await browser.go(at('/sign-in/oidc'), provider.issuer)).url)
    expect(out.searchParams.get('code_challenge_method')).toBe('S256')
    out.searchParams.set(name, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
    const back = await browser.go(out.href, at('/sign-in/oidc/callback'))
    expect(new URL(back.url).searchParams.get('code')).toBeTruthy()
    expect((await browser.go(back.url, at('/sign-in?'))).url).toContain('problem=refused')
  },
)

test('signing out ends it at the provider too', async () => {
  provider.become({ ...ANA, groups: ['dev'] })
  const { browser } = await signIn()
  const { body } = await browser.call<{ next: string }>('POST', at('/api/v1/logout'), {})
  const next = new URL(body.next)
  expect(next.origin).toBe(provider.issuer)
  expect(next.searchParams.get('post_logout_redirect_uri')).toBe(at('/sign-in'))
  expect(next.searchParams.get('id_token_hint')).toMatch(/^ey/)
  expect((await me(browser)).status).toBe(401)
})

const PASSWORD = 'a long enough password'

async function setPassword(person: string): Promise<void> {
  const made = await world.api<{ url: string }>('POST', `/api/v1/people/${person}/invitation`)
  const secret = made.body.url.split('#')[1]
  const done = await openBrowser().call('POST', at('/api/v1/invitations/accept'), {
    secret,
    password: PASSWORD,
  })
  expect(done.status).toBe(200)
}

test('with the provider down, an admin comes in with a password; others need it where passwords are for admins', async () => {
  await setPassword('ana')
  await setPassword('ben')
  provider.become({ ...ANA, groups: ['sre'] })
  await signIn()
  await world.api('PUT', '/api/v1/sign-in', settings({}, { local: 'admins' }))
  await provider.stop()
  await world.pass(11, 11)
  expect((await signIn()).arrived).toBe('/sign-in?problem=unreachable')
  const login = (email: string) =>
    openBrowser().call('POST', at('/api/v1/login'), { email, password: PASSWORD })
  expect((await login('ana@example.com')).status).toBe(200)
  const other = await login('ben@example.com')
  const wrong = await openBrowser().call('POST', at('/api/v1/login'), {
    email: 'nobody@example.com',
    password: PASSWORD,
  })
  expect([other.status, wrong.status]).toEqual([401, 401])
  const { requestId: _one, ...said } = other.body
  const { requestId: _other, ...saidToNobody } = wrong.body
  expect(said).toEqual(saidToNobody)
  const invited = await world.api('POST', '/api/v1/people/ben/invitation')
  expect(invited.status).toBe(409)
})

test('whoever is not let in any more is refused at the provider’s door too', async () => {
  provider.become({ ...ANA, groups: ['dev'] })
  const { browser } = await signIn()
  expect((await world.api('POST', '/api/v1/people/ana/disable')).status).toBe(200)
  expect((await me(browser)).status).toBe(401)
  expect((await signIn()).arrived).toBe('/sign-in?problem=refused')
})

test('whom an admin took away does not come back by themselves, and comes back as whoever has the address later', async () => {
  await world.api('PUT', '/api/v1/sign-in', settings({ create_people: true }))
  provider.become({ sub: 'u-7', email: 'dora@example.com', email_verified: true, name: 'Dora' })
  expect((await signIn()).arrived).toBe('/')
  await world.app.db.withTx('web', (tx) =>
    tx.query("update people set retired_at = clock_timestamp() where slug = 'dora'"),
  )
  expect((await signIn()).arrived).toBe('/sign-in?problem=refused')
  await world.app.db.withTx('web', (tx) =>
    tx.query("update people set email = 'dora@example.com' where slug = 'cy'"),
  )
  const { browser } = await signIn()
  expect((await me(browser)).body.person.slug).toBe('cy')
})

test('without a provider the door says so, and the settings never show the secret', async () => {
  const shown = await world.api<{ signIn: { oidc: object }; redirectUri: string }>(
    'GET',
    '/api/v1/sign-in',
  )
  expect(JSON.stringify(shown.body)).not.toContain(CLIENT_SECRET)
  expect(shown.body.redirectUri).toBe(at('/sign-in/oidc/callback'))
  const [row] = await world.app.db.withTx('web', (tx) =>
    tx.query<{ settings: unknown }>('select settings from sign_in'),
  )
  expect(JSON.stringify(row?.settings)).not.toContain(CLIENT_SECRET)
  // What is shown, sent back, changes nothing: also the secret stays.
  await world.api('PUT', '/api/v1/sign-in', shown.body.signIn)
  provider.become({ ...ANA, groups: ['dev'] })
  expect((await signIn()).arrived).toBe('/')
  await world.api('PUT', '/api/v1/sign-in', {})
  expect((await signIn()).arrived).toBe('/sign-in?problem=off')
})

test.each([
  [{ local: 'admins' }, 'local'],
  [{ oidc: { issuer: 'http://id.example.com', client_id: 'x' } }, 'oidc.issuer'],
  [
    { oidc: { issuer: 'https://id.example.com', client_id: 'x', scopes: ['email'] } },
    'oidc.scopes',
  ],
  [
    { oidc: { issuer: 'https://id.example.com', client_id: 'x', teams: { g: 'nowhere' } } },
    'oidc.teams.g',
  ],
])('settings that cannot work are refused with their place: %j', async (wrong, path) => {
  const before = await world.api('GET', '/api/v1/sign-in')
  const put = await world.api<{ problems: { path: string }[] }>('PUT', '/api/v1/sign-in', wrong)
  expect([put.status, put.body.problems?.[0]?.path]).toEqual([400, path])
  expect(await world.api('GET', '/api/v1/sign-in')).toEqual(before)
})

test('the secret of a client is not sent to another provider', async () => {
  await world.api(
    'PUT',
    '/api/v1/sign-in',
    settings({ issuer: 'https://id.example.com', client_secret: undefined }),
  )
  const shown = await world.api<{ signIn: { oidc: { client_secret: string | null } } }>(
    'GET',
    '/api/v1/sign-in',
  )
  expect(shown.body.signIn.oidc.client_secret).toBeNull()
})

test('the file says it too, exported and applied to no changes', async () => {
  const exported = (await world.api<string>('GET', '/api/v1/export')).body
  expect(exported).toContain('client_secret: ${OIDC_CLIENT_SECRET}')
  expect(exported).not.toContain(CLIENT_SECRET)
  const planned = await world.api<{ changes: unknown[] }>('POST', '/api/v1/plan', {
    text: exported,
  })
  expect([planned.status, planned.body.changes]).toEqual([200, []])
  const text = 'sign_in: { totp: admins }'
  const applied = await world.api<{ changes: { section: string }[] }>('POST', '/api/v1/apply', {
    text,
  })
  expect(applied.body.changes.map((one) => one.section)).toEqual(['sign_in'])
  expect((await world.api<{ signIn: unknown }>('GET', '/api/v1/sign-in')).body.signIn).toEqual({
    oidc: null,
    local: 'everyone',
    totp: 'admins',
  })
})
