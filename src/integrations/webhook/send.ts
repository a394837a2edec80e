/** A signed webhook, by the Standard Webhooks specification. */
import { createHash, createHmac } from 'node:crypto'
import type { Egress } from '../../egress/egress.ts'
import { toIso } from '../../lib/instant.ts'
import { printable } from '../../lib/text.ts'
import type { Channel, ChannelDescription, Outgoing } from '../../notify/channel.ts'
import { post } from '../http-outcome.ts'

export const describeWebhook: ChannelDescription = {
  kind: 'webhook',
  label: 'Webhook',
  loudness: 'push',
  needs: 'outbound',
  contact: [
    { name: 'url', label: 'Address', kind: 'url', required: true },
    { name: 'secret', label: 'Signing secret', kind: 'secret', required: false, help: 'whsec_ and 24 to 64 random bytes in base64. Left out: the organisation signs with its own.' },
    { name: 'bundle', label: 'Bundle storms', kind: 'boolean', required: false, help: 'Off for machines that want every page on its own.' },
  ],
  settings: [{ name: 'secret', label: 'Signing secret', kind: 'secret', required: false }],
}

export function createWebhookChannel(egress: Egress): Channel {
  return {
    describe: describeWebhook,
    send(message, to, signal) {
      const secret = String(to.contact.secret ?? to.settings.secret ?? '')
      const body = JSON.stringify(bodyOf(message))
      const id = idOf(message)
      const timestamp = Math.floor(message.at / 1_000)
      return post(egress, {
        method: 'POST',
        url: String(to.contact.url ?? ''),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': sign(secret, id, timestamp, body),
        },
        body,
        signal,
      })
    },
  }
}

/** The same over all tries of a slot, without the dots that the specification forbids in ids. */
const idOf = (message: Outgoing): string =>
  `msg_${createHash('sha256').update(message.idempotencyKey).digest('base64url').slice(0, 27)}`

/** `v1,<base64 HMAC-SHA256 of id.timestamp.body>`; the secret is `whsec_` and base64. */
export function sign(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

const TYPES: Readonly<Record<Outgoing['kind'], string>> = {
  page: 'page.opened',
  test: 'page.test',
  notice: 'notice.sent',
}

const bodyOf = (message: Outgoing): Record<string, unknown> => ({
  type: TYPES[message.kind],
  timestamp: toIso(message.at),
  data: {
    ...message.data,
    title: printable(message.title),
    body: printable(message.body),
    urgency: message.urgency,
    url: message.url,
    actions: message.actions,
    drill: message.drill,
  },
})
