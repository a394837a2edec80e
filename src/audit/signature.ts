/**
 * Heads are signed with a key that is not in the database, so that somebody who can write there can
 * make a new chain but not one that bears our signature.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { type Head, writeHead } from './entry.ts'

/** Of an Ed25519 key, before its 32 bytes (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

export type Signer = {
  sign(head: Head, what: string): Buffer
  /** As base64 of its DER form. */
  publicKey: string
}

const messageOf = (head: Head, what: string): Buffer =>
  Buffer.from(`allclear audit ${what} ${writeHead(head)}`)

/** @param seed 32 bytes, derived from the secret key of the instance */
export function createSigner(seed: Buffer): Signer {
  const key = createPrivateKey({
    key: Buffer.concat([PRIVATE_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const open = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    sign: (head, what) => sign(null, messageOf(head, what), key),
    publicKey: open.toString('base64'),
  }
}

/**
 * @param what the day of the head, or `export`
 * @param text the signature as base64
 */
export function isSigned(publicKey: string, head: Head, what: string, text: string): boolean {
  const signature = Buffer.from(text, 'base64')
  if (signature.toString('base64') !== text) return false
  try {
    const key = createPublicKey({
      key: Buffer.from(publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    })
    return verify(null, messageOf(head, what), key, signature)
  } catch {
    return false
  }
}
