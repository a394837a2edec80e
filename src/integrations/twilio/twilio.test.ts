import { describe, expect, test } from 'vitest'
import { type Provider, startProvider } from '../../../test/rigs/provider.ts'
import { twilioDialect } from '../../../test/rigs/provider-twilio.ts'
import { createEgress } from '../../egress/egress.ts'
import type { Medium } from '../../notify/carrier.ts'
import type { Outcome, Outgoing } from '../../notify/channel.ts'
import { AT, channelConformance, HOSTILE, message } from '../channel-conformance.ts'
import { NUMBER, overOneCarrier, PUBLIC_URL } from '../telephone/conformance.rig.ts'
import { findTaken } from './find.ts'
import { hooksAt } from './forms.ts'
import { createTwilioCarrier } from './send.ts'
import { spokenTwiml, TWIML_MAX } from './twiml.ts'

const SECRET = 'auth-token-0123456789abcdef'
const settings = (base_url: string) => ({
  account_sid: 'AC0123456789abcdef0123456789abcdef',
  auth_token: SECRET,
  from: '+15550001111',
  base_url,
})

for (const medium of ['sms', 'call'] as const) {
  channelConformance(`twilio ${medium}`, {
    create: overOneCarrier(createTwilioCarrier, medium),
    dialect: twilioDialect(),
    destination: (provider, behaviour) => ({
      contact: { number: NUMBER },
      settings: settings(provider.urlFor(behaviour)),
    }),
    secrets: [SECRET, Buffer.from(SECRET).toString('base64').slice(0, 12)],
    readsRetryAfter: true,
    allowed: { okWithErrorBody: ['gaveUp'], hang: ['unknown'] },
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

type Sent = { outcome: Outcome; provider: Provider; form: URLSearchParams }

async function send(
  medium: Medium,
  sent: Outgoing,
  more: { settings?: object; publicUrl?: string | null; answer?: number; code?: number } = {},
): Promise<Sent> {
  const provider = await startProvider({ dialect: twilioDialect(() => more.code) })
  if (more.answer === 400) provider.behave('refused400')
  if (more.answer === 429) provider.behave('limited429')
  const egress = createEgress({ allow: '127.0.0.1' })
  const publicUrl = more.publicUrl === undefined ? PUBLIC_URL : more.publicUrl
  const to = {
    contact: { number: NUMBER },
    settings: { ...settings(provider.url), ...more.settings },
  }
  const channel = overOneCarrier(createTwilioCarrier, medium, publicUrl)(egress)
  const outcome = await channel.send(sent, to, new AbortController().signal)
  egress.close()
  await provider.stop()
  return { outcome, provider, form: new URLSearchParams(provider.received.last()?.body) }
}

const { url } = message()

describe('a text', () => {
  test('is created with the words, the sender, how long it is good for, and where to report', async () => {
    const { outcome, provider, form } = await send('sms', message())
    expect(outcome).toEqual({
      kind: 'sent',
      providerId: `SM${'1'.padStart(32, '0')}`,
      carrier: 'twilio',
    })
    expect(provider.received.last()?.path).toBe(
      '/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json',
    )
    expect(provider.received.last()?.headers.authorization).toBe(
      `Basic ${Buffer.from(`AC0123456789abcdef0123456789abcdef:${SECRET}`).toString('base64')}`,
    )
    expect(Object.fromEntries(form)).toEqual({
      To: NUMBER,
      From: '+15550001111',
      Body: `Checkout API: error rate above 5 %\nCritical since Mon 03:02\n${url}\nReply 1 to acknowledge`,
      ValidityPeriod: '600',
      StatusCallback: `${PUBLIC_URL}/hooks/twilio/status`,
    })
  })

  test('without a public address asks for no reply and no report', async () => {
    const { form } = await send('sms', message(), { publicUrl: null })
    expect([form.has('StatusCallback'), form.get('Body')?.includes('Reply')]).toEqual([
      false,
      false,
    ])
  })

  test('from a name asks for no reply, from a messaging service it does', async () => {
    const named = await send('sms', message(), { settings: { sms_from: 'ALLCLEAR' } })
    expect([named.form.get('From'), named.form.get('Body')?.includes('Reply')]).toEqual([
      'ALLCLEAR',
      false,
    ])
    const sms_from = `MG${'a'.repeat(32)}`
    const pooled = await send('sms', message(), { settings: { sms_from } })
    expect([pooled.form.get('MessagingServiceSid'), pooled.form.has('From')]).toEqual([
      sms_from,
      false,
    ])
    expect(pooled.form.get('Body')).toContain('Reply 1')
  })

  test('goes with an API key where there is one', async () => {
    const { provider } = await send('sms', message(), {
      settings: { api_key: 'SK1', api_secret: 'hush' },
    })
    expect(provider.received.last()?.headers.authorization).toBe(
      `Basic ${Buffer.from('SK1:hush').toString('base64')}`,
    )
  })
})

describe('a call', () => {
  test('asks us what to say, and rings no machine out of its sleep', async () => {
    const { form } = await send('call', message())
    expect([...form]).toEqual([
      ['To', NUMBER],
      ['From', '+15550001111'],
      ['Timeout', '30'],
      ['MachineDetection', 'Enable'],
      ['Url', `${PUBLIC_URL}/hooks/twilio/voice/token`],
      ['StatusCallback', `${PUBLIC_URL}/hooks/twilio/status`],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'answered'],
      ['StatusCallbackEvent', 'completed'],
    ])
  })

  test('without a public address says what it has to say itself', async () => {
    const { form } = await send('call', message(), { publicUrl: null })
    expect([form.has('Url'), form.has('StatusCallback')]).toEqual([false, false])
    expect(form.get('Twiml')).toMatch(
      /^<Response><Say>This is Allclear\.<\/Say>.*Critical alert\..*Checkout API.*open Allclear/,
    )
  })

  test('of several pages has no keys, which would answer one of them only', async () => {
    const { form } = await send('call', message({ actions: [], title: '12 alerts are waiting' }))
    expect(form.has('Url')).toBe(false)
    expect(form.get('Twiml')).toContain('12 alerts are waiting')
  })

  test.each(HOSTILE)('says only what it may with %s', (_what, text) => {
    const twiml = spokenTwiml(message({ title: text, body: text, data: { severity: text } }))
    expect(twiml.length).toBeLessThanOrEqual(TWIML_MAX)
    expect(twiml.replaceAll(/<\/?(Response|Say)>|<Pause length="1"\/>/g, '')).not.toMatch(/[<>]/)
  })
})

test('a stranger is given our address over https only; a server that the operator named, any', () => {
  const http = 'http://pager.intra'
  expect([hooksAt(PUBLIC_URL, {}), hooksAt(http, {}), hooksAt(null, {})]).toEqual([
    `${PUBLIC_URL}/hooks/twilio`,
    null,
    null,
  ])
  expect(hooksAt(http, { base_url: 'http://gateway.intra' })).toBe(`${http}/hooks/twilio`)
})

describe('what a refusal means', () => {
  test.each([
    [21211, 'invalidNumber'],
    [21614, 'invalidNumber'],
    [21610, 'stopped'],
    [21408, 'blockedCountry'],
    [20003, 'unauthorized'],
    [20005, 'accountClosed'],
    [21606, 'badSender'],
    [99999, 'http400'],
  ])('the code %i gives up: %s', async (code, reason) => {
    const { outcome } = await send('sms', message(), { answer: 400, code })
    expect(outcome).toMatchObject({ kind: 'gaveUp', reason })
  })

  test('too many requests are tried again, when the provider says', async () => {
    const { outcome } = await send('sms', message(), { answer: 429 })
    expect(outcome).toMatchObject({
      kind: 'tryAgain',
      reason: 'tooManyRequests',
      retryAfterMs: 7_000,
    })
  })
})

describe('a text whose answer was lost', () => {
  const again = { since: Date.now(), carrier: 'twilio' }

  test('is looked for before it is sent once more, and is not sent when it is there', async () => {
    const provider = await startProvider({ dialect: twilioDialect() })
    const egress = createEgress({ allow: '127.0.0.1' })
    const to = { contact: { number: NUMBER }, settings: settings(provider.url) }
    const channel = overOneCarrier(createTwilioCarrier, 'sms')(egress, 250)
    const { signal } = new AbortController()
    provider.behave('acceptedThenTimeout')
    const lost = await channel.send(message(), to, signal)
    provider.behave('ok')
    const later = message({ again, body: 'Critical since Mon 03:02\nIf you do nothing: other' })
    const found = await channel.send(later, to, signal)
    const other = message({ again, url: 'https://allclear.example.com/p/other' })
    const fresh = await channel.send(other, to, signal)
    egress.close()
    await provider.stop()
    expect([lost.kind, found.kind, fresh.kind]).toEqual(['unknown', 'sent', 'sent'])
    expect(found).toMatchObject({ providerId: `SM${'1'.padStart(32, '0')}` })
    expect(provider.received.all()).toHaveLength(2)
  })

  const row = (more: object = {}) => ({
    sid: 'SM1',
    to: NUMBER,
    body: `x ${url}`,
    date_created: new Date(AT).toUTCString(),
    status: 'sent',
    ...more,
  })
  const find = (rows: unknown, since = AT, status = 200) =>
    findTaken({ status, body: JSON.stringify({ messages: rows }) }, message(), {
      number: NUMBER,
      text: 'x',
      since,
    })

  test.each([
    ['the same link to the same number', [row()], 'SM1'],
    ['another number', [row({ to: '+15550009999' })], null],
    ['another link', [row({ body: 'x' })], null],
    ['one that failed', [row({ status: 'failed' })], null],
    ['one without a date', [row({ date_created: null })], null],
    ['no list', 'x', null],
    ['rows that are none', [null, 7, 'x', []], null],
  ])('with %s', (_what, rows, found) => {
    expect(find(rows)).toBe(found)
  })

  test('an older one is another page, and what is no answer proves nothing', () => {
    expect(find([row()], AT + 60_000)).toBeNull()
    expect(find([row()], AT, 500)).toBeNull()
    expect(
      findTaken({ status: 200, body: '<' }, message(), { number: NUMBER, text: '', since: 0 }),
    ).toBeNull()
  })
})
