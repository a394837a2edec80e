/**
 * "Who would be paged, and why?" — the pager's own decision run forward from any instant, for any
 * service or for a climb that stands somewhere already.
 */
import type { Urgency } from '../alerts/alert.ts'
import type { Directory } from '../directory/directory.ts'
import { fallbackOf, whereabouts } from '../directory/whereabouts.ts'
import type { ClimbState } from '../escalation/climb.ts'
import type { Effect } from '../escalation/decide.ts'
import { factsFor } from '../escalation/people.ts'
import { type Foreseen, preview } from '../escalation/preview.ts'
import { emptyLadder, type Ladder } from '../escalation/ladder.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { formatTime } from '../lib/zone.ts'
import { whoIsOnCall } from '../oncall/shifts.ts'
import type { Why } from '../oncall/schedule.ts'
import { planFor, type RuleFacts } from '../people/rules.ts'

export type ForeseenPage = {
  at: Instant
  level: number
  round: number
  isFallback: boolean
  person: { id: Id; slug: string; name: string; timezone: string; localTime: string }
  /** Which target led to them: `person`, `schedule:payments-primary`, `team:payments`. */
  via: string
  /** The shift behind a schedule; null for persons and teams. */
  shift: Why | null
  contacts: readonly { afterMs: number; contact: string; kind: string }[]
}
export type Passed = { at: Instant; level: number; round: number; reason: string }
export type Forecast = { pages: readonly ForeseenPage[]; passed: readonly Passed[] }

/** What would happen from `from` on if nobody answered. */
export function forecast(
  directory: Directory,
  climb: { ladder: Ladder; state: ClimbState; urgency: Urgency; drillId?: Id | null },
  from: Instant,
  facts: RuleFacts,
): Forecast {
  const where = whereabouts(directory, facts.loudness)
  const factsAt = (now: Instant) =>
    factsFor(
      climb.ladder,
      fallbackOf(directory, (climb.drillId ?? null) !== null),
      { now, urgency: climb.urgency, waitingFor: [] },
      where,
    )
  const foreseen = preview(climb.state, from, factsAt)
  return {
    pages: foreseen.flatMap((one) => pageOf(directory, one, climb.urgency, facts)),
    passed: foreseen.flatMap(({ at, effect }) =>
      effect.kind === 'passStep'
        ? [{ at, level: effect.step + 1, round: effect.round, reason: effect.reason }]
        : [],
    ),
  }
}

function pageOf(
  directory: Directory,
  { at, effect }: Foreseen,
  urgency: Urgency,
  facts: RuleFacts,
): ForeseenPage[] {
  if (effect.kind !== 'page') return []
  const person = directory.people.get(effect.personId)
  if (!person) return []
  return [
    {
      at,
      level: effect.step + 1,
      round: effect.round,
      isFallback: effect.isFallback,
      person: {
        id: person.id,
        slug: person.slug,
        name: person.name,
        timezone: person.timezone,
        localTime: formatTime(at, person.timezone),
      },
      via: effect.via,
      shift: shiftOf(directory, effect, at),
      contacts: planFor(person, urgency, facts).map((item) => {
        const contact = person.contacts.find((one) => one.id === item.contactId)
        return { afterMs: item.afterMs, contact: contact?.slug ?? '', kind: contact?.kind ?? '' }
      }),
    },
  ]
}

function shiftOf(
  directory: Directory,
  effect: Extract<Effect, { kind: 'page' }>,
  at: Instant,
): Why | null {
  const slug = /^schedule:(.*)$/.exec(effect.via)?.[1]
  if (slug === undefined) return null
  for (const schedule of directory.schedules.values()) {
    if (schedule.slug !== slug) continue
    return (
      whoIsOnCall(schedule, at).people.find((one) => one.personId === effect.personId)?.why ?? null
    )
  }
  return null
}

/** An alert of this service that fires at `at`: who is paged, until the fallback is reached. */
export function forecastForService(
  directory: Directory,
  serviceId: Id,
  asked: { at: Instant; urgency: Urgency | null },
  facts: RuleFacts,
): Forecast {
  const service = directory.services.get(serviceId)
  const ladder = service?.escalationId ? directory.ladders.get(service.escalationId) : undefined
  const urgency = asked.urgency ?? (service?.urgency === 'low' ? 'low' : 'high')
  return forecast(
    directory,
    { ladder: ladder ?? emptyLadder(serviceId), state: { status: 'idle' }, urgency },
    asked.at,
    facts,
  )
}

/** "Maria Silva, then Jake Ito after 5 min": the first two, for plans. */
export function whoSentence(found: Forecast): string {
  const [first] = found.pages
  if (!first) return 'nobody: there is no one who can be reached'
  const together = found.pages.filter((page) => page.at === first.at)
  const next = found.pages.find((page) => page.at > first.at)
  const names = together.map((page) => page.person.name).join(' and ')
  if (!next) return names
  return `${names}, then ${next.person.name} after ${Math.round((next.at - first.at) / 60_000)} min`
}

/** "Ben Okafor is paged at 14:07 (15:07 for them)": the next page of a climb; null: none is to come. */
export function nextSentence(found: Forecast, zone: string): string | null {
  const [next] = found.pages
  if (!next) return null
  const at = formatTime(next.at, zone)
  const same = next.person.localTime === at
  return `${next.person.name} is paged at ${at}${same ? '' : ` (${next.person.localTime} for them)`}`
}

/** "Ben Okafor and Cleo Ito": who is paged next, all of one moment; null: nobody is to come. */
export function nextPeople(found: Forecast): string | null {
  const [next] = found.pages
  if (!next) return null
  const together = found.pages.filter((page) => page.at === next.at && page.level === next.level)
  return [...new Set(together.map((page) => page.person.name))].join(' and ')
}
