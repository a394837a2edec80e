/** Calendars of holidays: a file keeps them, people edit them, hand-offs and people live by them. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const ROTA = TEAM.replace(
  'people:',
  `calendars:
  - { id: pt, name: Portugal, holidays: [ { date: 2026-12-08, name: Conceição }, { date: 2026-12-25, name: Natal } ] }
people:`,
).replace(
  'escalations:',
  `schedules:
  - id: rota
    team: core
    timezone: UTC
    rotations: [ { id: weekly, people: [ ana, ben ], every: 1w, handoff: { day: tuesday, time: "10:00", calendar: pt }, starts: 2026-11-03 } ]
escalations:`,
)

type Detail = {
  shifts: { from: string; people: { person: { slug: string } }[] }[]
  schedule: { rotations: { handoff: { calendar: string | null } }[] }
  managedBy: string | null
}
type Refused = { field?: string; detail?: string }

let world: World
beforeEach(async () => {
  world = await makeWorld({ yaml: ROTA })
})
afterEach(() => world.end())

const detail = async (from: string, to: string): Promise<Detail> =>
  (await world.api<Detail>('GET', `/api/v1/schedules/rota?from=${from}T00:00Z&to=${to}T00:00Z`))
    .body
const handoffs = async (from: string, to: string): Promise<string[]> =>
  (await detail(from, to)).shifts
    .slice(1)
    .map((one) => `${one.from.slice(5, 16)} ${one.people[0]?.person.slug}`)

test('a hand-off on a holiday is put off, and a holiday that becomes known later moves no shift that has been', async () => {
  expect(await handoffs('2026-11-25', '2026-12-20')).toEqual([
    '12-01T10:00 ana',
    '12-09T10:00 ben',
    '12-15T10:00 ana',
  ])
  const before = await detail('2026-11-01', '2026-11-23')
  const saved = await world.api('PUT', '/api/v1/calendars/pt', {
    name: 'Portugal',
    holidays: [
      { date: '2026-11-10', name: 'Too late' },
      { date: '2026-12-01', name: 'Restauração' },
      { date: '2026-12-08', name: 'Conceição' },
    ],
  })
  expect(saved.status).toBe(200)
  expect(await handoffs('2026-11-25', '2026-12-20')).toEqual([
    '12-02T10:00 ana',
    '12-09T10:00 ben',
    '12-15T10:00 ana',
  ])
  const after = await detail('2026-11-01', '2026-11-23')
  expect(after.shifts).toEqual(before.shifts)
  expect([after.managedBy, after.schedule.rotations[0]?.handoff.calendar]).toEqual(['file', 'pt'])
})

test('what a calendar moves is seen before it is saved, and is what the pager does', async () => {
  await world.api('PUT', '/api/v1/config/escalations/ladder', {
    team: 'core',
    steps: [{ page: ['schedule:rota'], wait: '5m' }],
  })
  // Until tomorrow at ten the turn is Ana's; with a holiday tomorrow it is hers a day longer.
  const form = { name: 'Portugal', holidays: [{ date: '2026-11-24', name: 'A day' }] }
  const trial = await world.api<{ changes: { id: string; fields: { path: string }[] }[] }>(
    'POST',
    '/api/v1/config/calendars/pt/preview',
    form,
  )
  expect(trial.body.changes.map((one) => one.id)).toEqual(['pt'])
  expect(new Set(trial.body.changes[0]?.fields.map((one) => one.path))).toEqual(
    new Set(['holidays']),
  )
  const who = async () =>
    (await detail('2026-11-24', '2026-11-27')).shifts.map((one) => one.from.slice(5, 16))
  expect(await who()).toEqual(['11-24T00:00', '11-24T10:00'])
  await world.api('PUT', '/api/v1/config/calendars/pt', form)
  expect(await who()).toEqual(['11-24T00:00', '11-25T10:00'])
  const holder = (await detail('2026-11-24', '2026-11-25')).shifts[0]?.people[0]?.person.slug
  await world.pass(24 * 60, 240)
  await world.trigger('db')
  // Besides the page, people are told who comes on call next: that may ring before or after it.
  const page = world.rang.findLast((one) => one.body.type === 'page.opened')
  expect(page?.who).toBe(holder)
})

test('applying the file again writes nothing, and its export reads back', async () => {
  const again = await world.api<{ changes: unknown[] }>('POST', '/api/v1/apply', {
    text: (await world.api<string>('GET', '/api/v1/export')).body,
  })
  expect([again.status, again.body.changes]).toEqual([200, []])
})

test('a calendar in use is not taken away, and one that is not there is named', async () => {
  const used = await world.api<Refused>('DELETE', '/api/v1/config/calendars/pt')
  expect([used.status, used.body.detail]).toEqual([
    400,
    expect.stringContaining('schedule rota hands off by it'),
  ])
  const unknown = await world.api<Refused>('PUT', '/api/v1/config/people/cy', {
    name: 'Cy',
    calendar: 'ptt',
  })
  expect([unknown.status, unknown.body.field, unknown.body.detail]).toEqual([
    400,
    'calendar',
    expect.stringContaining('did you mean `pt`?'),
  ])
  const wrong = await world.api<Refused>('PUT', '/api/v1/calendars/pt', {
    name: 'Portugal',
    holidays: [{ date: '2026-02-30', name: 'No day' }],
  })
  expect([wrong.status, wrong.body.field]).toEqual([400, 'holidays[0].date'])
})

test('people choose whose holidays they live by, for themselves', async () => {
  const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
    name: 'cy',
    role: 'responder',
    person: 'cy',
  })
  const path = '/api/v1/config/people/cy'
  const { form } = (
    await world.api<{ form: Record<string, unknown> }>('GET', path, undefined, made.body.token)
  ).body
  expect(form.calendar).toBeNull()
  const { id: _, ...rest } = form
  const saved = await world.api('PUT', path, { ...rest, calendar: 'pt' }, made.body.token)
  expect(saved.status).toBe(200)
  const known = await world.api<{ form: { calendar: string } }>('GET', path)
  expect(known.body.form.calendar).toBe('pt')
  const other = await world.api('PUT', '/api/v1/config/calendars/pt', {}, made.body.token)
  expect(other.status).toBe(403)
})

test('a calendar is made with the people who live by it, taken away, and made again', async () => {
  const put = (people: string[]) =>
    world.api<{ id: string }>('PUT', '/api/v1/calendars/uk', {
      name: 'England',
      weekend: ['sun'],
      holidays: [{ date: '2027-01-01', name: 'New Year' }],
      people,
    })
  expect((await put(['nobody'])).status).toBe(400)
  expect((await put(['ben'])).status).toBe(200)
  const ben = await world.api<{ form: { calendar: string } }>('GET', '/api/v1/config/people/ben')
  expect(ben.body.form.calendar).toBe('uk')
  await world.api('PUT', '/api/v1/config/people/ben', { ...ben.body.form, calendar: 'pt' })
  expect((await world.api('DELETE', '/api/v1/config/calendars/uk')).status).toBe(200)
  expect((await put([])).status).toBe(200)
  const all = await world.api<{ calendars: { slug: string; weekend: string[] }[] }>(
    'GET',
    '/api/v1/calendars',
  )
  expect(all.body.calendars.map((one) => [one.slug, one.weekend])).toEqual([
    ['pt', ['sat', 'sun']],
    ['uk', ['sun']],
  ])
})

test('a calendar file of holidays is read to be looked at, and what is no holiday is said', async () => {
  const event = (uid: string, lines: string) => `BEGIN:VEVENT\nUID:${uid}\n${lines}\nEND:VEVENT\n`
  const ics = `BEGIN:VCALENDAR\nVERSION:2.0\n${event('a', 'DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas')}${event('b', 'DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;COUNT=3\nSUMMARY:New Year')}${event('c', 'DTSTART:20261201T100000Z\nDTEND:20261201T110000Z\nSUMMARY:A meeting')}END:VCALENDAR\n`
  const read = await world.api<{ holidays: unknown[]; problems: string[] }>(
    'POST',
    '/api/v1/calendars/read',
    { ics },
  )
  expect(read.body).toEqual({
    holidays: [
      { date: '2026-01-01', name: 'New Year' },
      { date: '2026-12-25', name: 'Christmas' },
      { date: '2026-12-26', name: 'Christmas' },
      { date: '2027-01-01', name: 'New Year' },
    ],
    problems: ['1 with a time of day: a holiday is a whole day.'],
  })
  const nonsense = await world.api<{ holidays: unknown[]; problems: string[] }>(
    'POST',
    '/api/v1/calendars/read',
    { ics: 'nonsense' },
  )
  expect([nonsense.status, nonsense.body.holidays]).toEqual([200, []])
  expect(nonsense.body.problems).not.toEqual([])
})
