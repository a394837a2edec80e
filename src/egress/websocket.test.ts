import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { makeCertificate } from '../../test/rigs/certificate.ts'
import { createEgress, type Egress, EgressError } from './egress.ts'

let server: Server
let port: number
let asked: (string | undefined)[]
const open: Egress[] = []

const egressFor = (options: Parameters<typeof createEgress>[0]): Egress => {
  const made = createEgress(options)
  open.push(made)
  return made
}

async function serve(made: Server): Promise<void> {
  server = made
  asked = []
  const web = new WebSocketServer({ server })
  web.on('connection', (socket, request) => {
    asked.push(request.headers.host)
    socket.on('message', (data) => {
      if (String(data) === 'end') socket.terminate()
      else socket.send(`echo ${String(data)}`)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
}

beforeEach(() => serve(createServer()))
afterEach(async () => {
  for (const one of open.splice(0)) one.close()
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

const why = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'opened',
    (cause) => (cause instanceof EgressError ? cause.reason : String(cause)),
  )
const quiet = { timeoutMs: 2_000, onText: () => undefined, onClose: () => undefined }

test('texts go there and back', async () => {
  const egress = egressFor({ allow: '127.0.0.1' })
  const came = new Promise<string>((onText) => {
    void egress
      .webSocket({ ...quiet, url: `ws://127.0.0.1:${port}/link?x=1`, onText })
      .then((socket) => socket.send('hello'))
  })
  expect(await came).toBe('echo hello')
})

test('a name leads to the address that was checked, and stands in the request', async () => {
  const egress = egressFor({ allow: 'chat.internal', resolve: async () => ['127.0.0.1'] })
  await egress.webSocket({ ...quiet, url: `ws://chat.internal:${port}/` })
  expect(asked).toEqual([`chat.internal:${port}`])
})

test.each([
  [
    'a place inside the network without leave',
    () => `ws://127.0.0.1:${port}/`,
    '',
    'blockedAddress',
  ],
  ['the machine’s metadata', () => 'ws://169.254.169.254/', '10.0.0.0/8', 'blockedAddress'],
  ['in the clear to the outside', () => 'ws://93.184.216.34/', '', 'badUrl'],
  ['another protocol', () => `http://127.0.0.1:${port}/`, '127.0.0.1', 'badUrl'],
  ['a name and a password', () => `ws://a:b@127.0.0.1:${port}/`, '127.0.0.1', 'badUrl'],
  ['a port of another protocol', () => 'ws://127.0.0.1:25/', '127.0.0.1', 'blockedPort'],
])('%s is not reached', async (_what, url, allow, reason) => {
  expect(await why(egressFor({ allow }).webSocket({ ...quiet, url: url() }))).toBe(reason)
  expect(asked).toEqual([])
})

test('a name that leads inside is refused', async () => {
  const egress = egressFor({ resolve: async () => ['127.0.0.1'] })
  const url = `wss://slack.example.com:${port}/`
  expect(await why(egress.webSocket({ ...quiet, url }))).toBe('blockedAddress')
})

test('a server that speaks no TLS, or no WebSocket, is a failure with a name', async () => {
  const egress = egressFor({ allow: '127.0.0.1' })
  expect(await why(egress.webSocket({ ...quiet, url: `wss://127.0.0.1:${port}/` }))).toBe(
    'tlsFailed',
  )
  const plain = createServer((_request, response) =>
    response.writeHead(302, { location: '/' }).end(),
  )
  server.close()
  server.closeAllConnections()
  await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done))
  server = plain
  const url = `ws://127.0.0.1:${(plain.address() as AddressInfo).port}/`
  expect(await why(egress.webSocket({ ...quiet, url }))).toBe('badAnswer')
})

test('a certificate that nobody vouches for is refused, and one that is trusted is taken', async () => {
  server.close()
  const certificate = makeCertificate(['127.0.0.1'])
  await serve(createSecureServer({ key: certificate.key, cert: certificate.cert }))
  const url = `wss://127.0.0.1:${port}/`
  const strict = egressFor({ allow: '127.0.0.1' })
  expect(await why(strict.webSocket({ ...quiet, url }))).toBe('tlsFailed')
  const trusting = egressFor({ allow: '127.0.0.1', ca: certificate.cert })
  expect(await why(trusting.webSocket({ ...quiet, url }))).toBe('opened')
})

test('whoever asked is told when the other side ends it', async () => {
  const egress = egressFor({ allow: '127.0.0.1' })
  const url = `ws://127.0.0.1:${port}/`
  const closed = new Promise<void>((onClose) => {
    void egress.webSocket({ ...quiet, url, onClose }).then((opened) => opened.send('end'))
  })
  await closed
})

test('closing the client ends what it opened, and what it was about to open', async () => {
  const egress = egressFor({ allow: '127.0.0.1' })
  const url = `ws://127.0.0.1:${port}/`
  let closed = 0
  const onClose = (): void => void (closed += 1)
  await egress.webSocket({ ...quiet, url, onClose })
  const late = egress.webSocket({ ...quiet, url, onClose })
  egress.close()
  expect(await why(late)).toBe('aborted')
  while (closed === 0) await new Promise((next) => setImmediate(next))
})

test('a signal that came ends the wait', async () => {
  const egress = egressFor({ allow: '127.0.0.1' })
  const url = `ws://127.0.0.1:${port}/`
  expect(await why(egress.webSocket({ ...quiet, url, signal: AbortSignal.abort() }))).toBe(
    'aborted',
  )
})
