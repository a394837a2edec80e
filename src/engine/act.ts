/**
 * The door that every other door opens onto: authorise, do, and write down, in one transaction.
 * HTTP, signed links, replies and the command line all call `act`; none of them knows a verb.
 */
import type { Action, Principal } from '../access/can.ts'
import { refusal, type Thing } from '../access/can.ts'
import { recordAudit } from '../audit/store.ts'
import type { Db, Tx } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Target } from '../escalation/ladder.ts'
import type { Incident } from '../incidents/incident.ts'
import { findIncident } from '../incidents/store.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { notFound, Problem } from '../lib/problem.ts'
import type { Stretch } from '../oncall/cover.ts'
import type { Actor } from '../timeline/entry.ts'
import { type Desk, openDesk } from './desk.ts'
import { acceptHandoff, watchItems } from './handover.ts'
import { engineTx } from './store-sql.ts'
import type { Tools } from './tools.ts'
import type { Event as IncidentEvent, Relation } from '../incidents/event.ts'
import {
  actOnIncident,
  type DeclareAsked,
  declareIncident,
  linkIncident,
  mergeIncident,
} from './verbs/command.ts'
import * as duty from './verbs/duty.ts'
import type { Past } from '../incidents/history.ts'
import { importPast } from './verbs/backfill.ts'
import { inform, type InformAsked, kindFor } from './verbs/inform.ts'
import * as mute from './verbs/mute.ts'
import { type RaiseAsked, raiseAlert, tryChain } from './verbs/raise.ts'
import { reviewBudget, signException } from './verbs/promise.ts'
import * as reach from './verbs/reach.ts'
import * as respond from './verbs/respond.ts'

export type Acting = { actor: Actor; who: Principal; requestId?: string }

export type ActDeps = { db: Db; directoryAt: DirectoryCache; tools: Tools; nudge: () => void }

export type Verb =
  | ({ verb: 'acknowledge' | 'resolve' | 'release' | 'escalate' } & respond.About)
  | ({ verb: 'snooze'; until: Instant } & respond.About)
  | ({ verb: 'pageAlso'; target: Target } & respond.About)
  | { verb: 'notMine'; pageId: Id }
  | ({ verb: 'raiseAlert' } & RaiseAsked)
  | { verb: 'tryChain'; personId: Id }
  | ({ verb: 'declareIncident' } & DeclareAsked)
  | { verb: 'incident'; incidentId: Id; event: IncidentEvent }
  | { verb: 'importPast'; source: string; past: readonly Past[] }
  | { verb: 'mergeIncident'; incidentId: Id; into: Id }
  | { verb: 'linkIncident'; incidentId: Id; relation: Relation; to: Id | null }
  | ({ verb: 'inform'; incidentId: Id } & InformAsked)
  | ({ verb: 'silence' } & mute.SilenceAsked)
  | { verb: 'endSilence'; silenceId: Id }
  | ({ verb: 'maintain' } & mute.MaintenanceAsked)
  | { verb: 'endMaintenance'; maintenanceId: Id }
  | ({ verb: 'override' } & duty.OverrideAsked)
  | { verb: 'importRota'; scheduleId: Id; shifts: readonly duty.Imported[] }
  | { verb: 'endOverride'; scheduleId: Id; overrideId: Id }
  | { verb: 'takePager'; scheduleId: Id; personId: Id; forMs: number }
  | ({ verb: 'askCover' } & duty.CoverAsked)
  | { verb: 'takeCover'; coverId: Id; personId: Id; part: Stretch | null }
  | { verb: 'declineCover'; coverId: Id; personId: Id }
  | { verb: 'withdrawCover'; coverId: Id }
  | { verb: 'acceptHandoff'; handoffId: Id; personId: Id }
  | { verb: 'noteHandoff'; handoffId: Id; text: string }
  | { verb: 'stopContact' | 'startContact'; personId: Id; contactId: Id }
  | { verb: 'reviewBudget'; objectiveId: Id; note: string }
  | { verb: 'signException'; serviceId: Id; reason: string; until: Instant }
  | { verb: 'resume' }

export type Acted =
  | { kind: 'done'; result: Readonly<Record<string, unknown>> }
  | { kind: 'nothing'; reason: string; by: Id | null; at: Instant | null }

