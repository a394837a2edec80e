import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** A window of the local day; `from` after `to` runs over midnight and belongs to the day it began. */
export type Restriction = { days: readonly Weekday[]; from: string; to: string }

/** Hours count real time from the first hand-off on; days, weeks and months follow the calendar. */
export type Period = { unit: 'hour' | 'day' | 'week' | 'month'; count: number }

export type Rotation = {
  id: string
  /** Each turn is covered by one person, or by several at once. */
  turns: readonly (readonly Id[])[]
  every: Period
  /** Local time of day of the hand-off, with the weekday (weeks) or day of the month (months). */
  handoff: { weekday: Weekday | null; date: number | null; time: string }
  /** Local date; coverage begins at the first hand-off on or after it. */
  starts: string
  /** Local date on whose midnight it ends; null: it goes on. */
  ends: string | null
  /** Covers only these windows; empty: always. */
  only: readonly Restriction[]
}

/** Takes the place of everyone, or of one person, for a while. Half-open, as all intervals here. */
export type Override = {
  id: Id
  personId: Id
  from: Instant
  to: Instant
  replaces: Id | null
}

/** Sees what the person on call sees; never blocks, counts or acknowledges. */
export type Shadow = { personId: Id; from: Instant; to: Instant }

/** Where rotations overlap the later one in the list wins; overrides win over rotations. */
export type Schedule = {
  id: Id
  slug: string
  name: string
  teamId: Id | null
  timezone: string
  rotations: readonly Rotation[]
  overrides: readonly Override[]
  shadows: readonly Shadow[]
}
