/**
 * What is private is nowhere in what others are told (T8): one word stands in everything private of
 * one team, and every GET of the router is asked, with every id there is, as everybody it is not for.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROUTES } from '../../src/http/server.ts'
import {
  type ActorName,
  CANARY,
  CANARY_SLUG,
  makeTwoTeams,
  SETS,
  SLUGS,
  type TwoTeams,
} from '../rigs/two-teams.ts'

let two: TwoTeams
const OUTSIDERS: readonly ActorName[] = [
  'nobody',
  'viewer',
  'leadOfOther',
  'memberOfOther',
  'token:self',
]
const GETS = ROUTES.filter((one) => one.method === 'get')

beforeAll(async () => {
  two = await makeTwoTeams()
  const { world } = two
  // The rota changes hands, and its note is written.
  await world.pass(7 * 24 * 60, 24 * 60)
  await world.api('POST', '/api/v1/silences', {
    matchers: [{ name: 'summary', op: '=', value: CANARY }],
    team: 'core',
    for: '1h',
    reason: `${CANARY} is known`,
  })
  await world.api('POST', '/api/v1/maintenances', {
    services: [CANARY_SLUG],
    for: '1h',
    reason: `${CANARY} is worked on`,
  })
  await world.api('POST', '/api/v1/incidents', {
    title: `${CANARY} in confidence`,
    services: ['shop'],
    private: true,
  })
  await world.api('PUT', `/api/v1/config/services/${CANARY_SLUG}`, {
    name: `${CANARY} renamed`,
    team: 'core',
    escalation: 'core-ladder',
    private: true,
  })
  await world.pass(2)
}, 120_000)
afterAll(() => two.close())

/** Every value that could stand for a part of a path. */
function valuesFor(name: string): string[] {
  const { things, ids } = two
  switch (name) {
    case 'section':
      return ['services', 'sources', 'routes', 'schedules', 'escalations', 'teams', 'people']
    case 'slug':
      return [
        ...SETS.flatMap((set) => Object.values(SLUGS[set])),
        'hub',
        'core-rota',
        'core',
        'lea',
      ]
    case 'kind':
      return ['webhook']
    case 'token':
      return ['none']
    default:
      return [
        ...SETS.flatMap((set) => Object.values(things[set])),
        ...Object.values(ids),
        ...Object.keys(ids),
        ...['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'INC-1', 'INC-2', 'INC-3', 'INC-4', 'INC-5', 'me'],
      ]
  }
}

function pathsOf(path: string): string[] {
  const name = /\{(\w+)\}/.exec(path)?.[1]
  if (name === undefined) return [path]
  return valuesFor(name).flatMap((value) => pathsOf(path.replace(`{${name}}`, value)))
}

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/alerts': [
    '',
    '?status=all',
    `?status=all&q=${CANARY}`,
    `?service=${CANARY_SLUG}`,
    '?team=core&status=all',
  ],
  '/api/v1/incidents': ['?status=all', ''],
  '/api/v1/who': ['?service=hub', '?service=shop', `?service=${CANARY_SLUG}`],
  '/api/v1/load': ['', '?team=core'],
  '/api/v1/handoffs': ['', '?schedule=core-rota'],
  '/api/v1/audit': ['', `?object=${CANARY_SLUG}`],
}

/** What they said themselves is no secret to them. */
const withoutEcho = (text: string, asked: string): string =>
  [CANARY, CANARY_SLUG].reduce(
    (rest, word) => (asked.includes(word) ? rest.replaceAll(`\`${word}\``, '') : rest),
    text,
  )

const leaks = (text: string, asked: string): boolean => {
  const said = withoutEcho(text, asked)
  const isSlugAsked = asked.includes(CANARY_SLUG)
  return said.includes(CANARY) || (!isSlugAsked && said.includes(CANARY_SLUG))
}

async function ask(actor: ActorName, path: string): Promise<{ status: number; text: string }> {
  const { token } = two.actors[actor]
  const answer = await fetch(`${two.world.app.url}${path}`, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  })
  return { status: answer.status, text: await answer.text() }
}

