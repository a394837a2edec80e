/**
 * Policy: a person may decide that something need not be done, and says why. What has an outcome
 * keeps it, and that includes what was due a moment ago: a promise that was missed is not undone
 * by waiving it afterwards.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { invalid, Problem } from '../lib/problem.ts'
import type { Obligation, ObligationEntry, Outcome } from './obligation.ts'

export type Waiving =
  | { problem: null; obligation: Obligation; entry: ObligationEntry }
  | { problem: Problem }

/** @param by the person whose decision it is */
export function waive(before: Obligation, by: Id, reason: string, now: Instant): Waiving {
  const waivedReason = reason.trim()
  if (waivedReason === '') {
    return { problem: invalid('reason', 'Say why this need not be done.', 'reasonMissing') }
  }
  const isOverdue = before.outcome === 'open' && now > before.due
  const outcome = isOverdue ? 'missed' : before.outcome
  if (outcome !== 'open') {
    return { problem: new Problem('conflict', REFUSALS[outcome].reason, REFUSALS[outcome].say) }
  }
  const obligation: Obligation = {
    ...before,
    outcome: 'waived',
    settledAt: now,
    waivedBy: by,
    waivedReason,
    wakeAt: null,
  }
  const entry: ObligationEntry = {
    kind: 'waived',
    obligation,
    happenedAt: now,
    inputs: { due: before.due, by },
    result: { reason: waivedReason },
  }
  return { problem: null, obligation, entry }
}

const REFUSALS: Readonly<Record<Exclude<Outcome, 'open'>, { reason: string; say: string }>> = {
  met: { reason: 'alreadyMet', say: 'This was done in time. There is nothing to waive.' },
  late: { reason: 'alreadyLate', say: 'This was done late, which stays on the record.' },
  missed: {
    reason: 'alreadyMissed',
    say: 'This was due before now, which stays on the record. Do it still, and it counts as late.',
  },
  waived: { reason: 'alreadyWaived', say: 'This was waived already.' },
}
