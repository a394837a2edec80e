import { expect, test } from 'vitest'
import type { Severity } from '../alerts/source.ts'
import { MINUTE, SECOND } from '../lib/instant.ts'
import { bundle, type Due, HOLD_CRITICAL_MS, HOLD_MS, SINGLE_MAX } from './bundle.ts'
import type { Attempt } from './page.ts'

const NOW = 1_800_000_000_000
let made = 0
const due = (
  severity: Severity,
  dueAt: number,
  more: { bundles?: boolean; serviceId?: string; contactId?: string } = {},
): Due => ({
  attempt: {
    id: `a${(made += 1)}`,
    contactId: more.contactId ?? 'phone',
    serviceId: more.serviceId ?? 'shop',
    severity,
    dueAt,
  } as Attempt,
  bundles: more.bundles ?? true,
})
/** The contact had its single messages for this service a moment ago. */
const busy = Array.from({ length: SINGLE_MAX }, (_, index) => ({
  contactId: 'phone',
  serviceId: 'shop',
  at: NOW - index * SECOND,
}))

test('the first few go out alone, most severe first', () => {
  const { messages, held } = bundle(
    ['info', 'critical', 'warning'].map((one) => due(one as Severity, NOW)),
    [],
    NOW,
  )
  expect(messages.map((one) => one.lead.severity)).toEqual(['critical', 'warning', 'info'])
  expect(held).toEqual([])
})

test('pages that come one by one are let go together: what a storm brings in ten seconds is one message', () => {
  const asleep: { attempt: Attempt; until: number }[] = []
  for (let ms = 0; ms < HOLD_MS; ms += 37) {
    const { messages, held } = bundle([due('warning', NOW + ms)], busy, NOW + ms)
    expect(messages).toEqual([])
    asleep.push(...held)
  }
  const wakes = new Set(asleep.map((one) => one.until))
  // Ten seconds lie in two steps of the clock at most.
  expect(wakes.size).toBeLessThanOrEqual(2)
  const [first = 0] = wakes
  const together = asleep.filter((one) => one.until === first)
  const { messages } = bundle(
    together.map(({ attempt }) => ({ attempt, bundles: true })),
    busy,
    first,
  )
  expect(messages).toHaveLength(1)
  expect(messages[0]?.others).toHaveLength(together.length - 1)
})

test('nothing is held longer than its limit, the most severe a second', () => {
  for (let ms = 0; ms < 20_000; ms += 111) {
    const [critical] = bundle([due('critical', NOW + ms)], busy, NOW + ms).held
    const [warning] = bundle([due('warning', NOW + ms)], busy, NOW + ms).held
    expect((critical?.until ?? 0) - NOW - ms).toBeLessThanOrEqual(HOLD_CRITICAL_MS)
    expect((warning?.until ?? 0) - NOW - ms).toBeLessThanOrEqual(HOLD_MS)
  }
})

test('the first page of another service jumps the queue, and a contact that wants each alone gets each alone', () => {
  const other = bundle([due('warning', NOW, { serviceId: 'depot' })], busy, NOW)
  expect(other.messages).toHaveLength(1)
  const alone = bundle(
    [due('warning', NOW, { bundles: false }), due('warning', NOW, { bundles: false })],
    busy,
    NOW,
  )
  expect(alone.messages).toHaveLength(2)
})

test('one contact’s storm is nothing to another, and after a quiet minute singles are single again', () => {
  expect(bundle([due('warning', NOW, { contactId: 'other' })], busy, NOW).messages).toHaveLength(1)
  const later = NOW + MINUTE + 10 * SECOND
  expect(bundle([due('warning', later)], busy, later).messages).toHaveLength(1)
})
