/** What is stored, in the form of the file: the other side of every comparison, and what is exported. */
import type { SourceKey } from '../alerts/source-store.ts'
import type { Directory } from '../directory/directory.ts'
import type { ChannelSettings } from '../directory/store.ts'
import type { Target } from '../escalation/ladder.ts'
import { formatDuration } from '../lib/duration.ts'
import type { Id } from '../lib/id.ts'
import type { ChannelDescription, Field } from '../notify/channel.ts'
import { WEEKDAYS } from '../lib/windows.ts'
import type { HolidayCalendar } from '../oncall/holidays.ts'
import type { Period, Rotation, Schedule } from '../oncall/schedule.ts'
import type { Person, Rule } from '../people/person.ts'
import type { SignInSettings } from '../sign-in/settings.ts'
import { policyForm, SEAT_WORDS } from '../severity/form.ts'
import type { Policy, Seat } from '../severity/policy.ts'
import type { SeatTarget } from '../severity/store.ts'
import type { MetricsSource, Objective } from '../slo/objective.ts'
import { coverKey } from './changes.ts'
import type {
  CalendarForm,
  ContactForm,
  Hidden,
  LadderForm,
  MetricsForm,
  ObjectiveForm,
  PersonForm,
  RotationForm,
  RuleForm,
  ScheduleForm,
  SeatsForm,
  ServiceForm,
  ShadowForm,
  SignInForm,
  SourceForm,
  Whole,
} from './form.ts'
import { inOrder } from './form-calendars.ts'
import { writeMoment } from './form-oncall.ts'
import type { Identity, Underway } from './store.ts'

/** Everything that is read before a plan is made. */
export type Stored = {
  directory: Directory
  calendars: readonly HolidayCalendar[]
  keys: readonly SourceKey[]
  channels: readonly ChannelSettings[]
  metrics: readonly MetricsSource[]
  objectives: readonly Objective[]
  signIn: SignInSettings
  policy: Policy
  seats: ReadonlyMap<Seat, SeatTarget>
  identities: readonly Identity[]
  underway: Underway
}

export type StoredFacts = {
  descriptions: readonly ChannelDescription[]
  /** Opens a sealed text; null where it cannot be opened (it was sealed under another key). */
  unseal: (sealed: unknown) => string | null
}

type SlugOf = (id: Id | null) => string | null

export function storedForm(stored: Stored, facts: StoredFacts): Whole {
  const { directory } = stored
  const slugOf = slugs(directory, stored.calendars)
  const keys = new Map(stored.keys.map((key) => [key.sourceId, key]))
  return {
    organisation: {
      name: directory.organisation.name,
      fallback: targets(directory.organisation.fallback, directory),
    },
    calendars: stored.calendars.map(
      (one): CalendarForm => ({
        id: one.slug,
        name: one.name,
        weekend: WEEKDAYS.filter((day) => one.weekend.includes(day)),
        holidays: inOrder(one.holidays.map(({ date, name }) => ({ date, name }))),
      }),
    ),
    people: [...directory.people.values()].map((person) => personForm(person, slugOf, facts)),
    teams: [...directory.teams.values()].map((team) => ({
      id: team.slug,
      name: team.name,
      lead: slugOf(team.leadId),
      members: known(team.memberIds, slugOf).sort(),
    })),
    schedules: [...directory.schedules.values()].map((one) => scheduleForm(one, slugOf)),
    escalations: [...directory.ladders.values()].map(
      (ladder): LadderForm => ({
        id: ladder.slug,
        name: ladder.name,
        team: slugOf(ladder.teamId),
        steps: ladder.steps.map((step) => ({
          page: targets(step.targets, directory),
          wait: formatDuration(step.waitMs),
        })),
        repeat: ladder.repeat,
        acknowledgement_timeout: span(ladder.acknowledgementTimeoutMs),
      }),
    ),
    services: [...directory.services.values()].map(
      (service): ServiceForm => ({
        id: service.slug,
        name: service.name,
        team: slugOf(service.teamId),
        tier: service.tier,
        escalation: slugOf(service.escalationId),
        urgency: service.urgency,
        group_by: service.groupBy === null ? null : [...service.groupBy],
        pause: formatDuration(service.pauseMs),
        repository: service.repository,
        channel: service.channel,
        runbook: service.runbookUrl,
        depends_on: known(service.dependsOn, slugOf).sort(),
        private: service.isPrivate,
      }),
    ),
    sources: [...directory.sources.values()].map(
      (source): SourceForm => ({
        id: source.slug,
        name: source.name,
        kind: source.kind,
        service: slugOf(source.serviceId),
        team: slugOf(source.teamId),
        key: keyForm(keys.get(source.id)),
        ignore_labels: [...source.ignoreLabels],
      }),
    ),
    routes: directory.routes.map((route) => ({
      id: route.slug,
      team: slugOf(route.teamId),
      when: route.when,
      service: slugOf(route.serviceId),
      urgency: route.urgency,
      escalation: slugOf(route.escalationId),
      group_by: route.groupBy === null ? null : [...route.groupBy],
      pause: span(route.pauseMs),
    })),
    metrics: stored.metrics.map((one) => metricsForm(one, facts)),
    objectives: stored.objectives.flatMap((one) => objectiveForm(one, stored, slugOf) ?? []),
    channels: Object.fromEntries(
      stored.channels.map(({ kind, settings }) => [
        kind,
        opened(
          settings,
          facts.descriptions.find((one) => one.kind === kind)?.settings ?? [],
          facts,
        ),
      ]),
    ),
    sign_in: signInForm(stored.signIn, facts),
    policy: { ...policyForm(stored.policy), bind: seatsForm(stored.seats, directory) },
  }
}

