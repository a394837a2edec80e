/**
 * What becomes of an incident when something happens to it: the next state, what is written down,
 * and what the engine has to carry out. Pure; live, simulated and replayed incidents take this way.
 */
import { classify, floorOf } from '../severity/classify.ts'
import { type Policy, type RoleName, worse } from '../severity/policy.ts'
import { breachDue, setBreach, tellParty } from './breach.ts'
import { causeFirings, causeTimer } from '../severity/clocks.ts'
import { HOUR } from '../lib/instant.ts'
import type { Effect, Event, IncidentFacts, Refusal } from './event.ts'
import * as hypotheses from './hypotheses.ts'
import {
  HYPOTHESES_MAX,
  SERVICES_MAX,
  holderOf,
  type Holding,
  type Hypothesis,
  type Incident,
  isDeclared,
  isLive,
  levelOf,
  type Status,
  TASKS_MAX,
  type Task,
} from './incident.ts'
import {
  assignNotes,
  assignProblem,
  commandDueAt,
  doublesUpAt,
  emptySeats,
  holdingsAfter,
  peopleOn,
  reliefDueAt,
  withoutRole,
  withoutSolo,
} from './roles.ts'
import * as severity from './severity.ts'
import { allClearChecks, mayMove } from './states.ts'

export type Decision =
  | { kind: 'changed'; incident: Incident; effects: readonly Effect[] }
  | { kind: 'refused'; refusal: Refusal }

type Change = severity.Change
type Outcome = Change | Refusal

export function decide(before: Incident, event: Event, facts: IncidentFacts): Decision {
  if (!isLive(before) && !AFTER.includes(event.kind))
    return {
      kind: 'refused',
      refusal: { field: 'status', reason: 'isOver', detail: { status: before.status } },
    }
  const outcome = apply(before, event, facts)
  if ('reason' in outcome) return { kind: 'refused', refusal: outcome }
  const isMoved = isDeclared(before) && levelOf(before) !== levelOf(outcome.incident)
  // A new level asks for people at once, not at the next beat.
  const after = isMoved ? follow(outcome.incident, outcome.effects, facts) : outcome
  const incident = { ...after.incident, wakeAt: wakeAt(after.incident, facts) }
  return { kind: 'changed', incident, effects: after.effects }
}

/** What may still be said of an incident that is over. */
const AFTER: readonly Event['kind'][] = [
  'moved',
  'noted',
  'decidedOn',
  'stamped',
  'taskDone',
  'woke',
  'messagePublished',
  'linked',
  'described',
  'breachBegan',
  'breachTold',
]

function apply(before: Incident, event: Event, facts: IncidentFacts): Outcome {
  switch (event.kind) {
    case 'declared':
      return declare(before, event, facts)
    case 'answered':
      return severity.answered(before, event.answers, facts, event.isTyped)
    case 'impactSeen':
      return severity.impactSeen(before, event.impact, facts, event.isTyped)
    case 'raised':
      return event.level >= levelOf(before)
        ? { field: 'level', reason: 'notHigher' }
        : severity.raise(
            before,
            event.level,
            { rule: 'person', reason: event.reason, inputs: {} },
            facts,
          )
    case 'lowered':
      return severity.lower(before, event.level, event.reason, facts)
    case 'levelUndone':
      return severity.undoLevel(before, event.reason, facts)
    case 'integrityCleared':
      return severity.integrityCleared(before, event.evidence, facts)
    case 'detected':
      return stamp(before, 'detectedAt', earlier(before.stamps.detectedAt, event.at))
    case 'acknowledged':
      return acknowledged(before, event)
    case 'moved':
      return move(before, event, facts)
    case 'checked':
      return said({ ...before, checkedBy: { by: facts.by, at: facts.now } }, 'recoveryChecked', {})
    case 'stamped':
      return said({ ...before, stamps: { ...before.stamps, [event.stamp]: event.at } }, 'stamped', {
        stamp: event.stamp,
        at: event.at,
        was: before.stamps[event.stamp],
      })
    case 'roleTaken':
    case 'roleLeft':
    case 'handOverProposed':
    case 'handOverAccepted':
    case 'handOverDeclined':
      return command(before, event, facts)
    case 'hypothesisOpened':
    case 'hypothesisDisposed':
    case 'hypothesisExtended':
    case 'hypothesisReopened':
    case 'hypothesisWithdrawn':
    case 'evidenceAdded':
      return investigate(before, event, facts)
    case 'taskGiven':
    case 'taskAcknowledged':
    case 'taskDone':
    case 'taskReopened':
      return task(before, event, facts)
    case 'noted':
      return said(before, 'noted', { text: event.text, ...event.detail })
    case 'decidedOn':
      return said(before, 'decided', { text: event.text, ...event.detail })
    case 'messagePublished':
      return messaged(before, event, facts)
    case 'madeLong':
      return said({ ...before, isLong: event.isLong }, 'longIncident', { isLong: event.isLong })
    case 'breachBegan':
    case 'breachTold':
      return breached(before, event, facts)
    case 'merged':
      if (event.into === before.id) return { field: 'into', reason: 'itself' }
      return said({ ...before, status: 'merged', mergedInto: event.into }, 'merged', {
        into: event.into,
      })
    case 'absorbed':
      return said(
        { ...before, serviceIds: union(before.serviceIds, event.serviceIds) },
        'absorbed',
        { from: event.from },
      )
    case 'linked':
      return link(before, event)
    case 'described':
      return describe(before, event.what)
    case 'woke':
      return woke(before, facts)
  }
}

