/**
 * Every route × who asks × whose it is × public or private. What is expected follows from the policy
 * (`access/can.ts`), asked about principals and things that are written down here, not about what the
 * server believes. A route that is in none of the lists fails.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Action, mayEver, refusal, type Thing } from '../../src/access/can.ts'
import { ROUTES } from '../../src/http/server.ts'
import {
  type ActorName,
  type Known,
  makeTwoTeams,
  type SetName,
  SETS,
  SLUGS,
  type TeamName,
  type TwoTeams,
} from '../rigs/two-teams.ts'

let two: TwoTeams
beforeAll(async () => {
  two = await makeTwoTeams()
}, 120_000)
afterAll(() => two.close())

type What = { path: string; body?: unknown }
type Entry = {
  /** What is asked of the object, besides what the route asks in general. */
  action: Action
  /** Whether there is a public and a private one; else one a team. */
  hasPrivacy: boolean
  /** Where it is, made anew where asking uses it up. */
  at: (set: SetName) => What | Promise<What>
  /** What the policy is told about it, where that is not its team and privacy. */
  thing?: (set: SetName, thing: Thing) => Thing
}

/** A part of an object that is not there: the object is, and a refusal comes before that. */
const NONE = '01a208cf-3c5f-74fc-a70b-f8776f004aec'

const teamOf = (set: SetName): TeamName => set.split('/')[0] as TeamName
const isPrivate = (set: SetName): boolean => set.endsWith('private')
const rotaOf = (set: SetName): string => `${teamOf(set)}-rota`

const onAlert = (verb: string, body: unknown = {}, method = 'POST'): [string, Entry] => [
  `${method} /api/v1/alerts/{id}${verb}`,
  {
    action: method === 'GET' ? 'read' : 'respond',
    hasPrivacy: true,
    at: (set) => ({ path: `/api/v1/alerts/${two.things[set].alert}${verb}`, body }),
  },
]
const onIncident = (verb: string, body: unknown = {}): [string, Entry] => [
  `POST /api/v1/incidents/{id}/${verb.replace(/(hypotheses|tasks)\/none/, (_, noun) => `${noun}/{${noun === 'tasks' ? 'task' : 'hypothesis'}}`)}`,
  {
    action: 'raise',
    hasPrivacy: true,
    at: (set) => ({
      path: `/api/v1/incidents/${two.things[set].incident}/${verb.replace('/none/', `/${NONE}/`)}`,
      body,
    }),
    thing: (set, thing) => ({ ...thing, pagedIds: pagedFor(teamOf(set)) }),
  },
]
const seeIncident = (what: string): [string, Entry] => [
  `GET /api/v1/incidents/{id}/${what}`,
  {
    action: 'read',
    hasPrivacy: true,
    at: (set) => ({ path: `/api/v1/incidents/${two.things[set].incident}/${what}` }),
  },
]
const onPage = (verb: string, method = 'GET'): [string, Entry] => [
  `${method} /api/v1/pages/{id}/${verb}`,
  {
    action: method === 'GET' ? 'read' : 'respond',
    hasPrivacy: true,
    at: (set) => ({ path: `/api/v1/pages/${two.things[set].page}/${verb}`, body: {} }),
  },
]
const pagedFor = (team: TeamName): string[] =>
  Object.values(two.actors).flatMap((one) =>
    one.pagedFor.includes(team) && one.who?.personId ? [one.who.personId] : [],
  )

const formOf = async (section: string, slug: string): Promise<Record<string, unknown>> =>
  (
    await two.world.api<{ form: Record<string, unknown> }>(
      'GET',
      `/api/v1/config/${section}/${slug}`,
    )
  ).body.form
let edits = 0
const edited = async (section: string, slug: string) => {
  const { id: _, ...form } = await formOf(section, slug)
  edits += 1
  return section === 'routes'
    ? { ...form, pause: `${edits % 50}s` }
    : { ...form, name: `Edit ${edits}` }
}
const made = async (path: string, body: object, name: string): Promise<string> => {
  const answer = await two.world.api<{ result: Record<string, string> }>('POST', path, body)
  return answer.body.result[name] ?? ''
}

