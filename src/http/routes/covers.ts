import { z } from '@hono/zod-openapi'
import { ActedView, Id, PersonRef, Ref, Time } from '../../contract/views.ts'
import type { Directory } from '../../directory/directory.ts'
import { namesFor } from '../../engine/tell.ts'
import { parseDuration } from '../../lib/duration.ts'
import { DAY, type Instant, toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { type CoverRequest, silent } from '../../oncall/cover.ts'
import { listCoverRequests } from '../../oncall/cover-store.ts'
import { perform } from '../acting.ts'
import { momentIn } from '../moment.ts'
import { personRef, ref } from '../present.ts'
import { type Call, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const Slug = z.string().max(64)
const Moment = z.string().max(60)
const ofSchedule = { params: z.object({ id: Slug }) }

const overrideRoute = route({
  method: 'post',
  path: '/api/v1/schedules/{id}/overrides',
  summary: 'Put somebody on call for a while, in a place, besides, or take somebody off',
  policy: { needs: 'schedule' },
  ...ofSchedule,
  body: z
    .object({
      person: Slug,
      kind: z.enum(['replace', 'add', 'remove']).optional(),
      replaces: Slug.nullable().optional(),
      from: Moment,
      to: Moment,
      reason: z.string().max(500).optional(),
    })
    .strict(),
  reply: ActedView,
  async handle(call) {
    const { read, params, body } = call
    const asked = await read(async (tx, directory) => {
      const schedule = lookUp(directory.schedules, params.id, 'schedule')
      return {
        scheduleId: schedule.id,
        kind: body.kind ?? ('replace' as const),
        personId: lookUp(directory.people, body.person, 'person').id,
        replaces: body.replaces ? lookUp(directory.people, body.replaces, 'person').id : null,
        from: momentIn(body.from, 'from', tx.now, schedule.timezone),
        to: momentIn(body.to, 'to', tx.now, schedule.timezone),
        reason: body.reason ?? '',
      }
    })
    return perform(call, { verb: 'override', ...asked }, 201)
  },
})

const endOverride = route({
  method: 'delete',
  path: '/api/v1/schedules/{id}/overrides/{override}',
  summary: 'Take a planned override out, or end one that has begun',
  policy: { needs: 'schedule' },
  params: z.object({ id: Slug, override: Slug }),
  reply: ActedView,
  async handle(call) {
    const { read, params } = call
    const scheduleId = await read(
      async (_tx, directory) => lookUp(directory.schedules, params.id, 'schedule').id,
    )
    return perform(call, {
      verb: 'endOverride',
      scheduleId,
      overrideId: params.override,
    })
  },
})

const take = route({
  method: 'post',
  path: '/api/v1/schedules/{id}/take',
  summary: 'Take the pager for a while, from now on',
  policy: { needs: 'schedule' },
  ...ofSchedule,
  body: z.object({ for: z.string().max(20), person: Slug.optional() }).strict(),
  reply: ActedView,
  async handle(call) {
    const { read, params, body, caller } = call
    const forMs = parseDuration(body.for)
    if (forMs === null) throw invalid('for', 'Say for how long, such as 1h.')
    const asked = await read(async (_tx, directory) => ({
      scheduleId: lookUp(directory.schedules, params.id, 'schedule').id,
      personId: body.person
        ? lookUp(directory.people, body.person, 'person').id
        : caller.who.personId,
    }))
    if (asked.personId === null) throw invalid('person', 'Say who takes it.')
    return perform(
      call,
      {
        verb: 'takePager',
        scheduleId: asked.scheduleId,
        personId: asked.personId,
        forMs,
      },
      201,
    )
  },
})

const CoverView = z
  .object({
    id: Id,
    schedule: Ref.nullable(),
    person: PersonRef.nullable(),
    from: Time,
    to: Time,
    text: z.string(),
    reason: z.string(),
    status: z.enum(['open', 'covered', 'withdrawn', 'expired']),
    inReturn: z.object({ from: Time, to: Time }).nullable(),
    parts: z.array(z.object({ from: Time, to: Time })),
    taken: z.array(z.object({ person: PersonRef.nullable(), from: Time, to: Time })),
    silent: z.array(PersonRef),
    declined: z.array(PersonRef),
    mayTake: z.boolean(),
  })
  .openapi('CoverRequest')

const stretch = ({ from, to }: { from: Instant; to: Instant }) => ({
  from: toIso(from),
  to: toIso(to),
})

function toCoverView(
  request: CoverRequest,
  directory: Directory,
  caller: Call<never, never, never>['caller'],
) {
  const people = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const found = personRef(directory, id)
      return found ? [found] : []
    })
  const names = namesFor(directory, caller.timezone)
  const me = caller.who.personId
  return {
    id: request.id,
    schedule: ref(directory.schedules, request.scheduleId),
    person: personRef(directory, request.personId),
    from: toIso(request.fromAt),
    to: toIso(request.toAt),
    text: names.stretch(request.fromAt, request.toAt),
    reason: request.reason,
    status: request.status,
    inReturn: request.inReturn && stretch(request.inReturn),
    parts: request.parts.map(stretch),
    taken: request.taken.map((one) => ({
      person: personRef(directory, one.personId),
      ...stretch(one),
    })),
    silent: people(silent(request)),
    declined: people(request.declined),
    mayTake: request.status === 'open' && me !== null && request.asked.includes(me),
  }
}

