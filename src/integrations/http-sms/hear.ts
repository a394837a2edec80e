/**
 * Texts from a gateway of one's own (a modem, another carrier): `POST /hooks/http-sms` with
 * `{from, text, id?}` and the secret that both sides share in the header `x-allclear-secret`.
 * `{id, status}` to `/status` tells what became of a message.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isRecord, parseJson } from '../../lib/json.ts'
import { normalAddress } from '../../notify/address.ts'
import { textOf } from '../../notify/channel.ts'
import type { Delivery, Ear, Hear, HookReply } from '../../notify/reply.ts'
import { leaves } from '../../notify/words.ts'

const json = (status: number, body: unknown = {}): HookReply => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
})

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

const DELIVERIES: readonly string[] = ['delivered', 'undelivered', 'unknown'] satisfies Delivery[]

export const httpSmsEar: Ear = {
  vendor: 'http-sms',
  async hear({ method, path, headers, body }, settings, hear) {
    const secret = textOf(settings, 'inbound_secret')
    const given = headers.get('x-allclear-secret') ?? ''
    if (secret === '' || method !== 'POST' || !timingSafeEqual(hash(secret), hash(given)))
      return json(403)
    const parsed = parseJson(body)
    if (!parsed.ok || !isRecord(parsed.value)) return json(400, { field: 'body' })
    if (path === '/status') return status(parsed.value, hear)
    return path === '' ? text(parsed.value, textOf(settings, 'from'), hear) : json(404)
  },
}

async function status(body: Readonly<Record<string, unknown>>, hear: Hear): Promise<HookReply> {
  const providerId = textOf(body, 'id')
  const outcome = textOf(body, 'status')
  if (providerId === '') return json(400, { field: 'id' })
  if (!DELIVERIES.includes(outcome)) return json(400, { field: 'status' })
  const reason = /^[\w-]{1,40}$/.exec(textOf(body, 'reason'))?.[0] ?? null
  await hear({ what: 'delivery', providerId, outcome: outcome as Delivery, reason })
  return json(200)
}

/** The answer has the text to send back, where there is one: the gateway sends it. */
async function text(
  body: Readonly<Record<string, unknown>>,
  own: string,
  hear: Hear,
): Promise<HookReply> {
  const address = textOf(body, 'from')
  if (address === '') return json(400, { field: 'from' })
  if (typeof body.text !== 'string') return json(400, { field: 'text' })
  if (own !== '' && normalAddress(address) === normalAddress(own)) return json(200)
  const from = { kind: 'sms', address }
  const id = textOf(body, 'id')
  const once = id === '' ? {} : { once: id }
  const left = leaves(body.text)
  const said = await hear(
    left ? { what: left, from, ...once } : { what: 'said', text: body.text, from, ...once },
  )
  return json(200, said.sentence === null ? {} : { text: said.sentence })
}
