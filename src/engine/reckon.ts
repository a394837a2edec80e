/**
 * Collects what every concept says is owed, lets the ledger settle it, and tells whom it concerns.
 * Claims come from facts that stand in rows, so reckoning again changes nothing.
 */
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import { owesIncident } from '../incidents/owes.ts'
import { listOwing } from '../incidents/store.ts'
import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import { owesSurvey, quarterOpenAt } from '../load/round.ts'
import { listRounds, listTakers, openRound } from '../load/survey-store.ts'
import { type Told, tell } from '../notify/notice-store.ts'
import type { Claim, ObligationEntry, Owner, Reminder } from '../obligations/obligation.ts'
import { settle } from '../obligations/settle.ts'
import { findForSubjects, findOpenSubjects, saveObligations } from '../obligations/store.ts'
import { handoffsSince } from '../oncall/handoff-store.ts'
import { owesHandoff } from '../oncall/owes.ts'
import type { Policy } from '../severity/policy.ts'
import { owesReview } from '../slo/owes.ts'
import { findObjectives, listReviews, listSpent } from '../slo/store.ts'
import { findPolicy } from '../severity/store.ts'
import { ENGINE, type Entry } from '../timeline/entry.ts'
import { record } from '../timeline/store.ts'

/** Gives how many obligations changed. */
export async function reckon(tx: Tx, directory: Directory, makeId: () => Id): Promise<number> {
  const claims = [
    ...(await claimsOfHandoffs(tx, directory)),
    ...(await claimsOfSurveys(tx, directory, makeId)),
    ...(await claimsOfIncidents(tx, directory)),
    ...(await claimsOfBudgets(tx, directory)),
  ]
  // What nothing claims any more (an incident that was called off) is settled as well.
  const left = await findOpenSubjects(tx, 'incident')
  const all = [...claims.map((one) => one.subject), ...left]
  const subjects = [...new Map(all.map((one) => [one.id, one])).values()]
  if (subjects.length === 0) return 0
  const known = await findForSubjects(
    tx,
    subjects,
    claims.map((one) => one.key),
  )
  const settled = settle(known, claims, tx.now, makeId)
  await saveObligations(tx, settled.obligations)
  await record(tx, settled.entries.map(entryOf))
  await tell(
    tx,
    settled.reminders.flatMap((one) => noticesOf(one, directory)),
    makeId,
  )
  return settled.obligations.length
}

async function claimsOfHandoffs(tx: Tx, directory: Directory): Promise<Claim[]> {
  const leadOf = (teamId: Id): Id | null => directory.teams.get(teamId)?.leadId ?? null
  return (await handoffsSince(tx, tx.now - 3 * DAY)).flatMap((one) => owesHandoff(one, leadOf))
}

/** Until two days after the all-clear: what was late by then is settled. */
async function claimsOfIncidents(tx: Tx, directory: Directory): Promise<Claim[]> {
  const policies = new Map<Id, Policy>()
  const claims: Claim[] = []
  for (const incident of await listOwing(tx, tx.now - 2 * DAY)) {
    const policy = policies.get(incident.policyId) ?? (await findPolicy(tx, incident.policyId))
    policies.set(incident.policyId, policy)
    const lead = incident.teamId === null ? null : directory.teams.get(incident.teamId)?.leadId
    const admin = [...directory.people.values()].find((one) => one.role === 'admin')
    claims.push(...owesIncident(incident, policy, () => lead ?? admin?.id ?? null))
  }
  return claims
}

