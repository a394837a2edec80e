/** What incidents were like, in figures that say how many stand behind them; and those of other places. */
import { z } from '@hono/zod-openapi'
import { readPast, type Past } from '../../incidents/history.ts'
import { listMeasured } from '../../incidents/store.ts'
import { DAY, parseInstant, toIso } from '../../lib/instant.ts'
import { invalid } from '../../lib/problem.ts'
import { DURATIONS, durationsOf } from '../../measures/durations.ts'
import { isCounted, reportOf } from '../../measures/report.ts'
import { peakOf } from '../../incidents/incident.ts'
import type { Policy } from '../../severity/policy.ts'
import { findPolicy } from '../../severity/store.ts'
import { perform } from '../acting.ts'
import { type Call, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const INCIDENTS_MAX = 20_000
const SPAN_MAX = 3_660 * DAY

const Query = z
  .object({
    from: z.string().max(40).optional().describe('Left out: 90 days before `to`'),
    to: z.string().max(40).optional().describe('Left out: now'),
    service: z.string().max(64).optional(),
    severity: z.coerce.number().int().min(1).max(4).optional(),
  })
  .strict()

const FiguresView = z.object({
  used: z.number().int().describe('How many had both stamps'),
  total: z.number().int(),
  median: z.number().nullable().describe('Milliseconds'),
  p90: z.number().nullable(),
  mean: z.number().nullable().describe('Null below five'),
  change: z.object({
    kind: z.enum(['tooFew', 'none', 'detectable']),
    difference: z.number().optional(),
    from: z.number().optional(),
    to: z.number().optional(),
  }),
})
const CadenceView = z.object({
  incidents: z.number().int(),
  kept: z.number().int().describe('Incidents without a gap that was too long'),
  gaps: z.number().int(),
  late: z.number().int(),
})
const MeasuresView = z
  .object({
    from: z.string(),
    to: z.string(),
    incidents: z.number().int(),
    byLevel: z.record(z.string(), z.number()),
    durations: z.record(z.string(), FiguresView),
    flaws: z.array(
      z.object({ number: z.number(), of: z.string(), before: z.string(), after: z.string() }),
    ),
    byMonitoring: z.object({ count: z.number().int(), of: z.number().int() }),
    withoutMajor: z.number().describe('Share of the time without a SEV1 or SEV2'),
    cadence: z.record(z.string(), CadenceView),
    early: z.number().int().describe('All-clears before their time'),
  })
  .openapi('Measures')

type Asking = Call<object, z.infer<typeof Query>, unknown>

async function measured({ read, query, caller }: Asking) {
  return read(async (tx, directory) => {
    const momentOf = (text: string | undefined, field: string, otherwise: number): number => {
      const at = text === undefined ? otherwise : parseInstant(text)
      if (at === null) throw invalid(field, 'Write a time such as 2026-10-01T00:00:00Z.')
      return at
    }
    const to = momentOf(query.to, 'to', tx.now)
    const from = momentOf(query.from, 'from', to - 90 * DAY)
    if (from >= to || to - from > SPAN_MAX)
      throw invalid('from', '`from` lies before `to`, and at most ten years before it.')
    const serviceId = query.service ? lookUp(directory.services, query.service, 'service').id : null
    const fits = (one: Parameters<typeof peakOf>[0]) =>
      query.severity === undefined || peakOf(one) === query.severity
    const listed = async (period: { from: number; to: number }) =>
      (await listMeasured(tx, caller.who, { ...period, serviceId, max: INCIDENTS_MAX })).filter(
        (one) => isCounted(one, period) && fits(one),
      )
    const incidents = await listed({ from, to })
    const policies = new Map<string, Policy>()
    for (const { policyId } of incidents)
      if (!policies.has(policyId)) policies.set(policyId, await findPolicy(tx, policyId))
    const before = await listed({ from: from - (to - from), to: from })
    return { from, to, incidents, before, policies }
  })
}

const measures = route({
  method: 'get',
  path: '/api/v1/measures',
  summary: 'How long incidents took, how bad they were, and whether people heard in time',
  policy: { needs: 'read' },
  query: Query,
  reply: MeasuresView,
  handle: async (call) => {
    const { from, to, incidents, before, policies } = await measured(call as never)
    const policyOf = (id: string): Policy => {
      const found = policies.get(id)
      if (!found) throw new Error(`There is no policy ${id}.`)
      return found
    }
    const report = reportOf(incidents, before, { from, to }, policyOf)
    return { body: { from: toIso(from), to: toIso(to), ...report } }
  },
})

const csv = route({
  method: 'get',
  path: '/api/v1/measures.csv',
  summary: 'One line an incident, durations in seconds',
  policy: { needs: 'read' },
  query: Query,
  reply: null,
  handle: async (call) => {
    const { incidents } = await measured(call as never)
    const lines = incidents.map((one) => {
      const { ms } = durationsOf(one.stamps)
      const seconds = DURATIONS.map((name) => (ms[name] === null ? '' : (ms[name] ?? 0) / 1_000))
      const title = `"${one.title.replace(/"/g, '""').replace(/^[=+@-]/, "'$&")}"`
      return [`INC-${one.number}`, peakOf(one), toIso(one.openedAt), ...seconds, title].join(',')
    })
    const head = ['incident', 'peak', 'opened', ...DURATIONS, 'title'].join(',')
    return {
      text: `${[head, ...lines].join('\r\n')}\r\n`,
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="incidents.csv"',
      },
    }
  },
})

const ENTRIES_MAX = 200

const importStatuses = route({
  method: 'post',
  path: '/api/v1/import/statuses',
  summary: 'Take over the history of a status page; nothing of it pages or is owed',
  policy: { needs: 'administer' },
  body: z
    .object({
      source: z.string().trim().min(1).max(80).describe('What the page is called'),
      entries: z.array(z.unknown()).min(1).max(ENTRIES_MAX),
    })
    .strict(),
  reply: z
    .object({
      imported: z.number().int(),
      known: z.number().int().describe('Those that were there before'),
      skipped: z.array(z.object({ index: z.number().int(), reason: z.string() })),
    })
    .openapi('StatusesImported'),
  handle: async (call) => {
    const { source, entries } = call.body
    const past: Past[] = []
    const skipped: { index: number; reason: string }[] = []
    for (const [index, entry] of entries.entries()) {
      const read = readPast(entry, '')
      if ('reason' in read) skipped.push({ index, reason: read.reason })
      // An archive without ids: what it is called and when it began tell entries apart.
      else
        past.push(
          read.externalId === ''
            ? { ...read, externalId: `${read.posts[0]?.at} ${read.title}`.slice(0, 300) }
            : read,
        )
    }
    const { body } = await perform(call as never, { verb: 'importPast', source, past })
    const imported = Number((body as { result?: { imported?: number } }).result?.imported ?? 0)
    return { body: { imported, known: past.length - imported, skipped } }
  },
})

export const measureRoutes: readonly Route[] = [measures, csv, importStatuses]
