import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import { hashOfKey } from '../alerts/source-store.ts'
import type { Tx } from '../db/tx.ts'
import { bySlug } from '../directory/directory.ts'
import { findSourceByKeyHash, readDirectory } from '../directory/store.ts'
import { saveSchedules } from '../oncall/store.ts'
import type { Actor } from '../timeline/entry.ts'
import { apply } from './apply.ts'
import type { Environment } from './deps.ts'
import { exportYaml } from './export.ts'
import { FileRefused } from './mistake.ts'
import { plan } from './plan.ts'
import { ADMIN, planDeps } from './planning.rig.ts'
import { renderPlan } from './render.ts'

const EXAMPLE = readFileSync(new URL('./golden/example.yaml.txt', import.meta.url), 'utf8')
const ACTOR: Actor = { kind: 'token', id: null, through: 'cli' }
const BY = { actor: ACTOR, who: ADMIN }

/** A Monday, some minutes after the hand-off in Lisbon. */
const NOW = Date.UTC(2026, 10, 23, 10, 5)

let database: FreshDatabase
const deps = planDeps()

beforeAll(async () => {
  database = await freshDatabase({ clock: { toVirtual: () => NOW } })
})
afterAll(() => database.drop())
beforeEach(() => inTx((tx) => tx.query(EMPTIED)))

const EMPTIED = `alter table audit disable trigger user; truncate objectives, metric_sources, calendars, people, teams, team_members, contacts, schedules, ladders, services, sources, routes, channels,
  climbs, pages, groups, alerts, accounts, audit, timeline cascade; alter table audit enable trigger user;
  update organisation set name = 'My organisation', fallback = '[]'`

const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.db.withTx('web', work)
const applied = (text: string, env: Environment = {}, strict = false) =>
  inTx((tx) => apply(tx, BY, text, env, { strict }, deps))
const planned = (text: string, env: Environment = {}) =>
  inTx((tx) => plan(tx, BY.who, text, env, deps))
const exported = () => inTx((tx) => exportYaml(tx, BY.who, deps))
const query = <Row>(text: string, values: unknown[] = []) =>
  inTx((tx) => tx.query<Row>(text, values))
const directory = () => inTx(readDirectory)

const summary = ({
  changes,
}: {
  changes: readonly { section: string; id: string; action: string }[]
}) => changes.map(({ section, id, action }) => `${action} ${section} ${id}`)

async function refusal(text: string, env: Environment = {}): Promise<string> {
  const before = await everything()
  const cause = await applied(text, env).then(
    () => null,
    (error: unknown) => error,
  )
  expect(cause).toBeInstanceOf(FileRefused)
  expect(await everything()).toEqual(before)
  // The plan says the same as the apply.
  await expect(planned(text, env)).rejects.toThrow((cause as Error).message)
  return (cause as Error).message
}

/** Every row with the transaction that wrote it last: a row that is written again shows. */
async function everything(): Promise<unknown> {
  const tables = [
    'organisation',
    'directory_version',
    'teams',
    'people',
    'team_members',
    'contacts',
    'schedules',
    'ladders',
    'services',
    'sources',
    'routes',
    'channels',
    'timeline',
    'audit',
  ]
  return inTx((tx) =>
    tx.query(
      tables
        .map((name) => `select '${name}' as name, t.xmin::text, to_jsonb(t) as row from ${name} t`)
        .join(' union all '),
    ),
  )
}

const SMALL = `
people:
  - { id: maria, name: Maria, email: maria@example.com, contacts: [ { id: hook, kind: webhook, url: "https://example.com/maria" } ] }
  - { id: emma, name: Emma, email: emma@example.com, role: admin, contacts: [ { id: hook, kind: webhook, url: "https://example.com/emma" } ] }
escalations:
  - { id: payments, steps: [ { page: [ person:maria ] }, { page: [ person:emma ] } ] }
services:
  - { id: ledger, escalation: payments }
  - { id: checkout-api, escalation: payments }
sources:
  - { id: prom, kind: alertmanager, service: ledger, key: 0123456789abcdef0123456789abcdef }
organisation: { name: Example, fallback: [ person:emma ] }
`