/** @throws Problem not_found, forbidden, invalid, conflict or unavailable */
export function act(deps: ActDeps, acting: Acting, asked: Verb): Promise<Acted> {
  return deps.db.withTx('web', async (tx) => {
    const desk = await openDesk(engineTx(tx, deps.directoryAt), deps.tools, acting.actor)
    const acted = await perform(tx, desk, acting, asked)
    await desk.save()
    await auditRow(tx, deps, acting, asked, acted)
    tx.afterCommit(deps.nudge)
    return acted
  })
}

async function perform(tx: Tx, desk: Desk, acting: Acting, asked: Verb): Promise<Acted> {
  const doing = { tx, actor: acting.actor, makeId: desk.makeId, directory: desk.directory }
  switch (asked.verb) {
    case 'raiseAlert': {
      allow(acting.who, 'raise', {
        teamId: desk.directory.services.get(asked.serviceId)?.teamId ?? null,
      })
      return { kind: 'done', result: await raiseAlert(desk, asked) }
    }
    case 'declareIncident': {
      allow(acting.who, 'raise')
      const { id, number } = await declareIncident({ tx, desk }, asked)
      return { kind: 'done', result: { incidentId: id, number } }
    }
    case 'inform': {
      const known = await incidentFor(tx, acting, asked.incidentId)
      const { id } = await inform({ tx, desk }, known, asked)
      for (const audience of new Set(asked.also)) {
        const now = await incidentFor(tx, acting, known.id)
        await inform({ tx, desk }, now, { ...asked, audience, kind: kindFor(now, audience) })
      }
      return { kind: 'done', result: { messageId: id } }
    }
    case 'importPast':
      allow(acting.who, 'administer')
      return {
        kind: 'done',
        result: { imported: await importPast({ tx, desk }, asked.source, asked.past) },
      }
    case 'mergeIncident': {
      const known = await incidentFor(tx, acting, asked.incidentId)
      const into = await incidentFor(tx, acting, asked.into)
      const { id, status } = await mergeIncident({ tx, desk }, known, into)
      return { kind: 'done', result: { incidentId: id, status } }
    }
    case 'linkIncident': {
      const known = await incidentFor(tx, acting, asked.incidentId)
      const to = asked.to === null ? null : await incidentFor(tx, acting, asked.to)
      const { id, status } = await linkIncident({ tx, desk }, known, asked.relation, to)
      return { kind: 'done', result: { incidentId: id, status } }
    }
    case 'incident': {
      const known = await incidentFor(tx, acting, asked.incidentId)
      const after = await actOnIncident({ tx, desk }, known.id, asked.event)
      return { kind: 'done', result: { incidentId: after.id, status: after.status } }
    }
    case 'tryChain':
      allow(acting.who, 'self', { personId: asked.personId })
      return { kind: 'done', result: await tryChain(desk, asked.personId) }
    case 'silence':
      allow(acting.who, 'silence', { teamId: asked.teamId })
      return { kind: 'done', result: { silenceId: await mute.makeSilence(doing, asked) } }
    case 'endSilence': {
      const silence = desk.directory.silences.find((one) => one.id === asked.silenceId)
      if (!silence) throw notFound('silence')
      allow(acting.who, 'silence', { teamId: silence.teamId })
      return ended(await mute.endSilence(doing, asked.silenceId))
    }
    case 'maintain':
      for (const id of asked.serviceIds)
        allow(acting.who, 'silence', { teamId: desk.directory.services.get(id)?.teamId ?? null })
      return {
        kind: 'done',
        result: { maintenanceId: await mute.makeMaintenance(doing, asked) },
      }
    case 'endMaintenance': {
      const maintenance = desk.directory.maintenances.find((one) => one.id === asked.maintenanceId)
      if (!maintenance) throw notFound('maintenance window')
      allow(acting.who, 'silence', { teamId: maintenance.teamId })
      return ended(await mute.endMaintenance(doing, asked.maintenanceId))
    }
    case 'stopContact':
      allow(acting.who, 'self', { personId: asked.personId })
      return ended(await reach.stopContact(desk, tx, asked.personId, asked.contactId))
    case 'startContact':
      allow(acting.who, 'self', { personId: asked.personId })
      return ended(await reach.startContact(desk, tx, asked.personId, asked.contactId))
    case 'reviewBudget':
      allow(acting.who, 'raise')
      return { kind: 'done', result: { reviewId: await reviewBudget({ tx, desk }, asked) } }
    case 'signException':
      allow(acting.who, 'silence', {
        teamId: desk.directory.services.get(asked.serviceId)?.teamId ?? null,
      })
      return { kind: 'done', result: { exceptionId: await signException({ tx, desk }, asked) } }
    case 'resume':
      allow(acting.who, 'administer')
      return resume(tx)
    case 'override':
    case 'importRota':
    case 'endOverride':
    case 'takePager':
    case 'askCover':
    case 'takeCover':
    case 'declineCover':
    case 'withdrawCover':
    case 'acceptHandoff':
    case 'noteHandoff':
      return onDuty(doing, acting, asked)
    default:
      return answer(desk, acting, asked)
  }
}

