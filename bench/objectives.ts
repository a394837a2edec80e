/**
 * What looking at many objectives costs: `tsx bench/objectives.ts --objectives 1000`. Each has thirty
 * days of counts. One line a figure; nothing is asserted.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { lookAtObjectives } from '../src/engine/objectives.ts'

const at = process.argv.indexOf('--objectives')
const COUNT = at < 0 ? 1_000 : Number(process.argv[at + 1])
const TOKEN = 'bench-token-bench-token-bench-token-00'
const EVERY_MS = 30_000

const directory = mkdtempSync(join(tmpdir(), 'allclear-bench-'))
const app = await startApp({
  config: readConfig({
    ALLCLEAR_DATA: directory,
    ALLCLEAR_PORT: '0',
    ALLCLEAR_ADMIN_TOKEN: TOKEN,
  }),
  log: () => undefined,
  version: 'bench',
  migrations: 'src/db/migrations',
  beats: false,
})
const ids = Array.from({ length: COUNT }, (_, index) => `o${index}`)
const text = `services: [ { id: shop } ]
objectives: [ ${ids.map((id) => `{ id: ${id}, service: shop, target: 99.9%, indicator: pushed }`).join(', ')} ]`
const applied = await fetch(`${app.url}/api/v1/apply`, {
  method: 'POST',
  headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  body: JSON.stringify({ text }),
})
if (applied.status !== 200) throw new Error(await applied.text())
await app.db.withTx(
  'chores',
  (tx) =>
    tx.query(
      `insert into objective_hours (objective_id, hour_at, good, total, sum_good, sum_total)
        select o.id, h, array_fill(999::float8, array[60]), array_fill(1000::float8, array[60]), 59940, 60000
        from objectives o, generate_series(date_trunc('hour', $1::timestamptz) - interval '30 days', $1::timestamptz, '1 hour') h`,
      [new Date().toISOString()],
    ),
  { timeoutMs: 600_000 },
)
await app.db.runAlone('chores', 'vacuum analyze objective_hours', 600_000)
for (let run = 0; run < 3; run += 1) {
  await app.db.withTx('chores', (tx) =>
    tx.query('update objective_states set wake_at = $1::timestamptz', [new Date(0).toISOString()]),
  )
  const [cpu, from] = [process.cpuUsage(), performance.now()]
  let looked = 0
  for (let more = 1; more > 0; looked += more)
    more = await lookAtObjectives({
      db: app.db,
      directoryAt: app.deps.directoryAt,
      tools: app.deps.tools,
    })
  const { user, system } = process.cpuUsage(cpu)
  const own = (user + system) / 1_000
  process.stdout.write(
    `${looked} objectives looked at: ${Math.round(performance.now() - from)} ms, ${Math.round(own)} ms of our own CPU (${((own / EVERY_MS) * 100).toFixed(1)} % of a core every 30 s)\n`,
  )
}
await app.stop()
rmSync(directory, { recursive: true, force: true })
