/**
 * `allclear.yaml`: its sections as plain values, the form in which a file and what is stored are
 * compared. References are slugs, times are what people write.
 */
import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import type { ChannelDescription, Field } from '../notify/channel.ts'
import { compileCondition } from '../alerts/route.ts'
import { DEFAULT_WAIT_MS, REPEAT_MAX, STEPS_MAX } from '../escalation/ladder.ts'
import { formatDuration } from '../lib/duration.ts'
import { DAY, HOUR } from '../lib/instant.ts'
import { isZone, parseWall } from '../lib/zone.ts'
import { WEEKDAYS, type Weekday } from '../oncall/schedule.ts'
import { Problem } from '../lib/problem.ts'
import { nearest } from './nearest.ts'
import {
  duration,
  list,
  note,
  oneOf,
  type Reader,
  record,
  slug,
  text,
  whole,
  yesNo,
} from './reader.ts'

export type ContactForm = { id: string; kind: string } & Record<string, unknown>
export type RuleForm = { after: string; use: string }
export type PersonForm = {
  id: string
  name: string
  email: string | null
  timezone: string
  locale: string
  role: 'admin' | 'responder' | 'stakeholder'
  contacts: ContactForm[]
  rules: { high: RuleForm[] | null; low: RuleForm[] | null } | null
}
export type TeamForm = { id: string; name: string; lead: string | null; members: string[] }
export type WindowForm = { days: Weekday[]; from: string; to: string }
export type RotationForm = {
  id: string
  people: string[][]
  every: string
  handoff: { day: Weekday | null; date: number | null; time: string }
  starts: string
  ends: string | null
  only: WindowForm[]
}
export type OverrideForm = { person: string; from: string; to: string; replaces: string | null }
export type ScheduleForm = {
  id: string
  name: string
  team: string | null
  timezone: string
  rotations: RotationForm[]
  overrides: OverrideForm[]
  shadows: { person: string; from: string; to: string }[]
}
export type LadderForm = {
  id: string
  name: string
  team: string | null
  steps: { page: string[]; wait: string }[]
  repeat: number
  acknowledgement_timeout: string | null
}
export type ServiceForm = {
  id: string
  name: string
  team: string | null
  tier: number | null
  escalation: string | null
  urgency: 'high' | 'low' | 'bySeverity'
  group_by: string[] | null
  pause: string
  repository: string | null
  channel: string | null
  runbook: string | null
  depends_on: string[]
}
/** `key` is `sha256:<hex>` of the key, or null: keep the one there is. */
export type SourceForm = {
  id: string
  name: string
  kind: string
  service: string | null
  key: string | null
}
export type RouteForm = {
  id: string
  when: string
  service: string | null
  urgency: 'high' | 'low' | null
  escalation: string | null
  group_by: string[] | null
  pause: string | null
}
export type OrganisationForm = { name: string; fallback: string[] }

/** A section left out of a file is null: unmanaged. */
export type FileForm = {
  organisation: OrganisationForm | null
  people: PersonForm[] | null
  teams: TeamForm[] | null
  schedules: ScheduleForm[] | null
  escalations: LadderForm[] | null
  services: ServiceForm[] | null
  sources: SourceForm[] | null
  routes: RouteForm[] | null
  channels: Record<string, Record<string, unknown>> | null
}

export type FormatFacts = {
  channels: readonly ChannelDescription[]
  sourceKinds: readonly string[]
  hashKey: (key: string) => string
}

const name = text({ max: 200 })
const zone: Reader<string> = (reading, node, path) => {
  const value = text({ max: 64 })(reading, node, path)
  if (value === undefined || isZone(value)) return value
  return note(
    reading,
    node,
    path,
    `${path}: there is no time zone \`${value}\`. Write an IANA name such as Europe/Lisbon.`,
  )
}
const target = text({
  max: 80,
  pattern: /^(person|schedule|team):[a-z0-9][a-z0-9_.-]*$/,
  is: 'person:…, schedule:… or team:…',
})
const span =
  (max: number): Reader<string> =>
  (reading, node, path) => {
    const ms = duration(max)(reading, node, path)
    return ms === undefined ? undefined : formatDuration(ms)
  }
