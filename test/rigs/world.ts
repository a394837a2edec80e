/**
 * A whole server with a pretend clock and pretend phones: what story tests are told in. Time stands
 * still until a story moves it, and the engine beats when a story says so.
 */
import { createServer, type Server } from 'node:http'
import { startApp, type App } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { AlertDetailShown, AlertShown } from '../../src/contract/views.ts'
import { MINUTE } from '../../src/lib/instant.ts'
import type { Address } from '../../src/db/tx.ts'
import { freshDatabase } from './database.ts'

export const ADMIN = 'admin-token-for-tests-0123456789abcdef'
export const KEY = 'fedcba9876543210fedcba9876543210'
export const AM_KEY = '0123456789abcdef0123456789abcdef'

/** Four people, two levels and a fallback; waits of five minutes. */
export const TEAM = `
organisation: { name: Test, fallback: [ person:vp ] }
people:
  - { id: ana, name: Ana, email: ana@example.com, role: responder, contacts: [ { id: hook, kind: webhook, url: "PHONES/ana" } ], rules: { high: [ { after: 0m, use: hook } ], low: [ { after: 0m, use: hook } ] } }
  - { id: ben, name: Ben, email: ben@example.com, role: responder, contacts: [ { id: hook, kind: webhook, url: "PHONES/ben" } ], rules: { high: [ { after: 0m, use: hook } ] } }
  - { id: cy, name: Cy, email: cy@example.com, role: responder, contacts: [ { id: hook, kind: webhook, url: "PHONES/cy" } ], rules: { high: [ { after: 0m, use: hook } ] } }
  - { id: vp, name: Vic, email: vp@example.com, role: stakeholder, contacts: [ { id: hook, kind: webhook, url: "PHONES/vp" } ], rules: { high: [ { after: 0m, use: hook } ] } }
teams:
  - { id: core, lead: ana, members: [ ana, ben ] }
  - { id: other, members: [ cy ] }
escalations:
  - { id: ladder, team: core, steps: [ { page: [ person:ana ] }, { page: [ person:ben ] } ] }
  - { id: others, team: other, steps: [ { page: [ person:cy ] } ] }
services:
  - { id: shop, name: Shop, team: core, escalation: ladder }
  - { id: depot, name: Depot, team: other, escalation: others }
sources:
  - { id: pd, kind: pagerduty-events, service: shop, key: ${KEY} }
  - { id: am, kind: alertmanager, service: shop, key: ${AM_KEY} }
`

export type Rang = {
  who: string
  at: number
  body: { type: string; data: Record<string, unknown> }
}

export type World = {
  app: App
  /** Calls that reached the phones, oldest first. */
  rang: Rang[]
  /** How the phones answer from now on: a status, or nothing at all. */
  phones(answer: number | 'hang' | 'reset', retryAfter?: number): void
  /** Minutes since the story began. */
  minutes(): number
  /** Moves the clock on and beats until nothing is due; beats on the way at each whole step. */
  pass(minutes: number, stepMinutes?: number): Promise<void>
  beat(): Promise<void>
  /** Sets the clock, as somebody who mends a wrong one does. */
  shift(minutes: number): void
  configure(yaml: string): Promise<void>
  trigger(key: string, more?: Record<string, unknown>): Promise<Response>
  send(action: string, key: string): Promise<Response>
  api<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ status: number; body: T }>
  alerts(): Promise<AlertShown[]>
  alert(name: string): Promise<AlertDetailShown>
  /** "0 ana, 5 ben": who rang at which minute. */
  told(): string
  /** Another node on the same database, under the same clock. It is stopped with the story. */
  node(): Promise<App>
  end(): Promise<void>
}

const connectionString = (url: Address): string =>
  typeof url === 'string'
    ? url
    : `postgres://${url.user}@localhost/${url.database}?host=${encodeURIComponent(url.socketDir)}&port=${url.port}`