/** A budget that is low owes a review by its team. */
async function claimsOfBudgets(tx: Tx, directory: Directory): Promise<Claim[]> {
  const spent = await listSpent(tx)
  if (spent.length === 0) return []
  const ids = spent.map((one) => one.objectiveId)
  const [objectives, reviews] = [await findObjectives(tx, ids), await listReviews(tx, ids)]
  return spent.flatMap(({ objectiveId, state }) => {
    const objective = objectives.find((one) => one.id === objectiveId)
    if (!objective || !state.budget) return []
    const service = directory.services.get(objective.serviceId)
    const team = directory.teams.get(objective.teamId ?? service?.teamId ?? '')
    const owner: Owner | null = team?.leadId
      ? { kind: 'person', id: team.leadId }
      : team
        ? { kind: 'team', id: team.id }
        : null
    const review = reviews.find(
      (one) => one.objectiveId === objectiveId && one.budgetSince === state.budget?.since,
    )
    return owesReview({ id: objectiveId, teamId: team?.id ?? null }, state.budget, {
      owner,
      reviewedAt: review?.at ?? null,
      reviewId: review?.id ?? null,
    })
  })
}

async function claimsOfSurveys(tx: Tx, directory: Directory, makeId: () => Id): Promise<Claim[]> {
  const open = quarterOpenAt(tx.now)
  const onCall = new Set([...directory.schedules.values()].map((one) => one.teamId))
  let rounds = await listRounds(tx, tx.now - DAY)
  if (open) {
    const missing = [...directory.teams.values()].filter(
      (team) =>
        onCall.has(team.id) &&
        !rounds.some((one) => one.teamId === team.id && one.quarter === open.quarter),
    )
    for (const team of missing) {
      await openRound(tx, {
        id: makeId(),
        teamId: team.id,
        quarter: open.quarter,
        openedAt: tx.now,
        closesAt: open.closes,
      })
      const told = team.memberIds.map(
        (personId): Told => ({
          personId,
          kind: 'surveyOpen',
          params: {},
          onceKey: `survey:${team.id}:${open.quarter}:${personId}`,
          path: '/load',
        }),
      )
      await tell(tx, told, makeId)
    }
    if (missing.length > 0) rounds = await listRounds(tx, tx.now - DAY)
  }
  const takers = await listTakers(
    tx,
    rounds.map((one) => one.id),
  )
  return rounds.flatMap((round) =>
    owesSurvey(
      round,
      directory.teams.get(round.teamId)?.memberIds ?? [],
      new Set(takers.filter((one) => one.roundId === round.id).map((one) => one.personId)),
    ),
  )
}

function noticesOf({ obligation, stage, to }: Reminder, directory: Directory): Told[] {
  return [...new Set(to.flatMap((owner) => peopleOf(owner, directory)))].map((personId) => ({
    personId,
    kind: 'obligationDue',
    params: {
      rule: obligation.rule,
      due: obligation.due,
      owner: obligation.owner.id,
      isOverdue: stage === 'overdue',
    },
    onceKey: `obligation:${obligation.id}:${stage}:${obligation.due}:${personId}`,
    urgency: stage === 'overdue' ? ('high' as const) : ('low' as const),
    path: pathOf(obligation.subject),
    drillId: obligation.drillId,
  }))
}

const pathOf = ({ kind, id }: Reminder['obligation']['subject']): string =>
  kind === 'incident' ? `/incidents/${id}` : kind === 'objective' ? '/reliability' : '/on-call'

const peopleOf = (owner: Owner, directory: Directory): readonly Id[] =>
  owner.kind === 'person'
    ? [owner.id]
    : owner.kind === 'team'
      ? (directory.teams.get(owner.id)?.memberIds ?? [])
      : []

const entryOf = ({ kind, obligation, happenedAt, inputs, result }: ObligationEntry): Entry => ({
  subject: { kind: 'obligation', id: obligation.id },
  happenedAt,
  actor: ENGINE,
  kind: `obligation.${kind}`,
  rule: obligation.rule,
  inputs,
  result: { ...result, rule: obligation.rule, owner: obligation.owner },
  undo: null,
  groupId: null,
  serviceId: null,
  teamId: obligation.teamId,
  visibility: obligation.visibility,
  drillId: obligation.drillId,
})
