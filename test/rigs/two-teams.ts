/** Two teams with the same of everything, public and private, and everybody who could ask for it. */
import { ACTIONS, type Action, type Principal } from '../../src/access/can.ts'
import { KEY, makeWorld, type World } from './world.ts'

export type TeamName = 'core' | 'other'
export type Privacy = 'public' | 'private'
export type SetName = `${TeamName}/${Privacy}`
export const SETS: readonly SetName[] = [
  'core/public',
  'core/private',
  'other/public',
  'other/private',
]

/** In everything that is private of team core, and in nothing else. */
export const CANARY = 'Canary7Q'
export const CANARY_SLUG = 'zebra-vault'

const person = (id: string, role: string): string =>
  `  - { id: ${id}, name: ${id}, role: ${role}, contacts: [ { id: hook, kind: webhook, url: "PHONES/${id}" } ], rules: { high: [ { after: 0m, use: hook } ] } }`

const key = (text: string): string => text.padEnd(32, 'x')

export const SLUGS: Readonly<Record<SetName, { service: string; source: string; route: string }>> =
  {
    'core/public': { service: 'shop', source: 'from-shop', route: 'to-shop' },
    'core/private': {
      service: CANARY_SLUG,
      source: `from-${CANARY_SLUG}`,
      route: `to-${CANARY_SLUG}`,
    },
    'other/public': { service: 'depot', source: 'from-depot', route: 'to-depot' },
    'other/private': { service: 'cellar', source: 'from-cellar', route: 'to-cellar' },
  }

const nameOf = (set: SetName): string =>
  set === 'core/private' ? CANARY : `${SLUGS[set].service} service`

const YAML = `
organisation: { name: Test, fallback: [ person:boss ] }
people:
${[
  person('boss', 'admin'),
  person('vic', 'stakeholder'),
  person('lea', 'responder'),
  person('mia', 'responder'),
  person('leo', 'responder'),
  person('max', 'responder'),
  person('pat', 'responder'),
  person('sam', 'stakeholder'),
].join('\n')}
teams:
  - { id: core, lead: lea, members: [ lea, mia, sam ] }
  - { id: other, lead: leo, members: [ leo, max, pat ] }
schedules:
  - { id: core-rota, team: core, timezone: UTC, rotations: [ { id: w, people: [ mia ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02 } ] }
  - { id: other-rota, team: other, timezone: UTC, rotations: [ { id: w, people: [ max ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02 } ] }
escalations:
  - { id: core-ladder, team: core, steps: [ { page: [ person:mia, person:pat ] } ] }
  - { id: other-ladder, team: other, steps: [ { page: [ person:max ] } ] }
services:
${SETS.map((set) => {
  const [team, privacy] = set.split('/')
  return `  - { id: ${SLUGS[set].service}, name: ${nameOf(set)}, team: ${team}, escalation: ${team}-ladder, private: ${privacy === 'private'} }`
}).join('\n')}
  - { id: hub, name: Hub, team: core, escalation: core-ladder, depends_on: [ shop, ${CANARY_SLUG} ] }
sources:
${SETS.map((set, index) => `  - { id: ${SLUGS[set].source}, name: Source of ${nameOf(set)}, kind: pagerduty-events, service: ${SLUGS[set].service}, key: ${index === 0 ? KEY : key(`k${index}`)} }`).join('\n')}
routes:
${SETS.map((set) => {
  const [team] = set.split('/')
  return `  - { id: ${SLUGS[set].route}, team: ${team}, when: 'labels.to == "${nameOf(set)}"', service: ${SLUGS[set].service} }`
}).join('\n')}
`

export type ActorName =
  | 'nobody'
  | 'ingestionKey'
  | 'revoked'
  | 'viewer'
  | 'viewerOfCore'
  | 'leadOfCore'
  | 'memberOfCore'
  | 'leadOfOther'
  | 'memberOfOther'
  | 'pagedOfOther'
  | 'admin'
  | `token:${Action}`

/** Who each is to the policy, said here once more: the test must not ask the server who they are. */
export type Known = {
  token: string | null
  who: Principal | null
  /** Who was paged for the things of a team. */
  pagedFor: readonly TeamName[]
}

export type Things = {
  alert: string
  group: string
  incident: string
  page: string
  request: string
}

export type TwoTeams = {
  world: World
  actors: Readonly<Record<ActorName, Known>>
  ids: Readonly<Record<string, string>>
  things: Readonly<Record<SetName, Things>>
  close(): Promise<void>
}

