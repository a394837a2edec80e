/**
 * What a URL asks for, read once by the WHATWG rules and never again: what is checked is what is
 * connected to. The parser turns every way of writing an address (decimal, octal, hexadecimal,
 * full-width digits, mapped) into the plain one.
 */

import { type Address, parseAddress } from './address.ts'
import { type Allow, allows, namesPort } from './allow.ts'
import { isPublic } from './networks.ts'

export const URL_LENGTH_MAX = 4_096

export type Target = {
  isSecure: boolean
  /** Name or plain address, without brackets and trailing dot. */
  host: string
  port: number
  /** The Host header: with the port where it is not the usual one. */
  authority: string
  path: string
}

export function parseTarget(text: string): Target | null {
  // The parser drops tabs and line feeds silently; an address with those in it is no honest one.
  if (text.length > URL_LENGTH_MAX || hasBlank(text)) return null
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  if (port === 0) return null
  return {
    isSecure,
    host: plain(url.hostname),
    port,
    authority: url.host,
    path: url.pathname + url.search,
  }
}

/** A host that stands alone, as in a mail server's settings; made plain by the same rules. */
export function parseHost(text: string): string | null {
  const trimmed = text.trim()
  const bracketed = trimmed.includes(':') && !trimmed.startsWith('[') ? `[${trimmed}]` : trimmed
  if (bracketed.length > 255 || /[/?#@\\:]/.test(bracketed.replace(/^\[[^\]]*\]$/, ''))) return null
  return parseTarget(`http://${bracketed}/`)?.host ?? null
}

/** May this address be connected to, under this name and port? */
export const mayReach = (allow: Allow, host: string, port: number, address: Address): boolean =>
  isPublic(address) || allows(allow, host, port, address)

/**
 * Ports of protocols that would take a request for their own (the bad ports of the Fetch standard).
 * Refused by a list because here, unlike with addresses, what is good has no list.
 */
export const mayUsePort = (allow: Allow, host: string, port: number): boolean =>
  !BAD_PORTS.has(port) || namesPort(allow, host, port)

const plain = (hostname: string): string => {
  if (hostname.startsWith('[')) return hostname.slice(1, -1)
  return hostname.endsWith('.') && !parseAddress(hostname) ? hostname.slice(0, -1) : hostname
}

const hasBlank = (text: string): boolean => /[\s\p{Cc}]/u.test(text)

const BAD_PORTS: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
  103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
  512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
  995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667,
  6668, 6669, 6679, 6697, 10080, 11211,
])
