import { z } from '@hono/zod-openapi'
import { findAlert, listAlerts, listChanges, listGroupAlerts, PAGE_MAX } from '../../alerts/read.ts'
import { ActedView, AlertDetailView, AlertView, EntryView, Id } from '../../contract/views.ts'
import { bySlug } from '../../directory/directory.ts'
import { act, type Acted, type Verb } from '../../engine/act.ts'
import { nothingSentence } from '../../engine/answers.ts'
import { engineTx } from '../../engine/store-sql.ts'
import { forecast, nextSentence } from '../../foresee/who.ts'
import { parseDuration } from '../../lib/duration.ts'
import { HOUR, parseInstant } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { listPagesOfGroup } from '../../notify/read.ts'
import { findForGroup } from '../../timeline/store.ts'
import { detailOf, personName, toAlertView, toEntryView, toPageView, toSteps } from '../present.ts'
import { type Call, type Route, route } from '../route.ts'

/** An id, or the number people see: `A-12`. */
const Key = z.object({ id: z.string().min(1).max(64) })
const CHANGES_HOURS = 6

type Cursor = { startedAt: number; id: string }
const writeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify([cursor.startedAt, cursor.id])).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const [startedAt, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
      unknown,
      unknown,
    ]
    if (
      typeof startedAt === 'number' &&
      Number.isSafeInteger(startedAt) &&
      Id.safeParse(id).success
    ) {
      return { startedAt, id: id as string }
    }
  } catch {
    // Answered below.
  }
  throw invalid('cursor', 'This cursor was not given by this list.')
}

/** Slug or id of something in the configuration. */
export function lookUp<Thing extends { id: string; slug: string }>(
  things: ReadonlyMap<string, Thing>,
  key: string,
  field: string,
): Thing {
  const found = things.get(key) ?? bySlug(things, key)
  if (!found)
    throw invalid(field, `There is no ${field} \`${key.slice(0, 80)}\`.`, 'unknownReference')
  return found
}

const Listed = z
  .object({ alerts: z.array(AlertView), cursor: z.string().nullable() })
  .openapi('AlertList')

const list = route({
  method: 'get',
  path: '/api/v1/alerts',
  summary: 'Alerts, newest first',
  policy: { needs: 'read' },
  query: z
    .object({
      status: z.enum(['open', 'firing', 'acknowledged', 'resolved', 'all']).optional(),
      service: z.string().max(64).optional(),
      team: z.string().max(64).optional(),
      q: z.string().max(200).optional(),
      severity: z.enum(['critical', 'error', 'warning', 'info']).optional(),
      mine: z.enum(['yes']).optional().describe('Paged to me, or taken by me'),
      cursor: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(PAGE_MAX).optional(),
    })
    .strict(),
  reply: Listed,
  handle: ({ read, query, caller }) =>
    read(async (tx, directory, whole) => {
      const max = query.limit ?? 50
      const alerts = await listAlerts(tx, caller.who, {
        status: query.status,
        serviceId: query.service
          ? lookUp(directory.services, query.service, 'service').id
          : undefined,
        teamId: query.team ? lookUp(directory.teams, query.team, 'team').id : undefined,
        text: query.q,
        severity: query.severity,
        mine: query.mine && caller.who.personId ? caller.who.personId : undefined,
        after: query.cursor ? readCursor(query.cursor) : undefined,
        max,
      })
      const last = alerts.at(-1)
      return {
        body: {
          alerts: alerts.map((alert) => toAlertView(alert, whole)),
          cursor: last && alerts.length === max ? writeCursor(last) : null,
        },
      }
    }),
})

const detail = route({
  method: 'get',
  path: '/api/v1/alerts/{id}',
  summary: 'One alert: its escalation, pages and record',
  policy: { needs: 'read' },
  params: Key,
  reply: AlertDetailView,
  handle: ({ read, params, caller, deps }) =>
    read(async (tx, _seen, directory) => {
      const alert = await findAlert(tx, caller.who, params.id)
      if (!alert) throw notFound('alert')
      const pages = alert.groupId === null ? [] : await listPagesOfGroup(tx, alert.groupId, 200)
      const entries = alert.groupId === null ? [] : await findForGroup(tx, alert.groupId, 500)
      const together = alert.groupId === null ? [] : await listGroupAlerts(tx, alert.groupId, 50)
      const [climb] =
        alert.climbId === null
          ? []
          : await engineTx(tx, deps.directoryAt).peek({
              kind: 'climb',
              by: 'id',
              values: [alert.climbId],
            })
      const facts = { loudness: deps.tools.loudnessOf }
      const isHeldForGood = climb?.state.status === 'held' && climb.state.wakeAt === null
      const next =
        climb && climb.state.status !== 'stopped' && !isHeldForGood
          ? nextSentence(forecast(directory, climb, tx.now, facts), caller.timezone)
          : null
      const changes =
        alert.serviceId === null
          ? []
          : await listChanges(tx, alert.serviceId, alert.startedAt - CHANGES_HOURS * HOUR, 20)
      return {
        body: {
          ...detailOf(alert, directory),
          together: together.map((one) => ({
            id: one.id,
            name: `A-${one.number}`,
            title: one.title,
            status: one.status,
          })),
          steps: toSteps(climb ?? null, pages, directory, tx.now, facts),
          next,
          pages: pages.map((page) => toPageView(page, directory)),
          timeline: entries.map((entry) => toEntryView(entry, directory, caller.timezone, null)),
          changes: changes.map(({ happenedAt, ...one }) => ({
            ...one,
            at: new Date(happenedAt).toISOString(),
          })),
        },
      }
    }),
})

