import { describe, expect, test } from 'vitest'
import { message } from '../channel-conformance.ts'
import { hookRequest, NOW, type Stand, withStand } from '../hear.rig.ts'
import { createSlackEar } from './hear.ts'
import { createSlackChannel } from './send.ts'
import { signatureOf } from './verify.ts'

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const FORM = 'application/x-www-form-urlencoded'
const STAMP = String(NOW / 1_000)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const signed = (body: string, stamp = STAMP, secret = SECRET): Record<string, string> => ({
  'content-type': FORM,
  'x-slack-request-timestamp': stamp,
  'x-slack-signature': signatureOf(secret, stamp, bytes(body)),
})

const settingsOf = ({ provider }: Stand) => ({
  base_url: `${provider.url}/api`,
  bot_token: 'xoxb-1',
  signing_secret: SECRET,
})

/** A message with a button that went to Ana, and the form that tells of her pressing it. */
async function sentAndPressed(stand: Stand, user = 'U0ANA', postToken?: string) {
  const settings = settingsOf(stand)
  const url = 'https://allclear.example.com/p/0123456789abcdef'
  const channel = createSlackChannel(stand.egress)
  const { signal } = new AbortController()
  const to = { contact: { user: 'U0ANA' }, settings }
  await channel.send(message({ url, ...(postToken ? { postToken } : {}) }), to, signal)
  const [shown] = stand.provider.chat.messages
  if (!shown) throw new Error('nothing was sent')
  const payload = stand.provider.chat.slackPress(shown, 'Acknowledge', user)
  return {
    settings,
    shown,
    body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
  }
}

describe('a button that was pressed', () => {
  test('is heard with its token and who pressed it, and the message says so', () =>
    withStand(async (stand) => {
      stand.provider.chat.users.push({ id: 'U0ANA', email: 'ana@example.com' })
      const { settings, shown, body } = await sentAndPressed(stand)
      const headers = signed(body)
      const reply = await createSlackEar(stand.egress).hear(
        hookRequest(body, headers),
        settings,
        stand.hear,
      )
      expect(reply).toMatchObject({ status: 200, body: '' })
      expect(stand.heard).toEqual([
        {
          what: 'pressed',
          token: '0123456789abcdef',
          answer: 'acknowledge',
          from: { kind: 'slack', address: 'U0ANA', also: ['ana@example.com'] },
          once: headers['x-slack-signature'],
        },
      ])
      expect(shown.text).toContain('You have it. Nobody else is being paged.')
      expect(shown.text).toContain(message().title)
      expect(shown.buttons).toEqual([])
    }))

  test('and changed nothing leaves the message, and tells only who pressed', () =>
    withStand(async (stand) => {
      stand.says({ done: false, sentence: 'Already acknowledged by Ben at 14:07 & <so on>.' })
      const { settings, shown, body } = await sentAndPressed(stand)
      await createSlackEar(stand.egress).hear(hookRequest(body, signed(body)), settings, stand.hear)
      expect(shown.edits).toBe(0)
      expect(stand.provider.chat.whispers).toEqual([
        { user: 'U0ANA', text: 'Already acknowledged by Ben at 14:07 &amp; &lt;so on&gt;.' },
      ])
    }))

  test('in a post is heard as of a post, and answered only to who pressed', () =>
    withStand(async (stand) => {
      const { settings, shown, body } = await sentAndPressed(stand, 'U0CY', 'fedcba9876543210')
      await createSlackEar(stand.egress).hear(hookRequest(body, signed(body)), settings, stand.hear)
      expect(stand.heard).toMatchObject([
        { what: 'pressedPost', token: 'fedcba9876543210', from: { address: 'U0CY' } },
      ])
      expect(shown.edits).toBe(0)
      expect(stand.provider.chat.whispers.map((one) => one.user)).toEqual(['U0CY'])
    }))

  test.each([
    ['of another workspace', { team: 'T0EVIL' }],
    ['whom Slack calls a stranger', { isStranger: true }],
  ])('by somebody %s is not known by the e-mail address they wrote down', (_what, more) =>
    withStand(async (stand) => {
      stand.provider.chat.users.push({ id: 'U0EVE', email: 'ana@example.com', ...more })
      const { settings, body } = await sentAndPressed(stand, 'U0EVE')
      await createSlackEar(stand.egress).hear(hookRequest(body, signed(body)), settings, stand.hear)
      expect(stand.heard).toMatchObject([{ from: { address: 'U0EVE', also: [] } }])
    }),
  )

  test('that could not be heard may be sent again', () =>
    withStand(async (stand) => {
      const { settings, body } = await sentAndPressed(stand)
      const ear = createSlackEar(stand.egress)
      stand.says(() => {
        throw new Error('the database is away')
      })
      const request = hookRequest(body, signed(body))
      await expect(ear.hear(request, settings, stand.hear)).rejects.toThrow('away')
      stand.says({ done: true, sentence: null })
      expect((await ear.hear(request, settings, stand.hear)).status).toBe(200)
    }))

  test('is answered in time when hearing takes longer than Slack waits', () =>
    withStand(async (stand) => {
      const { settings, body } = await sentAndPressed(stand)
      const never = (): Promise<never> => new Promise(() => undefined)
      const reply = await createSlackEar(stand.egress).hear(
        hookRequest(body, signed(body)),
        settings,
        never,
      )
      expect(reply.status).toBe(200)
    }))
})

