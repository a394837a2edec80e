/** What strangers send: a clear 4xx that names the field, nothing stored half, no stall, never a 500. */
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, AM_KEY, KEY, makeWorld, type World } from '../rigs/world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.end())

const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const event = (more: object, payload: object = {}) =>
  JSON.stringify({
    routing_key: KEY,
    event_action: 'trigger',
    dedup_key: 'x',
    payload: { summary: 's', source: 'x', severity: 'critical', ...payload },
    ...more,
  })

/** Body, and what the answer has to name. */
const ENQUEUE: readonly [string, string, string][] = [
  ['empty', '', 'JSON parse error'],
  ['not JSON', '{"routing_key":', 'JSON parse error'],
  ['a list', '[]', 'JSON object'],
  ['a text', '"hello"', 'JSON object'],
  ['null', 'null', 'JSON object'],
  ['ten thousand deep', deep(10_000), 'nested'],
  ['a deep value', event({}, { custom_details: JSON.parse(deep(63)) }), 'nested'],
  ['no key', JSON.stringify({ event_action: 'trigger' }), 'routing_key'],
  ['a short key', JSON.stringify({ routing_key: 'abc', event_action: 'trigger' }), '32 characters'],
  ['a numeric key', JSON.stringify({ routing_key: 5, event_action: 'trigger' }), 'routing_key'],
  ['an unknown key', event({ routing_key: 'f'.repeat(32) }), 'routing_key'],
  ['no action', event({ event_action: undefined }), 'event_action'],
  ['a wrong action', event({ event_action: 'explode' }), 'event_action'],
  [
    'resolve without key',
    JSON.stringify({ routing_key: KEY, event_action: 'resolve' }),
    'dedup_key',
  ],
  ['a long dedup key', event({ dedup_key: 'k'.repeat(256) }), 'dedup_key'],
  ['a numeric dedup key', event({ dedup_key: 5 }), 'dedup_key'],
  ['no payload', event({ payload: undefined }), 'payload'],
  ['a text as payload', event({ payload: 'x' }), 'payload'],
  ['no summary', event({}, { summary: undefined }), 'payload.summary'],
  ['a number as summary', event({}, { summary: 5 }), 'payload.summary'],
  ['a wrong severity', event({}, { severity: 'apocalyptic' }), 'payload.severity'],
  ['a date without zone', event({}, { timestamp: '2026-11-23T14:00:00' }), 'payload.timestamp'],
  ['a date of nonsense', event({}, { timestamp: 'yesterday' }), 'payload.timestamp'],
  ['__proto__', `{"__proto__":{"admin":true},${event({}).slice(1)}`, '__proto__'],
  [
    'constructor deep inside',
    event({}, { custom_details: JSON.parse('{"constructor":{"prototype":1}}') }),
    'constructor',
  ],
  [
    'ten thousand labels',
    event(
      {},
      {
        custom_details: Object.fromEntries(
          Array.from({ length: 10_000 }, (_, i) => [`l${i}`, 'v']),
        ),
      },
    ),
    'keys',
  ],
  [
    'two thousand labels',
    event(
      {},
      {
        custom_details: Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`l${i}`, 'v'])),
      },
    ),
    'payload.custom_details',
  ],
  [
    'a huge text',
    event({}, { custom_details: { x: 'a'.repeat(70_000) } }),
    'payload.custom_details.x',
  ],
]

for (const [name, body, names] of ENQUEUE) {
  test(`/v2/enqueue with ${name} answers 400 and names it; nothing is stored`, async () => {
    const began = performance.now()
    const response = await fetch(`${world.app.url}/v2/enqueue`, { method: 'POST', body })
    const text = await response.text()
    expect([name, response.status]).toEqual([name, 400])
    expect(text).toContain(names)
    expect(await world.alerts()).toEqual([])
    // Said, not asserted: machines differ. It is far below 200 ms everywhere it was run.
    if (performance.now() - began > 200) process.stderr.write(`slow: ${name}\n`)
  })
}

test('fifty megabytes are refused with 413 without being taken in', async () => {
  const response = await fetch(`${world.app.url}/v2/enqueue`, {
    method: 'POST',
    body: Buffer.alloc(50 * 1024 * 1024, 97),
  }).catch(() => null)
  expect(response === null || response.status === 413).toBe(true)
  expect(await world.alerts()).toEqual([])
})

test('lone surrogates, NUL, control characters and markup are text, everywhere', async () => {
  const hostile = '<img src=x onerror=alert(1)>\u0000\ud800\u001b[31m\u202Eevil"\'&\r\nBcc: x@y'
  const response = await fetch(`${world.app.url}/v2/enqueue`, {
    method: 'POST',
    body: event({ dedup_key: 'hostile' }, { summary: hostile, component: hostile }),
  })
  expect(response.status).toBe(202)
  await world.beat()
  const [alert] = await world.alerts()
  expect(alert?.title).toContain('<img src=x onerror=alert(1)>')
  const page = await fetch(String(world.rang[0]?.body.data.url))
  const html = await page.text()
  expect(html).not.toContain('<img')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(String(world.rang[0]?.body.data.title)).not.toMatch(/[\u0000-\u0008\u001b\u202e]/u)
  await world.api('POST', `/api/v1/alerts/${alert?.name}/resolve`)
})

test('of a batch the good ones are stored and each bad one is named', async () => {
  const good = {
    status: 'firing',
    labels: { alertname: 'Good' },
    annotations: {},
    startsAt: '2026-11-23T13:00:00Z',
  }
  const alerts = [
    good,
    { status: 'firing', labels: { alertname: 'Bad' }, startsAt: 'noon' },
    5,
    { status: 'x', labels: { alertname: 'Worse' } },
    { ...good, labels: {} },
  ]
  const response = await fetch(`${world.app.url}/in/alertmanager/${AM_KEY}`, {
    method: 'POST',
    body: JSON.stringify({ version: '4', status: 'firing', alerts }),
  })
  expect(response.status).toBe(200)
  const answer = (await response.json()) as { stored: number; refused: { field: string }[] }
  expect(answer.stored).toBe(1)
  expect(answer.refused.map((one) => one.field)).toEqual([
    'alerts[1].startsAt',
    'alerts[2]',
    'alerts[3].status',
    'alerts[4].labels',
  ])
})

test('bodies of any shape on every POST of the API are answered 4xx, never 5xx', async () => {
  const { ROUTES } = await import('../../src/http/server.ts')
  const bodies = [
    '',
    'null',
    '[]',
    '"x"',
    '{"__proto__":{"x":1}}',
    deep(5_000),
    '{"a":',
    '{"unknown_field":1}',
    JSON.stringify({ text: 5 }),
    JSON.stringify({ for: -1, until: 1e999, matchers: 'x', service: { a: 1 } }),
  ]
  for (const route of ROUTES.filter((one) => one.method === 'post' && one.body)) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, 'nothing-here')
    for (const body of bodies) {
      const response = await fetch(`${world.app.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
        body,
      })
      expect([route.path, body.slice(0, 30), response.status < 500]).toEqual([
        route.path,
        body.slice(0, 30),
        true,
      ])
    }
  }
})

test('a request with a cookie from another site is refused, and a GET never acts (CSRF, T10)', async () => {
  for (const headers of [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ] as Record<string, string>[]) {
    const response = await fetch(`${world.app.url}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ email: 'a@b', password: 'x' }),
    })
    expect(response.status).toBe(403)
  }
  const form = await fetch(`${world.app.url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ email: 'a@b', password: 'x' }),
  })
  expect(form.status).toBe(400)
})