const said = (
  incident: Incident,
  what: string,
  result: Readonly<Record<string, unknown>>,
  rule: string | null = null,
): Change => ({
  incident,
  effects: [{ kind: 'record', what, rule, inputs: {}, result, undo: null }],
})

const union = (one: readonly string[], other: readonly string[]): string[] =>
  [...new Set([...one, ...other])].slice(0, SERVICES_MAX)

function link(before: Incident, { relation, to }: Extract<Event, { kind: 'linked' }>): Outcome {
  if (to === before.id) return { field: 'to', reason: 'itself' }
  const field = relation === 'parent' ? 'parentId' : 'recurrenceOf'
  if (before[field] === to) return { incident: before, effects: [] }
  return said({ ...before, [field]: to }, 'linked', { relation, to, was: before[field] })
}

function breached(
  before: Incident,
  event: Extract<Event, { kind: 'breachBegan' | 'breachTold' }>,
  facts: IncidentFacts,
): Outcome {
  if (!isDeclared(before)) return { field: 'status', reason: 'notDeclared' }
  if (before.status === 'canceled') return { field: 'status', reason: 'isOver' }
  const was = before.breach ?? null
  const breach =
    event.kind === 'breachBegan'
      ? setBreach(was, event, facts.now)
      : tellParty(was, { ...event, by: facts.by }, facts.now)
  if ('reason' in breach) return breach
  const incident = { ...before, breach }
  if (event.kind === 'breachTold') {
    const { whom, reference } = event
    return said(incident, 'breachTold', { whom, at: event.at ?? facts.now, reference })
  }
  const { awareAt, hours } = breach
  const tell = breach.tell.map((one) => one.whom)
  const change = said(incident, 'breachBegan', { awareAt, hours, due: breachDue(breach), tell })
  const commander = holderOf(before, 'commander')
  if (commander === null || commander === facts.by) return change
  const params = { tell: tell.join(', '), due: breachDue(breach) }
  const effect: Effect = { kind: 'tellPeople', people: [commander], what: 'breachBegan', params }
  return { ...change, effects: [...change.effects, effect] }
}

/** Words and surroundings; what it is called does not change what is owed. */
function describe(before: Incident, what: Extract<Event, { kind: 'described' }>['what']): Outcome {
  if (what.title?.trim() === '') return { field: 'title', reason: 'needed' }
  const changed = Object.fromEntries(
    Object.entries(what).filter(
      ([name, value]) => JSON.stringify(before[name as keyof Incident]) !== JSON.stringify(value),
    ),
  )
  if (Object.keys(changed).length === 0) return { incident: before, effects: [] }
  return said({ ...before, ...changed }, 'described', changed)
}

const earlier = (one: number | null, other: number): number =>
  one === null ? other : Math.min(one, other)

