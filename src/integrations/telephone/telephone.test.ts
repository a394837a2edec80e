import { beforeEach, describe, expect, test } from 'vitest'
import type { Carrier } from '../../notify/carrier.ts'
import type { Measured } from '../../notify/carriers.ts'
import type { Outcome, Values } from '../../notify/channel.ts'
import { message } from '../channel-conformance.ts'
import { createTelephoneChannel } from './send.ts'
import { createStandings, type Standings } from './standings.ts'

const SENT: Outcome = { kind: 'sent', providerId: 'x' }
const NUMBER = '+351912345678'
let asked: string[]
let standings: Standings
beforeEach(() => {
  asked = []
  standings = createStandings()
})

const carrier = (kind: string, outcome: Outcome): Carrier => ({
  describe: {
    kind,
    label: kind,
    media: ['sms'],
    needs: 'outbound',
    numbers: [],
    settings: [{ name: 'url', label: 'Address', kind: 'url', required: true }],
  },
  async send() {
    asked.push(kind)
    return outcome
  },
})

type Asked = { number?: string; settings?: Values; again?: string | null; signal?: AbortSignal }

function send(outcomes: Record<string, Outcome>, more: Asked = {}): Promise<Outcome> {
  const carriers = Object.entries(outcomes).map(([kind, outcome]) => carrier(kind, outcome))
  const settings = Object.fromEntries(carriers.map((one) => [one.describe.kind, { url: 'x' }]))
  const again = more.again === undefined ? {} : { again: { since: 0, carrier: more.again } }
  return createTelephoneChannel('sms', carriers, standings).send(
    message({ idempotencyKey: 'not-one-that-probes', ...again }),
    {
      contact: { number: more.number ?? NUMBER },
      settings: { carriers: settings, ...more.settings },
    },
    more.signal ?? new AbortController().signal,
  )
}

const tryAgain = (retryAfterMs?: number): Outcome => ({
  kind: 'tryAgain',
  reason: 'http503',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})
const gaveUp = (reason: string): Outcome => ({ kind: 'gaveUp', reason })

describe('a carrier that certainly did not take it is followed by the next at once', () => {
  test.each([
    tryAgain(),
    gaveUp('unauthorized'),
    gaveUp('notConfigured'),
    gaveUp('noCredit'),
    gaveUp('http400'),
  ])('%j', async (first) => {
    expect(await send({ a: first, b: SENT })).toEqual({ ...SENT, carrier: 'b', passedOver: ['a'] })
    expect(asked).toEqual(['a', 'b'])
  })
})

describe('no other is asked', () => {
  test.each(['invalidNumber', 'stopped', 'blockedCountry'])(
    'where the number is to blame: %s',
    async (reason) => {
      expect(await send({ a: gaveUp(reason), b: SENT })).toMatchObject({ reason, carrier: 'a' })
      expect(asked).toEqual(['a'])
    },
  )

  test('where the first may have taken it', async () => {
    const lost: Outcome = { kind: 'unknown', reason: 'timeout' }
    expect(await send({ a: lost, b: SENT })).toEqual({ ...lost, carrier: 'a' })
    expect(asked).toEqual(['a'])
  })

  test('where the time is up', async () => {
    await send({ a: tryAgain(), b: SENT }, { signal: AbortSignal.abort() })
    expect(asked).toEqual(['a'])
  })
})

test('the try after one that may have been taken begins with another carrier', async () => {
  expect(await send({ a: SENT, b: SENT }, { again: 'a' })).toMatchObject({ carrier: 'b' })
  expect(await send({ a: SENT, b: SENT }, { again: null })).toMatchObject({ carrier: 'a' })
})

test('where none took it, it is tried again if any may work later, after the shortest wait', async () => {
  const outcome = await send({ a: tryAgain(60_000), b: gaveUp('unauthorized'), c: tryAgain(2_000) })
  expect(outcome).toEqual({ ...tryAgain(2_000), carrier: 'c', passedOver: ['a', 'b'] })
  expect(await send({ a: gaveUp('http400'), b: gaveUp('noCredit') })).toEqual({
    ...gaveUp('http400'),
    carrier: 'a',
    passedOver: ['b'],
  })
})

test('what was measured changes the order, and a little of it does not', async () => {
  const measure = (failed: number) => {
    const one: Measured = { taken: 0, delivered: 0, undelivered: 0, failed }
    return new Map([['sms', new Map([['a', one]])]])
  }
  standings.update(measure(1))
  expect(await send({ a: SENT, b: SENT })).toMatchObject({ carrier: 'a' })
  standings.update(measure(5))
  expect(await send({ a: SENT, b: SENT })).toMatchObject({ carrier: 'b' })
  standings.update(new Map())
  expect(await send({ a: SENT, b: SENT })).toMatchObject({ carrier: 'b' })
})

test.each(['', '912345678', '+0123456', '+351 912', 'tel:+351912345678', '+1'])(
  'nothing is sent to %j, which is no number',
  async (number) => {
    expect(await send({ a: SENT }, { number })).toEqual(gaveUp('invalidNumber'))
    expect(asked).toEqual([])
  },
)

test.each([
  ['+351 +44', true],
  ['351, 44', true],
  ['', true],
  ['+1;+44', false],
  ['nowhere', false],
])('with the countries %j a Portuguese number is reached: %s', async (countries, isReached) => {
  const outcome = await send({ a: SENT }, { settings: { countries } })
  if (isReached) expect(outcome.kind).toBe('sent')
  else expect([outcome, asked]).toEqual([gaveUp('blockedCountry'), []])
})

test('without a carrier there is nothing to send by', async () => {
  expect(await send({}, {})).toEqual(gaveUp('noCarrier'))
  expect(await send({ a: SENT }, { settings: { carriers: { a: {} } } })).toEqual(
    gaveUp('noCarrier'),
  )
  expect(await send({ a: SENT }, { settings: { carriers: 'x' } })).toEqual(gaveUp('noCarrier'))
})
