/** What incidents were like; and the history of a status page taken over, as it stands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

type Measures = {
  incidents: number
  byLevel: Record<string, number>
  durations: Record<string, { used: number; median: number; p90: number; mean: number }>
  cadence: Record<string, { incidents: number; kept: number; gaps: number; late: number }>
  byMonitoring: { count: number; of: number }
}
type Imported = { imported: number; known: number; skipped: { index: number; reason: string }[] }

let world: World
beforeEach(async () => {
  world = await makeWorld({ yaml: TEAM })
})
afterEach(() => world.end())

const send = async (source: string, entries: unknown[]): Promise<Imported> => {
  const sum: Imported = { imported: 0, known: 0, skipped: [] }
  for (let at = 0; at < entries.length; at += 100) {
    const { status, body } = await world.api<Imported>('POST', '/api/v1/import/statuses', {
      source,
      entries: entries.slice(at, at + 100),
    })
    expect(status).toBe(200)
    sum.imported += body.imported
    sum.known += body.known
    sum.skipped.push(...body.skipped)
  }
  return sum
}
const measures = async (query: string): Promise<Measures> =>
  (await world.api<Measures>('GET', `/api/v1/measures?${query}`)).body

const ENTRY = {
  id: '77',
  name: 'Shop is slow',
  impact: 'major',
  components: [{ name: 'Shop' }],
  incident_updates: [
    { status: 'resolved', body: 'Over.', created_at: '2026-11-01T11:00:00Z' },
    { status: 'monitoring', body: 'Better.', created_at: '2026-11-01T10:40:00Z' },
    { status: 'investigating', body: 'We look.', created_at: '2026-11-01T10:00:00Z' },
  ],
}

test('an entry comes in once, with what was said and when; nobody is paged and nothing is owed', async () => {
  const broken = [
    'text',
    { name: '' },
    { name: 'x', updates: [] },
    { name: 'x', updates: [{ status: 'resolved', date: 'one day' }] },
    { name: 'x', impact: 'maintenance', updates: [] },
  ]
  const first = await send('page', [ENTRY, ...broken])
  expect(first).toEqual({
    imported: 1,
    known: 0,
    skipped: [
      { index: 1, reason: 'notAnEntry' },
      { index: 2, reason: 'noName' },
      { index: 3, reason: 'noPost' },
      { index: 4, reason: 'noTime' },
      { index: 5, reason: 'maintenance' },
    ],
  })
  expect(await send('page', [ENTRY])).toEqual({ imported: 0, known: 1, skipped: [] })
  await world.pass(30, 10)
  expect(world.rang).toEqual([])
  const { body } = await world.api<Record<string, never>>('GET', '/api/v1/incidents/INC-1')
  expect(body).toMatchObject({
    kind: 'backfilled',
    status: 'closed',
    severity: { level: 2 },
    services: [{ slug: 'shop' }],
    owed: [],
    stamps: { mitigatedAt: '2026-11-01T10:40:00.000Z', allClearAt: '2026-11-01T11:00:00.000Z' },
    messages: [{ body: 'We look.' }, { body: 'Better.' }, { body: 'Over.' }],
  })
  const shown = await measures('from=2026-10-01T00:00:00Z')
  expect([shown.incidents, shown.durations.recover?.median, shown.cadence[2]]).toEqual([
    1,
    3_600_000,
    { incidents: 1, kept: 0, gaps: 2, late: 1 },
  ])
  expect((await measures('from=2026-10-01T00:00:00Z&severity=1')).incidents).toBe(0)
  expect((await world.api<{ field: string }>('GET', '/api/v1/measures?from=soon')).body.field).toBe(
    'from',
  )
  const tested = await world.api<{ left: number; before: { incidents: number; owed: number } }>(
    'POST',
    '/api/v1/policy/backtest',
    { policy: 'policy: { levels: { sev2: { update: 15m } } }' },
  )
  expect([tested.body.left, tested.body.before.incidents]).toEqual([0, 1])
})

const GITHUB = '../shared/data/github-statuses/parsed/incidents.jsonl'
test.skipIf(!existsSync(GITHUB))(
  'MET-09 819 incidents of a public status page give its own figures (skipped where the data is absent)',
  async () => {
    const entries = readFileSync(GITHUB, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    const done = await send('github', entries)
    expect([done.imported, done.skipped.length]).toEqual([801, 18])
    const shown = await measures('from=2022-01-01T00:00:00Z&to=2026-11-01T00:00:00Z')
    expect([shown.incidents, shown.byLevel]).toEqual([801, { 1: 28, 2: 138, 3: 604, 4: 31 }])
    const { recover } = shown.durations
    const minutes = (ms = 0): number => Math.round(ms / 6_000) / 10
    expect([
      recover?.used,
      minutes(recover?.median),
      minutes(recover?.p90),
      minutes(recover?.mean),
    ]).toEqual([801, 65, 263, 125.9])
    expect(shown.cadence[1]).toEqual({ incidents: 28, kept: 5, gaps: 238, late: 103 })
    expect(shown.cadence[2]).toEqual({ incidents: 138, kept: 63, gaps: 1029, late: 198 })
    expect(shown.cadence[3]).toEqual({ incidents: 604, kept: 562, gaps: 2418, late: 58 })
  },
  120_000,
)

const DATO = '../shared/data/datocms-status/incidents'
test.skipIf(!existsSync(DATO))(
  'histories with backward steps come in as they stand (skipped where the data is absent)',
  async () => {
    const entries = readdirSync(DATO)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(DATO, name), 'utf8')) as unknown)
    const done = await send('dato', entries)
    expect(done.imported + done.skipped.length).toBe(entries.length)
    expect(done.skipped.filter((one) => one.reason !== 'maintenance')).toEqual([])
    expect(await send('dato', entries)).toMatchObject({ imported: 0 })
  },
  60_000,
)
