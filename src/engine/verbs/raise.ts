import { fold } from '../../alerts/fold.ts'
import { MANUAL_SOURCE } from '../../alerts/routed.ts'
import type { Severity } from '../../alerts/source.ts'
import type { Ladder } from '../../escalation/ladder.ts'
import type { Id } from '../../lib/id.ts'
import { MINUTE } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { storable, truncate } from '../../lib/text.ts'
import type { Desk } from '../desk.ts'
import { settle } from '../settle.ts'

export type RaiseAsked = {
  serviceId: Id
  title: string
  severity?: Severity
  /** An exercise: the whole path, marked as one, and over by itself. */
  isDrill?: boolean
}

export type Raised = { alertId: Id; groupId: Id | null }

/** A drill that nobody ends is resolved after so long. */
export const DRILL_MS = 30 * MINUTE

/** A person raises an alert by hand. It takes the way of all alerts, and pages at once. */
export async function raiseAlert(desk: Desk, asked: RaiseAsked): Promise<Raised> {
  const service = desk.directory.services.get(asked.serviceId)
  if (!service) throw notFound('service')
  const title = storable(truncate(asked.title.trim(), 1_024))
  if (title === '') throw invalid('title', 'Say in a few words what is wrong.')
  return raise(desk, {
    title,
    severity: asked.severity ?? 'critical',
    labels: { service: service.slug },
    isDrill: asked.isDrill === true,
    ladder: null,
  })
}

/**
 * Pages one person as at night, over every contact of their plan until they answer, marked as an
 * exercise: the only proof that their own chain works.
 */
export async function tryChain(desk: Desk, personId: Id): Promise<Raised> {
  const person = desk.directory.people.get(personId)
  if (!person) throw notFound('person')
  const ladder: Ladder = {
    id: desk.makeId(),
    slug: 'own-chain',
    name: `The chain of ${person.name}`,
    teamId: null,
    steps: [{ targets: [{ kind: 'person', id: personId }], waitMs: DRILL_MS }],
    repeat: 0,
    acknowledgementTimeoutMs: null,
  }
  return raise(desk, {
    title: `Test of the whole chain of ${person.name}`,
    severity: 'critical',
    labels: {},
    isDrill: true,
    ladder,
  })
}

type What = {
  title: string
  severity: Severity
  labels: Readonly<Record<string, string>>
  isDrill: boolean
  ladder: Ladder | null
}

async function raise(desk: Desk, what: What): Promise<Raised> {
  const by =
    desk.actor.kind === 'person' ? (desk.directory.people.get(desk.actor.id)?.name ?? null) : null
  const signal = {
    action: 'trigger',
    dedupKey: `manual-${desk.makeId()}`,
    groupKey: null,
    occurredAt: null,
    title: what.title,
    severity: what.severity,
    labels: { ...what.labels, ...(by === null ? {} : { raised_by: by }) },
    annotations: {},
    links: [],
    endsAt: what.isDrill ? desk.now + DRILL_MS : null,
  } as const
  const { alert } = fold(null, signal, {
    now: desk.now,
    sourceId: MANUAL_SOURCE,
    makeId: desk.makeId,
  })
  if (!alert) throw invalid('title', 'It could not be raised.')
  await settle(desk, [{ ...alert, drillId: what.isDrill ? desk.makeId() : null }], what.ladder)
  return { alertId: alert.id, groupId: desk.get('alert', alert.id)?.groupId ?? null }
}
