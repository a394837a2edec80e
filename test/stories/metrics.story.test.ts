/** Objectives on an engine of metrics that answers as badly as one can: no page, no all-clear, and it is said. */
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ObjectiveShown } from '../../src/contract/objectives.ts'
import type { AlertShown } from '../../src/contract/views.ts'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const BEGIN = Date.UTC(2026, 10, 23, 14, 0)
let world: World
let server: Server
let port = 0
/** What is answered instead of numbers; null: numbers. */
let instead: { status: number; body: string } | null = null
/** How many of a thousand fail in the minute that ends then. */
let badAt: (at: number) => number = () => 0
let questions: URLSearchParams[] = []

/** Counters that have always been there, sampled where they are asked for. */
function numbers(form: URLSearchParams): string {
  const [start, end, step] = ['start', 'end', 'step'].map((one) => Number(form.get(one)))
  const isBad = form.get('query')?.startsWith('bad') === true
  const values: [number, string][] = []
  let sum = 0
  for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 60) {
    sum += isBad ? badAt(at * 1000) : 1000
    values.push([at, String(sum)])
  }
  return JSON.stringify({
    status: 'success',
    data: { resultType: 'matrix', result: [{ metric: {}, values }] },
  })
}

beforeEach(async () => {
  ;[instead, badAt, questions] = [null, () => 0, []]
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      const form = new URLSearchParams(text)
      questions.push(form)
      // Its clock is ours: the story bends it.
      response.setHeader('date', new Date(BEGIN + world.minutes() * 60_000).toUTCString())
      response.writeHead(instead?.status ?? 200)
      response.end(instead?.body ?? numbers(form))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as { port: number }).port
  world = await makeWorld({
    start: BEGIN,
    yaml: `${TEAM}
metrics: [ { id: prom, url: "http://127.0.0.1:${port}" } ]
objectives: [ { id: works, service: shop, target: 99.9%, window: 2d, indicator: { metrics: prom, bad: bad_total, total: all_total }, alerts: [ { name: fast, severity: page, long: 1h, short: 5m, burn: 10x } ] } ]
`,
  })
})
afterEach(async () => {
  await world.end()
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

const works = async () => (await world.api<ObjectiveShown>('GET', '/api/v1/objectives/works')).body
const alerts = async () =>
  (await world.api<{ alerts: AlertShown[] }>('GET', '/api/v1/alerts?status=all')).body.alerts.map(
    (one) => one.status,
  )

test('the window is read in pieces, then a minute at a time, and a burn pages and recovers', async () => {
  await world.beat()
  expect(questions.length).toBeGreaterThan(10)
  expect(await works()).toMatchObject({ left: 1, status: 'up to date', problem: null })
  expect((await works()).total).toBe(1000 * (2 * 24 * 60 - 2))
  const asked = questions.length
  badAt = (at) => (at > BEGIN && at <= BEGIN + 10 * 60_000 ? 500 : 0)
  await world.pass(4)
  expect(world.told()).toMatch(/^[34] ana/)
  await world.pass(16)
  expect(await alerts()).toEqual(['resolved'])
  // Two questions a look, and a look at most every half minute.
  expect(questions.length - asked).toBeLessThanOrEqual(2 * 2 * 20)
})

test('whatever it answers instead of numbers pages nobody, clears nothing and is said', async () => {
  await world.beat()
  const left = (await works()).left
  const answers: [number, string, RegExp][] = [
    [200, '<html>Sign in</html>', /something that is not its API/],
    [500, 'oops', /answers 500/],
    [503, '{"status":"error","error":"TSDB not ready"}', /answers 503: TSDB not ready/],
    [401, '', /answers 401/],
    [200, '{"status":"success","data":{"resultType":"matrix","result":[]}}', /^$/],
    [200, '{"status":"success","data":{"resultType":"vector","result":[]}}', /other than series/],
  ]
  for (const [status, body, said] of answers) {
    instead = { status, body }
    await world.pass(6, 2)
    const { problem, status: shown } = await works()
    expect([body, problem ?? '']).toEqual([body, expect.stringMatching(said)])
    expect(shown).toMatch(/^no data since/)
  }
  expect([await alerts(), world.told()]).toEqual([[], ''])
  expect((await works()).left).toBe(left)
  instead = null
  await world.pass(8)
  expect(await works()).toMatchObject({ problem: null, status: 'up to date' })
})

test('numbers that are none, and good ones that vanish, are minutes of which nothing is known', async () => {
  await world.beat()
  await world.configure(
    `objectives: [ { id: works, service: shop, target: 99.9%, window: 2d, indicator: { metrics: prom, good: 'good_total', total: all_total } } ]`,
  )
  instead = {
    status: 200,
    body: '{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1,"NaN"],[2,"+Inf"]]}]}}',
  }
  await world.pass(5)
  // Another question needs other numbers: those of the old one are forgotten.
  expect(await works()).toMatchObject({ total: 0, left: null, page: false })
  expect((await world.api<{ verdict: string }>('GET', '/api/v1/gate/shop')).body.verdict).toBe(
    'unknown',
  )
  expect(world.told()).toBe('')
})