test('the word is there for those whom it is for, all over', async () => {
  const seen: Partial<Record<ActorName, Set<string>>> = {}
  for (const actor of ['memberOfCore', 'admin', 'pagedOfOther'] as const) {
    seen[actor] = new Set()
    for (const { path } of GETS)
      for (const full of pathsOf(path).flatMap((one) =>
        (QUERIES[path] ?? ['']).map((q) => one + q),
      ))
        if (leaks((await ask(actor, full)).text, full)) seen[actor]?.add(path)
  }
  expect([...(seen.memberOfCore ?? [])]).toEqual(
    expect.arrayContaining([
      '/api/v1/alerts',
      '/api/v1/alerts/{id}',
      '/api/v1/alerts/{id}/timeline',
      '/api/v1/incidents',
      '/api/v1/incidents/{id}',
      '/api/v1/services',
      '/api/v1/sources',
      '/api/v1/routes',
      '/api/v1/silences',
      '/api/v1/maintenances',
      '/api/v1/config/{section}/{slug}',
      '/api/v1/pages/{id}/receipt',
      '/api/v1/sources/{id}/requests',
    ]),
  )
  expect([...(seen.admin ?? [])]).toEqual(
    expect.arrayContaining(['/api/v1/audit', '/api/v1/export', '/api/v1/services']),
  )
  // Whoever was paged sees what they were paged for, and no more of it.
  expect([...(seen.pagedOfOther ?? [])].toSorted()).toEqual([
    '/api/v1/alerts',
    '/api/v1/alerts/{id}',
    '/api/v1/alerts/{id}/timeline',
    '/api/v1/incidents',
    '/api/v1/incidents/{id}',
    '/api/v1/incidents/{id}/evidence',
    '/api/v1/incidents/{id}/report',
    '/api/v1/incidents/{id}/report.md',
    '/api/v1/pages/{id}/receipt',
    '/api/v1/pages/{id}/receipt.txt',
  ])
}, 120_000)

for (const actor of OUTSIDERS)
  test(`no GET tells ${actor} of it, whatever they put in its place`, async () => {
    const found: string[] = []
    let asked = 0
    for (const { path } of GETS)
      for (const full of pathsOf(path).flatMap((one) =>
        (QUERIES[path] ?? ['']).map((q) => one + q),
      )) {
        asked += 1
        const { status, text } = await ask(actor, full)
        if (status >= 500 && status !== 503) found.push(`${full}: ${status}`)
        if (leaks(text, full)) found.push(full)
      }
    expect(found).toEqual([])
    expect(asked).toBeGreaterThan(400)
  }, 120_000)

test('a private thing is answered like one that is not there', async () => {
  const { alert, incident, page, request } = two.things['core/private']
  const none = '01a208cf-3c5f-74fc-a70b-f8776f004aec'
  const { token } = two.actors.leadOfOther
  const same = async (method: string, path: (id: string) => string, id: string, body?: unknown) => {
    const [one, other] = await Promise.all(
      [id, none].map((each) => two.world.api(method, path(each), body, token ?? undefined)),
    )
    expect([path(id), one?.status]).toEqual([path(id), other?.status])
    const { instance: _, ...told } = (one?.body ?? {}) as Record<string, unknown>
    const { instance: __, ...nothing } = (other?.body ?? {}) as Record<string, unknown>
    expect({ ...told, requestId: '' }).toEqual({ ...nothing, requestId: '' })
  }
  await same('GET', (id) => `/api/v1/alerts/${id}`, alert)
  await same('POST', (id) => `/api/v1/alerts/${id}/acknowledge`, alert, {})
  await same('GET', (id) => `/api/v1/incidents/${id}`, incident)
  await same('POST', (id) => `/api/v1/incidents/${id}/notes`, incident, { text: 'x' })
  await same('GET', (id) => `/api/v1/pages/${id}/receipt`, page)
  await same('POST', (id) => `/api/v1/requests/${id}/replay`, request)
})

