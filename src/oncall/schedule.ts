import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Restriction, Weekday } from '../lib/windows.ts'

/**
 * Counted on the clock on the wall: a week is a calendar week, be it 167, 168 or 169 hours long,
 * and a 12-hour rotation changes at 08:00 and 20:00 in summer and in winter.
 */
export type Period = { unit: 'hour' | 'day' | 'week' | 'month'; count: number }

/**
 * Days on which nobody hands over, as they were known when the rotation was saved: a holiday that is
 * put into the calendar later must not change who was on call. Holidays are local dates.
 */
export type DaysOff = {
  calendarId: Id
  weekend: readonly Weekday[]
  holidays: readonly string[]
}

export type Rotation = {
  id: string
  /** Each turn is covered by one person, or by several at once. A turn of nobody covers nothing. */
  turns: readonly (readonly Id[])[]
  every: Period
  /**
   * Local time of day of the hand-off, with the weekday (weeks) or the day of the month (months).
   * Where that is null, the weekday or day of `starts` is taken. A month without a 31st hands off
   * on its last day. Hours are counted from this time of day on the first day. With a calendar, a
   * hand-off that falls on a day off happens on the next working day; hours know no such days.
   */
  handoff: {
    weekday: Weekday | null
    date: number | null
    time: string
    calendar?: DaysOff | null
  }
  /** Local date; coverage begins at the first hand-off on or after it. */
  starts: string
  /** Local date at whose midnight it ends; null: it goes on. */
  ends: string | null
  /** Covers only these windows; empty: always. A turn that lies outside of them is nobody's turn. */
  only: readonly Restriction[]
}

/**
 * What people agreed on beside the rotations, for a while: somebody takes the place of everyone or of
 * one person, is on call besides, or is taken out. Half-open, as all intervals here.
 *
 * Covers and shadows are instants and not wall time, other than rotations: two people agreed on a
 * stretch of time they saw before them, and it must not move because a government later moves a
 * clock. The file says them as wall time in the schedule's zone, and resolves them when applied.
 */
export type Override = {
  id: Id
  kind: 'replace' | 'add' | 'remove'
  /** Who is on call by it; with `remove`, who is not. */
  personId: Id
  from: Instant
  to: Instant
  /** With `replace`: only this person's place, whatever brought them on call; null: everyone's. */
  replaces: Id | null
}

/** Sees what the person on call sees; never blocks, counts or acknowledges. */
export type Shadow = { personId: Id; from: Instant; to: Instant }

/** What a schedule was until it was changed. An edit takes effect from an instant and rewrites nothing. */
export type Version = { until: Instant; timezone: string; rotations: readonly Rotation[] }

/** Where rotations overlap the later one in the list wins; overrides win over rotations. */
export type Schedule = {
  id: Id
  slug: string
  name: string
  teamId: Id | null
  timezone: string
  /** Whoever takes over has so long to accept the hand-off; null: it is not asked of them. */
  acceptWithinMs: number | null
  rotations: readonly Rotation[]
  /** What held before, oldest first. The last `until` may lie ahead: then the newest version is still to come. */
  earlier: readonly Version[]
  overrides: readonly Override[]
  shadows: readonly Shadow[]
}

/**
 * Why somebody is on call. `from` and `to` are those of the whole turn or override, which others
 * may interrupt. `turn` counts the turns worked since the first (0): `turns[turn % turns.length]`.
 */
export type Why =
  | { kind: 'rotation'; rotation: string; turn: number; from: Instant; to: Instant }
  | {
      kind: 'override'
      override: Id
      from: Instant
      to: Instant
      replaces: Id | null
      /** Beside whoever else is on call, in nobody's place. */
      isBesides: boolean
    }

export type OnDuty = { personId: Id; why: Why }