const timeOfDay = text({
  pattern: /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/,
  is: 'a time of day such as 09:30',
})
const localDate: Reader<string> = (reading, node, path) => {
  const value = text({ max: 20 })(reading, node, path)
  if (value === undefined) return undefined
  const year = Number(value.slice(0, 4))
  if (parseWall(value, '00:00') === null || year < 1900 || year > 2200) {
    return note(reading, node, path, `${path}: \`${value}\` is not a date such as 2026-11-02.`)
  }
  return value
}
const localTime: Reader<string> = (reading, node, path) => {
  const value = text({ max: 30 })(reading, node, path)
  if (value === undefined) return undefined
  const [date = '', time = ''] = value.split(/[T ]/)
  if (parseWall(date, time) === null) {
    return note(
      reading,
      node,
      path,
      `${path}: \`${value}\` is not a local time such as 2026-12-24T10:00.`,
    )
  }
  return `${date}T${time.slice(0, 5)}`
}
const day: Reader<Weekday> = (reading, node, path) => {
  const value = text()(reading, node, path)
  const found = WEEKDAYS.find(
    (one) =>
      value !== undefined &&
      value.toLowerCase().startsWith(one) &&
      'mondaytuesdaywednesdaythursdayfridaysaturdaysunday'.includes(value.toLowerCase()),
  )
  return (
    found ??
    (value === undefined
      ? undefined
      : note(reading, node, path, `${path}: \`${value}\` is not a day of the week.`))
  )
}
const every = text({
  max: 8,
  pattern: /^[1-9]\d{0,3}(h|d|w|mo)$/,
  is: 'a period such as 12h, 1d, 1w, 2w or 1mo',
})
const emailAddress = text({
  max: 254,
  pattern: /^[^\s@<>",;]+@[^\s@<>",;]+$/,
  is: 'an e-mail address',
})

const person = (facts: FormatFacts): Reader<PersonForm> =>
  withDefaults(
    record({
      id: { reader: slug, required: true },
      name: { reader: name, required: true },
      email: { reader: emailAddress },
      timezone: { reader: zone },
      locale: {
        reader: text({
          max: 20,
          pattern: /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
          is: 'a language tag such as en',
        }),
      },
      role: { reader: oneOf(['admin', 'responder', 'stakeholder']) },
      contacts: { reader: list(contact(facts), 20) },
      rules: {
        reader: record({ high: { reader: list(rule, 10) }, low: { reader: list(rule, 10) } }),
      },
    }),
    { timezone: 'UTC', locale: 'en', role: 'responder', contacts: [] },
  )

const rule: Reader<RuleForm> = record({
  after: { reader: span(DAY), required: true },
  use: { reader: slug, required: true },
})

/** A contact's further keys are the fields that its channel describes. */
function contact(facts: FormatFacts): Reader<ContactForm> {
  return (reading, node, path) => {
    if (!isMap(node))
      return note(reading, node, path, `${path} has to be a mapping with id and kind.`)
    const kindNode =
      (node.items as Pair<Node, Node>[]).find(
        (pair) => isScalar(pair.key) && pair.key.value === 'kind',
      )?.value ?? null
    const kinds = facts.channels.map((channel) => channel.kind)
    if (kindNode === null)
      return note(
        reading,
        node,
        `${path}.kind`,
        `${path}.kind is missing: one of ${kinds.join(', ')}.`,
      )
    const kind = oneOf(kinds)(reading, kindNode, `${path}.kind`)
    const channel = facts.channels.find((one) => one.kind === kind)
    if (!channel) return undefined
    return record<ContactForm>({
      id: { reader: slug, required: true },
      kind: { reader: text(), required: true },
      ...fieldReaders(channel.contact),
    } as never)(reading, node, path)
  }
}

const fieldReaders = (fields: readonly Field[]) =>
  Object.fromEntries(
    fields.map((field) => [field.name, { reader: fieldReader(field), required: field.required }]),
  )

function fieldReader(field: Field): Reader<unknown> {
  switch (field.kind) {
    case 'boolean':
      return yesNo
    case 'number':
      return whole(0, 1_000_000)
    case 'email':
      return emailAddress
    case 'url':
      return text({ max: 2_048, pattern: /^https?:\/\/[^\s]+$/, is: 'an http or https address' })
    case 'phone':
      return text({ pattern: /^\+[1-9]\d{5,14}$/, is: 'a number such as +351912345678' })
    default:
      return text({ max: 1_000 })
  }
}