test('the address is confirmed when it is set up', () =>
  withStand(async (stand) => {
    const body = JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aBm' })
    const headers = { ...signed(body), 'content-type': 'application/json' }
    const reply = await createSlackEar(stand.egress).hear(
      hookRequest(body, headers),
      settingsOf(stand),
      stand.hear,
    )
    expect(reply).toMatchObject({ status: 200, body: '3eZbrw1aBm' })
  }))

const BODY = new URLSearchParams({
  payload: JSON.stringify({
    type: 'block_actions',
    user: { id: 'U0ANA' },
    actions: [{ action_id: 'page:acknowledge', value: '0123456789abcdef' }],
  }),
}).toString()
const right = signed(BODY)
const without = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(right).filter(([one]) => one !== name))
const withSignature = (text: string): Record<string, string> => ({
  ...right,
  'x-slack-signature': text,
})
const given = right['x-slack-signature'] ?? ''

const FORGED: readonly (readonly [string, string, Record<string, string>])[] = [
  ['no signature', BODY, without('x-slack-signature')],
  ['no time', BODY, without('x-slack-request-timestamp')],
  ['an empty signature', BODY, withSignature('')],
  ['a signature that is too short', BODY, withSignature(given.slice(0, -2))],
  ['a signature that is too long', BODY, withSignature(`${given}00`)],
  ['a signature that is not hexadecimal', BODY, withSignature(`v0=${'z'.repeat(64)}`)],
  ['a wrong signature', BODY, withSignature(`v0=${'0'.repeat(64)}`)],
  ['a signature of another version', BODY, withSignature(given.replace('v0', 'v1'))],
  ['a signature of long ago', BODY, signed(BODY, String(NOW / 1_000 - 301))],
  ['a signature of the future', BODY, signed(BODY, String(NOW / 1_000 + 301))],
  ['a time that is no number', BODY, signed(BODY, 'NaN')],
  [
    'a time other than the one that was signed',
    BODY,
    { ...right, 'x-slack-request-timestamp': String(NOW / 1_000 - 1) },
  ],
  ['a body that was altered', BODY.replace('U0ANA', 'U0EVE'), right],
  ['the secret of somebody else', BODY, signed(BODY, STAMP, 'another-secret')],
  ['an empty secret', BODY, signed(BODY, STAMP, '')],
]

describe('what somebody else made up', () => {
  test.each(FORGED)('%s is refused without a reason', (_what, body, headers) =>
    withStand(async (stand) => {
      const reply = await createSlackEar(stand.egress).hear(
        hookRequest(body, headers),
        settingsOf(stand),
        stand.hear,
      )
      expect(reply).toMatchObject({ status: 403, body: '' })
      expect(stand.heard).toEqual([])
    }),
  )

  test('the same once more is refused, and heard once', () =>
    withStand(async (stand) => {
      const ear = createSlackEar(stand.egress)
      const statuses = []
      for (let times = 0; times < 3; times += 1)
        statuses.push(
          (await ear.hear(hookRequest(BODY, right), settingsOf(stand), stand.hear)).status,
        )
      expect(statuses).toEqual([200, 403, 403])
      expect(stand.heard).toHaveLength(1)
    }))

  test('nothing is accepted where no secret is set', () =>
    withStand(async (stand) => {
      const settings = { ...settingsOf(stand), signing_secret: '' }
      const headers = signed(BODY, STAMP, '')
      const reply = await createSlackEar(stand.egress).hear(
        hookRequest(BODY, headers),
        settings,
        stand.hear,
      )
      expect(reply.status).toBe(403)
    }))

  test.each([
    'payload=',
    'payload=%7B',
    'payload=[]',
    '',
    'payload=null',
    `payload=${'['.repeat(10_000)}`,
    new URLSearchParams({ payload: '{"type":"block_actions","actions":[null]}' }).toString(),
    new URLSearchParams({
      payload: '{"type":"block_actions","actions":{"0":1},"user":7}',
    }).toString(),
    new URLSearchParams({ payload: '{"type":"view_submission","user":{"id":"U0ANA"}}' }).toString(),
  ])('with a right signature and nonsense within (%#) never throws and is not heard', (body) =>
    withStand(async (stand) => {
      const reply = await createSlackEar(stand.egress).hear(
        hookRequest(body, signed(body)),
        settingsOf(stand),
        stand.hear,
      )
      expect([200, 400]).toContain(reply.status)
      expect(stand.heard).toEqual([])
    }),
  )
})
