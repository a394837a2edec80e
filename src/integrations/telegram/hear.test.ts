import { describe, expect, test } from 'vitest'
import { createLinks } from '../../access/secret.ts'
import { message } from '../channel-conformance.ts'
import { hookRequest, type Stand, withStand } from '../hear.rig.ts'
import { createTelegramEar } from './hear.ts'
import { createTelegramListener } from './listen.ts'
import { createTelegramChannel } from './send.ts'

const SECRET = 'a-webhook-secret-of-telegram'
const TOKEN = createLinks(Buffer.alloc(32, 7)).make('0193a5b0-0000-7000-8000-000000000001')
const settingsOf = ({ provider }: Stand) => ({
  base_url: provider.url,
  bot_token: '123456:AAnotarealtokenofabot',
})

async function shownTo(stand: Stand) {
  const to = { contact: { chat: '5551' }, settings: settingsOf(stand) }
  const url = `https://allclear.example.com/p/${TOKEN}`
  const { signal } = new AbortController()
  await createTelegramChannel(stand.egress).send(message({ url }), to, signal)
  const [shown] = stand.provider.chat.messages
  if (!shown) throw new Error('nothing was sent')
  return shown
}

const poll = (stand: Stand, cursor: string | null) =>
  createTelegramListener(stand.egress, { holdSeconds: 0 }).listen(
    settingsOf(stand),
    cursor,
    stand.hear,
    new AbortController().signal,
  )

describe('asking for updates', () => {
  test('a press is heard, answered, and shown in the message; the cursor moves on', () =>
    withStand(async (stand) => {
      const shown = await shownTo(stand)
      const id = stand.provider.chat.telegramPress(shown, 'Acknowledge', 5551)
      const cursor = await poll(stand, null)
      expect(cursor).toBe(String(id + 1))
      expect(stand.heard).toEqual([
        {
          what: 'pressed',
          token: TOKEN,
          answer: 'acknowledge',
          from: { kind: 'telegram', address: '5551' },
          once: String(id),
        },
      ])
      expect(shown.text).toContain('You have it. Nobody else is being paged.')
      expect(shown.buttons).toEqual([])
      expect(stand.provider.chat.whispers).toMatchObject([
        { text: expect.stringMatching(/^You have it/) },
      ])
      expect(await poll(stand, cursor)).toBe(cursor)
      expect(stand.heard).toHaveLength(1)
    }))

  test('it is told to Telegram at once, while the request is held', () =>
    withStand(async (stand) => {
      const shown = await shownTo(stand)
      const listening = createTelegramListener(stand.egress).listen(
        settingsOf(stand),
        null,
        stand.hear,
        new AbortController().signal,
      )
      await stand.provider.received.whenCount(2)
      stand.provider.chat.telegramPress(shown, 'Acknowledge', 5551)
      await listening
      expect(stand.heard).toHaveLength(1)
    }))

  test('words are heard as words, and the sentence comes back', () =>
    withStand(async (stand) => {
      stand.provider.chat.telegramSay('1 please', 5551)
      await poll(stand, null)
      expect(stand.heard).toMatchObject([
        { what: 'said', text: '1 please', from: { kind: 'telegram', address: '5551' } },
      ])
      expect(stand.provider.chat.messages).toMatchObject([
        { channel: '5551', text: 'You have it. Nobody else is being paged.' },
      ])
    }))

  test('/start tells a person the number to enter, and is not heard', () =>
    withStand(async (stand) => {
      stand.provider.chat.telegramSay('/start', 77)
      await poll(stand, null)
      expect(stand.heard).toEqual([])
      expect(stand.provider.chat.messages[0]?.text).toContain('Your chat id is 77.')
    }))

  test('what cannot be heard is asked for again, and holds up the others five times at most', () =>
    withStand(async (stand) => {
      stand.provider.chat.telegramSay('poison', 5551)
      stand.provider.chat.telegramSay('2', 5551)
      stand.says(() => {
        if (
          stand.heard.at(-1)?.what === 'said' &&
          JSON.stringify(stand.heard.at(-1)).includes('poison')
        )
          throw new Error('cannot be heard')
        return { done: true, sentence: null }
      })
      const listener = createTelegramListener(stand.egress, { holdSeconds: 0 })
      const { signal } = new AbortController()
      const again = () => listener.listen(settingsOf(stand), null, stand.hear, signal)
      for (let times = 1; times < 5; times += 1) await expect(again()).rejects.toThrow('cannot')
      expect(await again()).toBe('1002')
      expect(stand.heard.at(-1)).toMatchObject({ text: '2' })
    }))

  test('a refusal is an error, so that it is not asked again at once', () =>
    withStand(async (stand) => {
      stand.provider.behave('unauthorized401')
      await expect(poll(stand, null)).rejects.toThrow('unauthorized')
    }))

  test('it is wanted where Telegram does not call us', () =>
    withStand(async (stand) => {
      const { isWanted } = createTelegramListener(stand.egress)
      expect(isWanted(settingsOf(stand))).toBe(true)
      expect(isWanted({ ...settingsOf(stand), webhook_secret: SECRET })).toBe(false)
      expect(isWanted({})).toBe(false)
    }))

  test.each([
    { callback_query: { id: 'q', from: { id: 5551, is_bot: true }, data: `a:${'x'.repeat(40)}` } },
    { callback_query: { id: 'q', from: {}, data: `a:${'x'.repeat(40)}` } },
    { callback_query: { from: { id: 1 } } },
    { callback_query: { id: 'q', from: { id: 5551 }, data: { $ne: 1 } } },
    { message: { from: { id: 5551 }, chat: { id: -100, type: 'group' }, text: '1' } },
    { message: { from: { id: 5551 }, chat: { id: 5551, type: 'private' } } },
    { message: [] },
    {},
  ])('what is nobody’s word (%#) is not heard', (update) =>
    withStand(async (stand) => {
      stand.provider.chat.telegramUpdates.push({ update_id: 9, ...update })
      expect(await poll(stand, null)).toBe('10')
      expect(stand.heard).toEqual([])
    }),
  )
})

