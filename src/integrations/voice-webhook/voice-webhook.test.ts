import { expect, test } from 'vitest'
import { startProvider } from '../../../test/rigs/provider.ts'
import { createEgress } from '../../egress/egress.ts'
import { AT, channelConformance, message } from '../channel-conformance.ts'
import { NUMBER, overOneCarrier, PUBLIC_URL } from '../telephone/conformance.rig.ts'
import { sign, webhookId } from '../webhook/sign.ts'
import { createVoiceWebhookCarrier } from './send.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

channelConformance('voice-webhook', {
  create: overOneCarrier(createVoiceWebhookCarrier, 'call'),
  destination: (provider, behaviour) => ({
    contact: { number: NUMBER },
    settings: { url: `${provider.urlFor(behaviour)}/dial`, secret: SECRET },
  }),
  secrets: [SECRET],
  readsRetryAfter: true,
  allowed: { hang: ['unknown'] },
  headers: [
    'connection',
    'content-length',
    'content-type',
    'host',
    'user-agent',
    'webhook-id',
    'webhook-signature',
    'webhook-timestamp',
  ],
})

test('carries the number, the words, the keys and where to report, signed', async () => {
  const provider = await startProvider()
  const egress = createEgress({ allow: '127.0.0.1' })
  const to = { contact: { number: NUMBER }, settings: { url: provider.url, secret: SECRET } }
  const channel = overOneCarrier(createVoiceWebhookCarrier, 'call')(egress)
  const outcome = await channel.send(message(), to, new AbortController().signal)
  egress.close()
  await provider.stop()
  const taken = provider.received.last()
  const id = webhookId(message().idempotencyKey)
  expect(outcome).toEqual({ kind: 'sent', providerId: 'taken1', carrier: 'voice-webhook' })
  expect(JSON.parse(taken?.body ?? '')).toEqual({
    number: NUMBER,
    say: [
      'This is Allclear.',
      'Critical alert.',
      'Checkout API: error rate above 5 percent.',
      'Since Mon 03:02.',
      'If you do nothing, Ben is paged at 03:12.',
      'Press 1 to acknowledge, 2 to escalate, 3 if it is not yours, 9 to hear this again.',
    ],
    url: message().url,
    actions: [{ ...message().actions[0], key: '1' }],
    idempotencyKey: id,
    callbackUrl: `${PUBLIC_URL}/hooks/voice-webhook/status`,
  })
  expect(taken?.headers['webhook-signature']).toBe(
    sign(SECRET, id, Math.floor(AT / 1_000), taken?.body ?? ''),
  )
})