describe('applying', () => {
  test('the example as it is written, then again: the second time writes nothing', async () => {
    const first = await applied(EXAMPLE)
    expect(first.applied).toBe(true)
    expect(summary(first)).toHaveLength(14)
    const before = await everything()
    const second = await applied(EXAMPLE)
    expect(second).toEqual({ ...second, changes: [], paging: [], applied: true })
    expect(await everything()).toEqual(before)
  })

  test('makes of the example what it says', async () => {
    await applied(EXAMPLE)
    const read = await directory()
    const maria = bySlug(read.people, 'maria')
    expect(maria?.rules?.high).toEqual([
      { afterMs: 0, contact: 'hook' },
      { afterMs: 60_000, contact: 'push' },
      { afterMs: 180_000, contact: 'mail' },
    ])
    const primary = bySlug(read.schedules, 'payments-primary')
    expect(primary?.rotations.map((one) => [one.id, one.every, one.handoff])).toEqual([
      [
        'weekly',
        { unit: 'week', count: 1 },
        { weekday: 'mon', date: null, time: '10:00', calendar: null },
      ],
      [
        'nights',
        { unit: 'week', count: 1 },
        { weekday: 'mon', date: null, time: '10:00', calendar: null },
      ],
    ])
    // Lisbon keeps UTC in winter.
    expect(primary?.overrides[0]).toMatchObject({
      from: Date.UTC(2026, 11, 24, 10),
      to: Date.UTC(2026, 11, 26, 10),
    })
    const ladder = bySlug(read.ladders, 'payments')
    expect(ladder?.steps.map((step) => step.waitMs / 60_000)).toEqual([5, 10, 15, 5])
    expect(ladder?.repeat).toBe(1)
    const ledger = bySlug(read.services, 'ledger')
    expect(bySlug(read.services, 'checkout-api')?.dependsOn).toEqual([ledger?.id])
    expect([...read.teams.values()][0]?.memberIds).toHaveLength(4)
    const source = await inTx((tx) =>
      findSourceByKeyHash(tx, hashOfKey('fedcba9876543210fedcba9876543210')),
    )
    expect(source).toMatchObject({ id: bySlug(read.sources, 'pd')?.id, kind: 'pagerduty-events' })
  })

  test('the plan of the example reads as the golden text', async () => {
    const text = renderPlan(await planned(EXAMPLE), { file: 'allclear.yaml' })
    const path = new URL('./golden/example.plan.txt', import.meta.url)
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, text)
    expect(text).toBe(readFileSync(path, 'utf8'))
  })

  test('a plan writes nothing', async () => {
    const before = await everything()
    expect(summary(await planned(EXAMPLE))).toHaveLength(14)
    expect(await everything()).toEqual(before)
  })

  test('sections left out stay as they are, empty ones are emptied', async () => {
    await applied(SMALL)
    expect(
      summary(
        await applied(
          'people: []\nescalations: []\nservices: []\nsources: []\norganisation: { fallback: [] }',
        ),
      ),
    ).toEqual([
      'change organisation organisation',
      'remove people emma',
      'remove people maria',
      'remove escalations payments',
      'remove services checkout-api',
      'remove services ledger',
      'remove sources prom',
    ])
    expect((await directory()).organisation).toMatchObject({ name: 'Example', fallback: [] })
    await applied(SMALL)
    expect(summary(await applied('teams: []'))).toEqual([])
    expect((await directory()).services.size).toBe(2)
  })

  test('nothing is deleted, and a slug that comes back is the same thing again', async () => {
    await applied(SMALL)
    const before = await directory()
    await applied('sources: []')
    await applied('services: []')
    expect(
      await query('select slug from services where retired_at is not null order by slug'),
    ).toEqual([{ slug: 'checkout-api' }, { slug: 'ledger' }])
    expect(summary(await applied(SMALL))).toEqual([
      'add services ledger',
      'add services checkout-api',
      'add sources prom',
    ])
    const after = await directory()
    expect([...after.services.keys()].sort()).toEqual([...before.services.keys()].sort())
    expect([...after.sources.keys()]).toEqual([...before.sources.keys()])
  })

  test('a person comes back only with the same e-mail', async () => {
    const one = (email: string) => `people: [ { id: maria, name: Maria, email: ${email} } ]`
    await applied(one('maria@example.com'))
    const [first] = [...(await directory()).people.keys()]
    await applied('people: []')
    await applied(one('another.maria@example.com'))
    const [second] = [...(await directory()).people.keys()]
    expect(second).not.toBe(first)
    await applied('people: []')
    await applied(one('Another.Maria@example.com'))
    expect([...(await directory()).people.keys()]).toEqual([second])
  })

  test('one entry in the log for each change, one row in the audit', async () => {
    const { changes } = await applied(SMALL)
    const entries = await query<{
      kind: string
      actor: unknown
      inputs: { section: string; id: string }
      result: { action: string }
    }>('select kind, actor, inputs, result from timeline order by seq')
    expect(
      entries.map(
        ({ kind, inputs, result }) => `${kind} ${result.action} ${inputs.section} ${inputs.id}`,
      ),
    ).toEqual(changes.map(({ section, id, action }) => `configured ${action} ${section} ${id}`))
    expect(entries.map((entry) => entry.actor)).toEqual(changes.map(() => ACTOR))
    expect(await query('select action, object_kind from audit')).toEqual([
      { action: 'configuration.applied', object_kind: 'configuration' },
    ])
  })

  test('how to reach people stands in the plan, and not in the log', async () => {
    const file = (url: string) =>
      `people: [ { id: maria, name: Maria, email: ${url}@example.com, contacts: [ { id: hook, kind: webhook, url: "https://example.com/${url}" } ] } ]`
    await applied(file('one'))
    const { changes } = await applied(file('two'))
    expect(changes[0]?.fields).toContainEqual({
      path: 'contacts.hook.url',
      from: 'https://example.com/one',
      to: 'https://example.com/two',
    })
    const log = JSON.stringify(await query('select inputs, result from timeline'))
    expect(log).toContain('contacts.hook.url')
    expect(log).not.toMatch(/example\.com/)
  })

  test('a file with a mistake changes nothing at all', async () => {
    await applied(SMALL)
    const said = await refusal(
      SMALL.replace('name: Maria', 'name: Mary').replace('person:emma ] } ]', 'person:ema ] } ]'),
    )
    expect(said).toContain('there is no person `ema`, did you mean `emma`?')
  })

  test('with strict, a finding refuses and nothing is written', async () => {
    const before = await everything()
    const strict = await applied(EXAMPLE, {}, true)
    expect(strict).toMatchObject({ applied: false, refusedBecause: 'findings' })
    expect(strict.changes).toHaveLength(14)
    expect(await everything()).toEqual(before)
    expect(await applied(SMALL, {}, true)).toMatchObject({ applied: true, findings: [] })
  })

  test('two people swap their addresses, two sources their keys', async () => {
    const file = (a: string, b: string) => `
people: [ { id: maria, name: Maria, email: ${a}@example.com }, { id: jake, name: Jake, email: ${b}@example.com } ]
sources:
  - { id: one, kind: grafana, key: ${a.repeat(4)} }
  - { id: two, kind: grafana, key: ${b.repeat(4)} }`
    await applied(file('aaaaaaaa', 'bbbbbbbb'))
    expect(summary(await applied(file('bbbbbbbb', 'aaaaaaaa')))).toHaveLength(4)
    const found = await inTx((tx) => findSourceByKeyHash(tx, hashOfKey('aaaaaaaa'.repeat(4))))
    expect(found?.id).toBe(bySlug((await directory()).sources, 'two')?.id)
  })

  test('what was made by hand and stands in the file as it is becomes managed by the file', async () => {
    await applied(SMALL)
    await query('update services set managed_by = null')
    expect(summary(await applied(SMALL))).toEqual([])
    expect(await query('select distinct managed_by from services')).toEqual([
      { managed_by: 'file' },
    ])
  })

  test('the order of routes is a setting', async () => {
    const routes = (...ids: string[]) =>
      `routes: [ ${ids.map((id) => `{ id: ${id}, when: "labels.team == '${id}'" }`).join(', ')} ]`
    await applied(routes('a', 'b', 'c'))
    const moved = await applied(routes('c', 'a', 'b'))
    expect(moved.changes).toEqual([
      {
        section: 'routes',
        id: 'c',
        action: 'change',
        fields: [{ path: 'order', from: ['a', 'b', 'c'], to: ['c', 'a', 'b'] }],
      },
    ])
    expect((await directory()).routes.map((one) => one.slug)).toEqual(['c', 'a', 'b'])
    expect(summary(await applied(routes('c', 'a', 'b')))).toEqual([])
  })

  test('applies at the same time come one after the other', async () => {
    const file = (name: string) => SMALL.replace('name: Maria', `name: ${name}`)
    await Promise.all(['Mia', 'Mary', 'Marie'].map((name) => applied(file(name))))
    const versions = await query<{ n: number }>(
      "select count(*) as n from people where slug = 'maria'",
    )
    expect(versions).toEqual([{ n: 1 }])
  })

  test('who would be paged, before and after', async () => {
    await applied(SMALL)
    const change = await planned(SMALL.replace('page: [ person:maria ]', 'page: [ person:emma ]'))
    expect(change.paging.map(({ service, before, after }) => ({ service, before, after }))).toEqual(
      [
        { service: 'checkout-api', before: 'maria, then emma', after: 'emma, then emma' },
        { service: 'ledger', before: 'maria, then emma', after: 'emma, then emma' },
      ],
    )
  })
})