/** Routes about something that belongs to a team. */
const ON_THINGS = (): Record<string, Entry> =>
  Object.fromEntries([
    onAlert('', undefined, 'GET'),
    onAlert('/timeline', undefined, 'GET'),
    onAlert('/acknowledge'),
    onAlert('/release'),
    onAlert('/escalate'),
    onAlert('/snooze', { for: '10m' }),
    onAlert('/page', { target: 'person:boss' }),
    onAlert('/verdict', { verdict: 'useful' }),
    onAlert('/resolve'),
    onPage('receipt'),
    onPage('receipt.txt'),
    onPage('acknowledge', 'POST'),
    onPage('not-mine', 'POST'),
    [
      'GET /api/v1/incidents/{id}',
      {
        action: 'read',
        hasPrivacy: true,
        at: (set) => ({ path: `/api/v1/incidents/${two.things[set].incident}` }),
      },
    ],
    seeIncident('report'),
    seeIncident('report.md'),
    seeIncident('evidence'),
    onIncident('declare', { summary: 'x' }),
    onIncident('merge', { into: 'INC-999999' }),
    onIncident('link', { relation: 'recurrence', to: null }),
    onIncident('describe', { summary: 'described' }),
    onIncident('raise', { severity: 1 }),
    onIncident('lower', { severity: 4, reason: 'x' }),
    onIncident('undo-raise', { reason: 'x' }),
    onIncident('answers', {}),
    onIncident('impact', { impact: { users: 1 } }),
    onIncident('clear-integrity', { evidence: 'x' }),
    onIncident('status', { to: 'investigating' }),
    onIncident('check', {}),
    onIncident('stamp', { stamp: 'detectedAt', at: '2026-11-23T13:59:00Z' }),
    onIncident('roles', { role: 'scribe', person: 'boss' }),
    onIncident('roles/leave', { role: 'scribe' }),
    onIncident('hand-over', { role: 'commander', to: 'boss' }),
    onIncident('hand-over/accept', {}),
    onIncident('hand-over/decline', {}),
    onIncident('hypotheses', { statement: 'x' }),
    onIncident('hypotheses/none/verdict', { verdict: 'refuted' }),
    onIncident('hypotheses/none/extend', { reason: 'x', for: '10m' }),
    onIncident('hypotheses/none/reopen', {}),
    onIncident('hypotheses/none/withdraw', {}),
    onIncident('hypotheses/none/evidence', { speaks: 'for', text: 'x' }),
    onIncident('tasks', { text: 'x' }),
    onIncident('tasks/none/acknowledge', {}),
    onIncident('tasks/none/done', {}),
    onIncident('tasks/none/reopen', {}),
    onIncident('notes', { text: 'x' }),
    onIncident('decisions', { text: 'x' }),
    onIncident('long', { isLong: true }),
    onIncident('breach', { tell: ['the authority'] }),
    onIncident('breach/told', { whom: 'the authority' }),
    onIncident('messages/preview', { audience: 'internal', fields: {} }),
    onIncident('messages', { audience: 'internal', fields: {} }),
    [
      'POST /api/v1/silences',
      {
        action: 'silence',
        hasPrivacy: false,
        at: (set) => ({
          path: '/api/v1/silences',
          body: {
            matchers: [{ name: 'a', op: '=', value: 'b' }],
            team: teamOf(set),
            for: '1h',
            reason: 'x',
          },
        }),
      },
    ],
    [
      'POST /api/v1/silences/preview',
      {
        action: 'silence',
        hasPrivacy: false,
        at: (set) => ({
          path: '/api/v1/silences/preview',
          body: { matchers: [{ name: 'a', op: '=', value: 'b' }], team: teamOf(set) },
        }),
      },
    ],
    [
      'DELETE /api/v1/silences/{id}',
      {
        action: 'silence',
        hasPrivacy: false,
        at: async (set) => ({
          path: `/api/v1/silences/${await made('/api/v1/silences', { matchers: [{ name: 'a', op: '=', value: 'b' }], team: teamOf(set), for: '1h', reason: 'x' }, 'silenceId')}`,
        }),
      },
    ],
    [
      'DELETE /api/v1/maintenances/{id}',
      {
        action: 'silence',
        hasPrivacy: false,
        at: async (set) => ({
          path: `/api/v1/maintenances/${await made('/api/v1/maintenances', { services: [SLUGS[set].service], for: '1h', reason: 'x' }, 'maintenanceId')}`,
        }),
      },
    ],
    [
      'GET /api/v1/sources/{id}/requests',
      {
        action: 'inspect',
        hasPrivacy: true,
        at: (set) => ({ path: `/api/v1/sources/${SLUGS[set].source}/requests` }),
        // It is no alert: whoever was paged by one of them does not read what else came in.
        thing: (_set, thing) => ({ ...thing, pagedIds: [] }),
      },
    ],
    [
      'PUT /api/v1/schedules/{id}',
      {
        action: 'configure',
        hasPrivacy: false,
        at: async (set) => ({
          path: `/api/v1/schedules/${rotaOf(set)}`,
          body: { schedule: await edited('schedules', rotaOf(set)) },
        }),
      },
    ],
    [
      'POST /api/v1/schedules/{id}/preview',
      {
        action: 'configure',
        hasPrivacy: false,
        at: async (set) => ({
          path: `/api/v1/schedules/${rotaOf(set)}/preview`,
          body: { schedule: await edited('schedules', rotaOf(set)) },
        }),
      },
    ],
    [
      'POST /api/v1/schedules/{id}/overrides',
      {
        action: 'schedule',
        hasPrivacy: false,
        at: (set) => ({
          path: `/api/v1/schedules/${rotaOf(set)}/overrides`,
          body: { person: 'boss', from: '+1h', to: '+2h' },
        }),
      },
    ],
    [
      'DELETE /api/v1/schedules/{id}/overrides/{override}',
      {
        action: 'schedule',
        hasPrivacy: false,
        at: async (set) => ({
          path: `/api/v1/schedules/${rotaOf(set)}/overrides/${await made(`/api/v1/schedules/${rotaOf(set)}/overrides`, { person: 'boss', from: '+3h', to: '+4h' }, 'overrideId')}`,
        }),
      },
    ],
    [
      'POST /api/v1/schedules/{id}/import',
      {
        action: 'schedule',
        hasPrivacy: false,
        at: (set) => ({
          path: `/api/v1/schedules/${rotaOf(set)}/import`,
          body: { text: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', dryRun: true },
        }),
      },
    ],
    ...(['PUT', 'POST', 'DELETE'] as const).map((method): [string, Entry] => [
      `${method} /api/v1/config/{section}/{slug}${method === 'POST' ? '/preview' : ''}`,
      {
        action: 'configure',
        hasPrivacy: true,
        at: async (set) => ({
          path: `/api/v1/config/services/${SLUGS[set].service}${method === 'POST' ? '/preview' : ''}`,
          body: method === 'DELETE' ? undefined : await edited('services', SLUGS[set].service),
        }),
        thing: (_set, thing) => ({ ...thing, pagedIds: [] }),
      },
    ]),
    [
      'GET /api/v1/config/{section}/{slug}',
      {
        action: 'read',
        hasPrivacy: true,
        at: (set) => ({ path: `/api/v1/config/services/${SLUGS[set].service}` }),
        thing: (_set, thing) => ({ ...thing, pagedIds: [] }),
      },
    ],
  ] as [string, Entry][])

/** Of nobody's team: what the route asks in general is all. */
const IN_GENERAL: readonly string[] = [
  'POST /api/v1/import/objectives',
  'GET /api/v1/export/objectives',
  'GET /api/v1/export/rules',
  // Objectives of what is private are filtered with its service: test/stories/objectives.story.test.ts.
  'GET /api/v1/objectives',
  'GET /api/v1/objectives/{id}',
  'GET /api/v1/objectives/{id}/burn-down',
  'POST /api/v1/objectives/{id}/events',
  'POST /api/v1/objectives/{id}/reviews',
  'GET /api/v1/gate/{service}',
  'POST /api/v1/gate/{service}/exceptions',
  'GET /api/v1/policy',
  'PUT /api/v1/policy',
  'POST /api/v1/policy/check',
  'GET /api/v1/policy/presets',
  'GET /api/v1/policy/versions',
  'GET /api/v1/policy/versions/{version}',
  'POST /api/v1/policy/simulate',
  'POST /api/v1/policy/backtest',
  'POST /api/v1/import/policy',
  'GET /api/v1/measures',
  'GET /api/v1/measures.csv',
  // What is private to other teams is not counted: src/obligations/store.test.ts.
  'GET /api/v1/compliance',
  'POST /api/v1/import/statuses',
  'POST /api/v1/alerts/bulk',
  'GET /api/v1/views',
  'PUT /api/v1/views',
  'DELETE /api/v1/views/{id}',
  'GET /api/v1/delivery',
  'GET /api/v1/alerts',
  'POST /api/v1/alerts',
  'GET /api/v1/pages',
  'GET /api/v1/incidents',
  'POST /api/v1/incidents',
  'GET /api/v1/silences',
  'GET /api/v1/maintenances',
  'POST /api/v1/maintenances',
  'POST /api/v1/plan',
  'POST /api/v1/apply',
  'POST /api/v1/import/on-call',
  'GET /api/v1/export',
  'GET /api/v1/people',
  'GET /api/v1/teams',
  'GET /api/v1/services',
  'GET /api/v1/escalations',
  'GET /api/v1/routes',
  'GET /api/v1/doctor',
  'GET /api/v1/source-kinds',
  'GET /api/v1/sources',
  'POST /api/v1/requests/{id}/replay',
  'GET /api/v1/who',
  'POST /api/v1/would-page',
  'GET /api/v1/schedules',
  'GET /api/v1/schedules/{id}',
  'POST /api/v1/schedules/{id}/take',
  'GET /api/v1/covers',
  'GET /api/v1/load',
  'GET /api/v1/load/pay',
  'GET /api/v1/handoffs',
  'GET /api/v1/absences',
  'GET /api/v1/calendars',
  'PUT /api/v1/calendars/{slug}',
  'POST /api/v1/calendars/read',
  'POST /api/v1/people/{id}/invitation',
  'GET /api/v1/tokens',
  'POST /api/v1/tokens',
  'DELETE /api/v1/tokens/{id}',
  'GET /api/v1/sign-in',
  'PUT /api/v1/sign-in',
  'GET /api/v1/people/{id}/access',
  'POST /api/v1/people/{id}/disable',
  'POST /api/v1/people/{id}/enable',
  'DELETE /api/v1/people/{id}/authenticator',
  'DELETE /api/v1/people/{id}/identities',
  'GET /api/v1/channels',
  'PUT /api/v1/channels/{kind}',
  'POST /api/v1/channels/{kind}/test',
  'GET /api/v1/audit',
  'GET /api/v1/audit/heads',
  'GET /api/v1/audit/export',
  'POST /api/v1/backup',
  'POST /api/v1/organisation/resume',
  'GET /api/v1/webhook-secret',
  'GET /api/v1/pretend',
]

/** About whoever asks: open to all who are signed in, each for what is their own. Held in their stories. */
const OF_ONESELF: readonly RegExp[] = [
  /^\w+ \/api\/v1\/me(\/|$)/,
  /^POST \/api\/v1\/logout$/,
  /^GET \/api\/v1\/people\/\{id\}\/contacts$/,
  /^POST \/api\/v1\/contacts\/\{id\}\/(test|confirm)$/,
  /^GET \/api\/v1\/(contact-kinds|owed|push-key|survey|contact-card\.vcf)$/,
  /^POST \/api\/v1\/survey\/\{id\}$/,
  /^\w+ \/api\/v1\/covers/,
  /^\w+ \/api\/v1\/handoffs\/\{id\}/,
  /^\w+ \/api\/v1\/calendar-(links|feeds)/,
  /^\w+ \/api\/v1\/absences/,
]

const keyOf = (route: { method: string; path: string }): string =>
  `${route.method.toUpperCase()} ${route.path}`

test('every route has its place here, and what is here is a route', () => {
  const things = ON_THINGS()
  const placeOf = (route: (typeof ROUTES)[number]): string[] => {
    const key = keyOf(route)
    return [
      ...('public' in route.policy ? ['public'] : []),
      ...(key in things ? ['things'] : []),
      ...(IN_GENERAL.includes(key) ? ['general'] : []),
      ...('signedIn' in route.policy && OF_ONESELF.some((one) => one.test(key)) ? ['oneself'] : []),
    ]
  }
  const wrong = ROUTES.filter((one) => placeOf(one).length !== 1)
  expect(wrong.map((one) => [keyOf(one), placeOf(one)])).toEqual([])
  const known = new Set(ROUTES.map(keyOf))
  expect([...Object.keys(things), ...IN_GENERAL].filter((key) => !known.has(key))).toEqual([])
})

/** What the policy says, about principals and things that this file knows by itself. */
function expected(
  key: string,
  entry: Entry,
  known: Known,
  set: SetName,
): 401 | 403 | 404 | 'through' {
  if (known.who === null) return 401
  const route = ROUTES.find((one) => keyOf(one) === key)
  const policy = route?.policy ?? { public: '' }
  if ('needs' in policy && !mayEver(known.who, policy.needs)) return 403
  if ('signedIn' in policy && !mayEver(known.who, entry.action)) return 403
  const plain: Thing = {
    teamId: two.ids[teamOf(set)],
    visibility: isPrivate(set) ? 'team' : 'everyone',
    pagedIds: known.pagedFor.includes(teamOf(set)) ? [known.who.personId ?? ''] : [],
  }
  const refused = refusal(known.who, entry.action, entry.thing?.(set, plain) ?? plain)
  return refused === 'unseen' ? 404 : refused === 'notAllowed' ? 403 : 'through'
}

const classOf = (status: number): 401 | 403 | 404 | 'through' =>
  status === 401 || status === 403 || status === 404 ? status : 'through'

/** Refused ones first, so that nobody finds used up what they may not use. */
const order = (one: { wanted: unknown }): number => (one.wanted === 'through' ? 1 : 0)

for (const route of ROUTES) {
  const key = keyOf(route)
  test(`${key}: each as the policy says, of one's own team and of another`, async () => {
    const entry = ON_THINGS()[key]
    if (!entry) return askInGeneral(route)
    const sets = entry.hasPrivacy ? SETS : SETS.filter((one) => !isPrivate(one))
    const asked = (Object.entries(two.actors) as [ActorName, Known][]).flatMap(([actor, known]) =>
      sets
        .filter((set) => !actor.startsWith('token:') || set === 'core/private' || !entry.hasPrivacy)
        .map((set) => ({ actor, known, set, wanted: expected(key, entry, known, set) })),
    )
    const wrong: string[] = []
    for (const { actor, known, set, wanted } of asked.toSorted((a, b) => order(a) - order(b))) {
      const { path, body } = await entry.at(set)
      const method = route.method.toUpperCase()
      const answer = await two.world.api(
        method,
        path,
        method === 'GET' || method === 'DELETE' ? undefined : body,
        known.token as string,
      )
      const got = classOf(answer.status)
      const isGone = wanted === 'through' && got === 404 && path.includes(NONE)
      if (got !== wanted && !isGone)
        wrong.push(
          `${actor} on ${set}: ${answer.status}, wanted ${wanted} ${JSON.stringify(answer.body).slice(0, 120)}`,
        )
    }
    expect(wrong).toEqual([])
    expect(new Set(asked.map((one) => one.wanted)).size).toBeGreaterThan(1)
  }, 60_000)
}

async function askInGeneral(route: (typeof ROUTES)[number]): Promise<void> {
  const { policy } = route
  if (!('needs' in policy)) return
  const path = route.path.replaceAll(/\{(\w+)\}/g, '01a208cf-3c5f-74fc-a70b-f8776f004aec')
  const wrong: string[] = []
  for (const [actor, known] of Object.entries(two.actors)) {
    // What an admin may, they may do for real: a token or the instance would be gone for the others.
    const wanted = known.who === null ? 401 : mayEver(known.who, policy.needs) ? 'through' : 403
    if (wanted === 'through' && route.method !== 'get') continue
    const { status } = await two.world.api(
      route.method.toUpperCase(),
      path,
      route.method === 'get' ? undefined : {},
      known.token as string,
    )
    const got = status === 404 ? 'through' : classOf(status)
    if (got !== wanted) wrong.push(`${actor}: ${status}, wanted ${wanted}`)
  }
  expect(wrong).toEqual([])
}

test('things of the configuration of each section follow their team', async () => {
  const wrong: string[] = []
  const slugs: Record<string, Record<TeamName, string>> = {
    schedules: { core: 'core-rota', other: 'other-rota' },
    escalations: { core: 'core-ladder', other: 'other-ladder' },
    services: { core: 'shop', other: 'depot' },
    sources: { core: 'from-shop', other: 'from-depot' },
    routes: { core: 'to-shop', other: 'to-depot' },
    teams: { core: 'core', other: 'other' },
  }
  for (const [section, of] of Object.entries(slugs))
    for (const team of ['core', 'other'] as const)
      for (const actor of [
        'viewer',
        'viewerOfCore',
        'memberOfCore',
        'leadOfCore',
        'memberOfOther',
        'leadOfOther',
        'admin',
      ] as const) {
        const path = `/api/v1/config/${section}/${of[team]}`
        const { status } = await two.world.api(
          'PUT',
          path,
          await edited(section, of[team]),
          two.actors[actor].token as string,
        )
        const may = actor === 'admin' || actor === (team === 'core' ? 'leadOfCore' : 'leadOfOther')
        if (status !== (may ? 200 : 403)) wrong.push(`${actor} ${section} of ${team}: ${status}`)
      }
  expect(wrong).toEqual([])
})

test('nobody moves what is another team’s into their own, gives theirs away, or makes themselves lead', async () => {
  const { token } = two.actors.leadOfOther
  const put = async (path: string, body: unknown) =>
    (await two.world.api('PUT', `/api/v1/config/${path}`, body, token as string)).status
  const shop = await edited('services', 'shop')
  const depot = await edited('services', 'depot')
  const rota = await edited('schedules', 'other-rota')
  const team = await edited('teams', 'other')
  expect(await put('services/shop', { ...shop, team: 'other' })).toBe(403)
  expect(await put('services/depot', { ...depot, team: 'core' })).toBe(403)
  expect(await put('services/depot', { ...depot, team: null })).toBe(403)
  expect(await put('schedules/other-rota', { ...rota, team: 'core' })).toBe(403)
  expect(
    await put('services/fresh', { name: 'Fresh', team: 'other', escalation: 'other-ladder' }),
  ).toBe(200)
  expect(await put('services/foreign', { name: 'Foreign', team: 'core' })).toBe(403)
  expect(await put('services/nobodys', { name: 'Nobody’s' })).toBe(403)
  // A source or a route acts on where it leads to; one without a team acts on everybody.
  const kind = 'pagerduty-events'
  expect(await put('sources/tap', { kind, team: 'other', service: 'shop' })).toBe(403)
  expect(await put('sources/tap', { kind, team: 'other' })).toBe(200)
  expect(await put('routes/thief', { when: 'true', team: 'core', service: 'depot' })).toBe(403)
  expect(await put('routes/thief', { when: 'true', service: 'depot' })).toBe(403)
  expect(await put('routes/own', { when: 'true', team: 'other', service: 'depot' })).toBe(200)
  expect(await put('teams/other', { ...team, lead: 'max' })).toBe(403)
  expect(await put('teams/core', { ...(await edited('teams', 'core')), lead: 'leo' })).toBe(403)
  expect(await put('teams/fresh', { name: 'Fresh', lead: 'leo' })).toBe(403)
  expect(await put('teams/other', { ...team, members: ['leo', 'max', 'pat', 'vic'] })).toBe(200)
  expect(await put('people/leo', { ...(await formOf('people', 'leo')), role: 'admin' })).toBe(403)
  expect(await put('people/max', { ...(await formOf('people', 'max')), name: 'Maxine' })).toBe(403)
  expect(await put('calendars/days', { name: 'Days', holidays: [] })).toBe(403)
})

test('a route of a team decides about that team’s alerts, whatever its condition', async () => {
  const key = (text: string): string => text.padEnd(32, 'x')
  const { token } = two.actors.leadOfOther
  await two.world.api(
    'PUT',
    '/api/v1/config/routes/greedy',
    { when: 'true', team: 'other', service: 'depot' },
    token as string,
  )
  for (const [routing_key, name] of [
    ['fedcba9876543210fedcba9876543210', 'of core'],
    [key('k2'), 'of other'],
  ])
    await fetch(`${two.world.app.url}/v2/enqueue`, {
      method: 'POST',
      body: JSON.stringify({
        routing_key,
        event_action: 'trigger',
        dedup_key: name,
        payload: { summary: name, source: 'x', severity: 'error' },
      }),
    })
  await two.world.beat()
  const { alerts } = (
    await two.world.api<{ alerts: { title: string; service: { slug: string } }[] }>(
      'GET',
      '/api/v1/alerts',
    )
  ).body
  const at = (title: string) => alerts.find((one) => one.title === title)?.service.slug
  expect([at('of core'), at('of other')]).toEqual(['shop', 'depot'])
})

test('a file of a lead is about what is theirs: others stay, and cannot be touched by it', async () => {
  const { token } = two.actors.leadOfOther
  const post = (path: string, text: string) =>
    two.world.api<{ detail: string; changes: { id: string; action: string }[] }>(
      'POST',
      path,
      { text },
      token as string,
    )
  const own = await two.world.api<string>('GET', '/api/v1/export', undefined, token as string)
  expect(own.body).toContain('depot')
  expect(own.body).not.toMatch(/shop|zebra|^people:|^channels:/m)
  expect((await post('/api/v1/plan', own.body)).body.changes).toEqual([])
  const changed = own.body.replace('urgency: high', 'urgency: low')
  expect((await post('/api/v1/apply', changed)).status).toBe(200)
  // A section of theirs that is empty takes away what is theirs, and nothing else.
  const planned = await post('/api/v1/plan', 'routes: []')
  expect(planned.body.changes.map((one) => one.action)).toContain('remove')
  for (const { id } of planned.body.changes) expect(id).not.toMatch(/shop|zebra/)
  const foreign = await post(
    '/api/v1/apply',
    `escalations:
  - { id: other-ladder, team: other, steps: [ { page: [ person:max ] } ] }
  - { id: core-ladder, team: other, steps: [ { page: [ person:leo ] } ] }`,
  )
  expect([foreign.status, foreign.body.detail]).toEqual([
    403,
    '`core-ladder` (ladder) belongs to team `core`: only its lead or an admin may change it.',
  ])
  expect((await post('/api/v1/apply', 'organisation: { name: Mine }')).status).toBe(403)
  expect((await post('/api/v1/apply', 'channels: { webhook: { secret: x } }')).status).toBe(403)
})

test('everybody may still have their own turns covered, and nobody’s else', async () => {
  const ask = async (actor: ActorName, schedule: string, person: string) =>
    (
      await two.world.api(
        'POST',
        '/api/v1/covers',
        { schedule, person, from: '+30h', to: '+32h' },
        two.actors[actor].token as string,
      )
    ).status
  expect(await ask('memberOfOther', 'other-rota', 'max')).not.toBe(403)
  expect(await ask('memberOfOther', 'core-rota', 'mia')).toBe(403)
  expect(await ask('viewer', 'core-rota', 'mia')).toBe(403)
})
