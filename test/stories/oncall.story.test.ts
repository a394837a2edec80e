/** On-call changed by people: overrides, the pager for an hour, cover, swaps. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const ROTA = TEAM.replace(
  'escalations:',
  `schedules:
  - id: rota
    name: Rota
    team: core
    timezone: Europe/Lisbon
    rotations: [ { id: weekly, people: [ ana, ben ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02 } ]
escalations:`,
).replace(
  'steps: [ { page: [ person:ana ] }, { page: [ person:ben ] } ]',
  'steps: [ { page: [ schedule:rota ] }, { page: [ person:vp ] } ]',
)

let world: World
const tokens: Record<string, string> = {}
beforeEach(async () => {
  world = await makeWorld({ yaml: ROTA })
  for (const person of ['ana', 'ben', 'cy', 'vp']) {
    const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
      name: person,
      role: person === 'vp' ? 'stakeholder' : 'responder',
      person,
    })
    tokens[person] = made.body.token
  }
})
afterEach(() => world.end())

const as = (person: string, method: string, path: string, body?: object) =>
  world.api<{ result: Record<string, string>; message: string; detail: string }>(
    method,
    path,
    body,
    tokens[person],
  )
const notices = () =>
  world.rang
    .filter((one) => one.body.type !== 'page' && !String(one.body.data.title).includes('is broken'))
    .map((one) => `${one.who}: ${one.body.data.title}`)
const onCall = async (at: string): Promise<string[]> => {
  const { body } = await world.api<{
    shifts: { people: { person: { slug: string } }[] }[]
  }>('GET', `/api/v1/schedules/rota?from=${at}&to=${at.replace('Z', '').slice(0, 13)}:59Z`)
  return body.shifts[0]?.people.map((one) => one.person.slug) ?? []
}

// The story begins on Monday 23 November 2026 at 14:00 UTC: the week is ben's or ana's.
const who = async (): Promise<string> => (await onCall('2026-11-23T14:00Z'))[0] ?? 'nobody'
const other = (person: string): string => (person === 'ana' ? 'ben' : 'ana')

test('an override by a colleague pages the stand-in, tells both whom it concerns, and is in the record', async () => {
  const [has, gets] = [await who(), other(await who())]
  const made = await world.api('POST', '/api/v1/schedules/rota/overrides', {
    person: gets,
    from: 'now',
    to: '+2h',
    reason: 'dentist',
  })
  expect(made.status).toBe(201)
  await world.trigger('db')
  expect(
    world.rang.filter((one) => String(one.body.data.title).includes('is broken')),
  ).toHaveLength(1)
  expect(world.rang.find((one) => String(one.body.data.title).includes('is broken'))?.who).toBe(
    gets,
  )
  expect(notices().toSorted()).toEqual(
    [
      `${gets}: You are on call: Mon 23 Nov 14:00 to 16:00`,
      `${has}: You are not on call: Mon 23 Nov 14:00 to 16:00`,
    ].toSorted(),
  )
})

test('taking somebody off leaves the place empty, and the climb passes it over at once', async () => {
  const has = await who()
  await as(has, 'POST', '/api/v1/schedules/rota/overrides', {
    person: has,
    kind: 'remove',
    from: 'now',
    to: '+1h',
  })
  expect(await onCall('2026-11-23T14:00Z')).toEqual([])
  await world.trigger('db')
  expect(world.told()).toBe('0 vp')
})

test('somebody on call besides is paged with the one who has the turn', async () => {
  const [has, more] = [await who(), other(await who())]
  await world.api('POST', '/api/v1/schedules/rota/overrides', {
    person: more,
    kind: 'add',
    from: 'now',
    to: '+1h',
  })
  expect((await onCall('2026-11-23T14:00Z')).toSorted()).toEqual([has, more].toSorted())
})

test('the pager for an hour: mine at once, and theirs again afterwards without anybody doing anything', async () => {
  const [has, takes] = [await who(), other(await who())]
  expect((await as(takes, 'POST', '/api/v1/schedules/rota/take', { for: '1h' })).status).toBe(201)
  await world.trigger('one')
  await world.pass(61, 61)
  await world.trigger('two')
  const pages = world.rang.filter((one) => String(one.body.data.title).includes('is broken'))
  expect(pages.map((one) => `${one.who} ${String(one.body.data.title).slice(6, 9)}`)).toContain(
    `${takes} one`,
  )
  expect(pages.at(-1)?.who === has || pages.some((one) => one.who === has)).toBe(true)
})

test('an override that has begun is ended from now on; what was is never rewritten', async () => {
  const [has, gets] = [await who(), other(await who())]
  const made = await world.api<{ result: { overrideId: string } }>(
    'POST',
    '/api/v1/schedules/rota/overrides',
    { person: gets, from: 'now', to: '+4h' },
  )
  await world.pass(60, 60)
  await world.api('DELETE', `/api/v1/schedules/rota/overrides/${made.body.result.overrideId}`)
  expect(await onCall('2026-11-23T14:30Z')).toEqual([gets])
  expect(await onCall('2026-11-23T15:00Z')).toEqual([has])
  const past = await world.api<{ field: string }>('POST', '/api/v1/schedules/rota/overrides', {
    person: gets,
    from: '2026-11-20T10:00Z',
    to: '2026-11-20T12:00Z',
  })
  expect([past.status, past.body.field]).toEqual([400, 'to'])
})

test('asking for cover asks everybody in the rota; the first who takes it has it and the asker is free', async () => {
  const [has, gets] = [await who(), other(await who())]
  const asked = await as(has, 'POST', '/api/v1/covers', {
    schedule: 'rota',
    from: '2026-11-24T09:00Z',
    to: '2026-11-24T17:00Z',
    reason: 'a wedding',
  })
  expect(asked.status).toBe(201)
  await world.beat()
  expect(notices()).toHaveLength(1)
  expect(notices()[0]).toMatch(new RegExp(`^${gets}: .* asks for cover: Tue 24 Nov 09:00 to 17:00`))
  const { coverId } = asked.body.result
  expect((await as(gets, 'POST', `/api/v1/covers/${coverId}/take`, {})).status).toBe(200)
  expect(await onCall('2026-11-24T10:00Z')).toEqual([gets])
  const again = await as(gets, 'POST', `/api/v1/covers/${coverId}/take`, {})
  expect(again.status).toBe(409)
  expect(again.body.detail ?? '').toMatch(/faster/)
  await world.beat()
  expect(notices().at(-1)).toMatch(/covers you/)
})

test('two who take the same cover at the same moment: one gets it, one is told', async () => {
  await world.configure(
    ROTA.replace('people: [ ana, ben ], every', 'people: [ ana, ben, cy, vp ], every'),
  )
  const [has] = await onCall('2026-11-23T14:00Z')
  const asked = await as(String(has), 'POST', '/api/v1/covers', {
    schedule: 'rota',
    from: '+1h',
    to: '+2h',
  })
  const others = ['ana', 'ben', 'cy', 'vp'].filter((one) => one !== has)
  const answers = await Promise.all(
    others.map((one) => as(one, 'POST', `/api/v1/covers/${asked.body.result.coverId}/take`, {})),
  )
  expect(answers.map((one) => one.status).toSorted()).toEqual([200, 409, 409])
})

test('whoever has said nothing is reminded once, and told when nobody took it', async () => {
  const has = await who()
  await as(has, 'POST', '/api/v1/covers', { schedule: 'rota', from: '+4h', to: '+6h' })
  await world.pass(7 * 60, 10)
  expect(notices().map((one) => one.replace(/^\w+: /, '').slice(0, 14))).toEqual([
    `${has === 'ana' ? 'Ana' : 'Ben'} asks for c`.slice(0, 14),
    'Still open: co',
    'Nobody took it',
  ])
})

test('a swap is agreed by the other one, and both stand in for each other', async () => {
  const [has, partner] = [await who(), other(await who())]
  const asked = await as(has, 'POST', '/api/v1/covers', {
    schedule: 'rota',
    from: '2026-11-24T00:00Z',
    to: '2026-11-25T00:00Z',
    swap: { with: partner, from: '2026-12-01T00:00Z', to: '2026-12-02T00:00Z' },
  })
  expect(asked.status).toBe(201)
  await as(partner, 'POST', `/api/v1/covers/${asked.body.result.coverId}/take`, {})
  expect(await onCall('2026-11-24T12:00Z')).toEqual([partner])
  expect(await onCall('2026-12-01T12:00Z')).toEqual([has])
})

test('another team’s people do not put anybody on call here, but everyone may ask for their own', async () => {
  const body = { person: 'cy', from: 'now', to: '+1h' }
  expect((await as('cy', 'POST', '/api/v1/schedules/rota/overrides', body)).status).toBe(403)
  expect((await as('vp', 'POST', '/api/v1/schedules/rota/overrides', body)).status).toBe(403)
})

test('an edit shows what it does to people before it is saved, and rewrites nothing', async () => {
  const form = {
    timezone: 'Europe/Lisbon',
    team: 'core',
    rotations: [
      {
        id: 'weekly',
        people: ['ana', 'ben', 'cy'],
        every: '1w',
        handoff: { day: 'monday', time: '10:00' },
        starts: '2026-11-02',
      },
    ],
  }
  const preview = await world.api<{ sentence: string; people: { shifts: number }[] }>(
    'POST',
    '/api/v1/schedules/rota/preview',
    { schedule: form },
  )
  expect(preview.body.sentence).toMatch(/Cy \+\d shift/)
  const before = await onCall('2026-11-23T13:00Z')
  expect((await world.api('PUT', '/api/v1/schedules/rota', { schedule: form })).status).toBe(200)
  expect(await onCall('2026-11-23T13:00Z')).toEqual(before)
  const wrong = await world.api<{ detail: string }>('PUT', '/api/v1/schedules/rota', {
    schedule: { ...form, rotations: [{ ...form.rotations[0], people: ['nobody-we-know'] }] },
  })
  expect(wrong.status).toBe(400)
  expect(JSON.stringify(wrong.body)).toContain('nobody-we-know')
})

const ACCEPTED = ROTA.replace(
  '    rotations: [ { id: weekly',
  '    accept_handoff: 30m\n    rotations: [ { id: weekly',
).replace('team: core,', 'team: core,')

test('a hand-off has a note from the record, and whoever takes over accepts it', async () => {
  await world.configure(ACCEPTED)
  await world.trigger('disk')
  // To the next Monday, 10:00 in Lisbon.
  await world.pass(7 * 24 * 60 - 4 * 60 + 1, 6 * 60)
  const { body } = await world.api<{
    handoffs: { id: string; status: string; note: string; incoming: { slug: string }[] }[]
  }>('GET', '/api/v1/handoffs')
  const [handoff] = body.handoffs
  expect(handoff?.note).toContain('disk is broken')
  const incoming = handoff?.incoming[0]?.slug ?? ''
  expect(notices().at(-1)).toBe(`${incoming}: You have the pager: Rota`)
  const stranger = await as(other(incoming), 'POST', `/api/v1/handoffs/${handoff?.id}/accept`)
  expect(stranger.status).toBe(403)
  expect((await as(incoming, 'POST', `/api/v1/handoffs/${handoff?.id}/accept`)).status).toBe(200)
  await world.pass(60, 10)
  const owed = await as(incoming, 'GET', '/api/v1/owed')
  expect(owed.body).toEqual({ owed: [] })
  expect(notices().filter((one) => one.includes('Overdue'))).toEqual([])
})

test('a hand-off that nobody accepts keeps both on call, tells the lead, and is on the record as missed', async () => {
  await world.configure(ACCEPTED)
  await world.pass(7 * 24 * 60 - 4 * 60 + 1, 6 * 60)
  const { body } = await world.api<{
    handoffs: { id: string; incoming: { slug: string }[]; outgoing: { slug: string }[] }[]
  }>('GET', '/api/v1/handoffs')
  const [handoff] = body.handoffs
  const [incoming = '', outgoing = ''] = [handoff?.incoming[0]?.slug, handoff?.outgoing[0]?.slug]
  await world.pass(40, 5)
  expect((await onCall('2026-11-30T10:45Z')).toSorted()).toEqual(['ana', 'ben'])
  expect(
    notices().filter((one) => one.startsWith('ana: Overdue: accept the hand-off')),
  ).toHaveLength(1)
  // The one who takes over accepts late: the other one is free, and late is what the record says.
  await as(incoming, 'POST', `/api/v1/handoffs/${handoff?.id}/accept`)
  await world.pass(1)
  expect(await onCall('2026-11-30T10:50Z')).toEqual([incoming])
  expect(outgoing).not.toBe(incoming)
  const rows = await world.app.db.withTx('web', (tx) =>
    tx.query("select outcome from obligations where rule = 'handoff.accept'"),
  )
  expect(rows).toEqual([{ outcome: 'late' }])
})

test('the survey is asked in the last two weeks of a quarter, answered once, and shows nothing before five', async () => {
  await world.pass(30 * 24 * 60, 24 * 60)
  type Shown = {
    rounds: { id: string; isMine: boolean; hasAnswered: boolean; score: object | null }[]
  }
  const mine = (await as('ana', 'GET', '/api/v1/survey')) as unknown as { body: Shown }
  const round = mine.body.rounds.find((one) => one.isMine)
  expect(round).toMatchObject({ hasAnswered: false, score: null })
  const answers = {
    prepared: 4,
    supported: 5,
    actionable: 3,
    rest: 2,
    fair: 4,
    authority: 5,
    overall: 4,
  }
  expect((await as('ana', 'POST', `/api/v1/survey/${round?.id}`, answers)).status).toBe(200)
  expect((await as('ana', 'POST', `/api/v1/survey/${round?.id}`, answers)).status).toBe(409)
  expect((await as('vp', 'POST', `/api/v1/survey/${round?.id}`, answers)).status).toBe(404)
  const columns = await world.app.db.withTx('web', (tx) =>
    tx.query<{ name: string }>(
      "select column_name as name from information_schema.columns where table_name = 'survey_answers' order by 1",
    ),
  )
  expect(columns.map((one) => one.name)).toEqual(['answers', 'round_id'])
})

test('a shadow hears of the page, quietly, and has nothing to answer and nothing to hold up', async () => {
  await world.configure(
    ROTA.replace(
      '    rotations: [ { id: weekly',
      '    shadows: [ { person: cy, from: "2026-11-20T00:00", to: "2026-12-20T00:00" } ]\n    rotations: [ { id: weekly',
    ),
  )
  await world.configure(
    ROTA.replace(
      '    rotations: [ { id: weekly',
      '    shadows: [ { person: ana, from: "2026-11-20T00:00", to: "2026-12-20T00:00" }, { person: ben, from: "2026-11-20T00:00", to: "2026-12-20T00:00" } ]\n    rotations: [ { id: weekly',
    ),
  )
  const has = await who()
  await world.trigger('db')
  await world.beat()
  // Ana has a low plan in this team, Ben has none and is reached by the defaults.
  expect(
    world.rang.filter((one) => String(one.body.data.title).startsWith('To look on')),
  ).toHaveLength(1)
  await world.pass(6)
  const pages = world.rang.filter(
    (one) =>
      String(one.body.data.title).includes('is broken') &&
      !String(one.body.data.title).startsWith('To look on'),
  )
  expect(pages.map((one) => one.who)).toEqual([has, 'vp'])
})

test('more than five pages in seven days are told to the person and the lead, once', async () => {
  for (let number = 0; number < 6; number += 1) {
    await world.trigger(`k${number}`)
    await world.api('POST', `/api/v1/alerts/A-${number + 1}/acknowledge`)
    await world.pass(10, 10)
  }
  await world.pass(120, 30)
  const told = notices().filter((one) => one.includes('pages in seven days'))
  const has = await who()
  expect(told.toSorted()).toEqual(
    [...new Set([has, 'ana'])]
      .map((one) => `${one}: ${has === 'ana' ? 'Ana' : 'Ben'} had 6 pages in seven days`)
      .toSorted(),
  )
})
