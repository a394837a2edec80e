/** From what is stored to what travels. Internal shapes never leave by accident. */
import type { AlertDetailed, AlertListed } from '../alerts/read.ts'
import type { AlertShown, EntryShown, PageShown, StepShown } from '../contract/views.ts'
import type { Directory } from '../directory/directory.ts'
import type { Climb } from '../escalation/climb.ts'
import { forecast } from '../foresee/who.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { formatDateTime, formatTime } from '../lib/zone.ts'
import type { PageWithAttempts } from '../notify/read.ts'
import type { RuleFacts } from '../people/rules.ts'
import type { Recorded } from '../timeline/entry.ts'
import { actorName, sentence } from '../timeline/sentence.ts'

const iso = (at: Instant | null): string | null => (at === null ? null : toIso(at))

export const personRef = (directory: Directory, id: Id | null) => {
  const person = id === null ? undefined : directory.people.get(id)
  return person ? { id: person.id, slug: person.slug, name: person.name } : null
}

export const ref = (
  things: ReadonlyMap<Id, { id: Id; slug: string; name: string }>,
  id: Id | null,
) => {
  const thing = id === null ? undefined : things.get(id)
  return thing ? { id: thing.id, slug: thing.slug, name: thing.name } : null
}

export const personName = (directory: Directory, id: unknown): string =>
  (typeof id === 'string' && directory.people.get(id)?.name) || 'somebody'

export const toAlertView = (alert: AlertListed, directory: Directory): AlertShown => ({
  id: alert.id,
  number: alert.number,
  name: `A-${alert.number}`,
  status: alert.status,
  title: alert.title,
  severity: alert.severity,
  urgency: alert.urgency,
  service: ref(directory.services, alert.serviceId),
  team: ref(directory.teams, alert.teamId),
  source: ref(directory.sources, alert.sourceId),
  startedAt: toIso(alert.startedAt),
  resolvedAt: iso(alert.resolvedAt),
  updatedAt: toIso(alert.updatedAt),
  signalCount: alert.signalCount,
  suppressedBy: alert.suppression && {
    kind: alert.suppression.kind,
    until: toIso(alert.suppression.until),
  },
  acknowledgedBy:
    alert.status === 'acknowledged' ? personRef(directory, alert.acknowledgedBy) : null,
  acknowledgedAt: alert.status === 'acknowledged' ? iso(alert.acknowledgedAt) : null,
  paged: alert.pagedIds.map((id) => personRef(directory, id)).filter((one) => one !== null),
  climb: alert.climbStatus,
  nextAt: alert.climbStatus === 'stopped' ? null : iso(alert.wakeAt),
  drill: alert.drillId !== null,
  verdict: alert.verdict,
})

export const toPageView = (page: PageWithAttempts, directory: Directory): PageShown => ({
  id: page.id,
  person: personRef(directory, page.personId),
  level: page.step + 1,
  round: page.round + 1,
  isFallback: page.isFallback,
  via: page.via,
  urgency: page.urgency,
  status: page.status,
  because: page.closedBecause,
  openedAt: toIso(page.openedAt),
  closedAt: iso(page.closedAt),
  attempts: page.attempts.map((attempt) => ({
    id: attempt.id,
    channel: attempt.channel,
    contact:
      directory.people.get(page.personId)?.contacts.find((one) => one.id === attempt.contactId)
        ?.slug ?? null,
    tryNumber: attempt.tryNumber,
    status: attempt.status,
    reason: attempt.reason,
    dueAt: toIso(attempt.dueAt),
    startedAt: iso(attempt.startedAt),
    finishedAt: iso(attempt.finishedAt),
    providerId: attempt.providerId,
    carrier: attempt.status === 'waiting' ? null : attempt.carrier,
    delivery: attempt.delivery,
  })),
})

export function toEntryView(
  entry: Recorded,
  directory: Directory,
  zone: string,
  cursor: string | null,
): EntryShown {
  const names = {
    person: (id: unknown) => personName(directory, id),
    time: (at: unknown) => (typeof at === 'number' ? formatDateTime(at, zone) : '?'),
  }
  return {
    seq: entry.seq,
    cursor,
    at: toIso(entry.happenedAt),
    recordedAt: toIso(entry.recordedAt),
    kind: entry.kind,
    sentence: sentence(entry, names),
    actor: actorName(entry, names),
    rule: entry.rule,
    inputs: entry.inputs,
    result: entry.result,
    groupId: entry.groupId,
    subject: entry.subject,
  }
}

/** The escalation strip: what was done, where it stands, and what comes if nobody answers. */
export function toSteps(
  climb: Climb | null,
  pages: readonly PageWithAttempts[],
  directory: Directory,
  now: Instant,
  facts: RuleFacts,
): StepShown[] {
  if (!climb) return []
  const done = pastSteps(climb, pages, directory)
  if (climb.state.status === 'stopped') return done
  const coming = forecast(directory, climb, now, facts)
  const next = new Map<string, StepShown>()
  for (const page of coming.pages) {
    const key = `${page.at}:${page.level}`
    const step = next.get(key) ?? {
      level: page.level,
      round: page.round + 1,
      at: toIso(page.at),
      state: 'next',
      people: [],
      why: null,
      isFallback: page.isFallback,
    }
    const { id, slug, name } = page.person
    step.people.push({
      person: { id, slug, name },
      localTime: page.person.localTime,
      via: page.via,
      page: null,
      outcome: null,
    })
    next.set(key, step)
  }
  // A climb that is held goes nowhere by itself, unless its hold ends.
  const isHeldForGood = climb.state.status === 'held' && climb.state.wakeAt === null
  return isHeldForGood ? done : [...done, ...next.values()]
}

function pastSteps(
  climb: Climb,
  pages: readonly PageWithAttempts[],
  directory: Directory,
): StepShown[] {
  const steps = new Map<string, StepShown>()
  for (const page of pages.filter((one) => one.climbId === climb.id).toReversed()) {
    const key = `${page.openedAt}:${page.step}`
    const step: StepShown = steps.get(key) ?? {
      level: page.step + 1,
      round: page.round + 1,
      at: toIso(page.openedAt),
      state: 'done',
      people: [],
      why: null,
      isFallback: page.isFallback,
    }
    if (page.status === 'open') step.state = 'now'
    const person = personRef(directory, page.personId)
    const zone = directory.people.get(page.personId)?.timezone ?? 'UTC'
    if (person) {
      step.people.push({
        person,
        localTime: formatTime(page.openedAt, zone),
        via: page.via,
        page: page.id,
        outcome: page.closedBecause ?? page.status,
      })
    }
    steps.set(key, step)
  }
  return [...steps.values()]
}

export const detailOf = (alert: AlertDetailed, directory: Directory) => ({
  ...toAlertView(alert, directory),
  dedupKey: alert.dedupKey,
  groupId: alert.groupId,
  labels: alert.labels,
  annotations: alert.annotations,
  links: alert.links,
})
