/** Says to a push service who sends (RFC 8292): a token for its origin, signed with the key that browsers subscribed to. */
import { createECDH, createPrivateKey, sign } from 'node:crypto'
import { HOUR, type Instant, SECOND } from '../../lib/instant.ts'

const CURVE = 'prime256v1'
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
/** A day is the most that push services take. */
const GOOD_FOR_MS = 12 * HOUR

/** A private key out of 32 bytes of a secret: the same on every node and after a restore. */
export function privateKeyFrom(secret: Buffer): string {
  const number = (BigInt(`0x${secret.toString('hex')}`) % (ORDER - 1n)) + 1n
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').toString('base64url')
}

/** As browsers take it; null: this is no private key. */
export function publicKeyOf(privateKey: string): string | null {
  try {
    const pair = createECDH(CURVE)
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'))
    return pair.getPublicKey('base64url')
  } catch {
    return null
  }
}

/** @param subject who may be written to when something is wrong with what we send: mailto: or https: */
export function authorization(
  token: { audience: string; subject: string; at: Instant },
  privateKey: string,
): string | null {
  const publicKey = publicKeyOf(privateKey)
  if (publicKey === null) return null
  const point = Buffer.from(publicKey, 'base64url')
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: privateKey,
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const claims = {
    aud: token.audience,
    exp: Math.floor((token.at + GOOD_FOR_MS) / SECOND),
    sub: token.subject,
  }
  const said = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(said), { key, dsaEncoding: 'ieee-p1363' })
  return `vapid t=${said}.${signature.toString('base64url')}, k=${publicKey}`
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
