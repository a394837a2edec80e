/** Incidents over the API: declared, moved, commanded, investigated, told of. One route for each verb. */
import { z } from '@hono/zod-openapi'
import type { Principal } from '../../access/can.ts'
import { findAlert, listAlerts } from '../../alerts/read.ts'
import {
  AnswersBody,
  Audience,
  FieldsBody,
  IncidentDetailView,
  IncidentView,
  Level,
  Role,
  Status,
  Text,
} from '../../contract/incidents.ts'
import { ActedView, Id, Time } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { isBurningAmong } from '../../slo/store.ts'
import { allow } from '../../engine/act.ts'
import { openDesk } from '../../engine/desk.ts'
import { partsIn } from '../../engine/incidents.ts'
import { engineTx } from '../../engine/store-sql.ts'
import { draftMessage, kindFor } from '../../engine/verbs/inform.ts'
import { breachDue } from '../../incidents/breach.ts'
import type { Event } from '../../incidents/event.ts'
import { type Incident, isLive, levelOf, peakOf } from '../../incidents/incident.ts'
import { commandGaps, directReports, emptySeats } from '../../incidents/roles.ts'
import { allClearChecks, impossibleStamps, movesFrom } from '../../incidents/states.ts'
import {
  findIncident,
  findKin,
  listGroupsOf,
  listIncidents,
  observe,
} from '../../incidents/store.ts'
import { listMessages } from '../../comms/store.ts'
import { parseDuration } from '../../lib/duration.ts'
import { type Instant, parseInstant, toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { owedWords } from '../../notify/notice.ts'
import { listForSubject } from '../../obligations/store.ts'
import { findPolicy } from '../../severity/store.ts'
import type { Policy } from '../../severity/policy.ts'
import { findAbout } from '../../timeline/store.ts'
import { perform } from '../acting.ts'
import { personRef, ref, toEntryView } from '../present.ts'
import { type Call, type Reply, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const ofIncident = { params: z.object({ id: z.string().max(40) }) }
export type Found = { tx: Tx; directory: Directory; who: Principal; incident: Incident }

/** The incident that a call is about, as far as whoever calls may see it. */
export async function found(call: Call<{ id: string }, object, unknown>): Promise<Incident> {
  return call.read(async (tx) => {
    const incident = await findIncident(tx, call.caller.who, call.params.id)
    if (!incident) throw notFound('incident')
    return incident
  })
}

const iso = (at: Instant | null): string | null => (at === null ? null : toIso(at))

async function view(given: Found, policy: Policy) {
  const { directory, incident } = given
  const owed = await owedOf(given)
  const level = incident.levels.length === 0 ? null : levelOf(incident)
  const row = level === null ? null : policy.levels[level]
  const commander = incident.holdings.find((one) => one.role === 'commander' && one.to === null)
  return {
    id: incident.id,
    number: incident.number ?? 0,
    name: `INC-${incident.number}`,
    title: incident.title,
    summary: incident.summary,
    kind: incident.kind,
    status: incident.status,
    severity: row && {
      level: row.level,
      name: row.name,
      label: row.label,
      provisional: incident.isProvisional,
    },
    services: incident.serviceIds
      .map((id) => ref(directory.services, id))
      .filter((one) => one !== null),
    team: ref(directory.teams, incident.teamId),
    isPrivate: incident.visibility === 'team',
    openedAt: toIso(incident.openedAt),
    commander: personRef(directory, commander?.personId ?? null),
    nextOwed:
      owed
        .filter((one) => one.outcome === 'open')
        .toSorted((a, b) => (a.due < b.due ? -1 : 1))[0] ?? null,
  }
}

const owedOf = async ({ tx, directory, who, incident }: Found) =>
  (await listForSubject(tx, who, { kind: 'incident', id: incident.id })).map((one) => ({
    id: one.id,
    rule: one.rule,
    label: owedWords(one),
    owner: one.owner.kind === 'person' ? personRef(directory, one.owner.id) : null,
    startedAt: toIso(one.startedAt),
    due: toIso(one.due),
    outcome: one.outcome,
    metAt: one.proof ? toIso(one.proof.at) : null,
  }))

/** @param max so many entries of the log, the newest */
export async function detail(given: Found, zone: string, max = 500) {
  const { tx, directory, incident } = given
  const policy = await findPolicy(tx, incident.policyId)
  const { lastFiringAt } = await observe(tx, incident.id)
  const kin = await findKin(tx, given.who, incident.id)
  const person = (id: string | null) => personRef(directory, id)
  return {
    ...(await view(given, policy)),
    answers: incident.answers,
    impact: incident.impact,
    isImpactTyped: incident.isImpactTyped,
    levels: incident.levels.map((one) => ({ ...one, at: toIso(one.at), by: person(one.by) })),
    floors: incident.floors,
    peak: peakOf(incident),
    stamps: Object.fromEntries(
      Object.entries(incident.stamps).map(([name, at]) => [name, iso(at)]),
    ),
    impossible: impossibleStamps(incident.stamps),
    moves: movesFrom(incident.status),
    checks: isLive(incident)
      ? allClearChecks(
          incident,
          {
            lastFiringAt,
            isBurning: await isBurningAmong(tx, incident.serviceIds),
            ...partsIn(kin),
          },
          tx.now,
          policy,
        ).map((one) => ({
          ...one,
          until: iso(one.until),
        }))
      : [],
    roles: incident.holdings.map((one) => ({
      role: one.role,
      person: person(one.personId),
      from: toIso(one.from),
      to: iso(one.to),
    })),
    emptySeats: isLive(incident)
      ? emptySeats(incident, policy.levels[levelOf(incident)].roles)
      : [],
    gaps: commandGaps(incident, tx.now).map((one) => ({
      from: toIso(one.from),
      to: toIso(one.to),
    })),
    handOver: incident.handOver && {
      role: incident.handOver.role,
      from: person(incident.handOver.from),
      to: person(incident.handOver.to),
      at: toIso(incident.handOver.at),
    },
    directReports: directReports(incident).length,
    hypotheses: incident.hypotheses.map(({ ownerId, extension, ...one }) => ({
      ...one,
      owner: person(ownerId),
      isExtended: extension !== null,
      evidence: one.evidence.map((said) => ({
        ...said,
        at: toIso(said.at),
        by: person(said.by),
      })),
      openedAt: toIso(one.openedAt),
      expiresAt: toIso(one.expiresAt),
      disposedAt: iso(one.disposedAt),
    })),
    tasks: incident.tasks.map(({ ownerId, ...one }) => ({
      ...one,
      owner: person(ownerId),
      at: toIso(one.at),
      dueAt: iso(one.dueAt),
      acknowledgedAt: iso(one.acknowledgedAt),
      doneAt: iso(one.doneAt),
    })),
    alerts: (
      await listAlerts(tx, given.who, {
        status: 'all',
        groupIds: await listGroupsOf(tx, incident.id),
        max: 100,
      })
    ).map((one) => ({
      name: `A-${one.number}`,
      title: one.title,
      status: one.status,
      severity: one.severity,
      service: ref(directory.services, one.serviceId),
    })),
    messages: (await listMessages(tx, incident.id)).map((one) => ({
      id: one.id,
      audience: one.audience,
      kind: one.kind,
      subject: one.subject,
      body: one.body,
      fields: one.fields,
      at: toIso(one.publishedAt),
      promised: iso(one.promisedAt),
      by: person(one.publishedBy),
    })),
    owed: await owedOf(given),
    timeline: (await findAbout(tx, incident.id, max)).map((one) =>
      toEntryView(one, directory, zone, null),
    ),
    isAllClearEarly: incident.isAllClearEarly,
    breach: incident.breach && {
      awareAt: toIso(incident.breach.awareAt),
      hours: incident.breach.hours,
      dueAt: toIso(breachDue(incident.breach)),
      tell: incident.breach.tell.map(({ whom, told }) => ({
        whom,
        toldAt: iso(told?.at ?? null),
        by: person(told?.by ?? null),
        reference: told?.reference ?? null,
      })),
    },
    bridgeUrl: incident.bridgeUrl,
    kin: kin.map(({ number, title, status, level: of, relation }) => ({
      name: `INC-${number}`,
      title,
      status,
      level: of,
      relation,
    })),
  }
}

const list = route({
  method: 'get',
  path: '/api/v1/incidents',
  summary: 'Incidents, the newest first',
  policy: { needs: 'read' },
  query: z
    .object({
      status: z.enum(['live', 'over', 'all']).optional(),
      limit: z.coerce.number().int().min(1).max(200).optional(),
    })
    .strict(),
  reply: z.object({ incidents: z.array(IncidentView) }).openapi('IncidentList'),
  handle: ({ read, query, caller }) =>
    read(async (tx, directory) => {
      const all = await listIncidents(tx, caller.who, {
        status: query.status ?? 'live',
        max: query.limit ?? 50,
      })
      const shown = []
      for (const incident of all)
        shown.push(
          await view(
            { tx, directory, who: caller.who, incident },
            await findPolicy(tx, incident.policyId),
          ),
        )
      return { body: { incidents: shown } }
    }),
})

const one = route({
  method: 'get',
  path: '/api/v1/incidents/{id}',
  summary: 'One incident, with everything on its record',
  policy: { needs: 'read' },
  ...ofIncident,
  reply: IncidentDetailView,
  handle: ({ read, params, caller }) =>
    read(async (tx, directory) => {
      const incident = await findIncident(tx, caller.who, params.id)
      if (!incident) throw notFound('incident')
      return { body: await detail({ tx, directory, who: caller.who, incident }, caller.timezone) }
    }),
})

const declare = route({
  method: 'post',
  path: '/api/v1/incidents',
  summary: 'Declare an incident; a title is enough',
  policy: { needs: 'raise' },
  body: z
    .object({
      title: z.string().min(1).max(1_000),
      summary: Text.optional(),
      severity: Level.optional().describe('Left out: as the answers say'),
      services: z.array(z.string().max(64)).max(50).optional(),
      answers: AnswersBody.optional(),
      alert: z
        .string()
        .max(64)
        .optional()
        .describe('It grew out of this alert: its pages and their answers are adopted'),
      kind: z.enum(['normal', 'drill']).optional(),
      private: z.boolean().optional(),
      triage: z.boolean().optional().describe('Quiet; promotes itself when nobody decides'),
    })
    .strict(),
  reply: ActedView,
  handle: async (call) => {
    const { read, body, caller } = call
    const asked = await read(async (tx, directory) => ({
      serviceIds: (body.services ?? []).map(
        (slug) => lookUp(directory.services, slug, 'service').id,
      ),
      groupId: body.alert === undefined ? null : await groupOf(tx, caller.who, body.alert),
    }))
    return perform(
      call as never,
      {
        verb: 'declareIncident',
        title: body.title,
        summary: body.summary ?? '',
        level: body.severity ?? null,
        answers: body.answers ?? {},
        kind: body.kind ?? 'normal',
        isPrivate: body.private === true,
        isTriage: body.triage === true,
        ...asked,
      },
      201,
    )
  },
})

async function groupOf(tx: Tx, who: Principal, key: string): Promise<string> {
  const alert = await findAlert(tx, who, key)
  if (!alert?.groupId) throw invalid('alert', 'There is no such alert.', 'unknownReference')
  return alert.groupId
}

/** A verb of one incident: its path, its body, and the event that it is. */
export function verb<Body extends z.ZodType>(
  path: string,
  summary: string,
  body: Body,
  eventOf: (
    given: z.infer<Body>,
    directory: Directory,
    ids: { makeId: () => string; self: string | null },
  ) => Event,
  more: z.ZodRawShape = {},
): Route {
  return route({
    method: 'post',
    path: `/api/v1/incidents/{id}/${path}`,
    summary,
    policy: { needs: 'raise' },
    params: z.object({ id: z.string().max(40), ...more }),
    body,
    reply: ActedView,
    handle: async (call): Promise<Reply> => {
      const incident = await found(call as never)
      const event = await call.read(async (tx, directory) =>
        eventOf({ ...(call.body as object), ...(call.params as object) } as never, directory, {
          makeId: () => call.deps.tools.makeId(tx.now),
          self: call.caller.who.personId,
        }),
      )
      return perform(call as never, { verb: 'incident', incidentId: incident.id, event })
    },
  })
}

const Nothing = z.object({}).strict()
const person = (
  directory: Directory,
  slug: string | undefined,
  self: string | null,
): string | null => (slug === undefined ? self : lookUp(directory.people, slug, 'person').id)
const spanOf = (text: string, field: string): number => {
  const ms = parseDuration(text)
  if (ms === null || ms <= 0) throw invalid(field, 'Write a time such as 10m or 1h.')
  return ms
}
export const momentOf = (text: string, field: string): Instant => {
  const at = parseInstant(text)
  if (at === null) throw invalid(field, 'Write a time with a zone, such as 2026-11-23T14:00:00Z.')
  return at
}
const ofHypothesis = { hypothesis: Id }
const ofTask = { task: Id }
type InHypothesis = { hypothesis: string }
type InTask = { task: string }

const verbs: readonly Route[] = [
  verb(
    'declare',
    'Out of triage: it is one',
    z.object({ severity: Level.optional(), summary: Text.optional() }).strict(),
    (b) => ({ kind: 'declared', level: b.severity ?? null, summary: b.summary ?? '' }),
  ),
  verb(
    'raise',
    'Raise the severity; anybody may',
    z.object({ severity: Level, reason: Text.optional() }).strict(),
    (b) => ({ kind: 'raised', level: b.severity, reason: b.reason ?? null }),
  ),
  verb(
    'lower',
    'Lower the severity: the commander, with a reason',
    z.object({ severity: Level, reason: Text }).strict(),
    (b) => ({ kind: 'lowered', level: b.severity, reason: b.reason }),
  ),
  verb(
    'undo-raise',
    'Take back the last raise, with a reason',
    z.object({ reason: Text }).strict(),
    (b) => ({ kind: 'levelUndone', reason: b.reason }),
  ),
  verb(
    'answers',
    'Answer the questionnaire, or a part of it',
    AnswersBody,
    ({ id: _, ...answers }: z.infer<typeof AnswersBody> & { id?: string }) => ({
      kind: 'answered',
      answers,
      isTyped: true,
    }),
  ),
  verb(
    'impact',
    'Say how far it reaches, by unit',
    z.object({ impact: z.record(z.string().max(64), z.number().min(0)) }).strict(),
    (b) => ({ kind: 'impactSeen', impact: b.impact, isTyped: true }),
  ),
  verb(
    'clear-integrity',
    'Data is whole: with evidence',
    z.object({ evidence: Text }).strict(),
    (b) => ({ kind: 'integrityCleared', evidence: b.evidence }),
  ),
  verb(
    'status',
    'Move it on, or back',
    z.object({ to: Status, reason: Text.optional() }).strict(),
    (b) => ({ kind: 'moved', to: b.to, reason: b.reason ?? null }),
  ),
  verb('check', 'I have looked: users can work', Nothing, () => ({ kind: 'checked' })),
  verb(
    'stamp',
    'Say when it began, was noticed, or was over',
    z
      .object({ stamp: z.enum(['startedAt', 'detectedAt', 'recoveredAt']), at: z.string().max(40) })
      .strict(),
    (b) => ({ kind: 'stamped', stamp: b.stamp, at: momentOf(b.at, 'at') }),
  ),
  verb(
    'roles',
    'Take a role, or give it',
    z.object({ role: Role, person: z.string().max(64).optional() }).strict(),
    (b, directory, { self }) => {
      const personId = person(directory, b.person, self)
      if (personId === null) throw invalid('person', 'Say who: this token is nobody’s.')
      return { kind: 'roleTaken', role: b.role, personId }
    },
  ),
  verb('roles/leave', 'Let go of a role', z.object({ role: Role }).strict(), (b) => ({
    kind: 'roleLeft',
    role: b.role,
  })),
  verb(
    'hand-over',
    'Propose to hand a role over',
    z.object({ role: Role, to: z.string().max(64) }).strict(),
    (b, directory) => ({
      kind: 'handOverProposed',
      role: b.role,
      to: lookUp(directory.people, b.to, 'person').id,
    }),
  ),
  verb('hand-over/accept', 'Accept what is handed over to me', Nothing, () => ({
    kind: 'handOverAccepted',
  })),
  verb('hand-over/decline', 'Decline it', Nothing, () => ({ kind: 'handOverDeclined' })),
  verb(
    'hypotheses',
    'Follow a path, in a box of time',
    z.object({ statement: Text, owner: z.string().max(64).optional() }).strict(),
    (b, directory, { makeId, self }) => ({
      kind: 'hypothesisOpened',
      id: makeId(),
      statement: b.statement,
      ownerId: person(directory, b.owner, self),
    }),
  ),
  verb(
    'hypotheses/{hypothesis}/verdict',
    'Confirm it, rule it out, or park it',
    z.object({ verdict: z.enum(['confirmed', 'refuted', 'parked']) }).strict(),
    (b) => ({
      kind: 'hypothesisDisposed',
      id: (b as never as InHypothesis).hypothesis,
      verdict: b.verdict,
    }),
    ofHypothesis,
  ),
  verb(
    'hypotheses/{hypothesis}/extend',
    'Once more, with a reason',
    z.object({ reason: Text, for: z.string().max(20) }).strict(),
    (b) => ({
      kind: 'hypothesisExtended',
      id: (b as never as InHypothesis).hypothesis,
      reason: b.reason,
      forMs: spanOf(b.for, 'for'),
    }),
    ofHypothesis,
  ),
  verb(
    'hypotheses/{hypothesis}/reopen',
    'Try it again',
    Nothing,
    (b) => ({ kind: 'hypothesisReopened', id: (b as never as InHypothesis).hypothesis }),
    ofHypothesis,
  ),
  verb(
    'hypotheses/{hypothesis}/withdraw',
    'It was not the cause after all',
    Nothing,
    (b) => ({ kind: 'hypothesisWithdrawn', id: (b as never as InHypothesis).hypothesis }),
    ofHypothesis,
  ),
  verb(
    'hypotheses/{hypothesis}/evidence',
    'Something that speaks for it or against it',
    z.object({ speaks: z.enum(['for', 'against']), text: Text }).strict(),
    (b) => ({
      kind: 'evidenceAdded',
      id: (b as never as InHypothesis).hypothesis,
      speaks: b.speaks,
      text: b.text,
    }),
    ofHypothesis,
  ),
  verb(
    'tasks',
    'Give a task: one owner, one box of time',
    z
      .object({
        text: Text,
        owner: z.string().max(64).optional(),
        for: z.string().max(20).optional(),
        outside: z
          .object({
            party: z.string().max(200),
            ticket: z.string().max(200).optional(),
            statusUrl: z.string().url().max(2_000).optional(),
          })
          .strict()
          .optional(),
      })
      .strict(),
    (b, directory, { makeId, self }) => ({
      kind: 'taskGiven',
      id: makeId(),
      text: b.text,
      ownerId: person(directory, b.owner, self),
      boxMs: b.for === undefined ? null : spanOf(b.for, 'for'),
      outside: b.outside
        ? {
            party: b.outside.party,
            ticket: b.outside.ticket ?? null,
            statusUrl: b.outside.statusUrl ?? null,
          }
        : null,
      leadId: null,
    }),
  ),
  verb(
    'tasks/{task}/acknowledge',
    'I have it',
    Nothing,
    (b) => ({ kind: 'taskAcknowledged', id: (b as never as InTask).task }),
    ofTask,
  ),
  verb(
    'tasks/{task}/done',
    'It is done',
    Nothing,
    (b) => ({ kind: 'taskDone', id: (b as never as InTask).task }),
    ofTask,
  ),
  verb(
    'tasks/{task}/reopen',
    'It is not',
    Nothing,
    (b) => ({ kind: 'taskReopened', id: (b as never as InTask).task }),
    ofTask,
  ),
  verb('notes', 'Write something down', z.object({ text: Text }).strict(), (b) => ({
    kind: 'noted',
    text: b.text,
    detail: {},
  })),
  verb(
    'decisions',
    'Write down what was decided, and what else was thought of',
    z.object({ text: Text, alternatives: z.array(Text).max(10).optional() }).strict(),
    (b) => ({ kind: 'decidedOn', text: b.text, detail: { alternatives: b.alternatives ?? [] } }),
  ),
  verb(
    'long',
    'A long incident: later promises are allowed',
    z.object({ isLong: z.boolean() }).strict(),
    (b) => ({ kind: 'madeLong', isLong: b.isLong }),
  ),
]

/** Another incident, as people name it. */
async function other(
  call: Call<{ id: string }, object, unknown>,
  key: string,
  field: string,
): Promise<Incident> {
  const incident = await call.read((tx) => findIncident(tx, call.caller.who, key))
  if (!incident) throw invalid(field, 'There is no such incident.', 'unknownReference')
  return incident
}

const Key = z.string().min(1).max(40)
const kinVerbs: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/v1/incidents/{id}/merge',
    summary: 'It is the same as another one, which goes on and takes its alerts over',
    policy: { needs: 'raise' },
    ...ofIncident,
    body: z.object({ into: Key }).strict(),
    reply: ActedView,
    handle: async (call) => {
      const { id } = await found(call as never)
      const into = await other(call as never, call.body.into, 'into')
      return perform(call as never, { verb: 'mergeIncident', incidentId: id, into: into.id })
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/incidents/{id}/link',
    summary: 'A part of another one, or the same failure once more; null takes it back',
    policy: { needs: 'raise' },
    ...ofIncident,
    body: z.object({ relation: z.enum(['parent', 'recurrence']), to: Key.nullable() }).strict(),
    reply: ActedView,
    handle: async (call) => {
      const { id } = await found(call as never)
      const { relation, to } = call.body
      const kin = to === null ? null : await other(call as never, to, 'to')
      return perform(call as never, {
        verb: 'linkIncident',
        incidentId: id,
        relation,
        to: kin?.id ?? null,
      })
    },
  }),
  verb(
    'describe',
    'What it is called, what is affected, where people meet',
    z
      .object({
        title: z.string().min(1).max(1_000).optional(),
        summary: Text.optional(),
        services: z.array(z.string().max(64)).max(50).optional(),
        bridgeUrl: z
          .url({ protocol: /^https?$/ })
          .max(2_000)
          .nullable()
          .optional(),
      })
      .strict(),
    ({ title, summary, services, bridgeUrl }, directory) => ({
      kind: 'described',
      what: {
        ...(title === undefined ? {} : { title }),
        ...(summary === undefined ? {} : { summary }),
        ...(bridgeUrl === undefined ? {} : { bridgeUrl }),
        ...(services === undefined
          ? {}
          : {
              serviceIds: services.map((slug) => lookUp(directory.services, slug, 'service').id),
            }),
      },
    }),
  ),
]

