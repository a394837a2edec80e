/**
 * A WebSocket to a checked address. The connection is made and secured here, and handed to the
 * protocol ready: the library never resolves a name, follows nothing and compresses nothing.
 */
import { isIP, type Socket } from 'node:net'
import { connect as secure, rootCertificates } from 'node:tls'
import { WebSocket } from 'ws'
import { type EgressFailure, type Failed, failed, reasonOf } from './failure.ts'
import { parseTarget, type Target } from './target.ts'

export type WebSocketAsked = {
  /** `wss:`; `ws:` only to a private place that the operator's list opens. */
  url: string
  /** For the name, the connection and the handshake. */
  timeoutMs: number
  signal?: AbortSignal
  onText: (text: string) => void
  /** Once, whoever ended it. */
  onClose: () => void
}

export type OpenWebSocket = {
  /** Nothing where the connection is over already. */
  send(text: string): void
  close(): void
}

const MESSAGE_BYTES_MAX = 1_000_000

/** What a WebSocket's address asks for, by the same rules as every other address. */
export function parseWebSocketTarget(url: string): Target | null {
  if (!/^wss?:\/\//i.test(url)) return null
  return parseTarget(url.replace(/^ws/i, 'http'))
}

/** Speaks TLS on a connection that stands. The certificate has to bear the name that was asked for. */
export function secureSocket(
  socket: Socket,
  target: Target,
  limits: { timeoutMs: number; ca: string | undefined },
): Promise<Socket | Failed> {
  return new Promise((resolve) => {
    const { host } = target
    const secured = secure({
      socket,
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(limits.ca === undefined ? {} : { ca: [...rootCertificates, limits.ca] }),
    })
    const settle = (result: Socket | Failed): void => {
      clearTimeout(timer)
      secured.removeListener('error', onError)
      if (result !== secured) secured.on('error', () => {}).destroy()
      resolve(result)
    }
    const onError = (error: Error): void => settle(failed(reasonOf(error, true, false)))
    const timer = setTimeout(() => settle(failed('timeout')), limits.timeoutMs)
    secured.once('error', onError)
    secured.once('secureConnect', () => settle(secured))
  })
}

/** Shakes hands on a connection that stands, and hands on every text that comes. */
export function openWebSocket(
  socket: Socket,
  asked: WebSocketAsked,
): Promise<OpenWebSocket | Failed> {
  return new Promise((resolve) => {
    const web = new WebSocket(asked.url, {
      createConnection: () => socket,
      perMessageDeflate: false,
      followRedirects: false,
      handshakeTimeout: asked.timeoutMs,
      maxPayload: MESSAGE_BYTES_MAX,
      headers: { 'user-agent': 'Allclear' },
    })
    let isOpen = false
    const fail = (reason: EgressFailure): void => {
      web.terminate()
      resolve(failed(reason))
    }
    const onAbort = (): void => fail('aborted')
    asked.signal?.addEventListener('abort', onAbort)
    // An error is followed by a close; before the handshake it is the answer.
    web.on('error', () => isOpen || fail('badAnswer'))
    web.on('message', (data, isBinary) => {
      if (!isBinary) asked.onText(data.toString())
    })
    web.on('close', () => {
      if (isOpen) asked.onClose()
      else fail('connectionReset')
    })
    web.on('open', () => {
      isOpen = true
      asked.signal?.removeEventListener('abort', onAbort)
      resolve({
        send: (text) => web.readyState === WebSocket.OPEN && web.send(text),
        close: () => web.terminate(),
      })
    })
  })
}
