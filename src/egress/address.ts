import { isIP } from 'node:net'

/** An IP address as bytes: 4 of them or 16. Texts of one address differ, its bytes do not. */
export type Address = { family: 4 | 6; bytes: readonly number[] }

/** A range of addresses: those whose first `prefix` bits are those of `base`. */
export type Network = { base: Address; prefix: number }

/**
 * Reads an address in its plain notation. Null for anything else, zone ids (`fe80::1%eth0`) and
 * the notations that only URL parsers know (`0x7f.1`) included: those are made plain before.
 */
export function parseAddress(text: string): Address | null {
  if (text.includes('%')) return null
  const family = isIP(text)
  if (family === 4) return { family: 4, bytes: text.split('.').map(Number) }
  return family === 6 ? { family: 6, bytes: bytesOfV6(text) } : null
}

/** `10.0.0.0/8` or `fd00::/8`; a lone address is a network of one. Null where it is neither. */
export function parseNetwork(text: string): Network | null {
  const [address = '', prefixText, more] = text.split('/')
  const base = parseAddress(address)
  if (!base || more !== undefined) return null
  const bits = base.bytes.length * 8
  if (prefixText === undefined) return { base, prefix: bits }
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return null
  return { base, prefix: Number(prefixText) }
}

/** A table's own entries are known to be right; a typing mistake in one must not go unseen. */
export function network(text: string): Network {
  const parsed = parseNetwork(text)
  if (!parsed) throw new TypeError(`${text} is not a network`)
  return parsed
}

export function contains({ base, prefix }: Network, address: Address): boolean {
  if (base.family !== address.family) return false
  for (let index = 0; index * 8 < prefix; index += 1) {
    const bits = Math.min(8, prefix - index * 8)
    const mask = (0xff << (8 - bits)) & 0xff
    if (((base.bytes[index] ?? 0) & mask) !== ((address.bytes[index] ?? 0) & mask)) return false
  }
  return true
}

function bytesOfV6(text: string): number[] {
  const [head = '', tail] = text.split('::')
  const front = groupsOf(head)
  const back = tail === undefined ? [] : groupsOf(tail)
  const zeros = new Array<number>(16 - front.length - back.length).fill(0)
  return [...front, ...zeros, ...back]
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
