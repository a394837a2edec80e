/** Codes besides the password, sessions, tokens, and being let in no more. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { codeAt, stepAt } from '../../src/sign-in/totp.ts'
import { type Browser, openBrowser } from '../rigs/identity-provider.ts'
import { makeWorld, type World } from '../rigs/world.ts'

const PASSWORD = 'a long enough password'
let world: World
let start: number

beforeEach(async () => {
  start = Date.UTC(2026, 10, 23, 14, 0)
  world = await makeWorld({ start })
})
afterEach(() => world.end())

const at = (path: string): string => `${world.app.url}/api/v1${path}`
const now = (): number => start + world.minutes() * 60_000

async function join(person: string): Promise<Browser> {
  const made = await world.api<{ url: string }>('POST', `/api/v1/people/${person}/invitation`)
  const browser = openBrowser()
  const body = { secret: made.body.url.split('#')[1], password: PASSWORD }
  expect((await browser.call('POST', at('/invitations/accept'), body)).status).toBe(200)
  return browser
}

type Entry = {
  personId?: string
  needs?: string
  challenge: string
  enrolment?: { secret: string }
}
async function login(email = 'ana@example.com', password = PASSWORD) {
  const browser = openBrowser()
  const { status, body } = await browser.call<Entry>('POST', at('/login'), { email, password })
  return { browser, status, body }
}

/** What an app would show. */
function codeOf(secret: string, steps = 0): string {
  const bits = [...secret]
    .map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0'))
    .join('')
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((one) => Number.parseInt(one, 2)))
  return codeAt(bytes, stepAt(now()) + steps)
}

async function enrol(browser: Browser): Promise<{ secret: string; recoveryCodes: string[] }> {
  const begun = await browser.call<{ secret: string }>('POST', at('/me/authenticator'), {})
  const { secret } = begun.body
  const confirmed = await browser.call<{ recoveryCodes: string[] }>(
    'POST',
    at('/me/authenticator/confirm'),
    { code: codeOf(secret) },
  )
  expect([begun.status, confirmed.status]).toEqual([201, 200])
  await world.pass(1)
  return { secret, recoveryCodes: confirmed.body.recoveryCodes }
}

const status = async (browser: Browser): Promise<number> =>
  (await browser.call('GET', at('/me'))).status
const second = (browser: Browser, challenge: string, code: string) =>
  browser.call<{ personId: string; reason?: string }>('POST', at('/login/totp'), {
    challenge,
    code,
  })

test('codes are on once the first was right; then a password alone opens nothing', async () => {
  const mine = await join('ana')
  const begun = await mine.call<{ uri: string; picture: string; secret: string }>(
    'POST',
    at('/me/authenticator'),
    {},
  )
  expect(begun.body.uri).toContain('otpauth://totp/Allclear%20Test:ana%40example.com?secret=')
  expect(begun.body.picture).toMatch(/^<svg /)
  expect((await login()).body.needs).toBeUndefined()
  const wrong = await mine.call('POST', at('/me/authenticator/confirm'), { code: '000000' })
  expect(wrong.status).toBe(400)
  const { secret } = await enrol(mine)
  const { browser, body } = await login()
  expect([body.needs, body.personId]).toEqual(['totp', undefined])
  expect(await status(browser)).toBe(401)
  expect((await second(browser, body.challenge, codeOf(secret))).status).toBe(200)
  expect(await status(browser)).toBe(200)
})

test('a code is good once, and the challenge with it', async () => {
  const { secret } = await enrol(await join('ana'))
  const code = codeOf(secret)
  const one = await login()
  expect((await second(one.browser, one.body.challenge, code)).status).toBe(200)
  expect((await second(openBrowser(), one.body.challenge, codeOf(secret, 1))).status).toBe(401)
  const other = await login()
  expect((await second(other.browser, other.body.challenge, code)).status).toBe(400)
  expect((await second(other.browser, other.body.challenge, codeOf(secret, 1))).status).toBe(200)
})

test('of the same code in two browsers at once, one comes in', async () => {
  const { secret } = await enrol(await join('ana'))
  const [one, other] = [await login(), await login()]
  const code = codeOf(secret)
  const answers = await Promise.all([
    second(one.browser, one.body.challenge, code),
    second(other.browser, other.body.challenge, code),
  ])
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
})

test('five wrong codes are followed by a wait, however many challenges; a recovery code goes by it, once', async () => {
  const { secret, recoveryCodes } = await enrol(await join('ana'))
  expect(new Set(recoveryCodes).size).toBe(10)
  for (let count = 0; count < 5; count += 1) {
    const { browser, body } = await login()
    expect((await second(browser, body.challenge, '000000')).status).toBe(400)
  }
  const held = await login()
  expect((await second(held.browser, held.body.challenge, codeOf(secret))).status).toBe(429)
  const [recovery = ''] = recoveryCodes
  expect((await second(held.browser, held.body.challenge, recovery.toUpperCase())).status).toBe(200)
  const again = await login()
  expect((await second(again.browser, again.body.challenge, recovery)).status).toBe(400)
  await world.pass(16, 16)
  const later = await login()
  expect((await second(later.browser, later.body.challenge, codeOf(secret))).status).toBe(200)
  const left = await later.browser.call<{ recoveryCodesLeft: number }>(
    'GET',
    at('/me/authenticator'),
  )
  expect(left.body.recoveryCodesLeft).toBe(9)
})

