/** A signed webhook: one POST, by the Standard Webhooks specification. */
import type { Egress } from '../../egress/egress.ts'
import { type Channel, textOf } from '../../notify/channel.ts'
import { bodyOf } from './body.ts'
import { describeWebhook } from './describe.ts'
import { postSigned } from './post.ts'

export { describeWebhook } from './describe.ts'

export function createWebhookChannel(egress: Egress, limits: { callMs?: number } = {}): Channel {
  return {
    describe: describeWebhook,
    send: (message, to, signal) =>
      postSigned(egress, message, {
        url: textOf(to.contact, 'url'),
        secrets: textOf(to.contact, 'secret') || textOf(to.settings, 'secret'),
        body: bodyOf(message),
        signal,
        timeoutMs: limits.callMs,
      }),
  }
}
