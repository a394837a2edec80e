/**
 * What a person answers to an alert. Each is one verb, whichever door it comes through: web, API,
 * CLI, signed link, reply or the source itself. All of them are safe to repeat.
 */
import type { Alert, Group } from '../../alerts/alert.ts'
import { join } from '../../alerts/join.ts'
import type { Event } from '../../escalation/decide.ts'
import type { Target } from '../../escalation/ladder.ts'
import { peopleOf } from '../../escalation/people.ts'
import { whereabouts } from '../../directory/whereabouts.ts'
import { formatDuration } from '../../lib/duration.ts'
import type { Id } from '../../lib/id.ts'
import { DAY, type Instant } from '../../lib/instant.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { advance, closePage, entryAbout, fetchClimbs, openPage, openPagesOf } from '../advance.ts'
import type { Desk } from '../desk.ts'
import type { EngineTx } from '../store.ts'

/** One of them says which group is meant. */
export type About = { groupId?: Id; alertId?: Id; pageId?: Id }

export type Done =
  | { kind: 'done'; groupId: Id; result: Readonly<Record<string, unknown>> }
  | { kind: 'nothing'; groupId: Id; reason: string; by: Id | null; at: Instant | null }

export const SNOOZE_MS_MAX = 7 * DAY

/** Finds out which group is meant, without a lock. @throws Problem not_found */
export async function locate(tx: EngineTx, about: About): Promise<Id> {
  if (about.groupId) return about.groupId
  if (about.alertId) {
    const [alert] = await tx.peek({ kind: 'alert', by: 'id', values: [about.alertId] })
    if (alert?.groupId) return alert.groupId
  }
  if (about.pageId) {
    const [page] = await tx.peek({ kind: 'page', by: 'id', values: [about.pageId] })
    if (page) return page.groupId
  }
  throw notFound('alert')
}

/** Locks a group and all that hangs on it, in the order of locks. @throws Problem not_found */
export async function fetchGroup(desk: Desk, groupId: Id): Promise<Group> {
  const [group] = await desk.fetch({ kind: 'group', by: 'id', values: [groupId] })
  if (!group) throw notFound('alert')
  if (group.climbId) await fetchClimbs(desk, [group.climbId])
  return group
}

const personOf = (desk: Desk): Id | null => (desk.actor.kind === 'person' ? desk.actor.id : null)

export function acknowledge(desk: Desk, group: Group): Done {
  if (group.status === 'resolved') return nothing(group, 'alreadyResolved', null, group.resolvedAt)
  const mine = closeMine(desk, group, 'acknowledged')
  if (group.status === 'acknowledged') {
    if (mine > 0) return done(group, { closed: mine })
    return nothing(group, 'alreadyAcknowledged', group.acknowledgedBy, group.acknowledgedAt)
  }
  return tell(desk, group, { kind: 'acknowledged', by: personOf(desk) })
}

/** Pages that stay open although the group is held: somebody was called in besides. */
function closeMine(desk: Desk, group: Group, as: 'acknowledged' | 'declined'): number {
  if (!group.climbId || group.status !== 'acknowledged') return 0
  const mine = openPagesOf(desk, group.climbId).filter((page) => page.personId === personOf(desk))
  for (const page of mine) closePage(desk, page, as, as)
  return mine.length
}

export const release = (desk: Desk, group: Group): Done =>
  group.status === 'acknowledged'
    ? tell(desk, group, { kind: 'released', by: personOf(desk) })
    : nothing(group, 'notAcknowledged', null, null)

export function snooze(desk: Desk, group: Group, until: Instant): Done {
  if (until <= desk.now) throw invalid('until', 'That is over already. Name an instant to come.')
  if (until - desk.now > SNOOZE_MS_MAX)
    throw invalid('until', `At most ${formatDuration(SNOOZE_MS_MAX)} ahead.`)
  if (group.status === 'resolved') return nothing(group, 'alreadyResolved', null, group.resolvedAt)
  return tell(desk, group, { kind: 'snoozed', by: personOf(desk) as Id, until })
}

export function escalate(desk: Desk, group: Group): Done {
  if (group.status === 'resolved') return nothing(group, 'alreadyResolved', null, group.resolvedAt)
  return tell(desk, group, { kind: 'escalatedNow', by: personOf(desk) })
}

