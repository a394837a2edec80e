/** Declaring an incident, and everything that people do to one. */
import { UNANSWERED, type Answers } from '../../severity/classify.ts'
import type { Level } from '../../severity/policy.ts'
import { findCurrentPolicy, listSeats } from '../../severity/store.ts'
import {
  BLANK,
  type Incident,
  isLive,
  type Kind,
  SERVICES_MAX,
  TEXT_MAX,
} from '../../incidents/incident.ts'
import type { Event, Relation } from '../../incidents/event.ts'
import { saveOpening } from '../../incidents/event-store.ts'
import { linkGroup, lockIncident, moveGroups, saveIncident } from '../../incidents/store.ts'
import { whereabouts } from '../../directory/whereabouts.ts'
import { peopleOf } from '../../escalation/people.ts'
import type { Id } from '../../lib/id.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { isRecord } from '../../lib/json.ts'
import { storable, truncate } from '../../lib/text.ts'
import { type Happening, happen, sentenceOf, settle } from '../incidents.ts'
import { raiseAlert } from './raise.ts'
import * as respond from './respond.ts'

export type DeclareAsked = {
  title: string
  summary: string
  /** Null: as the questionnaire says. */
  level: Level | null
  serviceIds: readonly Id[]
  answers: Partial<Answers>
  /** The group of alerts that it grew out of; it is adopted with its climb and its acknowledgement. */
  groupId: Id | null
  kind: Kind
  /** Seen by the team, and by those on it. */
  isPrivate: boolean
  /** Quiet: it promotes itself when nobody decides in time. */
  isTriage: boolean
}

/** @throws Problem that names the field */
export async function declareIncident(doing: Happening, asked: DeclareAsked): Promise<Incident> {
  const { tx, desk } = doing
  const title = textIn(asked.title, 'title')
  const groupId = await groupFor(doing, asked, title)
  const group = groupId === null ? null : desk.get('group', groupId)
  const serviceIds = servicesOf(desk.directory, asked.serviceIds, group?.serviceId ?? null)
  const isPrivate =
    asked.isPrivate || serviceIds.some((id) => desk.directory.services.get(id)?.isPrivate)
  const [first] = serviceIds
  const owner = first === undefined ? null : (desk.directory.services.get(first)?.teamId ?? null)
  const teamId = owner ?? (isPrivate ? teamOf(doing) : null)
  const policy = await findCurrentPolicy(tx, desk.makeId)
  const opened = await saveIncident(tx, {
    ...BLANK,
    id: desk.makeId(),
    title,
    summary: truncate(storable(asked.summary.trim()), TEXT_MAX) || title,
    kind: asked.kind,
    teamId,
    visibility: isPrivate || group?.visibility === 'team' ? 'team' : 'everyone',
    serviceIds,
    policyId: policy.id,
    answers: { ...UNANSWERED, ...asked.answers },
    openedAt: desk.now,
    wakeAt: desk.now + policy.policy.triageMs,
    drillId: group?.drillId ?? (asked.kind === 'drill' ? desk.makeId() : null),
  })
  await saveOpening(tx, opened)
  if (groupId !== null) await linkGroup(tx, opened.id, groupId)
  const groups = groupId === null ? [] : [groupId]
  if (asked.isTriage) return opened
  const declared: Event = { kind: 'declared', level: asked.level, summary: asked.summary }
  return command(doing, await settle(doing, opened, declared, groups), groups)
}

/** Whose a private incident is that names no service: the team of whoever declares it. */
function teamOf({ desk }: Happening): Id | null {
  const { actor } = desk
  if (actor.kind !== 'person') return null
  const own = [...desk.directory.teams.values()].find(
    (team) => team.leadId === actor.id || team.memberIds.includes(actor.id),
  )
  return own?.id ?? null
}

/** Whoever declares holds command until somebody whose turn it is accepts it. */
async function command(
  doing: Happening,
  incident: Incident,
  groups: readonly Id[],
): Promise<Incident> {
  const { tx, desk } = doing
  if (desk.actor.kind !== 'person') return incident
  const take = (personId: Id): Event => ({ kind: 'roleTaken', role: 'commander', personId })
  const held = await settle(doing, incident, take(desk.actor.id), groups)
  const bound = (await listSeats(tx)).get('commander')
  if (!bound) return held
  const where = whereabouts(desk.directory, desk.tools.loudnessOf)
  const [onCall] = peopleOf([bound], desk.now, 'high', where)
  if (!onCall || onCall.personId === desk.actor.id) return held
  return settle(
    doing,
    held,
    { kind: 'handOverProposed', role: 'commander', to: onCall.personId },
    groups,
  )
}

