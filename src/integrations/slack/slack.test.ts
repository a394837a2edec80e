import { describe, expect, test } from 'vitest'
import { type Provider, startProvider } from '../../../test/rigs/provider.ts'
import { createEgress, type Egress } from '../../egress/egress.ts'
import type { Outcome } from '../../notify/channel.ts'
import { channelConformance, HOSTILE, message } from '../channel-conformance.ts'
import { createSlackChannel } from './send.ts'
import { outcomeOfError } from './web-api.ts'
import { readActionId, wordsOf } from './words.ts'

const TOKEN = 'xoxb-1111-2222-notarealtoken'
const signal = (): AbortSignal => new AbortController().signal

channelConformance('Slack', {
  create: (egress, callMs) => createSlackChannel(egress, { callMs }),
  destination: (provider, behaviour) => ({
    contact: { user: 'U0ANA' },
    settings: {
      base_url: `${provider.urlFor(behaviour)}/api`,
      bot_token: TOKEN,
      signing_secret: 'a-signing-secret-of-slack',
      app_token: 'xapp-1-notarealtoken',
    },
  }),
  secrets: [TOKEN, 'a-signing-secret-of-slack', 'xapp-1-notarealtoken'],
  readsRetryAfter: true,
  allowed: { okWithErrorBody: ['gaveUp'], hang: ['unknown'] },
  headers: ['authorization', 'connection', 'content-length', 'content-type', 'host', 'user-agent'],
})

async function withProvider(
  work: (provider: Provider, egress: Egress, settings: Record<string, string>) => Promise<void>,
): Promise<void> {
  const provider = await startProvider()
  const egress = createEgress({ allow: '127.0.0.1' })
  try {
    await work(provider, egress, { base_url: `${provider.url}/api`, bot_token: TOKEN })
  } finally {
    egress.close()
    await provider.stop()
  }
}

describe('the words of a message', () => {
  test('have three buttons that carry the page’s token, and one that opens it', () => {
    const actions = (['acknowledge', 'escalate', 'notMine'] as const).map((verb) => ({
      verb,
      label: verb,
      url: `https://allclear.example.com/p/0123456789abcdef/${verb}`,
    }))
    const url = 'https://allclear.example.com/p/0123456789abcdef'
    const row = wordsOf(message({ url, actions })).blocks.at(-1) as {
      elements: Record<string, unknown>[]
    }
    expect(row.elements.map((one) => [one.action_id, one.value, one.url])).toEqual([
      ['page:acknowledge', '0123456789abcdef', undefined],
      ['page:escalate', '0123456789abcdef', undefined],
      ['page:notMine', '0123456789abcdef', undefined],
      ['open', undefined, url],
    ])
  })

  test('of a post carry the post’s token instead', () => {
    const row = wordsOf(message({ postToken: 'fedcba9876543210' })).blocks.at(-1)
    expect(JSON.stringify(row)).toContain('"action_id":"post:acknowledge"')
    expect(JSON.stringify(row)).toContain('"value":"fedcba9876543210"')
  })

  test('have no buttons where there is no address', () => {
    const { blocks } = wordsOf(message({ url: null, actions: [] }))
    expect(blocks.map((one) => one.type)).toEqual(['section', 'section'])
  })

  test('of a drill say so', () => {
    expect(wordsOf(message({ drill: true })).text).toMatch(/^Drill: /)
  })

  test('cannot mention a room or dress up as a link', () => {
    const words = wordsOf(message({ title: '<!channel> & <https://evil.example|Acknowledge>' }))
    expect(words.text).toMatch(/^&lt;!channel&gt; &amp; &lt;https/)
    expect(JSON.stringify(words.blocks)).not.toContain('<')
    expect(JSON.stringify(words.blocks)).toContain('"verbatim":true')
  })

  test.each(HOSTILE)('stay within Slack’s limits with %s', (_what, text) => {
    const escaping = `${text}&&&<<<`
    const words = wordsOf(message({ title: escaping, body: escaping.repeat(2) }))
    expect(words.text.length).toBeLessThanOrEqual(4_000)
    for (const block of words.blocks) {
      const { text: inner } = block as { text?: { text: string } }
      expect(inner?.text.length ?? 1).toBeLessThanOrEqual(3_000)
      expect(inner?.text.length ?? 1).toBeGreaterThan(0)
    }
  })

  test.each([
    ['page:acknowledge', { about: 'page', answer: 'acknowledge' }],
    ['post:escalate', { about: 'post', answer: 'escalate' }],
    ['open', null],
    ['page:administer', null],
    ['page:acknowledge:more', null],
    [7, null],
  ])('the action %j is read as %j', (id, read) => {
    expect(readActionId(id)).toEqual(read)
  })
})

