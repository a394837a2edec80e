/** ntfy: push to a phone, with a working Acknowledge button. */
import type { Egress, EgressResponse } from '../../egress/egress.ts'
import { type Channel, type Outcome, textOf } from '../../notify/channel.ts'
import { outcomeOf, post } from '../http-outcome.ts'
import { bodyOf } from './body.ts'
import { describeNtfy } from './describe.ts'

export { describeNtfy } from './describe.ts'

const SERVER = 'https://ntfy.sh'
const TOPIC = /^[-_A-Za-z0-9]{1,64}$/
const ANSWER_BYTES_MAX = 65_536

export function createNtfyChannel(egress: Egress, limits: { callMs?: number } = {}): Channel {
  return {
    describe: describeNtfy,
    async send(message, to, signal) {
      const topic = textOf(to.contact, 'topic')
      if (!TOPIC.test(topic)) return { kind: 'gaveUp', reason: 'badTopic' }
      const token = textOf(to.settings, 'token')
      return post(
        egress,
        {
          method: 'POST',
          // JSON is published at the root; at a topic's own address it would be shown as text.
          url: textOf(to.settings, 'base_url') || SERVER,
          headers: {
            'content-type': 'application/json',
            ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          },
          body: bodyOf(message, topic),
          signal,
          timeoutMs: limits.callMs,
          responseBytesMax: ANSWER_BYTES_MAX,
        },
        read,
      )
    },
  }
}

/** A message that was taken has an id. A 2xx without one may come from anybody on the way. */
function read({ body }: EgressResponse): Outcome {
  const answer = parse(body)
  if (typeof answer.id === 'string') return { kind: 'sent', providerId: answer.id.slice(0, 64) }
  if (typeof answer.http === 'number' && answer.http >= 400) return outcomeOf(answer.http)
  return { kind: 'unknown', reason: 'badAnswer' }
}

function parse(text: string): { id?: unknown; http?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
