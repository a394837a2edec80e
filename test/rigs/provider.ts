/**
 * A provider that misbehaves on demand: webhooks, ntfy and chats over HTTP, mail over SMTP, on
 * loopback and free ports. What it took stands in its ledger, so that a test can compare what was delivered
 * with what the sender believes.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accepts, type Behaviour, RETRY_AFTER_SECONDS } from './behaviour.ts'
import { type Ledger, type OpenLedger, openLedger } from './ledger.ts'
import { type Chat, createChat } from './provider-chat.ts'
import { startMailProvider } from './provider-mail.ts'

export {
  BEHAVIOURS,
  type Behaviour,
  type CallbackBehaviour,
  RETRY_AFTER_SECONDS,
} from './behaviour.ts'
export type { Accepted, Ledger } from './ledger.ts'

/** The same for every message, or chosen by its number, from 0. */
export type Behaving = Behaviour | ((n: number) => Behaviour)

export type Provider = {
  url: string
  smtpPort: number
  /** Where to send to for a behaviour: some lie in the address and not in the answer. */
  urlFor(behaviour: Behaviour): string
  smtpFor(behaviour: Behaviour): { host: string; port: number; secure: boolean }
  behave(next: Behaving): void
  received: Ledger
  /** What the users of its chats see. */
  chat: Chat
  stop(): Promise<void>
}

/** How a vendor says things. Left out: as ntfy does, which is good enough for a webhook too. */
export type Dialect = {
  /** The answer to the message that was taken last. */
  accepted(received: Ledger): { status: number; body: Record<string, unknown> }
  refused(status: number): Record<string, unknown>
  /** What stands in a body that is no text. */
  read?(body: Buffer): string
  /** The answer to a question that is no message; null: it is a message. */
  asked?(method: string, url: string, received: Ledger): Record<string, unknown> | null
}

export type ProviderOptions = {
  slowMs?: number
  port?: number
  smtpPort?: number
  dialect?: Dialect
}

/** A name that no resolver knows (RFC 6761). */
export const NO_SUCH_HOST = 'no-such-host.invalid'

export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const received = openLedger()
  const slowMs = options.slowMs ?? 20
  const dialect = options.dialect ?? PLAIN
  let behaving: Behaving = 'ok'
  const timers = new Set<NodeJS.Timeout>()
  const next = (): Behaviour => {
    const n = received.arrive()
    return typeof behaving === 'function' ? behaving(n) : behaving
  }
  const later = (run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, slowMs)
    timers.add(timer)
  }

  const chat = createChat()
  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const body = dialect.read?.(raw) ?? raw.toString('utf8')
      const asked = dialect.asked?.(request.method ?? '', request.url ?? '', received)
      if (asked) return json(response, 200, asked)
      answer({ request, response, body, dialect }, next(), { received, chat, later })
    })
  })
  server.on('upgrade', (...upgrade) => chat.upgrade(...upgrade))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  chat.setOrigin(`http://127.0.0.1:${port}`)
  const mail = await startMailProvider({ next, received, later, port: options.smtpPort ?? 0 })

  return {
    url: `http://127.0.0.1:${port}`,
    smtpPort: mail.port,
    urlFor(behaviour) {
      if (behaviour === 'tlsFailure') return `https://127.0.0.1:${port}`
      return `http://${behaviour === 'dnsFailure' ? NO_SUCH_HOST : '127.0.0.1'}:${port}`
    },
    smtpFor: (behaviour) => ({
      host: behaviour === 'dnsFailure' ? NO_SUCH_HOST : '127.0.0.1',
      port: mail.port,
      secure: behaviour === 'tlsFailure',
    }),
    behave(behaviour) {
      behaving = behaviour
    },
    received,
    chat,
    async stop() {
      for (const timer of timers) clearTimeout(timer)
      chat.stop()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, mail.stop()])
    },
  }
}

type Call = { request: IncomingMessage; response: ServerResponse; body: string; dialect: Dialect }

const STATUSES: Partial<Record<Behaviour, number>> = {
  failed500: 500,
  unavailable503: 503,
  limited429: 429,
  refused400: 400,
  unauthorized401: 401,
  missing404: 404,
  gone410: 410,
}

type Answering = { received: OpenLedger; chat: Chat; later: (run: () => void) => void }

function answer(call: Call, behaviour: Behaviour, { received, chat, later }: Answering): void {
  if (accepts(behaviour)) received.accept(entryOf(call, behaviour))
  const { request, response, dialect } = call
  const sayYes = (): void => {
    const isChat = chat.answer({ path: request.url ?? '', body: call.body }, (body) =>
      json(response, 200, body),
    )
    if (isChat) return
    const yes = dialect.accepted(received)
    json(response, yes.status, yes.body)
  }
  const status = STATUSES[behaviour]
  if (status !== undefined) {
    const isWaiting = status === 429 || status === 503
    const headers: Record<string, string> = isWaiting
      ? { 'retry-after': String(RETRY_AFTER_SECONDS) }
      : {}
    const parameters = isWaiting ? { retry_after: RETRY_AFTER_SECONDS } : {}
    const refusal = { ok: false, error_code: status, parameters }
    const own = dialect.refused(status)
    json(
      response,
      status,
      { ...refusal, error: 'refused', ...own, echo: call.body.slice(0, 200) },
      headers,
    )
  } else if (behaviour === 'okWithErrorBody') {
    json(response, 200, { ok: false, code: 40001, http: 400, error: 'invalid_request' })
  } else if (behaviour === 'halfAnswer') {
    request.socket.end(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"id":',
    )
  } else if (behaviour === 'reset') {
    request.socket.resetAndDestroy()
  } else if (behaviour === 'slow') {
    later(sayYes)
  } else if (behaviour !== 'hang' && behaviour !== 'acceptedThenTimeout') {
    sayYes()
  }
}

const PLAIN: Dialect = {
  accepted: (received) => ({
    status: 200,
    body: { id: `taken${received.all().length}`, event: 'message', time: 0 },
  }),
  refused: () => ({ error: 'refused' }),
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}

function entryOf({ request, body }: Call, behaviour: Behaviour) {
  const headers = request.headers as Record<string, string>
  return {
    at: Date.now(),
    via: 'http' as const,
    id: headers['webhook-id'] ?? headers['idempotency-key'] ?? headers.topic ?? ownId(body),
    method: request.method ?? '',
    path: request.url ?? '',
    headers,
    body,
    behaviour,
  }
}

/** ntfy's `sequence_id`, or what a message in Slack carries beside its words. */
function ownId(body: string): string | null {
  try {
    const { sequence_id: sequence, metadata } = JSON.parse(body) as {
      sequence_id?: unknown
      metadata?: { event_payload?: { id?: unknown } }
    }
    const id = sequence ?? metadata?.event_payload?.id
    return typeof id === 'string' ? id : null
  } catch {
    return null
  }
}