const timeline = route({
  method: 'get',
  path: '/api/v1/alerts/{id}/timeline',
  summary: 'Everything that happened to an alert',
  policy: { needs: 'read' },
  params: Key,
  reply: z.object({ entries: z.array(EntryView) }).openapi('Timeline'),
  handle: ({ read, params, caller }) =>
    read(async (tx, directory) => {
      const alert = await findAlert(tx, caller.who, params.id)
      if (!alert) throw notFound('alert')
      const entries = alert.groupId === null ? [] : await findForGroup(tx, alert.groupId, 2_000)
      return {
        body: {
          entries: entries.map((entry) => toEntryView(entry, directory, caller.timezone, null)),
        },
      }
    }),
})

/** What an answer came to, in a sentence. */
export function toActedView(acted: Acted, name: (id: unknown) => string, zone: string) {
  if (acted.kind === 'done')
    return { outcome: 'done', reason: null, sentence: 'Done.', result: acted.result }
  return {
    outcome: 'nothing',
    reason: acted.reason,
    sentence: nothingSentence(acted, { name, zone }),
    result: {},
  }
}

/** Performs a verb on the alert of a path and answers with what it came to. */
async function perform<P extends { id: string }, Q, B>(
  call: Call<P, Q, B>,
  verb: (alertId: string, now: number) => Verb | Promise<Verb>,
): Promise<{ body: unknown }> {
  const { deps, caller, requestId, params } = call
  const { alertId, directory, now } = await call.read(async (tx, directory) => {
    const alert = await findAlert(tx, caller.who, params.id)
    if (!alert) throw notFound('alert')
    return { alertId: alert.id, directory, now: tx.now }
  })
  const acted = await act(
    deps,
    { actor: caller.actor, who: caller.who, requestId },
    await verb(alertId, now),
  )
  return { body: toActedView(acted, (id) => personName(directory, id), caller.timezone) }
}

const Empty = z.object({}).strict()

const simple = (['acknowledge', 'resolve', 'release', 'escalate'] as const).map((verb) =>
  route({
    method: 'post',
    path: `/api/v1/alerts/{id}/${verb}`,
    summary: {
      acknowledge: 'I have it: stop paging',
      resolve: 'It is over',
      release: 'Let go of it: page again',
      escalate: 'Page the next level now',
    }[verb],
    policy: { needs: 'respond' },
    params: Key,
    body: Empty.optional(),
    reply: ActedView,
    handle: (call) => perform(call, (alertId) => ({ verb, alertId })),
  }),
)

const snooze = route({
  method: 'post',
  path: '/api/v1/alerts/{id}/snooze',
  summary: 'Hold the escalation for a while',
  policy: { needs: 'respond' },
  params: Key,
  body: z
    .object({
      for: z.string().max(20).optional().describe('10m, 2h'),
      until: z.string().max(40).optional(),
    })
    .strict(),
  reply: ActedView,
  handle: (call) =>
    perform(call, (alertId, now) => {
      const span = call.body.for === undefined ? null : parseDuration(call.body.for)
      if (call.body.for !== undefined && span === null)
        throw invalid('for', 'Write a duration such as 10m or 2h.')
      const until = call.body.until === undefined ? null : parseInstant(call.body.until)
      if (call.body.until !== undefined && until === null)
        throw invalid('until', 'Write a time with a zone, such as 2026-11-23T14:00:00Z.')
      if (span === null && until === null) throw invalid('for', 'Say for how long.')
      return { verb: 'snooze', alertId, until: until ?? now + (span ?? 0) }
    }),
})

const page = route({
  method: 'post',
  path: '/api/v1/alerts/{id}/page',
  summary: 'Page somebody else as well',
  policy: { needs: 'respond' },
  params: Key,
  body: z
    .object({
      target: z
        .string()
        .regex(/^(person|schedule|team):.+$/)
        .max(100),
    })
    .strict(),
  reply: ActedView,
  handle: (call) =>
    perform(call, (alertId) =>
      call.read(async (_tx, directory) => {
        const [kind = '', slug = ''] = call.body.target.split(/:(.*)/s)
        const things = {
          person: directory.people,
          schedule: directory.schedules,
          team: directory.teams,
        }[kind as 'person']
        return {
          verb: 'pageAlso',
          alertId,
          target: { kind: kind as 'person', id: lookUp(things, slug, kind).id },
        }
      }),
    ),
})

const raise = route({
  method: 'post',
  path: '/api/v1/alerts',
  summary: 'Raise an alert by hand',
  policy: { needs: 'raise' },
  body: z
    .object({
      service: z.string().max(64),
      title: z.string().max(1_024),
      severity: z.enum(['critical', 'error', 'warning', 'info']).optional(),
      drill: z.boolean().optional().describe('An exercise: the whole path, marked as one'),
    })
    .strict(),
  reply: ActedView,
  handle: async ({ read, deps, caller, requestId, body }) => {
    const serviceId = await read(
      async (_tx, directory) => lookUp(directory.services, body.service, 'service').id,
    )
    const acted = await act(
      deps,
      { actor: caller.actor, who: caller.who, requestId },
      {
        verb: 'raiseAlert',
        serviceId,
        title: body.title,
        severity: body.severity,
        isDrill: body.drill,
      },
    )
    return { status: 201, body: toActedView(acted, () => '', caller.timezone) }
  },
})

export const alertRoutes: readonly Route[] = [
  list,
  detail,
  timeline,
  ...simple,
  snooze,
  page,
  raise,
]
