import { expect, test } from 'vitest'
import type { Outcome } from './channel.ts'
import { follow, pauseMs } from './outcome.ts'
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
