/**
 * Prints the figures of the hot path, one a line: medians of several runs and the worst, with the
 * load generator on the same machine and its own CPU beside them. Where Alertmanager is installed it
 * is measured in the same run, in turns. `npm run bench -- --runs 5 --requests 20000`.
 */
import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { whoIsOnCall, shiftsBetween } from '../src/oncall/shifts.ts'
import type { Load } from './load.ts'

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const RUNS = option('runs', 3)
/** `--storm 100000`: nothing but that many alerts at once, and another team’s page meanwhile. */
const STORM = option('storm', 0)
const REQUESTS = option('requests', 15_000)
const KEY = 'benchbenchbenchbenchbenchbench00'
const HELD_KEY = 'benchbenchbenchbenchbenchbench22'
const AM_KEY = 'benchbenchbenchbenchbenchbench11'
const TOKEN = 'bench-token-bench-token-bench-token-00'
const PORT = 39_411
const AM_PORT = 39_412

type Result = {
  seconds: number
  p50: number
  p99: number
  max: number
  refused: number
  cpuSeconds: number
}

const say = (name: string, text: string): void =>
  void process.stdout.write(`${name.padEnd(58)} ${text}\n`)
const round = (value: number, digits = 0): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits })
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function send(load: Load): Promise<Result> {
  const child = fork(join(import.meta.dirname, 'load.ts'), { execArgv: process.execArgv })
  try {
    return await new Promise((done, fail) => {
      child.once('message', done)
      child.once('error', fail)
      child.send(load)
    })
  } finally {
    child.kill()
  }
}

/** Proportional set size of a process and all below it, in MB (Linux). */
function memory(pid: number): number {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // It ended meanwhile.
    }
  }
  const tree = [pid]
  for (let index = 0; index < tree.length; index += 1)
    tree.push(...(children.get(tree[index] ?? 0) ?? []))
  let kilobytes = 0
  for (const one of tree) {
    try {
      kilobytes += Number(
        /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1] ?? 0,
      )
    } catch {
      // It ended meanwhile.
    }
  }
  return kilobytes / 1_024
}

const received = { count: 0, lateness: [] as number[] }
const hook = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    received.count += 1
    response.end('ok')
  })
})

async function untilReceived(count: number, seconds = 120): Promise<boolean> {
  for (let tries = 0; tries < seconds * 100; tries += 1) {
    if (received.count >= count) return true
    await pause(10)
  }
  return false
}

const directory = mkdtempSync(join(tmpdir(), 'allclear-bench-'))
const processes: ChildProcess[] = []

