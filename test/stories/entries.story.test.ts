/** One thing of the configuration at a time, over the API. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KEY, makeWorld, type World } from '../rigs/world.ts'

type Edited = {
  changes: { section: string; id: string; action: string }[]
  key: string | null
  field?: string
  detail?: string
}

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

const put = (path: string, form: object) => world.api<Edited>('PUT', `/api/v1/config/${path}`, form)

test('a service, its source and a route are made one by one, and an alert takes their way', async () => {
  const service = { name: 'Mail', team: 'core', escalation: 'ladder' }
  expect((await put('services/mail', service)).body.changes).toEqual([
    expect.objectContaining({ section: 'services', id: 'mail', action: 'add' }),
  ])
  const made = await put('sources/events', { kind: 'pagerduty-events', service: 'mail' })
  expect(made.body.key).toMatch(/^[0-9a-f]{32}$/)
  const again = await put('sources/events', {
    kind: 'pagerduty-events',
    service: 'mail',
    name: 'Events of mail',
  })
  expect([again.status, again.body.key]).toEqual([200, null])
  const answer = await fetch(`${world.app.url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: made.body.key,
      event_action: 'trigger',
      dedup_key: 'queue',
      payload: { summary: 'The queue is full', source: 'mx1', severity: 'critical' },
    }),
  })
  expect(answer.status).toBe(202)
  await world.beat()
  expect((await world.alerts())[0]?.service?.slug).toBe('mail')
  expect(world.told()).toBe('0 ana')
})

test('a trial writes nothing, and says who would be paged differently', async () => {
  const trial = await world.api<Edited & { paging: { service: string; after: string }[] }>(
    'POST',
    '/api/v1/config/escalations/ladder/preview',
    { team: 'core', steps: [{ page: ['person:ben'], wait: '5m' }] },
  )
  expect(trial.body.paging.map((one) => one.service)).toEqual(['shop'])
  expect(trial.body.paging[0]?.after).toContain('Ben')
  await world.trigger('db')
  expect(world.told()).toBe('0 ana')
})

test('what is in use cannot be taken away, and what is wrong names its field', async () => {
  const used = await world.api<Edited>('DELETE', '/api/v1/config/escalations/ladder')
  expect(used.status).toBe(400)
  const unknown = await put('services/shop', { name: 'Shop', escalation: 'nowhere' })
  expect([unknown.status, unknown.body.field]).toEqual([400, 'escalation'])
  const extra = await put('services/shop', { name: 'Shop', colour: 'red' })
  expect([extra.status, extra.body.field]).toEqual([400, 'colour'])
  expect((await put('engines/shop', {})).status).toBe(400)
  expect((await world.api('DELETE', '/api/v1/config/services/none')).status).toBe(400)
})

test('the key of a source is never shown again, and stays when a form leaves it out', async () => {
  const shown = await world.api<{ form: { key: unknown } }>('GET', '/api/v1/config/sources/pd')
  expect(shown.body.form.key).toBeNull()
  expect(JSON.stringify(shown.body)).not.toContain(KEY)
  expect((await put('sources/pd', { kind: 'pagerduty-events', service: 'depot' })).status).toBe(200)
  await world.trigger('db')
  expect((await world.alerts())[0]?.service?.slug).toBe('depot')
})

test('routes keep their order when one of them is edited', async () => {
  for (const id of ['a', 'b', 'c'])
    await put(`routes/${id}`, { when: `labels.x == "${id}"`, service: 'shop' })
  await put('routes/b', { when: 'labels.x == "bb"', service: 'depot' })
  const exported = (await world.api<string>('GET', '/api/v1/export')).body
  const order = [...exported.matchAll(/- (?:\{ )?id: ([abc])\b/g)].map(([, id]) => id)
  expect(order).toEqual(['a', 'b', 'c'])
})
