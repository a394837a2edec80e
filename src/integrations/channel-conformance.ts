/**
 * One suite for every channel (R4): each meets a provider that misbehaves in every way it can, and
 * text that means harm. A channel's own test calls it with what is particular to that channel.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  BEHAVIOURS,
  type Behaviour,
  type Dialect,
  type Provider,
  RETRY_AFTER_SECONDS,
  startProvider,
} from '../../test/rigs/provider.ts'
import { createEgress, type Egress } from '../egress/egress.ts'
import type { Channel, Destination, Outcome, Outgoing } from '../notify/channel.ts'

type Kind = Outcome['kind']

export type ChannelUnderTest = {
  /** Made anew for each question. No call may take longer than `callMs`. */
  create(egress: Egress, callMs: number): Channel
  /** Where to send to, so that the provider shows this behaviour. */
  destination(provider: Provider, behaviour: Behaviour): Destination
  /** How its provider says things, where it is particular. */
  dialect?: Dialect
  /** Values in the destination's fields that must never come out again. */
  secrets: readonly string[]
  /** Where more is allowed than what holds for all, or something else. */
  allowed?: Partial<Record<Behaviour, readonly Kind[]>>
  /** Whether the protocol can say when to come back. */
  readsRetryAfter?: boolean
  /** False where the protocol has no place for the sender's own id. */
  carriesId?: boolean
  /** Headers that a message may have at the provider, in lower case. */
  headers: readonly string[]
}

/** What may be said of each behaviour, whatever the channel. */
const ALLOWED: Readonly<Record<Behaviour, readonly Kind[]>> = {
  ok: ['sent'],
  slow: ['sent'],
  hang: ['unknown', 'tryAgain'],
  failed500: ['tryAgain'],
  unavailable503: ['tryAgain'],
  limited429: ['tryAgain'],
  refused400: ['gaveUp'],
  unauthorized401: ['gaveUp'],
  missing404: ['gaveUp'],
  gone410: ['gaveUp'],
  acceptedThenTimeout: ['unknown'],
  halfAnswer: ['unknown'],
  okWithErrorBody: ['sent', 'gaveUp', 'unknown'],
  reset: ['unknown'],
  tlsFailure: ['tryAgain'],
  dnsFailure: ['tryAgain'],
}

/** Long enough for an answer on loopback, short enough to be waited for. */
const CALL_MS = 250
const LONG_MS = 10_000

export const AT = Date.parse('2026-11-23T03:07:00.000Z')

export const message = (more: Partial<Outgoing> = {}): Outgoing => ({
  kind: 'page',
  idempotencyKey: '0193a5b0-0000-7000-8000-000000000001:0',
  attemptId: '0193a5b0-0000-7000-8000-00000000000a',
  at: AT,
  urgency: 'high',
  title: 'Checkout API: error rate above 5 %',
  body: 'Critical since Mon 03:02\nIf you do nothing: Ben is paged at 03:12',
  url: 'https://allclear.example.com/p/token',
  actions: [
    {
      verb: 'acknowledge',
      label: 'Acknowledge',
      url: 'https://allclear.example.com/p/token/acknowledge',
    },
  ],
  data: {
    pageId: '0193a5b0-0000-7000-8000-000000000001',
    alertGroupId: '0193a5b0-0000-7000-8000-0000000000aa',
    severity: 'critical',
  },
  drill: false,
  ...more,
})

export const HOSTILE: readonly (readonly [string, string])[] = [
  ['a header in a line break', 'disk\r\nX-Injected: 1\r\nBcc: evil@example.com'],
  ['a header after a lone line feed', 'disk\nX-Injected: 1'],
  ['a header after a lone carriage return', 'disk\rX-Injected: 1'],
  ['an early end of headers', 'disk\r\n\r\n<script>alert(1)</script>'],
  ['an early end of a mail', 'disk\r\n.\r\nMAIL FROM:<evil@example.com>\r\n'],
  ['a smuggled end of a mail', 'disk\n.\nRCPT TO:<evil@example.com>\r.\r'],
  ['a second request', 'disk\r\n\r\nPOST /evil HTTP/1.1\r\nX-Injected: 1\r\n\r\n'],
  ['an encoded word', '=?utf-8?B?DQpYLUluamVjdGVkOiAx?='],
  ['other line separators', 'disk\u2028X-Injected: 1\u2029X-Injected: 2\u0085X-Injected: 3'],
  ['a terminal’s escape codes', '\u001B]0;owned\u0007\u001B[2J\u009B31m'],
  ['a hyperlink for terminals', '\u001B]8;;http://evil.example\u001B\\click\u001B]8;;\u001B\\'],
  ['reversed reading direction', 'user\u202Egpj.exe\u2066x\u2069\u200F'],
  ['NUL', 'disk\0full'],
  ['lone surrogates', '\uD800disk\uDC00\uDBFF'],
  ['markup', '"><script>alert(1)</script><img src=x onerror=alert(1)>\'`'],
  [
    'an address of its own',
    'javascript:alert(1) https://evil.example/ <evil@example.com>, b@example.com',
  ],
  ['templates', '{{7*7}}{% 7*7 %}#{7*7}<%= 7*7 %>%s%n%x'],
  ['a prototype', '__proto__'],
  ['nothing', ''],
  ['blanks', ' \t\n '],
  ['emoji', '🔥'.repeat(5_000)],
  ['a megabyte', 'A'.repeat(1_000_000)],
  ['a megabyte of line breaks', '\r\n'.repeat(500_000)],
]

