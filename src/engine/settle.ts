/**
 * From folded alerts to climbs: each alert passes the pipeline, its group follows, and the climb
 * of the group hears what it has to hear. Set-based: many alerts in one transaction.
 */
import type { Alert, Group, Share } from '../alerts/alert.ts'
import { type ClimbNews, join } from '../alerts/join.ts'
import { type Passed, passThrough } from '../alerts/pipeline.ts'
import type { Climb } from '../escalation/climb.ts'
import { emptyLadder, type Ladder } from '../escalation/ladder.ts'
import type { Entry } from '../timeline/entry.ts'
import { advance, fetchPages } from './advance.ts'
import type { Desk } from './desk.ts'

/**
 * Settles alerts that were locked by this transaction.
 * @param ladder climbed instead of the one that the routes give, for a try of something else
 */
export async function settle(
  desk: Desk,
  alerts: readonly Alert[],
  ladder: Ladder | null = null,
): Promise<void> {
  const routeFor = desk.tools.routerFor(desk.directory)
  const { services, silences, maintenances } = desk.directory
  const facts = { now: desk.now, routeFor, services, silences, maintenances }
  const passed = alerts.map((alert) => ({ before: alert, ...passThrough(alert, facts) }))
  const open = await fetchGroups(desk, passed)
  for (const one of passed) settleOne(desk, one, open, ladder)
}

async function fetchGroups(
  desk: Desk,
  passed: readonly (Passed & { before: Alert })[],
): Promise<Map<string, Group>> {
  const own = passed.map((one) => one.before.groupId).filter((id) => id !== null)
  const keys = passed.filter((one) => one.before.groupId === null).map((one) => one.groupKey)
  const found = await Promise.all([
    desk.fetch({ kind: 'group', by: 'id', values: [...new Set(own)] }),
    desk.fetch({ kind: 'group', by: 'openKey', values: [...new Set(keys)] }),
  ])
  const groups = found.flat()
  const climbIds = [...new Set(groups.map((group) => group.climbId).filter((id) => id !== null))]
  if (climbIds.length > 0) {
    await desk.fetch({ kind: 'climb', by: 'id', values: climbIds })
    await fetchPages(desk, climbIds)
  }
  return new Map(
    groups.filter((group) => group.status !== 'resolved').map((group) => [group.key, group]),
  )
}

function settleOne(
  desk: Desk,
  one: Passed & { before: Alert },
  open: Map<string, Group>,
  ladder: Ladder | null,
): void {
  const { before } = one
  const group =
    before.groupId === null
      ? (current(desk, open.get(one.groupKey)) ?? null)
      : desk.get('group', before.groupId)
  const joined = join(group, one.alert, before.share, {
    now: desk.now,
    key: one.groupKey,
    makeId: desk.makeId,
  })
  if (!joined) {
    desk.put('alert', one.alert)
    return
  }
  desk.put('alert', joined.alert)
  desk.put('group', joined.group)
  if (joined.group.status === 'resolved') open.delete(joined.group.key)
  else open.set(joined.group.key, joined.group)
  recordChange(desk, before, joined.alert, one.notes)
  const routed = one.escalationId === null ? null : desk.directory.ladders.get(one.escalationId)
  tellClimb(desk, joined.group, joined.news, ladder ?? routed ?? null, joined.alert)
  if (before.acknowledgedByWire) {
    const climbId = desk.get('group', joined.group.id)?.climbId
    if (climbId) advance(desk, climbId, { kind: 'acknowledged', by: null })
  }
}

const current = (desk: Desk, group: Group | undefined): Group | undefined => {
  const now = group && desk.get('group', group.id)
  return now && now.status !== 'resolved' ? now : undefined
}

function tellClimb(
  desk: Desk,
  group: Group,
  news: ClimbNews,
  ladder: Ladder | null,
  alert: Alert,
): void {
  if (news === null) return
  if (news === 'begin') {
    beginClimb(desk, group, ladder)
    return
  }
  const { climbId } = group
  if (climbId === null) return
  switch (news) {
    case 'suppressed':
      advance(desk, climbId, { kind: 'suppressed', until: null })
      return
    case 'resolved':
      advance(desk, climbId, { kind: 'stopped', reason: 'resolved' })
      return
    case 'raised': {
      const climb = desk.get('climb', climbId)
      if (climb) desk.put('climb', { ...climb, urgency: alert.urgency })
      advance(desk, climbId, { kind: 'raised' })
      return
    }
    case 'unsuppressed':
      advance(desk, climbId, { kind: 'unsuppressed' })
      return
  }
}

function beginClimb(desk: Desk, group: Group, ladder: Ladder | null): void {
  const climb: Climb = {
    id: desk.makeId(),
    subjectKind: 'group',
    subjectId: group.id,
    serviceId: group.serviceId,
    teamId: group.teamId,
    visibility: group.visibility,
    urgency: group.urgency,
    ladder: ladder ?? emptyLadder(group.id),
    state: { status: 'idle' },
    version: 0,
    wakeAt: null,
    startedAt: desk.now,
    endedAt: null,
    drillId: group.drillId,
    quarantine: null,
  }
  desk.put('climb', climb)
  desk.put('group', { ...group, climbId: climb.id })
  advance(desk, climb.id, { kind: 'opened' })
}

/** Only what people would want to read back: not every repeat of an alert that still fires. */
function recordChange(desk: Desk, before: Alert, after: Alert, notes: Passed['notes']): void {
  const kind = changeOf(before, after)
  if (kind === null) return
  const entry: Entry = {
    subject: { kind: 'alert', id: after.id },
    happenedAt: desk.now,
    actor: { kind: 'source', id: after.sourceId },
    kind,
    rule: 'alerts.pipeline',
    inputs: { share: before.share, severity: before.severity },
    result: { notes, share: after.share, suppression: after.suppression, title: after.title },
    undo: null,
    groupId: after.groupId,
    serviceId: after.serviceId,
    teamId: after.teamId,
    visibility: after.visibility,
    drillId: after.drillId,
  }
  desk.record(entry)
}

const RANK: Readonly<Record<Share, number>> = { none: 0, open: 1, active: 2 }

function changeOf(before: Alert, after: Alert): string | null {
  if (before.groupId === null) return after.suppression === null ? 'fired' : 'firedSuppressed'
  if (after.share === 'none') return before.share === 'none' ? null : 'alertResolved'
  if (RANK[after.share] > RANK[before.share]) return 'suppressionEnded'
  if (RANK[after.share] < RANK[before.share]) return 'alertSuppressed'
  if (after.severity !== before.severity) return 'severityChanged'
  return null
}
