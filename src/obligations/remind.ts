/**
 * Policy: the owner is told at two thirds of the time and when it is due; the supervisor five
 * minutes later, and then nobody any more: a missed promise is recorded, not nagged about.
 *
 * What passed while nothing ran is made up for by one reminder, the latest, which goes to all whom
 * the others would have told. A due that moves asks for new reminders only where their moment lies
 * after the last one of that stage, so that one that slides or goes back and forth floods nobody.
 */
import { type Instant, MINUTE } from '../lib/instant.ts'
import { type Obligation, type Owner, type Reminder, STAGES, type Stage } from './obligation.ts'

export const OVERDUE_MS = 5 * MINUTE

/** Sends what is to be sent by now; the obligation remembers it. Null: nothing is. */
export function remind(
  obligation: Obligation,
  now: Instant,
): { obligation: Obligation; reminder: Reminder } | null {
  const passed = untold(obligation).filter((stage) => momentOf(obligation, stage) <= now)
  const stage = passed.at(-1)
  if (stage === undefined) return null
  const remindedAt = { ...obligation.remindedAt }
  for (const one of passed) remindedAt[one] = now
  const reminded = { ...obligation, remindedAt }
  const to = distinct(passed.toReversed().map((one) => recipientOf(obligation, one)))
  const reminder = { obligation: reminded, stage, to, standsFor: passed.slice(0, -1) }
  return { obligation: reminded, reminder }
}

/** The moments of the reminders that are still to come. */
export const remindersAhead = (obligation: Obligation): Instant[] =>
  untold(obligation).map((stage) => momentOf(obligation, stage))

function untold(obligation: Obligation): Stage[] {
  return STAGES.filter((stage) => {
    if (stage === 'overdue' && obligation.supervisor === null) return false
    const toldAt = obligation.remindedAt[stage]
    return toldAt === null || toldAt < momentOf(obligation, stage)
  })
}

function momentOf({ startedAt, due }: Obligation, stage: Stage): Instant {
  if (stage === 'due') return due
  if (stage === 'overdue') return due + OVERDUE_MS
  // Where it was due before it began, there is no time of which to take two thirds.
  return Math.min(due, Math.ceil(startedAt + ((due - startedAt) * 2) / 3))
}

const recipientOf = ({ owner, supervisor }: Obligation, stage: Stage): Owner =>
  stage === 'overdue' && supervisor !== null ? { kind: 'person', id: supervisor } : owner

const distinct = (owners: readonly Owner[]): Owner[] =>
  owners.filter(
    (owner, at) =>
      owners.findIndex((other) => other.kind === owner.kind && other.id === owner.id) === at,
  )
