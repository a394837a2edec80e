/** What is handed to others after an incident, and that it says what happened. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import type { EvidenceShown, ReportShown } from '../../src/contract/reports.ts'
import type { PageShown } from '../../src/contract/views.ts'
import { ADMIN, makeWorld, type World } from '../rigs/world.ts'

let world: World
let ana = ''
let directory = ''
beforeEach(async () => {
  world = await makeWorld()
  const body = { name: 'ana', role: 'responder', person: 'ana' }
  ana = (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body.token
  directory = mkdtempSync(join(tmpdir(), 'allclear-report-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true, force: true })
  await world.end()
})

const ask = (path: string, body: object) =>
  world.api<{ reason?: string; field?: string }>(
    'POST',
    `/api/v1/incidents/INC-1/${path}`,
    body,
    ana,
  )
const get = async <T>(path: string): Promise<T> =>
  (await world.api<T>('GET', `/api/v1/incidents/INC-1/${path}`, undefined, ana)).body
const declare = (more: object = {}) =>
  world.api(
    'POST',
    '/api/v1/incidents',
    { title: 'Checkout fails', services: ['shop'], severity: 3, ...more },
    ana,
  )

async function run(...argv: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  try {
    return { code: await runCli(['--url', world.app.url, '--token', ADMIN, ...argv]), text }
  } finally {
    vi.restoreAllMocks()
  }
}

test('a report says when, how bad, who, and what became of every promise, as text of a page and as JSON', async () => {
  await declare({ title: '# Checkout | <b>fails</b>' })
  await ask('roles', { role: 'technicalLead', person: 'ben' })
  await ask('notes', { text: '[click](https://evil.example)' })
  await ask('messages', {
    audience: 'engineering',
    fields: { service: 'Checkout', impact: '*Some* see errors' },
  })
  await world.pass(1)
  await ask('tasks', { text: 'Look at the pool', for: '10m', owner: 'ben' })
  await world.pass(1)
  const { tasks } = await get<{ tasks: { id: string }[] }>('')
  // Ten minutes from 14:01, and done at 14:11:40.
  await world.pass(9.5 + 1 / 6, 1)
  await ask(`tasks/${tasks[0]?.id}/done`, {})
  await world.pass(0.1)
  const report = await get<ReportShown>('report')
  const task = report.promises.list.find((one) => one.rule === 'incident.task')
  expect([task?.outcome, task?.owner?.slug, task?.proof]).toEqual(['late', 'ben', 'done'])
  expect(task?.lateMs).toBe(Date.parse(task?.metAt ?? '') - Date.parse(task?.due ?? ''))
  const { kept, of, missed, late, list } = report.promises
  expect(of).toBe(kept + missed)
  expect(late).toBe(list.filter((one) => one.outcome === 'late').length)
  expect(report.promises.sentence).toContain(`${kept} of ${of} promises kept`)
  expect(report.promises.sentence).toMatch(/one 40 s late/)
  expect(report.roles.map((one) => [one.role, one.person?.slug])).toEqual(
    expect.arrayContaining([
      ['commander', 'ana'],
      ['technicalLead', 'ben'],
    ]),
  )
  const page = await get<string>('report.md')
  expect(page).toContain('# INC-1: \\# Checkout \\| \\<b\\>fails\\</b\\>')
  expect(page).toContain('Ana: \\[click\\](https://evil.example)')
  expect(page).toContain(report.promises.sentence)
  expect(page).toContain('| 2026-11-23 14:00:00 | SEV3 | Ana |')
  expect(page).toContain('| a task | Ben |')
  expect(page).toContain('> Impact: \\*Some\\* see errors.\\\n')

  const told = await run('report', 'INC-1')
  expect(told.code).toBe(0)
  expect(told.text).toContain(report.promises.sentence)
  expect(JSON.parse((await run('--json', 'report', 'INC-1')).text).name).toBe('INC-1')
  expect((await run('report', 'INC-99')).code).toBe(await notFoundCode())
})

const notFoundCode = async (): Promise<number> => (await run('incident', 'show', 'INC-99')).code

test('of a private incident there is no report for other teams', async () => {
  await declare({ private: true })
  const body = { name: 'cy', role: 'responder', person: 'cy' }
  const cy = (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body.token
  for (const path of ['report', 'report.md'])
    expect((await world.api('GET', `/api/v1/incidents/INC-1/${path}`, undefined, cy)).status).toBe(
      404,
    )
})

test('a quarter of promises by rule and severity, of what may be seen, for one team or for all', async () => {
  await declare()
  await world.pass(0.1)
  // Raised afterwards: its promises count where it was worst.
  await ask('raise', { severity: 2, reason: 'more of them' })
  await declare({ title: 'Practice', kind: 'drill' })
  await world.pass(40, 5)
  type Kept = { rule: string; met: number; missed: number; late: number; kept: number | null }
  type Found = { all: Kept; rules: Kept[]; severities: (Kept & { level: number | null })[] }
  const quarter = async (text: string, token = ana) =>
    (await world.api<Found>('GET', `/api/v1/compliance?quarter=${text}`, undefined, token)).body
  const found = await quarter('2026-Q4')
  const { promises } = await get<ReportShown>('report')
  const own = found.severities.find((one) => one.level === 2)
  expect([own?.missed, (own?.met ?? 0) + (own?.late ?? 0)]).toEqual([
    promises.missed,
    promises.kept,
  ])
  expect(promises.missed).toBeGreaterThan(0)
  expect(own?.kept).toBeCloseTo(promises.kept / promises.of)
  expect(found.severities.map((one) => one.level)).not.toContain(3)
  expect(found.rules.map((one) => one.rule)).toContain('incident.firstMessage')
  expect((await quarter('2026-Q3')).rules).toEqual([])
  expect((await quarter('2026-Q4&team=other')).all.kept).toBeNull()
  expect((await quarter('2026-Q4&team=core')).all).toMatchObject({ missed: promises.missed })
  expect(await quarter('2026-13')).toMatchObject({ field: 'quarter' })

  const told = await run('compliance', '--quarter', '2026-Q4', '--team', 'core')
  expect(told.text).toContain('the first message')
  expect(told.text).toMatch(/SEV2/)
  expect((await run('compliance', '--quarter', '2026-Q3')).text).toContain('Nothing fell due')
})

test('the record of an incident is taken away and verified without a server; whatever was done to it is named', async () => {
  await world.trigger('db')
  await declare({ alert: 'A-1', severity: 1 })
  await ask('messages', {
    audience: 'engineering',
    fields: { service: 'Checkout', impact: 'Some see errors' },
  })
  await ask('notes', { text: 'the pool is at 40 %' })
  await world.pass(1)
  const taken = await run('evidence', 'INC-1')
  expect(taken.code).toBe(0)
  const found = JSON.parse(taken.text) as EvidenceShown
  const sections = new Set(found.entries.map((one) => one.section))
  expect([...sections]).toEqual([
    'incident',
    'event',
    'timeline',
    'message',
    'obligation',
    'page',
    'report',
  ])
  expect(found.entries.at(-1)?.value).toContain('# INC-1: Checkout fails')
  const page = found.entries.find((one) => one.section === 'page')?.value as PageShown
  expect(page.attempts.map((one) => one.status)).toContain('sent')

  const file = join(directory, 'evidence.json')
  const verify = (text: string, ...more: string[]) => {
    writeFileSync(file, text)
    return run('--url', 'http://127.0.0.1:1', 'evidence', 'verify', file, ...more)
  }
  const good = await verify(taken.text, '--root', found.root, '--key', found.publicKey)
  expect([good.code, good.text]).toEqual([0, expect.stringContaining('As it was written: INC-1')])
  expect((await verify(taken.text, '--root', '0'.repeat(64))).code).toBe(1)
  const noteAt = found.entries.findIndex((one) => JSON.stringify(one).includes('at 40 %'))
  const altered = await verify(taken.text.replace('at 40 %', 'at 90 %'))
  expect([altered.code, altered.text]).toEqual([
    1,
    expect.stringContaining(`Entry ${noteAt + 1} (`),
  ])
  found.entries.splice(noteAt, 1)
  expect((await verify(JSON.stringify(found))).text).toContain(`Entry ${noteAt + 1} (`)
  expect((await verify(JSON.stringify(found))).text).toContain('was removed')
  expect((await run('evidence', 'verify', join(directory, 'none'))).code).toBe(2)
})

test('the record of somebody of another team holds no page of what is private to this one', async () => {
  const rows = (sql: string) =>
    world.app.db.withTx('web', (tx) => tx.query(sql) as Promise<unknown[]>)
  await world.trigger('db')
  await declare({ alert: 'A-1', severity: 1 })
  await world.pass(0.1)
  const pagesFor = async (token: string): Promise<number> =>
    (
      await world.api<EvidenceShown>('GET', '/api/v1/incidents/INC-1/evidence', undefined, token)
    ).body.entries.filter((one) => one.section === 'page').length
  const body = { name: 'cy', role: 'responder', person: 'cy' }
  const cy = (await world.api<{ token: string }>('POST', '/api/v1/tokens', body)).body.token
  const all = await pagesFor(cy)
  expect(all).toBeGreaterThan(0)
  await rows("update pages set visibility = 'team'")
  expect([await pagesFor(cy), await pagesFor(ana)]).toEqual([0, all])
})

test('the clock of a breach runs on after the all-clear, whatever the severity, until each was told', async () => {
  const AUTHORITY = 'data protection authority'
  await declare({ severity: 4 })
  const refused = await ask('breach', { tell: [AUTHORITY], awareAt: '2026-11-23T14:00:01Z' })
  expect(refused.body).toMatchObject({ field: 'awareAt', reason: 'inFuture' })
  expect((await ask('breach', { tell: [AUTHORITY], hours: 721 })).status).toBe(400)
  const began = await ask('breach', {
    tell: [AUTHORITY, 'customers'],
    awareAt: '2026-11-23T12:00:00Z',
  })
  expect(began.status).toBe(200)
  await world.pass(1)
  type Shown = {
    breach: ReportShown['breach']
    owed: { rule: string; label: string; due: string; outcome: string; owner: { slug: string } }[]
    timeline: { sentence: string }[]
  }
  const owed = async () =>
    (await get<Shown>('')).owed
      .filter((one) => one.rule === 'incident.breach')
      .map((one) => [one.label, one.owner.slug, one.due, one.outcome])
  const due = '2026-11-26T12:00:00.000Z'
  const toAuthority = ['word of the breach to data protection authority', 'ana', due]
  const toCustomers = ['word of the breach to customers', 'ana', due]
  expect((await owed()).toSorted()).toEqual([
    [...toCustomers, 'open'],
    [...toAuthority, 'open'],
  ])
  await ask('status', { to: 'monitoring' })
  expect((await ask('status', { to: 'resolved', reason: 'looked' })).status).toBe(200)
  await world.pass(65 * 60, 60)
  expect((await owed()).toSorted()).toEqual([
    [...toCustomers, 'open'],
    [...toAuthority, 'open'],
  ])
  // Three days after the all-clear nothing else of an incident is looked at any more.
  const met = await ask('breach/told', { whom: AUTHORITY, reference: 'DPA-17' })
  expect(met.status).toBe(200)
  await world.pass(24 * 60, 60)
  expect((await owed()).toSorted()).toEqual([
    [...toCustomers, 'missed'],
    [...toAuthority, 'met'],
  ])
  expect(
    world.rang.filter((one) => String(one.body.data.title).includes('word of the breach')).length,
  ).toBeGreaterThan(0)
  expect((await run('breach-told', 'INC-1', 'customers')).code).toBe(0)
  await world.pass(0.1)
  expect((await owed()).toSorted()).toEqual([
    [...toCustomers, 'late'],
    [...toAuthority, 'met'],
  ])
  const { breach, timeline } = await get<Shown>('')
  expect(breach?.tell.map((one) => [one.whom, one.by?.slug ?? null, one.reference])).toEqual([
    [AUTHORITY, 'ana', 'DPA-17'],
    ['customers', null, null],
  ])
  expect(timeline.map((one) => one.sentence).join('\n')).toMatch(
    /Ana: data protection authority was told of the breach at .* \(DPA-17\)/,
  )
  expect(await get<string>('report.md')).toContain('| data protection authority | 2026-11-26 ')
})

test('whoever commands hears of a breach that somebody else found', async () => {
  await declare({ severity: 3 })
  expect((await run('breach', 'INC-1', '--tell', 'authority,board', '--hours', '24')).code).toBe(0)
  await world.pass(0.1)
  const told = world.rang.filter((one) => String(one.body.data.title).includes('a breach of data'))
  expect(told.map((one) => one.who)).toEqual(['ana'])
})
