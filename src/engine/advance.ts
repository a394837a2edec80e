/**
 * The one place where a climb moves: gather the facts, decide, carry out the effects, write them
 * into the log. Clock and people come in by different doors and meet here.
 */
import type { Group } from '../alerts/alert.ts'
import { fallbackOf, whereabouts } from '../directory/whereabouts.ts'
import { type Climb, type ClimbState, wakeAtOf } from '../escalation/climb.ts'
import { decide, type Effect, type Event, type Facts } from '../escalation/decide.ts'
import { factsFor } from '../escalation/people.ts'
import type { Id } from '../lib/id.ts'
import { type Attempt, isLost, type Page, type PageStatus } from '../notify/page.ts'
import { whoIsOnCall } from '../oncall/shifts.ts'
import { planFor } from '../people/rules.ts'
import type { Entry } from '../timeline/entry.ts'
import type { Desk } from './desk.ts'

/**
 * Moves one climb by one event. Its group, its open pages and their attempts have to lie on the
 * desk (`fetchClimb`). Gives whether anything happened.
 */
export function advance(desk: Desk, climbId: Id, event: Event): boolean {
  const climb = desk.get('climb', climbId)
  if (!climb) return false
  const facts = gather(desk, climb, event)
  const decision = decide(climb.state, event, facts)
  if (decision.state === climb.state && decision.effects.length === 0) return false
  const moved: Climb = {
    ...climb,
    state: decision.state,
    version: climb.version + 1,
    wakeAt: wakeAtOf(decision.state),
    endedAt: decision.state.status === 'stopped' ? desk.now : null,
  }
  desk.put('climb', moved)
  follow(desk, moved)
  desk.record({
    ...entryAbout(desk, moved),
    kind: event.kind,
    inputs: { event, before: climb.state },
    result: { after: decision.state },
  })
  decision.effects.forEach((effect, index) => carryOut(desk, moved, effect, index))
  return true
}

/** Lays a climb, its group, its open pages and their attempts on the desk, locked in that order. */
export async function fetchClimbs(desk: Desk, climbIds: readonly Id[]): Promise<Climb[]> {
  const climbs = await desk.fetch({ kind: 'climb', by: 'id', values: climbIds })
  await fetchPages(desk, climbIds)
  return climbs
}

export async function fetchPages(desk: Desk, climbIds: readonly Id[]): Promise<void> {
  const pages = await desk.fetch({ kind: 'page', by: 'climbId', values: climbIds })
  const open = pages.filter((page) => page.status === 'open').map((page) => page.id)
  if (open.length > 0) await desk.fetch({ kind: 'attempt', by: 'pageId', values: open })
}

export const openPagesOf = (desk: Desk, climbId: Id): Page[] =>
  [...desk.all('page')].filter((page) => page.climbId === climbId && page.status === 'open')

function gather(desk: Desk, climb: Climb, event: Event): Facts {
  const about =
    event.kind === 'declined' ? event.by : event.kind === 'unreachable' ? event.person : null
  const waitingFor = openPagesOf(desk, climb.id)
    .filter((page) => page.personId !== about)
    .filter((page) => 'step' in climb.state && page.step === climb.state.step)
    .filter((page) => mayStillReach(desk, page.id))
    .map((page) => page.personId)
  return factsFor(
    climb.ladder,
    fallbackOf(desk.directory, climb.drillId !== null),
    { now: desk.now, urgency: climb.urgency, waitingFor },
    whereabouts(desk.directory, desk.tools.loudnessOf),
  )
}

/** Something reached this person, or is going to be tried. */
function mayStillReach(desk: Desk, pageId: Id): boolean {
  for (const attempt of desk.all('attempt')) {
    if (attempt.pageId === pageId && !isLost(attempt)) return true
  }
  return false
}

/** The group shows what its climb is: held by a person is acknowledged, everything else is not. */
function follow(desk: Desk, climb: Climb): void {
  const group = desk.get('group', climb.subjectId)
  if (!group || group.status === 'resolved') return
  const isHeld = climb.state.status === 'held' && climb.state.because !== 'suppressed'
  const status: Group['status'] = isHeld ? 'acknowledged' : 'firing'
  if (status === group.status && status === 'firing') return
  desk.put('group', {
    ...group,
    status,
    acknowledgedBy: isHeld ? heldBy(climb.state) : null,
    acknowledgedAt: isHeld ? (group.acknowledgedAt ?? desk.now) : null,
  })
}

const heldBy = (state: ClimbState): Id | null => (state.status === 'held' ? state.by : null)

function carryOut(desk: Desk, climb: Climb, effect: Effect, index: number): void {
  switch (effect.kind) {
    case 'page':
      openPage(desk, climb, effect, `${climb.id}:${climb.version}:${index}`)
      return
    case 'passStep':
      desk.record({ ...entryAbout(desk, climb), kind: 'stepPassed', result: effect })
      return
    case 'supersede':
      closePages(desk, climb, 'superseded', effect.reason)
      return
    case 'closePages':
      closePages(desk, climb, effect.as, effect.reason)
      return
    case 'exhausted':
      desk.record({ ...entryAbout(desk, climb), kind: 'exhausted', result: effect })
      if (climb.drillId === null)
        desk.tools.alarm('exhausted', {
          climb: climb.id,
          times: effect.times,
          nobody: effect.nobody,
        })
      return
  }
}

