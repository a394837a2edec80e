import { z } from '@hono/zod-openapi'
import { refusal } from '../../access/can.ts'
import { findRequest, listRequests } from '../../alerts/read.ts'
import {
  DoctorView,
  ForecastView,
  Id,
  PlanView,
  RequestView,
  SourceView,
} from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { allow } from '../../engine/act.ts'
import { parseWhen } from '../../foresee/when.ts'
import { type Forecast, forecastForService, whoSentence } from '../../foresee/who.ts'
import { formatDuration } from '../../lib/duration.ts'
import { toIso } from '../../lib/instant.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { formatDateTime } from '../../lib/zone.ts'
import { shiftsBetween, whoIsOnCall } from '../../oncall/shifts.ts'
import { apply } from '../../plan/apply.ts'
import { exportYaml } from '../../plan/export.ts'
import { lint } from '../../plan/lint.ts'
import { plan as makePlan } from '../../plan/plan.ts'
import { personName, personRef, ref } from '../present.ts'
import { replay } from '../ingest.ts'
import { type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const FILE_MAX = 1024 * 1024
const PlanBody = z
  .object({
    text: z.string().max(FILE_MAX),
    env: z.record(z.string(), z.string().max(4_096)).optional(),
    strict: z.boolean().optional(),
  })
  .strict()

function whyText(page: Forecast['pages'][number]): string {
  if (page.isFallback) return 'last resort: nobody answered'
  if (page.shift?.kind === 'override') return `${page.via}, by an override`
  if (page.shift?.kind === 'rotation') return `${page.via}, rotation ${page.shift.rotation}`
  return page.via
}

const toForecastView = (
  found: Forecast,
  facts: { service: ReturnType<typeof ref>; at: number; urgency: 'high' | 'low' },
) => ({
  service: facts.service,
  at: toIso(facts.at),
  urgency: facts.urgency,
  sentence: whoSentence(found),
  pages: found.pages.slice(0, 100).map(({ person, ...page }) => ({
    at: toIso(page.at),
    level: page.level,
    round: page.round + 1,
    isFallback: page.isFallback,
    person: { id: person.id, slug: person.slug, name: person.name },
    timezone: person.timezone,
    localTime: person.localTime,
    via: page.via,
    why: whyText({ person, ...page }),
    contacts: page.contacts.map((one) => ({
      after: formatDuration(one.afterMs),
      contact: one.contact,
      kind: one.kind,
    })),
  })),
  passed: found.passed.map((one) => ({ at: toIso(one.at), level: one.level, reason: one.reason })),
})

const who = route({
  method: 'get',
  path: '/api/v1/who',
  summary: 'Who would be paged, and why',
  policy: { needs: 'read' },
  query: z
    .object({
      service: z.string().max(64),
      at: z.string().max(60).optional(),
      urgency: z.enum(['high', 'low']).optional(),
    })
    .strict(),
  reply: ForecastView,
  handle: ({ read, query, caller, deps }) =>
    read(async (tx, directory) => {
      const service = lookUp(directory.services, query.service, 'service')
      const zone = zoneOf(directory, service.teamId) ?? caller.timezone
      const at = parseWhen(query.at ?? 'now', tx.now, zone)
      if (at === null)
        throw invalid(
          'at',
          `\`${query.at}\` is not a moment. Write 2026-11-29T03:10Z, "sunday 03:10" or +2h.`,
        )
      const urgency = query.urgency ?? (service.urgency === 'low' ? 'low' : 'high')
      const found = forecastForService(
        directory,
        service.id,
        { at, urgency },
        { loudness: deps.tools.loudnessOf },
      )
      return {
        body: toForecastView(found, { service: ref(directory.services, service.id), at, urgency }),
      }
    }),
})

/** Local times in a question are those of the team's first schedule. */
const zoneOf = (directory: Directory, teamId: string | null): string | null =>
  [...directory.schedules.values()].find((one) => one.teamId !== null && one.teamId === teamId)
    ?.timezone ?? null

const plan = route({
  method: 'post',
  path: '/api/v1/plan',
  summary: 'What a configuration file would change',
  policy: { needs: 'administer' },
  body: PlanBody,
  reply: PlanView,
  handle: ({ read, deps, body }) =>
    read(async (tx) => ({
      body: { ...(await makePlan(tx, body.text, body.env ?? {}, deps.plan)), applied: false },
    })),
})

const applyRoute = route({
  method: 'post',
  path: '/api/v1/apply',
  summary: 'Carry out a configuration file',
  policy: { needs: 'administer' },
  body: PlanBody,
  reply: PlanView,
  async handle({ deps, caller, body }) {
    const done = await deps.db.withTx(
      'web',
      (tx) =>
        apply(
          tx,
          caller.actor,
          body.text,
          body.env ?? {},
          { strict: body.strict === true },
          deps.plan,
        ),
      { timeoutMs: 60_000 },
    )
    if (done.refusedBecause) {
      const [first] = done.findings
      throw new Problem(
        'invalid',
        'findings',
        `Refused, because findings are not allowed: ${first?.sentence}`,
        { field: 'strict' },
      )
    }
    await deps.reloadChannels()
    deps.nudge()
    return { body: done }
  },
})

const exportRoute = route({
  method: 'get',
  path: '/api/v1/export',
  summary: 'The configuration as a file',
  policy: { needs: 'administer' },
  reply: null,
  handle: async ({ read, deps }) => ({
    text: await read((tx) => exportYaml(tx, deps.plan)),
    headers: { 'content-type': 'application/yaml; charset=utf-8' },
  }),
})

const sources = route({
  method: 'get',
  path: '/api/v1/sources',
  summary: 'Where alerts come in',
  policy: { needs: 'read' },
  reply: z.object({ sources: z.array(SourceView) }).openapi('SourceList'),
  handle: ({ read, deps }) =>
    read(async (_tx, directory) => ({
      body: {
        sources: [...directory.sources.values()].map((source) => ({
          id: source.id,
          slug: source.slug,
          name: source.name,
          kind: source.kind,
          service: ref(directory.services, source.serviceId),
          paths: [
            ...new Set(
              deps.sourceKinds
                .find((kind) => kind.kind === source.kind)
                ?.routes.map((one) => one.path) ?? [],
            ),
          ],
        })),
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

async function requestViews(tx: Tx, directory: Directory, sourceId: string) {
  return (await listRequests(tx, sourceId, 50)).map((request) => {
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

const requests = route({
  method: 'get',
  path: '/api/v1/sources/{id}/requests',
  summary: 'The last requests of a source, each with what became of it',
  policy: { needs: 'inspect' },
  params: z.object({ id: z.string().max(64) }),
  reply: z.object({ requests: z.array(RequestView) }).openapi('RequestList'),
  handle: ({ read, params, caller }) =>
    read(async (tx, directory) => {
      const source =
        directory.sources.get(params.id) ??
        [...directory.sources.values()].find((one) => one.slug === params.id)
      if (!source) throw notFound('source')
      allow(caller.who, 'inspect', { teamId: source.teamId })
      return { body: { requests: await requestViews(tx, directory, source.id) } }
    }),
})

const replayRoute = route({
  method: 'post',
  path: '/api/v1/requests/{id}/replay',
  summary: 'Send a stored request through once more',
  policy: { needs: 'inspect' },
  params: z.object({ id: Id }),
  reply: z.object({ status: z.number(), answer: z.unknown() }).openapi('Replayed'),
  async handle({ read, params, caller, deps }) {
    const { request, source } = await read(async (tx, directory) => {
      const request = await findRequest(tx, params.id)
      const source = request && directory.sources.get(request.sourceId)
      if (!request || !source || refusal(caller.who, 'inspect', { teamId: source.teamId }) !== null)
        throw notFound('request')
      return { request, source }
    })
    return { body: await replay(deps, source, request) }
  },
})

const list = <T extends { id: string }>(
  path: string,
  name: string,
  summary: string,
  of: (directory: Directory, now: number) => readonly T[],
): Route =>
  route({
    method: 'get',
    path: `/api/v1/${path}`,
    summary,
    policy: { needs: 'read' },
    reply: z.object({ [name]: z.array(z.record(z.string(), z.unknown())) }),
    handle: ({ read }) =>
      read(async (tx, directory) => ({ body: { [name]: of(directory, tx.now) } })),
  })

const schedules = list(
  'schedules',
  'schedules',
  'Schedules, who is on call and who is next',
  (directory, now) =>
    [...directory.schedules.values()].map((schedule) => {
      const onCall = whoIsOnCall(schedule, now)
      const next = shiftsBetween(schedule, now, now + 15 * 86_400_000).slice(0, 8)
      return {
        id: schedule.id,
        slug: schedule.slug,
        name: schedule.name,
        timezone: schedule.timezone,
        team: ref(directory.teams, schedule.teamId),
        now: {
          people: onCall.people.map((one) => personRef(directory, one.personId)),
          until: Number.isFinite(onCall.until) ? toIso(onCall.until) : null,
          reason: onCall.reason,
        },
        shadows: onCall.shadows.map((id) => personRef(directory, id)),
        next: next.map((shift) => ({
          from: toIso(shift.from),
          to: toIso(shift.to),
          local: formatDateTime(shift.from, schedule.timezone),
          people: shift.people.map((one) => personRef(directory, one.personId)),
        })),
      }
    }),
)

const doctor = route({
  method: 'get',
  path: '/api/v1/doctor',
  summary: 'What is not ready',
  policy: { needs: 'read' },
  reply: DoctorView,
  handle: ({ read, deps }) =>
    read(async (tx, directory) => {
      const kinds = (await tx.query<{ kind: string }>('select kind from channels')).map(
        (one) => one.kind,
      )
      const needsSettings = (kind: string): boolean =>
        deps.channels.some(
          (one) => one.kind === kind && one.settings.some((field) => field.required),
        )
      const linted = lint(directory, {
        now: tx.now,
        channels: deps.channels,
        isConfigured: (kind) => kinds.includes(kind) || !needsSettings(kind),
        placeOf: () => null,
      })
      const findings = [...linted, ...(await readiness(tx, directory))].map(
        ({ rule, sentence, wayOut }) => ({ rule, sentence, wayOut }),
      )
      return { body: { findings, ready: findings.length === 0 } }
    }),
})

async function readiness(tx: Tx, directory: Directory) {
  const findings = []
  for (const person of directory.people.values()) {
    const unproven = person.contacts.filter((one) => one.verifiedAt === null)
    if (unproven.length === person.contacts.length && unproven.length > 0) {
      findings.push({
        rule: 'unproven',
        sentence: `No contact of ${person.name} has been proven by a test page.`,
        wayOut: `Run allclear send-test ${person.slug}, and confirm that it arrived.`,
      })
    }
  }
  const [backup] = await tx.query<{ at: number }>(
    "select max(at) as at from audit where action = 'backup'",
  )
  if (!backup?.at || tx.now - backup.at > 26 * 3_600_000) {
    findings.push({
      rule: 'noBackup',
      sentence: backup?.at
        ? `The last backup is from ${formatDateTime(backup.at, 'UTC')} UTC.`
        : 'There has never been a backup.',
      wayOut: 'Run allclear backup every night, and keep the file elsewhere.',
    })
  }
  return findings
}

const people = list('people', 'people', 'People, and how they are reached', (directory) =>
  [...directory.people.values()].map((person) => ({
    id: person.id,
    slug: person.slug,
    name: person.name,
    timezone: person.timezone,
    role: person.role,
    contacts: person.contacts.map((one) => ({
      id: one.id,
      slug: one.slug,
      kind: one.kind,
      verified: one.verifiedAt !== null,
    })),
  })),
)

const teams = list('teams', 'teams', 'Teams', (directory) =>
  [...directory.teams.values()].map((team) => ({
    id: team.id,
    slug: team.slug,
    name: team.name,
    lead: personRef(directory, team.leadId),
    members: team.memberIds.map((id) => personRef(directory, id)),
  })),
)
const services = list('services', 'services', 'Services', (directory) =>
  [...directory.services.values()].map((one) => ({
    ...one,
    team: ref(directory.teams, one.teamId),
    escalation: ref(directory.ladders, one.escalationId),
  })),
)
const escalations = list('escalations', 'escalations', 'Escalations', (directory) =>
  [...directory.ladders.values()].map((one) => ({
    ...one,
    steps: one.steps.map((step) => ({
      wait: formatDuration(step.waitMs),
      page: step.targets.map(
        (target) =>
          `${target.kind}:${{ person: directory.people, schedule: directory.schedules, team: directory.teams }[target.kind].get(target.id)?.slug ?? '?'}`,
      ),
    })),
  })),
)

const contactTest = route({
  method: 'post',
  path: '/api/v1/contacts/{id}/test',
  summary: 'Send a test page to one contact, now',
  policy: { signedIn: true },
  params: z.object({ id: Id }),
  reply: z
    .object({ outcome: z.string(), reason: z.string().nullable(), sentence: z.string() })
    .openapi('TestSent'),
  async handle({ read, params, caller, deps }) {
    await read(async (_tx, directory) => {
      const owner = [...directory.people.values()].find((person) =>
        person.contacts.some((one) => one.id === params.id),
      )
      if (!owner) throw notFound('contact')
      const isOwn = owner.id === caller.who.personId
      if (!isOwn && caller.who.role !== 'admin')
        throw new Problem('forbidden', 'notAllowed', 'Only the person or an admin may send a test.')
    })
    const outcome = await deps.testSend(params.id)
    const reason = outcome.kind === 'sent' ? null : outcome.reason
    const sentence =
      outcome.kind === 'sent'
        ? 'The provider accepted it. Look whether it arrived.'
        : `It did not go out: ${reason}.`
    return { body: { outcome: outcome.kind, reason, sentence } }
  },
})

export const configurationRoutes: readonly Route[] = [
  who,
  plan,
  applyRoute,
  exportRoute,
  sources,
  requests,
  replayRoute,
  people,
  teams,
  services,
  schedules,
  escalations,
  doctor,
  contactTest,
]
