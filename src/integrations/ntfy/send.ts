/** ntfy: push to a phone, with a working Acknowledge button and no app of ours. */
import type { Egress } from '../../egress/egress.ts'
import { printable, truncate } from '../../lib/text.ts'
import type { Channel, ChannelDescription, Outgoing } from '../../notify/channel.ts'
import { post } from '../http-outcome.ts'

export const describeNtfy: ChannelDescription = {
  kind: 'ntfy',
  label: 'ntfy push',
  loudness: 'push',
  needs: 'outbound',
  contact: [{ name: 'topic', label: 'Topic', kind: 'text', required: true, help: 'Long and unguessable: whoever knows it can read along.' }],
  settings: [
    { name: 'base_url', label: 'Server', kind: 'url', required: false, help: 'https://ntfy.sh, or a server of your own.' },
    { name: 'token', label: 'Access token', kind: 'secret', required: false },
  ],
}

const TITLE_MAX = 250
const MESSAGE_MAX = 1_200

export function createNtfyChannel(egress: Egress): Channel {
  return {
    describe: describeNtfy,
    send(message, to, signal) {
      const token = to.settings.token
      return post(egress, {
        method: 'POST',
        url: String(to.settings.base_url ?? 'https://ntfy.sh'),
        headers: {
          'content-type': 'application/json',
          ...(typeof token === 'string' && token !== '' ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(bodyOf(message, String(to.contact.topic ?? ''))),
        signal,
      }, (response) => ({ kind: 'sent', providerId: readId(response.body) }))
    },
  }
}

function bodyOf(message: Outgoing, topic: string): Record<string, unknown> {
  const acknowledge = message.actions.find((action) => action.verb === 'acknowledge')
  return {
    topic,
    title: truncate(printable(message.title), TITLE_MAX),
    message: truncate(printable(message.body), MESSAGE_MAX),
    priority: message.urgency === 'high' ? 5 : 3,
    tags: message.urgency === 'high' ? ['rotating_light'] : ['bell'],
    ...(message.url === null ? {} : { click: message.url }),
    actions: [
      ...(acknowledge
        ? [{ action: 'http', label: acknowledge.label, url: acknowledge.url, method: 'POST', clear: true }]
        : []),
      ...(message.url === null ? [] : [{ action: 'view', label: 'Open', url: message.url }]),
    ],
  }
}

function readId(body: string): string | null {
  try {
    const { id } = JSON.parse(body) as { id?: unknown }
    return typeof id === 'string' ? id.slice(0, 64) : null
  } catch {
    return null
  }
}
