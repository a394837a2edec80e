/** Objectives on counts that are sent to us: what pages, what waits, what recovers, and the gate. */
import { afterEach, expect, test } from 'vitest'
import type { GateShown, ObjectiveShown } from '../../src/contract/objectives.ts'
import type { AlertShown } from '../../src/contract/views.ts'
import { runCli } from '../../src/cli/cli.ts'
import { ADMIN, makeWorld, TEAM, type World } from '../rigs/world.ts'

let world: World
afterEach(() => world.end())

const OBJECTIVES = `${TEAM}objectives:
  - id: shop-works
    name: Shop works
    service: shop
    target: 99.9%
    indicator: pushed
    no_data: 15m
    policy: { exhausted: Only fixes go out }
`

const begin = async (yaml = OBJECTIVES): Promise<void> => {
  world = await makeWorld({ yaml })
}

const counted = (good: number, total: number, more: object = {}, id = 'shop-works') =>
  world.api<{ counted: boolean; field?: string; reason?: string }>(
    'POST',
    `/api/v1/objectives/${id}/events`,
    { events: [{ good, total, ...more }] },
  )

/** So many minutes of a thousand requests each, of which some fail. */
async function traffic(minutes: number, bad: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await counted(1000 - bad, 1000)
    await world.pass(1)
  }
}

/** Ten days of a thousand good requests a minute, so that the budget is worth something. */
async function history(minutes = 14_400): Promise<void> {
  const now = Date.UTC(2026, 10, 23, 14, 0) + world.minutes() * 60_000
  for (let from = minutes; from > 0; from -= 1_440) {
    const events = Array.from({ length: Math.min(1_440, from) }, (_, index) => ({
      at: new Date(now - (from - index) * 60_000).toISOString(),
      good: 1000,
      total: 1000,
    }))
    const sent = await world.api('POST', '/api/v1/objectives/shop-works/events', { events })
    expect(sent.status).toBe(202)
  }
  await world.beat()
}

const standing = async (id = 'shop-works') =>
  (await world.api<ObjectiveShown>('GET', `/api/v1/objectives/${id}`)).body
const gate = async () => (await world.api<GateShown>('GET', '/api/v1/gate/shop')).body
const burning = async (): Promise<string[]> =>
  (await world.api<{ alerts: AlertShown[] }>('GET', '/api/v1/alerts?status=all')).body.alerts.map(
    (one) => `${one.status} ${one.urgency} ${one.title}`,
  )

test('a burn pages through the ladder, and the page ends when the short window is back', async () => {
  await begin()
  await history()
  expect(await standing()).toMatchObject({
    left: 1,
    state: 'normal',
    page: false,
    status: 'up to date',
  })
  // A tenth of all requests fail: 100 times as fast as allowed.
  await traffic(8, 100)
  expect(world.told()).toBe('')
  await traffic(1, 100)
  // After nine minutes of it an hour holds 1.5 %, which is more than 1.44.
  expect(world.told()).toBe('9 ana')
  const [alert] = (await world.api<{ alerts: AlertShown[] }>('GET', '/api/v1/alerts')).body.alerts
  expect(alert).toMatchObject({ severity: 'critical', urgency: 'high', service: { slug: 'shop' } })
  expect(alert?.title).toMatch(
    /^Shop works: 1\.\d+ % of events fail over 1h, \d+ % of the error budget is left$/,
  )
  // Four good minutes beside the one that goes on, and it is over: the hour still holds all of it.
  await traffic(3, 0)
  expect(await burning()).toEqual([expect.stringMatching(/^firing/)])
  await traffic(1, 0)
  expect((await burning())[0]).toMatch(/^resolved/)
  expect(await standing()).toMatchObject({ page: false, state: 'normal' })
})

