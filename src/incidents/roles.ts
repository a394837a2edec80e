/**
 * Who holds which role, from when to when (METHOD 5). One commander at every instant of a major
 * incident, who holds nothing else there; command passes when it is accepted, whatever anybody's rank.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { dueOf } from '../severity/clocks.ts'
import { isMajor, type Policy, type RoleName } from '../severity/policy.ts'
import { type Holding, holderOf, type Incident, levelOf } from './incident.ts'

export type RoleProblem = 'commanderHoldsNothingElse' | 'heldAlready' | 'notHeld'
export type RoleNote = 'commanderDoublesUp' | 'leadIsScribe' | 'isSolo'

/**
 * Null: fine. At SEV1 and SEV2 the commander takes no other role, unless there is nobody else at all.
 * @param others how many people besides this one are on the incident
 */
export function assignProblem(
  incident: Incident,
  role: RoleName,
  personId: Id,
  others: number,
): RoleProblem | null {
  const held = rolesOf(incident, personId)
  if (held.includes(role)) return 'heldAlready'
  if (!isMajor(levelOf(incident)) || others === 0) return null
  const isCommander = held.includes('commander') && role !== 'commander'
  const becomesCommander = role === 'commander' && held.length > 0
  return isCommander || becomesCommander ? 'commanderHoldsNothingElse' : null
}

export function assignNotes(
  incident: Incident,
  role: RoleName,
  personId: Id,
  others: number,
): RoleNote[] {
  const after = [...rolesOf(incident, personId), role]
  if (after.length === 1) return []
  if (others === 0) return ['isSolo']
  return [
    ...(after.includes('commander') ? (['commanderDoublesUp'] as const) : []),
    ...(after.includes('technicalLead') && after.includes('scribe')
      ? (['leadIsScribe'] as const)
      : []),
  ]
}

export const rolesOf = (incident: Pick<Incident, 'holdings'>, personId: Id): RoleName[] =>
  incident.holdings
    .filter((one) => one.personId === personId && one.to === null)
    .map((one) => one.role)

/**
 * When one person who is alone on a major incident holds everything that is needed, and the record says
 * so: after two thirds of the time that there is for finding somebody (DESIGN 10). Null: never, or done.
 */
export function doublesUpAt(incident: Incident, policy: Policy): Instant | null {
  const level = levelOf(incident)
  const row = policy.levels[level]
  const since = incident.levels.at(-1)?.at
  const commander = holderOf(incident, 'commander')
  if (since === undefined || commander === null || !isMajor(level)) return null
  const isAlone = peopleOn(incident).every((id) => id === commander)
  if (!isAlone || emptySeats(incident, row.roles).length === 0) return null
  return since + Math.ceil((dueOf(row.respond, since, policy.hours) - since) * (2 / 3))
}

/** Everybody who holds a role or a task that is not done. */
export const peopleOn = (incident: Pick<Incident, 'holdings' | 'tasks'>): Id[] => [
  ...new Set([
    ...incident.holdings.filter((one) => one.to === null).map((one) => one.personId),
    ...incident.tasks.flatMap((one) => (one.doneAt === null && one.ownerId ? [one.ownerId] : [])),
  ]),
]

/** The role is this person's from `now` on; whoever held it no longer does. */
export function holdingsAfter(
  holdings: readonly Holding[],
  role: RoleName,
  personId: Id,
  now: Instant,
  by: Id | null,
): Holding[] {
  return [
    ...holdings.map((one) => (one.role === role && one.to === null ? { ...one, to: now } : one)),
    { role, personId, from: now, to: null, by },
  ]
}

export const withoutRole = (
  holdings: readonly Holding[],
  role: RoleName,
  now: Instant,
): Holding[] =>
  holdings.map((one) => (one.role === role && one.to === null ? { ...one, to: now } : one))

/** Somebody has come: what another one held only for being alone is free again. */
export const withoutSolo = (holdings: readonly Holding[], personId: Id, now: Instant): Holding[] =>
  holdings.map((one) =>
    one.isSolo && one.to === null && one.personId !== personId ? { ...one, to: now } : one,
  )

export type Gap = { from: Instant; to: Instant }

/** When nobody commanded, between the declaration and the all-clear (or `now`). */
export function commandGaps(incident: Pick<Incident, 'holdings' | 'stamps'>, now: Instant): Gap[] {
  const { declaredAt, allClearAt } = incident.stamps
  if (declaredAt === null) return []
  const end = allClearAt ?? now
  const held = incident.holdings
    .filter((one) => one.role === 'commander')
    .toSorted((a, b) => a.from - b.from)
  const gaps: Gap[] = []
  let until = declaredAt
  for (const { from, to } of held) {
    if (from > until) gaps.push({ from: until, to: Math.min(from, end) })
    until = Math.max(until, to ?? end)
  }
  if (until < end) gaps.push({ from: until, to: end })
  return gaps.filter((gap) => gap.to > gap.from)
}

/** Roles that the level asks for and nobody holds. */
export function emptySeats(incident: Incident, asked: readonly RoleName[]): RoleName[] {
  const held = new Set(incident.holdings.filter((one) => one.to === null).map((one) => one.role))
  return asked.filter((role) => !held.has(role))
}

/** People who report to the commander directly: leads stand for those who work under them. */
export function directReports(incident: Pick<Incident, 'holdings' | 'tasks'>): Id[] {
  const commander = incident.holdings.find((one) => one.role === 'commander' && one.to === null)
  const underLead = new Set(
    incident.tasks.flatMap((one) =>
      one.doneAt === null && one.leadId !== null && one.ownerId ? [one.ownerId] : [],
    ),
  )
  return peopleOn(incident).filter((id) => id !== commander?.personId && !underLead.has(id))
}

/** When a commander is asked whether somebody should take over, once for each time they hold it; null: not (again). */
export function reliefDueAt(
  incident: Pick<Incident, 'holdings' | 'prompted'>,
  reliefMs: number,
): Instant | null {
  const held = incident.holdings.find((one) => one.role === 'commander' && one.to === null)
  if (!held || (incident.prompted?.relief ?? 0) > held.from) return null
  return held.from + reliefMs
}

/** When whoever is on call to command is paged, because nobody commands a major incident (ROL-05). */
export function commandDueAt(incident: Incident, policy: Policy): Instant | null {
  const level = levelOf(incident)
  const since = incident.levels.at(-1)?.at
  if (since === undefined || !isMajor(level) || holderOf(incident, 'commander')) return null
  if ((incident.prompted?.command ?? 0) > since) return null
  return dueOf(policy.levels[level].respond, since, policy.hours)
}