test.each<[string, Outcome['kind'], string]>([
  ['ratelimited', 'tryAgain', 'rateLimited'],
  ['service_unavailable', 'tryAgain', 'unavailable'],
  ['invalid_auth', 'gaveUp', 'unauthorized'],
  ['account_inactive', 'gaveUp', 'unauthorized'],
  ['token_revoked', 'gaveUp', 'unauthorized'],
  ['missing_scope', 'gaveUp', 'missingScope'],
  ['channel_not_found', 'gaveUp', 'noSuchAddress'],
  ['users_not_found', 'gaveUp', 'noSuchAddress'],
  ['not_in_channel', 'gaveUp', 'notInChannel'],
  ['message_not_found', 'gaveUp', 'messageGone'],
  ['fatal_error', 'unknown', 'providerFailed'],
  ['something_new', 'gaveUp', 'refused'],
  ['<script>', 'gaveUp', 'refused'],
])('Slack’s %s is %s: %s', (error, kind, reason) => {
  expect(outcomeOfError(error)).toMatchObject({ kind, reason })
})

describe('a member', () => {
  test('is found by e-mail address, once', () =>
    withProvider(async (provider, egress, settings) => {
      provider.chat.users.push({ id: 'U0BEN', email: 'ben@example.com' })
      const channel = createSlackChannel(egress)
      const to = { contact: { user: 'ben@example.com' }, settings }
      await channel.send(message(), to, signal())
      await channel.send(message(), to, signal())
      expect(provider.chat.messages.map((one) => one.channel)).toEqual(['DU0BEN', 'DU0BEN'])
      const paths = provider.received.all().map((one) => one.path)
      expect(paths.filter((path) => path === '/api/users.lookupByEmail')).toHaveLength(1)
    }))

  test('who is not there is given up', () =>
    withProvider(async (_provider, egress, settings) => {
      const to = { contact: { user: 'nobody@example.com' }, settings }
      const outcome = await createSlackChannel(egress).send(message(), to, signal())
      expect(outcome).toMatchObject({ kind: 'gaveUp', reason: 'noSuchAddress' })
    }))

  test('whose look-up is lost may be tried again: nothing has been sent', () =>
    withProvider(async (provider, egress, settings) => {
      provider.behave('reset')
      const to = { contact: { user: 'ben@example.com' }, settings }
      const outcome = await createSlackChannel(egress).send(message(), to, signal())
      expect(outcome.kind).toBe('tryAgain')
    }))
})

describe('a message that went out', () => {
  test('is edited where it stands', () =>
    withProvider(async (provider, egress, settings) => {
      const channel = createSlackChannel(egress)
      const to = { contact: { user: 'U0ANA' }, settings }
      const sent = await channel.send(message(), to, signal())
      const place = sent.kind === 'sent' ? (sent.providerId ?? '') : ''
      const next = message({ body: 'Acknowledged by Ben at 14:07', actions: [], url: null })
      expect(await channel.update?.(place, next, to, signal())).toEqual({
        kind: 'sent',
        providerId: place,
      })
      expect(provider.chat.messages).toHaveLength(1)
      expect(provider.chat.messages[0]).toMatchObject({ edits: 1, buttons: [] })
      expect(provider.chat.messages[0]?.text).toContain('Acknowledged by Ben at 14:07')
    }))

  test('and is gone cannot be edited', () =>
    withProvider(async (_provider, egress, settings) => {
      const to = { contact: {}, settings }
      const outcome = await createSlackChannel(egress).update?.(
        'D0GONE:1764000000.000001',
        message(),
        to,
        signal(),
      )
      expect(outcome).toMatchObject({ kind: 'gaveUp', reason: 'messageGone' })
    }))
})

describe('a post', () => {
  test('goes to the room, and an answer to it beneath it', () =>
    withProvider(async (provider, egress, settings) => {
      const channel = createSlackChannel(egress)
      const to = { contact: {}, settings }
      const posted = await channel.post?.(message(), '#payments', null, to, signal())
      const place = posted?.kind === 'sent' ? posted.providerId : null
      await channel.post?.(message(), '#payments', place, to, signal())
      const [first, second] = provider.chat.messages
      expect([first?.channel, second?.thread]).toEqual(['CPAYMENTS', first?.id])
    }))

  test.each(['', '#', 'a b', '@here', 'x'.repeat(90)])('is not made in %j', (room) =>
    withProvider(async (provider, egress, settings) => {
      const to = { contact: {}, settings }
      const outcome = await createSlackChannel(egress).post?.(message(), room, null, to, signal())
      expect(outcome).toEqual({ kind: 'gaveUp', reason: 'badRoom' })
      expect(provider.received.seen()).toBe(0)
    }),
  )
})
