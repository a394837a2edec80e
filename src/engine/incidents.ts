/**
 * Incidents carried out: whatever happens to one is decided by `incidents/decide.ts`; here rows are
 * locked, the decision is written down, and what it asks for is done. In one transaction, whoever
 * asked: a person, an alert, or time.
 */
import { MANUAL_SOURCE } from '../alerts/routed.ts'
import type { Tx } from '../db/tx.ts'
import { whereabouts } from '../directory/whereabouts.ts'
import { peopleOf } from '../escalation/people.ts'
import { decide } from '../incidents/decide.ts'
import type { Effect, Event, IncidentFacts } from '../incidents/event.ts'
import { saveEvent } from '../incidents/event-store.ts'
import { type Incident, isLive, levelOf } from '../incidents/incident.ts'
import { impactOf, newsIn } from '../incidents/measured.ts'
import {
  type Kin,
  listGroupsOf,
  listKin,
  lockIncident,
  observe,
  saveIncident,
} from '../incidents/store.ts'
import type { Id } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import type { Told } from '../notify/notice-store.ts'
import { isBurningAmong } from '../slo/store.ts'
import { type Policy, SEATS, type Seat } from '../severity/policy.ts'
import { findPolicy, listSeats, type SeatTarget } from '../severity/store.ts'
import type { Desk } from './desk.ts'
import * as respond from './verbs/respond.ts'

export type Happening = { tx: Tx; desk: Desk }

/** @throws Problem not_found, or invalid with the field and the reason */
export async function happen(doing: Happening, incidentId: Id, event: Event): Promise<Incident> {
  const groups = await lockGroups(doing, incidentId)
  const incident = await lockIncident(doing.tx, incidentId)
  if (!incident) throw notFound('incident')
  return settle(doing, incident, event, groups)
}

/** Groups and climbs are locked before the incident: everybody locks in this order. */
async function lockGroups({ tx, desk }: Happening, incidentId: Id): Promise<Id[]> {
  const ids = await listGroupsOf(tx, incidentId)
  for (const id of ids) await respond.fetchGroup(desk, id)
  return ids
}

export async function settle(
  doing: Happening,
  incident: Incident,
  event: Event,
  groups: readonly Id[],
): Promise<Incident> {
  const { tx } = doing
  const policy = await findPolicy(tx, incident.policyId)
  const facts = await factsOf(doing, incident, policy)
  const decision = decide(incident, event, facts)
  if (decision.kind === 'refused') {
    const { field, reason, detail } = decision.refusal
    throw new Problem('invalid', reason, sentenceOf(reason, detail), { field })
  }
  const saved = await saveIncident(tx, decision.incident)
  await saveEvent(tx, saved, facts.by, event, facts.recovery)
  const seats = await listSeats(tx)
  for (const effect of decision.effects) await carryOut({ ...doing, groups, seats }, saved, effect)
  return saved
}

async function factsOf(
  { tx, desk }: Happening,
  incident: Incident,
  policy: Policy,
): Promise<IncidentFacts> {
  const { lastFiringAt } = await observe(tx, incident.id)
  const parts = await listKin(tx, incident.id)
  return {
    now: desk.now,
    policy,
    by: desk.actor.kind === 'person' ? desk.actor.id : null,
    recovery: {
      lastFiringAt,
      isBurning: await isBurningAmong(tx, incident.serviceIds),
      ...partsIn(parts),
    },
  }
}

/** Nothing is said of parts where there never were any. */
export function partsIn(kin: readonly Kin[]): { livingParts?: number } {
  const parts = kin.filter((one) => one.relation === 'part')
  return parts.length === 0 ? {} : { livingParts: parts.filter(isLive).length }
}

type Doing = Happening & { groups: readonly Id[]; seats: ReadonlyMap<Seat, SeatTarget> }

