/** "This payload would page …": the answer is what really happens afterwards. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AM_KEY, makeWorld, type World } from '../rigs/world.ts'

type Would = {
  would: { sentence: string; route: string | null; service: { slug: string } | null }[]
  problems: { field: string }[]
  field?: string
}

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

const tried = async (body: object) =>
  (await world.api<Would>('POST', '/api/v1/would-page', body)).body
const payload = (labels: Record<string, string>) => ({
  version: '4',
  groupKey: '{}',
  status: 'firing',
  alerts: [{ status: 'firing', labels: { alertname: 'Down', ...labels }, annotations: {} }],
})

test('a payload says whom it would page, and pages exactly them when it comes', async () => {
  await world.api('PUT', '/api/v1/config/routes/depot', {
    when: 'labels.site == "north"',
    service: 'depot',
  })
  const { would } = await tried({ source: 'am', payload: payload({ site: 'north' }) })
  expect(would).toMatchObject([
    { sentence: 'Pages Cy, then Vic after 5 min.', route: 'depot', service: { slug: 'depot' } },
  ])
  await fetch(`${world.app.url}/in/alertmanager/${AM_KEY}`, {
    method: 'POST',
    body: JSON.stringify(payload({ site: 'north' })),
  })
  await world.beat()
  await world.pass(5)
  expect(world.told()).toBe('0 cy, 5 vp')
})

test('a route that is being edited is tried as if it were saved, and is not', async () => {
  const draft = {
    section: 'routes',
    slug: 'new',
    form: { when: 'labels.site == "south"', service: 'depot' },
  }
  const source = 'am'
  const { would } = await tried({ source, payload: payload({ site: 'south' }), draft })
  expect(would[0]).toMatchObject({ route: 'new', service: { slug: 'depot' } })
  const after = await tried({ source, payload: payload({ site: 'south' }) })
  expect(after.would[0]?.route).toBeNull()
  const broken = { ...draft, form: { when: 'labels.site ==', service: 'depot' } }
  expect((await tried({ source, payload: payload({}), draft: broken })).field).toBe('when')
})

test('what would be kept quiet says by what and until when', async () => {
  await world.api('POST', '/api/v1/silences', {
    matchers: [{ name: 'site', op: '=', value: 'north' }],
    for: '30m',
    reason: 'known',
  })
  const { would } = await tried({ alert: { labels: { site: 'north', service: 'shop' } } })
  expect(would[0]?.sentence).toBe(
    'Kept quiet by a silence until 14:30; then it would page Ana, then Ben after 5 min.',
  )
})

test('a payload that the source would refuse names the field, and nothing is written', async () => {
  const found = await tried({ source: 'am', payload: { alerts: [{ status: 'odd', labels: {} }] } })
  expect(found.would).toEqual([])
  expect(found.problems[0]?.field).toBe('alerts[0].status')
  expect(await world.alerts()).toEqual([])
})

test('the two of a highly available Prometheus pair are one alert', async () => {
  for (const replica of ['a', 'b'])
    await fetch(`${world.app.url}/in/alertmanager/${AM_KEY}`, {
      method: 'POST',
      body: JSON.stringify(payload({ prometheus_replica: replica })),
    })
  await world.beat()
  expect(await world.alerts()).toHaveLength(1)
  expect(world.told()).toBe('0 ana')
})
