/** Message encryption for web push (RFC 8291, in the coding of RFC 8188): only that browser can read it. */
import { createCipheriv, createECDH, hkdfSync } from 'node:crypto'

const CURVE = 'prime256v1'
const RECORD_BYTES = 4_096
/** Ends the only record there is. */
const LAST = Buffer.from([2])

export type BrowserKeys = { publicKey: Buffer; authSecret: Buffer }
/** New for each message, except in tests. */
export type Once = { salt: Buffer; privateKey: Buffer }

/** @throws Error where the browser's key is no point of the curve */
export function encrypt(text: Buffer, browser: BrowserKeys, once: Once): Buffer {
  const ours = createECDH(CURVE)
  ours.setPrivateKey(once.privateKey)
  const ourKey = ours.getPublicKey()
  const shared = ours.computeSecret(browser.publicKey)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.publicKey, ourKey])
  const secret = derive(browser.authSecret, shared, info, 32)
  const key = derive(once.salt, secret, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(once.salt, secret, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  const sealed = [cipher.update(text), cipher.update(LAST), cipher.final(), cipher.getAuthTag()]
  const sizes = Buffer.alloc(5)
  sizes.writeUInt32BE(RECORD_BYTES)
  sizes.writeUInt8(ourKey.length, 4)
  return Buffer.concat([once.salt, sizes, ourKey, ...sealed])
}

const derive = (salt: Buffer, secret: Buffer, info: Buffer, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, bytes))
