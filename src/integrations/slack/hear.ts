/** The door that Slack calls, where there is a public address: `POST /hooks/slack`. */
import type { Egress } from '../../egress/egress.ts'
import { parseJson } from '../../lib/json.ts'
import { textOf } from '../../notify/channel.ts'
import type { Ear, HookReply } from '../../notify/reply.ts'
import { ANSWER_MS, createPress, orLater, type Press } from './press.ts'
import { createSeen, verify } from './verify.ts'
import { isObject } from './web-api.ts'

const plain = (status: number, body = ''): HookReply => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
})

export function createSlackEar(egress: Egress, press: Press = createPress(egress)): Ear {
  const seen = createSeen()
  return {
    vendor: 'slack',
    async hear(request, settings, hear) {
      const signature = verify(request, textOf(settings, 'signing_secret'))
      if (signature === null || request.method !== 'POST') return plain(403)
      if (!seen.take(signature, request.now)) return plain(403)
      const payload = payloadOf(request.headers, request.body)
      if (payload === null) return plain(400)
      if (payload.type === 'url_verification') {
        const { challenge } = payload
        return typeof challenge === 'string' ? plain(200, challenge.slice(0, 500)) : plain(400)
      }
      try {
        await orLater(press({ settings, payload, once: signature }, hear), ANSWER_MS)
      } catch (cause) {
        seen.forget(signature)
        throw cause
      }
      return plain(200)
    },
  }
}

/** Buttons come as JSON in a form, everything else as JSON. */
function payloadOf(headers: Headers, body: Uint8Array): Record<string, unknown> | null {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '')
  const json = isForm
    ? (new URLSearchParams(Buffer.from(body).toString('utf8')).get('payload') ?? '')
    : body
  const parsed = parseJson(json)
  return parsed.ok && isObject(parsed.value) ? parsed.value : null
}
