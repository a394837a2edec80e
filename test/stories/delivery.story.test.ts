import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

const seconds = (count: number): number => count / 60

test('a provider that fails for a minute is tried again until it works (I12, R44, GoAlert gives up after 45 s)', async () => {
  world.phones(500)
  await world.trigger('db')
  await world.pass(1, seconds(1))
  expect(world.told()).toBe('')
  world.phones(200)
  await world.pass(1, seconds(1))
  expect(world.rang.map((one) => one.who)).toEqual(['ana'])
})

test('a provider that is down for two hours loses nothing: the climb goes on and says why (I12, R37)', async () => {
  world.phones(503)
  await world.trigger('db')
  await world.pass(120, 0.5)
  expect(world.told()).toBe('')
  world.phones(200)
  await world.pass(31, 0.5)
  expect(world.rang.at(-1)?.who).toBe('vp')
  const { timeline } = await world.alert('A-1')
  expect(timeline.some((entry) => entry.sentence.includes('webhook to Ana failed (http503)'))).toBe(
    true,
  )
})

test('a contact that is out for good passes to the next person at once, not after the wait (I11)', async () => {
  world.phones(410)
  await world.trigger('db')
  world.phones(200)
  await world.pass(seconds(2), seconds(1))
  // Every phone answered "gone" at first, so the climb ran on to the one whose turn came last.
  const { timeline } = await world.alert('A-1')
  expect(timeline.map((entry) => entry.sentence)).toContain(
    'Ana cannot be reached: nothing that was tried works',
  )
  expect((await world.alert('A-1')).pages.length).toBeGreaterThan(1)
})

test('a broken contact fails over to the person’s next contact within 30 s (I12)', async () => {
  const two = TEAM.replace(
    'contacts: [ { id: hook, kind: webhook, url: "PHONES/ana" } ], rules: { high: [ { after: 0m, use: hook } ]',
    'contacts: [ { id: dead, kind: webhook, url: "http://127.0.0.1:1/dead" }, { id: hook, kind: webhook, url: "PHONES/ana" } ], rules: { high: [ { after: 0m, use: dead }, { after: 4m, use: hook } ]',
  )
  await world.configure(two)
  await world.trigger('db')
  await world.pass(0.5, seconds(1))
  expect(world.rang.map((one) => one.who)).toEqual(['ana'])
  expect(world.minutes()).toBeLessThanOrEqual(0.5)
})

test('accepted and then no answer is one unknown outcome and at most one repeat under the same id (I5)', async () => {
  world.phones('reset')
  await world.trigger('db')
  world.phones(200)
  await world.pass(0.2, seconds(1))
  const attempts = (await world.alert('A-1')).pages.flatMap((page) => page.attempts)
  expect(attempts.map((one) => one.status)).toEqual(['unknown', 'sent'])
  expect(world.told()).toMatch(/^[\d.]+ ana$/)
})

test('nothing starts after an acknowledgement, also what was waiting to be retried (I3, R47)', async () => {
  world.phones(500)
  await world.trigger('db')
  await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
  world.phones(200)
  await world.pass(60, 0.5)
  expect(world.told()).toBe('')
})

test('429 with Retry-After is heeded (R13)', async () => {
  world.phones(429, 20)
  await world.trigger('db')
  world.phones(200)
  await world.pass(seconds(19), seconds(1))
  expect(world.told()).toBe('')
  await world.pass(seconds(2), seconds(1))
  expect(world.rang.map((one) => one.who)).toEqual(['ana'])
})

test('a person’s own plan runs to its end unless it is superseded, and that is on record (I14)', async () => {
  await world.configure(
    TEAM.replace(
      'rules: { high: [ { after: 0m, use: hook } ], low: [ { after: 0m, use: hook } ] }',
      'rules: { high: [ { after: 0m, use: hook }, { after: 2m, use: hook }, { after: 6m, use: hook } ] }',
    ),
  )
  await world.trigger('db')
  await world.pass(8)
  expect(world.told()).toBe('0 ana, 2 ana, 5 ben')
  const [, first] = (await world.alert('A-1')).pages
  expect(first?.attempts.map((one) => [one.status, one.reason])).toEqual([
    ['sent', null],
    ['sent', null],
    ['cancelled', 'climbMovedOn'],
  ])
})

test('after an outage of ours people get their minutes: the ladder is not run through at once (I18)', async () => {
  await world.trigger('db')
  await world.pass(60, 60)
  await world.pass(4)
  expect(world.told()).toBe('0 ana, 60 ben')
})

test('a storm on one service is bundled; its first pages go out alone, and another service jumps the queue (I19)', async () => {
  for (let number = 0; number < 30; number += 1)
    await world.trigger(`disk-${number}`, { payload: { severity: 'warning' } })
  const alone = world.rang.length
  expect(alone).toBe(5)
  await world.pass(0.5, seconds(5))
  const bundles = world.rang.slice(alone)
  expect(bundles.length).toBeLessThanOrEqual(2)
  expect(bundles[0]?.body.data.title).toBe('25 alerts are waiting for you')
})

test('the receipt of a page tells what was decided, attempted and answered, with times', async () => {
  await world.trigger('db')
  await world.pass(1)
  const page = (await world.alert('A-1')).pages[0]
  await fetch(String(world.rang[0]?.body.data.url), {
    method: 'POST',
    body: new URLSearchParams({ do: 'acknowledge' }),
  })
  const receipt = (
    await world.api<{ text: string; secondsToAnswer: number }>(
      'GET',
      `/api/v1/pages/${page?.id}/receipt`,
    )
  ).body
  expect(receipt.secondsToAnswer).toBe(60)
  expect(receipt.text).toMatch(/Decided {7}2026-11-23T14:00:00.000Z {2}page Ana, level 1/)
  expect(receipt.text).toMatch(/outcome .*accepted by the provider/)
  expect(receipt.text).toMatch(/Acknowledged {2}2026-11-23T14:01:00.000Z {2}by Ana/)
})
