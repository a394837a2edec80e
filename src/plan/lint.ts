/**
 * What works as it is written and will surprise somebody at night: a step that reaches nobody, a
 * hole in a schedule, a call that never rings because the climb has moved on by then.
 */
import type { Directory } from '../directory/directory.ts'
import { findings } from '../foresee/health.ts'
import { whereabouts } from '../directory/whereabouts.ts'
import type { Ladder, Target } from '../escalation/ladder.ts'
import { peopleOf, type Whereabouts } from '../escalation/people.ts'
import { formatDuration } from '../lib/duration.ts'
import type { Id } from '../lib/id.ts'
import { HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import type { ChannelDescription, Values } from '../notify/channel.ts'
import type { HolidayCalendar } from '../oncall/holidays.ts'
import type { Person } from '../people/person.ts'
import { planFor, type RuleFacts } from '../people/rules.ts'
import type { Finding } from './finding.ts'
import { calendarsThatEnd } from './lint-calendars.ts'
import type { Section } from './form.ts'
import type { Position } from './mistake.ts'

export type LintFacts = {
  now: Instant
  channels: readonly ChannelDescription[]
  calendars: readonly HolidayCalendar[]
  /** Kinds of channels whose settings are there, or that need none. */
  isConfigured: (kind: string) => boolean
  settingsOf: (kind: string) => Values
  /** Where a thing stands in the file; null where it does not. `path` is within the thing. */
  placeOf: (section: Section, slug: string, path?: string) => Position | null
}

export function lint(directory: Directory, facts: LintFacts): Finding[] {
  const reach = reachOf(directory, facts)
  return [
    ...fallback(directory, facts),
    ...peopleWithoutContact(directory, facts, reach),
    ...stoppedContacts(directory, facts),
    ...channelsWithoutSettings(directory, facts),
    ...contactsRefused(directory, facts),
    ...calendarsThatEnd(directory, facts),
    ...health(directory, facts, reach),
    ...[...directory.ladders.values()].flatMap((one) =>
      ladderFindings(one, directory, facts, reach),
    ),
    ...servicesAndSources(directory, facts),
  ]
}

type Reach = { where: Whereabouts; rules: RuleFacts }

function reachOf(directory: Directory, facts: LintFacts): Reach {
  const loudness: RuleFacts['loudness'] = (kind) =>
    facts.isConfigured(kind)
      ? (facts.channels.find((one) => one.kind === kind)?.loudness ?? null)
      : null
  const rules: RuleFacts = { loudness }
  return { rules, where: whereabouts(directory, loudness) }
}

function fallback(directory: Directory, facts: LintFacts): Finding[] {
  if (directory.organisation.fallback.length > 0) return []
  const admins = [...directory.people.values()].filter((one) => one.role === 'admin').length
  const who =
    admins === 0
      ? 'nobody, for there is no admin either'
      : admins === 1
        ? 'the only admin'
        : `all ${admins} admins`
  return [
    {
      rule: 'fallbackMissing',
      sentence: `no fallback is set: when nobody on a ladder answers, ${who} will be paged`,
      position: facts.placeOf('organisation', 'organisation'),
      wayOut: 'set `organisation: { fallback: [ person:… ] }`',
    },
  ]
}

/** Those whom a page can lead to; others need no contact. */
function pageable(directory: Directory): Set<Id> {
  const found = new Set<Id>()
  const add = (target: Target): void => {
    for (const id of everybodyOf(target, directory)) found.add(id)
  }
  for (const ladder of directory.ladders.values())
    for (const step of ladder.steps) step.targets.forEach(add)
  directory.organisation.fallback.forEach(add)
  for (const id of directory.schedules.keys()) add({ kind: 'schedule', id })
  for (const person of directory.people.values()) {
    if (person.role === 'admin' && directory.organisation.fallback.length === 0)
      found.add(person.id)
  }
  return found
}

/** Everybody that a target can ever lead to. */
function everybodyOf(target: Target, directory: Directory): Id[] {
  if (target.kind === 'person') return [target.id]
  if (target.kind === 'team') return [...(directory.teams.get(target.id)?.memberIds ?? [])]
  const schedule = directory.schedules.get(target.id)
  if (!schedule) return []
  const turns = schedule.rotations.flatMap((rotation) => rotation.turns.flat())
  return [...new Set([...turns, ...schedule.overrides.map((one) => one.personId)])]
}

function peopleWithoutContact(directory: Directory, facts: LintFacts, reach: Reach): Finding[] {
  const can = pageable(directory)
  return [...directory.people.values()].flatMap((person): Finding[] => {
    if (!can.has(person.id) || planFor(person, 'high', reach.rules).length > 0) return []
    const why = person.contacts.length === 0 ? 'has no contact' : 'has no contact that works'
    return [
      {
        rule: 'personWithoutContact',
        sentence: `${person.name} (\`${person.slug}\`) can be paged and ${why}: a page to them is passed over`,
        position: facts.placeOf('people', person.slug),
        wayOut: `give \`${person.slug}\` a contact`,
      },
    ]
  })
}

const WAYS_BACK: Readonly<Record<string, string>> = {
  stopped: 'let them answer START from it, or give them another contact',
  unsubscribed: 'let them press “Use this browser” in it again, or give them another contact',
}

function stoppedContacts(directory: Directory, facts: LintFacts): Finding[] {
  return [...directory.people.values()].flatMap((person) =>
    person.contacts
      .filter((contact) => contact.disabledReason !== null)
      .map(
        (contact): Finding => ({
          rule: 'contactStopped',
          sentence: `nothing is sent to \`${contact.slug}\` of ${person.name} (\`${person.slug}\`): it was ${contact.disabledReason}`,
          position: facts.placeOf('people', person.slug),
          wayOut: WAYS_BACK[contact.disabledReason ?? ''] ?? 'give them another contact',
        }),
      ),
  )
}

function channelsWithoutSettings(directory: Directory, facts: LintFacts): Finding[] {
  const users = new Map<string, string[]>()
  for (const person of directory.people.values()) {
    for (const { kind } of person.contacts) {
      if (!facts.isConfigured(kind)) users.set(kind, [...(users.get(kind) ?? []), person.slug])
    }
  }
  return [...users].map(([kind, slugs]): Finding => {
    const count = new Set(slugs).size
    return {
      rule: 'channelWithoutSettings',
      sentence: `\`${kind}\` is not set up, and ${count === 1 ? `\`${slugs[0]}\` has a contact` : `${count} people have contacts`} of that kind: nothing is sent there`,
      position: facts.placeOf('channels', kind),
      wayOut: wayToSetUp(kind, facts),
    }
  })
}

/** A kind that carriers carry needs one of these. */
function wayToSetUp(kind: string, { channels }: LintFacts): string {
  const { carriedBy } = channels.find((one) => one.kind === kind) ?? {}
  return `set ${(carriedBy ?? [kind]).map((one) => `\`channels: { ${one}: … }\``).join(' or ')}`
}

/** Contacts that a setting of their channel shuts out: they are kept, and nothing is sent there. */
function contactsRefused(directory: Directory, facts: LintFacts): Finding[] {
  return [...directory.people.values()].flatMap((person) =>
    person.contacts.flatMap((contact): Finding[] => {
      const channel = facts.channels.find((one) => one.kind === contact.kind)
      const why = channel?.whyRefused?.(contact.fields, facts.settingsOf(contact.kind)) ?? null
      if (why === null) return []
      return [
        {
          rule: 'contactRefused',
          sentence: `contact \`${contact.slug}\` of \`${person.slug}\` is not used: ${why}`,
          position: facts.placeOf('people', person.slug),
          wayOut: `allow it under \`channels: { ${contact.kind}: … }\`, or give \`${person.slug}\` another contact`,
        },
      ]
    }),
  )
}