const stamp = (before: Incident, name: keyof Incident['stamps'], at: number): Change => ({
  incident: { ...before, stamps: { ...before.stamps, [name]: at } },
  effects: [],
})

/** Out of triage: the level is set, clocks begin, the seats of that level are told. */
function declare(
  before: Incident,
  event: Extract<Event, { kind: 'declared' }>,
  facts: IncidentFacts,
): Outcome {
  if (isDeclared(before)) return { field: 'status', reason: 'declaredBefore' }
  const summary = event.summary.trim() === '' ? before.summary : event.summary.trim()
  if (summary === '') return { field: 'summary', reason: 'needed' }
  const found = classify(before.answers, facts.policy.isStrictForCustomers)
  const level = worse(event.level ?? found.level, floorOf(found.floors))
  const declared: Incident = {
    ...before,
    isProvisional: event.level === null && found.provisional,
    floors: [...new Set([...before.floors, ...found.floors])],
    summary,
    status: 'investigating',
    stamps: {
      ...before.stamps,
      declaredAt: facts.now,
      detectedAt: earlier(before.stamps.detectedAt, facts.now),
    },
    levels: [
      {
        at: facts.now,
        level,
        rule: event.level === null ? found.rules.join(', ') : 'person',
        by: facts.by,
        reason: null,
      },
    ],
    baseline: { ...before.impact },
  }
  const effects: Effect[] = [
    {
      kind: 'record',
      what: 'declared',
      rule: 'METHOD 7',
      inputs: { answers: before.answers },
      result: { level, provisional: declared.isProvisional, summary },
      undo: null,
    },
    ...severity.entered({ ...before, levels: [] }, declared, facts.policy),
  ]
  return follow(declared, effects, facts)
}

function acknowledged(before: Incident, event: Extract<Event, { kind: 'acknowledged' }>): Change {
  const acknowledgedAt = earlier(before.stamps.acknowledgedAt, event.at)
  if (before.stamps.acknowledgedAt !== null) return stamp(before, 'acknowledgedAt', acknowledgedAt)
  return said({ ...before, stamps: { ...before.stamps, acknowledgedAt } }, 'responded', {
    person: event.personId,
    at: event.at,
  })
}

function move(
  before: Incident,
  { to, reason }: Extract<Event, { kind: 'moved' }>,
  facts: IncidentFacts,
): Outcome {
  if (before.status === to) return { incident: before, effects: [] }
  const why = mayMove(before, to, facts.now, facts.policy)
  if (why !== null) return { field: 'status', reason: why, detail: { from: before.status, to } }
  if (to === 'resolved') return allClear(before, reason, facts)
  const incident: Incident = {
    ...before,
    status: to,
    ...(to === 'monitoring' ? { mitigations: before.mitigations + 1 } : {}),
    stamps: { ...before.stamps, ...stampsFor(to, before, facts.now) },
  }
  const result = { from: before.status, to, reason }
  return said(incident, MOVES[to] ?? 'moved', result)
}

const MOVES: Partial<Readonly<Record<Status, string>>> = {
  monitoring: 'mitigated',
  canceled: 'canceled',
  closed: 'closed',
}

function stampsFor(to: Status, before: Incident, now: number): Partial<Incident['stamps']> {
  switch (to) {
    case 'monitoring':
      return { mitigatedAt: now }
    case 'closed':
      return { closedAt: now }
    case 'investigating':
    case 'identified':
    case 'mitigating':
      // Symptoms are back: nothing of the recovery stands.
      return before.status === 'monitoring' || before.status === 'resolved'
        ? { mitigatedAt: null, recoveredAt: null, allClearAt: null }
        : {}
    default:
      return {}
  }
}