/** "Not mine": the page ends for this person; when nobody else of the step is left, the next one comes. */
export function notMine(desk: Desk, group: Group, pageId: Id): Done {
  const page = desk.get('page', pageId)
  if (!page || !group.climbId) throw notFound('page')
  if (page.status !== 'open')
    return nothing(group, `already${capital(page.status)}`, page.personId, page.closedAt)
  closePage(desk, page, 'declined', 'notMine')
  const climb = desk.get('climb', group.climbId)
  if (climb)
    desk.record({ ...entryAbout(desk, climb), kind: 'declined', result: { person: page.personId } })
  advance(desk, group.climbId, { kind: 'declined', by: page.personId })
  return done(group, { page: pageId })
}

/** Pages somebody besides the ladder; the climb goes on as it was. */
export function pageAlso(desk: Desk, group: Group, target: Target): Done {
  if (group.status === 'resolved') return nothing(group, 'alreadyResolved', null, group.resolvedAt)
  const climb = group.climbId === null ? null : desk.get('climb', group.climbId)
  if (!climb)
    throw new Problem(
      'conflict',
      'notPaging',
      'This alert pages nobody, because all of it is suppressed.',
    )
  const where = whereabouts(desk.directory, desk.tools.loudnessOf)
  const people = peopleOf([target], desk.now, climb.urgency, where).filter(
    (person) => person.canBeReached,
  )
  if (people.length === 0)
    throw new Problem('conflict', 'nobodyReachable', 'Nobody there can be reached at the moment.', {
      field: 'target',
    })
  const moved = { ...climb, version: climb.version + 1 }
  desk.put('climb', moved)
  people.forEach(({ personId, via }, index) => {
    const to = {
      personId,
      via: `asked:${via}`,
      step: stepOf(moved.state),
      round: 0,
      isFallback: false,
    }
    openPage(desk, moved, to, `${moved.id}:${moved.version}:also:${index}`)
  })
  return done(group, { paged: people.map((person) => person.personId) })
}

const stepOf = (state: object): number => ('step' in state ? Number(state.step) : 0)

/** A person says it is over. If the source says again that it is not, it pages again. */
export async function resolve(desk: Desk, groupId: Id): Promise<Done> {
  const alerts = await desk.fetch({ kind: 'alert', by: 'groupId', values: [groupId] })
  const group = await fetchGroup(desk, groupId)
  if (group.status === 'resolved') return nothing(group, 'alreadyResolved', null, group.resolvedAt)
  let current: Group = group
  for (const alert of alerts) {
    if (alert.share === 'none' && alert.status === 'resolved') continue
    const ended: Alert = {
      ...alert,
      status: 'resolved',
      share: 'none',
      resolvedAt: desk.now,
      updatedAt: desk.now,
      suppression: null,
      endsAt: null,
      wakeAt: null,
    }
    const joined = join(current, ended, alert.share, {
      now: desk.now,
      key: group.key,
      makeId: desk.makeId,
    })
    desk.put('alert', joined?.alert ?? ended)
    if (joined) current = joined.group
  }
  desk.put('group', {
    ...current,
    status: 'resolved',
    resolvedAt: desk.now,
    openCount: 0,
    activeCount: 0,
  })
  if (group.climbId) advance(desk, group.climbId, { kind: 'stopped', reason: 'resolved' })
  else recordWithoutClimb(desk, group)
  return done(group, { alerts: alerts.length })
}

function recordWithoutClimb(desk: Desk, group: Group): void {
  desk.record({
    subject: { kind: 'group', id: group.id },
    happenedAt: desk.now,
    actor: desk.actor,
    kind: 'stopped',
    rule: null,
    inputs: {},
    result: { reason: 'resolved' },
    undo: null,
    groupId: group.id,
    serviceId: group.serviceId,
    teamId: group.teamId,
    visibility: group.visibility,
    drillId: group.drillId,
  })
}

function tell(desk: Desk, group: Group, event: Event): Done {
  if (!group.climbId || !advance(desk, group.climbId, event))
    return nothing(group, 'notPaging', null, null)
  return done(group, { state: desk.get('climb', group.climbId)?.state })
}

const done = (group: Group, result: Readonly<Record<string, unknown>>): Done => ({
  kind: 'done',
  groupId: group.id,
  result,
})
const nothing = (group: Group, reason: string, by: Id | null, at: Instant | null): Done => ({
  kind: 'nothing',
  groupId: group.id,
  reason,
  by,
  at,
})
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
