/**
 * The kill rig: the built server and its real PostgreSQL as processes of their own, senders that
 * repeat until they hear 2xx and write down what was accepted with fsync, and a killer. In the end
 * every accepted key has an alert and a page that reached the phone.
 * `npm run torture -- --kills 1000`
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export type Tortured = {
  kills: number
  accepted: number
  alerts: number
  lost: string[]
  unpaged: string[]
  repeated: number
  healthy: boolean
}

const KEY = 'torturetorturetorturetorturetort'
const TOKEN = 'torture-token-torture-token-torture-01'

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const probe = createTcp()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => done(port))
    })
  })

/** @param kills how often something is killed -9: our process, or PostgreSQL */
export async function torture(
  kills: number,
  say: (text: string) => void = () => undefined,
): Promise<Tortured> {
  const directory = mkdtempSync(join(tmpdir(), 'allclear-torture-'))
  const port = await freePort()
  const calls = new Map<string, number>()
  const paged = new Set<string>()
  const phone = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      const id = String(request.headers['webhook-id'])
      calls.set(id, (calls.get(id) ?? 0) + 1)
      const { data } = JSON.parse(text) as { data: { title: string; bundle?: { title: string }[] } }
      for (const one of data.bundle ?? [data]) paged.add(/(key-\d+)/.exec(one.title)?.[1] ?? '')
      response.end('ok')
    })
  })
  await new Promise<void>((done) => phone.listen(0, '127.0.0.1', done))
  const { port: phonePort } = phone.address() as { port: number }
  const env = {
    ...process.env,
    ALLCLEAR_PORT: String(port),
    ALLCLEAR_DATA: join(directory, 'data'),
    ALLCLEAR_ADMIN_TOKEN: TOKEN,
    ALLCLEAR_EGRESS_ALLOW: '127.0.0.1',
    ALLCLEAR_LOG: 'silent',
  }
  const start = (): ChildProcess =>
    spawn('node', ['dist/main.js', 'serve'], { env, stdio: 'ignore' })
  const api = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as T
  }
  const until = async (what: string, look: () => Promise<boolean>, seconds = 60): Promise<void> => {
    for (let tries = 0; tries < seconds * 10; tries += 1) {
      if (await look().catch(() => false)) return
      await pause(100)
    }
    throw new Error(`it never came: ${what}`)
  }
  const isUp = async (): Promise<boolean> => (await api<{ status: string }>('/healthz')) !== null

  let server = start()
  const ledger = join(directory, 'accepted')
  const file = openSync(ledger, 'a')
  try {
    await until('the first start', isUp)
    await api('/api/v1/apply', {
      text: `
organisation: { fallback: [ person:robot ] }
people: [ { id: robot, name: Robot, role: admin, contacts: [ { id: hook, kind: webhook, url: "http://127.0.0.1:${phonePort}/robot", bundle: false } ], rules: { high: [ { after: 0s, use: hook } ] } } ]
escalations: [ { id: main, steps: [ { page: [ person:robot ], wait: 1h } ] } ]
services: [ { id: shop, name: Shop, escalation: main } ]
sources: [ { id: pd, kind: pagerduty-events, service: shop, key: ${KEY} } ]
`,
    })
    let isSending = true
    let next = 0
    let repeated = 0
    const sender = async (): Promise<void> => {
      while (isSending) {
        const key = `key-${next}`
        next += 1
        for (;;) {
          const body = JSON.stringify({
            routing_key: KEY,
            event_action: 'trigger',
            dedup_key: key,
            payload: { summary: `${key} is broken`, source: 't', severity: 'warning' },
          })
          const answer = await fetch(`http://127.0.0.1:${port}/v2/enqueue`, {
            method: 'POST',
            body,
            signal: AbortSignal.timeout(5_000),
          }).catch(() => null)
          if (answer?.status === 202) break
          repeated += 1
          await pause(50)
        }
        writeSync(file, `${key}\n`)
        fsyncSync(file)
        await pause(5)
      }
    }
    const senders = Array.from({ length: 4 }, sender)
    for (let kill = 0; kill < kills; kill += 1) {
      await pause(Math.random() * 600)
      if (kill % 3 === 2) killPostgres(join(directory, 'data'))
      else {
        const gone = new Promise((done) => server.once('exit', done))
        server.kill('SIGKILL')
        await gone
        server = start()
      }
      await until('it comes up again', isUp)
      if (kill % 20 === 19) say(`${kill + 1} kills, ${next} keys`)
    }
    isSending = false
    await Promise.all(senders)
    const accepted = readFileSync(ledger, 'utf8').trim().split('\n')
    // What a killed sender held comes when its lease is over.
    await until(
      'every accepted key was paged',
      async () => accepted.every((key) => paged.has(key)),
      90,
    ).catch(() => undefined)
    const known = await listKeys(api)
    const health = await api<{ status: string }>('/health/deep').catch(() => ({ status: 'bad' }))
    return {
      kills,
      accepted: accepted.length,
      alerts: known.size,
      lost: accepted.filter((key) => !known.has(key)),
      unpaged: accepted.filter((key) => !paged.has(key)),
      repeated: [...calls.values()].filter((count) => count > 1).length,
      healthy: health.status === 'ok',
    }
  } finally {
    closeSync(file)
    const gone = new Promise((done) => server.once('exit', done))
    server.kill('SIGTERM')
    await gone
    phone.closeAllConnections()
    await new Promise((done) => phone.close(done))
    rmSync(directory, { recursive: true, force: true })
  }
}

async function listKeys(api: <T>(path: string) => Promise<T>): Promise<Set<string>> {
  const keys = new Set<string>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const found: { alerts: { title: string }[]; cursor: string | null } = await api(
      `/api/v1/alerts?status=all&limit=200${cursor ? `&cursor=${cursor}` : ''}`,
    )
    for (const alert of found.alerts) keys.add(/(key-\d+)/.exec(alert.title)?.[1] ?? '')
    cursor = found.cursor
  }
  return keys
}

function killPostgres(dataDir: string): void {
  try {
    const pid = Number(
      readFileSync(join(dataDir, 'pg', '18', 'postmaster.pid'), 'utf8').split('\n')[0],
    )
    if (pid > 1) process.kill(pid, 'SIGKILL')
  } catch {
    // It is between two lives already.
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--kills')
  execFileSync('node', ['scripts/build.mjs'], { stdio: 'inherit' })
  const result = await torture(at < 0 ? 1_000 : Number(process.argv[at + 1]), (text) =>
    process.stdout.write(`${text}\n`),
  )
  process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exitCode = result.lost.length + result.unpaged.length > 0 || !result.healthy ? 1 : 0
}