const covers: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/covers',
    summary: 'Who asks for cover, and what came of it',
    policy: { needs: 'read' },
    reply: z.object({ covers: z.array(CoverView) }).openapi('CoverList'),
    handle: ({ read, caller }) =>
      read(async (tx, directory) => ({
        body: {
          covers: (await listCoverRequests(tx, tx.now - 7 * DAY)).map((request) =>
            toCoverView(request, directory, caller),
          ),
        },
      })),
  }),
  route({
    method: 'post',
    path: '/api/v1/covers',
    summary: 'Ask for cover: everybody in the rota, or one person for a swap',
    policy: { signedIn: true },
    body: z
      .object({
        schedule: Slug,
        person: Slug.optional(),
        from: Moment,
        to: Moment,
        reason: z.string().max(500).optional(),
        swap: z.object({ with: Slug, from: Moment, to: Moment }).strict().optional(),
      })
      .strict(),
    reply: ActedView,
    async handle(call) {
      const { read, body, caller } = call
      const asked = await read(async (tx, directory) => {
        const schedule = lookUp(directory.schedules, body.schedule, 'schedule')
        const at = (text: string, field: string): Instant =>
          momentIn(text, field, tx.now, schedule.timezone)
        const personId = body.person
          ? lookUp(directory.people, body.person, 'person').id
          : caller.who.personId
        if (personId === null) throw invalid('person', 'Say who needs cover.')
        return {
          scheduleId: schedule.id,
          personId,
          from: at(body.from, 'from'),
          to: at(body.to, 'to'),
          reason: body.reason ?? '',
          swap: body.swap
            ? {
                with: lookUp(directory.people, body.swap.with, 'person').id,
                from: at(body.swap.from, 'swap.from'),
                to: at(body.swap.to, 'swap.to'),
              }
            : null,
        }
      })
      return perform(call, { verb: 'askCover', ...asked }, 201)
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/covers/{id}/take',
    summary: 'Take it, all or a part',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    body: z
      .object({ person: Slug.optional(), from: Moment.optional(), to: Moment.optional() })
      .strict(),
    reply: ActedView,
    async handle(call) {
      const { read, params, body, caller } = call
      const asked = await read(async (tx, directory) => {
        const personId = body.person
          ? lookUp(directory.people, body.person, 'person').id
          : caller.who.personId
        if (personId === null) throw invalid('person', 'Say who takes it.')
        if ((body.from === undefined) !== (body.to === undefined))
          throw invalid('to', 'A part has a beginning and an end.')
        const part =
          body.from === undefined || body.to === undefined
            ? null
            : {
                from: momentIn(body.from, 'from', tx.now, caller.timezone),
                to: momentIn(body.to, 'to', tx.now, caller.timezone),
              }
        return { personId, part }
      })
      return perform(call, {
        verb: 'takeCover',
        coverId: params.id,
        ...asked,
      })
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/covers/{id}/decline',
    summary: 'Say that one cannot',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: ActedView,
    async handle(call) {
      const { params, caller } = call
      if (caller.who.personId === null) throw notFound('cover request')
      return perform(call, {
        verb: 'declineCover',
        coverId: params.id,
        personId: caller.who.personId,
      })
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/covers/{id}',
    summary: 'Take a request back; what was taken stays taken',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: ActedView,
    async handle(call) {
      return perform(call, {
        verb: 'withdrawCover',
        coverId: call.params.id,
      })
    },
  }),
]

export const coverRoutes: readonly Route[] = [overrideRoute, endOverride, take, ...covers]
