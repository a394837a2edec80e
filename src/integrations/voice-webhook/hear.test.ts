import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import type { Reply } from '../../notify/reply.ts'
import { voiceWebhookEar } from './hear.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const OTHER = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
const NOW = Date.UTC(2026, 10, 23, 14)
const PRESSED = { number: '+491700000001', token: 'page.signature', digit: '1' }

type Change = {
  secret?: string
  at?: number
  sent?: string
  headers?: Record<string, string | null>
  method?: string
}

/** Signed by an implementation that is not ours. */
async function send(body: unknown, change: Change = {}) {
  const text = JSON.stringify(body)
  const at = change.at ?? NOW
  const headers = new Headers({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': new Webhook(change.secret ?? SECRET).sign('msg_1', new Date(at), text),
  })
  for (const [name, value] of Object.entries(change.headers ?? {})) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  const heard: Reply[] = []
  const reply = await voiceWebhookEar.hear(
    {
      method: change.method ?? 'POST',
      path: '/status',
      query: new URLSearchParams(),
      headers,
      body: new TextEncoder().encode(change.sent ?? text),
      publicUrl: 'https://pager.example.com/hooks/voice-webhook/status',
      now: NOW,
    },
    { secret: SECRET },
    async (one) => {
      heard.push(one)
      return { done: true, sentence: 'You have it.' }
    },
  )
  return { status: reply.status, body: JSON.parse(reply.body), heard }
}

test('a key is heard, and the voice is given what to say', async () => {
  const { status, body, heard } = await send(PRESSED)
  expect([status, body]).toEqual([200, { done: true, sentence: 'You have it.' }])
  expect(heard).toEqual([
    {
      what: 'pressed',
      token: 'page.signature',
      answer: 'acknowledge',
      from: { kind: 'call', address: '+491700000001' },
      once: 'msg_1',
    },
  ])
})

const FORGED: readonly (readonly [string, Change])[] = [
  ['no signature', { headers: { 'webhook-signature': null } }],
  ['an empty one', { headers: { 'webhook-signature': '' } }],
  ['a short one', { headers: { 'webhook-signature': 'v1,abc' } }],
  ['one that is not base64', { headers: { 'webhook-signature': 'v1,!!!! v1,%%%' } }],
  ['a hundred wrong ones', { headers: { 'webhook-signature': 'v1,aaaa '.repeat(100) } }],
  ['another secret', { secret: OTHER }],
  ['an altered body', { sent: JSON.stringify({ ...PRESSED, digit: '2' }) }],
  ['one that is six minutes old', { at: NOW - 360_000 }],
  ['one of the future', { at: NOW + 360_000 }],
  [
    'an old one with a new time',
    { at: NOW - 360_000, headers: { 'webhook-timestamp': String(NOW / 1_000) } },
  ],
  ['no time', { headers: { 'webhook-timestamp': null } }],
  ['a time that is none', { headers: { 'webhook-timestamp': 'soon' } }],
  ['no id', { headers: { 'webhook-id': null } }],
  ['another id', { headers: { 'webhook-id': 'msg_2' } }],
  ['GET', { method: 'GET' }],
]

for (const [what, change] of FORGED) {
  test(`${what}: refused, and nothing is heard (T13)`, async () => {
    expect(await send(PRESSED, change)).toEqual({ status: 403, body: {}, heard: [] })
  })
}

test('what became of a call is told by its id', async () => {
  const told = async (status: string) => (await send({ providerId: 'c1', status })).heard
  expect(await told('voicemail')).toEqual([
    { what: 'delivery', providerId: 'c1', outcome: 'undelivered', reason: 'voicemail' },
  ])
  expect(await told('delivered')).toMatchObject([{ outcome: 'delivered', reason: null }])
  expect(await told('constructor')).toEqual([])
})

test('what is wrong is named', async () => {
  const { number: _, ...nobody } = PRESSED
  expect(await send(nobody)).toMatchObject({ status: 400, body: { field: 'number' }, heard: [] })
  expect(await send({ ...PRESSED, digit: '7' })).toMatchObject({
    status: 400,
    body: { field: 'digit' },
  })
  expect(await send([1])).toMatchObject({ status: 400, heard: [] })
})
