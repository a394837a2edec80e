/** The worked examples of a ladder of four levels: five, ten and fifteen minutes apart. */
import { afterEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const LEVELS = `  - { id: ladder, team: core, steps: [ { page: [ person:ana ], wait: 5m }, { page: [ SECOND ], wait: 10m }, { page: [ person:cy ], wait: 15m }, { page: [ person:dan ], wait: 5m } ] }`
const DAN = `  - { id: dan, name: Dan, email: dan@example.com, role: responder, contacts: [ { id: hook, kind: webhook, url: "PHONES/dan" } ], rules: { high: [ { after: 0m, use: hook } ] } }`
const NOBODY = `schedules:
  - { id: second, timezone: UTC, rotations: [ { id: w, people: [ ben ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2030-01-07 } ] }
`

const yamlWith = (second: string): string =>
  TEAM.replace(/ {2}- \{ id: ladder,[^\n]*/, LEVELS.replace('SECOND', second))
    .replace('teams:', `${DAN}\nteams:`)
    .replace('escalations:', `${NOBODY}escalations:`)

let world: World
afterEach(() => world.end())

const begin = async (second = 'person:ben'): Promise<void> => {
  world = await makeWorld({ yaml: yamlWith(second) })
  await world.trigger('db')
}
const acknowledge = (): Promise<unknown> => world.api('POST', '/api/v1/alerts/A-1/acknowledge')
const SECOND = 1 / 60

test('ESC-01 acknowledged a second before the first wait is over, nobody but the first level was paged', async () => {
  await begin()
  await world.pass(5 - SECOND, SECOND * 30)
  await acknowledge()
  await world.pass(60)
  expect(world.told()).toBe('0 ana')
})

test('ESC-02 when the wait is over the second level is paged, and the acknowledgement at that moment ends it', async () => {
  await begin()
  await world.pass(5)
  await acknowledge()
  await world.pass(60)
  expect(world.told()).toBe('0 ana, 5 ben')
})

test('ESC-03 nobody answers: each level at its time, and then whoever is paged when all else fails', async () => {
  await begin()
  await world.pass(36)
  expect(world.told()).toBe('0 ana, 5 ben, 15 cy, 30 dan, 35 vp')
})

test('ESC-05 a second level whose schedule has nobody is passed over at once, and the record says so', async () => {
  await begin('schedule:second')
  await world.pass(20)
  expect(world.told()).toBe('0 ana, 5 cy, 20 dan')
  const { timeline } = await world.alert('A-1')
  expect(JSON.stringify(timeline)).toContain('nobodyOnCall')
})
