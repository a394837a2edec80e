/** When a survey is open: the last two weeks of a quarter, in UTC. Each member owes an answer, once. */
import type { Id } from '../lib/id.ts'
import { DAY, type Instant } from '../lib/instant.ts'
import type { Claim } from '../obligations/obligation.ts'
import type { Round } from './survey-store.ts'

const OPEN_MS = 14 * DAY

/** The quarter whose survey is open at that instant; null: none is. */
export function quarterOpenAt(
  now: Instant,
): { quarter: string; opens: Instant; closes: Instant } | null {
  const date = new Date(now)
  const index = Math.floor(date.getUTCMonth() / 3)
  const closes = Date.UTC(date.getUTCFullYear(), 3 * (index + 1), 1)
  const opens = closes - OPEN_MS
  if (now < opens) return null
  return { quarter: `${date.getUTCFullYear()}-Q${index + 1}`, opens, closes }
}

/** Whether somebody answered is known, and neither when nor what. */
export const owesSurvey = (
  round: Round,
  members: readonly Id[],
  takers: ReadonlySet<Id>,
): Claim[] =>
  members.map((personId) => ({
    key: `survey.answer:${round.id}:${personId}`,
    subject: { kind: 'survey', id: round.id },
    rule: 'survey.answer',
    owner: { kind: 'person', id: personId },
    startedAt: round.openedAt,
    due: round.closesAt,
    proof: takers.has(personId) ? { at: round.openedAt, ref: 'answered' } : null,
    supervisor: null,
    teamId: round.teamId,
    visibility: 'everyone',
    drillId: null,
  }))