describe('removing what is in use', () => {
  const climb = (ladder: string) =>
    query(
      `insert into climbs (id, subject_kind, subject_id, visibility, urgency, ladder, state, version, started_at)
        select gen_random_uuid(), 'group', gen_random_uuid(), 'everyone', 'high',
          jsonb_build_object('id', id), '{}', 1, clock_timestamp() from ladders where slug = $1`,
      [ladder],
    )

  test('a ladder that services page by, with climbs on it', async () => {
    await applied(SMALL)
    await climb('payments')
    await climb('payments')
    expect(await refusal('escalations: []')).toBe(
      'allclear.yaml:1:1: ladder `payments` cannot be removed: services checkout-api and ledger page by it, and 2 climbs are running',
    )
  })

  test('a ladder that nothing but a climb needs', async () => {
    await applied(SMALL)
    await climb('payments')
    expect(await refusal('services: []\nsources: []\nescalations: []')).toBe(
      'allclear.yaml:3:1: ladder `payments` cannot be removed: 1 climb is running',
    )
  })

  test('a person who is on a ladder, on call, in a team, the fallback and being paged', async () => {
    await applied(EXAMPLE)
    await applied('organisation: { fallback: [ person:emma ] }')
    await query(
      `insert into pages (id, climb_id, group_id, person_id, visibility, effect_key, step, round, is_fallback, via, urgency, status, opened_at)
        select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), id, 'everyone', 'key', 0, 0, false, 'person', 'high', 'open',
          clock_timestamp() from people where slug = 'emma'`,
    )
    const said = await refusal('people: []')
    expect(said.split('\n')).toEqual([
      'allclear.yaml:1:1: person `ana` cannot be removed: team payments has them as a member, and schedules payments-primary and payments-secondary have them on call',
      'allclear.yaml:1:1: person `ben` cannot be removed: team payments has them as a member, and schedules payments-primary and payments-secondary have them on call',
      'allclear.yaml:1:1: person `emma` cannot be removed: the fallback pages them, and team payments is led by them, and ladder payments pages them, and 1 page to them is open',
      'allclear.yaml:1:1: person `jake` cannot be removed: team payments has them as a member, and schedules payments-primary and payments-secondary have them on call',
      'allclear.yaml:1:1: person `maria` cannot be removed: team payments has them as a member, and schedules payments-primary and payments-secondary have them on call',
      'allclear.yaml:1:1: person `vp` cannot be removed: ladder payments pages them',
    ])
  })

  test('a service, a schedule and a team', async () => {
    await applied(EXAMPLE)
    expect(await refusal('services: []')).toContain(
      'service `checkout-api` cannot be removed: sources pd and prom send to it',
    )
    expect(await refusal('schedules: []')).toContain(
      'schedule `payments-primary` cannot be removed: ladder payments pages it',
    )
    expect(await refusal('teams: []')).toContain(
      'team `payments` cannot be removed: schedules payments-primary and payments-secondary belong to it, and services checkout-api and ledger belong to it',
    )
  })

  test('what the file itself still points at is told at the place where it does', async () => {
    await applied(SMALL)
    expect(
      await refusal(
        'escalations: []\nservices: [ { id: ledger, escalation: payments } ]\nsources: []',
      ),
    ).toBe(
      'allclear.yaml:2:39: the escalation `payments` would be removed: `escalations` of this file leaves it out',
    )
  })

  test('a channel that somebody is reached by', async () => {
    const file = `channels: { email: { host: smtp.example.com, from: ops@example.com } }
people: [ { id: maria, name: Maria, contacts: [ { id: mail, kind: email, address: maria@example.com } ] } ]`
    await applied(file)
    expect(await refusal('channels: {}')).toBe(
      'allclear.yaml:1:1: channel `email` cannot be removed: 1 person has a contact of that kind',
    )
    expect(
      (await planned(`channels: {}${file.slice(file.indexOf('\n'))}`)).findings.map(
        (one) => one.rule,
      ),
    ).toContain('channelWithoutSettings')
    expect(summary(await applied('channels: []\npeople: []'))).toEqual([
      'remove people maria',
      'remove channels email',
    ])
  })

  test('a person who can sign in and was not made by a file stays, and is named', async () => {
    await query(
      `with p as (insert into people (id, slug, name, email, role) values (gen_random_uuid(), 'root', 'Root', 'root@example.com', 'admin') returning id)
        insert into accounts (person_id) select id from p`,
    )
    const done = await applied('people: []\nteams: [ { id: all, members: [ root ] } ]')
    expect(summary(done)).toEqual(['add teams all'])
    expect(done.findings.map((one) => one.rule)).toContain('personStays')
    expect(
      await refusal('people: [ { id: other, name: Other, email: ROOT@example.com } ]'),
    ).toContain('this is the e-mail of `root`')
    // What they live by stays with them.
    await applied('calendars: [ { id: pt } ]')
    await query(`update people set calendar_id = (select id from calendars) where slug = 'root'`)
    expect(await refusal('calendars: []\npeople: []')).toContain(
      'calendar `pt` cannot be removed: person root lives by it',
    )
    // Named by the file once, they are the file's like everybody else.
    await applied('people: [ { id: root, name: Root, email: root@example.com, role: admin } ]')
    expect(summary(await applied('teams: []\npeople: []'))).toEqual([
      'remove people root',
      'remove teams all',
    ])
  })
})

