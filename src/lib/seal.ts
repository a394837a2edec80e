/** Secrets at rest: AES-256-GCM, with the key's own id in front so that keys can be rotated. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

export type Sealer = {
  seal(text: string): string
  unseal(sealed: string): string
  isSealed(text: unknown): text is string
}

/** A key for one purpose out of the instance's secret: knowing one gives away no other. */
export const deriveKey = (secret: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `allclear ${purpose}`, 32))

/** @param secret the instance's secret key, 32 bytes or more */
export function createSealer(secret: Buffer): Sealer {
  const key = deriveKey(secret, 'seal')
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 8)
  const prefix = `sealed:${keyId}:`
  return {
    isSealed: (text): text is string => typeof text === 'string' && text.startsWith('sealed:'),
    seal(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `${prefix}${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    /** @throws Error where it was sealed under another key or altered */
    unseal(sealed) {
      if (!sealed.startsWith(prefix)) throw new Error('It was sealed under another key.')
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
  }
}
