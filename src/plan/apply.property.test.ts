/** Over configurations that chance makes up: applying is idempotent, complete, and undone by nothing but itself. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import type { Tx } from '../db/tx.ts'
import { ENGINE } from '../timeline/entry.ts'
import { apply } from './apply.ts'
import { exportYaml } from './export.ts'
import { plan } from './plan.ts'
import { ADMIN, planDeps } from './planning.rig.ts'

let database: FreshDatabase
const deps = planDeps()
beforeAll(async () => {
  database = await freshDatabase({ clock: { toVirtual: () => Date.UTC(2026, 10, 23) } })
})
afterAll(() => database.drop())

const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.db.withTx('web', work)
const BY = { actor: ENGINE, who: ADMIN }
const applied = (text: string) => inTx((tx) => apply(tx, BY, text, ENV, { strict: false }, deps))
const empty = () =>
  inTx((tx) =>
    tx.query(`alter table audit disable trigger user; truncate calendars, people, teams, team_members, contacts, schedules, ladders, services, sources, routes, channels, timeline, audit cascade; alter table audit enable trigger user;
      update organisation set name = 'My organisation', fallback = '[]'`),
  )
/** Where the configuration stands, and how much was ever written about it. */
const marks = () =>
  inTx((tx) =>
    tx.query(
      'select (select version from directory_version), (select count(*) from timeline), (select count(*) from audit) as audit',
    ),
  )

const ENV = { HOOK: 'a secret value', MAIL: 'another: #secret', KEY: 'e'.repeat(32) }

/** Names that a careless writer or reader of YAML would trip over. */
const name = fc.oneof(
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '0x1F',
    '1e3',
    '- dash',
    'a: b',
    '#hash',
    "it's",
    '"quoted"',
    '{}',
    '[x',
    '*a',
    '&b',
    '!c',
    '%d',
    '@e',
    '`f`',
    'a #b',
    ' x ',
    'Ĺaña 雪 🚑',
    '2026-11-02',
    '<<',
    '|',
    '>',
  ),
  fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    .filter(
      (text) =>
        text.trim() !== '' &&
        !/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text) &&
        text.isWellFormed(),
    ),
)
const zone = fc.constantFrom(
  'UTC',
  'Europe/Lisbon',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
)
const span = fc.constantFrom('1s', '45s', '5m', '1h30m', '2h', '60m')
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((one) => String(one).padStart(2, '0')).join(':'))
const date = fc
  .date({
    min: new Date('2020-01-01T00:00:00Z'),
    max: new Date('2030-01-01T00:00:00Z'),
    noInvalidDate: true,
  })
  .map((one) => one.toISOString().slice(0, 10))
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(of, { nil: undefined })
const days = fc.uniqueArray(
  fc.constantFrom('mon', 'tue', 'wednesday', 'thu', 'fri', 'sat', 'sunday'),
  { minLength: 1 },
)
const labels = fc.uniqueArray(fc.constantFrom('cluster', 'region', 'alertname'))

const contacts = fc.uniqueArray(
  fc.oneof(
    fc.record({
      id: fc.constant('hook'),
      kind: fc.constant('webhook'),
      url: fc.webUrl(),
      secret: maybe(fc.constant(`\${HOOK}`)),
      bundle: maybe(fc.boolean()),
    }),
    fc.record({
      id: fc.constant('mail'),
      kind: fc.constant('email'),
      address: fc.constant('a@example.com'),
    }),
    fc.record({ id: fc.constant('push'), kind: fc.constant('ntfy'), topic: name }),
  ),
  { selector: (one) => one.id },
)

const person = (id: string, calendars: readonly string[]) =>
  contacts.chain((own) => {
    const rule = fc.record({
      after: fc.constantFrom('0m', '30s', '1m', '10m'),
      use: own.length === 0 ? fc.constant('none') : fc.constantFrom(...own.map((one) => one.id)),
    })
    const list = fc.array(rule, { maxLength: own.length === 0 ? 0 : 3 })
    return fc.record({
      id: fc.constant(id),
      name,
      email: maybe(fc.constant(`${id}@example.com`)),
      timezone: maybe(zone),
      calendar: from(calendars),
      role: maybe(fc.constantFrom('admin', 'responder', 'stakeholder')),
      contacts: fc.constant(own),
      rules: maybe(fc.record({ high: maybe(list), low: maybe(list) })),
    })
  })