/** `[a, b]` and `[[a, b], c]`: a turn of one person, or of several at once. */
const turns: Reader<string[][]> = list((reading, node, path) => {
  if (isSeq(node)) return list(slug, 10)(reading, node, path)
  const one = slug(reading, node, path)
  return one === undefined ? undefined : [one]
}, 200)

const rotation: Reader<RotationForm> = (reading, node, path) => {
  const read = withDefaults(
    record({
      id: { reader: slug, required: true },
      people: { reader: turns, required: true },
      every: { reader: every, required: true },
      handoff: {
        reader: record({
          day: { reader: day },
          date: { reader: whole(1, 31) },
          time: { reader: timeOfDay, required: true },
        }),
        required: true,
      },
      starts: { reader: localDate, required: true },
      ends: { reader: localDate },
      only: { reader: list(window, 20) },
    }),
    { only: [] },
  )(reading, node, path)
  if (!read) return undefined
  const form = read as RotationForm
  if (form.people.length === 0)
    return note(
      reading,
      node,
      `${path}.people`,
      `${path}.people is empty: a rotation needs somebody.`,
    )
  if (form.every.endsWith('w') && form.handoff.day === null)
    return note(
      reading,
      node,
      `${path}.handoff`,
      `${path}.handoff needs a day: it rotates by weeks.`,
    )
  return form
}

const window: Reader<WindowForm> = withDefaults(
  record({
    days: { reader: list(day, 7) },
    from: { reader: timeOfDay, required: true },
    to: { reader: timeOfDay, required: true },
  }),
  { days: [...WEEKDAYS] },
)

const schedule: Reader<ScheduleForm> = withDefaults(
  record({
    id: { reader: slug, required: true },
    name: { reader: name },
    team: { reader: slug },
    timezone: { reader: zone, required: true },
    rotations: { reader: list(rotation, 50) },
    overrides: {
      reader: list(
        record({
          person: { reader: slug, required: true },
          from: { reader: localTime, required: true },
          to: { reader: localTime, required: true },
          replaces: { reader: slug },
        }),
        10_000,
      ),
    },
    shadows: {
      reader: list(
        record({
          person: { reader: slug, required: true },
          from: { reader: localTime, required: true },
          to: { reader: localTime, required: true },
        }),
        200,
      ),
    },
  }),
  { rotations: [], overrides: [], shadows: [] },
)

const ladder: Reader<LadderForm> = withDefaults(
  record({
    id: { reader: slug, required: true },
    name: { reader: name },
    team: { reader: slug },
    steps: {
      reader: list(
        withDefaults(
          record({
            page: { reader: list(target, 50), required: true },
            wait: { reader: span(7 * DAY) },
          }),
          { wait: formatDuration(DEFAULT_WAIT_MS) },
        ),
        STEPS_MAX,
      ),
      required: true,
    },
    repeat: { reader: whole(0, REPEAT_MAX) },
    acknowledgement_timeout: { reader: span(7 * DAY) },
  }),
  { repeat: 0 },
)

const service: Reader<ServiceForm> = withDefaults(
  record({
    id: { reader: slug, required: true },
    name: { reader: name },
    team: { reader: slug },
    tier: { reader: whole(0, 5) },
    escalation: { reader: slug },
    urgency: { reader: oneOf(['high', 'low', 'bySeverity']) },
    group_by: { reader: list(text({ max: 128 }), 10) },
    pause: { reader: span(HOUR) },
    repository: { reader: text({ max: 500 }) },
    channel: { reader: text({ max: 200 }) },
    runbook: {
      reader: text({ max: 2_048, pattern: /^https?:\/\/\S+$/, is: 'an http or https address' }),
    },
    depends_on: { reader: list(slug, 100) },
  }),
  { urgency: 'high', pause: '0s', depends_on: [] },
)

const source = (facts: FormatFacts): Reader<SourceForm> => {
  const kind = facts.sourceKinds
  const key: Reader<string> = (reading, node, path) => {
    const value = text({
      max: 64,
      pattern: /^[A-Za-z0-9_-]{32,64}$/,
      is: 'a key of 32 to 64 letters and digits',
    })(reading, node, path)
    return value === undefined ? undefined : facts.hashKey(value)
  }
  return withDefaults(
    record({
      id: { reader: slug, required: true },
      name: { reader: name },
      kind: { reader: oneOf(kind), required: true },
      service: { reader: slug },
      key: { reader: key },
    }),
    {},
  )
}

