import type { Urgency, Visibility } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Ladder } from './ladder.ts'

/** Why a climb is held: somebody has it, put it off, or a suppression covers all of its alerts. */
export type HeldBecause = 'acknowledged' | 'snoozed' | 'suppressed'

export type ClimbState =
  | { status: 'idle' }
  | { status: 'climbing'; step: number; round: number; wakeAt: Instant }
  | {
      status: 'held'
      because: HeldBecause
      by: Id | null
      step: number
      round: number
      wakeAt: Instant | null
    }
  | { status: 'exhausted'; wakeAt: Instant; times: number }
  | { status: 'stopped'; reason: string }

/** One climb of a ladder for one group (later: or an incident). It keeps the ladder it began with. */
export type Climb = {
  id: Id
  subjectKind: 'group'
  subjectId: Id
  serviceId: Id | null
  teamId: Id | null
  visibility: Visibility
  urgency: Urgency
  ladder: Ladder
  state: ClimbState
  /** Steps by one with every decision: effects are named by it, so that none happens twice. */
  version: number
  wakeAt: Instant | null
  startedAt: Instant
  endedAt: Instant | null
  drillId: Id | null
  quarantine: string | null
}

export const isLive = (state: ClimbState): boolean => state.status !== 'stopped'

/** The column by which the beat finds it. */
export const wakeAtOf = (state: ClimbState): Instant | null =>
  'wakeAt' in state ? state.wakeAt : null