export function channelConformance(name: string, subject: ChannelUnderTest): void {
  const { secrets, destination } = subject
  let provider: Provider
  let egress: Egress

  beforeAll(async () => {
    provider = await startProvider({ dialect: subject.dialect })
    // No name leads anywhere, so that a test can never leave the machine.
    egress = createEgress({ allow: '127.0.0.1', resolve: () => Promise.reject(new Error('none')) })
  })
  afterAll(async () => {
    egress.close()
    await provider.stop()
  })
  beforeEach(() => {
    provider.behave('ok')
    provider.received.clear()
  })

  const inTime = (): AbortSignal => new AbortController().signal
  const channelFor = (callMs = CALL_MS): Channel => subject.create(egress, callMs)

  function isPresentable(outcome: Outcome): void {
    const said = JSON.stringify(outcome)
    for (const secret of secrets) expect(said).not.toContain(secret)
    if (outcome.kind !== 'sent') expect(outcome.reason).toMatch(/^[a-z][a-zA-Z0-9]{2,31}$/)
    if (outcome.detail !== undefined) expect(outcome.detail).toMatch(/^[\w. ]{1,60}$/)
  }

  describe(`${name}: a provider that misbehaves`, () => {
    test.each(BEHAVIOURS)('%s', async (behaviour) => {
      provider.behave(behaviour)
      const to = destination(provider, behaviour)
      const outcome = await channelFor().send(message(), to, inTime())
      const taken = provider.received.all().length

      expect(subject.allowed?.[behaviour] ?? ALLOWED[behaviour]).toContain(outcome.kind)
      isPresentable(outcome)
      // What the provider took is never called lost: it would be sent again as if nothing were.
      if (taken > 0) expect(['sent', 'unknown']).toContain(outcome.kind)
      // A call is one delivery: repeating is the engine's business, where it is counted.
      expect(taken).toBeLessThanOrEqual(1)
      if (behaviour === 'ok' || behaviour === 'slow') expect(taken).toBe(1)
      const asksToWait = behaviour === 'limited429' || behaviour === 'unavailable503'
      if (asksToWait && subject.readsRetryAfter) {
        expect(outcome).toMatchObject({ retryAfterMs: RETRY_AFTER_SECONDS * 1_000 })
      }
    })

    test('a call that hangs ends with the signal', async () => {
      const stop = new AbortController()
      provider.behave(() => {
        setImmediate(() => stop.abort())
        return 'hang'
      })
      const to = destination(provider, 'hang')
      const outcome = await channelFor(LONG_MS).send(message(), to, stop.signal)
      expect(['unknown', 'tryAgain']).toContain(outcome.kind)
      isPresentable(outcome)
    })

    test('a message that was taken when the signal came may have been delivered', async () => {
      const stop = new AbortController()
      provider.behave('acceptedThenTimeout')
      void provider.received.whenCount(1).then(() => stop.abort())
      const to = destination(provider, 'acceptedThenTimeout')
      const outcome = await channelFor(LONG_MS).send(message(), to, stop.signal)
      expect(outcome.kind).toBe('unknown')
      isPresentable(outcome)
    })

    test('nothing is sent when the signal has come before', async () => {
      const to = destination(provider, 'ok')
      const outcome = await channelFor().send(message(), to, AbortSignal.abort())
      expect([outcome.kind, provider.received.all().length]).toEqual(['tryAgain', 0])
    })

    test('one that hangs holds up no other message', async () => {
      provider.behave((n) => (n === 0 ? 'hang' : 'ok'))
      const channel = channelFor(LONG_MS)
      const stop = new AbortController()
      const to = destination(provider, 'ok')
      const hanging = channel.send(message({ idempotencyKey: 'hanging' }), to, stop.signal)
      const others = ['a', 'b', 'c'].map(async (idempotencyKey) => {
        await whenSeen(provider)
        return channel.send(message({ idempotencyKey }), to, inTime())
      })
      const kinds = (await Promise.all(others)).map((outcome) => outcome.kind)
      expect(kinds).toEqual(['sent', 'sent', 'sent'])
      stop.abort()
      expect((await hanging).kind).not.toBe('sent')
    })

    test('a place inside the network is not reached without leave', async () => {
      const closed = createEgress()
      const to = destination(provider, 'ok')
      const outcome = await subject.create(closed, CALL_MS).send(message(), to, inTime())
      closed.close()
      expect(outcome).toMatchObject({ kind: 'gaveUp', reason: 'blockedAddress' })
      expect(provider.received.seen()).toBe(0)
    })
  })

  if (subject.carriesId !== false) {
    describe(`${name}: a repeat`, () => {
      test('carries the id of the first, another message does not', async () => {
        const channel = channelFor()
        const to = destination(provider, 'ok')
        const tries = [
          message(),
          message({ attemptId: '0193a5b0-0000-7000-8000-00000000000b', at: AT + 5_000 }),
          message({ idempotencyKey: '0193a5b0-0000-7000-8000-000000000001:1' }),
        ]
        for (const one of tries) await channel.send(one, to, inTime())
        const [first, second, third] = provider.received.all().map((one) => one.id)
        expect(first).toMatch(/.{16}/)
        expect(second).toBe(first)
        expect(third).not.toBe(first)
      })
    })
  }

  describe(`${name}: showing something else in the place of a message, where it can`, () => {
    test.each(BEHAVIOURS)('%s', async (behaviour) => {
      const channel = channelFor()
      if (!channel.update) return
      const sent = await channel.send(message(), destination(provider, 'ok'), inTime())
      const providerId = sent.kind === 'sent' ? (sent.providerId ?? '') : ''
      expect(providerId).not.toBe('')
      provider.received.clear()
      provider.behave(behaviour)
      const changed = message({ body: 'Acknowledged by Ben at 03:09', actions: [] })
      const to = destination(provider, behaviour)
      const outcome = await channel.update(providerId, changed, to, inTime())
      expect(subject.allowed?.[behaviour] ?? ALLOWED[behaviour]).toContain(outcome.kind)
      isPresentable(outcome)
      expect(provider.received.all().length).toBeLessThanOrEqual(1)
    })

    test.each(HOSTILE)(
      '%s as the provider’s name for it is nothing to be found',
      async (_what, id) => {
        const outcome = await channelFor().update?.(
          id,
          message(),
          destination(provider, 'ok'),
          inTime(),
        )
        if (outcome) expect(outcome).toMatchObject({ kind: 'gaveUp', reason: 'messageGone' })
      },
    )
  })

  describe(`${name}: text that means harm`, () => {
    test.each(HOSTILE)('%s in the words of a page', async (_what, text) => {
      const to = destination(provider, 'ok')
      const outcome = await channelFor(LONG_MS).send(hostileMessage(text), to, inTime())
      expect(outcome.kind).toBe('sent')
      isPresentable(outcome)
      expect(provider.received.all()).toHaveLength(1)
      hasNothingInjected()
    })

    test.each(HOSTILE)('%s in every field of the destination', async (_what, text) => {
      await Promise.all(withEach(text).map(survives))
    })

    test('values of the wrong type in every field of the destination', async () => {
      const wrong = [null, undefined, 7, Number.NaN, true, [], {}, ['a', 'b']]
      await Promise.all(wrong.flatMap(withEach).map(survives))
      await survives({ contact: {}, settings: {} })
    })

    /** The good destination with one field after the other replaced. */
    function withEach(value: unknown): Destination[] {
      const good = destination(provider, 'ok')
      const { contact, settings } = channelFor().describe
      return [
        ...contact.map(({ name }) => ({ ...good, contact: { ...good.contact, [name]: value } })),
        ...settings.map(({ name }) => ({ ...good, settings: { ...good.settings, [name]: value } })),
      ]
    }

    async function survives(to: Destination): Promise<void> {
      const outcome = await channelFor(LONG_MS).send(message(), to, inTime())
      expect(['sent', 'tryAgain', 'gaveUp', 'unknown']).toContain(outcome.kind)
      isPresentable(outcome)
      hasNothingInjected()
    }

    function hasNothingInjected(): void {
      for (const one of provider.received.all()) {
        for (const header of Object.keys(one.headers)) expect(subject.headers).toContain(header)
        expect(one.body).not.toMatch(UNPRINTABLE)
        expect(JSON.stringify(one.body)).not.toMatch(/[^\\](\\\\)*\\u[d0]/)
      }
    }
  })

  describe(`${name}: what it says of itself`, () => {
    test('is data that a form can be made of', () => {
      const { kind, label, contact, settings } = channelFor().describe
      expect(kind).toMatch(/^[a-z][a-z-]+$/)
      expect(label).not.toBe('')
      for (const fields of [contact, settings]) {
        expect(new Set(fields.map((field) => field.name)).size).toBe(fields.length)
        for (const field of fields) expect(field.name).toMatch(/^[a-z][a-z_]*$/)
      }
    })

    test('keeps everything secret under a kind that is sealed', () => {
      const { contact, settings } = channelFor().describe
      for (const field of [...contact, ...settings]) {
        if (/secret|token|password|key/.test(field.name)) expect(field.kind).toBe('secret')
      }
    })
  })
}

/** All controls but tab and line breaks, and what turns the reading direction around. */
export const UNPRINTABLE = /(?![\t\r\n])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u

const hostileMessage = (text: string): Outgoing =>
  message({
    title: text,
    body: text,
    drill: true,
    data: { service: text, nested: { [text.slice(0, 200)]: [text, { deeper: text }] } },
  })

/** Resolves once anything has come in. */
async function whenSeen(provider: Provider): Promise<void> {
  while (provider.received.seen() === 0) await new Promise((done) => setImmediate(done))
}
