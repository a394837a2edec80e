/** More real bugs of real pagers: races, stalls and floods, each as the story that must not happen here. */
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADMIN, KEY, makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

const enqueue = (url: string, action: string, key: string) =>
  fetch(`${url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: KEY,
      event_action: action,
      dedup_key: key,
      payload: { summary: key, source: 'test', severity: 'warning' },
    }),
  })

const rows = <Row>(text: string) => world.app.db.withTx('web', (tx) => tx.query<Row>(text))

test('R08, R38: what is held for a bundle goes out in exactly one message, also when two nodes beat', async () => {
  const other = await world.node()
  for (let number = 0; number < 25; number += 1)
    await enqueue(world.app.url, 'trigger', `disk-${number}`)
  for (let second = 0; second < 30; second += 1) {
    world.shift(1 / 60)
    await Promise.all([world.app.beat(), other.beat()])
  }
  const sent = await rows<{ status: string; count: number }>(
    'select status, count(*) as count from attempts group by status',
  )
  expect(sent).toEqual([{ status: 'sent', count: 25 }])
  const bundled = await rows<{ count: number }>(
    'select count(*) as count from attempts where bundled_into is not null group by bundled_into',
  )
  const told = world.rang.length + bundled.reduce((sum, one) => sum + one.count, 0)
  expect(told).toBe(25)
})

test('R14, R29: many signals of one key at two nodes at once are one alert, and none is dropped', async () => {
  const other = await world.node()
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, number) =>
      enqueue(number % 2 === 0 ? world.app.url : other.url, 'trigger', 'one key'),
    ),
  )
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 60 }, () => 202))
  await Promise.all([world.app.beat(), other.beat()])
  expect(await world.alerts()).toHaveLength(1)
  const [alert] = await rows<{ count: number }>('select signal_count as count from alerts')
  expect(alert?.count).toBe(60)
  expect(world.told()).toBe('0 ana')
})

test('R19, R35: neither a listener that reads nothing nor a request that never ends keeps the server from paging or stopping', async () => {
  const node = await world.node()
  const { port } = new URL(node.url)
  const deaf = connect(Number(port), '127.0.0.1')
  deaf.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN}\r\n\r\n`)
  deaf.pause()
  const endless = connect(Number(port), '127.0.0.1')
  endless.write('POST /v2/enqueue HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{')
  deaf.on('error', () => undefined)
  endless.on('error', () => undefined)
  for (let number = 0; number < 20; number += 1) await enqueue(node.url, 'trigger', `k${number}`)
  await node.beat()
  expect(world.rang.length).toBeGreaterThan(0)
  await node.stop()
  deaf.destroy()
  endless.destroy()
})

test('R41: a node that is told nothing finds what is due by itself', async () => {
  const other = await world.node()
  // Accepted by one node, which then falls silent; nobody tells the other.
  await enqueue(world.app.url, 'trigger', 'db')
  await other.beat()
  expect(world.told()).toBe('0 ana')
})

test('R49: an acknowledgement that runs out pages once each time, however many nodes look', async () => {
  await world.configure(
    TEAM.replace(
      '{ id: ladder, team: core,',
      '{ id: ladder, team: core, acknowledgement_timeout: 10m,',
    ),
  )
  const other = await world.node()
  await world.trigger('db')
  await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
  for (let minute = 0; minute < 12; minute += 1) {
    world.shift(1)
    await Promise.all([world.app.beat(), other.beat(), other.beat()])
  }
  expect(world.told()).toBe('0 ana, 10 ana')
})

test('R50: a hand-off in the middle of a climb pages whoever has it then, and nobody for the hand-off itself', async () => {
  await world.configure(
    TEAM.replace(
      'escalations:',
      `schedules:
  - id: rota
    timezone: UTC
    rotations: [ { id: daily, people: [ ana, ben ], every: 1d, handoff: { time: "14:03" }, starts: 2026-11-22 } ]
escalations:`,
    ).replace(
      'steps: [ { page: [ person:ana ] }, { page: [ person:ben ] } ]',
      'steps: [ { page: [ schedule:rota ] }, { page: [ person:cy ] }, { page: [ schedule:rota ] } ]',
    ),
  )
  await world.trigger('db')
  await world.pass(11)
  const [before, second, after] = world.rang
  expect(world.rang.map((one) => one.who)).toHaveLength(3)
  expect(second?.who).toBe('cy')
  expect([before?.who, after?.who].toSorted()).toEqual(['ana', 'ben'])
})

test('R61: a result that cannot be written down at once is written later, not sent again', async () => {
  // The database goes away between the provider's yes and our writing it down.
  const { db } = world.app
  await enqueue(world.app.url, 'trigger', 'db')
  await db.withTx('web', (tx) =>
    tx.query(`create function fail() returns trigger language plpgsql as $$ begin
      if new.status = 'sent' and (select count(*) from pg_class where relname = 'broken') = 1 then
        raise exception using errcode = '57P01'; end if; return new; end $$;
      create trigger fail before update on attempts for each row execute function fail();
      create table broken ()`),
  )
  await world.beat()
  await db.withTx('web', (tx) => tx.query('drop table broken'))
  for (let second = 0; second < 90; second += 10) await world.pass(1 / 6, 1 / 6)
  expect(world.told()).toBe('0 ana')
  expect(await rows('select status from attempts')).toEqual([{ status: 'sent' }])
})

test('R58: an instance whose pages come back to its own door does not page itself for ever', async () => {
  await world.configure(TEAM.replace('PHONES/ana', `${world.app.url}/v2/enqueue`))
  await world.trigger('db')
  await world.pass(30, 1)
  expect(await world.alerts()).toHaveLength(1)
  // What a door of ours refuses is a contact that does not work: the climb does not wait for it.
  expect(world.told().split(', ')[0]).toBe('1 ben')
})

test('R46: a promise that runs out while nothing ran is reminded of once when it comes up, not forgotten', async () => {
  await world.configure(
    TEAM.replace(
      'escalations:',
      `schedules:
  - id: rota
    team: core
    timezone: UTC
    accept_handoff: 10m
    rotations: [ { id: daily, people: [ ben, cy ], every: 1d, handoff: { time: "14:03" }, starts: 2026-11-22 } ]
escalations:`,
    ),
  )
  await world.pass(4, 1)
  await world.app.stop()
  world.shift(60)
  const node = await world.node()
  await node.beat()
  await node.beat()
  const told = world.rang.map((one) => `${one.who}: ${String(one.body.data.title)}`)
  expect(told.filter((one) => one.startsWith('ana: Overdue: accept the hand-off'))).toHaveLength(1)
})
