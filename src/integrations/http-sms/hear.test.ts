import { expect, test } from 'vitest'
import type { Reply } from '../../notify/reply.ts'
import { httpSmsEar } from './hear.ts'

const SETTINGS = { inbound_secret: 'shared-secret', from: '+4930000000' }

async function send(
  body: unknown,
  more: { path?: string; secret?: string | null; method?: string; settings?: object } = {},
) {
  const heard: Reply[] = []
  const headers = new Headers()
  const secret = more.secret === undefined ? 'shared-secret' : more.secret
  if (secret !== null) headers.set('x-allclear-secret', secret)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const reply = await httpSmsEar.hear(
    {
      method: more.method ?? 'POST',
      path: more.path ?? '',
      query: new URLSearchParams(),
      headers,
      body: new TextEncoder().encode(text),
      publicUrl: 'https://pager.example.com/hooks/http-sms',
      now: 0,
    },
    { ...(more.settings ?? SETTINGS) },
    async (one) => {
      heard.push(one)
      return { done: true, sentence: 'You have it.' }
    },
  )
  return { status: reply.status, body: JSON.parse(reply.body), heard }
}

const TEXT = { from: '+491700000001', text: 'ack', id: 'm1' }

test('a text is heard, and the gateway is given what to send back', async () => {
  const { status, body, heard } = await send(TEXT)
  expect([status, body]).toEqual([200, { text: 'You have it.' }])
  expect(heard).toEqual([
    { what: 'said', text: 'ack', from: { kind: 'sms', address: TEXT.from }, once: 'm1' },
  ])
  expect((await send({ ...TEXT, text: 'STOP' })).heard[0]?.what).toBe('stopped')
})

test('without the secret nothing is heard, also where none was set up', async () => {
  const refused = { status: 403, heard: [] }
  expect(await send(TEXT, { secret: null })).toMatchObject(refused)
  expect(await send(TEXT, { secret: '' })).toMatchObject(refused)
  expect(await send(TEXT, { secret: 'shared-secreT' })).toMatchObject(refused)
  expect(await send(TEXT, { secret: '', settings: { from: '+49' } })).toMatchObject(refused)
  expect(await send(TEXT, { method: 'GET' })).toMatchObject(refused)
})

test('what is wrong is named, and our own number is not heard', async () => {
  expect(await send('{')).toMatchObject({ status: 400, body: { field: 'body' }, heard: [] })
  expect(await send([])).toMatchObject({ status: 400, heard: [] })
  expect(await send({ text: 'ack' })).toMatchObject({ status: 400, body: { field: 'from' } })
  expect(await send({ from: '+49', text: 1 })).toMatchObject({
    status: 400,
    body: { field: 'text' },
  })
  expect(await send(TEXT, { path: '/more' })).toMatchObject({ status: 404, heard: [] })
  expect(await send({ ...TEXT, from: '0049 30 000 000' })).toMatchObject({
    status: 200,
    heard: [],
  })
})

test('what became of a text is told by its id', async () => {
  const { heard } = await send(
    { id: 'm1', status: 'undelivered', reason: 'absent' },
    { path: '/status' },
  )
  expect(heard).toEqual([
    { what: 'delivery', providerId: 'm1', outcome: 'undelivered', reason: 'absent' },
  ])
  const wrong = await send({ id: 'm1', status: 'lost' }, { path: '/status' })
  expect(wrong).toMatchObject({ status: 400, body: { field: 'status' }, heard: [] })
})
