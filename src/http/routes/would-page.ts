/** "This payload would page …": an event tried against the routes, as they are or as they are being edited. */
import { z } from '@hono/zod-openapi'
import type { Route as AlertRoute } from '../../alerts/routed.ts'
import { MANUAL_SOURCE } from '../../alerts/routed.ts'
import { createRouter } from '../../alerts/route.ts'
import type { Received, Signal } from '../../alerts/source.ts'
import { ForecastView, Ref } from '../../contract/views.ts'
import type { Principal } from '../../access/can.ts'
import type { Directory } from '../../directory/directory.ts'
import { isServiceSeen } from '../../directory/seen.ts'
import { type WouldPage, wouldPage, wouldSentence } from '../../foresee/would-page.ts'
import { forecast, whoSentence } from '../../foresee/who.ts'
import { isRecord } from '../../lib/json.ts'
import { invalid } from '../../lib/problem.ts'
import { formatTime } from '../../lib/zone.ts'
import { editEntry } from '../../plan/edit.ts'
import type { HttpDeps } from '../deps.ts'
import { ref } from '../present.ts'
import { type Call, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'
import { toForecastView } from './who.ts'

const SIGNALS_MAX = 20

const Draft = z
  .object({
    section: z.enum(['routes', 'services', 'escalations']),
    slug: z.string().max(64),
    form: z.record(z.string().max(64), z.unknown()),
  })
  .strict()
  .describe('Something being edited: tried as if it were saved')

const Body = z
  .object({
    source: z.string().max(64).optional(),
    payload: z.unknown().optional().describe('A request as the source would send it'),
    alert: z
      .object({
        title: z.string().max(1_024).optional(),
        severity: z.enum(['critical', 'error', 'warning', 'info']).optional(),
        labels: z.record(z.string().max(128), z.string().max(1_024)).optional(),
      })
      .strict()
      .optional(),
    escalation: z.string().max(64).optional().describe('Climb this one, whatever the routes say'),
    draft: Draft.optional(),
  })
  .strict()

const WouldView = z
  .object({
    title: z.string(),
    severity: z.string(),
    service: Ref.nullable(),
    route: z.string().nullable(),
    escalation: z.string(),
    notes: z.array(z.object({ stage: z.string(), result: z.string(), by: z.string().nullable() })),
    sentence: z.string(),
    forecast: ForecastView,
  })
  .openapi('WouldPage')

type Asked = Call<object, object, z.infer<typeof Body>>

const tryIt = route({
  method: 'post',
  path: '/api/v1/would-page',
  summary: 'What an event would do if it arrived now; writes nothing',
  policy: { needs: 'read' },
  body: Body,
  reply: z
    .object({
      would: z.array(WouldView),
      problems: z.array(z.object({ field: z.string(), message: z.string() })),
    })
    .openapi('WouldPageList'),
  handle: (call) =>
    call.read(async (tx, seen, current) => {
      const { body, deps, caller } = call as unknown as Asked
      const directory = body.draft
        ? (await editEntry(tx, caller, { ...body.draft, isTrial: true }, deps.plan)).draft.directory
        : current
      if (body.source !== undefined) lookUp(seen.sources, body.source, 'source')
      const view = viewer(directory, tx.now, deps, caller.timezone)
      if (body.escalation !== undefined)
        return { body: { would: [view.climb(body.escalation)], problems: [] } }
      const { signals, problems } = signalsOf(body, directory, deps, tx.now)
      const sourceId = sourceIdOf(body, directory)
      const router = createRouter(
        directory.routes as readonly AlertRoute[],
        directory.sources,
        directory.services,
        () => undefined,
      )
      const facts = {
        now: tx.now,
        routeFor: router,
        rules: { loudness: deps.tools.loudnessOf },
        makeId: () => deps.tools.makeId(tx.now),
      }
      const would = signals
        .slice(0, SIGNALS_MAX)
        .flatMap((signal) => wouldPage(directory, sourceId, signal, facts) ?? [])
      return {
        body: { would: would.map((one) => told(one, view, directory, caller.who)), problems },
      }
    }),
})

/** Where it would go to something private, that is all there is to be told. */
function told(
  one: WouldPage,
  view: ReturnType<typeof viewer>,
  directory: Directory,
  who: Principal,
): ReturnType<ReturnType<typeof viewer>['would']> {
  const service = one.serviceId === null ? null : directory.services.get(one.serviceId)
  if (!service || isServiceSeen(who, service)) return view.would(one)
  return {
    title: one.title,
    severity: one.severity,
    service: null,
    route: null,
    escalation: '',
    notes: [],
    sentence: 'Goes to something private: who is paged there is told to its team only.',
    forecast: toForecastView({ pages: [], passed: [] } as unknown as WouldPage['forecast'], {
      service: null,
      at: view.now,
      urgency: one.urgency,
    }),
  }
}

const sourceIdOf = (body: Asked['body'], directory: Directory): string =>
  body.source === undefined ? MANUAL_SOURCE : lookUp(directory.sources, body.source, 'source').id

function signalsOf(
  body: Asked['body'],
  directory: Directory,
  deps: HttpDeps,
  now: number,
): Pick<Received, 'signals' | 'problems'> {
  if (body.payload === undefined) return { signals: [signalOf(body.alert ?? {})], problems: [] }
  if (body.source === undefined)
    throw invalid('source', 'Say which source would send this payload.')
  const source = lookUp(directory.sources, body.source, 'source')
  const routes = deps.sourceKinds.find((one) => one.kind === source.kind)?.routes ?? []
  if (!isRecord(body.payload)) throw invalid('payload', 'A payload is a JSON object.')
  const facts = { now, ignoreLabels: source.ignoreLabels }
  const read = routes.map((one) => one.receive(body.payload, facts))
  // A vendor has several addresses; the one that understands the payload is the one it is for.
  return read.find((one) => one.signals.length > 0) ?? read[0] ?? { signals: [], problems: [] }
}

const signalOf = (alert: NonNullable<Asked['body']['alert']>): Signal => ({
  action: 'trigger',
  dedupKey: 'tried',
  groupKey: null,
  occurredAt: null,
  title: alert.title ?? 'An alert',
  severity: alert.severity ?? 'critical',
  labels: alert.labels ?? {},
  annotations: {},
  links: [],
  endsAt: null,
})

function viewer(directory: Directory, now: number, deps: HttpDeps, zone: string) {
  const until = (would: WouldPage): string | null =>
    would.suppression === null ? null : formatTime(would.suppression.until, zone)
  return {
    now,
    would: (one: WouldPage) => ({
      title: one.title,
      severity: one.severity,
      service: ref(directory.services, one.serviceId),
      route: one.notes.find((note) => note.stage === 'route')?.by ?? null,
      escalation: one.ladder.slug,
      notes: one.notes,
      sentence: wouldSentence(one, whoSentence(one.forecast), until(one)),
      forecast: toForecastView(one.forecast, {
        service: ref(directory.services, one.serviceId),
        at: now,
        urgency: one.urgency,
      }),
    }),
    climb(slug: string) {
      const ladder = lookUp(directory.ladders, slug, 'escalation')
      const found = forecast(
        directory,
        { ladder, state: { status: 'idle' }, urgency: 'high' },
        now,
        { loudness: deps.tools.loudnessOf },
      )
      return {
        title: ladder.name,
        severity: 'critical',
        service: null,
        route: null,
        escalation: ladder.slug,
        notes: [],
        sentence: `Pages ${whoSentence(found)}.`,
        forecast: toForecastView(found, { service: null, at: now, urgency: 'high' }),
      }
    },
  }
}

export const wouldPageRoutes: readonly Route[] = [tryIt]
