/**
 * The state linter: everything that is wrong with the rows of the engine, in words. Silent after
 * every step of a simulation, whatever has happened; the same questions are asked in production as
 * SQL (`health.ts`).
 */
import type { Alert, Group } from '../alerts/alert.ts'
import { type Climb, wakeAtOf } from '../escalation/climb.ts'
import type { Id } from '../lib/id.ts'
import { type Attempt, DELIVERIES_PER_SLOT_MAX, isOver, type Page } from '../notify/page.ts'

export type EngineRows = {
  alerts: readonly Alert[]
  groups: ReadonlyMap<Id, Group>
  climbs: ReadonlyMap<Id, Climb>
  pages: ReadonlyMap<Id, Page>
  attempts: readonly Attempt[]
}

export function whatIsWrong(rows: EngineRows): string[] {
  return [
    ...wrongSlots(rows),
    ...rows.alerts.flatMap((alert) => wrongAlert(alert, rows)),
    ...[...rows.groups.values()].flatMap((group) => wrongGroup(group, rows)),
    ...[...rows.climbs.values()].flatMap(wrongClimb),
    ...[...rows.pages.values()].flatMap((page) => wrongPage(page, rows)),
    ...rows.attempts.flatMap((attempt) => wrongAttempt(attempt, rows)),
  ]
}

/** I27: an open alert is on its way, kept quiet with a cause, in a group that pages, or in quarantine. */
function wrongAlert(alert: Alert, rows: EngineRows): string[] {
  if (alert.status !== 'firing' || alert.quarantine !== null || alert.wakeAt !== null) return []
  if (alert.suppression !== null) return [`alert ${alert.id}: kept quiet without an end`]
  const group = alert.groupId === null ? undefined : rows.groups.get(alert.groupId)
  const climb = group?.climbId ? rows.climbs.get(group.climbId) : undefined
  return climb && climb.endedAt === null
    ? []
    : [`alert ${alert.id}: open, and nobody is paged for it`]
}

function wrongGroup(group: Group, rows: EngineRows): string[] {
  const wrong: string[] = []
  const mine = rows.alerts.filter((alert) => alert.groupId === group.id)
  const open = mine.filter((alert) => alert.share !== 'none').length
  const active = mine.filter((alert) => alert.share === 'active').length
  if (group.status === 'resolved') {
    if (group.openCount !== 0)
      wrong.push(`group ${group.id}: resolved with ${group.openCount} open`)
  } else {
    if (open !== group.openCount)
      wrong.push(`group ${group.id}: counts ${group.openCount} open, has ${open}`)
    if (active !== group.activeCount)
      wrong.push(`group ${group.id}: counts ${group.activeCount} active, has ${active}`)
    if (open === 0) wrong.push(`group ${group.id}: open with no alert`)
  }
  const climb = group.climbId === null ? undefined : rows.climbs.get(group.climbId)
  if (!climb) return wrong
  if (group.status === 'resolved' && climb.endedAt === null)
    wrong.push(`climb ${climb.id}: goes on after its group was resolved`)
  const isHeld = climb.state.status === 'held' && climb.state.because !== 'suppressed'
  if (group.status !== 'resolved' && (group.status === 'acknowledged') !== isHeld) {
    wrong.push(`group ${group.id}: ${group.status}, but its climb is ${climb.state.status}`)
  }
  return wrong
}

/** I17: whatever is not over wakes again, or is held by somebody. */
function wrongClimb(climb: Climb): string[] {
  const wrong: string[] = []
  if (climb.wakeAt !== wakeAtOf(climb.state))
    wrong.push(`climb ${climb.id}: its column and its state wake at different times`)
  if ((climb.state.status === 'stopped') !== (climb.endedAt !== null))
    wrong.push(`climb ${climb.id}: ${climb.state.status}, ended ${climb.endedAt}`)
  if (climb.state.status === 'idle') wrong.push(`climb ${climb.id}: was never begun`)
  return wrong
}

function wrongPage(page: Page, rows: EngineRows): string[] {
  const climb = rows.climbs.get(page.climbId)
  const wrong: string[] = []
  if ((page.status === 'open') !== (page.closedAt === null))
    wrong.push(`page ${page.id}: ${page.status}, closed ${page.closedAt}`)
  if (page.status !== 'open') return wrong
  if (!climb || climb.endedAt !== null) wrong.push(`page ${page.id}: open after its climb ended`)
  if (
    climb &&
    'step' in climb.state &&
    climb.state.status === 'climbing' &&
    !page.via.startsWith('asked:') &&
    page.step !== climb.state.step
  ) {
    wrong.push(`page ${page.id}: open at step ${page.step}, the climb is at ${climb.state.step}`)
  }
  return wrong
}

function wrongAttempt(attempt: Attempt, rows: EngineRows): string[] {
  const wrong: string[] = []
  if (isOver(attempt) !== (attempt.wakeAt === null))
    wrong.push(`attempt ${attempt.id}: ${attempt.status}, wakes at ${attempt.wakeAt}`)
  if (attempt.status === 'waiting' && rows.pages.get(attempt.pageId)?.status !== 'open') {
    wrong.push(
      `attempt ${attempt.id}: waits for a page that is ${rows.pages.get(attempt.pageId)?.status}`,
    )
  }
  return wrong
}

/** I5: a slot whose outcome nobody knows is not tried for ever. */
function wrongSlots(rows: EngineRows): string[] {
  const counts = new Map<string, number>()
  for (const attempt of rows.attempts) {
    if (attempt.status !== 'unknown') continue
    const slot = `${attempt.pageId}:${attempt.slot}`
    counts.set(slot, (counts.get(slot) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > DELIVERIES_PER_SLOT_MAX)
    .map(([slot, count]) => `slot ${slot}: ${count} deliveries of unknown outcome`)
}
