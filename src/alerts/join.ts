/**
 * How a group follows its alerts. It opens with the first alert that fires, is resolved with the
 * last one, and says what its climb has to hear: the first alert that pages, the moment when all
 * of them are suppressed, the moment when one is not any more.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { type Alert, type Group, type Share, worseOf } from './alert.ts'

export type ClimbNews = 'begin' | 'suppressed' | 'unsuppressed' | 'raised' | 'resolved' | null

export type Joined = { group: Group; alert: Alert; news: ClimbNews }

/**
 * Applies what changed in one alert to its group.
 * @param group the open group of the alert's key, or the one it is already in; null: none is open
 * @param before what the alert added to that group until now
 */
export function join(
  group: Group | null,
  alert: Alert,
  before: Share,
  facts: { now: Instant; key: string; makeId: () => Id },
): Joined | null {
  const isMember = group !== null && alert.groupId === group.id
  if (alert.share === 'none' && !isMember) return null
  const base = group ?? emptyGroup(alert, facts)
  const counted = isMember ? before : 'none'
  const next: Group = {
    ...base,
    openCount: base.openCount + (countsOpen(alert.share) - countsOpen(counted)),
    activeCount: base.activeCount + (countsActive(alert.share) - countsActive(counted)),
    alertCount: base.alertCount + (isMember ? 0 : 1),
    // With one private alert in it, all of it is.
    visibility: alert.visibility === 'team' ? 'team' : base.visibility,
    severity: alert.share === 'none' ? base.severity : worseOf(base.severity, alert.severity),
    urgency: alert.share === 'active' && alert.urgency === 'high' ? 'high' : base.urgency,
  }
  const settled = settle(base, next, facts.now)
  return { group: settled.group, alert: { ...alert, groupId: base.id }, news: settled.news }
}

function settle(before: Group, after: Group, now: Instant): { group: Group; news: ClimbNews } {
  if (after.openCount <= 0) {
    return { group: { ...after, status: 'resolved', resolvedAt: now }, news: 'resolved' }
  }
  if (before.activeCount === 0 && after.activeCount > 0) {
    return { group: after, news: before.climbId === null ? 'begin' : 'unsuppressed' }
  }
  if (before.activeCount > 0 && after.activeCount <= 0) return { group: after, news: 'suppressed' }
  if (before.urgency === 'low' && after.urgency === 'high' && before.status === 'acknowledged') {
    return {
      group: { ...after, status: 'firing', acknowledgedBy: null, acknowledgedAt: null },
      news: 'raised',
    }
  }
  return { group: after, news: null }
}

const countsOpen = (share: Share): number => (share === 'none' ? 0 : 1)
const countsActive = (share: Share): number => (share === 'active' ? 1 : 0)

const emptyGroup = (
  alert: Alert,
  facts: { now: Instant; key: string; makeId: () => Id },
): Group => ({
  id: facts.makeId(),
  key: facts.key,
  status: 'firing',
  title: alert.title,
  severity: alert.severity,
  urgency: alert.urgency,
  serviceId: alert.serviceId,
  teamId: alert.teamId,
  visibility: alert.visibility,
  openCount: 0,
  activeCount: 0,
  alertCount: 0,
  climbId: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  openedAt: facts.now,
  resolvedAt: null,
  drillId: alert.drillId,
})
