/**
 * By when something is due, by the level it had and has. Pure; the calendar comes with the policy
 * (METHOD 3). Response is met strictly before its due; everything else at the due still counts.
 */
import { addBusiness, type Calendar, nextBusinessDay, nextOccurrence } from '../lib/calendar.ts'
import type { Instant } from '../lib/instant.ts'
import type { Audience, Hours, Level, Policy, SeverityLevel, Span, TellWhen } from './policy.ts'

/** The level from `at` on. */
export type LevelAt = { at: Instant; level: Level }

export const calendarOf = (hours: Hours): Calendar => ({
  ...hours,
  holidays: new Set(hours.holidays),
})

export function dueOf(span: Span, from: Instant, hours: Hours): Instant {
  switch (span.kind) {
    case 'elapsed':
      return from + span.ms
    case 'business':
      return addBusiness(calendarOf(hours), from, span.ms)
    case 'nextBusinessDay':
      return nextBusinessDay(calendarOf(hours), from).close
  }
}

/**
 * Until when somebody has to answer. Raising while nobody has never extends it; lowering gives the
 * time of the lower level, from the start (METHOD 3.2, rule 1).
 * @param levels the first is the level at the start; oldest first
 */
export function responseDue(
  start: Instant,
  levels: readonly LevelAt[],
  policy: Policy,
): Instant | null {
  let due: Instant | null = null
  let current: Level | null = null
  for (const { at, level } of levels) {
    const span = policy.levels[level].respond
    const isRaised = current !== null && level < current
    const from: Instant = isRaised ? Math.max(at, start) : start
    const fresh: Instant = dueOf(span, from, policy.hours)
    due = isRaised && due !== null ? Math.min(due, fresh) : fresh
    current = level
  }
  return due
}

export const isAnsweredInTime = (answeredAt: Instant, due: Instant): boolean => answeredAt < due

export const updateSpan = (level: SeverityLevel, audience: Audience): Span =>
  level.updateFor[audience] ?? level.update

/**
 * By when an audience has to hear next (METHOD 3.2, rules 2 and 3). What was promised binds where it
 * is sooner; raising brings it forward; an early update starts the time anew.
 * @param lastAt when this audience was last told; null: not yet
 * @param promised by the last message; null: nothing
 * @param levels oldest first, the first from the declaration on
 */
export function updateDue(
  asked: {
    audience: Audience
    declaredAt: Instant
    lastAt: Instant | null
    promised: Instant | null
    levels: readonly LevelAt[]
  },
  policy: Policy,
): Instant {
  const base = asked.lastAt ?? asked.declaredAt
  const spanAt = (level: Level, isFirst: boolean): Span => {
    const row = policy.levels[level]
    return (isFirst ? row.firstMessage : null) ?? updateSpan(row, asked.audience)
  }
  const isFirst = asked.lastAt === null
  const before = asked.levels.filter((one) => one.at <= base)
  let current: Level = before.at(-1)?.level ?? asked.levels[0]?.level ?? 4
  let due = dueOf(spanAt(current, isFirst), base, policy.hours)
  for (const { at, level } of asked.levels.filter((one) => one.at > base)) {
    const span = spanAt(level, isFirst)
    due =
      level < current
        ? Math.min(due, dueOf(span, at, policy.hours))
        : dueOf(span, base, policy.hours)
    current = level
  }
  return asked.promised === null ? due : Math.min(due, asked.promised)
}

/** When a seat has to have been told, after the level was reached at `from`. */
export function tellBy(when: TellWhen, from: Instant, policy: Policy): Instant {
  switch (when.kind) {
    case 'atOnce':
      return from
    case 'within':
      return from + when.ms
    case 'standUp':
      return nextOccurrence(calendarOf(policy.hours), policy.standUp, from)
    case 'backlogTriage':
      return nextOccurrence(calendarOf(policy.hours), policy.backlogTriage, from)
  }
}

export type CauseFacts = {
  levels: readonly LevelAt[]
  /** When the cause was identified, and (as null) when that was withdrawn; oldest first. */
  identified: readonly { at: Instant; is: boolean }[]
  mitigatedAt: Instant | null
}

/**
 * T2: since when the cause has been looked for at the present level, and how long that may take.
 * Null: it is not looked for: found, or mitigated, or the level does not ask (METHOD 4.1).
 */
export function causeTimer(
  facts: CauseFacts,
  policy: Policy,
): { since: Instant; everyMs: number } | null {
  const current = facts.levels.at(-1)
  const everyMs = current && policy.levels[current.level].causeMs
  if (!current || everyMs === null || everyMs === undefined || facts.mitigatedAt !== null)
    return null
  const last = facts.identified.at(-1)
  if (last?.is) return null
  return { since: Math.max(current.at, last?.at ?? current.at), everyMs }
}

/** How often T2 has fired by `now`, and when it fires next. */
export function causeFirings(
  timer: { since: Instant; everyMs: number },
  now: Instant,
): { count: number; nextAt: Instant } {
  const count = Math.max(0, Math.floor((now - timer.since) / timer.everyMs))
  return { count, nextAt: timer.since + (count + 1) * timer.everyMs }
}