export async function makeTwoTeams(): Promise<TwoTeams> {
  const world = await makeWorld({ yaml: YAML })
  const list = async (path: string, name: string) =>
    (await world.api<Record<string, { id: string; slug: string }[]>>('GET', `/api/v1/${path}`))
      .body[name] ?? []
  const ids: Record<string, string> = {}
  for (const section of ['people', 'teams', 'services', 'sources', 'schedules', 'escalations'])
    for (const one of await list(section, section)) ids[one.slug] = one.id

  const things = {} as Record<SetName, Things>
  for (const [index, set] of SETS.entries()) {
    const title = set === 'core/private' ? `${CANARY} is broken` : `${SLUGS[set].service} is broken`
    await fetch(`${world.app.url}/v2/enqueue`, {
      method: 'POST',
      body: JSON.stringify({
        routing_key: index === 0 ? KEY : key(`k${index}`),
        event_action: 'trigger',
        dedup_key: title,
        payload: {
          summary: title,
          source: title,
          severity: 'critical',
          custom_details: { note: title },
        },
      }),
    })
    await world.beat()
    const { alerts } = (
      await world.api<{ alerts: { id: string; title: string }[] }>('GET', '/api/v1/alerts')
    ).body
    const alert = alerts.find((one) => one.title === title)?.id ?? ''
    const detail = (
      await world.api<{ groupId: string; pages: { id: string }[] }>(
        'GET',
        `/api/v1/alerts/${alert}`,
      )
    ).body
    const declared = await world.api<{ result: { incidentId: string } }>(
      'POST',
      '/api/v1/incidents',
      {
        title: `Incident: ${title}`,
        alert,
      },
    )
    const { requests } = (
      await world.api<{ requests: { id: string }[] }>(
        'GET',
        `/api/v1/sources/${SLUGS[set].source}/requests`,
      )
    ).body
    things[set] = {
      alert,
      group: detail.groupId,
      incident: declared.body.result.incidentId,
      page: detail.pages[0]?.id ?? '',
      request: requests[0]?.id ?? '',
    }
  }
  const actors = await makeActors(world, ids)
  return { world, actors, ids, things, close: () => world.end() }
}

async function makeActors(
  world: World,
  ids: Readonly<Record<string, string>>,
): Promise<Record<ActorName, Known>> {
  const token = async (body: object): Promise<string> => {
    const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
      name: 't',
      ...body,
    })
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    return made.body.token
  }
  const of = async (
    slug: string,
    role: Principal['role'],
    more: Partial<Record<'teams' | 'leads' | 'paged', TeamName[]>>,
  ): Promise<Known> => ({
    token: await token({ role, person: slug }),
    who: {
      personId: ids[slug] ?? '',
      role,
      teamIds: (more.teams ?? []).map((team) => ids[team] ?? ''),
      leadIds: (more.leads ?? []).map((team) => ids[team] ?? ''),
      scopes: null,
    },
    pagedFor: more.paged ?? [],
  })
  const gone = await world.api<{ id: string; token: string }>('POST', '/api/v1/tokens', {
    name: 'gone',
    role: 'admin',
  })
  await world.api('DELETE', `/api/v1/tokens/${gone.body.id}`)
  const stranger = (text: string | null): Known => ({ token: text, who: null, pagedFor: [] })
  const scoped = await Promise.all(
    ACTIONS.map(
      async (action): Promise<[ActorName, Known]> => [
        `token:${action}`,
        {
          token: await token({ role: 'admin', scopes: [action] }),
          who: { personId: null, role: 'admin', teamIds: [], leadIds: [], scopes: [action] },
          pagedFor: [],
        },
      ],
    ),
  )
  return {
    nobody: stranger(null),
    ingestionKey: stranger(KEY),
    revoked: stranger(gone.body.token),
    viewer: await of('vic', 'stakeholder', {}),
    viewerOfCore: await of('sam', 'stakeholder', { teams: ['core'] }),
    leadOfCore: await of('lea', 'responder', { teams: ['core'], leads: ['core'] }),
    memberOfCore: await of('mia', 'responder', { teams: ['core'], paged: ['core'] }),
    leadOfOther: await of('leo', 'responder', { teams: ['other'], leads: ['other'] }),
    memberOfOther: await of('max', 'responder', { teams: ['other'], paged: ['other'] }),
    pagedOfOther: await of('pat', 'responder', { teams: ['other'], paged: ['core'] }),
    admin: await of('boss', 'admin', {}),
    ...Object.fromEntries(scoped),
  } as Record<ActorName, Known>
}
