/** Work on many alerts: answered at once, judged, kept as lists, and how well their pages went out. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

type Bulk = {
  done: number
  outcomes: { id: string; outcome: string; reason: string | null }[]
  field?: string
}
type Alert = { id: string; name: string; status: string; verdict: string | null }
type View = { id: string; name: string; query: string; owner: { slug: string } | null }

let world: World
let ana = ''
let cy = ''
beforeEach(async () => {
  world = await makeWorld({ yaml: TEAM })
  ana = await tokenOf('ana', 'responder')
  cy = await tokenOf('vp', 'stakeholder')
})
afterEach(() => world.end())

async function tokenOf(person: string, role: string): Promise<string> {
  const body = { name: person, role, person }
  return (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body.token
}
const alerts = async (query = 'status=all', token = ana): Promise<Alert[]> =>
  (await world.api<{ alerts: Alert[] }>('GET', `/api/v1/alerts?${query}`, undefined, token)).body
    .alerts
const bulk = (body: object, token = ana) =>
  world.api<Bulk>('POST', '/api/v1/alerts/bulk', body, token)
const judge = (verdict: string | null, token = ana) =>
  world.api('POST', '/api/v1/alerts/A-1/verdict', { verdict }, token)

test('many are answered at once, each by itself', async () => {
  for (const key of ['one', 'two', 'three']) await world.trigger(key)
  await world.pass(1)
  await world.send('resolve', 'three')
  const all = await alerts()
  const ids = [...all.map((one) => one.id), '01a208b5-c560-7cf9-8ad7-0453d46ebbda']
  const { body } = await bulk({ verb: 'acknowledge', ids: [...ids, ids[0]] })
  expect(body.done).toBe(2)
  expect(body.outcomes.map((one) => one.outcome).toSorted()).toEqual([
    'done',
    'done',
    'nothing',
    'refused',
  ])
  const open = await alerts('status=open')
  expect(open.map((one) => one.status)).toEqual(['acknowledged', 'acknowledged'])
  expect((await bulk({ verb: 'snooze', ids: [ids[0]], for: 'a while' })).body.field).toBe('for')
  expect((await bulk({ verb: 'release', ids: open.map((one) => one.id) })).body.done).toBe(2)
  expect(
    (await bulk({ verb: 'snooze', ids: open.map((one) => one.id), for: '10m' })).body.done,
  ).toBe(2)
  const refused = await bulk({ verb: 'resolve', ids: [ids[0]] }, cy)
  expect([refused.status, refused.body.done ?? 0]).toEqual([200, 0])
})

test('what it was worth is said by those who answer, shown, and taken back', async () => {
  await world.trigger('one')
  await world.pass(1)
  expect((await judge('noise')).status).toBe(200)
  expect((await alerts())[0]?.verdict).toBe('noise')
  expect((await judge('useful', cy)).status).toBe(403)
  await judge(null)
  expect((await alerts())[0]?.verdict).toBeNull()
  expect((await judge('so-so')).status).toBe(400)
})

test('lists are kept under a name for everybody, and forgotten', async () => {
  const put = (name: string, query: string) =>
    world.api<View>('PUT', '/api/v1/views', { name, query }, ana)
  await put('Mine', 'status=open&mine=yes')
  await put('Mine', 'mine=yes')
  await put('Critical', 'severity=critical')
  const { body } = await world.api<{ views: View[] }>('GET', '/api/v1/views', undefined, cy)
  expect(body.views.map((one) => [one.name, one.query, one.owner?.slug])).toEqual([
    ['Critical', 'severity=critical', 'ana'],
    ['Mine', 'mine=yes', 'ana'],
  ])
  expect((await put(' ', '')).status).toBe(400)
  const path = `/api/v1/views/${body.views[0]?.id}`
  expect((await world.api('DELETE', path, undefined, ana)).status).toBe(200)
  expect((await world.api('DELETE', path, undefined, ana)).status).toBe(404)
})

test('filters narrow the list; how well pages went out is counted', async () => {
  await world.trigger('one')
  await world.trigger('two', { payload: { summary: 'two', source: 't', severity: 'warning' } })
  await world.pass(1)
  expect((await alerts('severity=warning')).length).toBe(1)
  expect((await alerts('mine=yes')).length).toBeGreaterThan(0)
  expect(await alerts('team=other')).toEqual([])
  type Delivery = { pages: number; inTime: number; medianMs: number | null }
  const { body } = await world.api<Delivery>('GET', '/api/v1/delivery')
  expect(body.pages).toBeGreaterThan(0)
  expect(body.inTime).toBe(body.pages)
  expect(body.medianMs).not.toBeNull()
})
