/** Calendars in and out: what is shown there is what the pager does. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readCalendar } from '../../src/ical/read.ts'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const ROTA = TEAM.replace(
  'escalations:',
  `schedules:
  - id: rota
    name: Rota
    team: core
    timezone: America/New_York
    rotations: [ { id: weekly, people: [ ana, ben ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-01-05 } ]
escalations:`,
)

let world: World
let ana = ''
beforeEach(async () => {
  world = await makeWorld({ yaml: ROTA })
  const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
    name: 'ana',
    role: 'responder',
    person: 'ana',
  })
  ana = made.body.token
})
afterEach(() => world.end())

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 23, 14)

test('I7: the calendar of a schedule, the API and the pager name the same person over the change of the clocks', async () => {
  const made = await world.api<{ id: string; url: string }>(
    'POST',
    '/api/v1/calendar-links',
    { schedule: 'rota' },
    ana,
  )
  expect(made.status).toBe(201)
  const feed = await fetch(made.body.url)
  expect(feed.headers.get('content-type')).toContain('text/calendar')
  expect(feed.headers.get('cache-control')).toBe('no-store')
  const { events, problems } = readCalendar(await feed.text(), {
    from: NOW,
    to: NOW + 150 * DAY,
    zone: 'UTC',
  })
  expect(problems).toEqual([])
  // 14 March 2027 is the change in New York.
  const api = await world.api<{
    shifts: { from: string; to: string; people: { person: { name: string } }[] }[]
  }>('GET', '/api/v1/schedules/rota?from=2027-03-01T15:00Z&to=2027-04-01T15:00Z')
  for (const shift of api.body.shifts) {
    const at = (Date.parse(shift.from) + Date.parse(shift.to)) / 2
    const event = events.find((one) => one.from <= at && at < one.to)
    expect(event?.summary).toBe(`${shift.people[0]?.person.name}: Rota`)
  }
})

test('T24: a revoked address is gone at once, and only its hash was ever stored', async () => {
  const made = await world.api<{ id: string; url: string }>(
    'POST',
    '/api/v1/calendar-links',
    {},
    ana,
  )
  expect((await fetch(made.body.url)).status).toBe(200)
  const stored = await world.app.db.withTx('web', (tx) =>
    tx.query<{ row: string }>('select calendar_links::text as row from calendar_links'),
  )
  const secret = /cal_[\w-]+/.exec(made.body.url)?.[0] ?? ''
  expect(secret.length).toBeGreaterThan(40)
  expect(stored[0]?.row).not.toContain(secret)
  await world.api('DELETE', `/api/v1/calendar-links/${made.body.id}`, undefined, ana)
  expect((await fetch(made.body.url)).status).toBe(404)
})

const ICS = (body: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${body}END:VCALENDAR\r\n`
const event = (summary: string, from: string, to: string): string =>
  `BEGIN:VEVENT\r\nUID:${summary}${from}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:${from}\r\nDTEND:${to}\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\n`

test('a rota is taken over from a calendar, whole or not at all, and what is not understood is named', async () => {
  const text = ICS(
    event('On call: Ana', '20261201T100000Z', '20261202T100000Z') +
      event('Zaphod', '20261203T100000Z', '20261204T100000Z'),
  )
  const trial = await world.api<{ taken: { person: string }[]; problems: string[] }>(
    'POST',
    '/api/v1/schedules/rota/import',
    { text, dryRun: true },
  )
  expect(trial.body.taken.map((one) => one.person)).toEqual(['Ana'])
  expect(trial.body.problems).toEqual(['nobody here is called `Zaphod`'])
  await world.api('POST', '/api/v1/schedules/rota/import', { text })
  const shown = await world.api<{ overrides: { person: { slug: string } }[] }>(
    'GET',
    '/api/v1/schedules/rota?from=2026-12-01T00:00Z&to=2026-12-05T00:00Z',
  )
  expect(shown.body.overrides.map((one) => one.person.slug)).toEqual(['ana'])
  for (const bad of ['', 'BEGIN:VCALENDAR', 'x'.repeat(100_000), ICS('BEGIN:VEVENT\r\n')]) {
    const answer = await world.api<{ problems: string[] }>(
      'POST',
      '/api/v1/schedules/rota/import',
      {
        text: bad,
      },
    )
    expect(answer.status).toBe(200)
    expect(answer.body.problems.length).toBeGreaterThan(0)
  }
})

test('vacations are read from a feed, warn of the shift they hit, and a feed that fails keeps what was known', async () => {
  let answer = ICS(
    `BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261224\r\nSUMMARY:Madeira\r\nEND:VEVENT\r\n`,
  )
  let status = 200
  const server: Server = createServer((_request, response) => {
    response.writeHead(status)
    response.end(answer)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const secret = `http://127.0.0.1:${port}/private-abc.ics`
  expect((await world.api('POST', '/api/v1/calendar-feeds', { url: secret }, ana)).status).toBe(201)
  await world.beat()
  const away = await world.api<{ absences: { note: string; isFromFeed: boolean }[] }>(
    'GET',
    '/api/v1/absences',
  )
  expect(away.body.absences).toMatchObject([{ note: 'Madeira', isFromFeed: true }])
  const found = await world.api<{ findings: { rule: string; sentence: string }[] }>(
    'GET',
    '/api/v1/schedules/rota',
  )
  expect(found.body.findings.find((one) => one.rule === 'vacation')?.sentence).toContain('Madeira')
  status = 500
  answer = ''
  await world.pass(7 * 60, 7 * 60)
  const feeds = await world.api<{ feeds: { host: string; problem: string }[] }>(
    'GET',
    '/api/v1/calendar-feeds',
    undefined,
    ana,
  )
  expect(feeds.body.feeds[0]?.problem).toContain('500')
  expect(JSON.stringify(feeds.body)).not.toContain('private-abc')
  expect(
    (await world.api<{ absences: object[] }>('GET', '/api/v1/absences')).body.absences,
  ).toHaveLength(1)
  await new Promise((done) => server.close(done))
})

test('an absence is for oneself to say, and bad times are named by field', async () => {
  const say = (body: object, token = ana) =>
    world.api<{ field: string }>('POST', '/api/v1/absences', body, token)
  expect((await say({ from: '2026-12-24', to: '2026-12-27', note: 'x' })).status).toBe(201)
  expect((await say({ from: '2026-12-24', to: '2026-12-23' })).body.field).toBe('to')
  expect((await say({ from: 'whenever', to: '2026-12-23' })).body.field).toBe('from')
  expect((await say({ person: 'ben', from: '2026-12-24', to: '2026-12-27' })).status).toBe(403)
})
