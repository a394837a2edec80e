/**
 * Holes and contradictions of a framework: what would be asked of people that cannot be kept, and
 * what nobody would be asked at all (METHOD 1). Pure; nothing here forbids anything.
 */
import { formatDuration } from '../lib/duration.ts'
import type { Instant } from '../lib/instant.ts'
import { addBusiness, nextBusinessDay } from '../lib/calendar.ts'
import { calendarOf } from './clocks.ts'
import { formatSpan, SEAT_WORDS } from './form.ts'
import { isMajor, LEVELS, type Level, type Policy, SEATS, type Seat, type Span } from './policy.ts'

/** `path` is a field of the form. */
export type PolicyFinding = { rule: string; path: string; sentence: string }

export type LintFacts = {
  now: Instant
  /** Seats that a person, a schedule or a team is bound to. */
  bound: ReadonlySet<Seat>
  /** Of each escalation that a service uses: its name, and how long its first steps wait. */
  ladders: readonly { name: string; waits: readonly number[] }[]
}

export function lintPolicy(policy: Policy, facts: LintFacts): PolicyFinding[] {
  return LEVELS.flatMap((level) => [
    ...holes(policy, level),
    ...contradictions(policy, level, facts.now),
    ...ladders(policy, level, facts),
  ]).concat(seats(policy, facts.bound))
}

const at = (level: Level, field: string): string => `levels.sev${level}.${field}`

function holes(policy: Policy, level: Level): PolicyFinding[] {
  const row = policy.levels[level]
  const found: PolicyFinding[] = []
  const say = (rule: string, field: string, sentence: string) =>
    found.push({ rule, path: at(level, field), sentence })
  if (row.criteria.length === 0)
    say('noCriteria', 'criteria', `${row.name} says nothing of when it applies.`)
  if (row.audiences.length === 0) say('noAudience', 'audiences', `Nobody is told of a ${row.name}.`)
  if (row.roles.length === 0) say('noRole', 'roles', `Nobody has to take charge of a ${row.name}.`)
  if (isMajor(level) && !row.roles.includes('commander'))
    say('noCommander', 'roles', `A ${row.name} has no incident commander.`)
  if (isMajor(level) && !row.audiences.includes('customers'))
    say('customersUntold', 'audiences', `Customers feel a ${row.name}, and are not told of it.`)
  if (isMajor(level) && !row.isPostmortemOwed)
    say('noPostmortem', 'postmortem', `Nothing has to be learned from a ${row.name}.`)
  if (level === 1 && row.tell.length === 0)
    say('leadersUntold', 'tell', `No leader is told of a ${row.name}.`)
  return found
}

/** How long a span is at a plain working moment, so that different kinds can be compared. */
function lengthOf(span: Span, policy: Policy, now: Instant): number {
  if (span.kind === 'elapsed') return span.ms
  const calendar = calendarOf(policy.hours)
  const { open } = nextBusinessDay(calendar, now)
  if (span.kind === 'business') return addBusiness(calendar, open, span.ms) - open
  return nextBusinessDay(calendar, open).close - open
}

function contradictions(policy: Policy, level: Level, now: Instant): PolicyFinding[] {
  const row = policy.levels[level]
  const above = level === 1 ? null : policy.levels[(level - 1) as Level]
  const found: PolicyFinding[] = []
  const say = (rule: string, field: string, sentence: string) =>
    found.push({ rule, path: at(level, field), sentence })
  if (above)
    for (const field of ['respond', 'update'] as const)
      if (lengthOf(row[field], policy, now) < lengthOf(above[field], policy, now))
        say(
          'looserAbove',
          field,
          `${row.name} asks for more than ${above.name}: \`${field}\` is ${formatSpan(row[field])} against ${formatSpan(above[field])}.`,
        )
  if (above && row.monitorMs > above.monitorMs)
    say(
      'looserAbove',
      'monitor',
      `${row.name} is watched for longer than ${above.name}: ${formatDuration(row.monitorMs)} against ${formatDuration(above.monitorMs)}.`,
    )
  const first = row.firstMessage && lengthOf(row.firstMessage, policy, now)
  if (first !== null && first > lengthOf(row.update, policy, now))
    say(
      'firstAfterSecond',
      'first_message',
      `The first message of a ${row.name} may come later than the one after it is due.`,
    )
  if (first !== null && first < lengthOf(row.respond, policy, now))
    say(
      'toldBeforeAnswered',
      'first_message',
      `People are told of a ${row.name} before anybody has to have answered it.`,
    )
  if (row.causeMs !== null && row.causeMs < policy.hypothesisMs)
    say(
      'causeBeforeBox',
      'cause',
      `More people are called in after ${formatDuration(row.causeMs)}, before the first hypothesis had its ${formatDuration(policy.hypothesisMs)}.`,
    )
  if (row.monitorMs < policy.quietMs)
    say(
      'quietLongerThanWatch',
      'monitor',
      `Alerts have to be quiet for ${formatDuration(policy.quietMs)}, which is longer than the ${formatDuration(row.monitorMs)} that a ${row.name} is watched.`,
    )
  return found
}

/** A first page that nobody answers already breaks the promise, unless more steps go out at once (E17). */
function ladders(policy: Policy, level: Level, { ladders: all }: LintFacts): PolicyFinding[] {
  const row = policy.levels[level]
  if (row.respond.kind !== 'elapsed') return []
  const { ms } = row.respond
  const late = all.filter(({ waits }) => {
    const before = waits.slice(row.pageSteps - 1, row.pageSteps)
    return waits.length > row.pageSteps && (before[0] ?? 0) >= ms
  })
  const [first] = late
  if (!first) return []
  const names = late.length === 1 ? first.name : `${first.name} and ${late.length - 1} more`
  return [
    {
      rule: 'ladderTooSlow',
      path: at(level, 'page_steps'),
      sentence: `By ${names} the next people are paged only when the ${formatDuration(ms)} of a ${row.name} are over: page more steps at once, or wait for less.`,
    },
  ]
}

function seats(policy: Policy, bound: ReadonlySet<Seat>): PolicyFinding[] {
  const needed = new Map<Seat, string>()
  for (const level of LEVELS)
    for (const { seat } of policy.levels[level].tell)
      if (!needed.has(seat)) needed.set(seat, policy.levels[level].name)
  return [...needed].flatMap(([seat, name]) => {
    if (bound.has(seat) || SEATS[seat].isOfTeam) return []
    const word = Object.entries(SEAT_WORDS).find(([, meant]) => meant === seat)?.[0] ?? seat
    return [
      {
        rule: 'seatUnbound',
        path: `bind.${word}`,
        sentence: `At ${name} ${SEATS[seat].label} is told, and nobody is bound to that seat: admins are told instead.`,
      },
    ]
  })
}
