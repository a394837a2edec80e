/** UUIDv7 (RFC 9562): sorts by the instant it was made, the rest is random. */
export type Id = string

/** `at` in milliseconds; `random` gives at least 10 bytes of randomness. */
export function makeId(at: number, random: (bytes: number) => Uint8Array): Id {
  const bytes = new Uint8Array(16)
  bytes.set(random(10), 6)
  let rest = Math.floor(at)
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)
