/**
 * The real thing from end to end: Debian's Prometheus and Alertmanager against the built server as a
 * process of its own. A rule fires and a page goes out; our process is killed -9 in between; the rule
 * recovers and the alert is resolved; nothing is lost.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AlertShown } from '../../src/contract/views.ts'

const ADMIN = 'admin-token-for-tests-0123456789abcdef'
const KEY = '0123456789abcdef0123456789abcdef'

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}
const isInstalled = has('prometheus') && has('prometheus-alertmanager')
if (!isInstalled)
  process.stderr.write(
    'e2e: prometheus and prometheus-alertmanager are not installed; this test is passed over\n',
  )

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const probe = createTcp()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })

/** Waits for a fact, at most a minute. */
async function until<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
): Promise<T> {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await Promise.resolve(look()).catch(() => null)
    if (found) return found
    await pause(200)
  }
  throw new Error(`it never came: ${what}`)
}

let directory = ''
let phones: Server
const rang: { path: string; id: string; title: string }[] = []
let metric = 0
const processes = new Set<ChildProcess>()

function start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
  processes.add(child)
  child.once('exit', () => processes.delete(child))
  return child
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'allclear-e2e-'))
  phones = createServer((request, response) => {
    if (request.url === '/metrics') return void response.end(`broken ${metric}\n`)
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      const body = JSON.parse(text) as { data: { title: string } }
      rang.push({
        path: request.url ?? '',
        id: String(request.headers['webhook-id']),
        title: body.data.title,
      })
      response.end('ok')
    })
  })
  await new Promise<void>((done) => phones.listen(0, '127.0.0.1', done))
})

afterAll(async () => {
  for (const child of processes) child.kill('SIGTERM')
  await until('everything has stopped', () => processes.size === 0)
  phones.closeAllConnections()
  await new Promise((done) => phones.close(done))
  rmSync(directory, { recursive: true, force: true })
})

test.runIf(isInstalled)(
  'a rule that fires pages, survives kill -9, and resolves',
  async () => {
    const [ours, prometheus, alertmanager] = await Promise.all([freePort(), freePort(), freePort()])
    const { port: phonePort } = phones.address() as { port: number }
    execFileSync('node', ['scripts/build.mjs'], { stdio: 'ignore' })
    const env = {
      ALLCLEAR_PORT: String(ours),
      ALLCLEAR_DATA: join(directory, 'data'),
      ALLCLEAR_ADMIN_TOKEN: ADMIN,
      ALLCLEAR_EGRESS_ALLOW: `127.0.0.1:${phonePort}`,
      ALLCLEAR_LOG: 'error',
    }
    const serve = () => start('node', ['bin/allclear.mjs', 'serve'], env)
    const api = async <T>(path: string, body?: unknown): Promise<T> => {
      const response = await fetch(`http://127.0.0.1:${ours}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      if (!response.ok) throw new Error(await response.text())
      return (await response.json()) as T
    }
    const alerts = async () =>
      (await api<{ alerts: AlertShown[] }>('/api/v1/alerts?status=all')).alerts

    const first = serve()
    await until('our server answers', () => api('/healthz'))
    await api('/api/v1/apply', {
      text: `
organisation: { fallback: [ person:ana ] }
people: [ { id: ana, name: Ana, role: admin, contacts: [ { id: hook, kind: webhook, url: "http://127.0.0.1:${phonePort}/ana" } ] } ]
escalations: [ { id: main, steps: [ { page: [ person:ana ] } ] } ]
services: [ { id: shop, name: Shop, escalation: main } ]
sources: [ { id: am, kind: alertmanager, service: shop, key: ${KEY} } ]
`,
    })

    writeFileSync(
      join(directory, 'am.yml'),
      `global: {resolve_timeout: 30s}
route: {receiver: ours, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers:
- name: ours
  webhook_configs: [{url: "http://127.0.0.1:${ours}/integrations/v1/alertmanager/${KEY}/", send_resolved: true}]
`,
    )
    writeFileSync(
      join(directory, 'rules.yml'),
      `groups:
- name: g
  rules:
  - {alert: CheckoutBroken, expr: "broken > 0", labels: {severity: critical}, annotations: {summary: "checkout is broken"}}
`,
    )
    writeFileSync(
      join(directory, 'prom.yml'),
      `global: {scrape_interval: 1s, evaluation_interval: 1s}
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:${alertmanager}"]}]}]}
rule_files: [${join(directory, 'rules.yml')}]
scrape_configs: [{job_name: t, static_configs: [{targets: ["127.0.0.1:${phonePort}"]}]}]
`,
    )
    start('prometheus-alertmanager', [
      `--config.file=${join(directory, 'am.yml')}`,
      `--storage.path=${join(directory, 'am')}`,
      `--web.listen-address=127.0.0.1:${alertmanager}`,
      '--cluster.listen-address=',
    ])
    start('prometheus', [
      `--config.file=${join(directory, 'prom.yml')}`,
      `--storage.tsdb.path=${join(directory, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${prometheus}`,
      '--rules.alert.resend-delay=2s',
    ])

    metric = 1
    await until('the page went out', () =>
      rang.find((one) => one.title.includes('checkout is broken')),
    )
    expect((await alerts())[0]).toMatchObject({
      status: 'firing',
      title: 'checkout is broken',
      severity: 'critical',
    })

    // The process is gone without a goodbye while Alertmanager has something to tell it.
    first.kill('SIGKILL')
    metric = 0
    await until('the process is gone', () => !processes.has(first))
    serve()
    await until('our server answers again', () => api('/healthz'))
    await until('the alert is resolved', async () => (await alerts())[0]?.status === 'resolved')
    const health = await fetch(`http://127.0.0.1:${ours}/health/deep`)
    expect(health.status).toBe(200)
    expect(await alerts()).toHaveLength(1)
    // One page; at most one repeat of it, under the same id, if the kill hit between call and record.
    const ids = new Map<string, number>()
    for (const one of rang) ids.set(one.id, (ids.get(one.id) ?? 0) + 1)
    expect(Math.max(...ids.values())).toBeLessThanOrEqual(2)
  },
  180_000,
)
