/** What is handed to others: the report of an incident, its record, and how promises were kept in a quarter. */
import { z } from '@hono/zod-openapi'
import { refusal } from '../../access/can.ts'
import { listMessages } from '../../comms/store.ts'
import { ComplianceView, EvidenceView, ReportView } from '../../contract/reports.ts'
import { bundle, type Part } from '../../evidence/bundle.ts'
import { reportMarkdown, tally } from '../../evidence/report.ts'
import { listEvents } from '../../incidents/event-store.ts'
import { findIncident, listGroupsOf } from '../../incidents/store.ts'
import { toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { durationsOf } from '../../measures/durations.ts'
import { owedWords } from '../../notify/notice.ts'
import { listPagedOf, listPagesOfGroup } from '../../notify/read.ts'
import { complianceOf, quarterOf } from '../../obligations/compliance.ts'
import { compliance, listForSubject } from '../../obligations/store.ts'
import { findAbout } from '../../timeline/store.ts'
import { personRef, ref, toEntryView, toPageView } from '../present.ts'
import { type Call, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'
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

const PAGES_MAX = 10_000

/** Pages of what is private to another team are in it for whoever was paged, and for nobody else. */
async function pagesOf({ tx, directory, who, incident }: Found): Promise<Part[]> {
  const groups = await listGroupsOf(tx, incident.id)
  const paged = await listPagedOf(tx, groups)
  const parts: Part[] = []
  for (const groupId of groups) {
    const pages = await listPagesOfGroup(tx, groupId, PAGES_MAX)
    for (const page of pages.toReversed())
      if (refusal(who, 'read', { ...page, pagedIds: paged.get(groupId) ?? [] }) === null)
        parts.push({ section: 'page', id: page.id, value: toPageView(page, directory) })
  }
  return parts
}

async function partsOf(given: Found): Promise<Part[]> {
  const { tx, directory, who, incident } = given
  const report = ReportView.parse(await reportOf(given))
  const entries = await findAbout(tx, incident.id, ENTRIES_MAX)
  const owed = await listForSubject(tx, who, { kind: 'incident', id: incident.id })
  const part = (section: string, id: string | number, value: unknown): Part => ({
    section,
    id: String(id),
    value,
  })
  return [
    part('incident', report.name, incident),
    ...(await listEvents(tx, incident.id)).map((one) =>
      part('event', one.version, { ...one, at: toIso(one.at) }),
    ),
    ...entries.map((one) => part('timeline', one.seq, toEntryView(one, directory, 'UTC', null))),
    ...(await listMessages(tx, incident.id)).map((one) => part('message', one.id, one)),
    ...owed.map((one) => part('obligation', one.id, one)),
    ...(await pagesOf(given)),
    part('report', 'report.md', reportMarkdown(report)),
  ]
}

const evidence = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/evidence',
  summary:
    'All that is on record of an incident, each with its hash: `allclear evidence verify` reads it offline',
  policy: { needs: 'read' },
  ...ofIncident,
  reply: EvidenceView,
  handle: ({ read, params, caller, deps }) =>
    read(async (tx, directory) => {
      const incident = await findIncident(tx, caller.who, params.id)
      if (!incident) throw notFound('incident')
      const name = `INC-${incident.number}`
      const parts = await partsOf({ tx, directory, who: caller.who, incident })
      const given = {
        organisation: directory.organisation.name,
        incident: name,
        exportedAt: toIso(tx.now),
      }
      return {
        body: bundle(given, parts, deps.signer),
        headers: { 'content-disposition': `attachment; filename="${name}-evidence.json"` },
      }
    }),
})

const kept = route({
  method: 'get',
  path: '/api/v1/compliance',
  summary:
    'How promises that fell due in a quarter were kept, by rule and by severity; without drills',
  policy: { needs: 'read' },
  query: z
    .object({
      quarter: z.string().max(10).describe('`2026-Q4`, in UTC'),
      team: z.string().max(64).optional(),
    })
    .strict(),
  reply: ComplianceView,
  handle: ({ read, query, caller }) =>
    read(async (tx, directory) => {
      const period = quarterOf(query.quarter)
      if (!period) throw invalid('quarter', 'Write a quarter such as 2026-Q4.')
      const teamId = query.team ? lookUp(directory.teams, query.team, 'team').id : null
      const found = complianceOf(await compliance(tx, caller.who, { ...period, teamId }))
      const named = <Of extends { rule: string }>(all: readonly Of[]) =>
        all.map((one) => ({ ...one, label: owedWords({ rule: one.rule, key: '' }) }))
      return {
        body: {
          quarter: query.quarter,
          from: toIso(period.from),
          to: toIso(period.to),
          team: ref(directory.teams, teamId),
          all: found.all,
          rules: named(found.rules),
          severities: found.severities.map((one) => ({ ...one, rules: named(one.rules) })),
        },
      }
    }),
})

export const reportRoutes: readonly Route[] = [asJson, asMarkdown, evidence, kept]
