/** Web push: a notification of a browser that its owner uses, over the push service of its maker. */
import { createECDH, randomBytes } from 'node:crypto'
import type { Egress, EgressResponse } from '../../egress/egress.ts'
import { HOUR, MINUTE, SECOND } from '../../lib/instant.ts'
import {
  type Channel,
  type Destination,
  type Outcome,
  type Outgoing,
  textOf,
} from '../../notify/channel.ts'
import { UNSUBSCRIBED } from '../../notify/outcome.ts'
import { post } from '../http-outcome.ts'
import { bodyOf, topicOf } from './body.ts'
import { describeWebPush } from './describe.ts'
import { encrypt } from './encrypt.ts'
import { readSubscription } from './subscription.ts'
import { authorization } from './vapid.ts'

export { describeWebPush } from './describe.ts'

/** Push services want to know who to turn to, and some refuse a token that does not say. */
const NOBODY = 'mailto:nobody@allclear.invalid'
const ANSWER_BYTES_MAX = 65_536

/** How long a push service keeps it for a browser that is away. A page that is late finds its ladder further up. */
const KEPT_MS = { page: 5 * MINUTE, test: 10 * MINUTE, notice: 12 * HOUR, update: HOUR } as const

export function createWebPushChannel(
  { egress, publicUrl }: { egress: Egress; publicUrl: string | null },
  limits: { callMs?: number } = {},
): Channel {
  async function push(
    message: Outgoing,
    to: Destination,
    signal: AbortSignal,
    isUpdate: boolean,
  ): Promise<Outcome> {
    const subscription = readSubscription(to.contact)
    if (!subscription) return { kind: 'gaveUp', reason: 'badSubscription' }
    const { endpoint } = subscription
    const token = { audience: endpoint.origin, subject: subjectOf(to, publicUrl), at: message.at }
    const signed = authorization(token, textOf(to.settings, 'private_key'))
    if (signed === null) return { kind: 'gaveUp', reason: 'badKey' }
    const once = createECDH('prime256v1')
    once.generateKeys()
    const body = encrypt(Buffer.from(bodyOf(message, { isUpdate })), subscription, {
      salt: randomBytes(16),
      privateKey: once.getPrivateKey(),
    })
    const topic = topicOf(message)
    const kept = isUpdate
      ? KEPT_MS.update
      : message.kind === 'page'
        ? KEPT_MS.page
        : message.kind === 'test'
          ? KEPT_MS.test
          : KEPT_MS.notice
    return post(
      egress,
      {
        method: 'POST',
        url: endpoint.href,
        headers: {
          authorization: signed,
          'content-encoding': 'aes128gcm',
          'content-type': 'application/octet-stream',
          ttl: String(kept / SECOND),
          topic,
          urgency: message.urgency === 'high' && !isUpdate ? 'high' : 'normal',
        },
        body,
        signal,
        timeoutMs: limits.callMs,
        responseBytesMax: ANSWER_BYTES_MAX,
      },
      (response) => taken(response, topic),
      refused,
    )
  }
  return {
    describe: describeWebPush,
    send: (message, to, signal) => push(message, to, signal, false),
    async update(providerId, message, to, signal) {
      if (providerId !== topicOf(message)) return { kind: 'gaveUp', reason: 'messageGone' }
      return push(message, to, signal, true)
    },
  }
}

function subjectOf({ settings }: Destination, publicUrl: string | null): string {
  const address = textOf(settings, 'contact')
  if (/^[^\s@]+@[^\s@]+$/.test(address)) return `mailto:${address}`
  return publicUrl?.startsWith('https://') ? publicUrl : NOBODY
}

/** A push service says 201, or 202; any other yes may come from anybody on the way. */
const taken = ({ status }: EgressResponse, topic: string): Outcome =>
  status === 201 || status === 202
    ? { kind: 'sent', providerId: topic }
    : { kind: 'unknown', reason: 'badAnswer' }

function refused({ status }: EgressResponse): Outcome | null {
  if (status === 404 || status === 410) return { kind: 'gaveUp', reason: UNSUBSCRIBED }
  if (status === 413) return { kind: 'gaveUp', reason: 'tooLarge' }
  return null
}
