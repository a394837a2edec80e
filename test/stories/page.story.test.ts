import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

test('an alert pages the first level at once, and the answer names the key', async () => {
  const response = await world.trigger('db')
  expect(response.status).toBe(202)
  expect(await response.json()).toEqual({
    status: 'success',
    message: 'Event processed',
    dedup_key: 'db',
  })
  expect(world.told()).toBe('0 ana')
})

test('an unanswered page climbs once per step, however often the engine beats', async () => {
  await world.trigger('db')
  for (let beats = 0; beats < 5; beats += 1) await world.beat()
  await world.pass(5, 0.25)
  for (let beats = 0; beats < 5; beats += 1) await world.beat()
  expect(world.told()).toBe('0 ana, 5 ben')
})

test('when nobody answers the fallback is paged, and again every half hour', async () => {
  await world.trigger('db')
  await world.pass(75)
  expect(world.told()).toBe('0 ana, 5 ben, 10 vp, 40 vp, 70 vp')
})

test('an acknowledgement by the API stops the next step', async () => {
  await world.trigger('db')
  const acted = await world.api<{ outcome: string }>('POST', '/api/v1/alerts/A-1/acknowledge')
  expect(acted.body.outcome).toBe('done')
  await world.pass(60)
  expect(world.told()).toBe('0 ana')
})

test('an acknowledgement by the wire format stops the next step', async () => {
  await world.trigger('db')
  await world.send('acknowledge', 'db')
  await world.pass(60)
  expect(world.told()).toBe('0 ana')
  expect((await world.alerts())[0]?.status).toBe('acknowledged')
})

test('an acknowledgement by the signed link stops the next step, and the link stays truthful', async () => {
  await world.trigger('db')
  const url = String(world.rang[0]?.body.data.url)
  const looked = await fetch(url)
  expect(looked.status).toBe(200)
  expect((await world.alerts())[0]?.status).toBe('firing')
  const pressed = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ do: 'acknowledge' }),
  })
  expect(await pressed.text()).toContain('You have it')
  const again = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ do: 'acknowledge' }),
  })
  expect(await again.text()).toContain('Already acknowledged by you at 14:00')
  await world.pass(60)
  expect(world.told()).toBe('0 ana')
})

test('an altered link of another page is not found and changes nothing', async () => {
  await world.trigger('db')
  const url = String(world.rang[0]?.body.data.url)
  const altered = `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`
  expect((await fetch(altered, { method: 'POST', body: 'do=acknowledge' })).status).toBe(404)
  expect((await world.alerts())[0]?.status).toBe('firing')
})

test('a resolve ends the climb and its pages; a trigger after it is a new alert that pages anew', async () => {
  await world.trigger('db')
  await world.send('resolve', 'db')
  await world.pass(20)
  expect(world.told()).toBe('0 ana')
  await world.trigger('db')
  expect(world.told()).toBe('0 ana, 20 ana')
  expect((await world.alerts()).map((alert) => [alert.name, alert.status])).toEqual([
    ['A-2', 'firing'],
    ['A-1', 'resolved'],
  ])
})

test('a repeat of an open alert is folded into it and pages nobody again (R62)', async () => {
  await world.trigger('db')
  await world.trigger('db')
  await world.trigger('db')
  expect(world.told()).toBe('0 ana')
  const [alert, ...others] = await world.alerts()
  expect(others).toEqual([])
  expect(alert?.signalCount).toBe(3)
})

test('letting go of an acknowledgement pages the same person again at once', async () => {
  await world.trigger('db')
  await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
  await world.pass(3)
  await world.api('POST', '/api/v1/alerts/A-1/release')
  await world.beat()
  expect(world.told()).toBe('0 ana, 3 ana')
  await world.pass(5)
  expect(world.told()).toBe('0 ana, 3 ana, 8 ben')
})