/** Makes a page and the attempts of the person's plan, which is pinned here. */
export function openPage(
  desk: Desk,
  climb: Climb,
  to: { personId: Id; via: string; step: number; round: number; isFallback: boolean },
  effectKey: string,
): Page | null {
  const person = desk.directory.people.get(to.personId)
  const group = desk.get('group', climb.subjectId)
  if (!person || !group) return null
  const page: Page = {
    id: desk.makeId(),
    climbId: climb.id,
    groupId: climb.subjectId,
    personId: person.id,
    serviceId: climb.serviceId,
    teamId: climb.teamId,
    visibility: climb.visibility,
    effectKey,
    step: to.step,
    round: to.round,
    isFallback: to.isFallback,
    via: to.via,
    urgency: climb.urgency,
    status: 'open',
    closedBecause: null,
    openedAt: desk.now,
    closedAt: null,
    drillId: climb.drillId,
  }
  desk.put('page', page)
  tellShadows(desk, page, group.title)
  const plan = planFor(person, climb.urgency, { loudness: desk.tools.loudnessOf })
  for (const item of plan) desk.put('attempt', firstTry(desk, page, group, item))
  desk.record({
    ...entryAbout(desk, climb),
    subject: { kind: 'page', id: page.id },
    kind: 'paged',
    rule: 'escalation.decide',
    result: {
      person: person.id,
      via: to.via,
      step: to.step,
      round: to.round,
      fallback: to.isFallback,
      plan: plan.map(({ afterMs, contactId }) => ({ afterMs, contact: contactId })),
    },
  })
  return page
}

/** Whoever looks on hears of the page: quietly, with nothing to answer. */
function tellShadows(desk: Desk, page: Page, title: string): void {
  const slug = /^schedule:(.*)$/.exec(page.via)?.[1]
  if (slug === undefined) return
  for (const schedule of desk.directory.schedules.values()) {
    if (schedule.slug !== slug) continue
    for (const personId of whoIsOnCall(schedule, desk.now).shadows) {
      if (personId === page.personId || !desk.directory.people.has(personId)) continue
      desk.tell({
        personId,
        kind: 'shadowPage',
        // Whoever looks on may be of any team, and was not paged.
        params: {
          person: page.personId,
          title: page.visibility === 'team' ? 'A private alert' : title,
        },
        onceKey: `shadowPage:${page.groupId}:${personId}`,
        drillId: page.drillId,
      })
    }
  }
}

function firstTry(
  desk: Desk,
  page: Page,
  group: Group,
  item: { afterMs: number; contactId: Id; slot: number },
): Attempt {
  const contacts = desk.directory.people.get(page.personId)?.contacts ?? []
  const dueAt = desk.now + item.afterMs
  return {
    id: desk.makeId(),
    pageId: page.id,
    climbId: page.climbId,
    personId: page.personId,
    serviceId: page.serviceId,
    contactId: item.contactId,
    channel: contacts.find((contact) => contact.id === item.contactId)?.kind ?? 'unknown',
    slot: item.slot,
    severity: group.severity,
    tryNumber: 1,
    urgency: page.urgency,
    status: 'waiting',
    reason: null,
    bundledInto: null,
    dueAt,
    wakeAt: dueAt,
    fence: 0,
    startedAt: null,
    finishedAt: null,
    providerId: null,
    carrier: null,
    passedOver: null,
    delivery: null,
    deliveryReason: null,
    drillId: page.drillId,
  }
}

function closePages(desk: Desk, climb: Climb, as: PageStatus, because: string): void {
  for (const page of openPagesOf(desk, climb.id)) closePage(desk, page, as, because)
}

/** Ends a page in a named way. What its plan still held is cancelled, with the reason. */
export function closePage(desk: Desk, page: Page, as: PageStatus, because: string): void {
  desk.put('page', { ...page, status: as, closedBecause: because, closedAt: desk.now })
  let unused = 0
  for (const attempt of desk.all('attempt')) {
    if (attempt.pageId !== page.id || attempt.status !== 'waiting') continue
    unused += 1
    desk.put('attempt', {
      ...attempt,
      status: 'cancelled',
      reason: because,
      wakeAt: null,
      finishedAt: desk.now,
    })
  }
  const climb = desk.get('climb', page.climbId)
  if (!climb) return
  desk.record({
    ...entryAbout(desk, climb),
    subject: { kind: 'page', id: page.id },
    kind: 'pageClosed',
    result: { as, because, person: page.personId, attemptsLeft: unused },
  })
}

/** What every entry about a climb has in common. */
export function entryAbout(desk: Desk, climb: Climb): Entry {
  return {
    subject: { kind: 'climb', id: climb.id },
    happenedAt: desk.now,
    actor: desk.actor,
    kind: '',
    rule: 'escalation.decide',
    inputs: {},
    result: {},
    undo: null,
    groupId: climb.subjectId,
    serviceId: climb.serviceId,
    teamId: climb.teamId,
    visibility: climb.visibility,
    drillId: climb.drillId,
  }
}