/** The one it grew out of; else a page goes out for the first service, as for any alert. */
async function groupFor(doing: Happening, asked: DeclareAsked, title: string): Promise<Id | null> {
  const { desk } = doing
  if (asked.groupId !== null) {
    await respond.fetchGroup(desk, asked.groupId)
    return asked.groupId
  }
  const [serviceId] = asked.serviceIds
  if (serviceId === undefined || asked.kind === 'backfilled' || asked.isTriage) return null
  const raised = await raiseAlert(desk, {
    serviceId,
    // Others may see the service's alerts: what is said in confidence stands in the incident.
    title: asked.isPrivate ? 'A private incident' : title,
    severity: 'critical',
    isDrill: asked.kind === 'drill',
  })
  return raised.groupId
}

function servicesOf(
  directory: Happening['desk']['directory'],
  asked: readonly Id[],
  own: Id | null,
): Id[] {
  const all = [...new Set([...(own === null ? [] : [own]), ...asked])]
  if (all.length > SERVICES_MAX) throw invalid('services', `At most ${SERVICES_MAX} services.`)
  for (const id of all) if (!directory.services.has(id)) throw notFound('service')
  return all
}

function textIn(text: string, field: string): string {
  const read = truncate(storable(text.trim()), TEXT_MAX)
  if (read === '') throw invalid(field, 'Say in a few words what is wrong.')
  return read
}

/**
 * Two that are one: what rang for the first rings for the other, which goes on.
 * @throws Problem with the field `into`
 */
export async function mergeIncident(
  doing: Happening,
  from: Incident,
  into: Incident,
): Promise<Incident> {
  if (!isLive(into)) throw refused('into', 'overAlready')
  if (from.visibility === 'team' && into.visibility !== 'team') throw refused('into', 'wouldBeSeen')
  for (const { id } of [from, into].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    await lockIncident(doing.tx, id)
  const merged = await happen(doing, from.id, { kind: 'merged', into: into.id })
  await moveGroups(doing.tx, from.id, into.id)
  await happen(doing, into.id, { kind: 'absorbed', from: from.id, serviceIds: from.serviceIds })
  return merged
}

/** A part of another one, or the same failure once more; null takes it back. */
export async function linkIncident(
  doing: Happening,
  incident: Incident,
  relation: Relation,
  to: Incident | null,
): Promise<Incident> {
  if (relation === 'parent' && to) await refuseCircle(doing, incident.id, to)
  return happen(doing, incident.id, { kind: 'linked', relation, to: to?.id ?? null })
}

const DEPTH_MAX = 20

async function refuseCircle({ tx }: Happening, id: Id, to: Incident): Promise<void> {
  let above: Incident | null = to
  for (let depth = 0; above && depth < DEPTH_MAX; depth += 1) {
    if (above.id === id) throw refused('to', 'circle')
    above = above.parentId === null ? null : await lockIncident(tx, above.parentId)
  }
  if (above) throw refused('to', 'circle')
}

const refused = (field: string, reason: string): Problem =>
  new Problem('invalid', reason, sentenceOf(reason, undefined), { field })

/** Anything else that happens to it. Text of people is cut and cleaned before it is decided upon. */
export const actOnIncident = (doing: Happening, incidentId: Id, event: Event): Promise<Incident> =>
  happen(doing, incidentId, cleaned(event))

function cleaned(event: Event): Event {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, cleanedValue(name, value)]),
  ) as Event
}

function cleanedValue(name: string, value: unknown): unknown {
  if (name === 'what' && isRecord(value))
    return Object.fromEntries(
      Object.entries(value).map(([inner, text]) => [inner, cleanedValue(inner, text)]),
    )
  return typeof value === 'string' && TEXTS.has(name)
    ? truncate(storable(value.trim()), TEXT_MAX)
    : value
}

const TEXTS: ReadonlySet<string> = new Set([
  'title',
  'text',
  'reason',
  'statement',
  'evidence',
  'summary',
])