async function carryOut(doing: Doing, incident: Incident, effect: Effect): Promise<void> {
  const { desk } = doing
  switch (effect.kind) {
    case 'record':
      desk.record(entryOf(desk, incident, effect))
      return
    case 'page':
      if (pageSeat(doing, effect.seat)) return
      tellSeat(doing, incident, effect)
      return
    case 'tell':
      tellSeat(doing, incident, effect)
      return
    case 'tellPeople':
      for (const personId of effect.people)
        desk.tell(
          noticeOf(incident, personId, 'incidentAsks', { what: effect.what, ...effect.params }),
        )
      return
    case 'pageSteps':
      pageSteps(doing, effect.steps)
      return
    case 'nextTier':
      for (const id of doing.groups) {
        const group = desk.get('group', id)
        if (group && group.status !== 'resolved') respond.escalate(desk, group)
      }
      return
    case 'expirePages':
      await expirePages(doing)
      return
    case 'afterCare':
      return
  }
}

function tellSeat(doing: Doing, incident: Incident, effect: { seat: Seat; rule: string }): void {
  for (const personId of inSeat(doing, incident, effect.seat))
    doing.desk.tell(
      noticeOf(incident, personId, 'incidentTold', { seat: effect.seat, rule: effect.rule }),
    )
}

/** Rings them for what burns, with an answer to give; false: nothing does, or nobody is bound. */
function pageSeat({ desk, groups, seats }: Doing, seat: Seat): boolean {
  const target = seats.get(seat)
  const open = groups.find((id) => desk.get('group', id)?.status !== 'resolved')
  if (!target || open === undefined) return false
  pageOrPass(desk, open, target)
  return true
}

/** The first so many steps ring together; those that ring already are left alone. */
function pageSteps({ desk, groups }: Doing, steps: number): void {
  for (const id of groups) {
    const group = desk.get('group', id)
    const climb = group?.climbId ? desk.get('climb', group.climbId) : null
    if (!group || !climb || group.status === 'resolved') continue
    const reached = 'step' in climb.state ? climb.state.step : 0
    for (const step of climb.ladder.steps.slice(reached + 1, steps))
      for (const target of step.targets) pageOrPass(desk, id, target)
  }
}

function pageOrPass(desk: Desk, groupId: Id, target: SeatTarget): void {
  const group = desk.get('group', groupId)
  if (!group) return
  try {
    respond.pageAlso(desk, group, target)
  } catch (cause) {
    // Nobody is on call there now: the ladder itself comes to it in its own time.
    if (!(cause instanceof Problem && cause.code === 'conflict')) throw cause
  }
}

/** What a person raised by hand ends with the incident; what monitoring says is monitoring's to end. */
async function expirePages({ desk, groups }: Doing): Promise<void> {
  for (const id of groups) {
    const group = desk.get('group', id)
    if (!group || group.status === 'resolved') continue
    const alerts = await desk.fetch({ kind: 'alert', by: 'groupId', values: [id] })
    if (alerts.every((one) => one.sourceId === MANUAL_SOURCE)) await respond.resolve(desk, id)
  }
}

/** Who sits there now: as bound, else the lead of the team, else all admins of the organisation. */
function inSeat({ desk, seats }: Doing, incident: Incident, seat: Seat): Id[] {
  const { directory } = desk
  const bound = seats.get(seat)
  if (bound) {
    const where = whereabouts(directory, desk.tools.loudnessOf)
    return peopleOf([bound], desk.now, 'high', where).map((one) => one.personId)
  }
  const lead = incident.teamId === null ? null : directory.teams.get(incident.teamId)?.leadId
  if (lead && SEATS[seat].isOfTeam) return [lead]
  return [...directory.people.values()].filter((one) => one.role === 'admin').map((one) => one.id)
}

const noticeOf = (
  incident: Incident,
  personId: Id,
  kind: 'incidentTold' | 'incidentAsks',
  params: Readonly<Record<string, unknown>>,
): Told => ({
  personId,
  kind,
  params: {
    incident: incident.number,
    title: incident.title,
    level: levelOf(incident),
    summary: incident.summary,
    ...params,
  },
  urgency: 'high',
  path: `/incidents/INC-${incident.number}`,
  onceKey: `${kind}:${incident.id}:${incident.version}:${personId}:${JSON.stringify(params)}`.slice(
    0,
    300,
  ),
  drillId: incident.drillId,
})

