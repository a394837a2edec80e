import { createECDH, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Dialect, startProvider } from '../../../test/rigs/provider.ts'
import { makeBrowser, openPushed, readVapid } from '../../../test/rigs/push-service.ts'
import { createEgress } from '../../egress/egress.ts'
import type { Destination, Outgoing } from '../../notify/channel.ts'
import { PUSH_BYTES_MAX, type PushMessage } from '../../notify/push-message.ts'
import { AT, channelConformance, HOSTILE, message } from '../channel-conformance.ts'
import { bodyOf } from './body.ts'
import { encrypt } from './encrypt.ts'
import { createWebPushChannel } from './send.ts'
import { readSubscription } from './subscription.ts'
import { privateKeyFrom, publicKeyOf } from './vapid.ts'

const KEY = privateKeyFrom(randomBytes(32))
const browser = makeBrowser()
const contact = (url: string) => ({
  browser: 'Chrome on Android',
  endpoint: `${url}/push/secret-of-this-browser`,
  public_key: browser.keys.p256dh,
  auth_secret: browser.keys.auth,
})

/** As push services answer: 201 and nothing more. What it keeps is what the browser reads. */
const pushService: Dialect = {
  accepted: () => ({ status: 201, body: {} }),
  refused: () => ({ error: 'refused' }),
  read: browser.open,
}

channelConformance('web push', {
  create: (egress, callMs) => createWebPushChannel({ egress, publicUrl: null }, { callMs }),
  destination: (provider, behaviour) => ({
    // Where a behaviour lies in the address it is a name, and in the clear only this machine is.
    contact: contact(provider.urlFor(behaviour).replace('http://no-such', 'https://no-such')),
    settings: { private_key: KEY },
  }),
  dialect: pushService,
  secrets: [KEY, 'secret-of-this-browser', browser.keys.auth],
  readsRetryAfter: true,
  allowed: { okWithErrorBody: ['unknown'] },
  headers: [
    'authorization',
    'connection',
    'content-encoding',
    'content-length',
    'content-type',
    'host',
    'topic',
    'ttl',
    'urgency',
    'user-agent',
  ],
})

const read = (sent: Outgoing, isUpdate = false): PushMessage =>
  JSON.parse(bodyOf(sent, { isUpdate }))

describe('what is pushed', () => {
  test('is what the browser shows: two actions, and the page without its host', () => {
    expect(read(message())).toEqual({
      kind: 'page',
      title: message().title,
      body: message().body,
      tag: '0193a5b0-0000-7000-8000-000000000001',
      path: '/p/token',
      actions: [{ verb: 'acknowledge', label: 'Acknowledge' }],
      sound: 'loud',
    })
  })

  test('takes the place of what was pushed of the same page, and not of another', () => {
    const second = message({ idempotencyKey: '0193a5b0-0000-7000-8000-000000000001:1' })
    const other = message({ data: { pageId: 'another' } })
    expect(read(second).tag).toBe(read(message()).tag)
    expect(read(other).tag).not.toBe(read(message()).tag)
  })

  test('is quiet where it is not urgent, and where it only says how a page stands', () => {
    expect(read(message({ urgency: 'low' })).sound).toBe('usual')
    expect(read(message(), true).sound).toBe('none')
  })

  test('of a drill says so, and has no link where there is none', () => {
    const bare = read(message({ drill: true, url: null, actions: [] }))
    expect([bare.title, bare.path, bare.actions]).toEqual([`Drill: ${message().title}`, null, []])
  })

  test.each<readonly [string, string]>([
    ...HOSTILE,
    ['quotation marks', '"'.repeat(10_000)],
    ['backslashes', '\\'.repeat(9_000)],
  ])('has room in a push with %s', (_what, text) => {
    const long = message({ title: text, body: text, drill: true })
    expect(Buffer.byteLength(bodyOf(long))).toBeLessThanOrEqual(PUSH_BYTES_MAX)
  })

  test('keeps as much of a long text as there is room for', () => {
    expect(Buffer.byteLength(read(message({ body: '🔥'.repeat(5_000) })).body)).toBeGreaterThan(
      1_500,
    )
  })
})

describe('encryption', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

  test('is as in the example of RFC 8291', () => {
    const made = encrypt(
      Buffer.from('When I grow up, I want to be a watermelon'),
      {
        publicKey: bytes(
          'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
        ),
        authSecret: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
      },
      {
        salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
        privateKey: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
      },
    )
    expect(made.toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    )
    const privateKey = bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94')
    const opened = openPushed(made, privateKey, bytes('BTBZMqHH6r4Tts7J_aSIgg'))
    expect(opened).toBe('When I grow up, I want to be a watermelon')
  })

  test('is for one browser only, and never twice the same', () => {
    const subscription = readSubscription(contact('https://push.example.com'))
    if (!subscription) throw new Error('it is a good one')
    const make = (): Buffer => {
      const once = createECDH('prime256v1')
      once.generateKeys()
      return encrypt(Buffer.from('{}'), subscription, {
        salt: randomBytes(16),
        privateKey: once.getPrivateKey(),
      })
    }
    const [one, other] = [make(), make()]
    expect(browser.open(one)).toBe('{}')
    expect(one.equals(other)).toBe(false)
    expect(() => makeBrowser().open(one)).toThrow()
  })
})

