/**
 * The doors for vendors who call us back. A request is read as it came, with a cap; whose it is the
 * vendor's ear says, by its signature. Nothing here acts: what is heard goes to `hear`.
 */
import type { Context } from 'hono'
import { Problem } from '../lib/problem.ts'
import { HOOK_BYTES_MAX, type HookReply } from '../notify/reply.ts'
import type { HttpDeps } from './deps.ts'

/** A vendor gives up well before; what was begun is finished all the same. */
const HOOK_MS_MAX = 15_000

const plain = (status: number, body = ''): HookReply => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
})

export async function serveHook(deps: HttpDeps, context: Context): Promise<Response> {
  const reply = await answer(deps, context.req.raw, context.req.param('vendor') ?? '')
  return new Response(reply.status === 204 ? null : reply.body, {
    status: reply.status,
    headers: {
      'content-type': reply.contentType,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

/** What does not exist and what is not set up are the same to a stranger. */
export const noHook = (): Response => new Response('', { status: 404 })

async function answer(deps: HttpDeps, request: Request, vendor: string): Promise<HookReply> {
  const ear = deps.ears.find((one) => one.vendor === vendor)
  const settings = ear ? deps.destinationOf(vendor, {}).settings : {}
  if (!ear || Object.keys(settings).length === 0) return plain(404)
  try {
    const body = await readBody(request)
    if (body === null) return plain(413)
    const url = new URL(request.url)
    const now = await deps.db.withTx('web', async (tx) => tx.now)
    const prefix = `/hooks/${vendor}`
    const path = url.pathname.slice(prefix.length)
    return await within(
      HOOK_MS_MAX,
      ear.hear(
        {
          method: request.method,
          path,
          query: url.searchParams,
          headers: request.headers,
          body,
          publicUrl: `${deps.publicUrl}${prefix}${path}`,
          now,
        },
        settings,
        deps.hear,
      ),
    )
  } catch (cause) {
    // A vendor tries again after a 503, and nothing is lost. Our own mistakes are logged.
    if (!(cause instanceof Problem && cause.code === 'unavailable'))
      deps.log('error', 'a hook failed', { vendor, cause: String(cause) })
    return plain(503)
  }
}

/** Null: it is larger than allowed. */
async function readBody(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > HOOK_BYTES_MAX) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > HOOK_BYTES_MAX) return null
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(
      () => fail(new Problem('unavailable', 'tooSlow', 'It took too long. Try again.')),
      milliseconds,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