/** What a rota does to people. How their contacts fare is not the file's business. */
function health(directory: Directory, facts: LintFacts, reach: Reach): Finding[] {
  const days = new Map(
    facts.calendars.map((one) => [one.id, new Set(one.holidays.map((day) => day.date))]),
  )
  const found = findings(directory, {
    now: facts.now,
    rules: reach.rules,
    absences: [],
    testedAt: NEVER,
    holidaysOf: (id) => days.get(directory.people.get(id)?.calendarId ?? '') ?? NO_DAYS,
  })
  return found
    .filter(({ rule }) => !ELSEWHERE.has(rule))
    .map(({ rule, subject, sentence, wayOut }) => ({
      rule,
      sentence,
      position: facts.placeOf(SECTIONS[subject.kind], subject.slug),
      wayOut,
    }))
}

/** What no file can mend, and what is said here with a place of its own. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'unverifiedContact',
  'staleTest',
  'overtaken',
  'nobodyReachable',
  'handoffCalendarEnds',
])
const NEVER: ReadonlyMap<Id, Instant> = new Map()

const NO_DAYS: ReadonlySet<string> = new Set()
const SECTIONS = { schedule: 'schedules', escalation: 'escalations', person: 'people' } as const

function ladderFindings(
  ladder: Ladder,
  directory: Directory,
  facts: LintFacts,
  reach: Reach,
): Finding[] {
  const findings: Finding[] = []
  const told = new Set<string>()
  ladder.steps.forEach((step, index) => {
    const path = `steps[${index}]`
    if (peopleOf(step.targets, facts.now, 'high', reach.where).length === 0) {
      findings.push({
        rule: 'stepWithNobody',
        sentence: `step ${index + 1} of \`${ladder.slug}\` pages nobody at this moment: the climb passes it over`,
        position: facts.placeOf('escalations', ladder.slug, path),
        wayOut: 'name a person, or a schedule that always has somebody',
      })
    }
    for (const id of new Set(step.targets.flatMap((target) => everybodyOf(target, directory)))) {
      const person = directory.people.get(id)
      if (person)
        findings.push(...overtaken(person, step.waitMs, ladder, index, facts, reach, told))
    }
  })
  return findings
}

/** Own rules only: the defaults are made to be cut off. */
function overtaken(
  person: Person,
  waitMs: number,
  ladder: Ladder,
  step: number,
  facts: LintFacts,
  reach: Reach,
  told: Set<string>,
): Finding[] {
  return (['high', 'low'] as const).flatMap((urgency) => {
    const rules = person.rules?.[urgency] ?? []
    return rules.flatMap((rule, index): Finding[] => {
      const contact = person.contacts.find((one) => one.slug === rule.contact)
      const key = `${person.id} ${urgency} ${index}`
      if (!contact || rule.afterMs < waitMs || told.has(key)) return []
      if (reach.rules.loudness(contact.kind) === null) return []
      told.add(key)
      const label = facts.channels.find((one) => one.kind === contact.kind)?.label ?? contact.kind
      return [
        {
          rule: 'ruleOvertaken',
          sentence: `the climb of \`${ladder.slug}\` moves on from step ${step + 1} at ${inMinutes(waitMs)}, ${person.name}'s ${label} (\`${rule.contact}\`) at ${inMinutes(rule.afterMs)} will never ring`,
          position:
            facts.placeOf('people', person.slug, `rules.${urgency}[${index}]`) ??
            facts.placeOf('escalations', ladder.slug, `steps[${step}]`),
          wayOut: `let the step wait longer than ${inMinutes(rule.afterMs)}, or use \`${rule.contact}\` sooner`,
        },
      ]
    })
  })
}

const inMinutes = (ms: number): string =>
  ms % MINUTE === 0 && ms < HOUR ? `${ms / MINUTE} min` : formatDuration(ms)

function servicesAndSources(directory: Directory, facts: LintFacts): Finding[] {
  const services = [...directory.services.values()].filter((one) => one.escalationId === null)
  const sources = [...directory.sources.values()].filter((one) => one.serviceId === null)
  return [
    ...services.map(
      (service): Finding => ({
        rule: 'serviceWithoutEscalation',
        sentence: `service \`${service.slug}\` has no escalation: its alerts page the fallback at once`,
        position: facts.placeOf('services', service.slug),
        wayOut: 'set `escalation`',
      }),
    ),
    ...sources.map(
      (source): Finding => ({
        rule: 'sourceWithoutService',
        sentence: `source \`${source.slug}\` has no service: alerts that no route takes page the fallback at once`,
        position: facts.placeOf('sources', source.slug),
        wayOut: 'set `service`',
      }),
    ),
  ]
}