describe('secrets', () => {
  const SECRET = 'correct-horse-battery-staple'
  const FILE = `
people:
  - { id: maria, name: Maria, contacts: [ { id: hook, kind: webhook, url: "https://example.com", secret: "\${HOOK}" } ] }
channels:
  email: { host: smtp.example.com, from: ops@example.com, password: "\${MAIL}" }
sources: [ { id: prom, kind: alertmanager, key: "\${KEY}" } ]`
  const ENV = {
    HOOK: `hook-${SECRET}`,
    MAIL: `mail-${SECRET}`,
    KEY: '0123456789abcdef0123456789abcdef',
  }

  test('are sealed, and stand in no log, plan or export', async () => {
    const first = await planned(FILE, ENV)
    const done = await applied(FILE, ENV)
    const second = await applied(FILE, { ...ENV, HOOK: `other-${SECRET}`, KEY: 'f'.repeat(32) })
    const shown = JSON.stringify([first, done, second, await everything()]) + (await exported())
    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain(ENV.KEY)
    expect(shown).not.toContain('f'.repeat(32))
    const [contact] = await query<{ fields: { secret: string } }>('select fields from contacts')
    expect(deps.sealer.unseal(contact?.fields.secret ?? '')).toBe(`other-${SECRET}`)
    expect(second.changes.map(({ id, fields }) => ({ id, fields }))).toEqual([
      {
        id: 'maria',
        fields: [{ path: 'contacts.hook.secret', from: 'a secret', to: 'another secret' }],
      },
      { id: 'prom', fields: [{ path: 'key', from: 'a secret', to: 'another secret' }] },
    ])
  })

  test('that are left out, or not set, stay as they are', async () => {
    await applied(FILE, ENV)
    const before = await everything()
    const unset = await applied(FILE)
    expect(unset.changes).toEqual([])
    expect(
      unset.findings
        .filter((one) => one.rule === 'secretStays')
        .map((one) => [one.sentence, one.position?.line]),
    ).toEqual([
      ['the environment variable HOOK is not set: the `secret` that is stored stays', 3],
      ['the environment variable KEY is not set: the `key` that is stored stays', 6],
      ['the environment variable MAIL is not set: the `password` that is stored stays', 5],
    ])
    const without = FILE.replace(/, (secret|password|key): "[^"]*"/g, '')
    expect((await applied(without)).changes).toEqual([])
    expect(await everything()).toEqual(before)
  })

  test('a key that changes lets the old one go at once', async () => {
    await applied(FILE, ENV)
    const old = () => inTx((tx) => findSourceByKeyHash(tx, hashOfKey(ENV.KEY)))
    expect(await old()).not.toBeNull()
    await applied(FILE, { ...ENV, KEY: 'f'.repeat(32) })
    expect(await old()).toBeNull()
    await applied('sources: []')
    expect(await inTx((tx) => findSourceByKeyHash(tx, hashOfKey('f'.repeat(32))))).toBeNull()
  })

  test('sealed under a key that was lost are replaced', async () => {
    await applied(FILE, ENV)
    await query(`update channels set settings = settings || '{"password": "sealed:00000000:AAAA"}'`)
    expect(summary(await applied(FILE, ENV))).toEqual(['change channels email'])
  })

  test('that stand in the file are a finding', async () => {
    const done = await applied(FILE.replace(/"\S+HOOK\S+"/, 'plain'), ENV)
    expect(done.findings.find((one) => one.rule === 'secretInFile')?.position).toEqual({
      line: 3,
      column: 106,
    })
  })
})

