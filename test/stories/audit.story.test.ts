/** What was done is on a chain that nobody can change without being found out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeHead } from '../../src/audit/entry.ts'
import { verifyExport } from '../../src/audit/verify.ts'
import { runCli } from '../../src/cli/cli.ts'
import type { AuditHeadsShown, AuditListShown } from '../../src/contract/audit.ts'
import { checkHealth } from '../../src/engine/health.ts'
import { ADMIN, makeWorld, type World } from '../rigs/world.ts'

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world.end())

const list = async (query = '') =>
  (await world.api<AuditListShown>('GET', `/api/v1/audit${query}`)).body
const exported = async () => (await world.api<string>('GET', '/api/v1/audit/export')).body
const verify = (text: string, known = {}) => verifyExport(text.split('\n'), known)
const rows = <Row>(sql: string, values: unknown[] = []) =>
  world.app.db.withTx('web', (tx) => tx.query<Row>(sql, values))
/** As somebody who owns the database may: with the rules set aside. */
const tamper = (sql: string) =>
  rows(`alter table audit disable trigger user; ${sql}; alter table audit enable trigger user`)
const silence = (reason: string) =>
  world.api('POST', '/api/v1/silences', {
    matchers: [{ name: 'env', op: '=', value: 'test' }],
    team: 'core',
    for: '1h',
    reason,
  })

test('who did what is told in sentences, found by person, object, verb and time', async () => {
  world.shift(0.1)
  const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
    name: 'ana',
    role: 'responder',
    person: 'ana',
  })
  await world.trigger('db')
  world.shift(0.1)
  await world.api('POST', '/api/v1/alerts/A-1/acknowledge', {}, made.body.token)
  await world.pass(5)
  await silence('planned work')
  await world.beat()
  const { entries, actions } = await list()
  expect(entries.map((one) => one.sentence)).toEqual([
    'The admin token made a silence',
    'Ana acknowledged an alert',
    'The admin token made a token',
    expect.stringMatching(/^The admin token .*added .* and \d+ more$/),
  ])
  expect(entries.map((one) => one.seq)).toEqual([4, 3, 2, 1])
  expect(actions).toContain('acknowledge')
  const sentences = async (query: string) => (await list(query)).entries.map((one) => one.sentence)
  expect(await sentences('?person=ana')).toEqual(['Ana acknowledged an alert'])
  expect(await sentences('?action=silence')).toEqual(['The admin token made a silence'])
  expect(await sentences('?object=token')).toEqual(['The admin token made a token'])
  expect((await list('?to=2026-11-23T14:01:00Z')).entries).toHaveLength(3)
  expect((await list('?from=2026-11-23T14:01:00Z')).entries).toHaveLength(1)
  const first = await list('?limit=3')
  expect(first.entries).toHaveLength(3)
  expect((await list(`?limit=3&cursor=${first.cursor}`)).entries.map((one) => one.seq)).toEqual([1])
})

test('a change of the configuration is told field by field, before and after, without addresses', async () => {
  world.shift(1)
  await world.api('PUT', '/api/v1/config/services/shop', {
    name: 'The shop',
    team: 'core',
    escalation: 'ladder',
  })
  const [entry] = (await list('?action=configuration.applied')).entries
  expect(entry?.detail.changes).toEqual([
    {
      section: 'services',
      id: 'shop',
      action: 'change',
      fields: [{ path: 'name', from: 'Shop', to: 'The shop' }],
    },
  ])
  expect(JSON.stringify((await list()).entries)).not.toContain('ana@example.com')
})

test('only those who may administer or audit read it; a token for the audit reads nothing else', async () => {
  const made = async (body: object) =>
    (await world.api<{ token: string }>('POST', '/api/v1/tokens', { name: 'x', ...body })).body
      .token
  const responder = await made({ role: 'responder', person: 'ana' })
  const auditor = await made({ role: 'admin', scopes: ['audit'] })
  for (const path of ['/api/v1/audit', '/api/v1/audit/heads', '/api/v1/audit/export']) {
    expect((await world.api('GET', path, undefined, responder)).status).toBe(403)
    expect((await world.api('GET', path, undefined, auditor)).status).toBe(200)
  }
  expect((await world.api('GET', '/api/v1/export', undefined, auditor)).status).toBe(403)
})

