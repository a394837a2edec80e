import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

const silence = (matchers: unknown, more: object = {}) =>
  world.api('POST', '/api/v1/silences', { matchers, for: '30m', reason: 'known work', ...more })

test('a silenced alert is recorded with its cause and pages nobody; when the silence ends it pages (I15, R23)', async () => {
  expect((await silence([{ name: 'component', op: '=', value: 'db' }])).status).toBe(201)
  await world.trigger('db', { payload: { component: 'db' } })
  expect(world.told()).toBe('')
  const [alert] = await world.alerts()
  expect(alert?.suppressedBy?.kind).toBe('silence')
  await world.pass(29)
  expect(world.told()).toBe('')
  await world.pass(1)
  expect(world.told()).toBe('30 ana')
})

test('a silence over an alert that is being paged stops the climb, and its end goes on with it', async () => {
  await world.trigger('db', { payload: { component: 'db' } })
  await silence([{ name: 'component', op: '=', value: 'db' }])
  await world.pass(20)
  expect(world.told()).toBe('0 ana')
  await world.pass(10)
  expect(world.told()).toBe('0 ana, 30 ana')
})

test('ending a silence by hand looks at what it muted at once', async () => {
  await silence([{ name: 'component', op: '=', value: 'db' }])
  await world.trigger('db', { payload: { component: 'db' } })
  const { silences } = (await world.api<{ silences: { id: string }[] }>('GET', '/api/v1/silences'))
    .body
  await world.api('DELETE', `/api/v1/silences/${silences[0]?.id}`)
  await world.beat()
  expect(world.told()).toBe('0 ana')
})

test('a silence of one team never mutes another team’s alerts (I15)', async () => {
  await silence([{ name: 'component', op: '=', value: 'db' }], { team: 'other' })
  await world.trigger('db', { payload: { component: 'db' } })
  expect(world.told()).toBe('0 ana')
})

test('a silence that is too long, over, without reason or over everything is refused by field (T28)', async () => {
  const asked = [{ name: 'component', op: '=', value: 'db' }]
  expect((await silence(asked, { for: '8d' })).body).toMatchObject({
    code: 'invalid',
    field: 'endsAt',
  })
  expect((await silence(asked, { reason: ' ' })).body).toMatchObject({ field: 'reason' })
  expect((await silence([{ name: 'x', op: '=~', value: '.*' }])).body).toMatchObject({
    field: 'matchers',
  })
  expect((await silence([{ name: 'x', op: '=~', value: '(' }])).body).toMatchObject({
    field: 'matchers[0].value',
  })
  expect(
    (await silence(asked, { for: undefined, endsAt: '2020-01-01T00:00:00Z' })).body,
  ).toMatchObject({ field: 'endsAt' })
})

test('the blast radius says how many alerts of how many teams a silence would mute', async () => {
  await world.trigger('a', { payload: { component: 'db' } })
  await world.trigger('b', { payload: { component: 'db' } })
  await world.trigger('c', { payload: { component: 'web' } })
  const blast = await world.api<{ sentence: string }>('POST', '/api/v1/silences/preview', {
    matchers: [{ name: 'component', op: '=', value: 'db' }],
  })
  expect(blast.body.sentence).toBe('Mutes 2 alerts of 1 team.')
})

test('maintenance records alerts instead of dropping them, and what still fires afterwards pages', async () => {
  await world.api('POST', '/api/v1/maintenances', {
    services: ['shop'],
    reason: 'new disks',
    for: '1h',
  })
  await world.trigger('db')
  expect(world.told()).toBe('')
  expect((await world.alerts())[0]?.suppressedBy?.kind).toBe('maintenance')
  await world.pass(60, 5)
  expect(world.told()).toBe('60 ana')
})

test('a transient alert that is resolved within the pause pages nobody; one that stays does', async () => {
  await world.configure(TEAM.replace('name: Shop,', 'name: Shop, pause: 2m,'))
  await world.trigger('blip')
  await world.pass(1)
  await world.send('resolve', 'blip')
  await world.trigger('real')
  await world.pass(3)
  expect(world.told()).toBe('3 ana')
})

test('a flapping alert keeps one climb and one acknowledgement until it is calm (R20)', async () => {
  for (let flap = 0; flap < 5; flap += 1) {
    await world.trigger('flap')
    await world.send('resolve', 'flap')
    await world.pass(0.5, 0.5)
  }
  const rangWhileLearning = world.rang.length
  await world.trigger('flap')
  await world.api('POST', `/api/v1/alerts/${(await world.alerts())[0]?.name}/acknowledge`)
  for (let flap = 0; flap < 20; flap += 1) {
    await world.send('resolve', 'flap')
    await world.trigger('flap')
    await world.pass(0.1, 0.1)
  }
  expect(world.rang.length).toBeLessThanOrEqual(rangWhileLearning + 1)
  await world.send('resolve', 'flap')
  await world.pass(10)
  expect((await world.alerts()).every((alert) => alert.status === 'resolved')).toBe(true)
})

test('alerts of one Alertmanager group page once, and the group is over when all of them are', async () => {
  const am = (alerts: object[]) =>
    fetch(`${world.app.url}/integrations/v1/alertmanager/0123456789abcdef0123456789abcdef/`, {
      method: 'POST',
      body: JSON.stringify({
        version: '4',
        groupKey: '{}:{alertname="Disk"}',
        status: 'firing',
        receiver: 'x',
        alerts,
      }),
    })
  const alert = (instance: string, status: string) => ({
    status,
    labels: { alertname: 'Disk', instance, severity: 'critical' },
    annotations: { summary: `disk of ${instance}` },
    startsAt: '2026-11-23T13:59:00Z',
    endsAt: status === 'resolved' ? '2026-11-23T14:00:00Z' : '0001-01-01T00:00:00Z',
  })
  expect((await am([alert('a', 'firing'), alert('b', 'firing')])).status).toBe(200)
  await world.beat()
  expect(world.told()).toBe('0 ana')
  await am([alert('a', 'resolved'), alert('b', 'firing')])
  await world.pass(5)
  expect(world.told()).toBe('0 ana, 5 ben')
  await am([alert('a', 'resolved'), alert('b', 'resolved')])
  await world.pass(30)
  expect(world.told()).toBe('0 ana, 5 ben')
})

test('routes send an alert elsewhere by its labels; a route that cannot be read stops no page', async () => {
  await world.configure(
    `${TEAM}\nroutes:\n  - { id: depot, when: 'labels.component == "depot"', service: depot }\n`,
  )
  await world.trigger('x', { payload: { component: 'depot' } })
  await world.trigger('y')
  expect(world.told()).toBe('0 cy, 0 ana')
})

test('a silence that recurs mutes in its windows, pages between them, and mutes again what still fires', async () => {
  const recurs = { days: ['mon', 'tue'], from: '15:00', to: '16:00', zone: 'UTC' }
  const made = await silence([{ name: 'component', op: '=', value: 'db' }], { for: '30d', recurs })
  expect(made.status).toBe(201)
  await world.trigger('db', { payload: { component: 'db' } })
  expect(world.told()).toBe('0 ana')
  await world.pass(61)
  expect((await world.alerts())[0]?.suppressedBy).toMatchObject({
    kind: 'silence',
    until: '2026-11-23T16:00:00.000Z',
  })
  const before = world.rang.length
  await world.pass(58)
  expect(world.rang).toHaveLength(before)
  await world.pass(5)
  expect(world.rang.length).toBeGreaterThan(before)
})
