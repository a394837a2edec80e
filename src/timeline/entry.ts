import type { Visibility } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'

/** What an entry is about. */
export type Subject = {
  kind:
    | 'alert'
    | 'group'
    | 'climb'
    | 'page'
    | 'contact'
    | 'configuration'
    | 'obligation'
    | 'incident'
    | 'objective'
    | 'system'
  id: Id
}

/** Who did it: a person, the engine by one of its rules, or a source by its key. */
export type Actor =
  | {
      kind: 'person'
      id: Id
      through: 'web' | 'api' | 'cli' | 'link' | 'sms' | 'call' | 'chat' | 'mail' | 'file'
    }
  | { kind: 'token'; id: Id | null; through: 'api' | 'cli' }
  | { kind: 'engine' }
  | { kind: 'source'; id: Id }

export const ENGINE: Actor = { kind: 'engine' }

/**
 * One line of the log of everything that happened. Codes and parameters only: sentences are made
 * on reading. `happenedAt` is when it was so in the world, `recordedAt` when it was written.
 */
export type Entry = {
  subject: Subject
  happenedAt: Instant
  actor: Actor
  /** Past tense: `opened`, `paged`, `acknowledged`. */
  kind: string
  /** The rule that decided, where one did: `escalation.decide`. */
  rule: string | null
  inputs: Readonly<Record<string, unknown>>
  result: Readonly<Record<string, unknown>>
  /** The verb that takes it back, if there is one. */
  undo: string | null
  groupId: Id | null
  serviceId: Id | null
  teamId: Id | null
  visibility: Visibility
  drillId: Id | null
}

export type Recorded = Entry & { seq: number; recordedAt: Instant }
