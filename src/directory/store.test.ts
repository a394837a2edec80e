import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import { hashOfKey, saveSources } from '../alerts/source-store.ts'
import type { Tx } from '../db/tx.ts'
import { saveLadders } from '../escalation/store.ts'
import type { Schedule } from '../oncall/schedule.ts'
import { saveSchedules } from '../oncall/store.ts'
import type { Person } from '../people/person.ts'
import { savePeople, saveTeams } from '../people/store.ts'
import { saveServices } from '../services/store.ts'
import { bySlug } from './directory.ts'
import { createDirectoryCache, findSourceByKeyHash, readDirectory } from './store.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const idOf = (number: number): string =>
  `0190a000-0000-7000-8000-${String(number).padStart(12, '0')}`

const maria: Person = {
  id: idOf(1),
  slug: 'maria',
  name: 'Maria',
  email: 'maria@example.com',
  timezone: 'Europe/Lisbon',
  locale: 'en',
  calendarId: null,
  role: 'responder',
  contacts: [
    {
      id: idOf(11),
      slug: 'mail',
      kind: 'email',
      fields: { address: 'maria@example.com' },
      verifiedAt: null,
      isOwn: false,
      disabledReason: null,
    },
    {
      id: idOf(12),
      slug: 'hook',
      kind: 'webhook',
      fields: { url: 'https://example.com', secret: 'sealed:1:2' },
      verifiedAt: 5_000,
      isOwn: false,
      disabledReason: 'gone',
    },
  ],
  rules: { high: [{ afterMs: 0, contact: 'hook' }], low: [] },
}
const jake: Person = {
  ...maria,
  id: idOf(2),
  slug: 'jake',
  name: 'Jake',
  email: null,
  contacts: [],
  rules: null,
}
const team = {
  id: idOf(3),
  slug: 'payments',
  name: 'Payments',
  leadId: maria.id,
  memberIds: [jake.id, maria.id],
}
const schedule: Schedule = {
  id: idOf(4),
  slug: 'primary',
  name: 'Primary',
  teamId: team.id,
  timezone: 'Europe/Lisbon',
  rotations: [
    {
      id: 'weekly',
      turns: [[maria.id], [jake.id, maria.id]],
      every: { unit: 'week', count: 1 },
      handoff: { weekday: 'mon', date: null, time: '10:00' },
      starts: '2026-11-02',
      ends: null,
      only: [{ days: ['mon', 'tue'], from: '22:00', to: '06:00' }],
    },
  ],
  acceptWithinMs: null,
  earlier: [],
  overrides: [
    {
      id: idOf(41),
      kind: 'replace' as const,
      personId: jake.id,
      from: 1_000,
      to: 2_000,
      replaces: maria.id,
    },
  ],
  shadows: [{ personId: jake.id, from: 1_000, to: 2_000 }],
}
const ladder = {
  id: idOf(5),
  slug: 'payments',
  name: 'Payments',
  teamId: team.id,
  steps: [{ targets: [{ kind: 'schedule' as const, id: schedule.id }], waitMs: 300_000 }],
  repeat: 2,
  acknowledgementTimeoutMs: 3_600_000,
}
const service = {
  id: idOf(6),
  slug: 'ledger',
  name: 'Ledger',
  teamId: team.id,
  tier: 1,
  escalationId: ladder.id,
  urgency: 'bySeverity' as const,
  groupBy: ['cluster'],
  pauseMs: 90_000,
  repository: null,
  channel: '#payments',
  runbookUrl: null,
  dependsOn: [idOf(6)],
  isPrivate: true,
}
const source = {
  id: idOf(7),
  slug: 'prom',
  name: 'Prometheus',
  kind: 'alertmanager',
  serviceId: service.id,
  teamId: null,
  ignoreLabels: ['replica'],
  keyHash: hashOfKey('k'.repeat(32)).toString('hex'),
  keyHint: 'kkkk',
}

const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.db.withTx('web', work)
const run = (text: string, values: unknown[] = []) => inTx((tx) => tx.query(text, values))

