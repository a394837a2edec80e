/** Work on many alerts at once, and on what they were worth. */
import { z } from '@hono/zod-openapi'
import { findAlert } from '../../alerts/read.ts'
import { listViews, removeView, saveVerdict, saveView } from '../../alerts/verdict-store.ts'
import { Id, PersonRef } from '../../contract/views.ts'
import { act, allow, type Verb } from '../../engine/act.ts'
import { parseDuration } from '../../lib/duration.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { OVER_DAYS, readDelivered } from '../../notify/delivered.ts'
import { note } from '../audit.ts'
import { personRef } from '../present.ts'
import { type Route, route } from '../route.ts'

const BULK_MAX = 500
const BulkVerb = z.enum(['acknowledge', 'resolve', 'release', 'snooze'])

const bulk = route({
  method: 'post',
  path: '/api/v1/alerts/bulk',
  summary: 'Answer many alerts; each by itself, so one that cannot keeps no other',
  policy: { needs: 'respond' },
  body: z
    .object({
      ids: z.array(z.string().max(40)).min(1).max(BULK_MAX),
      verb: BulkVerb,
      for: z.string().max(20).optional().describe('How long to snooze: 10m, 2h'),
    })
    .strict(),
  reply: z
    .object({
      done: z.number().int(),
      outcomes: z.array(
        z.object({
          id: z.string(),
          outcome: z.enum(['done', 'nothing', 'refused']),
          reason: z.string().nullable(),
        }),
      ),
    })
    .openapi('BulkDone'),
  async handle({ read, deps, caller, requestId, body }) {
    const span = body.verb === 'snooze' ? parseDuration(body.for ?? '') : null
    if (body.verb === 'snooze' && span === null)
      throw invalid('for', 'Say for how long, such as 10m or 2h.')
    const outcomes = []
    for (const id of new Set(body.ids)) {
      const found = await read(async (tx) => ({
        alert: await findAlert(tx, caller.who, id),
        now: tx.now,
      }))
      outcomes.push({ id, ...(await answerOne(found)) })
    }
    return { body: { done: outcomes.filter((one) => one.outcome === 'done').length, outcomes } }

    async function answerOne(found: { alert: { id: string } | null; now: number }) {
      if (!found.alert) return { outcome: 'refused' as const, reason: 'notFound' }
      const about = { alertId: found.alert.id }
      const verb: Verb =
        body.verb === 'snooze'
          ? { verb: 'snooze', until: found.now + (span ?? 0), ...about }
          : { verb: body.verb, ...about }
      try {
        const acted = await act(deps, { actor: caller.actor, who: caller.who, requestId }, verb)
        return acted.kind === 'done'
          ? { outcome: 'done' as const, reason: null }
          : { outcome: 'nothing' as const, reason: acted.reason }
      } catch (cause) {
        if (!(cause instanceof Problem) || cause.code === 'unavailable') throw cause
        return { outcome: 'refused' as const, reason: cause.reason }
      }
    }
  },
})

const verdict = route({
  method: 'post',
  path: '/api/v1/alerts/{id}/verdict',
  summary: 'Whether this was worth a page: noise, useful, or null to take it back',
  policy: { needs: 'respond' },
  params: z.object({ id: z.string().max(40) }),
  body: z.object({ verdict: z.enum(['noise', 'useful']).nullable() }).strict(),
  reply: z.object({ verdict: z.enum(['noise', 'useful']).nullable() }).openapi('Verdict'),
  handle: (call) =>
    call.read(async (tx) => {
      const { caller, params, body } = call
      const alert = await findAlert(tx, caller.who, params.id)
      if (!alert?.groupId) throw notFound('alert')
      allow(caller.who, 'respond', {
        teamId: alert.teamId,
        visibility: alert.visibility,
        pagedIds: alert.pagedIds,
      })
      await saveVerdict(tx, alert.groupId, body.verdict, caller.who.personId)
      await note(tx, call, {
        action: 'verdict.given',
        object: ['alert', alert.id],
        detail: { before: alert.verdict, after: body.verdict },
      })
      return { body: { verdict: body.verdict } }
    }),
})

const ViewShown = z
  .object({ id: Id, name: z.string(), query: z.string(), owner: PersonRef.nullable() })
  .openapi('View')

const views: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/views',
    summary: 'Lists that people come back to',
    policy: { needs: 'read' },
    reply: z.object({ views: z.array(ViewShown) }).openapi('ViewList'),
    handle: ({ read }) =>
      read(async (tx, directory) => ({
        body: {
          views: (await listViews(tx)).map(({ id, name, query, ownerId }) => ({
            id,
            name,
            query,
            owner: personRef(directory, ownerId),
          })),
        },
      })),
  }),
  route({
    method: 'put',
    path: '/api/v1/views',
    summary: 'Keep a list under a name, for everybody',
    policy: { needs: 'raise' },
    body: z.object({ name: z.string().trim().min(1).max(80), query: z.string().max(500) }).strict(),
    reply: ViewShown,
    handle: (call) =>
      call.read(async (tx, directory) => {
        const { deps, caller, body } = call
        const id = deps.tools.makeId(tx.now)
        const query = new URLSearchParams(body.query).toString()
        await saveView(tx, { id, name: body.name, query, ownerId: caller.who.personId })
        await note(tx, call, {
          action: 'view.saved',
          object: ['view', id],
          detail: { name: body.name, query },
        })
        return {
          body: { id, name: body.name, query, owner: personRef(directory, caller.who.personId) },
        }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/views/{id}',
    summary: 'Forget a list',
    policy: { needs: 'raise' },
    params: z.object({ id: Id }),
    reply: z.object({}),
    handle: (call) =>
      call.read(async (tx) => {
        if (!(await removeView(tx, call.params.id))) throw notFound('view')
        await note(tx, call, { action: 'view.removed', object: ['view', call.params.id] })
        return { body: {} }
      }),
  }),
]

const delivery = route({
  method: 'get',
  path: '/api/v1/delivery',
  summary: 'How well pages went out in the last 30 days: measured',
  policy: { needs: 'read' },
  reply: z
    .object({
      days: z.number().int(),
      pages: z.number().int(),
      inTime: z.number().int().describe('Taken by a provider within 30 s of being due'),
      medianMs: z.number().nullable(),
      p99Ms: z.number().nullable(),
    })
    .openapi('Delivery'),
  handle: ({ read }) =>
    read(async (tx) => ({ body: { days: OVER_DAYS, ...(await readDelivered(tx)) } })),
})

export const alertWorkRoutes: readonly Route[] = [bulk, verdict, ...views, delivery]
