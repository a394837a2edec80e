/** Every route, asked as every kind of caller. The list is the router's own: a new route cannot escape. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal } from '../../src/access/can.ts'
import { OTHER_DOORS, ROUTES, createApp } from '../../src/http/server.ts'
import { ADMIN, KEY, makeWorld, type World } from '../rigs/world.ts'

let world: World
const tokens: Record<string, string | null> = { anonymous: null, ingestionKey: KEY, admin: ADMIN }

beforeAll(async () => {
  world = await makeWorld()
  await world.trigger('db')
  const make = async (name: string, body: object): Promise<string> => {
    const made = await world.api<{ id: string; token: string }>('POST', '/api/v1/tokens', {
      name,
      ...body,
    })
    expect(made.status).toBe(201)
    return made.body.token
  }
  tokens.stakeholder = await make('s', { role: 'stakeholder', person: 'vp' })
  tokens.responder = await make('r', { role: 'responder', person: 'ana' })
  tokens.otherTeam = await make('o', { role: 'responder', person: 'cy' })
  const revoked = await world.api<{ id: string; token: string }>('POST', '/api/v1/tokens', {
    name: 'x',
    role: 'admin',
  })
  await world.api('DELETE', `/api/v1/tokens/${revoked.body.id}`)
  tokens.revoked = revoked.body.token
})
afterAll(() => world.end())

const nobody = ['anonymous', 'ingestionKey', 'revoked'] as const

test('a route cannot be without a policy, and every door is in the list', () => {
  expect(ROUTES.length).toBeGreaterThan(40)
  for (const route of ROUTES) expect(Object.keys(route.policy)).toHaveLength(1)
  const { app } = createApp(world.app.deps)
  const listed = new Set(
    [...ROUTES, ...OTHER_DOORS].map(
      (one) => `${one.method.toUpperCase()} ${one.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ),
  )
  const open = app.routes
    .map((one) => `${one.method} ${one.path}`)
    .filter((one) => !one.startsWith('ALL ') && !/^GET \/?\*$/.test(one))
  expect(open.filter((one) => !listed.has(one))).toEqual([])
  expect(new Set(ROUTES.map((one) => `${one.method} ${one.path}`)).size).toBe(ROUTES.length)
})

for (const route of ROUTES) {
  const path = route.path.replaceAll(/\{(\w+)\}/g, '01a208cf-3c5f-74fc-a70b-f8776f004aec')
  const ask = async (who: string) =>
    (
      await world.api(
        'GET' === route.method.toUpperCase() ? 'GET' : route.method.toUpperCase(),
        path,
        route.method === 'get' ? undefined : {},
        tokens[who] as string,
      )
    ).status

  if ('public' in route.policy) {
    test(`${route.method} ${route.path} is open to anybody, because ${route.policy.public}`, async () => {
      expect(await ask('anonymous')).not.toBe(401)
    })
    continue
  }
  test(`${route.method} ${route.path} is closed to nobody, to an ingestion key and to a revoked token`, async () => {
    for (const who of nobody) expect([who, await ask(who)]).toEqual([who, 401])
  })
  const { policy } = route
  if (!('needs' in policy)) continue
  const mayNever = (role: 'stakeholder' | 'responder') =>
    policy.needs === 'administer' ||
    (role === 'stakeholder' && policy.needs !== 'read' && policy.needs !== 'respond')
  test(`${route.method} ${route.path} follows the right to ${policy.needs}`, async () => {
    for (const [who, role] of [
      ['stakeholder', 'stakeholder'],
      ['responder', 'responder'],
      ['otherTeam', 'responder'],
    ] as const) {
      const status = await ask(who)
      if (mayNever(role)) expect([who, status]).toEqual([who, 403])
      else expect([200, 201, 400, 403, 404, 409, 503]).toContain(status)
    }
    expect([401, 403]).not.toContain(await ask('admin'))
  })
}

test('a responder of another team reads an alert and cannot answer it (T7)', async () => {
  for (const verb of ['acknowledge', 'resolve', 'escalate', 'release', 'snooze', 'page']) {
    const body = verb === 'snooze' ? { for: '10m' } : verb === 'page' ? { target: 'person:cy' } : {}
    const answer = await world.api(
      'POST',
      `/api/v1/alerts/A-1/${verb}`,
      body,
      tokens.otherTeam as string,
    )
    expect([verb, answer.status]).toEqual([verb, 403])
  }
  expect((await world.alerts())[0]?.status).toBe('firing')
})

test('a private alert of another team does not exist: not in lists, not by id, not by number, not for verbs (T8)', async () => {
  await world.app.db.withTx('web', async (tx) => {
    await tx.query("update alerts set visibility = 'team'")
    await tx.query("update groups set visibility = 'team'")
  })
  const { id } = (await world.alerts())[0] as { id: string }
  const other = tokens.otherTeam as string
  const listed = await world.api<{ alerts: unknown[] }>(
    'GET',
    '/api/v1/alerts?status=all',
    undefined,
    other,
  )
  expect(listed.body.alerts).toEqual([])
  for (const key of [id, 'A-1', '1']) {
    expect((await world.api('GET', `/api/v1/alerts/${key}`, undefined, other)).status).toBe(404)
    expect((await world.api('POST', `/api/v1/alerts/${key}/acknowledge`, {}, other)).status).toBe(
      404,
    )
  }
  expect(
    (await world.api('GET', '/api/v1/alerts/A-1', undefined, tokens.responder as string)).status,
  ).toBe(200)
})

test('a token with scopes does what they name and no more', async () => {
  const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
    name: 'reader',
    role: 'admin',
    scopes: ['read'],
  })
  expect((await world.api('GET', '/api/v1/alerts', undefined, made.body.token)).status).toBe(200)
  expect((await world.api('GET', '/api/v1/export', undefined, made.body.token)).status).toBe(403)
})

test('no header changes who one is (T9)', async () => {
  const forged = [
    'x-forwarded-user',
    'x-forwarded-for',
    'x-real-ip',
    'x-admin',
    'x-role',
    'x-user-id',
    'x-middleware-subrequest',
    'x-original-url',
    'forwarded',
    'x-api-key',
    'x-tenant',
  ]
  for (const name of forged) {
    const answer = await fetch(`${world.app.url}/api/v1/export`, { headers: { [name]: 'admin' } })
    expect(answer.status).toBe(401)
  }
})

test('the policy answers for every role, action and relation without a hole', () => {
  const who = (role: 'admin' | 'responder' | 'stakeholder', teamIds: string[] = []) => ({
    personId: 'p',
    role,
    teamIds,
    leadIds: [],
    scopes: null,
  })
  expect(refusal(who('stakeholder'), 'respond', { teamId: 't', pagedIds: ['p'] })).toBeNull()
  expect(refusal(who('stakeholder'), 'respond', { teamId: 't' })).toBe('notAllowed')
  expect(refusal(who('responder', ['t']), 'silence', { teamId: 't' })).toBeNull()
  expect(refusal(who('responder', ['t']), 'silence', { teamId: null })).toBe('notAllowed')
  expect(refusal(who('admin'), 'silence', { teamId: null })).toBeNull()
  expect(refusal(who('responder', ['u']), 'read', { teamId: 't', visibility: 'team' })).toBe(
    'unseen',
  )
})
