import { fold } from '../../alerts/fold.ts'
import { MANUAL_SOURCE } from '../../alerts/routed.ts'
import type { Severity } from '../../alerts/source.ts'
import type { Id } from '../../lib/id.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { storable, truncate } from '../../lib/text.ts'
import type { Desk } from '../desk.ts'
import { settle } from '../settle.ts'

export type RaiseAsked = { serviceId: Id; title: string; severity?: Severity }

/** A person raises an alert by hand. It takes the way of all alerts, and pages at once. */
export async function raiseAlert(
  desk: Desk,
  asked: RaiseAsked,
): Promise<{ alertId: Id; groupId: Id | null }> {
  const service = desk.directory.services.get(asked.serviceId)
  if (!service) throw notFound('service')
  const title = storable(truncate(asked.title.trim(), 1_024))
  if (title === '') throw invalid('title', 'Say in a few words what is wrong.')
  const by =
    desk.actor.kind === 'person' ? (desk.directory.people.get(desk.actor.id)?.name ?? null) : null
  const signal = {
    action: 'trigger',
    dedupKey: `manual-${desk.makeId()}`,
    groupKey: null,
    occurredAt: null,
    title,
    severity: asked.severity ?? 'critical',
    labels: { service: service.slug, ...(by === null ? {} : { raised_by: by }) },
    annotations: {},
    links: [],
    endsAt: null,
  } as const
  const { alert } = fold(null, signal, {
    now: desk.now,
    sourceId: MANUAL_SOURCE,
    makeId: desk.makeId,
  })
  if (!alert) throw invalid('title', 'It could not be raised.')
  await settle(desk, [alert])
  return { alertId: alert.id, groupId: desk.get('alert', alert.id)?.groupId ?? null }
}
