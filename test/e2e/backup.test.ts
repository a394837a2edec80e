/** Backup under load, destroy, restore into an empty directory: rows and log equal, nothing of history paged (I28). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from '../../src/app.ts'
import { verifyExport } from '../../src/audit/verify.ts'
import { backupCommand, restoreCommand } from '../../src/cli/backup.ts'
import { readConfig } from '../../src/config.ts'
import type { AlertShown } from '../../src/contract/views.ts'
import { inspect } from '../../src/db/backup.ts'
import { readSecret } from '../../src/app.ts'
import { ADMIN, KEY } from '../rigs/world.ts'

let directory = ''
let phones: Server
let rang = 0
const before = { ...process.env }

const settings = (name: string) => ({
  ALLCLEAR_DATA: join(directory, name),
  ALLCLEAR_PORT: '0',
  ALLCLEAR_ADMIN_TOKEN: ADMIN,
  ALLCLEAR_EGRESS_ALLOW: '127.0.0.1',
})
const start = (name: string): Promise<App> =>
  startApp({
    config: readConfig(settings(name)),
    log: () => undefined,
    version: 'test',
    migrations: 'src/db/migrations',
    beatMs: 20,
  })

const api = async <T>(app: App, path: string, body?: unknown): Promise<T> => {
  const response = await fetch(`${app.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return (await response.json()) as T
}
const trigger = (app: App, key: string) =>
  fetch(`${app.url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: key,
      payload: { summary: key, source: 't', severity: 'critical' },
    }),
  })

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'allclear-backup-test-'))
  phones = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      rang += 1
      response.end('ok')
    })
  })
  await new Promise<void>((done) => phones.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  for (const name of Object.keys(settings(''))) {
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
  }
  phones.closeAllConnections()
  await new Promise((done) => phones.close(done))
  rmSync(directory, { recursive: true, force: true })
})

test('what was backed up under load comes back whole, paused, and pages nobody for the past', async () => {
  const { port } = phones.address() as { port: number }
  const first = await start('first')
  await api(first, '/api/v1/apply', {
    text: `
organisation: { fallback: [ person:ana ] }
people: [ { id: ana, name: Ana, role: admin, contacts: [ { id: hook, kind: webhook, url: "http://127.0.0.1:${port}/ana" } ] } ]
escalations: [ { id: main, steps: [ { page: [ person:ana ], wait: 1s } ] } ]
services: [ { id: shop, name: Shop, escalation: main } ]
sources: [ { id: pd, kind: pagerduty-events, service: shop, key: ${KEY} } ]
`,
  })
  const file = join(directory, 'instance.acb')
  let isLoading = true
  let sent = 0
  const load = (async () => {
    while (isLoading) {
      await trigger(first, `k${sent}`)
      sent += 1
    }
  })()
  while (sent < 50) await new Promise((done) => setImmediate(done))
  const said = await backupCommand({ url: first.url, token: ADMIN }, file)
  isLoading = false
  await load
  await first.stop()
  expect(said).toContain('Written')

  const secretKey = readSecret(readConfig(settings('first')))
  const summary = await inspect(file, secretKey)
  const rowsOf = (name: string) => summary.tables.find((table) => table.name === name)?.rows ?? 0
  expect(rowsOf('alerts')).toBeGreaterThanOrEqual(50)

  // The machine is gone. What is left is the file and the key.
  rmSync(join(directory, 'first'), { recursive: true, force: true })
  const second = settings('second')
  Object.assign(process.env, second)
  await expect(restoreCommand(file, { yes: true }, async () => true)).rejects.toThrow(/key|read/i)
  writeFileSync(join(second.ALLCLEAR_DATA, 'secret.key'), `${secretKey.toString('hex')}\n`)
  const flipped = readFileSync(file)
  flipped[Math.floor(flipped.length / 2)] = (flipped[Math.floor(flipped.length / 2)] ?? 0) ^ 1
  writeFileSync(join(directory, 'flipped.acb'), flipped)
  await expect(
    restoreCommand(join(directory, 'flipped.acb'), { yes: true }, async () => true),
  ).rejects.toThrow()
  const restored = await restoreCommand(file, { yes: true }, async () => true)
  expect(restored).toMatch(/starts paused: \d+ alerts were open/)

  rang = 0
  const app = await start('second')
  try {
    const [counts] = await app.db.withTx('web', (tx) =>
      tx.query<{ alerts: number; pages: number; timeline: number }>(
        'select (select count(*) from alerts) as alerts, (select count(*) from pages) as pages, (select count(*) from timeline) as timeline',
      ),
    )
    // One more entry in the log: that it was restored.
    expect(counts).toEqual({
      alerts: rowsOf('alerts'),
      pages: rowsOf('pages'),
      timeline: rowsOf('timeline') + 1,
    })
    await trigger(app, 'while-paused')
    await app.beat()
    expect(rang).toBe(0)
    await api(app, '/api/v1/organisation/resume', {})
    // The phone rang often just before the backup, so this one may wait a second to be bundled.
    for (let tries = 0; tries < 200 && rang === 0; tries += 1) await pause(50)
    // Only what came in after the restore pages.
    const { alerts } = await api<{ alerts: AlertShown[] }>(app, '/api/v1/alerts')
    expect(alerts.map((alert) => alert.title)).toEqual(['while-paused'])
    expect(rang).toBeGreaterThan(0)
    const paged = await app.db.withTx('web', (tx) =>
      tx.query(
        "select 1 from attempts where started_at > (select max(recorded_at) from timeline where kind = 'restored') and page_id in (select id from pages where group_id <> (select group_id from alerts where dedup_key = 'while-paused'))",
      ),
    )
    expect(paged).toEqual([])
    expect((await api<{ paused: string | null }>(app, '/api/v1/me')).paused).toBeNull()
    // The chain of the audit goes on from where the backup was taken, and says so.
    const audit = await fetch(`${app.url}/api/v1/audit/export`, {
      headers: { authorization: `Bearer ${ADMIN}` },
    })
    const verdict = await verifyExport((await audit.text()).split('\n'))
    expect(verdict).toMatchObject({ isWhole: true, restoredAt: [expect.any(String)] })
    const entries = verdict.isWhole ? verdict.entries : 0
    expect(entries).toBeGreaterThan(rowsOf('audit') + 1)
  } finally {
    await app.stop()
  }
}, 120_000)
