/** From the form of the file to what the engine reads: the directory as it would be afterwards. */
import type { Route } from '../alerts/routed.ts'
import type { KeyedSource } from '../alerts/source-store.ts'
import type { Directory, Team } from '../directory/directory.ts'
import type { Ladder, Target } from '../escalation/ladder.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { ChannelDescription } from '../notify/channel.ts'
import type { HolidayCalendar } from '../oncall/holidays.ts'
import type { Schedule } from '../oncall/schedule.ts'
import type { Contact, Person, Rules } from '../people/person.ts'
import type { Service } from '../services/service.ts'
import type { MetricsSource, Objective } from '../slo/objective.ts'
import { isSame } from './changes.ts'
import {
  type ContactForm,
  type Hidden,
  isHidden,
  type LadderForm,
  LIST_SECTIONS,
  type ListSection,
  type MetricsForm,
  msOf,
  type ObjectiveForm,
  type PersonForm,
  type RouteForm,
  type RulesForm,
  type ServiceForm,
  type SourceForm,
  splitTarget,
  type TeamForm,
  type Whole,
} from './form.ts'
import { scheduleOf, withFreshDays } from './noun-schedule.ts'
import type { Identity } from './store.ts'
import type { Stored } from './stored.ts'

/** Things that differ from what is stored, ready to be saved. */
export type Nouns = {
  calendars: HolidayCalendar[]
  people: Person[]
  teams: Team[]
  schedules: Schedule[]
  /** Schedules that nobody edited, with the new days of their calendars. */
  refreshed: Schedule[]
  escalations: Ladder[]
  services: Service[]
  sources: KeyedSource[]
  routes: (Route & { position: number })[]
  metrics: MetricsSource[]
  objectives: Objective[]
}

export type NounFacts = {
  descriptions: readonly ChannelDescription[]
  makeId: () => Id
  now: Instant
  /** Seals a secret, or gives back the sealed text that is stored when that holds the same. */
  seal: (text: string, stored: unknown) => string
}

/** The id that each slug has, or would get. */
export type IdOf = (section: ListSection, slug: string) => Id

/**
 * A slug keeps its id, also when it comes back after it was retired. A person comes back only with
 * the same e-mail: another Maria must not inherit the sign-in of the first.
 */
export function assignIds(whole: Whole, identities: readonly Identity[], makeId: () => Id): IdOf {
  const ids = new Map<string, Id>()
  const known = groupBy(identities, (one) => `${one.section} ${one.slug}`)
  for (const section of LIST_SECTIONS) {
    for (const form of whole[section]) {
      const key = `${section} ${form.id}`
      // The first of each name is the live one, or else the last that was retired.
      const found = known
        .get(key)
        ?.find((one) => one.isLive || section !== 'people' || isSameEmail(one, form as PersonForm))
      ids.set(key, found?.id ?? makeId())
    }
  }
  return (section, slug) => {
    const id = ids.get(`${section} ${slug}`)
    if (id === undefined) throw new Error(`No id for ${section} ${slug}.`)
    return id
  }
}

const isSameEmail = (identity: Identity, form: PersonForm): boolean =>
  form.email !== null && identity.email?.toLowerCase() === form.email.toLowerCase()

/** All calendars as they would be, by id. */
export const calendarsOf = (whole: Whole, idOf: IdOf): Map<Id, HolidayCalendar> =>
  new Map(
    whole.calendars.map(({ id: slug, ...rest }) => {
      const id = idOf('calendars', slug)
      return [id, { id, slug, ...rest }]
    }),
  )