/** Whoever answers alerts may help with any incident that they may see. */
async function incidentFor(tx: Tx, { who }: Acting, id: Id): Promise<Incident> {
  const known = await findIncident(tx, who, id)
  if (!known) throw notFound('incident')
  // That they may see it was found out with it, also where they are of another team and were paged.
  allow(who, 'raise', { teamId: known.teamId })
  return known
}

type OnDuty = Extract<
  Verb,
  {
    verb:
      | 'override'
      | 'importRota'
      | 'endOverride'
      | 'takePager'
      | 'askCover'
      | 'takeCover'
      | 'declineCover'
      | 'withdrawCover'
      | 'acceptHandoff'
      | 'noteHandoff'
  }
>

/** Who is on call, changed by hand. Everybody may ask for cover of their own shifts, and give it. */
async function onDuty(doing: duty.Doing, acting: Acting, asked: OnDuty): Promise<Acted> {
  const done = (result: Readonly<Record<string, unknown>>): Acted => ({ kind: 'done', result })
  const may = (scheduleId: Id, personId?: Id): void => {
    const schedule = doing.directory.schedules.get(scheduleId)
    if (!schedule) throw notFound('schedule')
    allow(acting.who, 'schedule', { teamId: schedule.teamId, personId: personId ?? null })
  }
  switch (asked.verb) {
    case 'override':
      may(asked.scheduleId)
      return done({ overrideId: await duty.override(doing, asked) })
    case 'importRota':
      may(asked.scheduleId)
      return done({ count: await duty.importRota(doing, asked.scheduleId, asked.shifts) })
    case 'endOverride':
      may(asked.scheduleId)
      return ended(await duty.endOverride(doing, asked.scheduleId, asked.overrideId))
    case 'takePager':
      may(asked.scheduleId)
      return done({
        overrideId: await duty.takePager(doing, asked.scheduleId, asked.personId, asked.forMs),
      })
    case 'askCover':
      may(asked.scheduleId, asked.personId)
      return done({ coverId: await duty.askCover(doing, asked) })
    case 'withdrawCover': {
      const request = await duty.lock(doing.tx, asked.coverId)
      may(request.scheduleId, request.personId)
      await duty.withdrawCover(doing, asked.coverId)
      return done({})
    }
    case 'takeCover': {
      // Whoever was asked may; somebody else of the team may put themselves or a colleague in.
      const request = await duty.lock(doing.tx, asked.coverId)
      may(request.scheduleId, request.asked.includes(asked.personId) ? asked.personId : undefined)
      return done(await duty.takeCover(doing, asked.coverId, asked.personId, asked.part))
    }
    case 'acceptHandoff':
      allow(acting.who, 'self', { personId: asked.personId })
      await acceptHandoff(doing, asked.handoffId, asked.personId)
      return done({})
    case 'noteHandoff':
      await watchItems(
        doing,
        asked.handoffId,
        acting.who.role === 'admin' ? null : acting.who.personId,
        asked.text,
      )
      return done({})
    case 'declineCover':
      allow(acting.who, 'self', { personId: asked.personId })
      await duty.declineCover(doing, asked.coverId, asked.personId)
      return done({})
  }
}

type Answering = Extract<
  Verb,
  { verb: 'acknowledge' | 'resolve' | 'release' | 'escalate' | 'snooze' | 'pageAlso' | 'notMine' }
>

async function answer(desk: Desk, acting: Acting, asked: Answering): Promise<Acted> {
  const groupId = await respond.locate(desk.tx, asked)
  // A resolve locks alerts before their group, so it is allowed on what can be read without a lock.
  if (asked.verb === 'resolve') {
    const [peeked] = await desk.tx.peek({ kind: 'group', by: 'id', values: [groupId] })
    if (!peeked) throw notFound('alert')
    const pages = peeked.climbId
      ? await desk.tx.peek({ kind: 'page', by: 'climbId', values: [peeked.climbId] })
      : []
    allow(acting.who, 'respond', { ...peeked, pagedIds: pages.map((page) => page.personId) })
    return acted(await respond.resolve(desk, groupId))
  }
  const group = await respond.fetchGroup(desk, groupId)
  const pages = [...desk.all('page')].filter((page) => page.groupId === groupId)
  allow(acting.who, 'respond', { ...group, pagedIds: pages.map((page) => page.personId) })
  switch (asked.verb) {
    case 'acknowledge':
      return acted(respond.acknowledge(desk, group))
    case 'release':
      return acted(respond.release(desk, group))
    case 'escalate':
      return acted(respond.escalate(desk, group))
    case 'snooze':
      return acted(respond.snooze(desk, group, asked.until))
    case 'pageAlso':
      return acted(respond.pageAlso(desk, group, asked.target))
    case 'notMine':
      return acted(respond.notMine(desk, group, asked.pageId))
  }
}

