/** A signed webhook: one POST, by the Standard Webhooks specification. */
import type { Egress } from '../../egress/egress.ts'
import { type Channel, textOf } from '../../notify/channel.ts'
import { post } from '../http-outcome.ts'
import { bodyOf } from './body.ts'
import { describeWebhook } from './describe.ts'
import { sign, webhookId } from './sign.ts'

export { describeWebhook } from './describe.ts'

/** An answer is read for its status only. */
const ANSWER_BYTES_MAX = 16_384

export function createWebhookChannel(egress: Egress, limits: { callMs?: number } = {}): Channel {
  return {
    describe: describeWebhook,
    send(message, to, signal) {
      const secrets = textOf(to.contact, 'secret') || textOf(to.settings, 'secret')
      const body = bodyOf(message)
      const id = webhookId(message.idempotencyKey)
      const timestamp = Math.floor(message.at / 1_000)
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
      }
      const signature = sign(secrets, id, timestamp, body)
      if (signature !== '') headers['webhook-signature'] = signature
      return post(egress, {
        method: 'POST',
        url: textOf(to.contact, 'url'),
        headers,
        body,
        signal,
        timeoutMs: limits.callMs,
        responseBytesMax: ANSWER_BYTES_MAX,
      })
    },
  }
}