function entryOf(desk: Desk, incident: Incident, effect: Extract<Effect, { kind: 'record' }>) {
  return {
    subject: { kind: 'incident' as const, id: incident.id },
    happenedAt: desk.now,
    actor: desk.actor,
    kind: `incident.${effect.what}`,
    rule: effect.rule,
    inputs: effect.inputs,
    result: effect.result,
    undo: effect.undo,
    groupId: null,
    serviceId: null,
    teamId: incident.teamId,
    visibility: incident.visibility,
    drillId: incident.drillId,
  }
}

/** What the alerts of an incident say by themselves, as events; none where nothing is new. */
export async function eventsFrom(tx: Tx, incident: Incident): Promise<Event[]> {
  if (!isLive(incident)) return []
  const seen = await observe(tx, incident.id)
  const { detectedAt, acknowledgedAt } = incident.stamps
  const events: Event[] = []
  const isEarlier =
    seen.firstOpenedAt !== null && (detectedAt === null || seen.firstOpenedAt < detectedAt)
  if (isEarlier && seen.firstOpenedAt !== null)
    events.push({ kind: 'detected', at: seen.firstOpenedAt })
  if (seen.acknowledgedAt !== null && acknowledgedAt === null)
    events.push({ kind: 'acknowledged', at: seen.acknowledgedAt, personId: seen.acknowledgedBy })
  const news = newsIn(incident.impact, impactOf(seen.impacts, seen.services))
  if (news) events.push({ kind: 'impactSeen', impact: news, isTyped: false })
  return events
}

const SENTENCES: Readonly<Record<string, string>> = {
  needed: 'This is needed.',
  isOver: 'The incident is over.',
  declaredBefore: 'It is declared already.',
  notHigher: 'It is as high as that already.',
  notLower: 'It is as low as that already.',
  nothingToUndo: 'The last change of the severity was no raise.',
  commanderOnly: 'Only the commander may lower the severity.',
  belowFloor: 'A rule holds it: it may not go lower until that is cleared.',
  noConcern: 'There is no concern about data.',
  noSuchMove: 'That does not follow from where it stands.',
  tooLateToReopen: 'It was over more than a day ago: declare a new incident and link this one.',
  tooSoon: 'It has not been watched long enough. Override it with a reason, or wait.',
  alertsFiring: 'An alert of it still fires. Override it with a reason, or wait.',
  alertsRecent: 'An alert of it fired in the last ten minutes. Override it with a reason, or wait.',
  budgetBurning: 'An objective still burns its budget. Override it with a reason, or wait.',
  partsLive: 'A part of it is not over yet. Override it with a reason, or wait.',
  itself: 'It cannot be that of itself.',
  overAlready: 'That one is over: link it as a recurrence instead.',
  circle: 'It would be a part of itself.',
  wouldBeSeen: 'It is private, and the other one is not: what is in it would be seen by everybody.',
  notChecked:
    'Nobody has looked whether users can work again. Say that you have, or override it with a reason.',
  commanderHoldsNothingElse: 'The commander of a major incident holds no other role.',
  notHeld: 'Nobody holds this role.',
  heldAlready: 'They hold it already.',
  noneProposed: 'No hand-over is proposed.',
  notYours: 'This hand-over is for somebody else to accept.',
  hasAnotherOpen: 'They follow another path already: dispose of that one first.',
  extendedBefore: 'It was extended once, and that is all.',
  isDisposed: 'It has its verdict already.',
  isOpen: 'It is open already.',
  notConfirmed: 'It was not taken for the cause.',
  reasonNeeded: 'Say why.',
  tooMany: 'There are as many as there may be.',
  inFuture: 'That lies in the future.',
  beforeAware: 'That lies before the moment at which the breach was known.',
  noBreach: 'No breach is known of it.',
  toldAlready: 'They were told already.',
  notDeclared: 'Declare it first.',
  unknown: 'There is nothing of this name.',
}
export const sentenceOf = (reason: string, detail: unknown): string =>
  SENTENCES[reason] ?? `${reason} ${detail === undefined ? '' : JSON.stringify(detail)}`.trim()
