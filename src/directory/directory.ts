import type { Route, Source } from '../alerts/routed.ts'
import type { Maintenance, Silence } from '../alerts/silence.ts'
import type { Ladder, Target } from '../escalation/ladder.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Schedule } from '../oncall/schedule.ts'
import type { Person } from '../people/person.ts'
import type { Service } from '../services/service.ts'

export type Team = {
  id: Id
  slug: string
  name: string
  leadId: Id | null
  memberIds: readonly Id[]
}

export type Organisation = {
  name: string
  /** Paged when a ladder is exhausted. Empty: all admins. */
  fallback: readonly Target[]
  /** Set after a restore: nothing is sent until a person resumes. */
  pausedAt: Instant | null
  epoch: number
}

/**
 * Everything a decision reads that people configure, at one version. Read live for schedules and
 * contacts, and never half: a node reads it again whole when the version has stepped.
 */
export type Directory = {
  version: number
  organisation: Organisation
  people: ReadonlyMap<Id, Person>
  teams: ReadonlyMap<Id, Team>
  schedules: ReadonlyMap<Id, Schedule>
  ladders: ReadonlyMap<Id, Ladder>
  services: ReadonlyMap<Id, Service>
  sources: ReadonlyMap<Id, Source>
  routes: readonly Route[]
  silences: readonly Silence[]
  maintenances: readonly Maintenance[]
  /** Rows that could not be read as they stand. What can be mended without harm is; the rest is left out. */
  quarantined?: readonly Quarantined[]
}

/** A stored row with something wrong: what it is, and what was done about it. */
export type Quarantined = { kind: string; id: Id; slug: string; wrong: string }

/** Finds by slug; null where nothing has it. */
export function bySlug<Thing extends { slug: string }>(
  things: ReadonlyMap<Id, Thing>,
  slug: string,
): Thing | null {
  for (const thing of things.values()) if (thing.slug === slug) return thing
  return null
}