describe('people and covers', () => {
  test('a new address has to be proven again, anything else does not', async () => {
    const file = (url: string, name = 'Maria') =>
      `people: [ { id: maria, name: ${name}, contacts: [ { id: hook, kind: webhook, url: "https://example.com/${url}" } ] } ]`
    await applied(file('a'))
    await query("update contacts set verified_at = clock_timestamp(), disabled_reason = 'stop'")
    await applied(file('a', 'Mary'))
    expect(
      await query('select verified_at is not null as verified, disabled_reason from contacts'),
    ).toEqual([{ verified: true, disabled_reason: 'stop' }])
    await applied(file('b', 'Mary'))
    expect(await query('select verified_at, disabled_reason from contacts')).toEqual([
      { verified_at: null, disabled_reason: null },
    ])
  })

  test('a contact that goes is retired', async () => {
    await applied(EXAMPLE)
    await applied(
      EXAMPLE.replace(/ {6}- \{ id: push.*\n/, '').replace('{ after: 1m, use: push }, ', ''),
    )
    expect(await query('select slug from contacts where retired_at is not null')).toEqual([
      { slug: 'push' },
    ])
    expect(
      (await applied(EXAMPLE)).changes.map((one) => one.fields.map((field) => field.path)),
    ).toEqual([['contacts.push', 'rules.high[1].after', 'rules.high[1].use', 'rules.high[2]']])
  })

  test('covers that people made themselves stay, those of the file follow the file', async () => {
    await applied(EXAMPLE)
    const primary = bySlug((await directory()).schedules, 'payments-primary')
    const ben = bySlug((await directory()).people, 'ben')
    if (!primary || !ben) throw new Error('The example has both.')
    const cover = {
      id: '0190a000-0000-7000-8000-000000000001',
      personId: ben.id,
      from: Date.UTC(2026, 11, 1),
      to: Date.UTC(2026, 11, 2),
      replaces: null,
      kind: 'replace' as const,
    }
    await inTx((tx) =>
      saveSchedules(tx, [{ ...primary, overrides: [...primary.overrides, cover] }], 'file'),
    )
    expect((await applied(EXAMPLE)).changes).toEqual([])
    const without = await applied(
      EXAMPLE.replace(/^ {6}- \{ person: jake.*$/m, '      []').replace(
        'overrides:\n      []',
        'overrides: []',
      ),
    )
    expect(without.changes.map((one) => one.fields)).toEqual([
      [
        {
          path: 'overrides',
          from: { person: 'jake', from: '2026-12-24T10:00', to: '2026-12-26T10:00' },
          to: null,
        },
      ],
    ])
    expect(bySlug((await directory()).schedules, 'payments-primary')?.overrides).toEqual([cover])
    // Also in another zone they stay the same hours.
    await applied(
      EXAMPLE.replace(
        'id: payments-primary\n    team: payments\n    timezone: Europe/Lisbon',
        'id: payments-primary\n    team: payments\n    timezone: Asia/Tokyo',
      ),
    )
    const moved = bySlug((await directory()).schedules, 'payments-primary')
    expect(moved?.timezone).toBe('Asia/Tokyo')
    expect(moved?.overrides).toContainEqual(cover)
  })
})

describe('exporting', () => {
  test('what is stored reads back to no changes', async () => {
    await applied(EXAMPLE)
    await applied(`organisation: { name: "Näh & Co: #1", fallback: [ person:emma, team:payments, schedule:payments-primary ] }
routes: [ { id: r1, when: 'labels.team == "payments" && severity in ["critical"]', service: ledger, urgency: low, escalation: payments, group_by: [], pause: 90s } ]
channels: { email: { host: smtp.example.com, from: ops@example.com, port: 587, tls: false }, ntfy: {} }`)
    const before = await everything()
    const text = await exported()
    const back = await applied(text)
    expect(back.changes).toEqual([])
    expect(await everything()).toEqual(before)
    const path = new URL('./golden/example.export.yaml.txt', import.meta.url)
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, text)
    expect(text).toBe(readFileSync(path, 'utf8'))
  })

  test('objectives read back to no changes, and their secrets stay for the same address only', async () => {
    const text = `services: [ { id: shop } ]
metrics: [ { id: prom, url: "https://prometheus.example.com/", token: "\${PROM}", tenant: shop } ]
objectives:
  - { id: plain, service: shop, target: 99.95, indicator: pushed }
  - id: much
    name: Much of it
    service: shop
    description: Requests that succeed
    target: 99.5%
    window: { calendar: month, zone: Europe/Lisbon }
    slices: { every: 5m, target: 99% }
    indicator: { metrics: prom, bad: 'errors_total{code=~"5.."}', total: 'requests_total' }
    alerts: [ { severity: page, long: 1h, burn: 10 }, { name: slow, severity: ticket, long: 3d, short: 6h, budget: 10% } ]
    no_data: 15m
    review: monthly
    policy: { exhausted: Freeze deploys }
`
    await applied(text, { PROM: 'secret' })
    const [before] = await query<{ token: string }>('select token from metric_sources')
    const { findings } = await planned(text.replace('budget: 10%', 'budget: 5%'), {
      PROM: 'secret',
    })
    expect(findings.map((one) => `${one.rule} ${one.position?.line}`)).toContain(
      'firesInsideBudget 13',
    )
    const written = await exported()
    expect(written).toContain('token: ${PROM_TOKEN}')
    expect((await applied(written)).changes).toEqual([])
    expect((await applied(text)).changes).toEqual([])
    expect(await query('select token from metric_sources')).toEqual([before])
    expect(await query('select target from objective_targets order by target')).toEqual([
      { target: '99.5%' },
      { target: '99.95%' },
    ])
    await applied(
      text
        .replace('prometheus.example.com', 'elsewhere.example.com')
        .replace('token: "${PROM}", ', ''),
    )
    expect(await query('select token from metric_sources')).toEqual([{ token: null }])
    expect(await refusal('services: []')).toContain('objectives much and plain are about it')
    expect(await refusal('metrics: []')).toContain('objective much asks it')
  })

  test('an empty instance reads back too', async () => {
    expect((await applied(await exported())).changes).toEqual([])
  })
})