export async function makeWorld(
  options: { yaml?: string; start?: number; env?: Readonly<Record<string, string>> } = {},
): Promise<World> {
  const begin = options.start ?? Date.UTC(2026, 10, 23, 14, 0)
  let now = begin
  const clock = { toVirtual: () => now }
  const fresh = await freshDatabase()
  const rang: Rang[] = []
  let answer: number | 'hang' | 'reset' = 200
  let retryAfter: number | undefined
  const phones: Server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      if (answer === 'reset') return request.socket.destroy()
      if (answer === 'hang') return
      if (answer < 300)
        rang.push({ who: (request.url ?? '').slice(1), at: now, body: JSON.parse(text) })
      response.writeHead(
        answer,
        retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
      )
      response.end()
    })
  })
  await new Promise<void>((done) => phones.listen(0, '127.0.0.1', done))
  const address = phones.address() as { port: number }
  const config = readConfig({
    DATABASE_URL: connectionString(fresh.url),
    ALLCLEAR_SECRET_KEY: 'secret-key-for-tests-0123456789abcdef',
    ALLCLEAR_ADMIN_TOKEN: ADMIN,
    ALLCLEAR_PORT: '0',
    ALLCLEAR_EGRESS_ALLOW: '127.0.0.1',
    ...options.env,
  })
  const problems: string[] = []
  const start = (): Promise<App> =>
    startApp({
      config,
      log: (level, what, detail) => {
        if (level === 'error' && !what.startsWith('alarm')) {
          problems.push(`${what} ${JSON.stringify(detail)}`)
        }
      },
      version: 'test',
      migrations: 'src/db/migrations',
      clock,
      beats: false,
    })
  const app = await start()
  const others: App[] = []

  async function api<T>(
    method: string,
    path: string,
    body?: unknown,
    token: string | null = ADMIN,
  ) {
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    const isJson = text.startsWith('{') && !/jsonl/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T }
  }

  const enqueue = (body: unknown) =>
    fetch(`${app.url}/v2/enqueue`, { method: 'POST', body: JSON.stringify(body) })

  const world: World = {
    app,
    rang,
    phones(next, after) {
      answer = next
      retryAfter = after
    },
    minutes: () => (now - begin) / MINUTE,
    beat: () => app.beat(),
    shift(minutes) {
      now += minutes * MINUTE
    },
    async pass(minutes, step = 1) {
      for (let passed = 0; passed < minutes; ) {
        const span = Math.min(step, minutes - passed)
        passed += span
        now += Math.round(span * MINUTE)
        await app.beat()
      }
    },
    async configure(yaml) {
      const text = yaml.replaceAll('PHONES', `http://127.0.0.1:${address.port}`)
      const applied = await api('POST', '/api/v1/apply', { text })
      if (applied.status !== 200) throw new Error(JSON.stringify(applied.body))
    },
    async trigger(key, more = {}) {
      const { payload, ...rest } = more as { payload?: object }
      const response = await enqueue({
        routing_key: KEY,
        event_action: 'trigger',
        dedup_key: key,
        payload: { summary: `${key} is broken`, source: 'test', severity: 'critical', ...payload },
        ...rest,
      })
      await app.beat()
      return response
    },
    async send(action, key) {
      const response = await enqueue({ routing_key: KEY, event_action: action, dedup_key: key })
      await app.beat()
      return response
    },
    api: api as World['api'],
    alerts: async () =>
      (await api<{ alerts: AlertShown[] }>('GET', '/api/v1/alerts?status=all')).body.alerts,
    alert: async (name) => (await api<AlertDetailShown>('GET', `/api/v1/alerts/${name}`)).body,
    told: () =>
      rang.map((one) => `${Number(((one.at - begin) / MINUTE).toFixed(2))} ${one.who}`).join(', '),
    async node() {
      const other = await start()
      others.push(other)
      return other
    },
    async end() {
      for (const other of others) await other.stop()
      await app.stop()
      phones.closeAllConnections()
      await new Promise((done) => phones.close(done))
      await fresh.drop()
      if (problems.length > 0)
        throw new Error(`errors were logged: ${problems.join('; ').slice(0, 2_000)}`)
    },
  }
  await world.configure(options.yaml ?? TEAM)
  return world
}