test('without data nothing pages and nothing is all good: it says since when, and a ticket is made', async () => {
  await begin()
  expect(await standing()).toMatchObject({ left: null, state: null, status: 'no data yet' })
  expect(await gate()).toMatchObject({ verdict: 'unknown', open: false })
  await history(120)
  await world.pass(14)
  expect(await standing()).toMatchObject({ page: false, status: 'no data since Mon 14:00' })
  expect(await burning()).toEqual([])
  await world.pass(2)
  expect(await burning()).toEqual(['firing low Shop works: no data since Mon 14:00 UTC'])
  expect(world.rang.map((one) => (one.body.data as { urgency?: string }).urgency)).toEqual(['low'])
  await world.pass(60)
  expect((await gate()).verdict).toBe('unknown')
  await traffic(1, 0)
  expect((await burning())[0]).toMatch(/^resolved/)
  expect((await gate()).verdict).toBe('open')
})

test('a page that fires when its data ends goes on: silence is no recovery', async () => {
  await begin()
  await history()
  await traffic(11, 100)
  expect((await burning())[0]).toMatch(/^firing high/)
  await world.pass(90, 5)
  expect((await burning()).some((one) => /^firing high/.test(one))).toBe(true)
})

test('while a page fires its tickets keep quiet, and what still burns after it is a ticket', async () => {
  await begin()
  await history()
  // After 45 minutes three days hold more than they may, too.
  await traffic(46, 100)
  expect(await burning()).toEqual([expect.stringMatching(/^firing high/)])
  await traffic(30, 0)
  expect(await burning()).toEqual([
    expect.stringMatching(/^firing low Shop works: 0\.\d+ % of events fail over 1d/),
    expect.stringMatching(/^resolved high/),
  ])
})

test('a spent budget is told to the team, closes the gate, and is reviewed or signed for', async () => {
  await begin()
  await history(1_440)
  expect((await gate()).verdict).toBe('open')
  await traffic(3, 1000)
  expect(await standing()).toMatchObject({ state: 'exhausted', asks: 'Only fixes go out' })
  expect(await gate()).toMatchObject({
    verdict: 'closed',
    open: false,
    sentence: 'Deploys wait: an error budget is spent.',
    objectives: [{ slug: 'shop-works', asks: 'Only fixes go out' }],
  })
  const owed = async () =>
    (
      await world.app.db.withTx('web', (tx) =>
        tx.query<{ outcome: string }>(
          "select outcome from obligations where rule = 'budget.review' order by opened_at desc",
        ),
      )
    ).map((one) => one.outcome)
  expect(await owed()).toContain('open')
  const notices = await world.app.db.withTx('web', (tx) =>
    tx.query<{ to: string }>(
      "select distinct params->>'to' as to from notices where kind = 'budgetMoved'",
    ),
  )
  expect(notices).toContainEqual({ to: 'exhausted' })
  const reviewed = await world.api('POST', '/api/v1/objectives/shop-works/reviews', {
    note: 'Retries first, features after.',
  })
  expect(reviewed.status).toBe(201)
  await world.pass(1)
  expect(await owed()).toContain('met')
  const signed = await world.api('POST', '/api/v1/gate/shop/exceptions', {
    reason: 'The fix itself has to go out',
    until: new Date(Date.UTC(2026, 10, 23, 16, 0)).toISOString(),
  })
  expect(signed.status).toBe(201)
  expect(await gate()).toMatchObject({
    verdict: 'open',
    exceptions: [{ reason: 'The fix itself has to go out' }],
  })
  await world.pass(120, 30)
  expect((await gate()).verdict).toBe('closed')
})

test('the command line ends with what a pipeline asks for', async () => {
  await begin()
  const ask = (...more: string[]) =>
    runCli(['--url', world.app.url, '--token', ADMIN, '--json', 'gate', '--service', ...more])
  expect(await ask('shop')).toBe(6)
  expect(await ask('shop', '--allow-unknown')).toBe(0)
  await history(120)
  expect(await ask('shop')).toBe(0)
  await traffic(3, 1000)
  expect(await ask('shop')).toBe(1)
  expect(await ask('nothing')).toBe(4)
})