const seatsForm = (seats: Stored['seats'], directory: Directory): SeatsForm =>
  Object.fromEntries(
    Object.entries(SEAT_WORDS).map(([word, seat]) => {
      const bound = seats.get(seat)
      return [word, bound ? (targets([bound], directory)[0] ?? null) : null]
    }),
  ) as SeatsForm

function signInForm({ oidc, local, totp }: SignInSettings, facts: StoredFacts): SignInForm {
  if (oidc === null) return { oidc, local, totp }
  const { clientSecret } = oidc
  return {
    oidc: {
      issuer: oidc.issuer,
      client_id: oidc.clientId,
      client_secret:
        clientSecret === null ? null : { hidden: facts.unseal(clientSecret) ?? UNREADABLE },
      scopes: [...oidc.scopes],
      groups_claim: oidc.groupsClaim,
      roles: { ...oidc.roles },
      teams: { ...oidc.teams },
      create_people: oidc.createPeople,
      label: oidc.label,
    },
    local,
    totp,
  }
}

function metricsForm(one: MetricsSource, facts: StoredFacts): MetricsForm {
  const hide = (sealed: string | null): Hidden | null =>
    sealed === null ? null : { hidden: facts.unseal(sealed) ?? UNREADABLE }
  const { slug, name, kind, url, username, password, token, tenant } = one
  return {
    id: slug,
    name,
    kind,
    url,
    username,
    password: hide(password),
    token: hide(token),
    tenant,
  }
}

/** The source of its numbers is known by its id, for it may be renamed. */
function objectiveForm(one: Objective, stored: Stored, slugOf: SlugOf): ObjectiveForm | null {
  const service = slugOf(one.serviceId)
  if (service === null) return null
  const metrics = stored.metrics.find(({ id }) => id === one.metricsId)?.slug ?? null
  return {
    id: one.slug,
    name: one.name,
    service,
    team: slugOf(one.teamId),
    ...one.definition,
    indicator: { ...one.definition.indicator, metrics },
  }
}

const keyForm = (key: SourceKey | undefined): SourceForm['key'] =>
  key ? { hidden: key.hash, hint: key.hint } : null

const span = (ms: number | null): string | null => (ms === null ? null : formatDuration(ms))

const known = (ids: readonly Id[], slugOf: SlugOf): string[] =>
  ids.flatMap((id) => slugOf(id) ?? [])

function slugs(directory: Directory, calendars: readonly HolidayCalendar[]): SlugOf {
  const { people, teams, schedules, ladders, services } = directory
  return (id) => {
    if (id === null) return null
    for (const things of [people, teams, schedules, ladders, services]) {
      const found = things.get(id)
      if (found) return found.slug
    }
    return calendars.find((one) => one.id === id)?.slug ?? null
  }
}

/** Targets that are gone are left out: a form only holds what can be written down. */
function targets(all: readonly Target[], directory: Directory): string[] {
  const of = { person: directory.people, schedule: directory.schedules, team: directory.teams }
  return all.flatMap(({ kind, id }) => {
    const found = of[kind].get(id)
    return found ? [`${kind}:${found.slug}`] : []
  })
}

