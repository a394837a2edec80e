/**
 * What an incident owes, to whom and by when, out of what is on its record: nothing is ticked off by
 * hand. A proof is the thing itself: an answer, a message, a verdict (DESIGN 4, METHOD 3, 5 and 6).
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { Claim, Proof } from '../obligations/obligation.ts'
import { causeTimer, dueOf, responseDue, tellBy, updateDue } from '../severity/clocks.ts'
import type { Audience, Policy, RoleName } from '../severity/policy.ts'
import { breachDue } from './breach.ts'
import { holderOf, type Incident, isDeclared, levelOf, type Told } from './incident.ts'

/** @param seatOf who stands for a role that nobody holds: the commander on call, or the lead; null: nobody */
export function owesIncident(
  incident: Incident,
  policy: Policy,
  seatOf: (role: RoleName) => Id | null,
): Claim[] {
  const { declaredAt } = incident.stamps
  if (!isDeclared(incident) || declaredAt === null) return []
  if (incident.status === 'canceled') return []
  const make = claimer(incident, seatOf)
  // What was merged is owed there, except for what was said of it alone.
  if (incident.status === 'merged') return breach(incident, make)
  return [
    ...respond(incident, policy, make),
    ...roles(incident, policy, declaredAt, make),
    ...seats(incident, policy, make),
    ...messages(incident, policy, declaredAt, make),
    ...investigation(incident, policy, make),
    ...tasks(incident, make),
    ...breach(incident, make),
  ]
}

type Asked = {
  rule: string
  of: string
  role: RoleName
  person?: Id | null
  startedAt: Instant
  due: Instant
  proof: Proof | null
  /** Owed after the all-clear as before it. */
  isAfterCare?: boolean
}
type Make = (asked: Asked) => Claim[]

/** Owed by whoever holds the role, else by the commander, else by whoever stands for them. */
function claimer(incident: Incident, seatOf: (role: RoleName) => Id | null): Make {
  const commander = holderOf(incident, 'commander') ?? lastHolder(incident, 'commander')
  const over = incident.stamps.allClearAt
  return ({ rule, of, role, person, startedAt, due, proof, isAfterCare }) => {
    const owner =
      person ?? holderOf(incident, role) ?? lastHolder(incident, role) ?? commander ?? seatOf(role)
    // What falls due after the all-clear is not owed any more; what was late by then stays on the record.
    const isOver = !isAfterCare && proof === null && over !== null && due >= over
    if (owner === null || isOver) return []
    return [
      {
        key: `${rule}:${incident.id}:${of}`,
        subject: { kind: 'incident', id: incident.id },
        rule,
        owner: { kind: 'person', id: owner },
        startedAt,
        due,
        proof,
        supervisor: commander !== owner ? commander : null,
        teamId: incident.teamId,
        visibility: incident.visibility,
        drillId: incident.drillId,
      },
    ]
  }
}

const lastHolder = (incident: Incident, role: RoleName): Id | null =>
  incident.holdings.findLast((one) => one.role === role)?.personId ?? null

/** Met strictly before the time is over; the ledger takes the last instant that is in time. */
function respond(incident: Incident, policy: Policy, make: Make): Claim[] {
  const start = incident.stamps.detectedAt ?? incident.stamps.declaredAt
  if (start === null) return []
  const at = incident.stamps.acknowledgedAt
  const levels = incident.levels.filter((one) => at === null || one.at <= at)
  const due = responseDue(start, levels, policy)
  if (due === null) return []
  const proof = at === null ? null : { at, ref: 'acknowledged' }
  return make({
    rule: 'incident.respond',
    of: 'first',
    role: 'commander',
    startedAt: start,
    due: due - 1,
    proof,
  })
}

/** Within the response time of the level that asked for them. */
function roles(incident: Incident, policy: Policy, declaredAt: Instant, make: Make): Claim[] {
  const first = incident.levels[0]
  if (!first) return []
  const asked = new Map<RoleName, { from: Instant; due: Instant }>()
  for (const { at, level } of incident.levels) {
    const row = policy.levels[level]
    const due = dueOf(row.respond, at, policy.hours)
    for (const role of row.roles) {
      const known = asked.get(role)
      // Raising brings it forward and never puts it off.
      if (!known) asked.set(role, { from: at, due })
      else if (due < known.due) asked.set(role, { ...known, due })
    }
  }
  const current = new Set(policy.levels[levelOf(incident)].roles)
  return [...asked].flatMap(([role, { from, due }]) => {
    const held = incident.holdings.find((one) => one.role === role)
    if (!held && !current.has(role)) return []
    const proof = held
      ? { at: Math.max(held.from, declaredAt), ref: `person:${held.personId}` }
      : null
    return make({
      rule: `incident.role.${role}`,
      of: 'first',
      role: 'commander',
      startedAt: from,
      due,
      proof,
    })
  })
}

