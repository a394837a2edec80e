const OFFSET = 14695981039346656037n
const PRIME = 1099511628211n
const MASK = (1n << 64n) - 1n
const encoder = new TextEncoder()

/** Prometheus' fingerprint of a label set: FNV-1a 64 over `name 0xFF value 0xFF`, sorted by name. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  let hash = OFFSET
  const add = (byte: number): void => {
    hash = ((hash ^ BigInt(byte)) * PRIME) & MASK
  }
  for (const name of Object.keys(labels).sort()) {
    for (const byte of encoder.encode(name)) add(byte)
    add(0xff)
    for (const byte of encoder.encode(labels[name] ?? '')) add(byte)
    add(0xff)
  }
  return hash.toString(16).padStart(16, '0')
}
