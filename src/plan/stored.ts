/** What is stored, in the form of the file: the other side of every comparison, and what is exported. */
import type { Directory } from '../directory/directory.ts'
import type { Target } from '../escalation/ladder.ts'
import { formatDuration } from '../lib/duration.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { toWall } from '../lib/zone.ts'
import type { Period, Rotation, Schedule } from '../oncall/schedule.ts'
import type {
  ContactForm,
  FileForm,
  LadderForm,
  PersonForm,
  RotationForm,
  ScheduleForm,
  ServiceForm,
} from './format.ts'

export type StoredFacts = {
  /** `sha256:<hex>` of each source's key. */
  keyOf: (sourceId: Id) => string
  /** Settings of channels, secrets opened. */
  channels: Readonly<Record<string, Record<string, unknown>>>
  /** Opens sealed values; others come back as they are. */
  open: (value: unknown) => unknown
}

export function storedForm(
  directory: Directory,
  facts: StoredFacts,
): { [Section in keyof FileForm]-?: NonNullable<FileForm[Section]> } {
  const slugOf = slugs(directory)
  return {
    organisation: {
      name: directory.organisation.name,
      fallback: directory.organisation.fallback.map((target) => targetText(target, directory)),
    },
    people: [...directory.people.values()].map(
      (person): PersonForm => ({
        id: person.slug,
        name: person.name,
        email: person.email,
        timezone: person.timezone,
        locale: person.locale,
        role: person.role,
        contacts: person.contacts.map(
          (contact): ContactForm => ({
            id: contact.slug,
            kind: contact.kind,
            ...Object.fromEntries(
              Object.entries(contact.fields).map(([name, value]) => [name, facts.open(value)]),
            ),
          }),
        ),
        rules: person.rules && {
          high: rulesForm(person.rules.high),
          low: rulesForm(person.rules.low),
        },
      }),
    ),
    teams: [...directory.teams.values()].map((team) => ({
      id: team.slug,
      name: team.name,
      lead: slugOf(team.leadId),
      members: team.memberIds.map((id) => slugOf(id) ?? '').sort(),
    })),
    schedules: [...directory.schedules.values()].map((schedule) => scheduleForm(schedule, slugOf)),
    escalations: [...directory.ladders.values()].map(
      (ladder): LadderForm => ({
        id: ladder.slug,
        name: ladder.name,
        team: slugOf(ladder.teamId),
        steps: ladder.steps.map((step) => ({
          page: step.targets.map((target) => targetText(target, directory)),
          wait: formatDuration(step.waitMs),
        })),
        repeat: ladder.repeat,
        acknowledgement_timeout:
          ladder.acknowledgementTimeoutMs === null
            ? null
            : formatDuration(ladder.acknowledgementTimeoutMs),
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
        depends_on: service.dependsOn.map((id) => slugOf(id) ?? ''),
      }),
    ),
    sources: [...directory.sources.values()].map((source) => ({
      id: source.slug,
      name: source.name,
      kind: source.kind,
      service: slugOf(source.serviceId),
      key: facts.keyOf(source.id),
    })),
    routes: directory.routes.map((route) => ({
      id: route.slug,
      when: route.when,
      service: slugOf(route.serviceId),
      urgency: route.urgency,
      escalation: slugOf(route.escalationId),
      group_by: route.groupBy === null ? null : [...route.groupBy],
      pause: route.pauseMs === null ? null : formatDuration(route.pauseMs),
    })),
    channels: { ...facts.channels },
  }
}

const rulesForm = (rules: readonly { afterMs: number; contact: string }[]) =>
  rules.length === 0
    ? null
    : rules.map((rule) => ({ after: formatDuration(rule.afterMs), use: rule.contact }))

function slugs(directory: Directory): (id: Id | null) => string | null {
  const { people, teams, schedules, ladders, services } = directory
  return (id) => {
    if (id === null) return null
    for (const things of [people, teams, schedules, ladders, services]) {
      const found = things.get(id)
      if (found) return found.slug
    }
    return null
  }
}

function targetText(target: Target, directory: Directory): string {
  const things = { person: directory.people, schedule: directory.schedules, team: directory.teams }[
    target.kind
  ]
  return `${target.kind}:${things.get(target.id)?.slug ?? '?'}`
}

/** `2026-12-24T10:00` on the schedule's wall. */
export const wallText = (at: Instant, zone: string): string =>
  new Date(toWall(at, zone)).toISOString().slice(0, 16)

const UNITS: Readonly<Record<Period['unit'], string>> = {
  hour: 'h',
  day: 'd',
  week: 'w',
  month: 'mo',
}

function scheduleForm(schedule: Schedule, slugOf: (id: Id | null) => string | null): ScheduleForm {
  const wall = (at: Instant) => wallText(at, schedule.timezone)
  const person = (id: Id) => slugOf(id) ?? '?'
  return {
    id: schedule.slug,
    name: schedule.name,
    team: slugOf(schedule.teamId),
    timezone: schedule.timezone,
    rotations: schedule.rotations.map(
      (rotation: Rotation): RotationForm => ({
        id: rotation.id,
        people: rotation.turns.map((turn) => turn.map(person)),
        every: `${rotation.every.count}${UNITS[rotation.every.unit]}`,
        handoff: {
          day: rotation.handoff.weekday,
          date: rotation.handoff.date,
          time: rotation.handoff.time,
        },
        starts: rotation.starts,
        ends: rotation.ends,
        only: rotation.only.map((one) => ({ days: [...one.days], from: one.from, to: one.to })),
      }),
    ),
    overrides: schedule.overrides.map((one) => ({
      person: person(one.personId),
      from: wall(one.from),
      to: wall(one.to),
      replaces: slugOf(one.replaces),
    })),
    shadows: schedule.shadows.map((one) => ({
      person: person(one.personId),
      from: wall(one.from),
      to: wall(one.to),
    })),
  }
}
