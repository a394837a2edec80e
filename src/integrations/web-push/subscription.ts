/** What a browser says when it is used: where its push service is, and its keys. Read with care, for anybody may say it. */
import { createECDH } from 'node:crypto'
import { textOf, type Values } from '../../notify/channel.ts'
import type { BrowserKeys } from './encrypt.ts'

export type Subscription = BrowserKeys & { endpoint: URL }

const ENDPOINT_MAX = 2_000
const KEY_BYTES = 65
const SECRET_BYTES = 16
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/

/** Null: nothing can be sent there. Whether the address may be reached is asked of the way out. */
export function readSubscription(contact: Values): Subscription | null {
  const endpoint = addressOf(textOf(contact, 'endpoint'))
  const publicKey = Buffer.from(textOf(contact, 'public_key'), 'base64url')
  const authSecret = Buffer.from(textOf(contact, 'auth_secret'), 'base64url')
  const isGood = isPoint(publicKey) && authSecret.length === SECRET_BYTES
  return endpoint && isGood ? { endpoint, publicKey, authSecret } : null
}

/** In the clear only on this machine, where a simulator stands. */
function addressOf(text: string): URL | null {
  if (text.length > ENDPOINT_MAX || !URL.canParse(text)) return null
  const url = new URL(text)
  const isOpen = url.protocol === 'http:'
  if (isOpen ? !LOOPBACK.test(url.hostname) : url.protocol !== 'https:') return null
  return url
}

function isPoint(key: Buffer): boolean {
  if (key.length !== KEY_BYTES) return false
  try {
    const pair = createECDH('prime256v1')
    pair.generateKeys()
    return pair.computeSecret(key).length > 0
  } catch {
    return false
  }
}
