/**
 * The web server: machines' doors first, then signed links, then the API by its table of routes,
 * then the files of the web app. A route that names no policy cannot be made.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { randomUUID, createHash } from 'node:crypto'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { isSame } from '../access/secret.ts'
import { mayEver } from '../access/can.ts'
import { seenBy } from '../directory/seen.ts'
import { toIso } from '../lib/instant.ts'
import { JSON_LIMITS, parseJson } from '../lib/json.ts'
import { invalid, notFound, Problem } from '../lib/problem.ts'
import { authenticate } from './auth.ts'
import type { HttpDeps } from './deps.ts'
import { problemReply } from './errors.ts'
import { createEvents, type Events } from './events.ts'
import { createIngest } from './ingest.ts'
import { noHook, serveHook } from './hooks.ts'
import { openLink } from './link.ts'
import { leaveForProvider, PROVIDER_PATH, returnFromProvider } from './provider.ts'
import type { Call, Caller, Reply, Route } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { alertWorkRoutes } from './routes/alert-work.ts'
import { alertRoutes } from './routes/alerts.ts'
import { browserRoutes } from './routes/browsers.ts'
import { calendarRoutes } from './routes/calendars.ts'
import { holidayRoutes } from './routes/holidays.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { contactRoutes } from './routes/contacts.ts'
import { coverRoutes } from './routes/covers.ts'
import { entryRoutes } from './routes/entries.ts'
import { breachRoutes } from './routes/breach.ts'
import { incidentRoutes } from './routes/incidents.ts'
import { reportRoutes } from './routes/reports.ts'
import { measureRoutes } from './routes/measures.ts'
import { policyRoutes } from './routes/policy.ts'
import { objectiveRoutes } from './routes/objectives.ts'
import { pageRoutes } from './routes/pages.ts'
import { handoffRoutes } from './routes/handoffs.ts'
import { loadRoutes } from './routes/load.ts'
import { authenticatorRoutes } from './routes/authenticator.ts'
import { mineRoutes } from './routes/mine.ts'
import { peopleRoutes } from './routes/people.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { personAccessRoutes } from './routes/person-access.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { silenceRoutes } from './routes/silences.ts'
import { sourceRoutes } from './routes/sources.ts'
import { systemRoutes } from './routes/system.ts'
import { telephoneRoutes } from './routes/telephone.ts'
import { whoRoutes } from './routes/who.ts'
import { wouldPageRoutes } from './routes/would-page.ts'

export const ROUTES: readonly Route[] = [
  ...alertWorkRoutes,
  ...alertRoutes,
  ...pageRoutes,
  ...incidentRoutes,
  ...breachRoutes,
  ...reportRoutes,
  ...policyRoutes,
  ...measureRoutes,
  ...objectiveRoutes,
  ...silenceRoutes,
  ...configurationRoutes,
  ...entryRoutes,
  ...contactRoutes,
  ...browserRoutes,
  ...sourceRoutes,
  ...whoRoutes,
  ...wouldPageRoutes,
  ...scheduleRoutes,
  ...coverRoutes,
  ...loadRoutes,
  ...handoffRoutes,
  ...calendarRoutes,
  ...holidayRoutes,
  ...peopleRoutes,
  ...signInRoutes,
  ...mineRoutes,
  ...authenticatorRoutes,
  ...personAccessRoutes,
  ...auditRoutes,
  ...systemRoutes,
  ...telephoneRoutes,
]

/** Doors outside the table, each with the reason. */
export const OTHER_DOORS: readonly { method: string; path: string; policy: string }[] = [
  {
    method: 'get',
    path: '/api/v1/events',
    policy: 'signed in; each entry is checked for each listener',
  },
  {
    method: 'get',
    path: '/p/{token}',
    policy: 'signed link, bound to one page and person; never acts',
  },
  { method: 'post', path: '/p/{token}', policy: 'signed link, bound to one page and person' },
  {
    method: 'post',
    path: '/p/{token}/{verb}',
    policy: 'signed link, bound to one page and person',
  },
  {
    method: 'post',
    path: '/hooks/{vendor}/*',
    policy: "the vendor's own signature, checked by its ear before anything else is read",
  },
  {
    method: 'get',
    path: PROVIDER_PATH,
    policy: 'anybody: it sends the browser to the provider and remembers which browser it was',
  },
  {
    method: 'get',
    path: `${PROVIDER_PATH}/callback`,
    policy: 'the state of a sign-in that began in this very browser, used once',
  },
]

