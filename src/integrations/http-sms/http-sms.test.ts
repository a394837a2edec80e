import { expect, test } from 'vitest'
import { startProvider } from '../../../test/rigs/provider.ts'
import { createEgress } from '../../egress/egress.ts'
import { channelConformance, message } from '../channel-conformance.ts'
import { NUMBER, overOneCarrier } from '../telephone/conformance.rig.ts'
import { createHttpSmsCarrier } from './send.ts'

const SECRET = 'Bearer 0123456789abcdef'

for (const json of [true, false]) {
  channelConformance(`http-sms ${json ? 'as JSON' : 'as a form'}`, {
    create: overOneCarrier(createHttpSmsCarrier, 'sms'),
    destination: (provider, behaviour) => ({
      contact: { number: NUMBER },
      settings: {
        url: `${provider.urlFor(behaviour)}/send`,
        json,
        from: 'Allclear',
        authorization_secret: SECRET,
      },
    }),
    secrets: [SECRET],
    readsRetryAfter: true,
    allowed: { hang: ['unknown'], halfAnswer: ['unknown'] },
    headers: [
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'idempotency-key',
      'user-agent',
    ],
  })
}

async function send(settings: object) {
  const provider = await startProvider()
  const egress = createEgress({ allow: '127.0.0.1' })
  const to = { contact: { number: NUMBER }, settings: { url: provider.url, ...settings } }
  const channel = overOneCarrier(createHttpSmsCarrier, 'sms')(egress)
  const outcome = await channel.send(message(), to, new AbortController().signal)
  egress.close()
  await provider.stop()
  return { outcome, taken: provider.received.last() }
}

const TEXT = `Checkout API: error rate above 5 %\nCritical since Mon 03:02\n${message().url}`

test('fields are called what the gateway calls them', async () => {
  const names = { number_field: 'msisdn', text_field: 'message', from_field: 'sender' }
  const { outcome, taken } = await send({ ...names, json: true, from: 'Pager' })
  expect(JSON.parse(taken?.body ?? '')).toEqual({ msisdn: NUMBER, message: TEXT, sender: 'Pager' })
  expect(outcome).toEqual({ kind: 'sent', providerId: 'taken1', carrier: 'http-sms' })
})

test('is a form with `to` and `text` by default, without a sender and without a key', async () => {
  const { taken } = await send({})
  expect(Object.fromEntries(new URLSearchParams(taken?.body))).toEqual({ to: NUMBER, text: TEXT })
  expect(taken?.headers.authorization).toBeUndefined()
})

test.each([{ number_field: 'a b' }, { text_field: '__proto__' }, { number_field: 'text' }])(
  'is not sent with fields that cannot be (%j)',
  async (names) => {
    const { outcome, taken } = await send(names)
    expect([outcome.kind, taken]).toEqual(['gaveUp', undefined])
  },
)
