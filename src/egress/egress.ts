/**
 * The one way out. Every request that leaves this process is checked here: http or https only, no
 * credentials in the address, every address the name resolves to is public or allowed by name, the
 * connection goes to the very address that was checked (so a name cannot be rebound in between),
 * redirects are not followed, no proxy settings are read, answers are capped in size and time.
 */
import { lookup as resolveName } from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { type AllowList, isPublic, parseAllowList } from './address.ts'

export type EgressFailure =
  | 'badUrl'
  | 'blockedAddress'
  | 'dnsFailed'
  | 'connectionRefused'
  | 'connectionReset'
  | 'tlsFailed'
  | 'timeout'
  | 'responseTooLarge'
  | 'networkFailed'

/** A request that got no answer. `maybeDelivered`: it was sent before it failed. */
export class EgressError extends Error {
  readonly reason: EgressFailure
  readonly maybeDelivered: boolean
  constructor(reason: EgressFailure, maybeDelivered: boolean) {
    super(reason)
    this.name = 'EgressError'
    this.reason = reason
    this.maybeDelivered = maybeDelivered
  }
}

export type EgressRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string
  timeoutMs?: number
  signal?: AbortSignal
  responseBytesMax?: number
}

export type EgressResponse = { status: number; headers: Readonly<Record<string, string>>; body: string }

export type Egress = {
  /** @throws EgressError when there was no whole answer */
  request(request: EgressRequest): Promise<EgressResponse>
  /** For protocols other than HTTP: the address to connect to. @throws EgressError */
  checkHost(host: string, port: number): Promise<string>
  close(): void
}

export type EgressOptions = {
  /** `ALLCLEAR_EGRESS_ALLOW`. */
  allow?: string
  resolve?: (host: string) => Promise<readonly string[]>
}

const TIMEOUT_MS = 10_000
const RESPONSE_BYTES_MAX = 1024 * 1024
/** Names are resolved and checked again after so long. */
const PIN_MS = 5_000
const PINS_MAX = 5_000

const resolveAll = async (host: string): Promise<string[]> =>
  (await resolveName(host, { all: true, verbatim: true })).map((one) => one.address)

export function createEgress(options: EgressOptions = {}): Egress {
  const allowList = parseAllowList(options.allow ?? '')
  const resolve = options.resolve ?? resolveAll
  const pins = new Map<string, { address: string; until: number }>()
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 128, maxFreeSockets: 32, timeout: 30_000 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 128, maxFreeSockets: 32, timeout: 30_000 }),
  }

  async function checkHost(host: string, port: number): Promise<string> {
    const bare = host.toLowerCase().replace(/^\[([^\]]*)\]$/, '$1')
    const key = `${bare}:${port}`
    const pinned = pins.get(key)
    const monotonic = performance.now()
    if (pinned && pinned.until > monotonic) return pinned.address
    const address = await check(bare, port, allowList, resolve)
    if (pins.size >= PINS_MAX) pins.clear()
    pins.set(key, { address, until: monotonic + PIN_MS })
    return address
  }

  return {
    checkHost,
    async request(request) {
      const url = readUrl(request.url)
      const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
      const address = await checkHost(url.hostname, port)
      return send(request, url, address, agents[url.protocol as 'http:' | 'https:'])
    },
    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

function readUrl(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new EgressError('badUrl', false)
  }
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:'
  if (!isHttp || url.username !== '' || url.password !== '' || url.hostname === '') {
    throw new EgressError('badUrl', false)
  }
  return url
}

/** Every address of the name has to be fit: a name that leads both out and in is refused. */
async function check(
  host: string,
  port: number,
  allowList: AllowList,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<string> {
  let addresses: readonly string[]
  try {
    addresses = isIP(host) === 0 ? await resolve(host) : [host]
  } catch {
    throw new EgressError('dnsFailed', false)
  }
  if (addresses.length === 0) throw new EgressError('dnsFailed', false)
  for (const address of addresses) {
    if (!isPublic(address) && !allowList.allows(host, port, address)) {
      throw new EgressError('blockedAddress', false)
    }
  }
  return addresses[0] as string
}

function send(request: EgressRequest, url: URL, address: string, agent: http.Agent): Promise<EgressResponse> {
  const bytesMax = request.responseBytesMax ?? RESPONSE_BYTES_MAX
  const body = request.body === undefined ? undefined : Buffer.from(request.body)
  return new Promise((done, fail) => {
    let isSent = false
    const client = url.protocol === 'https:' ? https : http
    const outgoing = client.request({
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[([^\]]*)\]$/, '$1'),
      port: url.port === '' ? undefined : url.port,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: {
        'user-agent': 'Allclear',
        ...request.headers,
        ...(body ? { 'content-length': String(body.length) } : {}),
      },
      agent,
      // The connection goes to the address that was checked, whatever the name says by now.
      lookup: ((_host: string, options: { all?: boolean }, callback: (...args: unknown[]) => void) => {
        const family = isIP(address)
        if (options.all) callback(null, [{ address, family }])
        else callback(null, address, family)
      }) as never,
    })
    const timer = setTimeout(() => end('timeout'), request.timeoutMs ?? TIMEOUT_MS)
    const onAbort = (): void => end('timeout')
    const settle = (): void => {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', onAbort)
    }
    function end(reason: EgressFailure): void {
      settle()
      fail(new EgressError(reason, isSent))
      outgoing.destroy()
    }
    request.signal?.addEventListener('abort', onAbort)
    if (request.signal?.aborted) return end('timeout')
    outgoing.on('error', (cause) => end(reasonOf(cause, isSent)))
    outgoing.on('finish', () => {
      isSent = true
    })
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > bytesMax) end('responseTooLarge')
        else chunks.push(chunk)
      })
      incoming.on('error', () => end('connectionReset'))
      incoming.on('aborted', () => end('connectionReset'))
      incoming.on('end', () => {
        if (!incoming.complete) return end('connectionReset')
        settle()
        done({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    outgoing.end(body)
  })
}

function reasonOf(cause: unknown, isSent: boolean): EgressFailure {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  if (code === 'ECONNREFUSED') return 'connectionRefused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dnsFailed'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'connectionReset'
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|ERR_OSSL)/.test(code)) return 'tlsFailed'
  return isSent ? 'connectionReset' : 'networkFailed'
}
