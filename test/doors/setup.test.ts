import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSetupLink } from '../../src/access/store.ts'
import { makeWorld, type World } from '../rigs/world.ts'

let world: World
let secret = ''
beforeAll(async () => {
  world = await makeWorld()
  secret =
    (await world.app.db.withTx('web', (tx) =>
      makeSetupLink(tx, world.app.deps.tools.makeId(tx.now)),
    )) ?? ''
})
afterAll(() => world.end())

const setUp = (email: string, using = secret) =>
  fetch(`${world.app.url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      secret: using,
      name: 'First',
      email,
      password: 'correct horse battery',
    }),
  })

test('a wrong set-up link is not found, a weak password is refused by name', async () => {
  expect((await setUp('a@example.com', 'setup_wrong')).status).toBe(404)
  const weak = await fetch(`${world.app.url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ secret, name: 'x', email: 'a@example.com', password: 'short' }),
  })
  expect(weak.status).toBe(400)
  expect(((await weak.json()) as { field: string }).field).toBe('password')
})

test('of many set-ups at once exactly one makes an admin, and the door is gone afterwards (T11, T33)', async () => {
  const tried = await Promise.all(
    Array.from({ length: 3 }, (_, number) => setUp(`admin${number}@example.com`)),
  )
  expect(tried.filter((one) => one.status === 200)).toHaveLength(1)
  const admins = await world.app.db.withTx('web', (tx) =>
    tx.query("select 1 from people where role = 'admin'"),
  )
  expect(admins).toHaveLength(1)
  expect((await setUp('late@example.com')).status).toBe(404)
  expect(await world.app.db.withTx('web', (tx) => makeSetupLink(tx, 'x'))).toBeNull()
})

test('a session signs in, works, and is worth nothing after signing out; wrong passwords answer alike', async () => {
  const [admin] = await world.app.db.withTx('web', (tx) =>
    tx.query<{ email: string }>("select email from people where role = 'admin'"),
  )
  const login = (email: string, password: string) =>
    fetch(`${world.app.url}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
  const wrong = await login(admin?.email ?? '', 'wrong password here')
  const unknown = await login('nobody@example.com', 'wrong password here')
  const strip = (text: string) => text.replace(/"requestId":"[^"]*"/, '')
  expect([wrong.status, strip(await wrong.text())]).toEqual([
    unknown.status,
    strip(await unknown.text()),
  ])
  const signedIn = await login(admin?.email ?? '', 'correct horse battery')
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  expect(signedIn.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/)
  const me = () => fetch(`${world.app.url}/api/v1/me`, { headers: { cookie } })
  expect((await me()).status).toBe(200)
  await fetch(`${world.app.url}/api/v1/logout`, { method: 'POST', headers: { cookie } })
  expect((await me()).status).toBe(401)
})

test('what the database holds of secrets is hashes and seals', async () => {
  const rows = await world.app.db.withTx('web', (tx) =>
    tx.query<{ text: string }>(
      'select row_to_json(t)::text as text from sessions t union all select row_to_json(t)::text from api_tokens t union all select row_to_json(t)::text from invitations t union all select row_to_json(t)::text from accounts t',
    ),
  )
  const all = rows.map((row) => row.text).join()
  expect(all).not.toContain(secret)
  expect(all).not.toContain('correct horse battery')
})
