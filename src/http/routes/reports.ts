/** What is handed to others: the report of an incident. */
import { ReportView } from '../../contract/reports.ts'
import { z } from '@hono/zod-openapi'
import { reportMarkdown, tally } from '../../evidence/report.ts'
import { findIncident } from '../../incidents/store.ts'
import { toIso } from '../../lib/instant.ts'
import { notFound } from '../../lib/problem.ts'
import { durationsOf } from '../../measures/durations.ts'
import { owedWords } from '../../notify/notice.ts'
import { listForSubject } from '../../obligations/store.ts'
import { personRef } from '../present.ts'
import { type Call, type Route, route } from '../route.ts'
import { detail, type Found } from './incidents.ts'

const ofIncident = { params: z.object({ id: z.string().max(40) }) }
/** Of the log of one incident: far more than any has, and all the same an end. */
export const ENTRIES_MAX = 50_000

async function promisesOf({ tx, directory, who, incident }: Found) {
  const owed = await listForSubject(tx, who, { kind: 'incident', id: incident.id })
  return owed.map((one) => ({
    id: one.id,
    rule: one.rule,
    label: owedWords(one),
    owner: one.owner.kind === 'person' ? personRef(directory, one.owner.id) : null,
    startedAt: toIso(one.startedAt),
    due: toIso(one.due),
    outcome: one.outcome,
    metAt: one.proof ? toIso(one.proof.at) : null,
    proof: one.proof?.ref ?? null,
    lateMs: one.outcome === 'late' && one.proof ? one.proof.at - one.due : null,
    waived: one.waivedBy === null ? null : one.waivedReason,
  }))
}

export async function reportOf(given: Found) {
  const { tx, incident } = given
  const known = await detail(given, 'UTC', ENTRIES_MAX)
  return {
    ...known,
    writtenAt: toIso(tx.now),
    durations: durationsOf(incident.stamps).ms,
    promises: tally(await promisesOf(given)),
    messages: known.messages.map(({ audience, kind, at, by, promised, subject, body }) => ({
      audience,
      kind,
      at,
      by,
      promised,
      subject,
      body,
    })),
    timeline: known.timeline.map(({ at, actor, sentence }) => ({ at, actor, sentence })),
  }
}

type Asking = Call<{ id: string }, object, unknown>

const reported = (call: Asking) =>
  call.read(async (tx, directory) => {
    const incident = await findIncident(tx, call.caller.who, call.params.id)
    if (!incident) throw notFound('incident')
    const report = await reportOf({ tx, directory, who: call.caller.who, incident })
    return ReportView.parse(report)
  })

const asJson = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/report',
  summary:
    'The report of an incident: when, how bad, who, and every promise with what became of it',
  policy: { needs: 'read' },
  ...ofIncident,
  reply: ReportView,
  handle: async (call) => ({ body: await reported(call as never) }),
})

const asMarkdown = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/report.md',
  summary: 'The same as Markdown, to keep or to send',
  policy: { needs: 'read' },
  ...ofIncident,
  reply: null,
  handle: async (call) => {
    const report = await reported(call as never)
    return {
      text: reportMarkdown(report),
      headers: {
        'content-type': 'text/markdown; charset=utf-8',
        'content-disposition': `attachment; filename="${report.name}.md"`,
      },
    }
  },
})

export const reportRoutes: readonly Route[] = [asJson, asMarkdown]
