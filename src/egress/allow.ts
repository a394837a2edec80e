/**
 * The operator's list of private places that may be reached all the same (`ALLCLEAR_EGRESS_ALLOW`):
 * a name or address, with or without a port, or a whole network. An entry of a name opens whatever
 * address the name leads to, so it is for names that the operator alone can point somewhere.
 */
import { Problem } from '../lib/problem.ts'
import { type Address, contains, type Network, parseAddress, parseNetwork } from './address.ts'
import { isMetadata } from './networks.ts'

type Entry =
  | { kind: 'name'; name: string; port: number | null }
  | { kind: 'address'; network: Network; port: number | null }
  | { kind: 'network'; network: Network }

export type Allow = readonly Entry[]

/** `127.0.0.1:9099, hooks.internal, 10.0.0.0/8, [::1]:25`. Throws a Problem that names a bad entry. */
export function parseAllow(text: string): Allow {
  const entries: Entry[] = []
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue
    const entry = parseEntry(part)
    if (!entry) {
      const message = `“${part}” in ALLCLEAR_EGRESS_ALLOW is no host, host:port or network.`
      throw new Problem('invalid', 'badAllowEntry', message, { field: 'ALLCLEAR_EGRESS_ALLOW' })
    }
    entries.push(entry)
  }
  return entries
}

/** Whether the list opens this address, reached by this name (without a trailing dot) and port. */
export function allows(allow: Allow, name: string, port: number, address: Address): boolean {
  return allow.some((entry) => {
    if (entry.kind !== 'network' && entry.port !== null && entry.port !== port) return false
    if (entry.kind === 'address') return contains(entry.network, address)
    if (isMetadata(address)) return false
    return entry.kind === 'name' ? entry.name === name : contains(entry.network, address)
  })
}

/** Whether the list names this host with this very port. */
export const namesPort = (allow: Allow, name: string, port: number): boolean =>
  allow.some((entry) => {
    if (entry.kind === 'network' || entry.port !== port) return false
    if (entry.kind === 'name') return entry.name === name
    const address = parseAddress(name)
    return address !== null && contains(entry.network, address)
  })

function parseEntry(text: string): Entry | null {
  if (text.includes('/')) {
    const network = parseNetwork(text)
    return network && { kind: 'network', network }
  }
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text)
  const [host = '', portText] = bracketed
    ? [bracketed[1], bracketed[2]]
    : parseAddress(text)
      ? [text]
      : (/^([^:]+)(?::(\d{1,5}))?$/.exec(text)?.slice(1) ?? [])
  const port = portText === undefined ? null : Number(portText)
  if (port !== null && (port < 1 || port > 65_535)) return null
  const network = parseNetwork(host)
  if (network) return { kind: 'address', network, port }
  const name = host.toLowerCase().replace(/\.$/, '')
  return isName(name) ? { kind: 'name', name, port } : null
}

const isName = (text: string): boolean =>
  text.length <= 253 &&
  /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(text) &&
  !/(^|\.)[0-9]+$/.test(text)