function allClear(before: Incident, reason: string | null, facts: IncidentFacts): Outcome {
  const open = allClearChecks(before, facts.recovery, facts.now, facts.policy).filter(
    (one) => !one.good,
  )
  const isEarly = open.length > 0
  if (isEarly && (reason ?? '').trim() === '')
    return { field: 'reason', reason: open[0]?.why ?? 'tooSoon', detail: { checks: open } }
  const { mitigatedAt, recoveredAt } = before.stamps
  const lastFiring = facts.recovery.lastFiringAt
  // The run without trouble began with the mitigation, or with the last alert that ended after it.
  const recovered =
    recoveredAt ?? Math.max(mitigatedAt ?? facts.now, Math.min(lastFiring ?? 0, facts.now))
  const incident: Incident = {
    ...before,
    status: 'resolved',
    isAllClearEarly: before.isAllClearEarly || isEarly,
    stamps: { ...before.stamps, recoveredAt: recovered, allClearAt: facts.now },
    holdings: before.holdings.map((one) => (one.to === null ? { ...one, to: facts.now } : one)),
    handOver: null,
  }
  return {
    incident,
    effects: [
      {
        kind: 'record',
        what: isEarly ? 'allClearEarly' : 'allClear',
        rule: 'METHOD 7',
        inputs: { checks: open.map((one) => one.why), reason },
        result: { at: facts.now, recoveredAt: recovered },
        undo: 'reopen',
      },
      { kind: 'expirePages' },
      { kind: 'afterCare' },
    ],
  }
}

type Command = Extract<
  Event,
  { kind: 'roleTaken' | 'roleLeft' | 'handOverProposed' | 'handOverAccepted' | 'handOverDeclined' }
>

function command(before: Incident, event: Command, facts: IncidentFacts): Outcome {
  switch (event.kind) {
    case 'roleTaken':
      return take(before, event.role, event.personId, facts)
    case 'roleLeft':
      return said(
        { ...before, holdings: withoutRole(before.holdings, event.role, facts.now) },
        'roleLeft',
        { role: event.role },
      )
    case 'handOverProposed': {
      const held = before.holdings.find((one) => one.role === event.role && one.to === null)
      if (!held) return { field: 'role', reason: 'notHeld' }
      if (held.personId === event.to) return { field: 'to', reason: 'heldAlready' }
      const handOver = { role: event.role, from: held.personId, to: event.to, at: facts.now }
      const change = said({ ...before, handOver }, 'handOverProposed', handOver)
      const tell: Effect = {
        kind: 'tellPeople',
        people: [event.to],
        what: 'handOverProposed',
        params: { role: event.role, from: held.personId },
      }
      return { ...change, effects: [...change.effects, tell] }
    }
    case 'handOverAccepted': {
      const { handOver } = before
      if (!handOver) return { field: 'handOver', reason: 'noneProposed' }
      if (facts.by !== handOver.to)
        return { field: 'handOver', reason: 'notYours', detail: { to: handOver.to } }
      return take({ ...before, handOver: null }, handOver.role, handOver.to, facts)
    }
    case 'handOverDeclined':
      return before.handOver
        ? said({ ...before, handOver: null }, 'handOverDeclined', { ...before.handOver })
        : { field: 'handOver', reason: 'noneProposed' }
  }
}

function take(before: Incident, role: RoleName, personId: string, facts: IncidentFacts): Outcome {
  const others = peopleOn(before).filter((id) => id !== personId).length
  const problem = assignProblem(before, role, personId, others)
  if (problem === 'heldAlready') return { incident: before, effects: [] }
  if (problem) return { field: 'role', reason: problem }
  const notes = assignNotes(before, role, personId, others)
  const was = before.holdings.find((one) => one.role === role && one.to === null)?.personId ?? null
  const incident = {
    ...before,
    holdings: holdingsAfter(
      withoutSolo(before.holdings, personId, facts.now),
      role,
      personId,
      facts.now,
      facts.by,
    ),
  }
  const change = said(incident, role === 'commander' ? 'commandTaken' : 'roleTaken', {
    role,
    person: personId,
    was,
    notes,
  })
  const isTold = personId !== facts.by
  const card: Effect = {
    kind: 'tellPeople',
    people: [personId],
    what: 'roleGiven',
    params: { role },
  }
  return isTold ? { ...change, effects: [...change.effects, card] } : change
}

type Investigation = Extract<
  Event,
  {
    kind:
      | 'hypothesisOpened'
      | 'hypothesisDisposed'
      | 'hypothesisExtended'
      | 'hypothesisReopened'
      | 'hypothesisWithdrawn'
      | 'evidenceAdded'
  }
>

