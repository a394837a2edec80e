import { expect, test } from 'vitest'
import { message } from '../channel-conformance.ts'
import { type Stand, withStand } from '../hear.rig.ts'
import { createSlackListener } from './listen.ts'
import { createSlackChannel } from './send.ts'

const settingsOf = ({ provider }: Stand) => ({
  base_url: `${provider.url}/api`,
  bot_token: 'xoxb-1',
  app_token: 'xapp-1',
})

async function shownTo(stand: Stand) {
  const to = { contact: { user: 'U0ANA' }, settings: settingsOf(stand) }
  const url = 'https://allclear.example.com/p/0123456789abcdef'
  const { signal } = new AbortController()
  await createSlackChannel(stand.egress).send(message({ url }), to, signal)
  const shown = stand.provider.chat.messages.at(-1)
  if (!shown) throw new Error('nothing was sent')
  return shown
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((next) => setImmediate(next))
}

test('a press comes over the socket without any port of ours, and is acknowledged', () =>
  withStand(async (stand) => {
    const shown = await shownTo(stand)
    const stop = new AbortController()
    const listening = createSlackListener(stand.egress).listen(
      settingsOf(stand),
      null,
      stand.hear,
      stop.signal,
    )
    await until(() => stand.provider.chat.sockets() === 1)
    expect(await stand.provider.chat.pressBySocket(shown, 'Acknowledge', 'U0ANA')).toBe(true)
    expect(stand.heard).toMatchObject([
      { what: 'pressed', token: '0123456789abcdef', answer: 'acknowledge' },
    ])
    expect(shown.buttons).toEqual([])
    stop.abort()
    expect(await listening).toBeNull()
  }))

test('the connection is kept for the next round, and what came in between is heard then', () =>
  withStand(async (stand) => {
    const shown = await shownTo(stand)
    const listener = createSlackListener(stand.egress)
    const listen = (signal: AbortSignal) =>
      listener.listen(settingsOf(stand), null, stand.hear, signal)
    const first = new AbortController()
    const before = listen(first.signal)
    await until(() => stand.provider.chat.sockets() === 1)
    expect(await stand.provider.chat.pressBySocket(shown, 'Acknowledge', 'U0ANA')).toBe(true)
    first.abort()
    await before
    const again = await shownTo(stand)
    const acknowledged = stand.provider.chat.pressBySocket(again, 'Acknowledge', 'U0ANA')
    const second = new AbortController()
    const after = listen(second.signal)
    expect(await acknowledged).toBe(true)
    second.abort()
    await after
    const opened = stand.provider.received.all().filter((one) => one.path.endsWith('.open'))
    expect(opened).toHaveLength(1)
  }))

test('what could not be heard is not acknowledged', () =>
  withStand(async (stand) => {
    const shown = await shownTo(stand)
    stand.says(() => {
      throw new Error('the database is away')
    })
    const listening = createSlackListener(stand.egress).listen(
      settingsOf(stand),
      null,
      stand.hear,
      new AbortController().signal,
    )
    const failed = expect(listening).rejects.toThrow('away')
    await until(() => stand.provider.chat.sockets() === 1)
    const acknowledged = stand.provider.chat.pressBySocket(shown, 'Acknowledge', 'U0ANA')
    await failed
    stand.egress.close()
    expect(await acknowledged).toBe(false)
  }))

test('when Slack is about to end the connection, the next round opens another', () =>
  withStand(async (stand) => {
    const listener = createSlackListener(stand.egress)
    const never = new AbortController().signal
    const first = listener.listen(settingsOf(stand), null, stand.hear, never)
    await until(() => stand.provider.chat.sockets() === 1)
    stand.provider.chat.sendBySocket({ type: 'disconnect', reason: 'refresh_requested' })
    await first
    const stop = new AbortController()
    const second = listener.listen(settingsOf(stand), null, stand.hear, stop.signal)
    await until(
      () => stand.provider.chat.socketsOpened() === 2 && stand.provider.chat.sockets() === 1,
    )
    const shown = await shownTo(stand)
    expect(await stand.provider.chat.pressBySocket(shown, 'Acknowledge', 'U0ANA')).toBe(true)
    stop.abort()
    await second
  }))

test.each([
  {},
  [],
  'text',
  null,
  { type: 'interactive' },
  { envelope_id: 7 },
  { envelope_id: 'x', type: 'interactive', payload: [] },
])('nonsense on the socket (%#) is passed over', (value) =>
  withStand(async (stand) => {
    const shown = await shownTo(stand)
    const stop = new AbortController()
    const listening = createSlackListener(stand.egress).listen(
      settingsOf(stand),
      null,
      stand.hear,
      stop.signal,
    )
    await until(() => stand.provider.chat.sockets() === 1)
    stand.provider.chat.sendBySocket(value)
    expect(await stand.provider.chat.pressBySocket(shown, 'Acknowledge', 'U0ANA')).toBe(true)
    expect(stand.heard).toHaveLength(1)
    stop.abort()
    await listening
  }),
)

test('it is wanted only where there is a token for it', () =>
  withStand(async (stand) => {
    const listener = createSlackListener(stand.egress)
    expect(listener.isWanted(settingsOf(stand))).toBe(true)
    expect(listener.isWanted({ ...settingsOf(stand), app_token: '' })).toBe(false)
    expect(listener.isWanted({})).toBe(false)
  }))
