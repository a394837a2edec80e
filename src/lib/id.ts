/** UUIDv7 (RFC 9562): sorts by the instant it was made, the rest is random. */
export type Id = string

/** `at` in milliseconds; `random` gives at least 10 bytes of randomness. */
export function makeId(at: number, random: (bytes: number) => Uint8Array): Id {
  const bytes = Buffer.alloc(16)
  bytes.set(random(10), 6)
  let rest = Math.floor(at)
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Takes randomness from the system a few kilobytes at a time; each byte is given out once. */
export function pooled(random: (bytes: number) => Uint8Array): (bytes: number) => Uint8Array {
  let pool: Uint8Array = new Uint8Array(0)
  let used = 0
  return (bytes) => {
    if (used + bytes > pool.length) {
      pool = random(Math.max(POOL_BYTES, bytes))
      used = 0
    }
    used += bytes
    return pool.subarray(used - bytes, used)
  }
}
const POOL_BYTES = 4_096