const route: Reader<RouteForm> = record({
  id: { reader: slug, required: true },
  when: {
    reader: (reading, node, path) => {
      const value = text({ max: 2_000 })(reading, node, path)
      if (value === undefined) return undefined
      try {
        compileCondition(value, path)
        return value
      } catch (cause) {
        return note(
          reading,
          node,
          path,
          cause instanceof Problem ? cause.message : 'The condition cannot be read.',
        )
      }
    },
    required: true,
  },
  service: { reader: slug },
  urgency: { reader: oneOf(['high', 'low']) },
  escalation: { reader: slug },
  group_by: { reader: list(text({ max: 128 }), 10) },
  pause: { reader: span(HOUR) },
})

function channels(facts: FormatFacts): Reader<Record<string, Record<string, unknown>>> {
  return record(
    Object.fromEntries(
      facts.channels
        .filter((channel) => channel.settings.length > 0)
        .map((channel) => [
          channel.kind,
          { reader: record(fieldReaders(channel.settings) as never) },
        ]),
    ) as never,
  )
}

/** Sections that later releases carry out: empty is welcome, content is not quietly ignored. */
const later: Reader<never[]> = (reading, node, path) => {
  const isEmpty = (isMap(node) || isSeq(node)) && node.items.length === 0
  return isEmpty
    ? []
    : note(
        reading,
        node,
        path,
        `${path} is not carried out by this release: leave it out or empty.`,
      )
}

/** The whole file. */
export function fileReader(facts: FormatFacts): Reader<FileForm> {
  const named =
    <T extends { id: string }>(item: Reader<T>): Reader<T[]> =>
    (reading, node, path) => {
      const read = list(item, 5_000)(reading, node, path)
      if (!read || !isSeq(node)) return read
      return noTwins(read, (index) =>
        note(
          reading,
          node.items[index] as Node,
          `${path}[${index}].id`,
          `${path}: \`${read[index]?.id}\` stands there twice.`,
        ),
      )
    }
  return record<FileForm & { policy: unknown; objectives: unknown }>({
    organisation: {
      reader: withDefaults(
        record({ name: { reader: name }, fallback: { reader: list(target, 20) } }),
        { name: 'My organisation', fallback: [] },
      ),
    },
    people: { reader: named(person(facts)) },
    teams: {
      reader: named(
        withDefaults(
          record({
            id: { reader: slug, required: true },
            name: { reader: name },
            lead: { reader: slug },
            members: { reader: asSet(list(slug, 500)) },
          }),
          { members: [] },
        ),
      ),
    },
    schedules: { reader: named(schedule) },
    escalations: { reader: named(ladder) },
    services: { reader: named(service) },
    sources: { reader: named(source(facts)) },
    routes: { reader: named(route) },
    channels: { reader: channels(facts) },
    policy: { reader: later },
    objectives: { reader: later },
  }) as Reader<FileForm>
}

/** The order of members means nothing. */
const asSet =
  (reader: Reader<string[]>): Reader<string[]> =>
  (reading, node, path) => {
    const read = reader(reading, node, path)
    return read && [...new Set(read)].sort()
  }

function noTwins<T extends { id: string }>(
  items: T[],
  onTwin: (index: number) => undefined,
): T[] | undefined {
  const seen = new Set<string>()
  let isGood = true
  items.forEach((item, index) => {
    if (seen.has(item.id)) isGood = onTwin(index) ?? false
    seen.add(item.id)
  })
  return isGood ? items : undefined
}

/** What was left out gets its default; a name that was left out is the id. */
function withDefaults<T>(
  reader: Reader<Record<string, unknown>>,
  defaults: Record<string, unknown>,
): Reader<T> {
  return (reading, node, path) => {
    const read = reader(reading, node, path)
    if (!read) return undefined
    for (const [key, value] of Object.entries(defaults)) read[key] ??= value
    if ('name' in read && 'id' in read) read.name ??= read.id
    return read as T
  }
}

/** `person:maria` → its parts. */
export const splitTarget = (
  text: string,
): { kind: 'person' | 'schedule' | 'team'; slug: string } => {
  const at = text.indexOf(':')
  return { kind: text.slice(0, at) as 'person', slug: text.slice(at + 1) }
}

export const suggest = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known)
  return near ? ` Did you mean \`${near}\`?` : ''
}
