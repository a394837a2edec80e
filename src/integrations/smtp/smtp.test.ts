import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { makeCertificate } from '../../../test/rigs/certificate.ts'
import { startProvider } from '../../../test/rigs/provider.ts'
import { createEgress } from '../../egress/egress.ts'
import type { Outcome } from '../../notify/channel.ts'
import { AT, channelConformance, HOSTILE, message, UNPRINTABLE } from '../channel-conformance.ts'
import { createGate } from './gate.ts'
import { mailOf } from './mail.ts'
import { isMailAddress } from './mail-address.ts'
import { createEmailChannel } from './send.ts'

const PASSWORD = 'correct-horse-battery'
const FROM = 'allclear@example.com'
const TO = 'maria@example.com'

channelConformance('smtp', {
  create: (egress, callMs) =>
    createEmailChannel(egress, { connectMs: callMs, greetingMs: callMs, silenceMs: callMs }),
  destination: (provider, behaviour) => ({
    contact: { address: TO },
    settings: { ...provider.smtpFor(behaviour), user: 'allclear', password: PASSWORD, from: FROM },
  }),
  secrets: [PASSWORD, Buffer.from(PASSWORD).toString('base64')],
  // Nothing has been said before the greeting; a reply of 250 is an acceptance whatever its text.
  allowed: { hang: ['tryAgain'], okWithErrorBody: ['sent'] },
  headers: [
    'auto-submitted',
    'content-type',
    'date',
    'from',
    'importance',
    'in-reply-to',
    'message-id',
    'mime-version',
    'references',
    'subject',
    'to',
    'x-auto-response-suppress',
    'x-entity-ref-id',
    'x-priority',
  ],
})

describe('the mail', () => {
  test('stands with the others of its alert group, and a repeat is the same mail', () => {
    const first = mailOf(message(), FROM, TO)
    const repeat = mailOf(message({ attemptId: 'other', at: AT + 9_000 }), FROM, TO)
    const reminder = mailOf(message({ idempotencyKey: 'p:1' }), FROM, TO)
    expect(first.messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/)
    expect(repeat.messageId).toBe(first.messageId)
    expect(reminder.messageId).not.toBe(first.messageId)
    expect(reminder.references).toBe(first.references)
    expect(first.references).not.toBe(first.messageId)
  })

  test('says that no person wrote it, and how urgent it is', () => {
    expect(mailOf(message(), FROM, TO).headers).toMatchObject({
      'Auto-Submitted': 'auto-generated',
      'X-Priority': '1',
    })
    expect(mailOf(message({ urgency: 'low' }), FROM, TO).headers).not.toHaveProperty('X-Priority')
  })

  test.each([
    [{}, 'Page: Checkout API: error rate above 5 %'],
    [{ urgency: 'low' }, 'Low urgency: Checkout API: error rate above 5 %'],
    [{ kind: 'test' }, 'Test: Checkout API: error rate above 5 %'],
    [{ kind: 'notice' }, 'Checkout API: error rate above 5 %'],
    [{ drill: true }, '[Drill] Page: Checkout API: error rate above 5 %'],
  ] as const)('%j has the subject %j', (more, subject) => {
    expect(mailOf(message(more), FROM, TO).subject).toBe(subject)
  })

  test('reads the same as text and as HTML', () => {
    const { text, html } = mailOf(message(), FROM, TO)
    expect(text).toBe(
      'Checkout API: error rate above 5 %\n\nCritical since Mon 03:02\nIf you do nothing: Ben is paged at 03:12\n\nAnswer this page: https://allclear.example.com/p/token\n',
    )
    expect(html).toContain(
      '<h1 style="font-size:20px;margin:0 0 8px">Checkout API: error rate above 5 %</h1>',
    )
    expect(html).toContain('href="https://allclear.example.com/p/token"')
  })

  test.each(HOSTILE)('has no markup and no line breaks of %s', (_what, text) => {
    const { subject, html } = mailOf(message({ title: text, body: text }), FROM, TO)
    expect(subject).not.toMatch(/[\r\n]/)
    expect(`${subject}${html}`).not.toMatch(UNPRINTABLE)
    expect(subject.length).toBeLessThanOrEqual(200)
    // All tags are those of the frame around the text.
    const tags = new Set([...html.matchAll(/<\/?([a-z0-9!]+)/gi)].map((match) => match[1]))
    expect(
      [...tags].filter((tag) => !['!doctype', 'html', 'body', 'h1', 'p', 'a'].includes(tag ?? '')),
    ).toEqual([])
    expect(html).not.toMatch(/href="(?!https:\/\/allclear\.example\.com\/p\/token")/)
  })

  test('has no link that is not of the web', () => {
    expect(mailOf(message({ url: 'javascript:alert(1)' }), FROM, TO).html).not.toContain('href')
  })
})

describe('addresses', () => {
  test.each(['a@b.example', 'o’hara@example.com', 'x+y=z@example.com', 'jörg@bücher.example'])(
    '%s is one',
    (text) => expect(isMailAddress(text)).toBe(true),
  )

  test.each([
    '',
    'a',
    '@b',
    'a@',
    'a@b@c',
    'a b@c',
    'a@b c',
    'a@b\r\nBcc: c@d',
    'a@b,c@d',
    'a@b;c@d',
    'Maria <a@b>',
    '<a@b>',
    '"a"@b',
    'a@b>\r\nRCPT TO:<c@d',
    'a@[127.0.0.1]',
    'a\0@b',
    'a@b\u2028c',
    `${'a'.repeat(65)}@b`,
    `a@${'b'.repeat(254)}`,
  ])('%j is none', (text) => expect(isMailAddress(text)).toBe(false))

  test.each([
    ['badAddress', { address: 'a@b\r\nBcc: c@d' }, { host: '127.0.0.1', from: FROM }],
    ['badSender', { address: TO }, { host: '127.0.0.1', from: 'x\r\nBcc: c@d' }],
    ['badSender', { address: TO }, { host: '127.0.0.1' }],
    ['channelNotConfigured', { address: TO }, { from: FROM }],
    ['badUrl', { address: TO }, { host: 'mail.example.com:25/x', from: FROM }],
  ])('what is not right is %s, and nothing is sent', async (reason, contact, settings) => {
    const egress = createEgress()
    const { signal } = new AbortController()
    const outcome = await createEmailChannel(egress).send(message(), { contact, settings }, signal)
    egress.close()
    expect(outcome).toEqual({ kind: 'gaveUp', reason })
  })
})