const APP_CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
const NEUTRAL: Caller = {
  who: { personId: null, role: 'stakeholder', teamIds: [], leadIds: [], scopes: [] },
  actor: { kind: 'token', id: null, through: 'api' },
  sessionId: null,
  timezone: 'UTC',
}
const BODY_MAX = 2 * 1024 * 1024

export type HttpServer = { server: Server; port: number; stop(): Promise<void> }

export function createApp(deps: HttpDeps): { app: Hono; events: Events } {
  const app = new Hono({ strict: false })
  const events = createEvents(deps)
  for (const one of ROUTES) {
    const path = one.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app.on(one.method.toUpperCase(), path, (context) =>
      serveRoute(deps, one, context.req.raw, context.req.param() as Record<string, string>),
    )
  }
  app.get('/api/v1/events', (context) => serveEvents(deps, events, context.req.raw))
  app.get('/p/:token', async (context) =>
    linked(await openLink(deps, context.req.param('token'), null, false)),
  )
  app.post('/p/:token', async (context) =>
    linked(await openLink(deps, context.req.param('token'), await pressed(context.req.raw), false)),
  )
  app.post('/p/:token/:verb', async (context) =>
    linked(await openLink(deps, context.req.param('token'), context.req.param('verb'), true)),
  )
  app.post('/hooks/:vendor/*', (context) => serveHook(deps, context))
  app.all('/hooks/*', noHook)
  app.get(PROVIDER_PATH, () => leaveForProvider(deps))
  app.get(`${PROVIDER_PATH}/callback`, (context) => returnFromProvider(deps, context.req.raw))
  app.all('/api/*', (context) =>
    respond(problemReply(notFound('route'), requestIdOf(context.req.raw), () => undefined)),
  )
  app.get('*', (context) => asset(deps, new URL(context.req.url).pathname))
  app.onError((cause, context) =>
    respond(
      problemReply(cause, requestIdOf(context.req.raw), (one) =>
        deps.log('error', 'request failed', { cause: detailOf(one) }),
      ),
    ),
  )
  return { app, events }
}

const linked = (reply: {
  status: number
  body: string
  headers: Record<string, string>
}): Response => new Response(reply.body, reply)

async function pressed(request: Request): Promise<string> {
  const text = (await request.text()).slice(0, 1_000)
  return new URLSearchParams(text).get('do') ?? ''
}