describe('a key', () => {
  test('out of the same secret is the same, and every secret gives one', () => {
    const secret = randomBytes(32)
    expect(privateKeyFrom(secret)).toBe(privateKeyFrom(secret))
    for (const one of [Buffer.alloc(32), Buffer.alloc(32, 0xff), secret])
      expect(publicKeyOf(privateKeyFrom(one))).toMatch(/^[\w-]{87}$/)
  })

  test.each(['', 'x', '\0', 'A'.repeat(1_000)])('is not made of %j', (text) => {
    expect(publicKeyOf(text)).toBeNull()
  })
})

test.each([
  ['in the clear', { endpoint: 'http://push.example.com/x' }],
  ['no address', { endpoint: 'x' }],
  ['another scheme', { endpoint: 'file:///etc/passwd' }],
  ['an endless address', { endpoint: `https://push.example.com/${'x'.repeat(3_000)}` }],
  ['a key that is no point', { public_key: Buffer.alloc(65, 4).toString('base64url') }],
  ['a short key', { public_key: 'BCVxsr7N' }],
  ['a short secret', { auth_secret: 'AAAA' }],
])('a subscription with %s is none', (_what, wrong) => {
  const good = contact('https://push.example.com')
  expect(readSubscription(good)).not.toBeNull()
  expect(readSubscription({ ...good, ...wrong })).toBeNull()
})

describe('the call', () => {
  const send = async (
    sent: Outgoing,
    more: { settings?: object; publicUrl?: string; status?: number; isUpdate?: boolean } = {},
  ) => {
    const provider = await startProvider({
      dialect: { ...pushService, accepted: () => ({ status: more.status ?? 201, body: {} }) },
    })
    const egress = createEgress({ allow: '127.0.0.1' })
    const channel = createWebPushChannel({ egress, publicUrl: more.publicUrl ?? null })
    const to: Destination = {
      contact: contact(provider.url),
      settings: { private_key: KEY, ...more.settings },
    }
    const { signal } = new AbortController()
    const first = await channel.send(sent, to, signal)
    const id = first.kind === 'sent' ? (first.providerId ?? '') : ''
    const outcome = more.isUpdate ? await channel.update?.(id, sent, to, signal) : first
    egress.close()
    await provider.stop()
    return { outcome, url: provider.url, taken: provider.received.last()?.headers ?? {} }
  }

  test('is vouched for with the key of the instance, for this push service and half a day', async () => {
    const { taken, url } = await send(message(), { publicUrl: 'https://pager.example.com' })
    const vouched = readVapid(taken.authorization ?? '')
    expect(vouched).toEqual({
      aud: url,
      exp: AT / 1_000 + 43_200,
      sub: 'https://pager.example.com',
      key: publicKeyOf(KEY),
    })
  })

  test.each([
    [{ contact: 'ops@example.com' }, undefined, 'mailto:ops@example.com'],
    [{}, 'http://10.0.0.7:3911', 'mailto:nobody@allclear.invalid'],
    [{}, undefined, 'mailto:nobody@allclear.invalid'],
  ])('names who may be written to: %j, %j', async (settings, publicUrl, sub) => {
    const { taken } = await send(message(), { settings, publicUrl })
    expect(readVapid(taken.authorization ?? '').sub).toBe(sub)
  })

  test('of a page is urgent and soon stale; what only says how it stands is not urgent', async () => {
    const page = (await send(message())).taken
    expect([page.urgency, page.ttl]).toEqual(['high', '300'])
    const { taken, outcome } = await send(message(), { isUpdate: true })
    expect([taken.urgency, taken.ttl, taken.topic]).toEqual(['normal', '3600', page.topic])
    expect(outcome?.kind).toBe('sent')
    const notice = (await send(message({ kind: 'notice', urgency: 'low' }))).taken
    expect([notice.urgency, notice.ttl]).toEqual(['normal', '43200'])
  })

  test.each([
    [404, { kind: 'gaveUp', reason: 'unsubscribed' }],
    [410, { kind: 'gaveUp', reason: 'unsubscribed' }],
    [413, { kind: 'gaveUp', reason: 'tooLarge' }],
    [403, { kind: 'gaveUp', reason: 'http403' }],
    [202, { kind: 'sent' }],
    [200, { kind: 'unknown', reason: 'badAnswer' }],
  ])('that is answered %i is %j', async (status, expected) => {
    expect((await send(message(), { status })).outcome).toMatchObject(expected)
  })

  test('is not made with a key that is none', async () => {
    const { outcome } = await send(message(), { settings: { private_key: 'x' } })
    expect(outcome).toEqual({ kind: 'gaveUp', reason: 'badKey' })
  })
})
