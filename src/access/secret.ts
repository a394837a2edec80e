/** Random secrets and how they are stored: never themselves, always their hash. */
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

/** 256 random bits; the prefix tells people and leak scanners what it is. */
export const makeSecret = (prefix: string): string =>
  `${prefix}_${randomBytes(32).toString('base64url')}`

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Compares in constant time, whatever the lengths are. */
export const isSame = (a: string, b: string): boolean => timingSafeEqual(hashOf(a), hashOf(b))

export type Links = {
  make(pageId: string): string
  /** The same in 52 small letters and digits, for the part of a mail address before the @. */
  makeShort(pageId: string): string
  /** The page of either form; null: not ours. */
  read(token: string): string | null
}

/** Signed links: bound to one page, and so to one person. 160 bits of HMAC-SHA256, 128 in short. */
export function createLinks(key: Buffer): Links {
  const mac = (purpose: string, pageId: string, bytes: number): Buffer =>
    createHmac('sha256', key).update(`${purpose}:${pageId}`).digest().subarray(0, bytes)
  const signature = (pageId: string): string => mac('page', pageId, 20).toString('base64url')
  const makeShort = (pageId: string): string => {
    const id = Buffer.from(pageId.replaceAll('-', ''), 'hex')
    return toBase32(Buffer.concat([id, mac('mail', pageId, SHORT_MAC_BYTES)]))
  }
  return {
    make: (pageId) => `${pageId}.${signature(pageId)}`,
    makeShort,
    read(token) {
      if (SHORT.test(token)) {
        const pageId = uuidOf(fromBase32(token).subarray(0, 16))
        return isSame(token, makeShort(pageId)) ? pageId : null
      }
      const [pageId = '', given = '', more] = token.split('.')
      if (more !== undefined || !/^[0-9a-f-]{36}$/.test(pageId) || given.length !== 27) return null
      return isSame(given, signature(pageId)) ? pageId : null
    },
  }
}

/** Short codes that are sent to a contact and said back. Stored as an HMAC, for six digits are soon guessed. */
export function createTestCodes(key: Buffer): {
  make(): string
  hash(contactId: string, code: string): Buffer
} {
  return {
    make: () => String(randomInt(1_000_000)).padStart(6, '0'),
    hash: (contactId, code) => createHmac('sha256', key).update(`${contactId}:${code}`).digest(),
  }
}

const SHORT_MAC_BYTES = 16
const SHORT = /^[a-z2-7]{52}$/
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export function toBase32(bytes: Buffer): string {
  let bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  bits = bits.padEnd(Math.ceil(bits.length / 5) * 5, '0')
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('')
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((c) => ALPHABET.indexOf(c).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/**
 * Three digits that name one page to the person it was for. They are no secret: only answers from
 * that person's own address are looked at, and few wrong ones of these.
 */
export function createCodes(key: Buffer): { of(page: { id: string; personId: string }): string } {
  return {
    of(page) {
      const mac = createHmac('sha256', key).update(`code:${page.id}:${page.personId}`).digest()
      return String(100 + (mac.readUInt32BE() % 900))
    },
  }
}