function investigate(before: Incident, event: Investigation, facts: IncidentFacts): Outcome {
  const { now, policy } = facts
  if (event.kind === 'hypothesisOpened') {
    if (before.hypotheses.length >= HYPOTHESES_MAX) return { field: 'statement', reason: 'tooMany' }
    if (event.statement.trim() === '') return { field: 'statement', reason: 'needed' }
    const problem = hypotheses.openProblem(before, event.ownerId)
    if (problem) return { field: 'owner', reason: problem }
    const made = hypotheses.openHypothesis({ ...event, now, boxMs: policy.hypothesisMs })
    return said({ ...before, hypotheses: [...before.hypotheses, made] }, 'hypothesisOpened', {
      statement: made.statement,
      owner: made.ownerId,
      until: made.expiresAt,
    })
  }
  const known = before.hypotheses.find((one) => one.id === event.id)
  if (!known) return { field: 'hypothesis', reason: 'unknown' }
  const after = moveHypothesis(known, event, facts)
  if (typeof after === 'string') return { field: 'hypothesis', reason: after }
  const changed: Incident = {
    ...before,
    hypotheses: before.hypotheses.map((one) => (one.id === after.id ? after : one)),
  }
  const about = {
    statement: after.statement,
    verdict: after.verdict,
    timely: hypotheses.isTimely(after),
    ...(event.kind === 'evidenceAdded' ? { speaks: event.speaks, text: event.text } : {}),
  }
  if (event.kind === 'hypothesisDisposed' && event.verdict === 'confirmed')
    return said(causeFound(changed, now), 'causeIdentified', about, 'T2')
  if (event.kind === 'hypothesisWithdrawn')
    return said(causeLost(changed, now), 'causeWithdrawn', about, 'T2')
  return said(changed, event.kind, about)
}

function moveHypothesis(
  one: Hypothesis,
  event: Exclude<Investigation, { kind: 'hypothesisOpened' }>,
  { now, policy, by }: IncidentFacts,
): Hypothesis | string {
  switch (event.kind) {
    case 'hypothesisDisposed':
      return hypotheses.dispose(one, event.verdict, now)
    case 'hypothesisExtended':
      return event.reason.trim() === '' ? 'reasonNeeded' : hypotheses.extend(one, event, now)
    case 'hypothesisReopened':
      return hypotheses.reopen(one, now, policy.hypothesisMs)
    case 'hypothesisWithdrawn':
      return hypotheses.withdraw(one, now)
    case 'evidenceAdded':
      return {
        ...one,
        evidence: [...one.evidence, { at: now, by, speaks: event.speaks, text: event.text }],
      }
  }
}

const causeFound = (incident: Incident, now: number): Incident => ({
  ...incident,
  status: incident.status === 'investigating' ? 'identified' : incident.status,
  stamps: { ...incident.stamps, identifiedAt: incident.stamps.identifiedAt ?? now },
  identified: [...incident.identified, { at: now, is: true }],
})

function causeLost(incident: Incident, now: number): Incident {
  const stands = incident.hypotheses.some((one) => one.verdict === 'confirmed')
  if (stands) return incident
  return {
    ...incident,
    status: incident.status === 'identified' ? 'investigating' : incident.status,
    stamps: { ...incident.stamps, identifiedAt: null },
    identified: [...incident.identified, { at: now, is: false }],
  }
}

type OfTask = Extract<
  Event,
  { kind: 'taskGiven' | 'taskAcknowledged' | 'taskDone' | 'taskReopened' }
>

function task(before: Incident, event: OfTask, { now, by }: IncidentFacts): Outcome {
  if (event.kind === 'taskGiven') {
    if (before.tasks.length >= TASKS_MAX) return { field: 'text', reason: 'tooMany' }
    if (event.text.trim() === '') return { field: 'text', reason: 'needed' }
    const { id, text, ownerId, boxMs, outside, leadId } = event
    const dueAt = boxMs === null ? null : now + boxMs
    const given: Task = {
      id,
      text,
      ownerId,
      at: now,
      dueAt,
      acknowledgedAt: ownerId !== null && ownerId === by ? now : null,
      doneAt: null,
      outside,
      leadId,
    }
    const change = said({ ...before, tasks: [...before.tasks, given] }, 'taskGiven', {
      text,
      owner: ownerId,
      dueAt,
      outside,
    })
    if (ownerId === null || ownerId === by) return change
    const tell: Effect = {
      kind: 'tellPeople',
      people: [ownerId],
      what: 'taskGiven',
      params: { text, dueAt },
    }
    return { ...change, effects: [...change.effects, tell] }
  }
  const known = before.tasks.find((one) => one.id === event.id)
  if (!known) return { field: 'task', reason: 'unknown' }
  const after: Task = {
    ...known,
    ...(event.kind === 'taskAcknowledged' ? { acknowledgedAt: known.acknowledgedAt ?? now } : {}),
    ...(event.kind === 'taskDone' ? { doneAt: known.doneAt ?? now } : {}),
    ...(event.kind === 'taskReopened' ? { doneAt: null } : {}),
  }
  const tasks = before.tasks.map((one) => (one.id === after.id ? after : one))
  return said({ ...before, tasks }, event.kind, { text: after.text })
}

