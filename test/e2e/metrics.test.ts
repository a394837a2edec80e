/**
 * Objectives on the numbers of a real Prometheus. Its history is made beforehand, with restarts of
 * counters in it, so that what we count can be counted a second time from the very same samples.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ObjectiveShown } from '../../src/contract/objectives.ts'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}
const isInstalled = has('prometheus') && has('promtool')
if (!isInstalled)
  process.stderr.write('e2e: prometheus is not installed; objectives on metrics are passed over\n')

const MINUTE = 60_000
const HISTORY_MINUTES = 300
const END = Math.floor(Date.now() / MINUTE) * MINUTE
const BEGIN = END - HISTORY_MINUTES * MINUTE
const STEP = 15_000

type Sample = { at: number; value: number }
const SERIES = [
  { code: '200', pod: 'a', each: 40, restarts: [90] },
  { code: '200', pod: 'b', each: 25, restarts: [31, 200] },
  { code: '500', pod: 'a', each: 0, restarts: [90] },
  { code: '500', pod: 'b', each: 1, restarts: [31, 200] },
]

/** Counters that grow unevenly and begin anew at some minutes. The last twenty minutes fail a lot. */
function samplesOf(one: (typeof SERIES)[number]): Sample[] {
  const samples: Sample[] = []
  let value = 7
  for (let at = BEGIN; at <= END; at += STEP) {
    const minute = (at - BEGIN) / MINUTE
    if (one.restarts.includes(minute)) value = 0
    const failing = one.code === '500' && minute > HISTORY_MINUTES - 20 ? 11 : 0
    value += one.each + failing + ((at / STEP) % 3)
    samples.push({ at, value })
  }
  return samples
}

const known = new Map(SERIES.map((one) => [one, samplesOf(one)]))

/** Counted anew: what each series went up by from minute to minute. */
function batch(code: string | null): number {
  let sum = 0
  for (const [one, samples] of known) {
    if (code !== null && one.code !== code) continue
    const minutes = samples.filter(({ at }) => at % MINUTE === 0)
    for (let index = 1; index < minutes.length; index += 1) {
      const [before = 0, after = 0] = [minutes[index - 1]?.value, minutes[index]?.value]
      sum += after < before ? after : after - before
    }
  }
  return sum
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address() as { port: number }
      probe.close(() => done(address.port))
    })
  })

let directory = ''
let prometheus: ChildProcess | null = null
let world: World
let port = 0

beforeAll(async () => {
  if (!isInstalled) return
  directory = mkdtempSync(join(tmpdir(), 'allclear-metrics-'))
  const lines = [...known].flatMap(([{ code, pod }, samples]) =>
    samples.map(
      ({ at, value }) => `http_requests_total{code="${code}",pod="${pod}"} ${value} ${at / 1000}`,
    ),
  )
  writeFileSync(
    join(directory, 'history.om'),
    `# TYPE http_requests counter\n${lines.join('\n')}\n# EOF\n`,
  )
  execFileSync(
    'promtool',
    [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      join(directory, 'history.om'),
      join(directory, 'data'),
    ],
    { stdio: 'ignore' },
  )
  writeFileSync(join(directory, 'prometheus.yml'), 'scrape_configs: []\n')
  port = await freePort()
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  )
  for (let tries = 0; tries < 150; tries += 1) {
    const ready = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => null)
    if (ready?.ok) break
    await pause(200)
  }
  world = await makeWorld({ yaml: TEAM, start: END + 20_000 })
})
afterAll(async () => {
  await world?.end()
  prometheus?.kill('SIGKILL')
  if (directory !== '') rmSync(directory, { recursive: true, force: true })
})

const objective = async (id: string) =>
  (await world.api<ObjectiveShown>('GET', `/api/v1/objectives/${id}`)).body

describe.runIf(isInstalled)('a real Prometheus', () => {
  test('what is counted is what the same samples add up to, over every restart', async () => {
    await world.configure(`metrics: [ { id: prom, url: "http://127.0.0.1:${port}" } ]
objectives:
  - id: bad
    service: shop
    target: 99%
    indicator: { metrics: prom, bad: 'http_requests_total{code="500"}', total: http_requests_total }
  - id: good
    service: shop
    target: 99%
    indicator: { metrics: prom, good: 'http_requests_total{code="200"}', total: http_requests_total }
  - id: rates
    service: shop
    target: 99%
    indicator: { metrics: prom, bad: 'sum(rate(http_requests_total{code="500"}[{{.window}}]))', total: 'sum(rate(http_requests_total[{{.window}}]))' }
`)
    await world.beat()
    const [total, failed] = [batch(null), batch('500')]
    for (const id of ['bad', 'good']) {
      const found = await objective(id)
      expect(found).toMatchObject({ problem: null, status: 'up to date', metrics: 'prom' })
      expect(Math.abs(found.total - total)).toBeLessThan(1e-9)
      expect(Math.abs((found.ratio ?? 0) - (total - failed) / total)).toBeLessThan(1e-9)
      expect(Math.abs((found.left ?? 0) - (1 - failed / total / 0.01))).toBeLessThan(1e-9)
    }
    // Rates are estimates of another kind; they are near.
    expect((await objective('rates')).ratio ?? 0).toBeCloseTo((total - failed) / total, 2)
  })

  test('the end of its history burns, and pages', async () => {
    expect(await objective('bad')).toMatchObject({ page: true })
    expect(world.rang.map((one) => one.who)).toContain('ana')
  })

  test('a source that is gone says since when, changes nothing, and is asked again', async () => {
    const before = await objective('bad')
    await world.configure(`metrics: [ { id: prom, url: "http://127.0.0.1:${await freePort()}" } ]`)
    await world.pass(30)
    const after = await objective('bad')
    expect(after.problem).toMatch(/^prom (refuses connections|cannot be reached)/)
    expect(after.status).toMatch(/^no data since .*: prom/)
    expect([after.page, after.total]).toEqual([before.page, before.total])
    await world.configure(`metrics: [ { id: prom, url: "http://127.0.0.1:${port}" } ]`)
    await world.pass(10)
    expect((await objective('bad')).problem).toMatch(/clock that is off/)
  })

  test('queries that are none are said with what the other side says of them', async () => {
    world.shift(-40)
    await world.configure(`objectives:
  - { id: broken, service: shop, target: 99%, indicator: { metrics: prom, bad: 'sum(rate(x[{{.window}}])', total: http_requests_total } }
`)
    await world.beat()
    expect((await objective('broken')).problem).toMatch(/^prom answers 400: .*parse error/)
  })
})
