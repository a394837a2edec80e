import { describe, expect, test } from 'vitest'
import { startProvider } from '../../../test/rigs/provider.ts'
import { createEgress } from '../../egress/egress.ts'
import { channelConformance, HOSTILE, message } from '../channel-conformance.ts'
import { bodyOf, MESSAGE_BYTES_MAX } from './body.ts'
import { createNtfyChannel } from './send.ts'

const TOKEN = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2'

channelConformance('ntfy', {
  create: (egress, callMs) => createNtfyChannel(egress, { callMs }),
  destination: (provider, behaviour) => ({
    contact: { topic: 'maria-pager' },
    settings: { base_url: provider.urlFor(behaviour), token: TOKEN },
  }),
  secrets: [TOKEN],
  readsRetryAfter: true,
  allowed: { okWithErrorBody: ['gaveUp'], hang: ['unknown'] },
  headers: ['authorization', 'connection', 'content-length', 'content-type', 'host', 'user-agent'],
})

const read = (...args: Parameters<typeof bodyOf>) => JSON.parse(bodyOf(...args))

describe('the message', () => {
  test('rings through, with a button that acknowledges and one that opens the page', () => {
    expect(read(message(), 'maria-pager')).toMatchObject({
      topic: 'maria-pager',
      title: message().title,
      message: message().body,
      priority: 5,
      click: message().url,
      actions: [
        {
          action: 'http',
          label: 'Acknowledge',
          url: 'https://allclear.example.com/p/token/acknowledge',
          method: 'POST',
          clear: true,
        },
        { action: 'view', label: 'Open', url: message().url },
      ],
    })
  })

  test('of low urgency does not ring through', () => {
    expect(read(message({ urgency: 'low' }), 't').priority).toBe(3)
  })

  test('has no buttons where there is no address to act by', () => {
    const bare = read(message({ url: null, actions: [] }), 't')
    expect([bare.actions, 'click' in bare]).toEqual([[], false])
  })

  test('of a drill says so', () => {
    expect(read(message({ drill: true }), 't').title).toBe(`Drill: ${message().title}`)
  })

  test.each(HOSTILE)('stays within ntfy’s limit with %s', (_what, text) => {
    const sent = read(message({ title: text, body: text }), 't')
    expect(Buffer.byteLength(sent.message)).toBeLessThanOrEqual(MESSAGE_BYTES_MAX)
    expect(Buffer.byteLength(sent.title)).toBeLessThanOrEqual(1_024)
    expect(sent.message.isWellFormed()).toBe(true)
  })

  test('keeps as much of a long text as there is room for', () => {
    const sent = read(message({ body: '🔥'.repeat(5_000) }), 't')
    expect(Buffer.byteLength(sent.message)).toBeGreaterThan(MESSAGE_BYTES_MAX - 16)
  })
})

describe('the call', () => {
  const send = async (settings: (url: string) => Record<string, unknown>) => {
    const provider = await startProvider()
    const egress = createEgress({ allow: '127.0.0.1' })
    const to = { contact: { topic: 'maria-pager' }, settings: settings(provider.url) }
    const { signal } = new AbortController()
    const outcome = await createNtfyChannel(egress).send(message(), to, signal)
    egress.close()
    await provider.stop()
    return { outcome, taken: provider.received.last() }
  }

  test('goes to the root of the server with the token, and keeps the message’s id', async () => {
    const { outcome, taken } = await send((url) => ({ base_url: `${url}/`, token: TOKEN }))
    expect(outcome).toEqual({ kind: 'sent', providerId: 'taken1' })
    expect([taken?.method, taken?.path]).toEqual(['POST', '/'])
    expect(taken?.headers.authorization).toBe(`Bearer ${TOKEN}`)
  })

  test('goes without a token where there is none', async () => {
    const { taken } = await send((base_url) => ({ base_url }))
    expect(taken?.headers.authorization).toBeUndefined()
  })

  test.each(['', 'a/b', 'a b', '../x', 'x'.repeat(65), 'ünïcode'])(
    'is not made for the topic %j',
    async (topic) => {
      const egress = createEgress()
      const to = { contact: { topic }, settings: {} }
      const { signal } = new AbortController()
      const outcome = await createNtfyChannel(egress).send(message(), to, signal)
      egress.close()
      expect(outcome).toEqual({ kind: 'gaveUp', reason: 'badTopic' })
    },
  )
})
