/** One tired person takes a SEV1 from the page to the all-clear, alone, in at most twelve taps. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, type World } from '../rigs/world.ts'

const yaml = `
organisation: { fallback: [ person:ana ] }
people: [ { id: ana, name: Ana, role: admin, contacts: [ { id: hook, kind: webhook, url: "PHONES/ana" } ] } ]
escalations: [ { id: main, steps: [ { page: [ person:ana ] } ] } ]
services: [ { id: shop, name: Shop, escalation: main } ]
sources: [ { id: pd, kind: pagerduty-events, service: shop, key: fedcba9876543210fedcba9876543210 } ]
`
type Shown = {
  status: string
  roles: { role: string; to: string | null }[]
  emptySeats: string[]
  owed: { rule: string; label: string; outcome: string }[]
  timeline: { sentence: string }[]
}

let world: World
let token = ''
let taps: string[] = []
beforeEach(async () => {
  world = await makeWorld({ yaml })
  taps = []
  const body = { name: 'phone', role: 'admin', person: 'ana' }
  token = (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body.token
})
afterEach(() => world.end())

/** Something that is pressed, and whether it did what it says. */
async function tap(what: string, path: string, body: object): Promise<void> {
  taps.push(what)
  const { status, body: answer } = await world.api<{ detail?: string }>('POST', path, body, token)
  expect([what, status < 300 || answer.detail]).toEqual([what, true])
}
const incident = async (): Promise<Shown> =>
  (await world.api<Shown>('GET', '/api/v1/incidents/INC-1', undefined, token)).body
const on = (path: string) => `/api/v1/incidents/INC-1/${path}`
const everybody = ['executives', 'customers', 'engineering'] as const

test('a SEV1 alone at night: twelve taps at most, every promise kept, roles double up by themselves', async () => {
  await world.trigger('down', {
    payload: { summary: 'Checkout is down', source: 'probe', severity: 'critical' },
  })
  await world.pass(1)
  await tap('Acknowledge', '/api/v1/alerts/A-1/acknowledge', {})
  await tap('Declare SEV1', '/api/v1/incidents', {
    title: 'Checkout is down',
    alert: 'A-1',
    severity: 1,
  })
  await world.pass(4, 1)
  const alone = await incident()
  expect(alone.emptySeats).toEqual([])
  expect(alone.timeline.map((one) => one.sentence)).toContain('Ana is scribe, alone for now')
  const fields = { service: 'Checkout', impact: 'All checkouts fail' }
  await tap('Tell everybody', on('messages'), { audience: 'internal', also: everybody, fields })
  await tap('A path', on('hypotheses'), { statement: 'the deploy of 02:55' })
  const { hypotheses } = (await incident()) as unknown as { hypotheses: { id: string }[] }
  await world.pass(8, 2)
  await tap('It is the cause', on(`hypotheses/${hypotheses[0]?.id}/verdict`), {
    verdict: 'confirmed',
  })
  await tap('Mitigated', on('status'), { to: 'monitoring' })
  await world.send('resolve', 'down')
  const more = {
    ...fields,
    understanding: 'The deploy of 02:55',
    actions: 'Rolled back',
    next: 'Watching',
  }
  await world.pass(4, 2)
  await tap('Tell everybody', on('messages'), {
    audience: 'internal',
    also: everybody,
    fields: more,
  })
  await world.pass(14, 2)
  await tap('Tell everybody', on('messages'), {
    audience: 'internal',
    also: everybody,
    fields: { ...more, actions: 'No error for 18 minutes' },
  })
  await world.pass(13, 1)
  await tap('I have looked', on('check'), {})
  await tap('All clear', on('status'), { to: 'resolved' })
  await tap('Tell everybody', on('messages'), {
    audience: 'internal',
    also: everybody,
    fields: { ...more, residual: 'none', followUp: 'Post-mortem on Thursday' },
  })
  await world.pass(20, 5)
  const over = await incident()
  expect(over.status).toBe('resolved')
  expect(taps.length).toBeLessThanOrEqual(12)
  expect(over.owed.filter((one) => one.outcome !== 'met')).toEqual([])
  expect(over.owed.length).toBeGreaterThan(15)
})

test('as soon as somebody comes, what one held for being alone is free again', async () => {
  await world.configure(
    yaml.replace(
      'people: [',
      'people: [ { id: ben, name: Ben, contacts: [ { id: hook, kind: webhook, url: "PHONES/ben" } ] },',
    ),
  )
  await tap('Declare', '/api/v1/incidents', { title: 'Down', services: ['shop'], severity: 2 })
  await world.pass(11, 1)
  expect((await incident()).emptySeats).toEqual([])
  await tap('Give', on('roles'), { role: 'technicalLead', person: 'ben' })
  expect((await incident()).emptySeats.toSorted()).toEqual(['communicationsLead', 'scribe'])
})