function personForm(person: Person, slugOf: SlugOf, facts: StoredFacts): PersonForm {
  const high = rulesForm(person.rules?.high ?? [])
  const low = rulesForm(person.rules?.low ?? [])
  return {
    id: person.slug,
    name: person.name,
    email: person.email,
    timezone: person.timezone,
    locale: person.locale,
    role: person.role,
    calendar: slugOf(person.calendarId),
    contacts: person.contacts.map((contact): ContactForm => {
      const described = facts.descriptions.find((one) => one.kind === contact.kind)?.contact ?? []
      return { id: contact.slug, kind: contact.kind, ...opened(contact.fields, described, facts) }
    }),
    rules: high === null && low === null ? null : { high, low },
  }
}

const rulesForm = (rules: readonly Rule[]): RuleForm[] | null =>
  rules.length === 0
    ? null
    : rules.map((rule) => ({ after: formatDuration(rule.afterMs), use: rule.contact }))

/** Secrets opened and hidden; fields that the channel does not (or no longer) describe are left out. */
function opened(
  values: Readonly<Record<string, unknown>>,
  fields: readonly Field[],
  facts: StoredFacts,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ name, kind }): [string, unknown] => {
      const value = Object.hasOwn(values, name) ? values[name] : null
      if (value === null || value === undefined) return [name, null]
      const hidden: Hidden = { hidden: facts.unseal(value) ?? UNREADABLE }
      return [name, kind === 'secret' ? hidden : value]
    }),
  )
}

/** Unlike anything that a file can say, so that a secret which cannot be opened is replaced. */
const UNREADABLE = '\0'

const UNITS: Readonly<Record<Period['unit'], string>> = {
  hour: 'h',
  day: 'd',
  week: 'w',
  month: 'mo',
}

function scheduleForm(schedule: Schedule, slugOf: SlugOf): ScheduleForm {
  const stay = (one: { personId: Id; from: number; to: number }) => ({
    person: slugOf(one.personId) ?? '',
    from: writeMoment(one.from, schedule.timezone),
    to: writeMoment(one.to, schedule.timezone),
  })
  const isKnown = (one: { person: string }): boolean => one.person !== ''
  return {
    id: schedule.slug,
    name: schedule.name,
    team: slugOf(schedule.teamId),
    timezone: schedule.timezone,
    effective: null,
    accept_handoff: span(schedule.acceptWithinMs),
    rotations: schedule.rotations.map((rotation) => rotationForm(rotation, slugOf)),
    overrides: schedule.overrides
      .map((one) => ({
        ...stay(one),
        replaces: slugOf(one.replaces),
        kind: one.kind === 'replace' ? null : one.kind,
      }))
      .filter(isKnown)
      .sort(byTime),
    shadows: schedule.shadows.map(stay).filter(isKnown).sort(byTime),
  }
}

/** The order in which covers are stored means nothing. */
const byTime = (a: ShadowForm, b: ShadowForm): number => {
  const [one, other] = [a, b].map((cover) => `${cover.from} ${cover.to} ${coverKey(cover)}`)
  return (one ?? '') < (other ?? '') ? -1 : 1
}

function rotationForm(rotation: Rotation, slugOf: SlugOf): RotationForm {
  const { unit, count } = rotation.every
  return {
    id: rotation.id,
    people: rotation.turns.flatMap((turn) => {
      const people = known(turn, slugOf)
      return people.length === 0 ? [] : [people.length === 1 ? (people[0] ?? '') : people]
    }),
    every: `${count}${UNITS[unit]}`,
    handoff: {
      day: unit === 'week' ? rotation.handoff.weekday : null,
      date: unit === 'month' ? rotation.handoff.date : null,
      time: rotation.handoff.time,
      calendar: slugOf(rotation.handoff.calendar?.calendarId ?? null),
    },
    starts: rotation.starts,
    ends: rotation.ends,
    only: rotation.only.map(({ days, from, to }) => ({
      days: WEEKDAYS.filter((day) => days.includes(day)),
      from,
      to,
    })),
  }
}

/** The mark of what a file has put into a schedule. */
export const FROM_FILE = { fromFile: true } as const

const isMadeElsewhere = (cover: object): boolean =>
  !('fromFile' in cover && cover.fromFile === true)

/**
 * The covers of a schedule that people made themselves and not a file: they are no business of a
 * file that does not name them.
 * @param zone in which the file writes its times
 */
export function coversMadeElsewhere(
  schedule: Schedule,
  zone: string,
  directory: Directory,
): Pick<ScheduleForm, 'overrides' | 'shadows'> {
  const { overrides, shadows } = scheduleForm(
    {
      ...schedule,
      timezone: zone,
      rotations: [],
      overrides: schedule.overrides.filter(isMadeElsewhere),
      shadows: schedule.shadows.filter(isMadeElsewhere),
    },
    slugs(directory, []),
  )
  return { overrides, shadows }
}