test('an export is verified from itself alone, and says who took it', async () => {
  for (let count = 0; count < 12; count += 1) await silence(`work ${count}`)
  await world.pass(60 * 24, 60 * 24)
  await silence('the next day')
  await world.beat()
  const text = await exported()
  const found = await verify(text)
  expect(found).toMatchObject({ isWhole: true, entries: 15, days: 1 })
  expect(text.trim().split('\n').at(-2)).toContain('audit.exported')
  const heads = (await world.api<AuditHeadsShown>('GET', '/api/v1/audit/heads')).body
  expect(heads.now.text).toBe(found.isWhole ? writeHead(found.head) : '')
  expect(heads.days).toMatchObject([{ day: '2026-11-23', seq: 13 }])
})

test('many at once are in one chain, without a gap, whoever commits first; two nodes seal it together', async () => {
  const other = await world.node()
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => [
      silence(`work ${index}`),
      index % 5 === 0 ? world.beat() : other.beat(),
    ]).flat(),
  )
  await world.beat()
  const found = await verify(await exported())
  expect(found).toMatchObject({ isWhole: true, entries: 42 })
  expect(await rows('select 1 from audit where seq is null')).toEqual([])
})

test('the database refuses to change, take out or empty what was written', async () => {
  await world.beat()
  for (const sql of [
    "update audit set action = 'nothing'",
    'update audit set seq = seq + 1',
    'update audit set seq = null, prev = null, hash = null',
    'delete from audit',
    'truncate audit',
  ])
    await expect(rows(sql)).rejects.toThrow(/kept as they were written/)
  // Not in the chain yet, and all the same not to be changed on its way there.
  await silence('not sealed yet')
  await expect(
    rows("update audit set seq = 99, action = 'nothing' where seq is null"),
  ).rejects.toThrow(/kept as they were written/)
})

test('somebody who owns the database is found out: altered, removed, inserted, cut off, made anew', async () => {
  for (let count = 0; count < 5; count += 1) await silence(`work ${count}`)
  await world.beat()
  const { now: head } = (await world.api<AuditHeadsShown>('GET', '/api/v1/audit/heads')).body
  const kept = { seq: head.seq, hash: Buffer.from(head.hash, 'hex') }
  expect(await verify(await exported(), { heads: [kept] })).toMatchObject({ isWhole: true })

  await tamper('update audit set detail = detail || \'{"after":{}}\' where seq = 3')
  expect(await verify(await exported())).toMatchObject({ breach: 'altered', seq: 3 })
  await tamper('delete from audit where seq = 3')
  expect(await verify(await exported())).toMatchObject({ breach: 'removed', seq: 3 })

  // The tail, before anybody took another export: the chain grows again from there, and fits itself.
  await tamper('delete from audit where seq >= 3')
  await world.beat()
  expect(await verify(await exported())).toMatchObject({ isWhole: true })
  expect(await verify(await exported(), { heads: [kept] })).toMatchObject({ isWhole: false })
})

test('an entry whose seal was taken away is missed by the health check', async () => {
  await world.beat()
  const unsealed = async () => {
    const { checks } = await world.app.db.withTx('web', checkHealth)
    return checks.find((one) => one.name === 'auditUnsealed')?.value
  }
  world.shift(5)
  expect(await unsealed()).toBe(0)
  await tamper('update audit set seq = null, prev = null, hash = null where seq = 1')
  expect(await unsealed()).toBe(1)
})