function messaged(
  before: Incident,
  event: Extract<Event, { kind: 'messagePublished' }>,
  { now }: IncidentFacts,
): Change {
  const told = [
    ...before.told,
    { audience: event.audience, at: now, promised: event.promised, kind: event.as },
  ]
  return said({ ...before, told }, 'messagePublished', {
    audience: event.audience,
    promised: event.promised,
    as: event.as,
  })
}

/** Time has passed: boxes run out, seats fall due, the cause is late. Twice at one instant changes nothing. */
function woke(before: Incident, facts: IncidentFacts): Outcome {
  const { now, policy } = facts
  if (before.status === 'triage') return promote(before, facts)
  const expired = before.hypotheses.filter((one) => hypotheses.isExpired(one, now))
  const incident: Incident = {
    ...before,
    hypotheses: before.hypotheses.map((one) => hypotheses.expire(one, now)),
  }
  const commander = incident.holdings.find((one) => one.role === 'commander' && one.to === null)
  const effects: Effect[] = expired.flatMap((one): Effect[] => [
    {
      kind: 'record',
      what: 'hypothesisExpired',
      rule: 'METHOD 6',
      inputs: { opened: one.openedAt, box: policy.hypothesisMs },
      result: { statement: one.statement, owner: one.ownerId },
      undo: null,
    },
    ...(commander
      ? [
          {
            kind: 'tellPeople',
            people: [commander.personId],
            what: 'hypothesisExpired',
            params: { statement: one.statement },
          } as const,
        ]
      : []),
  ])
  return follow(incident, effects, facts)
}

/** Nobody decided in time whether it is one: it is, as badly as the answers say. */
function promote(before: Incident, facts: IncidentFacts): Outcome {
  if (facts.now < before.openedAt + facts.policy.triageMs) return { incident: before, effects: [] }
  const summary = before.summary === '' ? before.title : before.summary
  return declare(before, { kind: 'declared', level: null, summary }, facts)
}

/** What the level and the clocks ask for and has not been done: seats, the next tier, empty roles. */
function follow(before: Incident, effects: readonly Effect[], facts: IncidentFacts): Change {
  const { now, policy } = facts
  if (!isLive(before) || !isDeclared(before)) return { incident: before, effects: [...effects] }
  const seats = seatsDue(before, policy, now)
  const cause = causeDue(before, facts)
  const alone = doublesUp(before, facts)
  const asked = prompts(before, facts)
  return {
    incident: {
      ...before,
      holdings: [...before.holdings, ...alone.holdings],
      ...(asked.prompted ? { prompted: asked.prompted } : {}),
      seatsTold: [
        ...before.seatsTold,
        ...seats.map(({ seat, level }) => ({ seat, level, at: now })),
      ],
      causeFired: cause ? { since: cause.since, count: cause.count } : before.causeFired,
    },
    effects: [
      ...effects,
      ...alone.effects,
      ...asked.effects,
      ...seats.map(({ seat, level }): Effect => ({ kind: 'tell', seat, rule: `level${level}` })),
      ...(cause
        ? [causeRecord(cause), { kind: 'nextTier', rule: 'T2', count: cause.count } as const]
        : []),
    ],
  }
}

