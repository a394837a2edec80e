import { expect, test } from 'vitest'
import type { HookRequest, Reply } from '../../notify/reply.ts'
import { twilioEar } from './hear.ts'
import { isSigned, sign } from './sign.ts'

const SETTINGS = { account_sid: 'AC1', auth_token: 'right-token', from: '+4930000000' }
const HOST = 'https://pager.example.com'
const TOKEN = 'some-page.signature'

type Sent = {
  path: string
  form: Record<string, string>
  method?: string
  type?: string
  body?: string
  signature?: string | null
  signedAt?: string
  publicUrl?: string
  signedForm?: Record<string, string>
  secret?: string
}

const KEYS: Sent = {
  path: `/voice/${TOKEN}/keys`,
  form: { AccountSid: 'AC1', CallSid: 'CA1', To: '+491700000001', Digits: '1' },
}

/** Sends one request to the ear, with what it would have done. */
async function send(sent: Sent): Promise<{ status: number; body: string; heard: Reply[] }> {
  const [path = '', query = ''] = sent.path.split('?')
  const address = `${HOST}/hooks/twilio${sent.path}`
  const form = new URLSearchParams(sent.signedForm ?? sent.form)
  const signature =
    sent.signature === undefined
      ? sign(sent.secret ?? 'right-token', sent.signedAt ?? address, form)
      : sent.signature
  const headers = new Headers({ 'content-type': sent.type ?? 'application/x-www-form-urlencoded' })
  if (signature !== null) headers.set('x-twilio-signature', signature)
  const request: HookRequest = {
    method: sent.method ?? 'POST',
    path,
    query: new URLSearchParams(query),
    headers,
    body: new TextEncoder().encode(sent.body ?? new URLSearchParams(sent.form).toString()),
    publicUrl: sent.publicUrl ?? `${HOST}/hooks/twilio${path}`,
    now: 0,
  }
  const heard: Reply[] = []
  const reply = await twilioEar.hear(request, SETTINGS, async (one) => {
    heard.push(one)
    return { done: true, sentence: 'You have it.' }
  })
  return { status: reply.status, body: reply.body, heard }
}

test('a key that was pressed is heard, with the number that was called', async () => {
  const { status, heard } = await send(KEYS)
  expect(status).toBe(200)
  expect(heard[0]).toMatchObject({
    what: 'pressed',
    token: TOKEN,
    answer: 'acknowledge',
    from: { kind: 'call', address: '+491700000001' },
  })
})

const right = sign(
  'right-token',
  `${HOST}/hooks/twilio${KEYS.path}`,
  new URLSearchParams(KEYS.form),
)
const other = { ...KEYS.form, Digits: '2' }

const FORGED: readonly (readonly [string, Partial<Sent>])[] = [
  ['no signature', { signature: null }],
  ['an empty signature', { signature: '' }],
  ['a short signature', { signature: right.slice(0, 10) }],
  ['a signature that is not base64', { signature: `${'!'.repeat(27)}=` }],
  ['a signature in hex', { signature: Buffer.from(right, 'base64').toString('hex') }],
  ['a signature of the right shape that is wrong', { signature: `${'A'.repeat(27)}=` }],
  ['a signature of an older request', { signedForm: { ...KEYS.form, CallSid: 'CA0' } }],
  ['an altered body', { form: other, signedForm: KEYS.form }],
  ['the secret of somebody else', { secret: 'another-token' }],
  ['the account of somebody else', { form: { ...KEYS.form, AccountSid: 'AC2' } }],
  ['another host', { signedAt: `https://evil.example.com/hooks/twilio${KEYS.path}` }],
  ['another port', { signedAt: `${HOST}:9999/hooks/twilio${KEYS.path}` }],
  ['another path', { signedAt: `${HOST}/hooks/twilio/voice/another.page/keys` }],
  ['a field too many', { form: { ...KEYS.form, More: '1' }, signedForm: KEYS.form }],
  ['a field too few', { form: KEYS.form, signedForm: { ...KEYS.form, From: '+1' } }],
  ['JSON in the place of a form', { type: 'application/json', body: JSON.stringify(KEYS.form) }],
  ['GET', { method: 'GET' }],
  ['a hundred thousand fields', { body: 'a=1&'.repeat(100_000) }],
]

for (const [what, change] of FORGED) {
  test(`${what}: refused without a reason, and nothing is heard (T13)`, async () => {
    const { status, body, heard } = await send({ ...KEYS, ...change })
    expect({ status, body, heard }).toEqual({ status: 403, body: '', heard: [] })
  })
}

