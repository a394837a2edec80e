/**
 * Connections that are kept for the next request, one pool for each address that was checked. An
 * agent never resolves a name: what it is asked to connect to is an address, or it refuses.
 */
import { type AgentOptions, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { connect, isIP, type Socket } from 'node:net'
import { rootCertificates } from 'node:tls'

/**
 * An idle connection is let go before the servers in use let go of it themselves (2 s and more):
 * a request written into one that is just being closed would have an unknown outcome.
 */
export const IDLE_MS = 1_500
const IDLE_MAX = 512

export type Pool = {
  agentFor(isSecure: boolean): HttpAgent
  /** Whether the connection, its TLS included, stood: from then on a request may have arrived. */
  isOpen(socket: Socket | null): boolean
  close(): void
}

type Dialler = {
  createConnection(options: { host: string; port: number }): Socket
  keepSocketAlive(socket: Socket): boolean
}

export function createPool(ca: string | undefined): Pool {
  const open = new WeakSet<Socket>()
  const shared: AgentOptions = { keepAlive: true, maxFreeSockets: IDLE_MAX }
  const plain = new HttpAgent(shared)
  const secure = new HttpsAgent(
    ca === undefined ? shared : { ...shared, ca: [...rootCertificates, ca] },
  )
  const plainDialler = plain as unknown as Dialler
  const secureDialler = secure as unknown as Dialler
  const dialTls = secureDialler.createConnection.bind(secure)

  plainDialler.createConnection = (options) => {
    refuseNames(options.host)
    const socket = connect({ host: options.host, port: options.port, noDelay: true })
    return socket.once('connect', () => open.add(socket))
  }
  secureDialler.createConnection = (options) => {
    refuseNames(options.host)
    const socket = dialTls(options)
    return socket.once('secureConnect', () => open.add(socket))
  }
  for (const dialler of [plainDialler, secureDialler]) {
    dialler.keepSocketAlive = (socket) => {
      socket.setTimeout(IDLE_MS)
      socket.unref()
      return true
    }
  }
  return {
    agentFor: (isSecure) => (isSecure ? secure : plain),
    isOpen: (socket) => socket !== null && open.has(socket),
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}

function refuseNames(host: string): void {
  if (isIP(host) === 0) throw new Error('only a checked address may be connected to')
}
