import { z } from '@hono/zod-openapi'
import { type Principal, refusal } from '../../access/can.ts'
import type { Source } from '../../alerts/routed.ts'
import { findRequest, listRequests } from '../../alerts/read.ts'
import { Id, RequestView, SourceView } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { allow } from '../../engine/act.ts'
import { toIso } from '../../lib/instant.ts'
import { notFound } from '../../lib/problem.ts'
import { note } from '../audit.ts'
import { replay } from '../ingest.ts'
import { personName, ref } from '../present.ts'
import { type Route, route } from '../route.ts'

const sources = route({
  method: 'get',
  path: '/api/v1/sources',
  summary: 'Where alerts come in',
  policy: { needs: 'read' },
  reply: z.object({ sources: z.array(SourceView) }).openapi('SourceList'),
  handle: ({ read, deps }) =>
    read(async (_tx, directory) => ({
      body: {
        sources: [...directory.sources.values()].map((source) => {
          const kind = deps.sourceKinds.find((one) => one.kind === source.kind)
          return {
            id: source.id,
            slug: source.slug,
            name: source.name,
            kind: source.kind,
            label: kind?.label ?? source.kind,
            service: ref(directory.services, source.serviceId),
            paths: [...new Set(kind?.routes.map((one) => one.path) ?? [])],
            setup: [...(kind?.setup({ url: deps.publicUrl, key: '<key>' }) ?? [])],
          }
        }),
      },
    })),
})

const VERDICTS: Readonly<Record<string, string>> = {
  opened: 'stored as a new alert',
  reopened: 'stored as a new alert of a known key',
  refreshed: 'folded into an open alert',
  resolved: 'resolved the alert',
  acknowledged: 'acknowledged the alert',
  late: 'late: something newer is known',
  nothingKnown: 'about nothing that is open',
}

async function requestViews(tx: Tx, directory: Directory, who: Principal, sourceId: string) {
  return (await listRequests(tx, who, sourceId, 50)).map((request) => {
    const problems = (request.verdict.problems ?? []) as { field: string; message: string }[]
    const signals = request.signals.map((signal) => ({
      action: signal.action,
      dedupKey: signal.dedupKey,
      verdict: VERDICTS[signal.verdict] ?? signal.verdict,
      alert: signal.alertNumber === null ? null : `A-${signal.alertNumber}`,
      suppressedBy: signal.suppression?.kind ?? null,
      paged: signal.pagedIds.map((id) => personName(directory, id)),
    }))
    return {
      id: request.id,
      receivedAt: toIso(request.receivedAt),
      path: request.path,
      status: request.status,
      body: request.body,
      verdict: verdictOf(request.status, signals, problems),
      signals,
      problems,
      isReplay: request.replayOf !== null,
    }
  })
}

function verdictOf(
  status: number,
  signals: {
    verdict: string
    alert: string | null
    suppressedBy: string | null
    paged: string[]
  }[],
  problems: { field: string; message: string }[],
): string {
  const [first] = signals
  if (!first)
    return problems[0]
      ? `refused (${status}): ${problems[0].field}: ${problems[0].message}`
      : 'stored, nothing to page'
  const more = signals.length > 1 ? ` and ${signals.length - 1} more` : ''
  const quiet = first.suppressedBy ? `, kept quiet (${first.suppressedBy})` : ''
  const paged = first.paged.length > 0 ? `, paged ${first.paged.join(', ')}` : ''
  return `${first.verdict}${first.alert ? ` (${first.alert})` : ''}${more}${quiet}${paged}`
}

/** Whose it is: its own team's, or else that of the service whose alerts it brings. */
const teamOf = (source: Source, directory: Directory): string | null =>
  source.teamId ??
  (source.serviceId === null ? null : (directory.services.get(source.serviceId)?.teamId ?? null))

const requests = route({
  method: 'get',
  path: '/api/v1/sources/{id}/requests',
  summary: 'The last requests of a source, each with what became of it',
  policy: { needs: 'inspect' },
  params: z.object({ id: z.string().max(64) }),
  reply: z.object({ requests: z.array(RequestView) }).openapi('RequestList'),
  handle: ({ read, params, caller }) =>
    read(async (tx, directory, whole) => {
      const source =
        directory.sources.get(params.id) ??
        [...directory.sources.values()].find((one) => one.slug === params.id)
      if (!source) throw notFound('source')
      allow(caller.who, 'inspect', { teamId: teamOf(source, whole) })
      return { body: { requests: await requestViews(tx, whole, caller.who, source.id) } }
    }),
})

const replayRoute = route({
  method: 'post',
  path: '/api/v1/requests/{id}/replay',
  summary: 'Send a stored request through once more',
  policy: { needs: 'inspect' },
  params: z.object({ id: Id }),
  reply: z.object({ status: z.number(), answer: z.unknown() }).openapi('Replayed'),
  async handle(call) {
    const { read, params, caller, deps } = call
    const { request, source } = await read(async (tx, directory) => {
      const request = await findRequest(tx, caller.who, params.id)
      const source = request && directory.sources.get(request.sourceId)
      if (
        !request ||
        !source ||
        refusal(caller.who, 'inspect', { teamId: teamOf(source, directory) }) !== null
      )
        throw notFound('request')
      await note(tx, call, {
        action: 'request.replayed',
        object: ['source', source.id],
        detail: { request: request.id },
      })
      return { request, source }
    })
    return { body: await replay(deps, source, request) }
  },
})

const kinds = route({
  method: 'get',
  path: '/api/v1/source-kinds',
  summary: 'What can send alerts here',
  policy: { needs: 'read' },
  reply: z
    .object({ kinds: z.array(z.object({ kind: z.string(), label: z.string() })) })
    .openapi('SourceKinds'),
  handle: async ({ deps }) => ({
    body: { kinds: deps.sourceKinds.map(({ kind, label }) => ({ kind, label })) },
  }),
})

export const sourceRoutes: readonly Route[] = [kinds, sources, requests, replayRoute]