test('what is tried or planned tells nothing of it either', async () => {
  const { token } = two.actors.leadOfOther
  const post = async (path: string, body: unknown) => {
    const answer = await two.world.api('POST', path, body, token ?? undefined)
    return JSON.stringify(answer.body)
  }
  const tried = await post('/api/v1/would-page', {
    alert: { title: 'x', labels: { service: CANARY_SLUG, to: CANARY } },
  })
  expect(tried).toContain('something private')
  expect(leaks(tried, '')).toBe(false)
  expect(
    leaks(
      await post('/api/v1/would-page', { source: `from-${CANARY_SLUG}`, payload: {} }),
      CANARY_SLUG,
    ),
  ).toBe(false)
  const service = (more: string) =>
    `services: [ { id: depot, name: Depot, team: other, escalation: other-ladder, ${more} } ]`
  for (const text of [
    service('depends_on: [ zebra-vaul ]'),
    service('channel: "#x"'),
    'services: []',
    'teams: []',
    'escalations: []',
    `routes: [ { id: to-depot, team: other, when: "true", service: depot } ]`,
  ]) {
    const planned = await post('/api/v1/plan', { text })
    expect([text, leaks(planned, text)]).toEqual([text, false])
  }
  const blast = await post('/api/v1/silences/preview', {
    matchers: [{ name: 'summary', op: '=', value: CANARY }],
    team: 'other',
  })
  expect(blast).toContain('Mutes nothing')
})

test('live updates carry it to those whom it is for, and to nobody else', async () => {
  const heard: Partial<Record<ActorName, string>> = {}
  const listeners = (['memberOfCore', 'pagedOfOther', ...OUTSIDERS] as const).filter(
    (actor) => actor !== 'nobody' && actor !== 'token:self',
  )
  const ends = new AbortController()
  const [{ epoch }] = (await two.world.app.db.withTx('web', (tx) =>
    tx.query<{ epoch: number }>('select epoch from organisation'),
  )) as [{ epoch: number }]
  const [{ tx: least }] = (await two.world.app.db.withTx('web', (tx) =>
    tx.query<{ tx: string }>('select (min(tx::text::bigint) - 1)::text as tx from timeline'),
  )) as [{ tx: string }]
  const read = async (actor: ActorName): Promise<void> => {
    heard[actor] = ''
    // From the beginning: everything that ever happened.
    const answer = await fetch(`${two.world.app.url}/api/v1/events?after=${epoch}.${least}.0`, {
      headers: { authorization: `Bearer ${two.actors[actor].token}` },
      signal: ends.signal,
    })
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) heard[actor] += decoder.decode(chunk as Uint8Array)
  }
  const reading = Promise.allSettled(listeners.map(read))
  await expect
    .poll(() => listeners.every((actor) => (heard[actor] ?? '').includes('"kind":"configured"')), {
      timeout: 10_000,
    })
    .toBe(true)
  // One more thing happens to it, while all listen; then something that everybody hears.
  const { alert } = two.things['core/private']
  const opened = two.things['core/public'].alert
  await two.world.api('POST', `/api/v1/alerts/${alert}/resolve`, {})
  await two.world.api('POST', `/api/v1/alerts/${opened}/resolve`, {})
  const { group } = two.things['core/public']
  await expect
    .poll(() => listeners.every((actor) => (heard[actor] ?? '').split(group).length > 2), {
      timeout: 10_000,
    })
    .toBe(true)
  ends.abort()
  await reading
  const hidden = two.things['core/private'].group
  for (const actor of listeners) {
    const isFor = actor === 'memberOfCore' || actor === 'pagedOfOther'
    expect([actor, (heard[actor] ?? '').includes(hidden)]).toEqual([actor, isFor])
    const told = (heard[actor] ?? '').split('\n\n').filter((one) => leaks(one, ''))
    if (!isFor) expect([actor, told]).toEqual([actor, []])
  }
  expect(leaks(heard.memberOfCore ?? '', '')).toBe(true)
}, 60_000)

test('rooms, phones and shadows: it rings at those who are on it, and is posted nowhere', () => {
  const told = two.world.rang.filter((one) => JSON.stringify(one.body).includes(CANARY))
  expect([...new Set(told.map((one) => one.who))].toSorted()).toEqual(
    expect.arrayContaining(['mia', 'pat']),
  )
  for (const one of told) expect(['vic', 'leo', 'max']).not.toContain(one.who)
})
