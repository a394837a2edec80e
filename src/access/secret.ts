/** Random secrets and how they are stored: never themselves, always their hash. */
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

/** 256 random bits; the prefix tells people and leak scanners what it is. */
export const makeSecret = (prefix: string): string =>
  `${prefix}_${randomBytes(32).toString('base64url')}`

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Compares in constant time, whatever the lengths are. */
export const isSame = (a: string, b: string): boolean => timingSafeEqual(hashOf(a), hashOf(b))

/** Signed links: bound to one page, and so to one person. 160 bits of HMAC-SHA256. */
export function createLinks(key: Buffer): {
  make(pageId: string): string
  read(token: string): string | null
} {
  const signature = (pageId: string): string =>
    createHmac('sha256', key)
      .update(`page:${pageId}`)
      .digest()
      .subarray(0, 20)
      .toString('base64url')
  return {
    make: (pageId) => `${pageId}.${signature(pageId)}`,
    read(token) {
      const [pageId = '', given = '', more] = token.split('.')
      if (more !== undefined || !/^[0-9a-f-]{36}$/.test(pageId) || given.length !== 27) return null
      return isSame(given, signature(pageId)) ? pageId : null
    },
  }
}

/** Short codes that are sent to a contact and said back. Stored as an HMAC, for six digits are soon guessed. */
export function createCodes(key: Buffer): {
  make(): string
  hash(contactId: string, code: string): Buffer
} {
  return {
    make: () => String(randomInt(1_000_000)).padStart(6, '0'),
    hash: (contactId, code) => createHmac('sha256', key).update(`${contactId}:${code}`).digest(),
  }
}
