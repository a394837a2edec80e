/** One HTTP exchange with one address. The path of every webhook, so it is kept lean. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { Instant } from '../lib/instant.ts'
import { type EgressFailure, type Failed, failed, reasonOf } from './failure.ts'
import type { Pool } from './pool.ts'
import { retryAfterMs } from './retry-after.ts'
import type { Target } from './target.ts'

export const RESPONSE_BYTES_MAX = 1_000_000

export type EgressRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string | Buffer
  /** For all of it: name, connection, answer. 10 s at most, and by default. */
  timeoutMs?: number
  signal?: AbortSignal
  /** 1 MB at most, and by default. */
  responseBytesMax?: number
}

export type EgressResponse = {
  /** Never 3xx: a redirect is a failure. */
  status: number
  headers: Readonly<Record<string, string>>
  body: string
  /** What the answer's Retry-After asks for; null where it asks for nothing. */
  retryAfterMs: number | null
}

export type Answered = { kind: 'answered'; response: EgressResponse }

export type Plan = {
  target: Target
  /** The checked address to connect to. */
  address: string
  asked: EgressRequest
  /** How long the connection may take where there are other addresses to try. */
  connectMs: number | null
}

/**
 * Calls `done` once, never before it has returned. What is given back ends the exchange: it tells
 * what the end means, and `done` is not called any more.
 */
export function exchange(
  deps: { pool: Pool; clock: () => Instant },
  plan: Plan,
  done: (result: Answered | Failed) => void,
): (reason: EgressFailure) => Failed {
  const { target, asked } = plan
  const sent = open(deps.pool, plan)
  if (!sent) {
    // Node refuses headers with line breaks and the like before anything is sent.
    queueMicrotask(() => done(failed('badRequest')))
    return failed
  }
  let status: number | undefined
  let isOver = false
  let connectTimer: NodeJS.Timeout | null = null

  const isOpen = (): boolean => deps.pool.isOpen(sent.socket)
  const close = (): void => {
    isOver = true
    if (connectTimer) clearTimeout(connectTimer)
  }
  const fail = (reason: EgressFailure): Failed => {
    close()
    const maybeDelivered = status !== undefined || isOpen()
    sent.destroy()
    return { kind: 'failed', reason, maybeDelivered, ...(status === undefined ? {} : { status }) }
  }
  const end = (reason: EgressFailure): void => {
    if (!isOver) done(fail(reason))
  }

  sent.on('error', (error) => {
    if (status !== undefined) end('incompleteAnswer')
    else end(reasonOf(error, target.isSecure, isOpen()))
  })
  sent.on('response', (answer: IncomingMessage) => {
    const code = answer.statusCode ?? 0
    status = code
    if (code >= 300 && code < 400) return end('redirected')
    read(answer, asked.responseBytesMax, end, (body) => {
      if (isOver) return
      close()
      done({ kind: 'answered', response: toResponse(answer, code, body, deps.clock) })
    })
  })
  if (plan.connectMs !== null) {
    connectTimer = setTimeout(() => {
      if (!isOpen()) end('timeout')
    }, plan.connectMs)
  }
  sent.end(asked.body)
  return fail
}

/** Connects to the address; the name stands in the Host header and in the certificate's check. */
function open(pool: Pool, { target, address, asked }: Plan): ClientRequest | null {
  const options = {
    agent: pool.agentFor(target.isSecure),
    host: address,
    port: target.port,
    path: target.path,
    method: asked.method,
    headers: Object.assign({ 'user-agent': 'Allclear' }, asked.headers, { host: target.authority }),
    setHost: false,
    // The name that the certificate must bear; a certificate for an address is asked for without one.
    servername: target.isSecure && isIP(target.host) === 0 ? target.host : '',
  }
  try {
    return target.isSecure ? httpsRequest(options) : httpRequest(options)
  } catch {
    return null
  }
}

function read(
  answer: IncomingMessage,
  bytesMax: number | undefined,
  fail: (reason: EgressFailure) => void,
  done: (body: string) => void,
): void {
  const max = Math.min(bytesMax ?? RESPONSE_BYTES_MAX, RESPONSE_BYTES_MAX)
  const chunks: Buffer[] = []
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > max) fail('responseTooLarge')
    else chunks.push(chunk)
  })
  answer.on('end', () => {
    done(chunks.length === 0 ? '' : Buffer.concat(chunks).toString('utf8'))
  })
  // An answer that breaks off ends with an error, never with `end`.
  answer.on('error', () => fail('incompleteAnswer'))
}

function toResponse(
  answer: IncomingMessage,
  status: number,
  body: string,
  clock: () => Instant,
): EgressResponse {
  const { headers } = answer
  const wait = headers['retry-after']
  return {
    status,
    headers: headers as Record<string, string>,
    body,
    retryAfterMs: wait === undefined ? null : retryAfterMs(wait, headers.date, clock()),
  }
}