test('a snooze holds the climb and pages the same level again when it ends', async () => {
  await world.trigger('db')
  await world.api('POST', '/api/v1/alerts/A-1/snooze', { for: '10m' })
  await world.pass(9)
  expect(world.told()).toBe('0 ana')
  await world.pass(1)
  expect(world.told()).toBe('0 ana, 10 ana')
})

test('escalating now pages the next level without waiting', async () => {
  await world.trigger('db')
  await world.api('POST', '/api/v1/alerts/A-1/escalate')
  await world.beat()
  expect(world.told()).toBe('0 ana, 0 ben')
})

test('"not mine" sends the page to the next level at once', async () => {
  await world.trigger('db')
  const page = (await world.alert('A-1')).pages[0]
  await world.api('POST', `/api/v1/pages/${page?.id}/not-mine`)
  await world.beat()
  expect(world.told()).toBe('0 ana, 0 ben')
  expect((await world.alert('A-1')).pages.map((one) => one.status)).toEqual(['open', 'declined'])
})

test('somebody else can be paged besides, and their page ends with the alert', async () => {
  await world.trigger('db')
  await world.api('POST', '/api/v1/alerts/A-1/page', { target: 'person:cy' })
  await world.beat()
  expect(world.told()).toBe('0 ana, 0 cy')
  await world.api('POST', '/api/v1/alerts/A-1/resolve')
  await world.pass(30)
  expect(world.told()).toBe('0 ana, 0 cy')
  expect((await world.alert('A-1')).pages.every((one) => one.status === 'resolved')).toBe(true)
})

test('whoever was paged may answer, whatever their role (the fallback is a stakeholder)', async () => {
  await world.trigger('db')
  await world.pass(10)
  const url = String(world.rang.at(-1)?.body.data.url)
  expect(world.rang.at(-1)?.who).toBe('vp')
  const pressed = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ do: 'acknowledge' }),
  })
  expect(await pressed.text()).toContain('You have it')
  await world.pass(60)
  expect(world.told()).toBe('0 ana, 5 ben, 10 vp')
})

test('an answer after everyone was tried still counts', async () => {
  await world.trigger('db')
  await world.pass(30)
  await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
  await world.pass(60)
  expect(world.told()).toBe('0 ana, 5 ben, 10 vp')
})

test('a step that nobody covers is passed at once, and the record says so (I10)', async () => {
  await world.configure(
    TEAM.replace(
      'steps: [ { page: [ person:ana ] }',
      'steps: [ { page: [ schedule:nobody ] }, { page: [ person:ana ] }',
    ).replace('escalations:', 'schedules:\n  - { id: nobody, timezone: UTC }\nescalations:'),
  )
  await world.trigger('db')
  expect(world.told()).toBe('0 ana')
  const { timeline } = await world.alert('A-1')
  expect(timeline.map((entry) => entry.sentence)).toContain(
    'Level 1 passed at once: nobody is on call there',
  )
})

test('a person without a contact that works is never waited for (I11, R05, R43)', async () => {
  await world.configure(
    TEAM.replace(
      'contacts: [ { id: hook, kind: webhook, url: "PHONES/ana" } ], rules: { high: [ { after: 0m, use: hook } ], low: [ { after: 0m, use: hook } ] }',
      'contacts: []',
    ),
  )
  await world.trigger('db')
  expect(world.told()).toBe('0 ben')
})

test('every change of a page has exactly one entry in the record (I21)', async () => {
  await world.trigger('db')
  await world.pass(5)
  await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
  const { timeline } = await world.alert('A-1')
  expect(timeline.map((entry) => entry.sentence)).toEqual([
    'Alert fired: db is broken',
    'Escalation began',
    'Paged Ana at level 1 (person)',
    'No answer in time: the climb moves on',
    'Page to Ana ended: no answer in time, the climb moved on',
    'Paged Ben at level 2 (person)',
    'API token acknowledged',
    'Page to Ben ended: acknowledged',
  ])
})
