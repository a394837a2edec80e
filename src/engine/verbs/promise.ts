/** What people do about objectives: answer for a spent budget, and sign for a deploy all the same. */
import type { Id } from '../../lib/id.ts'
import { DAY, type Instant, toIso } from '../../lib/instant.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { storable, truncate } from '../../lib/text.ts'
import { findObjectives, listStandings, saveException, saveReview } from '../../slo/store.ts'
import type { Actor } from '../../timeline/entry.ts'
import type { Tx } from '../../db/tx.ts'
import type { Desk } from '../desk.ts'

type Doing = { tx: Tx; desk: Desk }

/** An exception is for a deploy or two, not for a quarter. */
export const EXCEPTION_MS_MAX = 7 * DAY

const personOf = (actor: Actor): Id | null => (actor.kind === 'person' ? actor.id : null)

export async function reviewBudget(
  { tx, desk }: Doing,
  { objectiveId, note }: { objectiveId: Id; note: string },
): Promise<Id> {
  const [objective] = await findObjectives(tx, [objectiveId])
  if (!objective) throw notFound('objective')
  const budget = (await listStandings(tx, [objectiveId])).get(objectiveId)?.state.budget
  if (!budget || budget.state === 'normal')
    throw new Problem('conflict', 'nothingToReview', 'Its budget asks for no review now.')
  const text = storable(truncate(note.trim(), 4_000))
  if (text === '') throw invalid('note', 'Say in a few words what follows.')
  const id = desk.makeId()
  await saveReview(tx, {
    id,
    objectiveId,
    budgetSince: budget.since,
    note: text,
    byId: personOf(desk.actor),
    at: tx.now,
  })
  entry(desk, objective, 'budgetReviewed', { state: budget.state, note: text })
  return id
}

export async function signException(
  { tx, desk }: Doing,
  { serviceId, reason, until }: { serviceId: Id; reason: string; until: Instant },
): Promise<Id> {
  const text = storable(truncate(reason.trim(), 1_000))
  if (text === '') throw invalid('reason', 'Say why the deploy cannot wait.')
  if (until <= tx.now) throw invalid('until', 'It has to end later than now.')
  if (until > tx.now + EXCEPTION_MS_MAX) throw invalid('until', 'It ends after seven days at most.')
  const id = desk.makeId()
  await saveException(tx, {
    id,
    serviceId,
    reason: text,
    signedBy: personOf(desk.actor),
    signedAt: tx.now,
    untilAt: until,
  })
  const service = desk.directory.services.get(serviceId)
  entry(desk, { id, serviceId, teamId: service?.teamId ?? null }, 'gateOpened', {
    reason: text,
    until: toIso(until),
  })
  return id
}

const entry = (
  desk: Desk,
  about: { id: Id; serviceId: Id; teamId: Id | null },
  kind: string,
  result: Readonly<Record<string, unknown>>,
): void =>
  desk.record({
    subject: { kind: 'objective', id: about.id },
    happenedAt: desk.now,
    actor: desk.actor,
    kind,
    rule: null,
    inputs: {},
    result,
    undo: null,
    groupId: null,
    serviceId: about.serviceId,
    teamId: about.teamId,
    visibility: 'everyone',
    drillId: null,
  })