const UPDATE = JSON.stringify({
  update_id: 42,
  message: { from: { id: 5551 }, chat: { id: 5551, type: 'private' }, text: '1' },
})
const name = 'x-telegram-bot-api-secret-token'

describe('the door that Telegram calls', () => {
  const hearIn = (
    stand: Stand,
    body: string,
    headers: Record<string, string>,
    secret = SECRET,
    more = {},
  ) =>
    createTelegramEar(stand.egress).hear(
      hookRequest(body, headers, more),
      { ...settingsOf(stand), webhook_secret: secret },
      stand.hear,
    )

  test('hears what bears the secret, and the same update once', () =>
    withStand(async (stand) => {
      const ear = createTelegramEar(stand.egress)
      const settings = { ...settingsOf(stand), webhook_secret: SECRET }
      const request = hookRequest(UPDATE, { [name]: SECRET })
      expect((await ear.hear(request, settings, stand.hear)).status).toBe(200)
      expect((await ear.hear(request, settings, stand.hear)).status).toBe(200)
      expect(stand.heard).toMatchObject([{ what: 'said', text: '1', once: '42' }])
    }))

  test.each([
    ['no secret', {}, SECRET],
    ['an empty secret', { [name]: '' }, SECRET],
    ['an empty secret where none is set', { [name]: '' }, ''],
    ['no secret where none is set', {}, ''],
    ['a wrong secret', { [name]: `${SECRET.slice(0, -1)}X` }, SECRET],
    ['a secret that is too short', { [name]: SECRET.slice(0, -1) }, SECRET],
    ['a secret that is too long', { [name]: `${SECRET}x` }, SECRET],
    ['a secret in other letters', { [name]: SECRET.toUpperCase() }, SECRET],
    ['the secret in another header', { authorization: SECRET }, SECRET],
    ['the secret as a bearer', { authorization: `Bearer ${SECRET}` }, SECRET],
    ['the bot’s token', { [name]: '123456:AAnotarealtokenofabot' }, SECRET],
    ['two secrets', { [name]: `${SECRET}, ${SECRET}` }, SECRET],
    ['a secret that anybody would guess', { [name]: 'x' }, 'x'],
    ['a secret that is nothing but blanks', { [name]: '   ' }, '   '],
  ])('%s is refused without a reason', (_what, headers, secret) =>
    withStand(async (stand) => {
      const reply = await hearIn(stand, UPDATE, headers as Record<string, string>, secret)
      expect(reply).toMatchObject({ status: 403, body: '' })
      expect(stand.heard).toEqual([])
    }),
  )

  test('another method is refused', () =>
    withStand(async (stand) => {
      const reply = await hearIn(stand, UPDATE, { [name]: SECRET }, SECRET, { method: 'GET' })
      expect(reply.status).toBe(403)
    }))

  test.each(['', '{', '[]', 'null', '{"update_id":"1"}', '['.repeat(10_000)])(
    'with the secret and nonsense within (%#) it is a bad request',
    (body) =>
      withStand(async (stand) => {
        expect((await hearIn(stand, body, { [name]: SECRET })).status).toBe(400)
      }),
  )

  test('what could not be heard is an error, so that Telegram sends it again', () =>
    withStand(async (stand) => {
      stand.says(() => {
        throw new Error('the database is away')
      })
      await expect(hearIn(stand, UPDATE, { [name]: SECRET })).rejects.toThrow('away')
    }))
})