const some = (prefix: string, max: number) =>
  fc.shuffledSubarray(Array.from({ length: max }, (_, index) => `${prefix}${index}`))
/** One of the ids, or nothing where there are none. */
const from = (ids: readonly string[]) =>
  ids.length === 0 ? fc.constant(undefined) : maybe(fc.constantFrom(...ids))
const listFrom = (ids: readonly string[]) =>
  ids.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...ids))
const each = <T>(ids: readonly string[], of: (id: string) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.tuple(...ids.map(of)) as fc.Arbitrary<T[]>

const rotation = (id: string, people: readonly string[], calendars: readonly string[]) =>
  fc
    .record({
      id: fc.constant(id),
      people: fc.array(
        fc.oneof(
          fc.constantFrom(...people),
          fc.uniqueArray(fc.constantFrom(...people), { minLength: 1 }),
        ),
        { minLength: 1, maxLength: 5 },
      ),
      every: fc.constantFrom('12h', '1d', '1w', '2w', '1mo'),
      day: maybe(fc.constantFrom('monday', 'fri')),
      date: maybe(fc.integer({ min: 1, max: 31 })),
      time,
      calendar: from(calendars),
      starts: date,
      only: maybe(
        fc.array(
          fc.record({ days: maybe(days), from: time, to: fc.oneof(time, fc.constant('24:00')) }),
          { maxLength: 2 },
        ),
      ),
    })
    .map(({ day, date: of, time: at, calendar, ...rest }) => ({
      ...rest,
      handoff: {
        day: rest.every.endsWith('w') ? day : undefined,
        date: rest.every.endsWith('mo') ? of : undefined,
        time: at,
        calendar: rest.every.endsWith('h') ? undefined : calendar,
      },
    }))

/** Moments, the nights of the clock changes among them. */
const moment = fc.oneof(
  fc.tuple(date, time).map(([day, at]) => `${day}T${at}`),
  fc.constantFrom(
    '2026-10-25T01:30',
    '2026-10-25T01:30:00Z',
    '2026-03-29T01:30',
    '2026-11-01T01:30:00-05:00',
    '2026-11-01T01:30:00-04:00',
  ),
)
const cover = (people: readonly string[]) =>
  fc.record({
    person: fc.constantFrom(...people),
    from: moment,
    to: fc.constant('2031-01-01T00:00'),
  })

const configuration = fc
  .record({
    calendars: some('c', 2),
    people: some('p', 4),
    teams: some('t', 2),
    schedules: some('s', 3),
    ladders: some('e', 2),
    services: some('v', 3),
    sources: some('src', 3),
    routes: some('r', 3),
  })
  .chain((ids) => {
    const target = [
      ...ids.people.map((id) => `person:${id}`),
      ...ids.teams.map((id) => `team:${id}`),
      ...ids.schedules.map((id) => `schedule:${id}`),
    ]
    const withPeople = ids.people.length > 0
    return fc.record({
      organisation: fc.record({ name, fallback: listFrom(target) }),
      calendars: each(ids.calendars, (id) =>
        fc.record({
          id: fc.constant(id),
          name: maybe(name),
          weekend: maybe(days.filter((one) => one.length < 7)),
          holidays: maybe(fc.array(fc.record({ date, name }), { maxLength: 5 })),
        }),
      ),
      people: each(ids.people, (id) => person(id, ids.calendars)),
      teams: each(ids.teams, (id) =>
        fc.record({
          id: fc.constant(id),
          name: maybe(name),
          lead: from(ids.people),
          members: listFrom(ids.people),
        }),
      ),
      schedules: each(ids.schedules, (id) =>
        fc.record({
          id: fc.constant(id),
          name: maybe(name),
          team: from(ids.teams),
          timezone: zone,
          rotations: withPeople
            ? each(['weekly', 'nights'], (one) => rotation(one, ids.people, ids.calendars))
            : fc.constant([]),
          overrides: withPeople ? fc.array(cover(ids.people), { maxLength: 3 }) : fc.constant([]),
          shadows: withPeople ? fc.array(cover(ids.people), { maxLength: 2 }) : fc.constant([]),
        }),
      ),
      escalations: each(ids.ladders, (id) =>
        fc.record({
          id: fc.constant(id),
          team: from(ids.teams),
          steps: fc.array(fc.record({ page: listFrom(target), wait: maybe(span) }), {
            minLength: 1,
            maxLength: 4,
          }),
          repeat: maybe(fc.integer({ min: 0, max: 20 })),
          acknowledgement_timeout: maybe(fc.constantFrom('30m', '90m')),
        }),
      ),
      services: each(ids.services, (id) =>
        fc.record({
          id: fc.constant(id),
          name: maybe(name),
          team: from(ids.teams),
          tier: maybe(fc.integer({ min: 0, max: 9 })),
          escalation: from(ids.ladders),
          urgency: maybe(fc.constantFrom('high', 'low', 'bySeverity')),
          group_by: maybe(labels),
          pause: maybe(span.filter((one) => !one.endsWith('h') && one !== '1h30m')),
          repository: maybe(name),
          channel: maybe(name),
          runbook: maybe(fc.webUrl()),
          depends_on: listFrom(ids.services.filter((one) => one !== id)),
        }),
      ),
      sources: each(ids.sources, (id) =>
        fc.record({
          id: fc.constant(id),
          name: maybe(name),
          kind: fc.constantFrom('alertmanager', 'grafana'),
          service: from(ids.services),
          team: from(ids.teams),
          key: fc.constant(id === 'src0' ? `\${KEY}` : id.padEnd(32, 'x')),
          ignore_labels: labels,
        }),
      ),
      routes: each(ids.routes, (id) =>
        fc.record({
          id: fc.constant(id),
          when: fc.constantFrom(
            'true',
            'labels.team == "a"',
            'severity in ["critical"] &&\n  title.contains("#x: y")',
          ),
          service: from(ids.services),
          urgency: maybe(fc.constantFrom('high', 'low')),
          escalation: from(ids.ladders),
          group_by: maybe(labels),
          pause: maybe(fc.constantFrom('0s', '90s')),
        }),
      ),
      channels: fc.record({
        email: maybe(
          fc.record({
            host: name,
            from: fc.constant('a@example.com'),
            port: maybe(fc.nat(65_535)),
            password: maybe(fc.constant(`\${MAIL}`)),
          }),
        ),
      }),
    })
  })
  .map((whole) => stringify(whole))

test('a second apply, and an apply of the export, write nothing', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc
      .asyncProperty(configuration, async (file) => {
        await applied(file)
        const before = await marks()
        const yaml = await inTx((tx) => exportYaml(tx, ADMIN, deps))
        for (const again of [file, yaml, yaml]) {
          expect((await inTx((tx) => plan(tx, ADMIN, again, {}, deps))).changes).toEqual([])
          expect((await applied(again)).changes).toEqual([])
        }
        expect(await marks()).toEqual(before)
      })
      .beforeEach(empty),
    { numRuns: 20 },
  )
})

test('whatever was there before, what a whole file says is what is there after', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc
      .asyncProperty(configuration, configuration, async (first, second) => {
        await applied(second)
        const alone = await inTx((tx) => exportYaml(tx, ADMIN, deps))
        await empty()
        await applied(first)
        const planned = await inTx((tx) => plan(tx, ADMIN, second, ENV, deps))
        const done = await applied(second)
        // A plan is what the apply then does.
        expect(done.changes).toEqual(planned.changes)
        // Secrets that the second file does not mention stay, and optional ones show in the export.
        expect(withoutSecrets(await inTx((tx) => exportYaml(tx, ADMIN, deps)))).toEqual(
          withoutSecrets(alone),
        )
      })
      .beforeEach(empty),
    { numRuns: 20 },
  )
})

const withoutSecrets = (yaml: string): unknown =>
  JSON.parse(
    JSON.stringify(parse(yaml), (key, value) =>
      key === 'secret' || key === 'password' ? undefined : value,
    ),
  )