test('one challenge takes five tries, of whatever kind, and ten minutes', async () => {
  const { secret, recoveryCodes } = await enrol(await join('ana'))
  const { browser, body } = await login()
  for (let count = 0; count < 5; count += 1)
    await second(browser, body.challenge, 'aaaa-aaaa-aaaa-aaaa')
  expect((await second(browser, body.challenge, recoveryCodes[0] ?? '')).status).toBe(401)
  const old = await login()
  await world.pass(11, 11)
  expect((await second(old.browser, old.body.challenge, codeOf(secret))).status).toBe(401)
  expect((await second(browser, 'made up', codeOf(secret))).status).toBe(401)
})

test('an invitation sets the password and does not go round the code', async () => {
  await enrol(await join('ana'))
  const made = await world.api<{ url: string }>('POST', '/api/v1/people/ana/invitation')
  const browser = openBrowser()
  const { body } = await browser.call<Entry>('POST', at('/invitations/accept'), {
    secret: made.body.url.split('#')[1],
    password: 'another long password',
  })
  expect(body.needs).toBe('totp')
  expect(await status(browser)).toBe(401)
})

test('codes are switched off with a code only; an admin may take them away', async () => {
  const mine = await join('ana')
  const { secret } = await enrol(mine)
  const off = (code: string) => mine.call('POST', at('/me/authenticator/disable'), { code })
  expect((await off('000000')).status).toBe(400)
  expect((await login()).body.needs).toBe('totp')
  expect((await off(codeOf(secret))).status).toBe(200)
  expect((await login()).body.needs).toBeUndefined()
  await enrol(mine)
  expect((await world.api('DELETE', '/api/v1/people/ana/authenticator')).status).toBe(200)
  expect(await status(mine)).toBe(401)
  expect((await login()).body.needs).toBeUndefined()
})

test('where admins need codes, one without them sets them up at the door, and cannot switch them off', async () => {
  await world.configure(
    'people: [ { id: vp, name: Vic, email: vp@example.com, role: admin } ]\norganisation: { fallback: [ person:vp ] }\nteams: []\nescalations: []\nservices: []\nsources: []',
  )
  await join('vp')
  await world.api('PUT', '/api/v1/sign-in', { totp: 'admins' })
  const { browser, body } = await login('vp@example.com')
  expect(body.needs).toBe('enrolTotp')
  const secret = body.enrolment?.secret ?? ''
  expect((await second(browser, body.challenge, '000000')).status).toBe(400)
  const done = await browser.call<{ recoveryCodes: string[] }>('POST', at('/login/totp'), {
    challenge: body.challenge,
    code: codeOf(secret),
  })
  expect([done.status, done.body.recoveryCodes.length]).toEqual([200, 10])
  expect(await status(browser)).toBe(200)
  expect((await login('vp@example.com')).body.needs).toBe('totp')
  await world.pass(1)
  const off = await browser.call('POST', at('/me/authenticator/disable'), { code: codeOf(secret) })
  expect(off.status).toBe(403)
})

test('I see where I am signed in, end one, and end all others; nobody ends mine', async () => {
  const mine = await join('ana')
  const [phone, laptop] = [(await login()).browser, (await login()).browser]
  const cy = await join('cy')
  type Listed = { sessions: { id: string; isCurrent: boolean; device: string }[] }
  const { body } = await mine.call<Listed>('GET', at('/me/sessions'))
  expect(body.sessions).toHaveLength(3)
  expect(body.sessions.filter((one) => one.isCurrent)).toHaveLength(1)
  expect(body.sessions[0]?.device).toBe('Browser of the story')
  const own = (await phone.call<Listed>('GET', at('/me/sessions'))).body.sessions.find(
    (one) => one.isCurrent,
  )
  expect((await cy.call('DELETE', at(`/me/sessions/${own?.id}`))).status).toBe(404)
  expect((await mine.call('DELETE', at(`/me/sessions/${own?.id}`))).status).toBe(200)
  expect([await status(phone), await status(laptop)]).toEqual([401, 200])
  expect((await mine.call('DELETE', at('/me/sessions'))).body).toEqual({ ended: 1 })
  expect([await status(mine), await status(laptop), await status(cy)]).toEqual([200, 401, 200])
})

test('signing in gives a new session and ends the one the browser had', async () => {
  const mine = await join('ana')
  const before = mine.cookies(world.app.url)
  await mine.call('POST', at('/login'), { email: 'ana@example.com', password: PASSWORD })
  expect(mine.cookies(world.app.url)).not.toBe(before)
  const old = await fetch(at('/me'), { headers: { cookie: before } })
  expect(old.status).toBe(401)
})

