/** The daily check: what has died since it was proven is known before a page needs it. */
import { afterEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
afterEach(() => world.end())

const CHECKED = `${TEAM.replace('email: cy@example.com,', 'email: cy@example.com, timezone: Asia/Tokyo,')}
channels: { webhook: { canary: true } }
`
const MONDAY = Date.UTC(2026, 10, 23, 0, 0)

async function begin(yaml = CHECKED): Promise<void> {
  world = await makeWorld({ yaml, start: MONDAY })
  await world.app.deps.reloadChannels()
  // Vic has proven nothing.
  await world.app.db.withTx('web', (tx) =>
    tx.query(`update contacts set verified_at = clock_timestamp() where person_id <> (
      select id from people where slug = 'vp')`),
  )
}
const checks = (): string[] =>
  world.rang
    .filter((one) => one.body.data.title === 'Daily check from Allclear')
    .map((one) => one.who)
    .toSorted()
const pass = (hours: number) => world.pass(hours * 60, 15)
const doctor = async (): Promise<string[]> =>
  (
    await world.api<{ findings: { rule: string; sentence: string }[] }>('GET', '/api/v1/doctor')
  ).body.findings
    .filter((one) => one.rule === 'checkFailed')
    .map((one) => one.sentence)

test('each proven contact is checked once on a working day, in the day of its owner', async () => {
  await begin()
  // Nine in the morning for most; the day in Tokyo began at one.
  await pass(9)
  expect(checks()).toEqual(['cy'])
  await pass(6)
  expect(checks()).toEqual(['ana', 'ben', 'cy'])
  await pass(9)
  expect(checks()).toEqual(['ana', 'ben', 'cy'])
  await pass(15)
  expect(checks()).toEqual(['ana', 'ana', 'ben', 'ben', 'cy', 'cy'])
  expect(world.rang.every((one) => one.body.data.urgency !== 'high')).toBe(true)
  expect(await doctor()).toEqual([])
})

test('what fails is named by doctor and at People, until it works again', async () => {
  await begin()
  world.phones(410)
  await pass(15)
  expect((await doctor()).find((one) => one.includes('Ana'))).toMatch(
    /^The daily check to `hook` of Ana \(`ana`\) did not go out on Mon 23 Nov 1\d:\d\d: gone\.$/,
  )
  type People = { people: { slug: string; contacts: { check: object | null }[] }[] }
  const { people } = (await world.api<People>('GET', '/api/v1/people')).body
  const checkOf = (slug: string) => people.find((one) => one.slug === slug)?.contacts[0]?.check
  expect(checkOf('ben')).toMatchObject({ outcome: 'gaveUp', reason: 'gone' })
  expect(checkOf('vp')).toBeNull()
  world.phones(200)
  await pass(24)
  expect(await doctor()).toEqual([])
})

test('nobody is checked who did not ask for it', async () => {
  await begin(TEAM)
  await pass(24)
  expect(checks()).toEqual([])
})

test('two nodes at the same moment check once', async () => {
  await begin()
  const other = await world.node()
  await other.deps.reloadChannels()
  world.shift(15 * 60)
  await Promise.all([world.beat(), other.beat()])
  expect(checks()).toEqual(['ana', 'ben'])
})
