/**
 * The doors for machines, at the vendors' own paths. Hot: no framework in between. A request is
 * read with a cap, its key looked up, parsed, handed to the intake, and answered in the vendor's
 * words once it is committed.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, SourceKind, SourceRoute, Verdict } from '../alerts/source.ts'
import type { Source } from '../alerts/routed.ts'
import { findSourceByKeyHash, type KnownSource } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import { JSON_LIMITS, parseJson } from '../lib/json.ts'
import { Problem } from '../lib/problem.ts'
import type { HttpDeps } from './deps.ts'

export type Ingest = {
  /** The route that a request of this method and path belongs to; null: none, try the next door. */
  match(
    method: string,
    path: string,
  ): { route: SourceRoute; kind: string; params: Record<string, string> } | null
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    matched: NonNullable<ReturnType<Ingest['match']>>,
  ): Promise<void>
}

/** Tells events without a key of their own apart; decides nothing, so it may come from our clock. */
const salt = (): number => performance.timeOrigin + performance.now()

/** How long a key that was looked up is trusted before it is looked up again. */
const KEY_MS = 1_000
const KEYS_MAX = 10_000
const RETRY_AFTER_SECONDS = 2

export function createIngest(deps: HttpDeps): Ingest {
  const exact = new Map<string, { route: SourceRoute; kind: string }>()
  const keyed: { prefix: string; route: SourceRoute; kind: string }[] = []
  for (const { kind, routes } of deps.sourceKinds) {
    for (const route of routes) {
      const path = `${route.method} ${route.path}`
      if (path.endsWith('/:key')) keyed.push({ prefix: path.slice(0, -4), route, kind })
      else exact.set(path, { route, kind })
    }
  }
  const keys = new Map<string, { source: KnownSource | null; until: number }>()

  async function sourceOf(key: string): Promise<KnownSource | null> {
    const known = keys.get(key)
    if (known && known.until > performance.now()) return known.source
    const hash = createHash('sha256').update(key).digest()
    const source = await deps.db.withTx('ingest', (tx) => findSourceByKeyHash(tx, hash))
    if (keys.size >= KEYS_MAX) keys.clear()
    keys.set(key, { source, until: performance.now() + KEY_MS })
    return source
  }

  async function judge(
    route: SourceRoute,
    kind: string,
    raw: Buffer,
    headers: Record<string, string>,
    path: Record<string, string>,
    url: string,
  ): Promise<Verdict> {
    const parsed = parseJson(raw)
    if (!parsed.ok) {
      return parsed.problem.reason === 'unreadable'
        ? { kind: 'unreadable' }
        : { kind: 'invalid', problems: [parsed.problem] }
    }
    let received = route.receive(parsed.value, { now: salt() })
    const isNothing = received.signals.length === 0 && received.changes.length === 0
    const key = route.key({ body: parsed.value, headers, path })
    if (key === null)
      return isNothing && received.problems.length > 0
        ? { kind: 'invalid', problems: received.problems }
        : { kind: 'unknownKey' }
    const source = await sourceOf(key)
    if (!source || source.kind !== kind) {
      // A key of the wrong length is told so; one that is unknown learns nothing more.
      return isNothing && received.problems.some((one) => one.field === 'routing_key')
        ? { kind: 'invalid', problems: received.problems }
        : { kind: 'unknownKey' }
    }
    const { ignoreLabels } = source
    if (ignoreLabels.length > 0)
      received = route.receive(parsed.value, { now: salt(), ignoreLabels })
    const isRefused = isNothing && received.problems.length > 0
    const accepted = await deps.intake.accept({
      sourceId: source.id,
      path: url,
      body: raw.toString('utf8').replaceAll('\0', '').toWellFormed(),
      received,
      status: isRefused ? 400 : route.answer({ kind: 'accepted', received }).status,
      replayOf: null,
    })
    if (accepted.kind === 'shed')
      return { kind: 'shed', retryAfterSeconds: accepted.retryAfterSeconds }
    return isRefused
      ? { kind: 'invalid', problems: received.problems }
      : { kind: 'accepted', received }
  }

  return {
    match(method, path) {
      const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
      const asked = `${method} ${bare}`
      const found = exact.get(asked)
      if (found) return { ...found, params: {} as Record<string, string> }
      for (const { prefix, route, kind } of keyed) {
        if (!asked.startsWith(prefix)) continue
        const key = asked.slice(prefix.length)
        if (key !== '' && !key.includes('/')) return { route, kind, params: { key } }
      }
      return null
    },
    async handle(request, response, { route, kind, params }) {
      const url = route.path
      try {
        const raw = await readBody(request, JSON_LIMITS.bytesMax)
        if (raw === null)
          return send(
            response,
            route.answer({ kind: 'tooLarge', bytesMax: JSON_LIMITS.bytesMax }),
            true,
          )
        const headers = request.headers as Record<string, string>
        if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
          return send(
            response,
            route.answer({
              kind: 'invalid',
              problems: [
                { field: 'content-encoding', message: 'Send the body without compression.' },
              ],
            }),
          )
        }
        send(response, route.answer(await judge(route, kind, raw, headers, params, url)))
      } catch (cause) {
        // The sender hung up before it was through: nothing was taken on, nobody is there to be told.
        if (request.destroyed && !request.complete) return
        // Never a 4xx for our own faults: the sender must keep it and try again.
        if (!(cause instanceof Problem && cause.code === 'unavailable'))
          deps.log('error', 'ingest failed', { cause: String(cause) })
        send(response, {
          ...route.answer({ kind: 'shed', retryAfterSeconds: RETRY_AFTER_SECONDS }),
          status: 503,
        })
      }
    },
  }
}

/** Null: it is larger than allowed. Reading stops there; the rest is not taken in. */
function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
    request.resume()
    return Promise.resolve(null)
  }
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > bytesMax) {
        request.removeAllListeners('data')
        request.resume()
        done(null)
      } else chunks.push(chunk)
    })
    request.on('end', () =>
      done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    )
    request.on('error', fail)
    request.on('aborted', () => fail(new Error('aborted')))
  })
}

function send(response: ServerResponse, answer: Answer, close = false): void {
  if (response.destroyed || response.headersSent) return
  const isText = typeof answer.body === 'string'
  const body = isText ? (answer.body as string) : JSON.stringify(answer.body)
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...(close ? { connection: 'close' } : {}),
    ...answer.headers,
  })
  response.end(body)
}

/** Sends a stored request through the same door once more, as a request of its own. */
export async function replay(
  deps: HttpDeps,
  source: Source,
  request: { id: Id; path: string; body: string },
): Promise<{ status: number; answer: unknown }> {
  const kind: SourceKind | undefined = deps.sourceKinds.find((one) => one.kind === source.kind)
  const route = kind?.routes.find((one) => one.path === request.path) ?? kind?.routes[0]
  if (!route)
    throw new Problem('conflict', 'noSuchSource', 'This kind of source is not known any more.')
  const parsed = parseJson(request.body)
  if (!parsed.ok)
    throw new Problem('invalid', 'unreadable', parsed.problem.message, {
      field: parsed.problem.field,
    })
  const { ignoreLabels } = source
  const received = route.receive(parsed.value, { now: salt(), ignoreLabels })
  const answer = route.answer(
    received.signals.length + received.changes.length === 0 && received.problems.length > 0
      ? { kind: 'invalid', problems: received.problems }
      : { kind: 'accepted', received },
  )
  await deps.intake.accept({
    sourceId: source.id,
    path: request.path,
    body: request.body,
    received,
    status: answer.status,
    replayOf: request.id,
  })
  return { status: answer.status, answer: answer.body }
}