/** Nobody commands in time, or somebody has for too long: they are asked, once. */
function prompts(
  incident: Incident,
  { now, policy }: IncidentFacts,
): { prompted: Incident['prompted']; effects: Effect[] } {
  const command = commandDueAt(incident, policy)
  const relief = reliefDueAt(incident, policy.reliefMs)
  const effects: Effect[] = []
  let prompted = incident.prompted
  if (command !== null && now >= command) {
    prompted = { ...prompted, command }
    effects.push(
      {
        kind: 'record',
        what: 'commandMissing',
        rule: 'METHOD 5',
        inputs: { due: command },
        result: {},
        undo: null,
      },
      { kind: 'page', seat: 'commander', rule: 'commandMissing' },
    )
  }
  const commander = holderOf(incident, 'commander')
  if (relief !== null && commander !== null && now >= relief) {
    prompted = { ...prompted, relief }
    effects.push({
      kind: 'tellPeople',
      people: [commander],
      what: 'relief',
      params: { hours: Math.round(policy.reliefMs / HOUR) },
    })
  }
  return { prompted, effects }
}

/** Nobody else is there: whoever commands holds the rest as well, until somebody comes. */
function doublesUp(
  incident: Incident,
  { now, policy }: IncidentFacts,
): { holdings: Holding[]; effects: Effect[] } {
  const at = doublesUpAt(incident, policy)
  const personId = holderOf(incident, 'commander')
  if (at === null || personId === null || now < at) return { holdings: [], effects: [] }
  const roles = emptySeats(incident, policy.levels[levelOf(incident)].roles)
  return {
    holdings: roles.map((role) => ({
      role,
      personId,
      from: now,
      to: null,
      by: null,
      isSolo: true as const,
    })),
    effects: roles.map((role) => ({
      kind: 'record' as const,
      what: 'roleTaken',
      rule: 'METHOD 5',
      inputs: {},
      result: { role, person: personId, was: null, notes: ['isSolo'] },
      undo: null,
    })),
  }
}

const causeRecord = (cause: { since: number; count: number; everyMs: number }): Effect => ({
  kind: 'record',
  what: 'causeLate',
  rule: 'T2',
  inputs: { since: cause.since, everyMs: cause.everyMs },
  result: { count: cause.count },
  undo: null,
})

/** Seats of the present level whose moment has come, each once for a level. */
function seatsDue(incident: Incident, policy: Policy, now: number) {
  const level = levelOf(incident)
  const since = incident.levels.at(-1)?.at ?? now
  return policy.levels[level].tell
    .filter((one) => one.when.kind === 'atOnce' || one.when.kind === 'within')
    .filter(
      (one) => !incident.seatsTold.some((told) => told.seat === one.seat && told.level <= level),
    )
    .filter((one) => one.when.kind === 'atOnce' || now >= since)
    .map((one) => ({ seat: one.seat, level }))
}

function causeDue(incident: Incident, { now, policy }: IncidentFacts) {
  const timer = causeTimer(
    {
      levels: incident.levels,
      identified: incident.identified,
      mitigatedAt: incident.stamps.mitigatedAt,
    },
    policy,
  )
  if (!timer) return null
  const { count } = causeFirings(timer, now)
  const fired = incident.causeFired?.since === timer.since ? incident.causeFired.count : 0
  return count > fired ? { ...timer, count } : null
}

/** When it has to be looked at again, if nothing happens until then. */
export function wakeAt(
  incident: Incident,
  { now, policy }: Pick<IncidentFacts, 'now' | 'policy'>,
): number | null {
  if (!isLive(incident)) return null
  if (incident.status === 'triage') return incident.openedAt + policy.triageMs
  const timer = causeTimer(
    {
      levels: incident.levels,
      identified: incident.identified,
      mitigatedAt: incident.stamps.mitigatedAt,
    },
    policy,
  )
  const boxes = incident.hypotheses
    .filter((one) => one.verdict === 'open')
    .map((one) => one.expiresAt + 1)
  const alone = doublesUpAt(incident, policy)
  const times = [
    ...boxes,
    ...(timer ? [causeFirings(timer, now).nextAt] : []),
    ...[alone, commandDueAt(incident, policy), reliefDueAt(incident, policy.reliefMs)].filter(
      (at) => at !== null,
    ),
  ].filter((at) => at > now)
  return times.length > 0 ? Math.min(...times) : null
}
