/**
 * A voice system of one's own calls back: `{number, token, digit}` for a key that was pressed,
 * `{providerId, status}` for what became of a call. Signed as Standard Webhooks, with a time.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { MINUTE, SECOND } from '../../lib/instant.ts'
import { isRecord, parseJson } from '../../lib/json.ts'
import { textOf } from '../../notify/channel.ts'
import type { Ear, Hear, HookReply, HookRequest } from '../../notify/reply.ts'
import { answerOfDigit } from '../../notify/words.ts'
import { sign } from '../webhook/sign.ts'

const AGE_MS_MAX = 5 * MINUTE

const json = (status: number, body: unknown = {}): HookReply => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
})

export const voiceWebhookEar: Ear = {
  vendor: 'voice-webhook',
  async hear(request, settings, hear) {
    if (!isTheirs(request, textOf(settings, 'secret'))) return json(403)
    const parsed = parseJson(request.body)
    if (!parsed.ok || !isRecord(parsed.value)) return json(400, { field: 'body' })
    if (request.path !== '' && request.path !== '/status') return json(404)
    const id = request.headers.get('webhook-id') ?? ''
    return 'token' in parsed.value ? key(parsed.value, id, hear) : status(parsed.value, hear)
  },
}

function isTheirs({ method, headers, body, now }: HookRequest, secret: string): boolean {
  const id = headers.get('webhook-id') ?? ''
  const stamp = headers.get('webhook-timestamp') ?? ''
  if (method !== 'POST' || secret === '' || id === '' || !/^\d{1,12}$/.test(stamp)) return false
  if (Math.abs(now - Number(stamp) * SECOND) > AGE_MS_MAX) return false
  return isSigned(secret, id, Number(stamp), body, headers.get('webhook-signature') ?? '')
}

/** One right signature is enough: while the secret is being changed there are two. */
function isSigned(
  secret: string,
  id: string,
  stamp: number,
  body: Uint8Array,
  given: string,
): boolean {
  const right = sign(secret, id, stamp, new TextDecoder().decode(body)).split(' ')
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return given
    .split(' ')
    .slice(0, 10)
    .some((one) => right.some((mine) => timingSafeEqual(hash(one), hash(mine))))
}

async function key(
  body: Readonly<Record<string, unknown>>,
  once: string,
  hear: Hear,
): Promise<HookReply> {
  const address = textOf(body, 'number')
  const answer = answerOfDigit(textOf(body, 'digit'))
  if (address === '') return json(400, { field: 'number' })
  if (answer === null) return json(400, { field: 'digit' })
  const from = { kind: 'call', address }
  const said = await hear({ what: 'pressed', token: textOf(body, 'token'), answer, from, once })
  return json(200, { done: said.done, sentence: said.sentence })
}

const REASONS: Readonly<Record<string, string>> = {
  undelivered: 'undelivered',
  'no-answer': 'noAnswer',
  busy: 'busy',
  failed: 'failed',
  voicemail: 'voicemail',
  completed: 'hungUp',
}

async function status(body: Readonly<Record<string, unknown>>, hear: Hear): Promise<HookReply> {
  const providerId = textOf(body, 'providerId')
  const word = textOf(body, 'status')
  if (providerId === '') return json(400, { field: 'providerId' })
  const reason = Object.hasOwn(REASONS, word) ? REASONS[word] : undefined
  if (word === 'delivered')
    await hear({ what: 'delivery', providerId, outcome: 'delivered', reason: null })
  else if (reason !== undefined)
    await hear({ what: 'delivery', providerId, outcome: 'undelivered', reason })
  else return json(400, { field: 'status' })
  return json(200)
}
