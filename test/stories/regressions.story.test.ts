/** Real bugs of real pagers, each as the story that must not happen here. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

test('R01, R25: an escalation that waits goes on after every node was restarted in between', async () => {
  await world.trigger('db')
  await world.app.stop()
  await world.pass(4).catch(() => undefined)
  const node = await world.node()
  await node.beat()
  expect(world.told()).toBe('0 ana')
})

test('R01: a wait that ended while nothing ran is paged by the node that comes up', async () => {
  await world.trigger('db')
  await world.pass(3)
  const node = await world.node()
  await world.app.stop()
  await world.pass(10, 10).catch(() => undefined)
  await node.beat()
  expect(world.told()).toBe('0 ana, 13 ben')
})

test('R02, R04: the engine says so itself when an accepted alert pages nobody', async () => {
  await world.trigger('db')
  await world.app.db.withTx('web', (tx) =>
    tx.query(
      'update climbs set wake_at = null, ended_at = now(), state = \'{"status":"stopped","reason":"lost"}\'',
    ),
  )
  await world.app.db.withTx('web', (tx) =>
    tx.query("update alerts set updated_at = updated_at - interval '5 minutes'"),
  )
  const { checkHealth } = await import('../../src/engine/health.ts')
  const health = await world.app.db.withTx('web', checkHealth)
  expect(health.status).toBe('degraded')
  expect(health.checks.find((check) => check.name === 'alertsUnaccounted')?.value).toBe(1)
})

test('R07, R17, R26, R31: a claim whose sender died is taken up again when its lease is over, once', async () => {
  world.phones('hang')
  await world.trigger('warm-up').catch(() => undefined)
  world.phones(200)
  await world.pass(1, 0.25)
  expect(world.rang.filter((one) => one.who === 'ana').length).toBeGreaterThanOrEqual(1)
  const attempts = (await world.alert('A-1')).pages.flatMap((page) => page.attempts)
  expect(attempts.map((one) => one.status)).toEqual(['unknown', 'sent'])
}, 60_000)

test('R10, R40: a person who is gone from the configuration is passed over, and removing one who is used is refused in words', async () => {
  await world.trigger('db')
  await world.app.db.withTx('web', (tx) =>
    tx.query("update people set retired_at = now() where slug = 'ben'"),
  )
  await world.pass(5)
  // Ben is gone, so the climb that waited for him goes on to the fallback at once.
  expect(world.told()).toBe('0 ana, 5 vp')
  const refused = await world.api<{ detail: string }>('POST', '/api/v1/apply', {
    text: 'people: []',
  })
  expect(refused.status).toBe(400)
  expect(refused.body.detail).toContain('ana')
})

test('R11: a group without a ladder goes to the fallback at once, silenced or not before', async () => {
  await world.configure(
    TEAM.replace('name: Shop, team: core, escalation: ladder', 'name: Shop, team: core'),
  )
  await world.trigger('db')
  expect(world.told()).toBe('0 vp')
})

test('R16, R17: a failed send is on record as failed, with its reason, and is tried again', async () => {
  world.phones(502)
  await world.trigger('db')
  const [attempt] = (await world.alert('A-1')).pages.flatMap((page) => page.attempts)
  expect([attempt?.status, attempt?.reason]).toEqual(['failed', 'http502'])
})

test('R28, R34: a resolve wins over whatever else is due in the same beat', async () => {
  await world.trigger('db')
  await world.pass(4.99, 4.99)
  const resolve = fetch(`${world.app.url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: 'fedcba9876543210fedcba9876543210',
      event_action: 'resolve',
      dedup_key: 'db',
    }),
  })
  await resolve
  await world.pass(1)
  expect(world.told()).toBe('0 ana')
})

test('R32, I16: one row that cannot be decided is put aside and alarmed, the others go on', async () => {
  await world.trigger('bad')
  await world.trigger('good')
  await world.app.db.withTx('web', (tx) =>
    tx.query(
      "update climbs set ladder = 'null' where id = (select climb_id from groups where title like 'bad%')",
    ),
  )
  await world.pass(5)
  expect(world.told()).toBe('0 ana, 0 ana, 5 ben')
  const rows = await world.app.db.withTx('web', (tx) =>
    tx.query<{ quarantine: string }>('select quarantine from climbs where quarantine is not null'),
  )
  expect(rows).toHaveLength(1)
})

test('R35: stopping waits for what is under way', async () => {
  await world.trigger('db')
  const node = await world.node()
  await node.stop()
  await node.stop()
  expect(world.told()).toBe('0 ana')
})

test('R47, I3: after an acknowledgement nothing of the person’s plan is sent any more', async () => {
  await world.configure(
    TEAM.replace(
      '{ high: [ { after: 0m, use: hook } ], low',
      '{ high: [ { after: 0m, use: hook }, { after: 1m, use: hook }, { after: 2m, use: hook } ], low',
    ),
  )
  await world.trigger('db')
  await world.pass(1)
  await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
  await world.pass(30)
  expect(world.told()).toBe('0 ana, 1 ana')
})

test('R52, R59: two nodes that beat at the same moment page once', async () => {
  const other = await world.node()
  await world.trigger('db')
  await world.pass(4)
  for (let round = 0; round < 5; round += 1) await Promise.all([world.app.beat(), other.beat()])
  await world.pass(1)
  for (let round = 0; round < 5; round += 1) await Promise.all([other.beat(), world.app.beat()])
  expect(world.told()).toBe('0 ana, 5 ben')
})

test('R53: the order of labels or matchers means nothing', async () => {
  const alert = (labels: object) =>
    fetch(`${world.app.url}/in/alertmanager/0123456789abcdef0123456789abcdef`, {
      method: 'POST',
      body: JSON.stringify({
        version: '4',
        status: 'firing',
        alerts: [{ status: 'firing', labels, startsAt: '2026-11-23T13:00:00Z' }],
      }),
    })
  await alert({ alertname: 'x', a: '1', b: '2' })
  await alert({ b: '2', alertname: 'x', a: '1' })
  await world.beat()
  expect(await world.alerts()).toHaveLength(1)
  expect(world.told()).toBe('0 ana')
})

test('R55, R22: a silence that is over silences nothing, also not what it silenced before', async () => {
  await world.api('POST', '/api/v1/silences', {
    matchers: [{ name: 'component', op: '=', value: 'db' }],
    for: '1m',
    reason: 'x',
  })
  await world.trigger('a', { payload: { component: 'db' } })
  await world.pass(2)
  await world.trigger('b', { payload: { component: 'db' } })
  expect(world.told()).toBe('1 ana, 2 ana')
})

test('R56, I8: a clock that is set back pages nobody twice, and one that is set forward pages nobody never', async () => {
  await world.trigger('db')
  await world.pass(5)
  world.shift(-60)
  await world.beat()
  expect(world.told()).toBe('0 ana, 5 ben')
  await world.pass(60 * 24, 60 * 24)
  expect(world.told()).toBe('0 ana, 5 ben, 1385 vp')
})

test('R13, I19: a key that is refused takes nothing from others', async () => {
  for (let number = 0; number < 50; number += 1) {
    await fetch(`${world.app.url}/v2/enqueue`, {
      method: 'POST',
      body: JSON.stringify({ routing_key: 'f'.repeat(32), event_action: 'trigger' }),
    })
  }
  expect((await world.trigger('db')).status).toBe(202)
  expect(world.told()).toBe('0 ana')
})
