import { describe, expect, test } from 'vitest'
import { type Provider, startProvider } from '../../../test/rigs/provider.ts'
import { createLinks } from '../../access/secret.ts'
import { createEgress, type Egress } from '../../egress/egress.ts'
import { ANSWERS } from '../../notify/reply.ts'
import { channelConformance, HOSTILE, message } from '../channel-conformance.ts'
import { HANDLE_BYTES_MAX, makeHandle, readHandle } from './handle.ts'
import { createTelegramChannel } from './send.ts'
import { SHOWN_MAX, wordsOf } from './words.ts'

const TOKEN = '123456:AAnotarealtokenofabot'
const signal = (): AbortSignal => new AbortController().signal
const PAGE = '0193a5b0-0000-7000-8000-000000000001'
const LINKS = createLinks(Buffer.alloc(32, 7))

channelConformance('Telegram', {
  create: (egress, callMs) => createTelegramChannel(egress, { callMs }),
  destination: (provider, behaviour) => ({
    contact: { chat: '5551' },
    settings: {
      base_url: provider.urlFor(behaviour),
      bot_token: TOKEN,
      webhook_secret: 'a-webhook-secret-of-telegram',
    },
  }),
  secrets: [TOKEN, 'a-webhook-secret-of-telegram'],
  readsRetryAfter: true,
  carriesId: false,
  allowed: { okWithErrorBody: ['gaveUp'], hang: ['unknown'] },
  headers: ['connection', 'content-length', 'content-type', 'host', 'user-agent'],
})

describe('what a button carries', () => {
  test.each(ANSWERS)('is a signed token and “%s” in 64 bytes, and is read back whole', (answer) => {
    const token = LINKS.make(PAGE)
    const handle = makeHandle(answer, token)
    expect(Buffer.byteLength(handle ?? '')).toBeLessThanOrEqual(HANDLE_BYTES_MAX)
    expect(readHandle(handle)).toEqual({ answer, token })
    expect(LINKS.read(readHandle(handle)?.token ?? '')).toBe(PAGE)
  })

  test('may be a token of another form, as long as it fits', () => {
    expect(readHandle(makeHandle('escalate', 'a'.repeat(52)))).toEqual({
      answer: 'escalate',
      token: 'a'.repeat(52),
    })
    expect(makeHandle('escalate', 'a'.repeat(63))).toBeNull()
  })

  test.each(['', 'a', 'x:0123456789abcdef', 'a:short', 'a:~<script>alert(1)', null, 7, {}])(
    'is nothing where it is %j',
    (data) => {
      expect(readHandle(data)).toBeNull()
    },
  )

  test('that was altered is read as a token that nobody signed', () => {
    const handle = makeHandle('acknowledge', LINKS.make(PAGE)) ?? ''
    const altered = `${handle.slice(0, -1)}${handle.endsWith('A') ? 'B' : 'A'}`
    expect(LINKS.read(readHandle(altered)?.token ?? '')).toBeNull()
  })
})

describe('the words of a message', () => {
  test('are escaped', () => {
    const { text } = wordsOf(message({ title: '<b>x</b> & <a href="https://evil.example">y</a>' }))
    expect(text.match(/<[^>]*>/g)).toEqual(['<b>', '</b>'])
  })

  test.each(HOSTILE)('stay within Telegram’s limit with %s', (_what, text) => {
    const words = wordsOf(message({ title: text, body: `${text}&<>` }))
    const shown = words.text.replace(/<\/?b>/g, '').replace(/&\w+;|&#\d+;/g, '.')
    expect(shown.length).toBeLessThanOrEqual(SHOWN_MAX)
    expect(shown.length).toBeGreaterThan(0)
  })

  test('have a row for each button, and one that opens the page', () => {
    const url = `https://allclear.example.com/p/${LINKS.make(PAGE)}`
    const actions = [
      { verb: 'acknowledge' as const, label: 'Acknowledge', url: `${url}/acknowledge` },
    ]
    expect(wordsOf(message({ url, actions })).reply_markup.inline_keyboard).toEqual([
      [{ text: 'Acknowledge', callback_data: makeHandle('acknowledge', LINKS.make(PAGE)) }],
      [{ text: 'Open', url }],
    ])
  })

  test('have no button whose address Telegram would refuse the message for', () => {
    const url = 'http://localhost:3911/p/0123456789abcdef'
    expect(wordsOf(message({ url, actions: [] })).reply_markup.inline_keyboard).toEqual([])
  })
})

async function withProvider(
  work: (provider: Provider, egress: Egress, settings: Record<string, string>) => Promise<void>,
): Promise<void> {
  const provider = await startProvider()
  const egress = createEgress({ allow: '127.0.0.1' })
  try {
    await work(provider, egress, { base_url: provider.url, bot_token: TOKEN })
  } finally {
    egress.close()
    await provider.stop()
  }
}

test('a message that went out is edited where it stands', () =>
  withProvider(async (provider, egress, settings) => {
    const channel = createTelegramChannel(egress)
    const to = { contact: { chat: '5551' }, settings }
    const sent = await channel.send(message(), to, signal())
    expect(sent).toEqual({ kind: 'sent', providerId: '5551:1' })
    const next = message({ body: 'Acknowledged by Ben at 14:07', actions: [], url: null })
    expect((await channel.update?.('5551:1', next, to, signal()))?.kind).toBe('sent')
    expect(provider.chat.messages).toMatchObject([{ edits: 1, buttons: [] }])
    expect(provider.chat.messages[0]?.text).toContain('Acknowledged by Ben at 14:07')
  }))

test.each(['-1001234', 'ana', '0', '', '@room', '1'.repeat(30)])(
  'nothing is sent to the chat %j: only a chat of one person counts',
  (chat) =>
    withProvider(async (provider, egress, settings) => {
      const to = { contact: { chat }, settings }
      const outcome = await createTelegramChannel(egress).send(message(), to, signal())
      expect(outcome).toEqual({ kind: 'gaveUp', reason: 'badAddress' })
      expect(provider.received.seen()).toBe(0)
    }),
)
