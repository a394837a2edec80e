import { createServer as createPlain, type RequestListener, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server as TcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../test/rigs/certificate.ts'
import { createEgress, type Egress, type EgressError, type EgressOptions } from './egress.ts'

const opened: (Server | TcpServer)[] = []
const egresses: Egress[] = []

afterEach(async () => {
  for (const egress of egresses.splice(0)) egress.close()
  for (const server of opened.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
})

async function listen<S extends Server | TcpServer>(
  server: S,
  host = '127.0.0.1',
): Promise<number> {
  opened.push(server)
  await new Promise<void>((done) => server.listen(0, host, done))
  return (server.address() as AddressInfo).port
}

const serve = (listener: RequestListener): Promise<number> => listen(createPlain(listener))

/** A server that says one thing, whatever it is told. */
const speak = (text: string): TcpServer =>
  createTcp((socket) => {
    socket.on('error', () => {})
    socket.resume().end(text)
  })

function open(options: EgressOptions = {}): Egress {
  const egress = createEgress({
    allow: '127.0.0.0/8',
    resolve: async () => ['127.0.0.1'],
    ...options,
  })
  egresses.push(egress)
  return egress
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => ({ reason: 'answered', maybeDelivered: true, status: undefined }),
    ({ reason, maybeDelivered, status }: EgressError) => ({ reason, maybeDelivered, status }),
  )

test('sends what was asked and gives back the answer', async () => {
  const port = await serve((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.writeHead(201, { 'x-seen': request.headers['x-sent'], 'retry-after': '3' })
      response.end(JSON.stringify([request.method, request.url, request.headers.host, body]))
    })
  })
  const answer = await open().request({
    method: 'POST',
    url: `http://hooks.lan:${port}/a?b=c#d`,
    headers: { 'x-sent': 'yes', host: 'elsewhere.test' },
    body: '{"é":1}',
  })
  expect(answer.status).toBe(201)
  expect(answer.headers['x-seen']).toBe('yes')
  expect(answer.retryAfterMs).toBe(3_000)
  expect(JSON.parse(answer.body)).toEqual(['POST', '/a?b=c', `hooks.lan:${port}`, '{"é":1}'])
})

test('keeps a connection for the next request to the same address', async () => {
  const sockets = new Set<unknown>()
  const port = await serve((request, response) => {
    sockets.add(request.socket)
    response.end('ok')
  })
  const egress = open()
  for (const name of ['a.lan', 'b.lan', 'a.lan']) {
    await egress.request({ method: 'GET', url: `http://${name}:${port}/` })
  }
  expect(sockets.size).toBe(1)
})

test('tries the next address of a name when one takes no connection', async () => {
  const port = await serve((_request, response) => response.end('ok'))
  const egress = open({ resolve: async () => ['127.0.0.2', '127.0.0.1'] })
  const answer = await egress.request({ method: 'POST', url: `http://two.lan:${port}/`, body: 'x' })
  expect(answer.body).toBe('ok')
})

test.each([301, 302, 303, 307, 308])('does not follow a redirect (%i)', async (status) => {
  let requests = 0
  const port = await serve((_request, response) => {
    requests += 1
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end()
  })
  const failure = await failureOf(
    open().request({ method: 'POST', url: `http://127.0.0.1:${port}/` }),
  )
  expect(failure).toEqual({ reason: 'redirected', maybeDelivered: true, status })
  expect(requests).toBe(1)
})

test('takes no notice of proxy settings in the environment', async () => {
  let proxied = 0
  const proxy = await serve((_request, response) => {
    proxied += 1
    response.end()
  })
  const port = await serve((_request, response) => response.end('direct'))
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy}`
  try {
    const answer = await open().request({ method: 'GET', url: `http://127.0.0.1:${port}/` })
    expect([answer.body, proxied]).toEqual(['direct', 0])
  } finally {
    for (const name of names) delete process.env[name]
  }
})

test('refuses headers that would inject others, and sends nothing', async () => {
  let requests = 0
  const port = await serve((_request, response) => {
    requests += 1
    response.end()
  })
  const failure = await failureOf(
    open().request({
      method: 'POST',
      url: `http://127.0.0.1:${port}/`,
      headers: { authorization: 'Bearer a\r\nx-injected: 1' },
    }),
  )
  expect(failure).toEqual({ reason: 'badRequest', maybeDelivered: false, status: undefined })
  expect(requests).toBe(0)
})