const MessageBody = z
  .object({
    audience: Audience,
    also: z
      .array(Audience)
      .max(3)
      .optional()
      .describe('Others who hear the same; all of them, or none'),
    kind: z.enum(['initial', 'update', 'resolved']).optional().describe('Left out: as it stands'),
    fields: FieldsBody,
    nextAt: z.string().max(40).optional(),
  })
  .strict()

const informed = (incident: Incident, body: z.infer<typeof MessageBody>) =>
  ({
    audience: body.audience,
    also: (body.also ?? []).filter((one) => one !== body.audience),
    fields: body.fields,
    nextAt: body.nextAt === undefined ? null : momentOf(body.nextAt, 'nextAt'),
    kind: body.kind ?? kindFor(incident, body.audience),
  }) as const

const preview = route({
  method: 'post',
  path: '/api/v1/incidents/{id}/messages/preview',
  summary: 'What would go out to an audience, and what is wrong with it',
  policy: { needs: 'raise' },
  ...ofIncident,
  body: MessageBody,
  reply: z
    .object({
      subject: z.string(),
      body: z.string(),
      nextAt: Time.nullable(),
      missing: z.array(z.string()),
      findings: z.array(
        z.object({ rule: z.string(), level: z.string(), field: z.string(), sentence: z.string() }),
      ),
    })
    .openapi('MessageDraft'),
  handle: async (call) => {
    const incident = await found(call as never)
    return call.read(async (tx) => {
      allow(call.caller.who, 'raise', { teamId: incident.teamId })
      const desk = await openDesk(
        engineTx(tx, call.deps.directoryAt),
        call.deps.tools,
        call.caller.actor,
      )
      const draft = await draftMessage({ tx, desk }, incident, informed(incident, call.body))
      return {
        body: {
          ...draft.rendered,
          nextAt: iso(draft.nextAt),
          missing: draft.missing,
          findings: draft.findings,
        },
      }
    })
  },
})

const publish = route({
  method: 'post',
  path: '/api/v1/incidents/{id}/messages',
  summary: 'Tell an audience',
  policy: { needs: 'raise' },
  ...ofIncident,
  body: MessageBody,
  reply: ActedView,
  handle: async (call) => {
    const incident = await found(call as never)
    return perform(
      call as never,
      { verb: 'inform', incidentId: incident.id, ...informed(incident, call.body) },
      201,
    )
  },
})

export const incidentRoutes: readonly Route[] = [
  list,
  declare,
  one,
  ...verbs,
  ...kinVerbs,
  preview,
  publish,
]