/** Seats that are told by a time, not at once: those the engine tells by itself. */
function seats(incident: Incident, policy: Policy, make: Make): Claim[] {
  const level = levelOf(incident)
  const since = incident.levels.at(-1)?.at
  if (since === undefined) return []
  return policy.levels[level].tell.flatMap(({ seat, when }) => {
    const told = incident.seatsTold.find((one) => one.seat === seat && one.level <= level)
    return make({
      rule: `incident.tell.${seat}`,
      of: String(level),
      role: 'commander',
      startedAt: since,
      due: tellBy(when, since, policy),
      proof: told ? { at: told.at, ref: 'notice' } : null,
    })
  })
}

/** One for each message that an audience was owed, from the first to the all-clear. */
function messages(incident: Incident, policy: Policy, declaredAt: Instant, make: Make): Claim[] {
  const audiences = new Set<Audience>(policy.levels[levelOf(incident)].audiences)
  for (const one of incident.told) audiences.add(one.audience)
  return [...audiences].flatMap((audience) => {
    const told = incident.told.filter((one) => one.audience === audience)
    const claims = [...told, null].flatMap((next, index) => {
      const before = told[index - 1] ?? null
      if (before?.kind === 'resolved') return []
      return message(incident, policy, { audience, declaredAt, before, next, index }, make)
    })
    return [...claims, ...farewell(incident, audience, told, make)]
  })
}

type Place = {
  audience: Audience
  declaredAt: Instant
  before: Told | null
  next: Told | null
  index: number
}

function message(incident: Incident, policy: Policy, place: Place, make: Make): Claim[] {
  const { audience, declaredAt, before, next, index } = place
  // What was raised after it was sent asks of the next one.
  const levels = incident.levels.filter((one) => next === null || one.at <= next.at)
  const due = updateDue(
    {
      audience,
      declaredAt,
      lastAt: before?.at ?? null,
      promised: before?.promised ?? null,
      levels,
    },
    policy,
  )
  return make({
    rule: index === 0 ? 'incident.firstMessage' : 'incident.update',
    of: `${audience}:${index}`,
    role: 'communicationsLead',
    startedAt: before?.at ?? declaredAt,
    due,
    proof: next ? { at: next.at, ref: 'message' } : null,
  })
}

/** The all-clear is itself the last update, for everybody who heard of the incident. */
function farewell(
  incident: Incident,
  audience: Audience,
  told: readonly Told[],
  make: Make,
): Claim[] {
  const { allClearAt } = incident.stamps
  if (allClearAt === null || told.length === 0) return []
  const last = told.find((one) => one.kind === 'resolved')
  return make({
    rule: 'incident.allClear',
    of: audience,
    role: 'communicationsLead',
    startedAt: allClearAt,
    due: allClearAt + ALL_CLEAR_MS,
    proof: last ? { at: last.at, ref: 'message' } : null,
    isAfterCare: true,
  })
}

/** How long the all-clear may take to reach those who wait for it. */
const ALL_CLEAR_MS = 15 * 60_000

function investigation(incident: Incident, policy: Policy, make: Make): Claim[] {
  const boxes = incident.hypotheses.flatMap((one) =>
    make({
      rule: 'incident.hypothesis',
      of: `${one.id}:${one.attempt}`,
      role: 'technicalLead',
      person: one.ownerId,
      startedAt: one.openedAt,
      due: one.expiresAt,
      proof: one.disposedAt === null ? null : { at: one.disposedAt, ref: one.verdict },
    }),
  )
  return [...boxes, ...cause(incident, policy, make)]
}

/** Either it is found in time, or more people look for it: both are on the record. */
function cause(incident: Incident, policy: Policy, make: Make): Claim[] {
  const { identifiedAt, mitigatedAt } = incident.stamps
  const found = [identifiedAt, mitigatedAt].filter((at) => at !== null)
  const timer = causeTimer({ levels: incident.levels, identified: [], mitigatedAt: null }, policy)
  const since =
    incident.identified.at(-1)?.is === false ? incident.identified.at(-1)?.at : timer?.since
  if (!timer || since === undefined) return []
  return make({
    rule: 'incident.cause',
    of: String(since),
    role: 'technicalLead',
    startedAt: since,
    due: since + timer.everyMs,
    proof:
      found.length === 0
        ? null
        : { at: Math.min(...found), ref: identifiedAt === null ? 'mitigated' : 'identified' },
  })
}

const tasks = (incident: Incident, make: Make): Claim[] =>
  incident.tasks.flatMap((one) =>
    one.dueAt === null
      ? []
      : make({
          rule: one.outside ? 'incident.outside' : 'incident.task',
          of: one.id,
          role: 'commander',
          person: one.ownerId,
          startedAt: one.at,
          due: one.dueAt,
          proof: one.doneAt === null ? null : { at: one.doneAt, ref: 'done' },
        }),
  )

/** One for each who must be told. The key names them: they are told apart by it, and by nothing else. */
function breach({ breach: found }: Incident, make: Make): Claim[] {
  if (!found) return []
  return found.tell.flatMap(({ whom, told }) =>
    make({
      rule: 'incident.breach',
      of: whom,
      role: 'commander',
      startedAt: found.awareAt,
      due: breachDue(found),
      proof: told && { at: told.at, ref: told.reference ?? 'told' },
      isAfterCare: true,
    }),
  )
}