test('a new password asks for the old one, and ends every other session and the id of this one', async () => {
  const mine = await join('ana')
  const { browser: other } = await login()
  const change = (old: string, password: string) =>
    mine.call<{ field?: string }>('POST', at('/me/password'), { old, password })
  const wrong = await change('not the old password', 'quite another password')
  expect([wrong.status, wrong.body.field]).toEqual([400, 'old'])
  expect((await change(PASSWORD, 'short')).body.field).toBe('password')
  const before = mine.cookies(world.app.url)
  expect((await change(PASSWORD, 'quite another password')).status).toBe(200)
  expect([await status(mine), await status(other)]).toEqual([200, 401])
  expect((await fetch(at('/me'), { headers: { cookie: before } })).status).toBe(401)
  expect((await login()).status).toBe(401)
  expect((await login('ana@example.com', 'quite another password')).status).toBe(200)
})

test('whoever is let in no more loses sessions, tokens, invitations and the password at once; let in again, the tokens stay ended', async () => {
  const mine = await join('ana')
  const made = await mine.call<{ token: string }>('POST', at('/me/tokens'), { name: 'laptop' })
  const invited = await world.api<{ url: string }>('POST', '/api/v1/people/ana/invitation')
  const byToken = async () =>
    (await world.api('GET', '/api/v1/me', undefined, made.body.token)).status
  expect(await byToken()).toBe(200)
  expect((await world.api('POST', '/api/v1/people/ana/disable')).status).toBe(200)
  expect([await status(mine), await byToken(), (await login()).status]).toEqual([401, 401, 401])
  const accepted = await openBrowser().call('POST', at('/invitations/accept'), {
    secret: invited.body.url.split('#')[1],
    password: PASSWORD,
  })
  expect(accepted.status).toBe(404)
  expect((await world.api('POST', '/api/v1/people/ana/invitation')).status).toBe(409)
  await world.api('POST', '/api/v1/people/ana/enable')
  expect([await status(mine), await byToken(), (await login()).status]).toEqual([401, 401, 200])
})

test('a stream that is open is cut off when its session ends, without a word from its reader', async () => {
  const mine = await join('ana')
  const response = await fetch(at('/events'), {
    headers: { cookie: mine.cookies(world.app.url) },
  })
  const reader = response.body?.getReader()
  await reader?.read()
  await world.api('POST', '/api/v1/people/ana/disable')
  // It would stay open for ever otherwise, and this test would not end.
  while (!(await reader?.read())?.done) continue
  expect(await status(mine)).toBe(401)
}, 30_000)

test('a token of mine is never more than I am, and only a browser makes one', async () => {
  const mine = await join('ana')
  const make = (body: object) =>
    mine.call<{ token: string; id: string; field: string }>('POST', at('/me/tokens'), {
      name: 't',
      ...body,
    })
  expect((await make({ role: 'admin' })).body.field).toBe('role')
  expect((await make({ scopes: ['administer'] })).body.field).toBe('scopes')
  const made = await make({ scopes: ['read'] })
  expect(made.status).toBe(201)
  const withIt = (method: string, path: string, body?: object) =>
    world.api(method, `/api/v1${path}`, body, made.body.token)
  expect((await withIt('GET', '/me')).status).toBe(200)
  for (const [method, path, body] of [
    ['POST', '/me/tokens', { name: 'more' }],
    ['POST', '/me/authenticator', undefined],
    ['DELETE', '/me/sessions', undefined],
    ['POST', '/me/password', { old: PASSWORD, password: 'quite another password' }],
  ] as const)
    expect([path, (await withIt(method, path, body)).status]).toEqual([path, 403])
  const cy = await join('cy')
  expect((await cy.call('DELETE', at(`/me/tokens/${made.body.id}`))).status).toBe(404)
  expect((await mine.call('DELETE', at(`/me/tokens/${made.body.id}`))).status).toBe(200)
  expect((await withIt('GET', '/me')).status).toBe(401)
})

test('when somebody’s role is lowered, so are the tokens that act for them', async () => {
  const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
    name: 'old',
    role: 'admin',
    person: 'ana',
  })
  const answer = await world.api('GET', '/api/v1/tokens', undefined, made.body.token)
  expect(answer.status).toBe(403)
})

test('nobody shuts out themselves, or the last admin', async () => {
  await world.app.db.withTx('web', (tx) =>
    tx.query("update people set role = 'admin' where slug = 'ana'"),
  )
  const mine = await join('ana')
  const self = await mine.call<{ reason: string }>('POST', at('/people/ana/disable'), {})
  expect([self.status, self.body.reason]).toEqual([409, 'oneself'])
  const last = await world.api<{ reason: string }>('POST', '/api/v1/people/ana/disable')
  expect([last.status, last.body.reason]).toEqual([409, 'lastAdmin'])
})

test('secrets of codes are stored sealed, and recovery codes as hashes', async () => {
  const { secret, recoveryCodes } = await enrol(await join('ana'))
  const rows = await world.app.db.withTx('web', (tx) =>
    tx.query('select a.secret, r.code_hash from authenticators a, recovery_codes r'),
  )
  const text = JSON.stringify(rows)
  expect(rows).toHaveLength(10)
  expect(text).toContain('sealed:')
  expect(text).not.toContain(secret)
  for (const code of recoveryCodes) expect(text).not.toContain(code)
})
