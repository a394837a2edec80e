/** What tests of planning stand on: channels that describe themselves, and a pager that only names slugs. */

import type { Principal } from '../access/can.ts'
import type { Directory } from '../directory/directory.ts'
import type { Target } from '../escalation/ladder.ts'
import { SEED } from '../severity/policy.ts'
import { DEFAULT_SIGN_IN } from '../sign-in/settings.ts'
import { makeId } from '../lib/id.ts'
import { createSealer } from '../lib/seal.ts'
import type { ChannelDescription } from '../notify/channel.ts'
import { whoIsOnCall } from '../oncall/shifts.ts'
import type { PlanDeps } from './deps.ts'
import type { FormatFacts } from './form-file.ts'
import type { Stored } from './stored.ts'

const nothing = { required: false, label: '' } as const

export const CHANNELS: readonly ChannelDescription[] = [
  {
    kind: 'webhook',
    label: 'Webhook',
    loudness: 'push',
    needs: 'outbound',
    contact: [
      { name: 'url', label: 'Address', kind: 'url', required: true },
      { name: 'secret', label: 'Signing secret', kind: 'secret', required: false },
      { name: 'bundle', label: 'Bundle storms', kind: 'boolean', required: false },
    ],
    settings: [{ ...nothing, name: 'secret', kind: 'secret' }],
  },
  {
    kind: 'email',
    label: 'E-mail',
    loudness: 'quiet',
    needs: 'outbound',
    contact: [{ name: 'address', label: 'Address', kind: 'email', required: true }],
    settings: [
      { name: 'host', label: 'Server', kind: 'text', required: true },
      { ...nothing, name: 'port', kind: 'number' },
      { name: 'from', label: 'From', kind: 'email', required: true },
      { ...nothing, name: 'password', kind: 'secret' },
      { ...nothing, name: 'tls', kind: 'boolean' },
    ],
  },
  {
    kind: 'ntfy',
    label: 'ntfy push',
    loudness: 'push',
    needs: 'outbound',
    contact: [{ name: 'topic', label: 'Topic', kind: 'text', required: true }],
    settings: [
      { ...nothing, name: 'base_url', kind: 'url' },
      { ...nothing, name: 'token', kind: 'secret' },
    ],
  },
  {
    kind: 'phone',
    label: 'Call',
    loudness: 'call',
    needs: 'publicAddress',
    contact: [{ name: 'number', label: 'Number', kind: 'phone', required: true }],
    settings: [],
  },
]

/** Whoever may change everything. */
export const ADMIN: Principal = {
  personId: null,
  role: 'admin',
  teamIds: [],
  leadIds: [],
  scopes: null,
}

export const SOURCE_KINDS = ['alertmanager', 'pagerduty-events', 'grafana']

export const FACTS: FormatFacts = {
  channels: CHANNELS,
  sourceKinds: SOURCE_KINDS,
  hashKey: (key) => `hash of ${key}`,
}

/** Ids that sort in the order in which they were made. */
function counting(): PlanDeps['makeId'] {
  let count = 0
  return (now) => {
    count += 1
    const bytes = new Uint8Array(10)
    new DataView(bytes.buffer).setUint32(6, count)
    return makeId(now, () => bytes)
  }
}

/** An instance that nobody has configured yet. */
export const EMPTY: Stored = {
  directory: {
    version: 1,
    organisation: { name: 'My organisation', fallback: [], pausedAt: null, epoch: 1 },
    people: new Map(),
    teams: new Map(),
    schedules: new Map(),
    ladders: new Map(),
    services: new Map(),
    sources: new Map(),
    routes: [],
    silences: [],
    maintenances: [],
  },
  calendars: [],
  metrics: [],
  objectives: [],
  keys: [],
  channels: [],
  signIn: DEFAULT_SIGN_IN,
  policy: SEED,
  seats: new Map(),
  identities: [],
  underway: {
    climbs: new Map(),
    pages: new Map(),
    groups: new Map(),
    alerts: new Map(),
    accounts: new Set(),
  },
}

export const planDeps = (): PlanDeps => ({
  channels: CHANNELS,
  sourceKinds: SOURCE_KINDS,
  sealer: createSealer(Buffer.alloc(32, 7)),
  makeId: counting(),
  whoWouldBePaged,
})

function whoWouldBePaged(directory: Directory, serviceId: string, at: number): string {
  const service = directory.services.get(serviceId)
  const ladder = directory.ladders.get(service?.escalationId ?? '')
  const steps = ladder?.steps.map((step) =>
    step.targets.flatMap((one) => namesOf(directory, one, at)).join(' and '),
  )
  return steps?.join(', then ') ?? 'the fallback'
}

function namesOf(directory: Directory, { kind, id }: Target, at: number): string[] {
  const schedule = directory.schedules.get(id)
  const ids =
    kind === 'person'
      ? [id]
      : kind === 'team'
        ? (directory.teams.get(id)?.memberIds ?? [])
        : schedule
          ? whoIsOnCall(schedule, at).people.map((one) => one.personId)
          : []
  return ids.map((one) => directory.people.get(one)?.slug ?? '?')
}