const detailOf = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.stack ?? cause.message}${cause.cause === undefined ? '' : ` / ${detailOf(cause.cause)}`}`
    : String(cause)

const ids = new WeakMap<Request, string>()
function requestIdOf(request: Request): string {
  const known = ids.get(request) ?? randomUUID()
  ids.set(request, known)
  return known
}

async function serveRoute(
  deps: HttpDeps,
  one: Route,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const requestId = requestIdOf(request)
  try {
    const caller = await admit(deps, one, request)
    const call = {
      deps,
      caller,
      requestId,
      headers: request.headers,
      params: check(one.params, params, 'path'),
      query: check(one.query, Object.fromEntries(new URL(request.url).searchParams), 'query'),
      body: await readBody(one, request),
      read: (work: never) =>
        deps.db.withTx('web', async (tx) => {
          const whole = await deps.directoryAt(tx)
          const seen = seenBy(whole, caller.who)
          return (work as (...args: unknown[]) => Promise<unknown>)(tx, seen, whole)
        }),
    } as unknown as Call<never, never, never>
    const key = request.headers.get('idempotency-key')
    const reply =
      one.method === 'post' && key !== null && 'needs' in one.policy
        ? await once(deps, one, call, key)
        : await one.handle(call)
    return respond(reply)
  } catch (cause) {
    return respond(
      problemReply(cause, requestId, (what) =>
        deps.log('error', 'request failed', { requestId, path: one.path, cause: detailOf(what) }),
      ),
    )
  }
}

/** The policy of the route, before anything of the request is looked at. */
async function admit(deps: HttpDeps, one: Route, request: Request): Promise<Caller> {
  if ('public' in one.policy) {
    checkOrigin(deps, one, request, true)
    return NEUTRAL
  }
  const caller = await deps.db.withTx('web', (tx) => authenticate(tx, deps, request.headers))
  if (!caller)
    throw new Problem(
      'unauthenticated',
      'signIn',
      'Sign in, or send a token: Authorization: Bearer …',
    )
  checkOrigin(deps, one, request, caller.sessionId !== null)
  if ('needs' in one.policy && !mayEver(caller.who, one.policy.needs)) {
    throw new Problem('forbidden', 'notAllowed', 'Your role does not allow this.')
  }
  return caller
}

/** What a browser sends along by itself must come from our own pages. */
function checkOrigin(deps: HttpDeps, one: Route, request: Request, hasCookie: boolean): void {
  if (one.method === 'get' || !hasCookie) return
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const host = request.headers.get('host')
  const isOwn =
    origin === null ||
    origin === deps.publicUrl ||
    (host !== null && (origin === `http://${host}` || origin === `https://${host}`))
  if ((site !== null && site !== 'same-origin' && site !== 'none') || !isOwn) {
    throw new Problem('forbidden', 'otherOrigin', 'This request came from another site.')
  }
  const type = request.headers.get('content-type')
  if (one.body && type !== null && !/^application\/json\b/i.test(type)) {
    throw new Problem('invalid', 'notJson', 'Send the body as application/json.', {
      field: 'content-type',
    })
  }
}

async function readBody(one: Route, request: Request): Promise<unknown> {
  if (!one.body) return undefined
  if (Number(request.headers.get('content-length') ?? 0) > BODY_MAX)
    throw new Problem('invalid', 'tooLarge', 'The body is too large.', { field: 'body' })
  const raw = new Uint8Array(await request.arrayBuffer())
  if (raw.length === 0 && one.body.safeParse(undefined).success) return undefined
  const parsed = parseJson(raw, { ...JSON_LIMITS, bytesMax: BODY_MAX, stringMax: BODY_MAX })
  if (!parsed.ok)
    throw new Problem('invalid', parsed.problem.reason, parsed.problem.message, {
      field: parsed.problem.field,
    })
  return check(one.body, parsed.value, 'body')
}

function check(
  schema:
    | {
        safeParse(value: unknown): {
          success: boolean
          data?: unknown
          error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }
        }
      }
    | undefined,
  value: unknown,
  where: string,
): unknown {
  if (!schema) return {}
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error?.issues ?? []
  throw invalid(
    issue && issue.path.length > 0 ? issue.path.map(String).join('.') : where,
    issue?.message ?? 'It has the wrong shape.',
  )
}