describe('failures say whether the request may have arrived', () => {
  const post = (egress: Egress, url: string, more = {}) =>
    failureOf(egress.request({ method: 'POST', url, body: 'x', timeoutMs: 150, ...more }))

  test('connection refused: no', async () => {
    const port = await serve(() => {})
    const server = opened.pop()
    await new Promise((done) => server?.close(done))
    const failure = await post(open(), `http://127.0.0.1:${port}/`)
    expect(failure).toEqual({
      reason: 'connectionRefused',
      maybeDelivered: false,
      status: undefined,
    })
  })

  test('name not known: no', async () => {
    const failure = await post(open({ resolve: async () => [] }), 'http://gone.lan/')
    expect(failure).toEqual({ reason: 'dnsFailed', maybeDelivered: false, status: undefined })
  })

  test('a resolver that hangs: no, and the time limit holds', async () => {
    const failure = await post(open({ resolve: () => new Promise(() => {}) }), 'http://slow.lan/')
    expect(failure).toEqual({ reason: 'timeout', maybeDelivered: false, status: undefined })
  })

  test('a server that never answers: maybe', async () => {
    const port = await serve(() => {})
    const failure = await post(open(), `http://127.0.0.1:${port}/`)
    expect(failure).toEqual({ reason: 'timeout', maybeDelivered: true, status: undefined })
  })

  test('the caller’s signal: maybe, once it is under way', async () => {
    const stop = new AbortController()
    const port = await serve(() => stop.abort())
    const failure = await post(open(), `http://127.0.0.1:${port}/`, {
      signal: stop.signal,
      timeoutMs: 9_000,
    })
    expect(failure).toEqual({ reason: 'aborted', maybeDelivered: true, status: undefined })
  })

  test('the caller’s time limit is told as one', async () => {
    const port = await serve(() => {})
    const signal = AbortSignal.timeout(50)
    const failure = await post(open(), `http://127.0.0.1:${port}/`, { signal, timeoutMs: 9_000 })
    expect(failure.reason).toBe('timeout')
  })

  test('a reset: maybe', async () => {
    const port = await serve((request) => request.socket.resetAndDestroy())
    const failure = await post(open(), `http://127.0.0.1:${port}/`)
    expect(failure).toEqual({ reason: 'connectionReset', maybeDelivered: true, status: undefined })
  })

  test('a reset of a connection that was kept: maybe', async () => {
    let requests = 0
    const port = await serve((request, response) => {
      requests += 1
      if (requests === 1) response.end('ok')
      else request.socket.resetAndDestroy()
    })
    const egress = open()
    await egress.request({ method: 'POST', url: `http://127.0.0.1:${port}/` })
    const failure = await post(egress, `http://127.0.0.1:${port}/`)
    expect(failure).toEqual({ reason: 'connectionReset', maybeDelivered: true, status: undefined })
    expect(requests).toBe(2)
  })

  test('an answer that breaks off: maybe, with its status', async () => {
    const port = await serve((request) => {
      request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf')
    })
    const failure = await post(open(), `http://127.0.0.1:${port}/`)
    expect(failure).toEqual({ reason: 'incompleteAnswer', maybeDelivered: true, status: 200 })
  })

  test('an answer that is no HTTP: maybe', async () => {
    const port = await listen(speak('220 mail.example.com ESMTP\r\n'))
    const failure = await post(open(), `http://127.0.0.1:${port}/`)
    expect(failure).toEqual({ reason: 'badAnswer', maybeDelivered: true, status: undefined })
  })

  test('an answer without an end is cut off', async () => {
    let isClosed: () => void = () => {}
    const closed = new Promise<void>((done) => {
      isClosed = done
    })
    const port = await serve((_request, response) => {
      response.on('close', isClosed)
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(65_536), more)
      }
      more()
    })
    const failure = await post(open(), `http://127.0.0.1:${port}/`, { timeoutMs: 9_000 })
    expect(failure).toEqual({ reason: 'responseTooLarge', maybeDelivered: true, status: 200 })
    await closed
  })

  test('an answer may be limited further', async () => {
    const port = await serve((_request, response) => response.end('12345'))
    const url = `http://127.0.0.1:${port}/`
    expect((await post(open(), url, { responseBytesMax: 4 })).reason).toBe('responseTooLarge')
    expect((await post(open(), url, { responseBytesMax: 5 })).reason).toBe('answered')
  })
})

describe('https', () => {
  const certificate = makeCertificate(['hooks.lan', '127.0.0.1'])
  const serveSecure = (listener: RequestListener) => listen(createSecure(certificate, listener))

  test('checks the certificate against the name, connects to the address, sends the name along', async () => {
    const port = await serveSecure((request, response) => {
      const { servername } = request.socket as unknown as { servername: string }
      response.end(`${servername} ${request.headers.host}`)
    })
    const answer = await open({ ca: certificate.cert }).request({
      method: 'GET',
      url: `https://hooks.lan.:${port}/`,
    })
    expect(answer.body).toBe(`hooks.lan hooks.lan.:${port}`)
    const byAddress = await open({ ca: certificate.cert }).request({
      method: 'GET',
      url: `https://127.0.0.1:${port}/`,
    })
    expect(byAddress.status).toBe(200)
  })

  test.each([
    ['the name is another', 'other.lan', certificate.cert],
    ['nobody vouches for it', 'hooks.lan', undefined],
  ])('fails before anything is sent when %s', async (_why, name, ca) => {
    let requests = 0
    const port = await serveSecure((_request, response) => {
      requests += 1
      response.end()
    })
    const failure = await failureOf(
      open({ ca }).request({ method: 'POST', url: `https://${name}:${port}/`, body: 'x' }),
    )
    expect(failure).toEqual({ reason: 'tlsFailed', maybeDelivered: false, status: undefined })
    expect(requests).toBe(0)
  })

  test('fails where plain text is spoken', async () => {
    const port = await serve((_request, response) => response.end())
    const failure = await failureOf(
      open().request({ method: 'POST', url: `https://127.0.0.1:${port}/` }),
    )
    expect(failure).toEqual({ reason: 'tlsFailed', maybeDelivered: false, status: undefined })
  })
})

describe('connections for other protocols', () => {
  test('are made to the checked address', async () => {
    const port = await listen(speak('220'))
    const { socket, isPrivate } = await open().connect({ host: 'mail.lan', port, timeoutMs: 1_000 })
    expect([socket.remoteAddress, isPrivate]).toEqual(['127.0.0.1', true])
    socket.destroy()
  })

  test('are refused by the same rules', async () => {
    const egress = open({ allow: '' })
    const failure = await failureOf(
      egress.connect({ host: 'mail.lan', port: 25, timeoutMs: 1_000 }),
    )
    expect(failure).toEqual({ reason: 'blockedAddress', maybeDelivered: false, status: undefined })
  })

  test('end with the caller’s signal', async () => {
    const signal = AbortSignal.abort()
    const failure = await failureOf(
      open().connect({ host: 'mail.lan', port: 25, timeoutMs: 1_000, signal }),
    )
    expect(failure.reason).toBe('aborted')
  })
})