async function main(): Promise<void> {
  say(
    'machine',
    `${availableParallelism()} cores, Node ${process.version}; ${RUNS} runs of ${round(REQUESTS)} requests; medians (worst)`,
  )
  await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done))
  const { port: hookPort } = hook.address() as { port: number }
  const began = performance.now()
  const server = spawn('node', ['bin/allclear.mjs', 'serve'], {
    env: {
      ...process.env,
      ALLCLEAR_PORT: String(PORT),
      ALLCLEAR_DATA: join(directory, 'data'),
      ALLCLEAR_ADMIN_TOKEN: TOKEN,
      ALLCLEAR_EGRESS_ALLOW: '127.0.0.1',
      ALLCLEAR_LOG: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  processes.push(server)
  const api = async (path: string, body?: unknown): Promise<Response> =>
    fetch(`http://127.0.0.1:${PORT}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  while (
    !(await api('/healthz').then(
      (answer) => answer.ok,
      () => false,
    ))
  )
    await pause(20)
  say('first start on an empty directory to ready', `${round(performance.now() - began)} ms`)
  const applied = await api('/api/v1/apply', {
    text: `
organisation: { fallback: [ person:robot ] }
people: [ { id: robot, name: Robot, role: admin, contacts: [ { id: hook, kind: webhook, url: "http://127.0.0.1:${hookPort}/robot", bundle: false } ], rules: { high: [ { after: 0s, use: hook } ] } } ]
escalations: [ { id: main, steps: [ { page: [ person:robot ], wait: 1h } ] } ]
services: [ { id: shop, name: Shop, escalation: main }, { id: quiet, name: Quiet, escalation: main, pause: 1h } ]
sources:
  - { id: loud, kind: pagerduty-events, service: shop, key: ${KEY} }
  - { id: held, kind: pagerduty-events, service: quiet, key: ${HELD_KEY} }
  - { id: am, kind: alertmanager, service: quiet, key: ${AM_KEY} }
`,
  })
  if (!applied.ok) throw new Error(await applied.text())
  if (STORM > 0) return storm(api)
  await pause(10_000)
  say('memory, idle for 10 s, whole tree (PSS)', `${round(memory(server.pid ?? 0))} MB`)

  const alertmanager = startAlertmanager(hookPort)
  for (const connections of [32, 128]) {
    const ours: Result[] = []
    const loud: Result[] = []
    const paged: number[] = []
    const theirs: Result[] = []
    const enqueue = (key: string, prefix: string): Promise<Result> =>
      send({
        port: PORT,
        path: '/v2/enqueue',
        connections,
        requests: REQUESTS,
        batch: 1,
        key,
        prefix,
        perSecond: 0,
      })
    for (let run = 0; run < RUNS; run += 1) {
      ours.push(await enqueue(HELD_KEY, `h${connections}-${run}-`))
      // What is accepted is also sorted into groups; the next figure starts when that is done.
      await pause(2_000)
      const before = received.count
      const start = performance.now()
      loud.push(await enqueue(KEY, `r${connections}-${run}-`))
      const isWhole = await untilReceived(before + REQUESTS)
      if (!isWhole)
        say('LOST', `${before + REQUESTS - received.count} pages did not arrive within two minutes`)
      paged.push(REQUESTS / ((performance.now() - start) / 1_000))
      if (alertmanager) theirs.push(await sendTheirs(connections, run))
    }
    report(`accepted durably, one a request, ${connections} connections`, ours, 1)
    report(`  the same while each of them pages`, loud, 1)
    if (theirs.length > 0)
      report(`  Alertmanager, nothing durable, ${connections} connections`, theirs, 1)
    say(
      `accepted, decided, sent and recorded, ${connections} connections`,
      `${round(median(paged))}/s (${round(Math.min(...paged))}/s)`,
    )
  }
  const batches: Result[] = []
  for (let run = 0; run < RUNS; run += 1) {
    batches.push(
      await send({
        port: PORT,
        path: `/in/alertmanager/${AM_KEY}`,
        connections: 8,
        requests: 150,
        batch: 100,
        key: '',
        prefix: `b${run}-`,
        perSecond: 0,
      }),
    )
  }
  report('accepted durably, batches of 100', batches, 100)
  // What came in last is still being sorted into groups.
  await pause(5_000)
  await latency()
  say(
    `memory with ${round((await count(api)) ?? 0)} open alerts, whole tree (PSS)`,
    `${round(memory(server.pid ?? 0))} MB`,
  )
  onCall()
  await onCallPage(api)
}

/**
 * One team's monitoring fires everything at once, in batches, as fast as it can. Meanwhile another
 * team has one alert of its own. Refused batches are sent again, as Alertmanager does.
 */
async function storm(api: (path: string, body?: unknown) => Promise<Response>): Promise<void> {
  const OTHER_KEY = 'benchbenchbenchbenchbenchbench33'
  const { port } = hook.address() as { port: number }
  const person = (id: string): string =>
    `{ id: ${id}, name: ${id}, role: admin, contacts: [ { id: hook, kind: webhook, url: "http://127.0.0.1:${port}/${id}" } ], rules: { high: [ { after: 0s, use: hook } ] } }`
  const applied = await api('/api/v1/apply', {
    text: `
organisation: { fallback: [ person:storm ] }
people: [ ${person('storm')}, ${person('calm')} ]
escalations: [ { id: one, steps: [ { page: [ person:storm ], wait: 1h } ] }, { id: two, steps: [ { page: [ person:calm ], wait: 1h } ] } ]
services: [ { id: shop, name: Shop, escalation: one }, { id: depot, name: Depot, escalation: two } ]
sources:
  - { id: am, kind: alertmanager, service: shop, key: ${AM_KEY} }
  - { id: other, kind: pagerduty-events, service: depot, key: ${OTHER_KEY} }
`,
  })
  if (!applied.ok) throw new Error(await applied.text())
  const first = new Map<string, number>()
  const calls = new Map<string, number>()
  hook.removeAllListeners('request')
  hook.on('request', (request, response) => {
    const who = (request.url ?? '').slice(1)
    calls.set(who, (calls.get(who) ?? 0) + 1)
    request.resume()
    request.on('end', () => {
      if (!first.has(who)) first.set(who, performance.now())
      response.end('ok')
    })
  })
  const batch = 100
  let next = 0
  let refused = 0
  const began = performance.now()
  const sendBatch = async (number: number): Promise<void> => {
    const alerts = Array.from({ length: batch }, (_, index) => ({
      status: 'firing',
      labels: { alertname: `Storm${number % 50}`, instance: `${number * batch + index}` },
      annotations: { summary: 'storm' },
      startsAt: '2026-11-23T09:00:00Z',
    }))
    const body = JSON.stringify({
      version: '4',
      groupKey: `g${number % 50}`,
      status: 'firing',
      alerts,
    })
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${PORT}/in/alertmanager/${AM_KEY}`, {
        method: 'POST',
        body,
      })
      await answer.arrayBuffer()
      if (answer.ok) return
      if (!answer.headers.get('retry-after'))
        throw new Error(`refused without Retry-After: ${answer.status}`)
      refused += 1
      await pause(1_000 * Number(answer.headers.get('retry-after')))
    }
  }
  const sender = async (): Promise<void> => {
    while (next * batch < STORM) {
      const number = next
      next += 1
      await sendBatch(number)
    }
  }
  const sending = Promise.all(Array.from({ length: 16 }, sender)).then(() => performance.now())
  const meanwhile: number[] = []
  for (let round = 0; round < 5; round += 1) {
    await pause(700)
    first.delete('calm')
    const asked = performance.now()
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${PORT}/v2/enqueue`, {
        method: 'POST',
        body: JSON.stringify({
          routing_key: OTHER_KEY,
          event_action: 'trigger',
          dedup_key: `calm-${round}`,
          payload: { summary: `calm ${round}`, source: 'bench', severity: 'critical' },
        }),
      })
      if (answer.ok) break
      await pause(1_000 * Number(answer.headers.get('retry-after') ?? 1))
    }
    for (let tries = 0; tries < 3_000 && !first.has('calm'); tries += 1) await pause(10)
    meanwhile.push((first.get('calm') ?? Number.NaN) - asked)
  }
  const sentAll = await sending
  say(
    'storm: accepted',
    `${round(STORM)} alerts in ${round((sentAll - began) / 1_000, 1)} s, ${refused} batches refused with Retry-After and sent again`,
  )
  say(
    'storm: first page of its responder after',
    `${round((first.get('storm') ?? Number.NaN) - began)} ms`,
  )
  say(
    'storm: another team’s page meanwhile, five times',
    meanwhile.map((ms) => `${round(ms)} ms`).join(', '),
  )
  let open = 0
  const settledBy = performance.now() + 120_000
  for (;;) {
    const text = await (await api('/metrics')).text()
    open = Number(/^allclear_alerts_firing (\d+)/m.exec(text)?.[1] ?? 0)
    const unsettled = Number(/^allclear_alerts_unsettled (\d+)/m.exec(text)?.[1] ?? 0)
    if (unsettled === 0 || performance.now() > settledBy) break
    await pause(500)
  }
  say(
    'storm: everything sorted into groups after',
    `${round((performance.now() - began) / 1_000, 1)} s; ${round(open)} alerts open of ${round(STORM + 5)}`,
  )
  say('storm: messages to its responder', `${calls.get('storm') ?? 0}`)
}

function report(name: string, results: readonly Result[], batch: number): void {
  const rates = results.map(
    (result) =>
      (((result as Result & { requests?: number }).requests ?? (batch === 1 ? REQUESTS : 150)) *
        batch) /
      result.seconds,
  )
  const cpu = median(results.map((result) => result.cpuSeconds / result.seconds))
  const refused = results.reduce((sum, result) => sum + result.refused, 0)
  say(
    name,
    `${round(median(rates))}/s (${round(Math.min(...rates))}/s), p99 ${round(median(results.map((one) => one.p99)), 1)} ms (${round(Math.max(...results.map((one) => one.p99)), 1)} ms), refused ${refused}, generator ${round(cpu * 100)} % of a core`,
  )
}

/** Signals at 1,000 a second: from the start of the request to the provider's call arriving. */
async function latency(): Promise<void> {
  const times: number[] = []
  hook.removeAllListeners('request')
  hook.on('request', (request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      const sent = /alert lat-\d+ sent ([\d.]+)/.exec(text)?.[1]
      if (sent !== undefined) times.push(performance.timeOrigin + performance.now() - Number(sent))
      received.count += 1
      response.end('ok')
    })
  })
  const total = 5_000
  await send({
    port: PORT,
    path: '/v2/enqueue',
    connections: 64,
    requests: total,
    batch: 1,
    key: KEY,
    prefix: 'lat-',
    perSecond: 1_000,
  })
  for (let tries = 0; tries < 1_000 && times.length < total; tries += 1) await pause(10)
  const sorted = times.sort((a, b) => a - b)
  say(
    'signal sent → provider called, 1,000/s',
    `p50 ${round(sorted[Math.floor(sorted.length / 2)] ?? 0, 1)} ms, p99 ${round(sorted[Math.floor(sorted.length * 0.99)] ?? 0, 1)} ms, ${sorted.length} of ${total}`,
  )
}

async function count(api: (path: string) => Promise<Response>): Promise<number> {
  const text = await (await api('/metrics')).text()
  return Number(/^allclear_alerts_firing (\d+)/m.exec(text)?.[1] ?? 0)
}

function startAlertmanager(hookPort: number): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v prometheus-alertmanager'])
  } catch {
    say('Alertmanager', 'not installed: no comparison')
    return false
  }
  writeFileSync(
    join(directory, 'am.yml'),
    `route: {receiver: r, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 10h}\nreceivers:\n- name: r\n  webhook_configs: [{url: "http://127.0.0.1:${hookPort}/am", send_resolved: false}]\n`,
  )
  writeFileSync(
    join(directory, 'am-quiet.yml'),
    'route: {receiver: r, group_wait: 1h}\nreceivers: [ { name: r } ]\n',
  )
  processes.push(
    spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${join(directory, 'am-quiet.yml')}`,
        `--storage.path=${join(directory, 'am')}`,
        `--web.listen-address=127.0.0.1:${AM_PORT}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    ),
  )
  return true
}

/** Alertmanager's own API with one alert a request; no delivery. */
async function sendTheirs(connections: number, run: number): Promise<Result> {
  const child = fork(join(import.meta.dirname, 'load-alertmanager.ts'), {
    execArgv: process.execArgv,
  })
  try {
    return await new Promise((done) => {
      child.once('message', done)
      child.send({
        port: AM_PORT,
        connections,
        requests: REQUESTS,
        prefix: `a${connections}-${run}-`,
      })
    })
  } finally {
    child.kill()
  }
}

/** What the on-call page asks for, with fifty schedules of four people each. */
async function onCallPage(api: (path: string, body?: unknown) => Promise<Response>): Promise<void> {
  const people = Array.from({ length: 200 }, (_, number) => `p${number}`)
  const schedules = Array.from({ length: 50 }, (_, number) => {
    const turns = people.slice(number * 4, number * 4 + 4).join(', ')
    return `  - { id: s${number}, timezone: Europe/Lisbon, rotations: [ { id: w, people: [ ${turns} ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-01-05 } ] }`
  })
  const applied = await api('/api/v1/apply', {
    text: `people:\n  - { id: robot, name: Robot, role: admin, contacts: [] }\n${people.map((id) => `  - { id: ${id}, name: ${id}, contacts: [] }`).join('\n')}\nschedules:\n${schedules.join('\n')}\n`,
  })
  if (!applied.ok) throw new Error(await applied.text())
  for (const [name, path] of [
    ['on-call page, 50 schedules', '/api/v1/schedules'],
    ['one schedule with its findings, of 50', '/api/v1/schedules/s7'],
  ] as const) {
    const times: number[] = []
    for (let round = 0; round < 20; round += 1) {
      const began = performance.now()
      await (await api(path)).arrayBuffer()
      times.push(performance.now() - began)
    }
    say(name, `${round(median(times), 1)} ms (worst ${round(Math.max(...times), 1)} ms)`)
  }
}

/** A year of shifts of a thousand schedules, and who is on call in each, in this process. */
function onCall(): void {
  const zones = [
    'Europe/Lisbon',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Santiago',
  ]
  const schedules = Array.from({ length: 1_000 }, (_, number) => ({
    id: `${number}`,
    slug: `${number}`,
    name: '',
    teamId: null,
    timezone: zones[number % zones.length] ?? 'UTC',
    acceptWithinMs: null,
    earlier: [],
    overrides: [],
    shadows: [],
    rotations: [
      {
        id: 'r',
        turns: [['a'], ['b'], ['c'], ['d']],
        every: { unit: 'week' as const, count: 1 },
        handoff: { weekday: 'mon' as const, date: null, time: '10:00' },
        starts: '2020-01-06',
        ends: null,
        only: [],
      },
    ],
  }))
  const from = Date.UTC(2026, 0, 1)
  let began = performance.now()
  let shifts = 0
  for (const schedule of schedules)
    shifts += shiftsBetween(schedule, from, Date.UTC(2027, 0, 1)).length
  say(
    'a year of shifts, 1,000 schedules',
    `${round(performance.now() - began)} ms, ${round(shifts)} shifts`,
  )
  began = performance.now()
  for (const schedule of schedules) whoIsOnCall(schedule, from)
  say('who is on call, 1,000 schedules', `${round(performance.now() - began, 1)} ms`)
}

try {
  await main()
} finally {
  for (const child of processes) child.kill('SIGTERM')
  await Promise.all(
    processes.map((child) =>
      child.exitCode === null ? new Promise((done) => child.once('exit', done)) : null,
    ),
  )
  hook.closeAllConnections()
  hook.close()
  rmSync(directory, { recursive: true, force: true })
}
