import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Directory } from '../directory/directory.ts'
import { makeId } from '../lib/id.ts'
import type { Channel, Outcome } from '../notify/channel.ts'
import type { Attempt, Page } from '../notify/page.ts'
import { createSender, LANE_MAX } from './sender.ts'
import { createMemoryStore, type MemoryStore } from './store-memory.ts'
import type { Tools } from './tools.ts'

const NOW = 1_800_000_000_000
const id = (): string => makeId(NOW, randomBytes)

const person = (name: string, kind: string, url: string) => ({
  id: name,
  slug: name,
  name,
  email: null,
  timezone: 'UTC',
  locale: 'en',
  calendarId: null,
  role: 'responder' as const,
  rules: null,
  contacts: [
    {
      id: `${name}-contact`,
      slug: 'hook',
      kind,
      fields: { url, bundle: false },
      verifiedAt: null,
      isOwn: false,
      disabledReason: null,
    },
  ],
})

const directory = {
  organisation: { name: 'x', fallback: [], pausedAt: null, epoch: 1 },
  people: new Map(
    [
      person('ana', 'webhook', 'https://hangs.example.com/ana'),
      person('ben', 'webhook', 'https://works.example.com/ben'),
      person('cy', 'ntfy', ''),
    ].map((one) => [one.id, one]),
  ),
  services: new Map(),
} as unknown as Directory

function put(store: MemoryStore, personId: string, channel: string, dueAt: number): void {
  const page = {
    id: id(),
    climbId: id(),
    effectKey: id(),
    groupId: id(),
    personId,
    serviceId: null,
    urgency: 'high',
    status: 'open',
    drillId: null,
    step: 0,
    round: 0,
  } as Page
  store.memory.rows.page.set(page.id, page)
  store.memory.rows.group.set(page.groupId, {
    id: page.groupId,
    key: page.groupId,
    severity: 'critical',
    title: 'x',
  } as never)
  const attempt = {
    id: id(),
    pageId: page.id,
    climbId: page.climbId,
    personId,
    serviceId: null,
    contactId: `${personId}-contact`,
    channel,
    slot: 0,
    severity: 'critical',
    tryNumber: 1,
    urgency: 'high',
    status: 'waiting',
    bundledInto: null,
    dueAt,
    wakeAt: dueAt,
    fence: 0,
    startedAt: null,
  } as unknown as Attempt
  store.memory.rows.attempt.set(attempt.id, attempt)
}

test('a provider that hangs takes its own lane and no other: who is reached elsewhere is paged (I13)', async () => {
  const store = createMemoryStore(
    () => NOW,
    () => directory,
  )
  const called: string[] = []
  const troubles: string[] = []
  const hanging: ((outcome: Outcome) => void)[] = []
  const channel = {
    describe: { loudness: 'push' },
    send: (_message: unknown, to: { contact: { url?: unknown } }) =>
      new Promise<Outcome>((done) => {
        called.push(String(to.contact.url))
        if (String(to.contact.url).includes('hangs')) hanging.push(done)
        else done({ kind: 'sent', providerId: null })
      }),
  } as unknown as Channel
  const sender = createSender({
    store,
    tools: { makeId: id, jitter: () => 0 } as unknown as Tools,
    channelOf: () => channel,
    destinationOf: (_kind, fields) => ({ contact: fields, settings: {} }),
    linkFor: () => null,
    nextFor: () => null,
    timeLimit: () => new AbortController().signal,
    onTrouble: (cause) => void troubles.push(String(cause)),
  })
  // The older ones are all for the provider that hangs, and more than it gets.
  for (let number = 0; number < 3 * LANE_MAX; number += 1)
    put(store, 'ana', 'webhook', NOW - 10_000 + number)
  put(store, 'ben', 'webhook', NOW - 1)
  put(store, 'cy', 'ntfy', NOW)
  while ((await sender.sendDue()) > 0) await Promise.resolve()

  const to = (host: string): number => called.filter((url) => url.includes(host)).length
  expect(to('hangs')).toBe(LANE_MAX)
  expect(to('works')).toBe(1)
  expect(called.filter((url) => url === '')).toHaveLength(1)
  // What had no room is put off, not lost and not failed.
  const waiting = [...store.memory.rows.attempt.values()].filter((one) => one.status === 'waiting')
  expect(waiting).toHaveLength(2 * LANE_MAX)
  expect(waiting.every((one) => one.reason === 'laneFull' && (one.wakeAt ?? 0) > NOW)).toBe(true)
  for (const done of hanging) done({ kind: 'sent', providerId: null })
  await sender.idle()
  expect(sender.calls()).toBe(0)
  expect(troubles).toEqual([])
})