/** The same POST under the same key is done once; its answer is given again for a day. */
async function once(
  deps: HttpDeps,
  one: Route,
  call: Call<never, never, never>,
  key: string,
): Promise<Reply> {
  if (key.length > 200) throw invalid('idempotency-key', 'At most 200 characters.')
  const actor = JSON.stringify(call.caller.actor)
  const hash = createHash('sha256')
    .update(`${one.path}\n${JSON.stringify([call.params, call.body])}`)
    .digest()
  type Known = { hash: Buffer; status: number; body: unknown }
  const [known] = await deps.db.withTx('web', (tx) =>
    tx.query<Known>(
      "select request_hash as hash, status, body from idempotency_keys where actor = $1 and key = $2 and created_at > clock_timestamp() - interval '1 day'",
      [actor, key],
    ),
  )
  if (known) {
    if (!isSame(known.hash.toString('hex'), hash.toString('hex')))
      throw new Problem(
        'conflict',
        'keyReused',
        'This Idempotency-Key was used for another request.',
        { field: 'idempotency-key' },
      )
    return { status: known.status, body: known.body, headers: { 'idempotent-replayed': 'true' } }
  }
  const reply = await one.handle(call)
  await deps.db.withTx('web', (tx) =>
    tx.query(
      'insert into idempotency_keys (key, actor, request_hash, status, body, created_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
      [key, actor, hash, reply.status ?? 200, JSON.stringify(reply.body ?? null), toIso(tx.now)],
    ),
  )
  return reply
}

async function serveEvents(deps: HttpDeps, events: Events, request: Request): Promise<Response> {
  const caller = await deps.db.withTx('web', (tx) => authenticate(tx, deps, request.headers))
  if (!caller)
    return respond(
      problemReply(
        new Problem('unauthenticated', 'signIn', 'Sign in first.'),
        requestIdOf(request),
        () => undefined,
      ),
    )
  const after =
    request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('after')
  const stream = events.open(caller, request.headers, after)
  if (!stream)
    return respond(
      problemReply(
        new Problem('unavailable', 'tooMany', 'Too many listeners. Try again shortly.', {
          retryAfterSeconds: 5,
        }),
        requestIdOf(request),
        () => undefined,
      ),
    )
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  })
}

function respond(reply: Reply): Response {
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...reply.headers,
  }
  if (reply.stream) return new Response(reply.stream, { status: reply.status ?? 200, headers })
  if (reply.text !== undefined)
    return new Response(reply.text, { status: reply.status ?? 200, headers })
  return new Response(JSON.stringify(reply.body ?? {}), {
    status: reply.status ?? 200,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** Files by a fixed map; every other path is the app itself. No path is ever put together from a request. */
function asset(deps: HttpDeps, path: string): Response {
  // A file of a build before this one is not the app: a page in the place of a script breaks it for good.
  const isFile = path.startsWith('/assets/') || path === '/sw.js'
  const found = deps.assets.get(path) ?? (isFile ? undefined : deps.assets.get('/index.html'))
  if (!found) {
    const isBuilt = deps.assets.size > 0
    return new Response(isBuilt ? 'Not found' : 'The web app is not built. Run: npm run build', {
      status: 404,
      headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' },
    })
  }
  return new Response(new Uint8Array(found.body), {
    headers: {
      'content-type': found.type,
      'cache-control': found.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': APP_CSP,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    },
  })
}

/** Listens. Machines' doors are served without the framework. */
export async function listen(
  deps: HttpDeps,
  address: { host: string; port: number },
): Promise<HttpServer> {
  const { app, events } = createApp(deps)
  const ingest = createIngest(deps)
  const others = getRequestListener(app.fetch)
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '/'
    const query = url.indexOf('?')
    const matched = ingest.match(request.method ?? 'GET', query < 0 ? url : url.slice(0, query))
    if (matched) void ingest.handle(request, response, matched)
    else void others(request, response)
  })
  server.requestTimeout = 30_000
  server.headersTimeout = 10_000
  server.keepAliveTimeout = 65_000
  server.maxHeadersCount = 100
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(address.port, address.host, done)
  })
  const bound = server.address()
  return {
    server,
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    async stop() {
      await events.stop()
      server.closeIdleConnections()
      const closed = new Promise<void>((done) => server.close(() => done()))
      setTimeout(() => server.closeAllConnections(), 2_000).unref()
      await closed
    },
  }
}
