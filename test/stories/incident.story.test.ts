/** An incident over the API, from an alert to the all-clear, under a pretend clock. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeWorld, type World } from '../rigs/world.ts'

type Shown = {
  id: string
  name: string
  status: string
  severity: { level: number; provisional: boolean } | null
  commander: { slug: string } | null
  stamps: Record<string, string | null>
  levels: { level: number; rule: string }[]
  checks: { name: string; good: boolean; why: string | null }[]
  emptySeats: string[]
  owed: { rule: string; outcome: string; due: string }[]
  timeline: { sentence: string; kind: string; rule: string | null }[]
  messages: { subject: string; body: string }[]
  hypotheses: { id: string; verdict: string }[]
  field?: string
  reason?: string
  detail?: string
}

let world: World
let ana = ''
let ben = ''
beforeEach(async () => {
  world = await makeWorld()
  ana = await tokenOf('ana')
  ben = await tokenOf('ben')
})
afterEach(() => world.end())

async function tokenOf(person: string): Promise<string> {
  const body = { name: person, role: 'responder', person }
  return (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body.token
}
const shown = async (name = 'INC-1', token?: string): Promise<Shown> =>
  (await world.api<Shown>('GET', `/api/v1/incidents/${name}`, undefined, token)).body
const ask = (path: string, body: object, token = ana, name = 'INC-1') =>
  world.api<Shown>('POST', `/api/v1/incidents/${name}/${path}`, body, token)
const declare = (body: object, token = ana) =>
  world.api<{ result?: { number: number }; field?: string }>(
    'POST',
    '/api/v1/incidents',
    body,
    token,
  )
const outcomes = async (rule: string): Promise<string[]> =>
  (await shown()).owed.filter((one) => one.rule === rule).map((one) => one.outcome)
const told = (kind: string): string[] =>
  world.rang.filter((one) => String(one.body.data.title).includes(kind)).map((one) => one.who)

describe('from an alert', () => {
  beforeEach(async () => {
    await world.trigger('db')
    await declare({
      title: 'Checkout fails for a third',
      alert: 'A-1',
      severity: 1,
      summary: '31 % of checkouts fail',
    })
    await world.pass(0.1)
  })

  test('it adopts the climb and its answer, commands by who declared it, and tells the seats at once', async () => {
    const incident = await shown()
    expect([incident.status, incident.severity?.level, incident.commander?.slug]).toEqual([
      'investigating',
      1,
      'ana',
    ])
    await world.api('POST', '/api/v1/alerts/A-1/acknowledge', {}, ben)
    await world.pass(0.1)
    expect((await shown()).stamps.acknowledgedAt).not.toBeNull()
    expect(await outcomes('incident.respond')).toEqual(['met'])
    // Both steps of the ladder rang together, and no page went out twice.
    expect(
      new Set(world.rang.filter((one) => one.body.type === 'page.opened').map((one) => one.who)),
    ).toEqual(new Set(['ana', 'ben']))
  })

  test('what is owed is met by the thing itself, and missed where nobody does it', async () => {
    const first = {
      audience: 'executives',
      fields: { service: 'Checkout', impact: '31% of users see errors' },
    }
    await ask('roles', { role: 'technicalLead', person: 'ben' })
    await ask('messages', first)
    await world.pass(1)
    const owed = (await shown()).owed.filter((one) => one.rule === 'incident.firstMessage')
    expect(owed.filter((one) => one.outcome === 'met')).toHaveLength(1)
    await world.pass(20)
    const late = (await shown()).owed.filter((one) => one.rule === 'incident.firstMessage')
    expect(late.filter((one) => one.outcome === 'missed').length).toBe(3)
    expect(await outcomes('incident.role.scribe')).toEqual(['missed'])
    expect(told('Owed by')).toContain('ana')
  })

  test('the all-clear is earned: watched, quiet, and looked at; then every clock stops', async () => {
    await ask('hypotheses', { statement: 'the deploy of 13:55' })
    const [path] = (await shown()).hypotheses
    await world.pass(5)
    await ask(`hypotheses/${path?.id}/verdict`, { verdict: 'confirmed' })
    await ask('status', { to: 'monitoring' })
    expect((await ask('status', { to: 'resolved' })).body).toMatchObject({
      field: 'reason',
      reason: 'tooSoon',
    })
    await world.send('resolve', 'db')
    await world.pass(30, 5)
    expect((await shown()).checks.map((one) => [one.name, one.good])).toEqual([
      ['monitoring', true],
      ['alerts', true],
      ['objectives', true],
      ['person', false],
    ])
    await ask('check', {})
    expect((await ask('status', { to: 'resolved' })).status).toBe(200)
    const over = await shown()
    expect([over.status, over.stamps.allClearAt]).toEqual(['resolved', '2026-11-23T14:35:06.000Z'])
    await world.pass(60, 10)
    expect((await shown()).owed.filter((one) => one.outcome === 'open')).toEqual([])
    expect(over.timeline.map((one) => one.kind)).toContain('incident.allClear')
  })
})

test('a measured impact that doubles raises it with nobody doing anything (T1), and it can be undone with a reason', async () => {
  await world.trigger('db', { payload: { custom_details: { impact_percent: '10' } } })
  await declare({ title: 'Slow', alert: 'A-1', severity: 3, answers: { mode: 'degraded' } })
  await world.pass(0.1)
  await world.trigger('db', { payload: { custom_details: { impact_percent: '21' } } })
  await world.pass(0.1)
  const raised = await shown()
  expect(raised.levels.map((one) => [one.level, one.rule])).toEqual([
    [3, 'person'],
    [2, 'T1'],
  ])
  expect((await ask('undo-raise', { reason: 'a wrong panel' })).status).toBe(200)
  expect((await shown()).severity?.level).toBe(3)
})

test('a report of a paying customer, then a concern about data (T3, T4)', async () => {
  await declare({
    title: 'Something',
    services: ['shop'],
    severity: 3,
    answers: { mode: 'degraded', scopePct: 5, security: 'none', data: 'none' },
  })
  await ask('answers', { reporter: 'customer', payingAffected: 'yes' })
  await ask('answers', { data: 'concern' })
  expect((await shown()).levels.map((one) => one.rule)).toEqual(['person', 'T3', 'T4'])
  expect((await ask('lower', { severity: 3, reason: 'calm' })).body).toMatchObject({
    reason: 'belowFloor',
    field: 'level',
  })
})

test('no cause in half an hour brings in the next tier by itself (T2)', async () => {
  await declare({ title: 'Down', services: ['shop'], severity: 1 })
  await world.pass(31)
  const incident = await shown()
  expect(incident.timeline.map((one) => one.rule)).toContain('T2')
  expect(await outcomes('incident.cause')).toEqual(['missed'])
})

test('command is handed over by accepting it, and only by whom it was proposed to', async () => {
  await declare({ title: 'Down', services: ['shop'], severity: 2 })
  await ask('hand-over', { role: 'commander', to: 'ben' })
  expect((await ask('hand-over/accept', {}, ana)).body.reason).toBe('notYours')
  expect((await ask('hand-over/accept', {}, ben)).status).toBe(200)
  expect((await shown()).commander?.slug).toBe('ben')
})

test('a message that lacks something or says too much is kept in, by the name of the field', async () => {
  await declare({ title: 'Down', services: ['shop'], severity: 2 })
  const fields = { service: 'Checkout', impact: 'Some see errors' }
  expect(
    (await ask('messages', { audience: 'customers', fields: { ...fields, impact: '' } })).body,
  ).toMatchObject({ field: 'impact' })
  const named = { ...fields, impact: 'Ana broke it, fixed in 10 minutes' }
  expect((await ask('messages', { audience: 'customers', fields: named })).body).toMatchObject({
    field: 'impact',
    reason: 'personName',
  })
  expect((await ask('messages', { audience: 'customers', fields })).status).toBe(201)
  expect((await shown()).messages.map((one) => one.subject)).toEqual(['Checkout - Some see errors'])
})

test('quiet triage promotes itself; a false alarm is called off and stays on record', async () => {
  await declare({ title: 'Is it one?', triage: true })
  expect((await shown()).status).toBe('triage')
  await world.pass(6)
  expect([(await shown()).status, (await shown()).severity?.provisional]).toEqual([
    'investigating',
    true,
  ])
  await ask('status', { to: 'canceled', reason: 'a broken probe' })
  expect((await shown()).timeline.at(-1)?.sentence).toBe('Ana called it off: a broken probe')
})

test('a private incident does not exist for other teams: not in lists, not by name, not for verbs', async () => {
  await declare({ title: 'canary-7731', services: ['shop'], severity: 2, private: true })
  const cy = await tokenOf('cy')
  expect((await world.api('GET', '/api/v1/incidents/INC-1', undefined, cy)).status).toBe(404)
  expect(
    JSON.stringify((await world.api('GET', '/api/v1/incidents?status=all', undefined, cy)).body),
  ).not.toContain('canary')
  expect((await ask('raise', { severity: 1 }, cy)).status).toBe(404)
})

test('a drill is marked, and joins nothing real', async () => {
  await declare({ title: 'Game day', services: ['shop'], severity: 1, kind: 'drill' })
  await world.trigger('db')
  await world.pass(1)
  const pages = world.rang.filter((one) => String(one.body.data.title).includes('Game day'))
  expect(pages.every((one) => one.body.data.drill === true)).toBe(true)
  const real = world.rang.find((one) => String(one.body.data.title).includes('db is broken'))
  expect(real?.body.data.drill).toBe(false)
})
