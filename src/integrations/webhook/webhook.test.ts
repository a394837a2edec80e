import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { startProvider } from '../../../test/rigs/provider.ts'
import { createEgress } from '../../egress/egress.ts'
import { AT, channelConformance, HOSTILE, message } from '../channel-conformance.ts'
import { BODY_BYTES_MAX, bodyOf } from './body.ts'
import { createWebhookChannel } from './send.ts'
import { sign, webhookId } from './sign.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const OTHER = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'

channelConformance('webhook', {
  create: (egress, callMs) => createWebhookChannel(egress, { callMs }),
  destination: (provider, behaviour) => ({
    contact: { url: `${provider.urlFor(behaviour)}/maria`, secret: SECRET },
    settings: { secret: OTHER },
  }),
  secrets: [SECRET, SECRET.slice(6), OTHER.slice(6)],
  readsRetryAfter: true,
  // By the specification any 2xx is an acceptance, whatever the body says.
  allowed: { okWithErrorBody: ['sent'], hang: ['unknown'] },
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

describe('the signature', () => {
  test('is that of the specification’s own example', () => {
    const signature = sign(
      SECRET,
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330,
      '{"test": 2432232314}',
    )
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test.each([
    ['the contact’s own secret', { secret: SECRET }, { secret: OTHER }, [SECRET]],
    ['the organisation’s, where the contact has none', {}, { secret: OTHER }, [OTHER]],
    [
      'the organisation’s, where the contact’s is empty',
      { secret: '' },
      { secret: OTHER },
      [OTHER],
    ],
    ['both, while it is being changed', { secret: `${SECRET} ${OTHER}` }, {}, [SECRET, OTHER]],
  ])('is made with %s, and others can check it', async (_which, contact, settings, secrets) => {
    const provider = await startProvider()
    const egress = createEgress({ allow: '127.0.0.1' })
    // The specification's own library refuses timestamps of another time: it is given one of now.
    const at = Date.now()
    const to = { contact: { url: `${provider.url}/maria`, ...contact }, settings }
    const { signal } = new AbortController()
    await createWebhookChannel(egress).send(message({ at }), to, signal)
    const taken = provider.received.last()
    egress.close()
    await provider.stop()
    for (const secret of secrets) {
      expect(new Webhook(secret).verify(taken?.body ?? '', { ...taken?.headers })).toMatchObject({
        type: 'page.opened',
      })
    }
    const stranger = new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')
    expect(() => stranger.verify(taken?.body ?? '', { ...taken?.headers })).toThrow()
  })

  test('takes a secret that is not in the specification’s form as it stands', () => {
    const ours = sign('a plain secret'.replaceAll(' ', '-'), 'msg_a', 1, '{}')
    const theirs = new Webhook('a-plain-secret', { format: 'raw' }).sign(
      'msg_a',
      new Date(1_000),
      '{}',
    )
    expect(ours).toBe(theirs)
  })

  test('has an id without dots, of the key alone', () => {
    expect(webhookId('page.with.dots:0')).toMatch(/^msg_[A-Za-z0-9_-]{27}$/)
    expect(webhookId('a')).toBe(webhookId('a'))
  })
})

describe('the body', () => {
  test('is what the specification asks for', () => {
    expect(JSON.parse(bodyOf(message()))).toEqual({
      type: 'page.opened',
      timestamp: new Date(AT).toISOString(),
      data: {
        ...message().data,
        title: message().title,
        body: message().body,
        urgency: 'high',
        url: message().url,
        actions: message().actions,
        drill: false,
      },
    })
  })

  test.each([
    ['page', 'page.opened'],
    ['test', 'page.test'],
    ['notice', 'page.notice'],
  ] as const)('of a %s is of the type %s', (kind, type) => {
    expect(JSON.parse(bodyOf(message({ kind }))).type).toBe(type)
  })

  test.each(HOSTILE)('stays under 20 KB with %s', (_what, text) => {
    const many = Array.from({ length: 1_000 }, () => ({
      title: text.slice(0, 400),
      page: text.slice(0, 36),
    }))
    const body = bodyOf(
      message({ title: text, body: text, data: { bundle: many, [text.slice(0, 500)]: text } }),
    )
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(BODY_BYTES_MAX)
    expect(JSON.parse(body).data.urgency).toBe('high')
  })

  test('keeps as much of a bundle as there is room for', () => {
    const bundle = Array.from({ length: 1_000 }, (_, n) => ({
      pageId: `page-${n}`,
      severity: 'critical',
    }))
    const { data } = JSON.parse(bodyOf(message({ data: { bundle } })))
    expect(data.bundle.length).toBeGreaterThan(20)
    expect(data.bundle[0]).toEqual(bundle[0])
  })

  test('survives content that JSON cannot hold', () => {
    const loop: Record<string, unknown> = { big: 2n ** 70n }
    loop.self = loop
    expect(JSON.parse(bodyOf(message({ data: loop }))).data.big).toBe('1180591620717411303424')
  })

  test('cannot have its own words replaced by the content', () => {
    const { data } = JSON.parse(
      bodyOf(message({ data: { title: 'other', urgency: 'low', url: 'x' } })),
    )
    expect([data.title, data.urgency, data.url]).toEqual([message().title, 'high', message().url])
  })
})