/** @param isChanged what is not changed stays the very value that is stored */
export function nounsOf(
  whole: Whole,
  stored: Stored,
  idOf: IdOf,
  isChanged: (section: ListSection, slug: string) => boolean,
  facts: NounFacts,
): Nouns {
  const { directory } = stored
  const of = <Form extends { id: string }, Noun>(
    section: ListSection,
    forms: readonly Form[],
    make: (form: Form, id: Id, index: number) => Noun,
  ): Noun[] =>
    forms.flatMap((form, index) =>
      isChanged(section, form.id) ? [make(form, idOf(section, form.id), index)] : [],
    )
  const maybe = (section: ListSection, slug: string | null): Id | null =>
    slug === null ? null : idOf(section, slug)
  const calendars = calendarsOf(whole, idOf)
  return {
    calendars: of('calendars', whole.calendars, (_, id) => calendars.get(id) as HolidayCalendar),
    people: of('people', whole.people, (form, id) => ({
      ...person(form, id, directory.people.get(id), facts),
      calendarId: maybe('calendars', form.calendar),
    })),
    teams: of(
      'teams',
      whole.teams,
      (form: TeamForm, id): Team => ({
        id,
        slug: form.id,
        name: form.name,
        leadId: maybe('people', form.lead),
        memberIds: form.members.map((one) => idOf('people', one)),
      }),
    ),
    schedules: of('schedules', whole.schedules, (form, id) =>
      scheduleOf(form, id, directory.schedules.get(id), calendars, idOf, facts),
    ),
    refreshed: whole.schedules.flatMap((form): Schedule[] => {
      const known = directory.schedules.get(idOf('schedules', form.id))
      if (!known || isChanged('schedules', form.id)) return []
      const fresh = withFreshDays(known, calendars, facts.now)
      return fresh === known ? [] : [fresh]
    }),
    escalations: of(
      'escalations',
      whole.escalations,
      (form: LadderForm, id): Ladder => ({
        id,
        slug: form.id,
        name: form.name,
        teamId: maybe('teams', form.team),
        steps: form.steps.map((step) => ({
          targets: step.page.map((one) => targetOf(one, idOf)),
          waitMs: msOf(step.wait),
        })),
        repeat: form.repeat,
        acknowledgementTimeoutMs:
          form.acknowledgement_timeout === null ? null : msOf(form.acknowledgement_timeout),
      }),
    ),
    services: of(
      'services',
      whole.services,
      (form: ServiceForm, id): Service => ({
        id,
        slug: form.id,
        name: form.name,
        teamId: maybe('teams', form.team),
        tier: form.tier,
        escalationId: maybe('escalations', form.escalation),
        urgency: form.urgency,
        groupBy: form.group_by,
        pauseMs: msOf(form.pause),
        repository: form.repository,
        channel: form.channel,
        runbookUrl: form.runbook,
        dependsOn: form.depends_on.map((one) => idOf('services', one)),
        isPrivate: form.private,
      }),
    ),
    sources: of(
      'sources',
      whole.sources,
      (form: SourceForm, id): KeyedSource => ({
        id,
        slug: form.id,
        name: form.name,
        kind: form.kind,
        serviceId: maybe('services', form.service),
        teamId: maybe('teams', form.team),
        ignoreLabels: form.ignore_labels,
        keyHash: form.key?.hidden ?? '',
        keyHint: form.key?.hint ?? '',
      }),
    ),
    routes: of('routes', whole.routes, (form: RouteForm, id, index) => ({
      id,
      slug: form.id,
      position: index,
      teamId: maybe('teams', form.team),
      when: form.when,
      serviceId: maybe('services', form.service),
      urgency: form.urgency,
      escalationId: maybe('escalations', form.escalation),
      groupBy: form.group_by,
      pauseMs: form.pause === null ? null : msOf(form.pause),
    })),
    metrics: of('metrics', whole.metrics, (form, id) =>
      metricsSource(
        form,
        id,
        stored.metrics.find((one) => one.id === id),
        facts,
      ),
    ),
    objectives: of('objectives', whole.objectives, (form: ObjectiveForm, id): Objective => {
      const { id: slug, name, service, team, ...definition } = form
      return {
        id,
        slug,
        name,
        serviceId: idOf('services', service),
        teamId: maybe('teams', team),
        metricsId: maybe('metrics', definition.indicator.metrics),
        definition,
      }
    }),
  }
}

function metricsSource(
  form: MetricsForm,
  id: Id,
  stored: MetricsSource | undefined,
  facts: NounFacts,
): MetricsSource {
  const sealed = (secret: Hidden | null, before: string | null | undefined): string | null =>
    secret === null || secret.hidden === null ? null : facts.seal(secret.hidden, before)
  const { id: slug, name, kind, url, username, tenant } = form
  return {
    id,
    slug,
    name,
    kind,
    url,
    username,
    password: sealed(form.password, stored?.password ?? undefined),
    token: sealed(form.token, stored?.token ?? undefined),
    tenant,
  }
}

