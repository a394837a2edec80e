/**
 * The one way out. Everything that leaves the server for an address that a user, a file or a
 * provider named goes through here: parsed once, its name resolved, every address of the answer
 * checked, the connection made to the very address that was checked. No redirects, no proxies from
 * the environment, no endless answers, no endless waits (INVARIANTS T2).
 */
import type { Socket } from 'node:net'
import type { Instant } from '../lib/instant.ts'
import { parseAllow } from './allow.ts'
import { createCaller } from './call.ts'
import { connectTo } from './connect.ts'
import type { EgressRequest, EgressResponse } from './exchange.ts'
import { EgressError, type Failed, failed } from './failure.ts'
import { createLocator, type Located, type Resolver, resolveBySystem } from './locate.ts'
import { createPool } from './pool.ts'
import { mayUsePort, parseHost } from './target.ts'
import {
  openWebSocket,
  type OpenWebSocket,
  parseWebSocketTarget,
  secureSocket,
  type WebSocketAsked,
} from './websocket.ts'

export type { EgressRequest, EgressResponse } from './exchange.ts'
export type { OpenWebSocket } from './websocket.ts'
export { EgressError, type EgressFailure } from './failure.ts'

export type Connection = {
  socket: Socket
  /** The address is open to us only because the operator's list says so. */
  isPrivate: boolean
}

export type Egress = {
  /** One HTTP exchange. Rejects with an EgressError where there was no whole answer, or a redirect. */
  request(request: EgressRequest): Promise<EgressResponse>
  /** For protocols other than HTTP: an address that may be connected to. Rejects with an EgressError. */
  checkHost(host: string, port: number): Promise<string>
  /** A TCP connection to a checked address; whoever asked closes it. Rejects with an EgressError. */
  connect(to: {
    host: string
    port: number
    timeoutMs: number
    signal?: AbortSignal
  }): Promise<Connection>
  /** A WebSocket to a checked address; whoever asked closes it. Rejects with an EgressError. */
  webSocket(asked: WebSocketAsked): Promise<OpenWebSocket>
  /** Closes the connections that are kept for the next request, and every WebSocket. */
  close(): void
}

export type EgressOptions = {
  /** Private places that may be reached, as `ALLCLEAR_EGRESS_ALLOW` writes them. */
  allow?: string
  /** Gives the addresses of a name; by default as the system does. */
  resolve?: Resolver
  /** Counts how long an answer to a name is believed, in milliseconds. */
  clock?: () => Instant
  /** A certificate (PEM) to trust besides those of the system. */
  ca?: string
}

/** Throws a Problem where the allow list cannot be read. */
export function createEgress(options: EgressOptions = {}): Egress {
  const allow = parseAllow(options.allow ?? '')
  const clock = options.clock ?? Date.now
  const pool = createPool(options.ca)
  const locator = createLocator({ allow, clock, resolve: options.resolve ?? resolveBySystem })

  async function locate(text: string, port: number): Promise<Located> {
    const host = parseHost(text)
    const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535
    if (host === null || !isPort) throw new EgressError(failed('badUrl'))
    const located = locator.known(host, port) ?? (await locator.locate(host, port))
    if (located.kind === 'failed') throw new EgressError(located)
    return located
  }

  const webSockets = new Set<OpenWebSocket>()
  let isClosed = false
  async function webSocket(asked: WebSocketAsked): Promise<OpenWebSocket> {
    const target = parseWebSocketTarget(asked.url)
    if (!target) throw new EgressError(failed('badUrl'))
    if (!mayUsePort(allow, target.host, target.port)) throw new EgressError(failed('blockedPort'))
    const { timeoutMs, signal } = asked
    const located = await locate(target.host, target.port)
    // In the clear only where the operator opened a place inside: what travels is who answers what.
    if (!target.isSecure && !located.isPrivate) throw new EgressError(failed('badUrl'))
    const plain = orThrow(await connectTo(located.addresses, target.port, timeoutMs, signal))
    const socket = target.isSecure
      ? orThrow(await secureSocket(plain, target, { timeoutMs, ca: options.ca }))
      : plain
    const opened: OpenWebSocket = orThrow(
      await openWebSocket(socket, {
        ...asked,
        onClose() {
          webSockets.delete(opened)
          asked.onClose()
        },
      }),
    )
    webSockets.add(opened)
    if (!isClosed) return opened
    opened.close()
    throw new EgressError(failed('aborted', true))
  }

  return {
    webSocket,
    request: createCaller({
      pool,
      locator,
      clock,
      mayUsePort: (host, port) => mayUsePort(allow, host, port),
    }),
    async checkHost(host, port) {
      return (await locate(host, port)).addresses[0] as string
    },
    async connect({ host, port, timeoutMs, signal }) {
      const located = await locate(host, port)
      const result = await connectTo(located.addresses, port, timeoutMs, signal)
      if ('kind' in result) throw new EgressError(result)
      return { socket: result, isPrivate: located.isPrivate }
    },
    close() {
      isClosed = true
      for (const opened of webSockets) opened.close()
      pool.close()
    },
  }
}

function orThrow<Result extends object>(result: Result | Failed): Result {
  if ('kind' in result) throw new EgressError(result)
  return result
}