const acted = (done: respond.Done): Acted =>
  done.kind === 'done'
    ? { kind: 'done', result: { ...done.result, groupId: done.groupId } }
    : { kind: 'nothing', reason: done.reason, by: done.by, at: done.at }

const ended = (isEnded: boolean): Acted =>
  isEnded
    ? { kind: 'done', result: {} }
    : { kind: 'nothing', reason: 'alreadyEnded', by: null, at: null }

/** @throws Problem: not_found where it must not even be seen, forbidden otherwise */
export function allow(who: Principal, action: Action, thing: Thing = {}): void {
  const refused = refusal(who, action, thing)
  if (refused === 'unseen') throw notFound('object')
  if (refused) throw new Problem('forbidden', refused, 'Your role or team does not allow this.')
}

/** After a restore: sending begins again, and what was restored is not paged as if it were new. */
async function resume(tx: Tx): Promise<Acted> {
  const rows = await tx.query(
    'update organisation set paused_at = null, paused_because = null where paused_at is not null returning id',
  )
  return ended(rows.length > 0)
}

/** Who did what, for those who have to answer for it. Never what was said in confidence. */
async function auditRow(
  tx: Tx,
  deps: ActDeps,
  acting: Acting,
  asked: Verb,
  acted: Acted,
): Promise<void> {
  const [kind, id] = objectOf(asked, acted)
  await recordAudit(tx, {
    id: deps.tools.makeId(tx.now),
    actor: acting.actor,
    action: asked.verb,
    objectKind: kind,
    objectId: id,
    requestId: acting.requestId ?? null,
    detail: {
      outcome: acted.kind,
      ...(acted.kind === 'nothing' ? { reason: acted.reason } : {}),
      after: askedFor(asked),
    },
  })
}

/** What was asked for, without the words of people: these are on the record of what they are about. */
function askedFor(asked: Verb): Readonly<Record<string, unknown>> {
  if (asked.verb === 'incident') return { event: asked.event.kind }
  if (asked.verb === 'inform') return { audience: asked.audience, kind: asked.kind }
  const { verb: _, ...rest } = asked as { verb: string } & Record<string, unknown>
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !WORDS_OF_PEOPLE.has(name)))
}

const WORDS_OF_PEOPLE: ReadonlySet<string> = new Set([
  'title',
  'summary',
  'text',
  'answers',
  'shifts',
])

function objectOf(asked: Verb, acted: Acted): [kind: string, id: Id | null] {
  const made = (name: string): Id | null => {
    const id = acted.kind === 'done' ? acted.result[name] : null
    return typeof id === 'string' ? id : null
  }
  switch (asked.verb) {
    case 'raiseAlert':
      return ['service', asked.serviceId]
    case 'tryChain':
      return ['person', asked.personId]
    case 'declareIncident':
      return ['incident', made('incidentId')]
    case 'silence':
      return ['silence', made('silenceId')]
    case 'endSilence':
      return ['silence', asked.silenceId]
    case 'maintain':
      return ['maintenance', made('maintenanceId')]
    case 'endMaintenance':
      return ['maintenance', asked.maintenanceId]
    case 'resume':
      return ['instance', null]
  }
  if ('objectiveId' in asked) return ['objective', asked.objectiveId]
  if (asked.verb === 'signException') return ['service', asked.serviceId]
  if ('contactId' in asked) return ['contact', asked.contactId]
  if ('handoffId' in asked) return ['handoff', asked.handoffId]
  if ('coverId' in asked) return ['cover', asked.coverId]
  if ('scheduleId' in asked) return ['schedule', asked.scheduleId]
  if ('incidentId' in asked) return ['incident', asked.incidentId]
  const about =
    ('pageId' in asked && asked.pageId) ||
    ('groupId' in asked && asked.groupId) ||
    ('alertId' in asked && asked.alertId)
  return ['alert', about || null]
}
