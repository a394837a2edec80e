/** What may be stored but will hurt somebody: each with its rule, a sentence and a way out. */
import type { Directory } from '../directory/directory.ts'
import { formatDuration } from '../lib/duration.ts'
import { DAY, type Instant } from '../lib/instant.ts'
import { formatDateTime } from '../lib/zone.ts'
import { shiftsBetween } from '../oncall/shifts.ts'
import { lintRules, planFor, type RuleFacts } from '../people/rules.ts'

export type Finding = { rule: string; about: string; sentence: string; wayOut: string }

/** How far ahead schedules are searched for gaps. */
export const GAP_HORIZON_MS = 14 * DAY

export function lint(directory: Directory, now: Instant, facts: RuleFacts): Finding[] {
  return [
    ...people(directory, facts),
    ...schedules(directory, now),
    ...ladders(directory, facts),
    ...services(directory),
    ...organisation(directory),
  ]
}

function people(directory: Directory, facts: RuleFacts): Finding[] {
  return [...directory.people.values()].flatMap((person) =>
    lintRules(person, facts).map((finding): Finding => {
      const about = `person ${person.slug}`
      switch (finding.rule) {
        case 'noContact':
          return {
            rule: 'nobodyReachable',
            about,
            sentence: `${person.name} has no contact that works: a page to them passes on at once.`,
            wayOut: 'Give them a contact, and set up its channel.',
          }
        case 'highIsQuiet':
          return {
            rule: 'highIsQuiet',
            about,
            sentence: `An urgent page reaches ${person.name} by quiet ways only, such as mail.`,
            wayOut: 'Add a push, text or call contact.',
          }
        case 'unknownContact':
          return {
            rule: 'unknownContact',
            about,
            sentence: `A rule of ${person.name} names the contact \`${finding.detail}\`, which does not exist.`,
            wayOut: 'Name one of their contacts.',
          }
      }
    }),
  )
}

function schedules(directory: Directory, now: Instant): Finding[] {
  return [...directory.schedules.values()].flatMap((schedule): Finding[] => {
    const gap = shiftsBetween(schedule, now, now + GAP_HORIZON_MS).find(
      (shift) => shift.people.length === 0,
    )
    if (!gap) return []
    const time = (at: Instant) => formatDateTime(at, schedule.timezone)
    return [
      {
        rule: 'gap',
        about: `schedule ${schedule.slug}`,
        sentence: `Nobody is on call in ${schedule.slug} from ${time(gap.from)} to ${time(gap.to)} (${schedule.timezone}).`,
        wayOut: 'Add a rotation or an override that covers it.',
      },
    ]
  })
}

function ladders(directory: Directory, facts: RuleFacts): Finding[] {
  return [...directory.ladders.values()].flatMap((ladder): Finding[] => {
    const about = `escalation ${ladder.slug}`
    if (ladder.steps.length === 0) {
      const sentence = `${ladder.slug} has no steps: its alerts go straight to the fallback.`
      return [{ rule: 'noSteps', about, sentence, wayOut: 'Add a step.' }]
    }
    return ladder.steps.flatMap((step, index) =>
      step.targets.flatMap((target): Finding[] => {
        const person = target.kind === 'person' ? directory.people.get(target.id) : undefined
        if (!person || (person.rules?.high.length ?? 0) === 0) return []
        const late = planFor(person, 'high', facts).find((item) => item.afterMs >= step.waitMs)
        if (!late) return []
        const wait = formatDuration(step.waitMs)
        return [
          {
            rule: 'overtaken',
            about,
            sentence: `The climb moves on from level ${index + 1} at ${wait}; what ${person.name} is to get at ${formatDuration(late.afterMs)} will never be sent.`,
            wayOut: 'Lengthen the wait, or bring the rule forward.',
          },
        ]
      }),
    )
  })
}

function services(directory: Directory): Finding[] {
  const without = [...directory.services.values()].filter(
    (service) => service.escalationId === null,
  )
  const isRouted = directory.routes.length > 0
  const loose = [...directory.sources.values()].filter(
    (source) => source.serviceId === null && !isRouted,
  )
  return [
    ...without.map((service) => ({
      rule: 'noEscalation',
      about: `service ${service.slug}`,
      sentence: `${service.name} has no escalation: its alerts go straight to the fallback.`,
      wayOut: 'Name an escalation.',
    })),
    ...loose.map((source) => ({
      rule: 'noService',
      about: `source ${source.slug}`,
      sentence: `Alerts of ${source.slug} belong to no service, and no route gives them one: they go straight to the fallback.`,
      wayOut: 'Give the source a service, or write a route.',
    })),
  ]
}

function organisation(directory: Directory): Finding[] {
  if (directory.organisation.fallback.length > 0) return []
  const admins = [...directory.people.values()].filter((person) => person.role === 'admin')
  const names = admins.map((one) => one.name).join(', ')
  return [
    {
      rule: 'noFallback',
      about: 'organisation',
      sentence:
        admins.length === 0
          ? 'Nobody is left to page when an escalation ends without an answer: there is no fallback and no admin.'
          : `No fallback is named: when an escalation ends without an answer, the admins are paged (${names}).`,
      wayOut: 'Set organisation.fallback.',
    },
  ]
}