describe('the conversation', () => {
  test('names the recipient once and sends the mail as it was written', async () => {
    const provider = await startProvider()
    const egress = createEgress({ allow: '127.0.0.1' })
    const settings = { host: '127.0.0.1', port: provider.smtpPort, from: FROM }
    const { signal } = new AbortController()
    const outcome = await createEmailChannel(egress).send(
      message(),
      { contact: { address: TO }, settings },
      signal,
    )
    egress.close()
    await provider.stop()
    const mail = provider.received.last()
    expect(outcome).toEqual({ kind: 'sent', providerId: null })
    expect([mail?.path, mail?.headers.to, mail?.headers.from]).toEqual([
      TO,
      TO,
      `Allclear <${FROM}>`,
    ])
    expect(mail?.headers['content-type']).toMatch(/^multipart\/alternative/)
    expect(mail?.headers.date).toBe('Mon, 23 Nov 2026 03:07:00 +0000')
  })

  test('holds no more connections to a server than it should', async () => {
    const gate = createGate(2)
    const stop = new AbortController()
    const { signal } = new AbortController()
    const first = await gate.enter('a', signal)
    await gate.enter('a', signal)
    expect(await gate.enter('b', signal)).not.toBeNull()
    let isAdmitted = false
    const third = gate.enter('a', signal).then((leave) => {
      isAdmitted = true
      return leave
    })
    const fourth = gate.enter('a', stop.signal)
    stop.abort()
    expect(await fourth).toBeNull()
    expect(isAdmitted).toBe(false)
    first?.()
    first?.()
    expect(await third).not.toBeNull()
  })
})

describe('encryption', () => {
  const certificate = makeCertificate(['mail.lan'])

  /** A server with STARTTLS at the name mail.lan, inside or, as far as we can tell, outside. */
  async function deliver(options: {
    allow: string
    offersTls: boolean
    ca?: boolean
  }): Promise<{ outcome: Outcome; wasEncrypted: boolean | null }> {
    let wasEncrypted: boolean | null = null
    const server = new SMTPServer({
      ...certificate,
      authOptional: true,
      disableReverseLookup: true,
      closeTimeout: 10,
      disabledCommands: options.offersTls ? [] : ['STARTTLS'],
      onData(stream, session, callback) {
        wasEncrypted = Boolean(session.secure)
        stream.resume().on('end', () => callback())
      },
    })
    server.on('error', () => {})
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
    const { port } = server.server.address() as AddressInfo
    const inside = createEgress({ allow: options.allow, resolve: async () => ['127.0.0.1'] })
    // No public address can be had on this machine: the connection is only said to be to one.
    const egress = {
      ...inside,
      connect: async (to: Parameters<typeof inside.connect>[0]) => {
        const connection = await inside.connect(to)
        return { ...connection, isPrivate: options.allow === 'mail.lan' }
      },
    }
    const to = { contact: { address: TO }, settings: { host: 'mail.lan', port, from: FROM } }
    const outcome = await createEmailChannel(egress).send(
      message(),
      to,
      new AbortController().signal,
    )
    inside.close()
    await new Promise<void>((done) => server.close(() => done()))
    return { outcome, wasEncrypted }
  }

  test('is taken inside where it is offered, whoever vouches for it', async () => {
    const { outcome, wasEncrypted } = await deliver({ allow: 'mail.lan', offersTls: true })
    expect([outcome.kind, wasEncrypted]).toEqual(['sent', true])
  })

  test('is done without inside where it is not offered', async () => {
    const { outcome, wasEncrypted } = await deliver({ allow: 'mail.lan', offersTls: false })
    expect([outcome.kind, wasEncrypted]).toEqual(['sent', false])
  })

  test('outside nothing is sent without it', async () => {
    const { outcome, wasEncrypted } = await deliver({ allow: '127.0.0.1', offersTls: false })
    expect([outcome.kind, wasEncrypted]).toEqual(['tryAgain', null])
  })

  test('outside nothing is sent to a server that nobody vouches for', async () => {
    const { outcome, wasEncrypted } = await deliver({ allow: '127.0.0.1', offersTls: true })
    expect([outcome, wasEncrypted]).toEqual([{ kind: 'tryAgain', reason: 'tlsFailed' }, null])
  })
})

test('a page asks for its answers at an address of its own, where there is one', () => {
  const token = 'a'.repeat(52)
  const asked = message({ replyToken: token })
  const mail = mailOf(asked, 'pager@example.com', 'ana@example.com', 'allclear@example.com')
  expect(mail.replyTo?.address).toBe(`allclear+${token}@example.com`)
  expect(mail.text).toContain('Or answer this mail')
  const plain = mailOf(asked, 'pager@example.com', 'ana@example.com')
  expect([plain.replyTo, plain.text.includes('answer this mail')]).toEqual([undefined, false])
})