export function targetOf(text: string, idOf: IdOf): Target {
  const { kind, slug } = splitTarget(text)
  const section = { person: 'people', schedule: 'schedules', team: 'teams' } as const
  return { kind, id: idOf(section[kind], slug) }
}

function person(
  form: PersonForm,
  id: Id,
  stored: Person | undefined,
  facts: NounFacts,
): Omit<Person, 'calendarId'> {
  return {
    id,
    slug: form.id,
    name: form.name,
    email: form.email,
    timezone: form.timezone,
    locale: form.locale,
    role: form.role,
    contacts: form.contacts.map((one) =>
      contact(
        one,
        stored?.contacts.find((other) => other.slug === one.id),
        facts,
      ),
    ),
    rules: form.rules && rules(form.rules),
  }
}

const rules = (form: RulesForm): Rules => {
  const of = (list: RulesForm['high']) =>
    (list ?? []).map((rule) => ({ afterMs: msOf(rule.after), contact: rule.use }))
  return { high: of(form.high), low: of(form.low) }
}

/** Whoever has a new address has not proven that they can be reached there. */
function contact(form: ContactForm, stored: Contact | undefined, facts: NounFacts): Contact {
  const described = facts.descriptions.find((one) => one.kind === form.kind)?.contact ?? []
  const isSameKind = stored?.kind === form.kind
  const fields = sealedFields(form, isSameKind ? stored.fields : {}, described, facts)
  const isSameAddress = isSameKind && isSame(fields, pick(stored.fields, fields))
  return {
    id: stored?.id ?? facts.makeId(),
    slug: form.id,
    kind: form.kind,
    fields,
    verifiedAt: isSameAddress ? stored.verifiedAt : null,
    isOwn: stored?.isOwn ?? false,
    disabledReason: isSameAddress ? stored.disabledReason : null,
  }
}

const pick = (
  from: Readonly<Record<string, unknown>>,
  like: Readonly<Record<string, unknown>>,
): Record<string, unknown> => Object.fromEntries(Object.keys(like).map((key) => [key, from[key]]))

/** Values as they are stored: secrets sealed, what was left out absent. */
export function sealedFields(
  form: Readonly<Record<string, unknown>>,
  stored: Readonly<Record<string, unknown>>,
  described: ChannelDescription['contact'],
  facts: Pick<NounFacts, 'seal'>,
): Record<string, unknown> {
  return Object.fromEntries(
    described.flatMap(({ name }): [string, unknown][] => {
      const value = form[name]
      if (value === null || value === undefined) return []
      if (!isHidden(value)) return [[name, value]]
      return value.hidden === null ? [] : [[name, facts.seal(value.hidden, stored[name])]]
    }),
  )
}

/** The directory with the changed things in it and the removed ones gone. */
export function directoryAfter(
  before: Directory,
  nouns: Nouns,
  whole: Whole,
  idOf: IdOf,
): Directory {
  const replaced = <Noun extends { id: Id; slug: string }>(
    section: ListSection,
    old: ReadonlyMap<Id, Noun>,
    changed: readonly Noun[],
  ): Map<Id, Noun> => {
    const fresh = new Map([...old, ...changed.map((noun): [Id, Noun] => [noun.id, noun])])
    return new Map(
      whole[section].flatMap((form): [Id, Noun][] => {
        const noun = fresh.get(idOf(section, form.id))
        return noun ? [[noun.id, noun]] : []
      }),
    )
  }
  const routes = new Map(before.routes.map((route) => [route.id, route]))
  return {
    ...before,
    organisation: {
      ...before.organisation,
      name: whole.organisation.name,
      fallback: whole.organisation.fallback.map((one) => targetOf(one, idOf)),
    },
    people: replaced('people', before.people, nouns.people),
    teams: replaced('teams', before.teams, nouns.teams),
    schedules: replaced('schedules', before.schedules, [...nouns.schedules, ...nouns.refreshed]),
    ladders: replaced('escalations', before.ladders, nouns.escalations),
    services: replaced('services', before.services, nouns.services),
    sources: replaced('sources', before.sources, nouns.sources),
    routes: [...replaced('routes', routes, nouns.routes).values()],
    quarantined: [],
  }
}
