import { expect, test } from 'vitest'
import type { Outcome } from './channel.ts'
import { afterDelivery, afterStop, follow, pauseMs } from './outcome.ts'
import type { Attempt } from './page.ts'

const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  id: 'a',
  pageId: 'p',
  climbId: 'c',
  personId: 'ana',
  serviceId: null,
  contactId: 'hook',
  channel: 'webhook',
  slot: 0,
  severity: 'critical',
  tryNumber: 1,
  urgency: 'high',
  status: 'claimed',
  reason: null,
  bundledInto: null,
  dueAt: 0,
  wakeAt: 30_000,
  fence: 1,
  startedAt: 0,
  finishedAt: null,
  providerId: null,
  carrier: null,
  passedOver: null,
  delivery: null,
  deliveryReason: null,
  drillId: null,
  ...more,
})
const after = (
  outcome: Outcome,
  now = 1_000,
  siblings: Attempt[] = [],
  mine: Partial<Attempt> = {},
  status: 'open' | 'acknowledged' = 'open',
) =>
  follow(attempt(mine), outcome, {
    now,
    page: { status },
    siblings: [attempt(mine), ...siblings],
    makeId: () => 'new',
    jitter: 0,
  })

test('sent is the end of it', () => {
  const followed = after({ kind: 'sent', providerId: 'x' })
  expect(followed.attempts.map((one) => [one.status, one.wakeAt, one.providerId])).toEqual([
    ['sent', null, 'x'],
  ])
  expect(followed.unreachable).toBe(false)
})

test('a temporary failure is tried again, under the same slot, with the next number', () => {
  const [ended, retry] = after({ kind: 'tryAgain', reason: 'http500' }).attempts
  expect(ended?.status).toBe('failed')
  expect(retry).toMatchObject({ status: 'waiting', tryNumber: 2, slot: 0, wakeAt: 1_500, fence: 0 })
})

test('nothing is tried again for a page that is not open any more', () => {
  expect(
    after({ kind: 'tryAgain', reason: 'x' }, 1_000, [], {}, 'acknowledged').attempts,
  ).toHaveLength(1)
})

test('a contact that is out for good brings the next one forward; the last one says so', () => {
  const next = attempt({
    id: 'b',
    contactId: 'mail',
    slot: 1,
    status: 'waiting',
    dueAt: 180_000,
    wakeAt: 180_000,
  })
  const followed = after({ kind: 'gaveUp', reason: 'gone' }, 1_000, [next])
  expect(followed.attempts[1]).toMatchObject({ id: 'b', wakeAt: 1_000, reason: 'broughtForward' })
  expect(followed.unreachable).toBe(false)
  expect(after({ kind: 'gaveUp', reason: 'gone' }).unreachable).toBe(true)
})

test('a contact that fails for 20 s brings the next one forward and is tried on', () => {
  const next = attempt({
    id: 'b',
    contactId: 'mail',
    slot: 1,
    status: 'waiting',
    dueAt: 180_000,
    wakeAt: 180_000,
  })
  const early = after({ kind: 'tryAgain', reason: 'x' }, 5_000, [next])
  expect(early.attempts.map((one) => one.id)).toEqual(['a', 'new'])
  const late = after({ kind: 'tryAgain', reason: 'x' }, 21_000, [next])
  expect(late.attempts.map((one) => one.id)).toEqual(['a', 'new', 'b'])
})

test('an unknown outcome is repeated twice at the most: three deliveries a slot (I5)', () => {
  const unknown = (id: string, tryNumber: number) => attempt({ id, tryNumber, status: 'unknown' })
  expect(after({ kind: 'unknown', reason: 'timeout' }).attempts).toHaveLength(2)
  const third = after(
    { kind: 'unknown', reason: 'timeout' },
    1_000,
    [unknown('x', 1), unknown('y', 2)],
    { tryNumber: 3 },
  )
  expect(third.attempts.filter((one) => one.id === 'new')).toEqual([])
  expect(third.unreachable).toBe(false)
})

test('pauses grow to a minute and no further, and jitter takes at most half of them', () => {
  expect([1, 2, 3, 4, 10, 99].map((tries) => pauseMs(tries, 0))).toEqual([
    500, 1_000, 2_000, 4_000, 30_000, 30_000,
  ])
  expect([1, 2, 99].map((tries) => pauseMs(tries, 1))).toEqual([1_000, 2_000, 60_000])
})

const waiting = attempt({
  id: 'b',
  contactId: 'mail',
  slot: 1,
  status: 'waiting',
  dueAt: 180_000,
  wakeAt: 180_000,
})
const sent = attempt({ status: 'sent', wakeAt: null, providerId: 'SM1' })
const facts = (siblings: readonly Attempt[], status: 'open' | 'acknowledged' = 'open') => ({
  now: 1_000,
  page: { status },
  siblings,
})
const undelivered = { outcome: 'undelivered', reason: 'busy' } as const

test('a message that did not arrive brings the next contact forward; where there is none it says so', () => {
  const followed = afterDelivery(sent, undelivered, facts([sent, waiting]))
  expect(followed?.attempts.map(({ id, delivery, wakeAt }) => [id, delivery, wakeAt])).toEqual([
    ['a', 'undelivered', null],
    ['b', null, 1_000],
  ])
  expect(followed?.unreachable).toBe(false)
  expect(afterDelivery(sent, undelivered, facts([sent]))?.unreachable).toBe(true)
  expect(afterDelivery(sent, undelivered, facts([sent, waiting], 'acknowledged'))).toEqual({
    attempts: [{ ...sent, delivery: 'undelivered', deliveryReason: 'busy' }],
    unreachable: false,
  })
})

test('in whatever order the words of a provider come, and how often, they end the same', () => {
  const words = ['unknown', 'undelivered', 'delivered', 'undelivered', 'delivered'] as const
  for (let turn = 0; turn < words.length; turn += 1) {
    let row = sent
    for (const outcome of [...words.slice(turn), ...words.slice(0, turn)]) {
      const followed = afterDelivery(row, { outcome, reason: null }, facts([row, waiting]))
      row = followed?.attempts[0] ?? row
    }
    expect(row.delivery).toBe('delivered')
    expect(afterDelivery(row, undelivered, facts([row, waiting]))).toBeNull()
  }
})

test('a contact that was stopped is waited for no longer, and one that a page does not use is no matter', () => {
  const followed = afterStop('phone', {
    now: 1_000,
    siblings: [attempt({ contactId: 'phone', status: 'waiting', wakeAt: 5 }), waiting],
  })
  expect(followed?.attempts.map(({ id, status, wakeAt }) => [id, status, wakeAt])).toEqual([
    ['a', 'cancelled', null],
    ['b', 'waiting', 1_000],
  ])
  expect(afterStop('phone', { now: 1_000, siblings: [waiting] })).toBeNull()
  const only = [attempt({ contactId: 'phone', status: 'waiting', wakeAt: 5 })]
  expect(afterStop('phone', { now: 1_000, siblings: only })?.unreachable).toBe(true)
})
