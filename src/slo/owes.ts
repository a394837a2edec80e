import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import type { Claim, Owner } from '../obligations/obligation.ts'
import type { BudgetState, Standing } from './policy.ts'

/** How long there is for the review that a state of the budget asks for. */
const DUE_MS: Readonly<Record<BudgetState, number | null>> = {
  normal: null,
  review: 5 * DAY,
  allHands: 2 * DAY,
  exhausted: DAY,
}

/** A budget that is low owes a review: who looked at it, and what follows. */
export function owesReview(
  objective: { id: Id; teamId: Id | null },
  budget: Standing,
  facts: { owner: Owner | null; reviewedAt: number | null; reviewId: Id | null },
): Claim[] {
  const due = DUE_MS[budget.state]
  if (due === null || facts.owner === null) return []
  return [
    {
      key: `budget.review:${objective.id}:${budget.since}`,
      subject: { kind: 'objective', id: objective.id },
      rule: 'budget.review',
      owner: facts.owner,
      startedAt: budget.since,
      due: budget.since + due,
      proof:
        facts.reviewedAt === null
          ? null
          : { at: facts.reviewedAt, ref: `review:${facts.reviewId}` },
      supervisor: null,
      teamId: objective.teamId,
      visibility: 'everyone',
      drillId: null,
    },
  ]
}
