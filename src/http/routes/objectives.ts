/** Objectives: how they stand, counts sent to them, what a spent budget asks for, and the gate. */
import { z } from '@hono/zod-openapi'
import {
  BurnDownView,
  GateView,
  type ObjectiveShown,
  ObjectiveView,
} from '../../contract/objectives.ts'
import { ActedView, Time } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { allow } from '../../engine/act.ts'
import { measureNow } from '../../engine/objectives.ts'
import { COUNT_MAX, pushEvents } from '../../engine/push.ts'
import { formatDuration } from '../../lib/duration.ts'
import { type Fraction, ofNumber, ONE, subtract, toNumber } from '../../lib/fraction.ts'
import { HOUR, type Instant, MINUTE, parseInstant, toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { formatDateTime, formatLocal } from '../../lib/zone.ts'
import { type Definition, meaningOf } from '../../slo/definition.ts'
import { gateOf, type GateReason } from '../../slo/gate.ts'
import { askFor, promisesOf } from '../../slo/measure.ts'
import type { Objective } from '../../slo/objective.ts'
import { factorOf, thresholdOf, type Unsound, unsound } from '../../slo/rows.ts'
import {
  listExceptions,
  listFirstHours,
  listHours,
  listMetricsSources,
  listObjectives,
  listStandings,
  listTargets,
  type Standing,
} from '../../slo/store.ts'
import { asksOf } from '../../slo/words.ts'
import { perform } from '../acting.ts'
import { personName, ref } from '../present.ts'
import { type Route, route } from '../route.ts'

const EVENTS_MAX = 1_500
/** Data older than this says nothing of now. */
const STALE_MS = HOUR
const Name = z.string().max(64)
const ofObjective = { params: z.object({ id: Name }) }

const number = (value: Fraction | null): number | null => value && toNumber(value)
const iso = (at: Instant | null | undefined): string | null => (at == null ? null : toIso(at))

const windowText = (window: Definition['window']): string =>
  typeof window === 'string'
    ? window
    : `${window.count === 1 ? '' : `${window.count} `}${window.calendar} in ${window.zone}`

/** Those of a service that whoever asks may see. */
const isSeen = (one: Objective, directory: Directory): boolean =>
  directory.services.has(one.serviceId)

async function find(tx: Tx, name: string, directory: Directory): Promise<Objective> {
  const found = (await listObjectives(tx)).find(
    (one) => (one.slug === name || one.id === name) && isSeen(one, directory),
  )
  if (!found) throw notFound('objective')
  return found
}

/** "no data since Mon 14:02", or nothing in particular. */
function statusOf(standing: Standing | undefined, now: Instant, zone: string): string {
  const until = standing?.dataUntil ?? null
  const problem = standing?.readProblem
  if (until === null) return problem ? `no data yet: ${problem}` : 'no data yet'
  if (now - until < 5 * MINUTE) return 'up to date'
  return `no data since ${formatLocal(until, zone)}${problem ? `: ${problem}` : ''}`
}

const UNSOUND: Readonly<Record<Unsound['reason'], string>> = {
  cannotFire: 'cannot fire: even a total outage burns no faster',
  firesInsideBudget: 'fires although the budget would last',
  oneFailureFires: 'fires at a single failure, there is so little traffic',
  windowTooLong: 'looks back longer than the window',
}

type Sight = {
  directory: Directory
  standing: Standing | undefined
  metrics: string | null
  zone: string
  /** Since when there are counts. */
  first: Instant | undefined
}

async function toView(tx: Tx, one: Objective, sight: Sight): Promise<ObjectiveShown | null> {
  const meaning = meaningOf(one.definition)
  if (!meaning) return null
  const { directory, standing } = sight
  const measured = await measureNow(tx, one, meaning)
  const { target, nominalMs } = meaning
  const state = standing?.state
  const budget = state?.budget ?? null
  // Of the time for which there are counts: a young objective has not little traffic.
  const hours = Math.min(nominalMs, tx.now - (sight.first ?? tx.now)) / HOUR
  const perHour = hours >= 24 ? ofNumber(measured.count.total / hours) : null
  const isCounted = meaning.counting.kind === 'occurrences'
  return {
    id: one.id,
    slug: one.slug,
    name: one.name,
    description: one.definition.description,
    service: ref(directory.services, one.serviceId),
    team: ref(directory.teams, one.teamId ?? directory.services.get(one.serviceId)?.teamId ?? null),
    target: one.definition.target,
    window: windowText(one.definition.window),
    counting: meaning.counting.kind,
    metrics: sight.metrics,
    good: measured.count.good,
    total: measured.count.total,
    ratio: number(measured.ratio && subtract(ONE, measured.ratio)),
    left: number(measured.left),
    state: budget?.state ?? null,
    stateSince: iso(budget?.since),
    asks: budget && asksOf(budget.state, one.definition.policy),
    burn: number(measured.burn),
    exhaustedAt: iso(measured.exhaustedAt),
    page: state?.open.page !== undefined,
    ticket: state?.open.ticket !== undefined,
    dataUntil: iso(standing?.dataUntil),
    status: statusOf(standing, tx.now, sight.zone),
    problem: standing?.readProblem ?? null,
    alerts: measured.readings.map(({ row, standing, long, short }) => ({
      name: row.name,
      severity: row.loudness,
      long: formatDuration(row.longMs),
      short: formatDuration(row.shortMs),
      factor: toNumber(factorOf(row, nominalMs)),
      threshold: toNumber(thresholdOf(row, target, nominalMs)),
      longRatio: number(long),
      shortRatio: number(short),
      standing,
    })),
    findings: unsound(meaning.rows, {
      target,
      windowMs: nominalMs,
      perHour: isCounted ? perHour : null,
    }).map((found) => `\`${found.row}\` ${UNSOUND[found.reason]}`),
  }
}

async function viewsOf(
  tx: Tx,
  objectives: readonly Objective[],
  directory: Directory,
  zone: string,
): Promise<ObjectiveShown[]> {
  const standings = await listStandings(
    tx,
    objectives.map((one) => one.id),
  )
  const sources = new Map((await listMetricsSources(tx)).map((one) => [one.id, one.slug]))
  const firsts = await listFirstHours(
    tx,
    objectives.map((one) => one.id),
  )
  const views: ObjectiveShown[] = []
  for (const one of objectives) {
    const metrics = one.metricsId === null ? null : (sources.get(one.metricsId) ?? null)
    const view = await toView(tx, one, {
      directory,
      standing: standings.get(one.id),
      metrics,
      zone,
      first: firsts.get(one.id),
    })
    if (view) views.push(view)
  }
  return views
}

const list = route({
  method: 'get',
  path: '/api/v1/objectives',
  summary: 'Objectives, and how they stand',
  policy: { needs: 'read' },
  query: z.object({ service: Name.optional() }),
  reply: z.object({ objectives: z.array(ObjectiveView) }).openapi('ObjectiveList'),
  handle: ({ read, query, caller }) =>
    read(async (tx, directory) => {
      const all = await listObjectives(tx)
      const some = all.filter(
        (one) =>
          isSeen(one, directory) &&
          (query.service === undefined ||
            directory.services.get(one.serviceId)?.slug === query.service),
      )
      return { body: { objectives: await viewsOf(tx, some, directory, caller.timezone) } }
    }),
})

const one = route({
  method: 'get',
  path: '/api/v1/objectives/{id}',
  summary: 'One objective, and how it stands',
  policy: { needs: 'read' },
  ...ofObjective,
  reply: ObjectiveView,
  handle: ({ read, params, caller }) =>
    read(async (tx, directory) => {
      const found = await find(tx, params.id, directory)
      const [view] = await viewsOf(tx, [found], directory, caller.timezone)
      if (!view) throw notFound('objective')
      return { body: view }
    }),
})

const burnDown = route({
  method: 'get',
  path: '/api/v1/objectives/{id}/burn-down',
  summary: 'What was left of the budget, hour by hour',
  policy: { needs: 'read' },
  ...ofObjective,
  reply: BurnDownView,
  handle: ({ read, params }) =>
    read(async (tx, directory) => {
      const objective = await find(tx, params.id, directory)
      const meaning = meaningOf(objective.definition)
      if (!meaning) throw notFound('objective')
      const targets = (await listTargets(tx, [objective.id])).get(objective.id) ?? []
      const asked = askFor(meaning, promisesOf(targets), tx.now)
      const span = { from: asked.budget[0]?.from ?? asked.until, to: asked.until }
      const hours = await listHours(tx, objective.id, span)
      const total = hours.reduce((sum, hour) => sum + hour.total, 0)
      // Against what the whole window was asked for so far, so that the line ends where the bar does.
      const elapsed = toNumber(asked.elapsed)
      const allowed = (1 - toNumber(meaning.target)) * total
      let bad = 0
      const points = hours.map((hour) => {
        bad += hour.total - hour.good
        return {
          at: toIso(Math.min(hour.at + HOUR, span.to)),
          left: allowed > 0 ? 1 - (bad / allowed) * elapsed : null,
          ratio: hour.total > 0 ? (hour.total - hour.good) / hour.total : null,
        }
      })
      return { body: { from: toIso(span.from), to: toIso(span.to), points } }
    }),
})

const Count = z.number().int().min(0).max(COUNT_MAX)

const push = route({
  method: 'post',
  path: '/api/v1/objectives/{id}/events',
  summary: 'Count events of an objective that has no metrics to ask',
  policy: { needs: 'raise' },
  ...ofObjective,
  body: z
    .object({
      key: z.string().min(1).max(200).optional().describe('Sent again under it, it counts once'),
      events: z
        .array(
          z
            .object({
              at: z.string().max(40).optional().describe('When; now, where it is left out'),
              good: Count,
              total: Count.describe('All that count, good and bad'),
            })
            .strict(),
        )
        .min(1)
        .max(EVENTS_MAX),
    })
    .strict(),
  reply: z.object({ counted: z.boolean() }).openapi('EventsCounted'),
  async handle({ deps, params, body, caller, read }) {
    const events = body.events.map(({ at, good, total }, index) => {
      const instant = at === undefined ? null : parseInstant(at)
      if (at !== undefined && instant === null)
        throw invalid(`events[${index}].at`, 'This is not an instant such as 2026-11-23T14:02:00Z.')
      return { at: instant, good, total }
    })
    const objective = await read((tx, directory) => find(tx, params.id, directory))
    const counted = await deps.db.withTx('ingest', async (tx) => {
      allow(caller.who, 'raise', { teamId: objective.teamId })
      return pushEvents(tx, objective, { key: body.key ?? null, events })
    })
    return { status: 202, body: { counted } }
  },
})

const review = route({
  method: 'post',
  path: '/api/v1/objectives/{id}/reviews',
  summary: 'Answer for a budget that is low: who looked, and what follows',
  policy: { needs: 'raise' },
  ...ofObjective,
  body: z.object({ note: z.string().max(4_000) }).strict(),
  reply: ActedView,
  async handle(call) {
    const objectiveId = await call.read(
      async (tx, directory) => (await find(tx, call.params.id, directory)).id,
    )
    return perform(call, { verb: 'reviewBudget', objectiveId, note: call.body.note }, 201)
  },
})

const ofService = { params: z.object({ service: Name }) }

const serviceOf = (directory: Directory, name: string) => {
  const found = [...directory.services.values()].find(
    (service) => service.slug === name || service.id === name,
  )
  if (!found) throw notFound('service')
  return found
}

const gate = route({
  method: 'get',
  path: '/api/v1/gate/{service}',
  summary: 'Whether a deploy of a service may go on',
  policy: { needs: 'read' },
  ...ofService,
  reply: GateView,
  handle: ({ read, params, caller }) =>
    read(async (tx, directory) => {
      const service = serviceOf(directory, params.service)
      const own = (await listObjectives(tx)).filter((found) => found.serviceId === service.id)
      const views = await viewsOf(tx, own, directory, caller.timezone)
      const exceptions = await listExceptions(tx, service.id)
      const { verdict, reasons } = gateOf({
        now: tx.now,
        objectives: views.map((view) => ({
          slug: view.slug,
          name: view.name,
          state: view.state,
          dataUntil: view.dataUntil === null ? null : Date.parse(view.dataUntil),
          staleMs: STALE_MS,
          isBurning: view.page,
        })),
        exceptions,
      })
      return {
        body: {
          service: { id: service.id, slug: service.slug, name: service.name },
          verdict,
          open: verdict === 'open',
          sentence: SENTENCES[verdict],
          reasons: reasons.map((reason) => reasonText(reason, caller.timezone)),
          objectives: views.map(({ slug, name, state, left, asks }) => ({
            slug,
            name,
            state,
            left,
            asks,
          })),
          exceptions: exceptions.map((found) => ({
            id: found.id,
            reason: found.reason,
            signedBy: found.signedBy === null ? null : personName(directory, found.signedBy),
            until: toIso(found.untilAt),
          })),
        },
      }
    }),
})

const SENTENCES = {
  open: 'Deploys may go on.',
  closed: 'Deploys wait: an error budget is spent.',
  unknown: 'It is not known whether deploys may go on: there is no data.',
} as const

function reasonText(reason: GateReason, zone: string): string {
  switch (reason.kind) {
    case 'budgetSpent':
      return `The error budget of \`${reason.objective}\` is spent.`
    case 'burning':
      return `\`${reason.objective}\` burns its budget so fast that it pages.`
    case 'noData':
      return `\`${reason.objective}\` has no data of the last hour.`
    case 'exception':
      return `Somebody has signed for deploys until ${formatDateTime(reason.until, zone)}.`
    case 'noObjectives':
      return 'The service has no objectives.'
  }
}

const exception = route({
  method: 'post',
  path: '/api/v1/gate/{service}/exceptions',
  summary: 'Sign for deploys although the budget is spent: with a reason, and until when',
  policy: { needs: 'silence' },
  ...ofService,
  body: z.object({ reason: z.string().max(1_000), until: Time }).strict(),
  reply: ActedView,
  async handle(call) {
    const { body, params } = call
    const serviceId = await call.read(
      async (_tx, directory) => serviceOf(directory, params.service).id,
    )
    const until = parseInstant(body.until)
    if (until === null) throw invalid('until', 'This is not an instant.')
    return perform(call, { verb: 'signException', serviceId, reason: body.reason, until }, 201)
  },
})

export const objectiveRoutes: readonly Route[] = [
  list,
  one,
  burnDown,
  push,
  review,
  gate,
  exception,
]
