import { z } from '@hono/zod-openapi'
import { mutesUntil, type Silence } from '../../alerts/silence.ts'
import { writeMatcher } from '../../alerts/matcher.ts'
import {
  ActedView,
  BlastView,
  Id,
  MatcherView,
  RecurrenceView,
  SilenceView,
} from '../../contract/views.ts'
import type { Directory } from '../../directory/directory.ts'
import { allow } from '../../engine/act.ts'
import { blastRadius } from '../../engine/verbs/mute.ts'
import { parseDuration } from '../../lib/duration.ts'
import { type Instant, parseInstant, toIso } from '../../lib/instant.ts'
import { invalid } from '../../lib/problem.ts'
import { perform } from '../acting.ts'
import { personRef, ref } from '../present.ts'
import { type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const Window = {
  for: z.string().max(20).optional(),
  startsAt: z.string().max(40).optional(),
  endsAt: z.string().max(40).optional(),
}

/** Reads `for: 2h` or an end, with an optional start. */
function windowOf(
  body: { for?: string; startsAt?: string; endsAt?: string },
  now: Instant,
): { startsAt: Instant; endsAt: Instant } {
  const at = (text: string, field: string): Instant => {
    const read = parseInstant(text)
    if (read === null)
      throw invalid(field, 'Write a time with a zone, such as 2026-11-23T14:00:00Z.')
    return read
  }
  const startsAt = body.startsAt === undefined ? now : at(body.startsAt, 'startsAt')
  if (body.endsAt !== undefined) return { startsAt, endsAt: at(body.endsAt, 'endsAt') }
  const span = body.for === undefined ? null : parseDuration(body.for)
  if (span === null) throw invalid('for', 'Say for how long, such as 2h, or until when.')
  return { startsAt, endsAt: startsAt + span }
}

const toSilenceView = (silence: Silence, directory: Directory, now: Instant) => ({
  id: silence.id,
  matchers: silence.matchers,
  text: silence.matchers.map(writeMatcher).join(', '),
  team: ref(directory.teams, silence.teamId),
  owner: personRef(directory, silence.ownerId),
  reason: silence.reason,
  startsAt: toIso(silence.startsAt),
  endsAt: toIso(silence.endsAt),
  recurs: silence.recurs,
  state: mutesUntil(silence, now) !== null ? 'active' : silence.endsAt > now ? 'pending' : 'ended',
})

const Scope = {
  matchers: z.array(MatcherView).min(1).max(50),
  team: z.string().max(64).nullable().optional(),
}

export const silenceRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/silences',
    summary: 'Silences in force and to come',
    policy: { needs: 'read' },
    reply: z.object({ silences: z.array(SilenceView) }).openapi('SilenceList'),
    handle: ({ read }) =>
      read(async (tx, directory) => ({
        body: {
          silences: directory.silences
            .filter((one) => one.endsAt > tx.now)
            .map((one) => toSilenceView(one, directory, tx.now)),
        },
      })),
  }),
  route({
    method: 'post',
    path: '/api/v1/silences/preview',
    summary: 'What a silence would mute now',
    policy: { needs: 'read' },
    body: z.object(Scope).strict(),
    reply: BlastView,
    handle: ({ read, body, caller }) =>
      read(async (tx, directory) => {
        const teamId = body.team ? lookUp(directory.teams, body.team, 'team').id : null
        allow(caller.who, 'silence', { teamId })
        const blast = await blastRadius(tx, { matchers: body.matchers, teamId })
        const teams = blast.teams.map((one) => ({
          team: ref(directory.teams, one.teamId),
          alerts: one.alerts,
        }))
        const sentence =
          blast.alerts === 0
            ? 'Mutes nothing that fires now.'
            : `Mutes ${blast.alerts} ${blast.alerts === 1 ? 'alert' : 'alerts'} of ${teams.length} ${teams.length === 1 ? 'team' : 'teams'}.`
        return { body: { alerts: blast.alerts, groups: blast.groups, teams, sentence } }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/silences',
    summary: 'Silence alerts for a while',
    policy: { needs: 'silence' },
    body: z
      .object({
        ...Scope,
        ...Window,
        reason: z.string().min(1).max(1_000),
        recurs: RecurrenceView.nullable().optional(),
      })
      .strict(),
    reply: ActedView,
    handle: async ({ read, body, caller, deps, requestId }) => {
      const asked = await read(async (tx, directory) => ({
        teamId: body.team ? lookUp(directory.teams, body.team, 'team').id : null,
        recurs: body.recurs ? { zone: caller.timezone, ...body.recurs } : null,
        ...windowOf(body, tx.now),
      }))
      return perform(
        { deps, caller, requestId },
        { verb: 'silence', matchers: body.matchers, reason: body.reason, ...asked },
        201,
      )
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/silences/{id}',
    summary: 'End a silence',
    policy: { needs: 'silence' },
    params: z.object({ id: Id }),
    reply: ActedView,
    handle: async ({ params, caller, deps, requestId }) => {
      return perform({ deps, caller, requestId }, { verb: 'endSilence', silenceId: params.id })
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/maintenances',
    summary: 'Maintenance windows in force and to come',
    policy: { needs: 'read' },
    reply: z
      .object({ maintenances: z.array(z.record(z.string(), z.unknown())) })
      .openapi('MaintenanceList'),
    handle: ({ read }) =>
      read(async (tx, directory) => ({
        body: {
          maintenances: directory.maintenances
            .filter((one) => one.endsAt > tx.now)
            .map((one) => ({
              id: one.id,
              services: one.serviceIds.map((id) => ref(directory.services, id)),
              reason: one.reason,
              owner: personRef(directory, one.ownerId),
              startsAt: toIso(one.startsAt),
              endsAt: toIso(one.endsAt),
            })),
        },
      })),
  }),
  route({
    method: 'post',
    path: '/api/v1/maintenances',
    summary: 'Work on services: record their alerts, page nobody',
    policy: { needs: 'silence' },
    body: z
      .object({
        services: z.array(z.string().max(64)).min(1).max(100),
        reason: z.string().min(1).max(1_000),
        ...Window,
      })
      .strict(),
    reply: ActedView,
    handle: async ({ read, body, caller, deps, requestId }) => {
      const asked = await read(async (tx, directory) => ({
        serviceIds: body.services.map((one) => lookUp(directory.services, one, 'service').id),
        ...windowOf(body, tx.now),
      }))
      return perform(
        { deps, caller, requestId },
        { verb: 'maintain', reason: body.reason, ...asked },
        201,
      )
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/maintenances/{id}',
    summary: 'End a maintenance window',
    policy: { needs: 'silence' },
    params: z.object({ id: Id }),
    reply: ActedView,
    handle: async ({ params, caller, deps, requestId }) => {
      return perform(
        { deps, caller, requestId },
        { verb: 'endMaintenance', maintenanceId: params.id },
      )
    },
  }),
]