beforeEach(async () => {
  await run(
    'truncate people, teams, team_members, contacts, schedules, ladders, services, sources, routes, silences, maintenances cascade',
  )
  await run("update organisation set name = 'Example', fallback = '[]'")
  await inTx(async (tx) => {
    await savePeople(tx, [maria, jake], null)
    await saveTeams(tx, [team], null)
    await saveSchedules(tx, [schedule], 'file')
    await saveLadders(tx, [ladder], null)
    await saveServices(tx, [service], null)
    await saveSources(tx, [source], null)
  })
})

test('what was saved is read back as it was', async () => {
  const read = await inTx(readDirectory)
  expect(bySlug(read.people, 'maria')).toEqual(maria)
  expect(bySlug(read.people, 'jake')).toEqual(jake)
  expect([...read.teams.values()]).toEqual([team])
  expect([...read.schedules.values()]).toEqual([schedule])
  expect([...read.ladders.values()]).toEqual([ladder])
  expect([...read.services.values()]).toEqual([service])
  const { keyHash: _, keyHint: __, ...plain } = source
  expect([...read.sources.values()]).toEqual([plain])
  expect(read.quarantined).toEqual([])
})

test('saving again replaces, and what is gone from a person is retired', async () => {
  const [, hook] = maria.contacts
  if (!hook) throw new Error('Maria has two contacts.')
  await inTx((tx) => savePeople(tx, [{ ...maria, name: 'Mary', contacts: [hook] }], 'file'))
  const read = bySlug((await inTx(readDirectory)).people, 'maria')
  expect(read).toEqual({ ...maria, name: 'Mary', contacts: [hook] })
  expect(await run('select slug from contacts where retired_at is not null')).toEqual([
    { slug: 'mail' },
  ])
})

const poisons: [string, string, string, string][] = [
  [
    'a rotation that is no rotation',
    'schedules',
    `definition = '{"rotations":[{"id":"weekly"}]}'`,
    'schedule',
  ],
  ['a definition that is a list', 'schedules', `definition = '[]'`, 'schedule'],
  ['a definition that is a text', 'schedules', `definition = '"x"'`, 'schedule'],
  ['a zone that nobody knows', 'schedules', `timezone = 'Mars/Olympus'`, 'schedule'],
  [
    'an override without an end',
    'schedules',
    `definition = definition || '{"overrides":[{"id":"x","personId":"y","from":1,"replaces":null}]}'`,
    'schedule',
  ],
  ['steps that are no list', 'ladders', `steps = '{"targets":[]}'`, 'ladder'],
  [
    'a step that pages a planet',
    'ladders',
    `steps = '[{"targets":[{"kind":"planet","id":"mars"}],"waitMs":1}]'`,
    'ladder',
  ],
  ['a wait that is a text', 'ladders', `steps = '[{"targets":[],"waitMs":"soon"}]'`, 'ladder'],
]

test.each(poisons)(
  '%s is left out and named, everything else is read',
  async (_, table, set, kind) => {
    await run(`update ${table} set ${set}`)
    const read = await inTx(readDirectory)
    expect(read.quarantined).toEqual([expect.objectContaining({ kind })])
    expect(read.people.size).toBe(2)
    expect(read.services.size).toBe(1)
    expect(read.schedules.size).toBe(kind === 'schedule' ? 0 : 1)
    expect(read.ladders.size).toBe(kind === 'ladder' ? 0 : 1)
  },
)

test('a person is mended, not lost: somebody has to be paged', async () => {
  await run(
    `update people set timezone = 'Mars/Olympus', rules = '{"high":"often"}' where slug = 'maria'`,
  )
  await run(`update contacts set fields = '"x"' where slug = 'mail'`)
  const read = await inTx(readDirectory)
  expect(bySlug(read.people, 'maria')).toMatchObject({
    timezone: 'UTC',
    rules: null,
    contacts: [{ slug: 'hook' }],
  })
  expect(read.quarantined?.map((one) => `${one.slug}: ${one.wrong}`)).toEqual([
    'maria: there is no time zone `Mars/Olympus`: UTC is taken',
    'maria: the rules cannot be read: the defaults hold',
    'maria: the contact `mail` cannot be read: it is left out',
  ])
})