test('a replay carries the same mark, by which it counts once', async () => {
  const [first, second] = [await send(KEYS), await send(KEYS)]
  const markOf = (heard: Reply[]) => heard.map((one) => ('once' in one ? one.once : null))
  expect(markOf(first.heard)[0]).toBe(`CA1 ${TOKEN} 1`)
  expect(markOf(second.heard)).toEqual(markOf(first.heard))
})

test('behind a proxy the port may be there or not', async () => {
  const at = `/hooks/twilio${KEYS.path}`
  expect((await send({ ...KEYS, signedAt: `${HOST}:443${at}` })).status).toBe(200)
  const behind = { publicUrl: `${HOST}:8443${at}` }
  expect((await send({ ...KEYS, ...behind, signedAt: `${HOST}:8443${at}` })).status).toBe(200)
  expect((await send({ ...KEYS, ...behind, signedAt: `${HOST}${at}` })).status).toBe(200)
})

test("the signatures that Twilio's own documentation and library publish are ours, too", () => {
  const asked = 'https://mycompany.com/myapp.php?foo=1&bar=2'
  const form = (caller: string) =>
    new URLSearchParams({
      CallSid: 'CA1234567890ABCDE',
      Caller: caller,
      Digits: '1234',
      From: caller,
      To: '+18005551212',
    })
  expect(sign('12345', asked, form('+12349013030'))).toBe('0/KCTR6DLpKmkAf8muzZqo1nDgQ=')
  expect(sign('12345', asked, form('+14158675309'))).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=')
})

test('fields that come several times are signed in order, each value once', () => {
  const form = new URLSearchParams('b=2&a=3&a=1&a=3')
  const plain = new URLSearchParams('a=1&a=3&b=2')
  expect(sign('t', HOST, form)).toBe(sign('t', HOST, plain))
  expect(isSigned('', sign('', HOST, form), HOST, form)).toBe(false)
})

const STATUSES: readonly (readonly [Record<string, string>, string | null, string | null])[] = [
  [{ MessageSid: 'SM1', MessageStatus: 'delivered' }, 'delivered', null],
  [{ MessageSid: 'SM1', MessageStatus: 'read' }, 'delivered', null],
  [
    { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30007' },
    'undelivered',
    'error30007',
  ],
  [{ MessageSid: 'SM1', MessageStatus: 'failed' }, 'undelivered', 'failed'],
  [{ MessageSid: 'SM1', MessageStatus: 'sent' }, null, null],
  [{ MessageSid: 'SM1', MessageStatus: 'constructor' }, null, null],
  [{ MessageStatus: 'delivered' }, null, null],
  [{ CallSid: 'CA1', CallStatus: 'no-answer' }, 'undelivered', 'noAnswer'],
  [{ CallSid: 'CA1', CallStatus: 'busy' }, 'undelivered', 'busy'],
  [{ CallSid: 'CA1', CallStatus: 'in-progress' }, null, null],
  [{ CallSid: 'CA1', CallStatus: 'completed' }, 'undelivered', 'hungUp'],
  [
    { CallSid: 'CA1', CallStatus: 'completed', AnsweredBy: 'machine_end_beep' },
    'undelivered',
    'voicemail',
  ],
]

test('what became of messages and calls is told in our words', async () => {
  for (const [form, outcome, reason] of STATUSES) {
    const { status, heard } = await send({ path: '/status', form: { AccountSid: 'AC1', ...form } })
    expect(status).toBe(204)
    const told = heard.map((one) => (one.what === 'delivery' ? [one.outcome, one.reason] : one))
    expect([form, told]).toEqual([form, outcome === null ? [] : [[outcome, reason]]])
  }
})

const text = (Body: string, more: Record<string, string> = {}) =>
  send({
    path: '/sms',
    form: { AccountSid: 'AC1', From: '+491700000001', MessageSid: 'SM1', Body, ...more },
  })

test('STOP is heard as such and gets no answer of ours', async () => {
  for (const word of ['STOP', 'stop ', 'Unsubscribe', 'QUIT']) {
    const { heard, body } = await text(word)
    expect([word, heard[0]?.what]).toEqual([word, 'stopped'])
    expect(body).not.toContain('<Message>')
  }
  expect((await text('anything', { OptOutType: 'STOP' })).heard[0]?.what).toBe('stopped')
  expect((await text('start')).heard[0]?.what).toBe('started')
  expect((await text('stop it please')).heard[0]?.what).toBe('said')
})

test('what is said is data in the XML that answers', async () => {
  const { body } = await text('1')
  expect(body).toContain('<Message>You have it.</Message>')
  expect((await text('1', { From: SETTINGS.from })).heard).toEqual([])
})