test('counts that cannot be are refused, and what is sent twice counts once', async () => {
  await begin()
  expect((await counted(2, 1)).body).toMatchObject({ field: 'events[0].good' })
  expect((await counted(1, 1, { at: '2026-11-23T14:30:00Z' })).body).toMatchObject({
    reason: 'clockOff',
  })
  expect((await counted(1, 1, { at: '2026-01-01T00:00:00Z' })).body).toMatchObject({
    reason: 'tooOld',
  })
  expect((await counted(1, 1, { at: 'now' })).status).toBe(400)
  for (const bad of [-1, 1.5, 1e15, '1', null, Number.NaN])
    expect([bad, (await counted(0, bad as number)).status]).toEqual([bad, 400])
  expect((await counted(1, 1, {}, 'nothing')).status).toBe(404)
  const send = () =>
    world.api<{ counted: boolean }>('POST', '/api/v1/objectives/shop-works/events', {
      key: 'batch-1',
      events: [{ good: 5, total: 6 }],
    })
  expect([(await send()).body, (await send()).body]).toEqual([
    { counted: true },
    { counted: false },
  ])
  await Promise.all([counted(1, 1), counted(1, 1), counted(1, 1)])
  expect(await standing()).toMatchObject({ good: 8, total: 9 })
})

test('an objective that is taken away takes its alert with it', async () => {
  await begin()
  await history()
  await traffic(11, 100)
  await world.configure('objectives: []')
  await world.pass(1)
  expect((await burning()).every((one) => one.startsWith('resolved'))).toBe(true)
  expect((await world.api('GET', '/api/v1/objectives/shop-works')).status).toBe(404)
})

test('the plot of a budget ends where its bar does', async () => {
  await begin()
  await history()
  await traffic(3, 500)
  const { body } = await world.api<{ points: { left: number }[] }>(
    'GET',
    '/api/v1/objectives/shop-works/burn-down',
  )
  expect(body.points.length).toBeGreaterThan(239)
  expect(body.points[0]?.left).toBe(1)
  expect(body.points.at(-1)?.left).toBeCloseTo((await standing()).left ?? Number.NaN, 9)
})

test('the objective of a private service is there for nobody whom the service is not for', async () => {
  await begin(
    OBJECTIVES.replace('{ id: shop, name: Shop,', '{ id: shop, name: Shop, private: true,'),
  )
  const body = { name: 'cy', role: 'responder', person: 'cy' }
  const { token } = (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body
  const asked = async (method: string, path: string, sent?: object) =>
    (await world.api(method, `/api/v1/${path}`, sent, token)).status
  const list = await world.api<{ objectives: unknown[] }>(
    'GET',
    '/api/v1/objectives',
    undefined,
    token,
  )
  expect(list.body.objectives).toEqual([])
  expect([
    await asked('GET', 'objectives/shop-works'),
    await asked('GET', 'objectives/shop-works/burn-down'),
    await asked('GET', 'gate/shop'),
    await asked('POST', 'objectives/shop-works/events', { events: [{ good: 1, total: 1 }] }),
    await asked('POST', 'objectives/shop-works/reviews', { note: 'x' }),
  ]).toEqual([404, 404, 404, 404, 404])
  expect((await standing()).slug).toBe('shop-works')
})

test('an incident is not over while an objective of its services burns', async () => {
  await begin()
  await history()
  await world.api('POST', '/api/v1/incidents', {
    title: 'Shop fails',
    services: ['shop'],
    severity: 3,
  })
  await traffic(8, 400)
  await world.api('POST', '/api/v1/incidents/INC-1/status', { to: 'monitoring' })
  type Checked = { checks: { name: string; good: boolean; why: string | null }[] }
  const objectives = async () =>
    (await world.api<Checked>('GET', '/api/v1/incidents/INC-1')).body.checks.find(
      (one) => one.name === 'objectives',
    )
  expect(await objectives()).toMatchObject({ good: false, why: 'budgetBurning' })
  await traffic(45, 0)
  await world.pass(5)
  expect(await objectives()).toMatchObject({ good: true })
})