test('a silence that cannot be read silences nothing', async () => {
  const values = `gen_random_uuid(), $1, 'x', clock_timestamp(), clock_timestamp() + interval '1 day'`
  const insert = `insert into silences (id, matchers, reason, starts_at, ends_at) values (${values})`
  await run(insert, ['[{"name":"a","op":"=","value":"b"}]'])
  await run(insert, ['[]'])
  await run(insert, ['[{"name":"a","op":"like","value":"b"}]'])
  const read = await inTx(readDirectory)
  expect(read.silences).toHaveLength(1)
  expect(read.quarantined).toHaveLength(2)
})

test('the fallback loses what cannot be read, and only that', async () => {
  await run(`update organisation set fallback = $1`, [
    JSON.stringify([{ kind: 'person', id: maria.id }, 'emma']),
  ])
  const read = await inTx(readDirectory)
  expect(read.organisation.fallback).toEqual([{ kind: 'person', id: maria.id }])
  expect(read.quarantined).toHaveLength(1)
})

test('people who are gone are in no team any more', async () => {
  await run(`update people set retired_at = clock_timestamp() where slug = 'maria'`)
  const [read] = [...(await inTx(readDirectory)).teams.values()]
  expect(read).toMatchObject({ leadId: null, memberIds: [jake.id] })
})

test('both keys of a source are found, those of a retired one are not', async () => {
  await run('update sources set next_key_hash = $1', [hashOfKey('n'.repeat(32))])
  const find = (key: string) => inTx((tx) => findSourceByKeyHash(tx, hashOfKey(key)))
  expect(await find('k'.repeat(32))).toMatchObject({ id: source.id, kind: 'alertmanager' })
  expect(await find('n'.repeat(32))).toMatchObject({ id: source.id, kind: 'alertmanager' })
  expect(await find('x'.repeat(32))).toBeNull()
  await run('update sources set retired_at = clock_timestamp()')
  expect(await find('k'.repeat(32))).toBeNull()
})

test('the cache reads again only when the version has stepped, and then the whole', async () => {
  const directoryAt = createDirectoryCache()
  const first = await inTx(directoryAt)
  expect(await inTx(directoryAt)).toBe(first)
  await run(`update people set name = 'Mary' where slug = 'maria'`)
  const second = await inTx(directoryAt)
  expect(second).not.toBe(first)
  expect(second.version).toBeGreaterThan(first.version)
  expect(bySlug(second.people, 'maria')?.name).toBe('Mary')
  expect(await inTx(directoryAt)).toBe(second)
})

test('a transaction sees its own changes, and when it is rolled back nobody else ever does', async () => {
  const directoryAt = createDirectoryCache()
  await inTx(directoryAt)
  const undone = inTx(async (tx) => {
    await tx.query(`update people set name = 'Undone' where slug = 'maria'`)
    expect(bySlug((await directoryAt(tx)).people, 'maria')?.name).toBe('Undone')
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  // The next change gets the very version that was rolled back.
  await run(`update people set name = 'Done' where slug = 'maria'`)
  expect(bySlug((await inTx(directoryAt)).people, 'maria')?.name).toBe('Done')
})

test('poison is told once a version', async () => {
  const told: string[] = []
  const directoryAt = createDirectoryCache((kind, _, why) => told.push(`${kind}: ${why}`))
  await run(`update schedules set timezone = 'Mars/Olympus'`)
  await inTx(directoryAt)
  await inTx(directoryAt)
  expect(told).toEqual(['schedule: there is no time zone `Mars/Olympus`'])
})

test('a change between two statements of a reading is not read by halves', async () => {
  const read = await inTx(async (tx) => {
    let isChanged = false
    const meddled: Tx = {
      ...tx,
      now: tx.now,
      query: async (text, values) => {
        const rows = await tx.query(text, values)
        if (!isChanged && /from people/.test(text)) {
          isChanged = true
          await run(`update people set name = 'Changed' where slug = 'maria'`)
          await run(`update services set name = 'Changed'`)
        }
        return rows as never
      },
    }
    return readDirectory(meddled)
  })
  expect(bySlug(read.people, 'maria')?.name).toBe('Changed')
  expect(bySlug(read.services, 'ledger')?.name).toBe('Changed')
})
