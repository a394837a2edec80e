/** Incidents that have to do with each other: merged, parts of one, the same failure once more. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

type Shown = {
  name: string
  title: string
  status: string
  services: { slug: string }[]
  alerts: { name: string }[]
  kin: { name: string; relation: string; status: string }[]
  checks: { name: string; good: boolean }[]
  bridgeUrl: string | null
  timeline: { sentence: string }[]
  field?: string
  reason?: string
}

let world: World
let ana = ''
let cy = ''
beforeEach(async () => {
  world = await makeWorld({ yaml: TEAM })
  ana = await tokenOf('ana')
  cy = await tokenOf('cy')
})
afterEach(() => world.end())

async function tokenOf(person: string): Promise<string> {
  const body = { name: person, role: 'responder', person }
  return (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body.token
}
const shown = async (name: string, token = ana): Promise<Shown> =>
  (await world.api<Shown>('GET', `/api/v1/incidents/${name}`, undefined, token)).body
const ask = (name: string, path: string, body: object, token = ana) =>
  world.api<Shown>('POST', `/api/v1/incidents/${name}/${path}`, body, token)
const declare = (body: object, token = ana) => world.api('POST', '/api/v1/incidents', body, token)

test('merged into another one, which takes over its alerts and services; nothing of it is owed', async () => {
  await declare({ title: 'Checkout slow', services: ['shop'], severity: 3 })
  await declare({ title: 'Stock is wrong', services: ['depot'], severity: 2 })
  await world.pass(1)
  expect((await ask('INC-1', 'merge', { into: 'INC-1' })).body).toMatchObject({ field: 'into' })
  expect((await ask('INC-1', 'merge', { into: 'INC-9' })).body).toMatchObject({
    field: 'into',
    reason: 'unknownReference',
  })
  expect((await ask('INC-1', 'merge', { into: 'INC-2' })).status).toBe(200)
  await world.pass(1)
  const [from, into] = [await shown('INC-1'), await shown('INC-2')]
  expect([from.status, from.alerts, from.kin.map((one) => [one.name, one.relation])]).toEqual([
    'merged',
    [],
    [['INC-2', 'mergedInto']],
  ])
  expect(into.alerts.map((one) => one.name).toSorted()).toEqual(['A-1', 'A-2'])
  expect(into.services.map((one) => one.slug).toSorted()).toEqual(['depot', 'shop'])
  const owed = await world.api<{ owed: { incident: string | null; outcome: string }[] }>(
    'GET',
    '/api/v1/owed',
    undefined,
    ana,
  )
  expect(owed.body.owed.filter((one) => one.incident === 'INC-1')).toEqual([])
  // What is over takes nothing in, and is not merged a second time.
  expect((await ask('INC-2', 'merge', { into: 'INC-1' })).body).toMatchObject({
    field: 'into',
    reason: 'overAlready',
  })
})

test('a private one is not merged into one that everybody sees, nor shown as its kin', async () => {
  await declare({ title: 'Somebody got in', services: ['shop'], severity: 1, private: true })
  await declare({ title: 'Login fails', services: ['shop'], severity: 2 })
  expect((await ask('INC-1', 'merge', { into: 'INC-2' })).body).toMatchObject({
    reason: 'wouldBeSeen',
  })
  expect((await ask('INC-1', 'link', { relation: 'parent', to: 'INC-2' })).status).toBe(200)
  expect((await shown('INC-2')).kin.map((one) => one.name)).toEqual(['INC-1'])
  expect((await shown('INC-2', cy)).kin).toEqual([])
})

test('parts have leads of their own, and the whole is not over before they are', async () => {
  await declare({ title: 'Region down', services: ['shop'], severity: 2 })
  await declare({ title: 'Stock of that region', services: ['depot'], severity: 3 }, cy)
  await ask('INC-2', 'link', { relation: 'parent', to: 'INC-1' })
  expect((await ask('INC-1', 'link', { relation: 'parent', to: 'INC-2' })).body).toMatchObject({
    field: 'to',
    reason: 'circle',
  })
  await ask('INC-1', 'status', { to: 'monitoring' })
  for (const alert of ['A-1', 'A-2']) await world.api('POST', `/api/v1/alerts/${alert}/resolve`, {})
  await world.pass(16, 4)
  await ask('INC-1', 'check', {})
  expect((await shown('INC-1')).checks.filter((one) => !one.good).map((one) => one.name)).toEqual([
    'parts',
  ])
  expect((await ask('INC-1', 'status', { to: 'resolved' })).body).toMatchObject({
    reason: 'partsLive',
  })
  await ask('INC-2', 'status', { to: 'monitoring' }, cy)
  await world.pass(16, 4)
  await ask('INC-2', 'check', {}, cy)
  expect((await ask('INC-2', 'status', { to: 'resolved' }, cy)).status).toBe(200)
  expect((await ask('INC-1', 'status', { to: 'resolved' })).status).toBe(200)
})

test('the same failure once more is linked, described, and taken back', async () => {
  await declare({ title: 'Pool exhausted' })
  await declare({ title: 'Pool exhausted again' })
  await ask('INC-2', 'link', { relation: 'recurrence', to: 'INC-1' })
  expect((await shown('INC-1')).kin.map((one) => [one.name, one.relation])).toEqual([
    ['INC-2', 'recurrence'],
  ])
  await ask('INC-2', 'link', { relation: 'recurrence', to: null })
  expect((await shown('INC-1')).kin).toEqual([])
  expect((await ask('INC-2', 'describe', { bridgeUrl: 'javascript:alert(1)' })).body.field).toBe(
    'bridgeUrl',
  )
  await ask('INC-2', 'describe', { title: 'Pool too small', bridgeUrl: 'https://meet.example/x' })
  const after = await shown('INC-2')
  expect([after.title, after.bridgeUrl]).toEqual(['Pool too small', 'https://meet.example/x'])
  expect(after.timeline.at(-1)?.sentence).toBe('Ana changed the title, where people meet')
})
