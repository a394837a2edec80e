import type { Id } from '../lib/id.ts'
import { MINUTE } from '../lib/instant.ts'

/** Whom a step pages: a person, whoever a schedule has on call, or every member of a team. */
export type Target = { kind: 'person' | 'schedule' | 'team'; id: Id }

export type Step = { targets: readonly Target[]; waitMs: number }

/** A ladder of steps. `repeat` counts the extra rounds after the first. */
export type Ladder = {
  id: Id
  slug: string
  name: string
  teamId: Id | null
  steps: readonly Step[]
  repeat: number
  /** An acknowledgement lasts so long, then the climb goes on. Null: for ever. */
  acknowledgementTimeoutMs: number | null
}

/** A step that names no wait. It holds for the last step too, before repeating or exhausting. */
export const DEFAULT_WAIT_MS = 5 * MINUTE

/** How often the fallback is paged again once nobody on the ladder answered. */
export const FALLBACK_EVERY_MS = 30 * MINUTE

export const STEPS_MAX = 20
export const REPEAT_MAX = 20

/** The ladder of what no service owns: empty, so that the fallback is paged at once. */
export const emptyLadder = (id: Id): Ladder => ({
  id,
  slug: 'none',
  name: 'No escalation',
  teamId: null,
  steps: [],
  repeat: 0,
  acknowledgementTimeoutMs: null,
})
