/**
 * A browser and its push service as far as web push goes: keys as a browser makes them, and a reader
 * of what it is sent, written from RFC 8291 and RFC 8292 alone and sharing no code with the sender.
 */
import {
  createDecipheriv,
  createECDH,
  createHmac,
  createPublicKey,
  randomBytes,
  verify,
} from 'node:crypto'
import type { PushMessage } from '../../src/notify/push-message.ts'

export type PretendBrowser = {
  /** As `PushSubscription.toJSON()` has them. */
  keys: { p256dh: string; auth: string }
  open(body: Buffer): string
  read(body: Buffer): PushMessage
}

export function makeBrowser(): PretendBrowser {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const auth = randomBytes(16)
  const open = (body: Buffer): string => openPushed(body, pair.getPrivateKey(), auth)
  return {
    keys: { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') },
    open,
    read: (body) => JSON.parse(open(body)) as PushMessage,
  }
}

const hmac = (key: Buffer, ...parts: (Buffer | string)[]): Buffer => {
  const made = createHmac('sha256', key)
  for (const part of parts) made.update(part)
  return made.digest()
}

/** @throws Error where it was not for this browser, or was changed on the way */
export function openPushed(body: Buffer, privateKey: Buffer, auth: Buffer): string {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(privateKey)
  const salt = body.subarray(0, 16)
  const recordBytes = body.readUInt32BE(16)
  const keyBytes = body.readUInt8(20)
  const theirs = body.subarray(21, 21 + keyBytes)
  const record = body.subarray(21 + keyBytes)
  if (record.length > recordBytes) throw new Error('more than one record')
  // HKDF (RFC 5869) written out: extract, then one block of expand.
  const shared = pair.computeSecret(theirs)
  const ikm = hmac(hmac(auth, shared), 'WebPush: info\0', pair.getPublicKey(), theirs, '\x01')
  const prk = hmac(salt, ikm)
  const key = hmac(prk, 'Content-Encoding: aes128gcm\0\x01').subarray(0, 16)
  const nonce = hmac(prk, 'Content-Encoding: nonce\0\x01').subarray(0, 12)
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
  decipher.setAuthTag(record.subarray(-16))
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()])
  const end = padded.findLastIndex((byte) => byte !== 0)
  if (padded[end] !== 2) throw new Error('the last record is not marked as such')
  return padded.subarray(0, end).toString('utf8')
}

export type Vouched = { aud: string; exp: number; sub: string; key: string }

/** Who sent it, as a push service finds out. @throws Error where the signature is not by the key it names */
export function readVapid(header: string): Vouched {
  const found = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header)
  if (!found) throw new Error(`no vapid: ${header}`)
  const [, head = '', claims = '', signature = '', key = ''] = found
  const point = Buffer.from(key, 'base64url')
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33, 65).toString('base64url'),
    },
  })
  const isGood = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString())
  if (!isGood || alg !== 'ES256') throw new Error('the signature is wrong')
  return { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), key }
}