test('the command line exports, verifies without a server, and says with its exit code what it found', async () => {
  await silence('planned work')
  await world.beat()
  const directory = mkdtempSync(join(tmpdir(), 'allclear-audit-test-'))
  try {
    const file = join(directory, 'audit.jsonl')
    const to = ['--url', world.app.url, '--token', ADMIN]
    expect(await runCli([...to, 'audit', 'export', file])).toBe(0)
    const nowhere = ['--url', 'http://127.0.0.1:1', '--token', 'none']
    expect(await runCli([...nowhere, 'audit', 'verify', file])).toBe(0)
    const { now: head } = (await world.api<AuditHeadsShown>('GET', '/api/v1/audit/heads')).body
    expect(await runCli(['audit', 'verify', file, '--head', head.text])).toBe(0)
    expect(await runCli(['audit', 'verify', file, '--head', `1:${'0'.repeat(64)}`])).toBe(1)
    expect(await runCli(['audit', 'verify', file, '--head', 'nonsense'])).toBe(2)
    writeFileSync(file, readFileSync(file, 'utf8').replace('planned work', 'planned wOrk'))
    expect(await runCli(['audit', 'verify', file])).toBe(1)
    expect(await runCli(['audit', 'verify', join(directory, 'none')])).toBe(1)
    expect(await runCli([...to, 'audit', 'list', '--action', 'silence'])).toBe(0)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('whatever changes something leaves exactly one entry, and what is refused or only tried leaves none', async () => {
  await world.trigger('db')
  const me = (
    await world.api<{ token: string }>('POST', '/api/v1/tokens', {
      name: 'ana',
      role: 'responder',
      person: 'ana',
    })
  ).body.token
  const ids: Record<string, string> = {}
  const count = async () =>
    (await rows<{ count: number }>('select count(*)::int as count from audit'))[0]?.count ?? 0
  const steps: [string, string, unknown, string?][] = [
    ['POST', '/api/v1/alerts/A-1/acknowledge', {}, me],
    ['POST', '/api/v1/alerts/A-1/verdict', { verdict: 'noise' }, me],
    ['PUT', '/api/v1/views', { name: 'Mine', query: 'status=open' }, me],
    ['POST', '/api/v1/calendar-links', {}, me],
    ['POST', '/api/v1/absences', { from: '2026-12-01', to: '2026-12-03' }, me],
    ['POST', '/api/v1/calendar-feeds', { url: 'https://example.com/away.ics' }, me],
    ['POST', '/api/v1/incidents', { title: 'Something', alert: 'A-1' }, me],
    ['POST', '/api/v1/incidents/INC-1/notes', { text: 'seen' }, me],
    ['POST', '/api/v1/me/try', {}, me],
    ['PUT', '/api/v1/channels/ntfy', { base_url: 'https://ntfy.example.com' }],
    ['POST', '/api/v1/people/ben/invitation', {}],
    ['POST', '/api/v1/people/ben/disable', {}],
    ['POST', '/api/v1/people/ben/enable', {}],
    ['PUT', '/api/v1/config/services/depot', { name: 'D', team: 'other', escalation: 'others' }],
    ['DELETE', '/api/v1/config/sources/am', undefined],
    ['PUT', '/api/v1/calendars/days', { name: 'Days', holidays: [] }],
    ['POST', '/api/v1/apply', { text: 'organisation: { name: Renamed, fallback: [ person:vp ] }' }],
    ['POST', '/api/v1/maintenances', { services: ['depot'], for: '1h', reason: 'work' }],
    ['POST', '/api/v1/organisation/resume', {}],
    ['POST', '/api/v1/tokens', { name: 'y', role: 'stakeholder' }],
    ['POST', '/api/v1/backup', {}],
  ]
  for (const [method, path, body, token] of steps) {
    const before = await count()
    const answer = await world.api<{ id?: string }>(method, path, body, token)
    ids[path] = answer.body.id ?? ''
    expect([path, answer.status < 300, (await count()) - before]).toEqual([path, true, 1])
  }
  for (const path of ['calendar-links', 'absences', 'calendar-feeds', 'tokens']) {
    const before = await count()
    const of = `/api/v1/${path}`
    await world.api('DELETE', `${of}/${ids[of]}`, undefined, path === 'tokens' ? ADMIN : me)
    expect([path, (await count()) - before]).toEqual([path, 1])
  }
  const none: [string, string, unknown, string?][] = [
    ['POST', '/api/v1/plan', { text: 'organisation: { name: Other, fallback: [] }' }],
    ['POST', '/api/v1/config/services/depot/preview', { name: 'E', team: 'other' }],
    ['PUT', '/api/v1/config/services/depot', { name: 'E', team: 'other' }, me],
    ['POST', '/api/v1/apply', { text: 'organisation: { name: Other }' }, me],
    ['POST', '/api/v1/silences/preview', { matchers: [{ name: 'a', op: '=', value: 'b' }] }],
    ['DELETE', '/api/v1/tokens/01a208cf-3c5f-74fc-a70b-f8776f004aec', undefined],
  ]
  const before = await count()
  for (const [method, path, body, token] of none) await world.api(method, path, body, token)
  expect((await count()) - before).toBe(0)
})
