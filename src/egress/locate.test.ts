import { expect, test } from 'vitest'
import { parseAllow } from './allow.ts'
import { createLocator, FRESH_MS, LAST_KNOWN_MS, type Resolver, SERVES_MS } from './locate.ts'

const PUBLIC = '93.184.216.34'
const OTHER = '93.184.216.35'

/** A locator whose clock and resolver the test moves by hand. */
function start(first: readonly string[] | Error) {
  let now = 1_000_000
  let asked = 0
  let answer: readonly string[] | Error = first
  const resolve: Resolver = async () => {
    asked += 1
    if (answer instanceof Error) throw answer
    return answer
  }
  const locator = createLocator({ allow: parseAllow(''), resolve, clock: () => now })
  return {
    asked: () => asked,
    answerWith(next: readonly string[] | Error) {
      answer = next
    },
    pass(ms: number) {
      now += ms
    },
    /** As a request does: what is known, else what the resolver says. */
    async reach() {
      const found = locator.known('a.test', 443) ?? (await locator.locate('a.test', 443))
      // Lets a lookup in the background end.
      await new Promise((done) => setImmediate(done))
      return found.kind === 'located' ? found.addresses[0] : found.reason
    },
    locator,
  }
}

test('a name that is rebound after the check is connected to at the address that was checked', async () => {
  const rig = start([PUBLIC])
  expect(await rig.reach()).toBe(PUBLIC)
  rig.answerWith(['127.0.0.1'])
  rig.pass(FRESH_MS - 1)
  expect(await rig.reach()).toBe(PUBLIC)
  expect(rig.asked()).toBe(1)
})

test('a name that is rebound is blocked as soon as it is looked up again', async () => {
  const rig = start([PUBLIC])
  await rig.reach()
  rig.answerWith(['127.0.0.1'])
  rig.pass(FRESH_MS)
  // Served by the checked address once more while the new answer is on its way.
  expect(await rig.reach()).toBe(PUBLIC)
  expect(await rig.reach()).toBe('blockedAddress')
})

test('an answer that is too old is not used while the new one is awaited', async () => {
  const rig = start([PUBLIC])
  await rig.reach()
  rig.answerWith([OTHER])
  rig.pass(SERVES_MS)
  expect(await rig.reach()).toBe(OTHER)
})

test('the last good addresses serve for an hour while the resolver is down', async () => {
  const rig = start([PUBLIC])
  await rig.reach()
  rig.answerWith(new Error('EAI_AGAIN'))
  rig.pass(SERVES_MS)
  expect(await rig.reach()).toBe(PUBLIC)
  rig.pass(LAST_KNOWN_MS)
  expect(await rig.reach()).toBe('dnsFailed')
})

test('a resolver that is down does not bring back a name that was blocked since', async () => {
  const rig = start([PUBLIC])
  await rig.reach()
  rig.answerWith(['10.0.0.1'])
  rig.pass(SERVES_MS)
  expect(await rig.reach()).toBe('blockedAddress')
  rig.answerWith(new Error('EAI_AGAIN'))
  rig.pass(SERVES_MS)
  expect(await rig.reach()).toBe('dnsFailed')
})

test('requests that arrive together share one lookup', async () => {
  const rig = start([PUBLIC])
  await Promise.all([rig.reach(), rig.reach(), rig.reach()])
  expect(rig.asked()).toBe(1)
})

test('a failed lookup is not asked for again at once, and is asked for again soon', async () => {
  const rig = start(new Error('ENOTFOUND'))
  expect(await rig.reach()).toBe('dnsFailed')
  expect(await rig.reach()).toBe('dnsFailed')
  expect(rig.asked()).toBe(1)
  rig.answerWith([PUBLIC])
  rig.pass(FRESH_MS)
  expect(await rig.reach()).toBe(PUBLIC)
})

test('a clock that is set back does not make an answer immortal', async () => {
  const rig = start([PUBLIC])
  await rig.reach()
  rig.pass(-3_600_000)
  await rig.reach()
  expect(rig.asked()).toBe(2)
})

test('what was checked for one port says nothing of another', async () => {
  const allow = parseAllow('127.0.0.1:9099')
  const locator = createLocator({ allow, resolve: async () => [], clock: () => 0 })
  expect((await locator.locate('127.0.0.1', 9099)).kind).toBe('located')
  expect((await locator.locate('127.0.0.1', 9098)).kind).toBe('failed')
})
