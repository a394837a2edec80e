import { z } from '@hono/zod-openapi'
import { DoctorView, PlanView } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { withoutHidden } from '../../directory/seen.ts'
import { listChannelSettings } from '../../directory/store.ts'
import { formatDuration } from '../../lib/duration.ts'
import { toIso } from '../../lib/instant.ts'
import { invalid, Problem } from '../../lib/problem.ts'
import { formatDateTime } from '../../lib/zone.ts'
import { isSetUp } from '../../notify/channel.ts'
import { listCalendars } from '../../oncall/holiday-store.ts'
import { type Canary, listCanaries } from '../../people/canary-store.ts'
import { writeRules } from '../../integrations/prometheus/rules.ts'
import { listObjectives } from '../../slo/store.ts'
import { apply } from '../../plan/apply.ts'
import { readStored, storedWhole } from '../../plan/draft.ts'
import { exportYaml } from '../../plan/export.ts'
import { writeOpenSlo, writeSloth } from '../../plan/export-objectives.ts'
import { importObjectives, writeObjectives } from '../../plan/import-objectives.ts'
import { lint } from '../../plan/lint.ts'
import { plan as makePlan } from '../../plan/plan.ts'
import { importOnCall } from '../../plan/seed-oncall.ts'
import { personRef, ref } from '../present.ts'
import { type Route, route } from '../route.ts'
import { healthOf } from '../schedule-health.ts'

const FILE_MAX = 1024 * 1024
const PlanBody = z
  .object({
    text: z.string().max(FILE_MAX),
    env: z.record(z.string(), z.string().max(4_096)).optional(),
    strict: z.boolean().optional(),
  })
  .strict()

const plan = route({
  method: 'post',
  path: '/api/v1/plan',
  summary: 'What a configuration file would change',
  policy: { needs: 'configure' },
  body: PlanBody,
  reply: PlanView,
  handle: ({ read, deps, caller, body }) =>
    read(async (tx) => ({
      body: {
        ...(await makePlan(tx, caller.who, body.text, body.env ?? {}, deps.plan)),
        applied: false,
      },
    })),
})

const applyRoute = route({
  method: 'post',
  path: '/api/v1/apply',
  summary: 'Carry out a configuration file',
  policy: { needs: 'configure' },
  body: PlanBody,
  reply: PlanView,
  async handle({ deps, caller, body }) {
    const done = await deps.db.withTx(
      'web',
      (tx) =>
        apply(tx, caller, body.text, body.env ?? {}, { strict: body.strict === true }, deps.plan),
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

const importRoute = route({
  method: 'post',
  path: '/api/v1/import/on-call',
  summary: 'Make a configuration file of an on-call document, and name its contradictions',
  policy: { needs: 'configure' },
  body: z
    .object({
      text: z.string().max(FILE_MAX),
      people: z.array(z.string().max(64)).max(200).optional(),
      bind: z.record(z.string().max(64), z.string().max(80)).optional(),
    })
    .strict(),
  reply: z
    .object({
      yaml: z.string(),
      contradictions: z.array(z.object({ id: z.string(), sentence: z.string(), used: z.string() })),
      left: z.array(z.string()),
    })
    .openapi('OnCallImport'),
  async handle({ body }) {
    const found = importOnCall(body.text, { people: body.people, bind: body.bind })
    if (!found.ok) throw invalid('text', found.sentence)
    const { yaml, contradictions, left } = found
    return { body: { yaml, contradictions, left } }
  },
})

const Place = z.object({ line: z.number(), column: z.number() })

const importObjectivesRoute = route({
  method: 'post',
  path: '/api/v1/import/objectives',
  summary: 'Make objectives of a document of others, and name what is wrong in it',
  policy: { needs: 'administer' },
  body: z
    .object({
      text: z.string().max(FILE_MAX),
      metrics: z
        .string()
        .max(64)
        .optional()
        .describe('The source of metrics to ask where the document names none'),
    })
    .strict(),
  reply: z
    .object({
      yaml: z
        .string()
        .describe('The section `objectives` of a file; empty where something is wrong'),
      objectives: z.number(),
      problems: z.array(Place.extend({ sentence: z.string() })),
      noted: z.array(Place.extend({ id: z.string(), sentence: z.string(), used: z.string() })),
      left: z.array(z.string()),
    })
    .openapi('ObjectivesImport'),
  async handle({ body }) {
    const found = importObjectives(body.text, body)
    const isMade = found.objectives.length > 0
    return {
      body: {
        yaml: isMade ? writeObjectives(found.objectives) : '',
        objectives: found.objectives.length,
        problems: found.mistakes.map(({ line, column, sentence }) => ({ line, column, sentence })),
        noted: found.noted,
        left: found.left,
      },
    }
  },
})

const exportObjectives = route({
  method: 'get',
  path: '/api/v1/export/objectives',
  summary: 'The objectives in the words of others',
  policy: { needs: 'administer' },
  query: z.object({ as: z.enum(['openslo', 'sloth']) }),
  reply: z.object({ yaml: z.string(), left: z.array(z.string()) }).openapi('ObjectivesExport'),
  handle: ({ read, deps, query }) =>
    read(async (tx) => {
      const { objectives } = storedWhole(await readStored(tx), deps.plan)
      const { text, left } =
        query.as === 'openslo' ? writeOpenSlo(objectives) : writeSloth(objectives)
      return { body: { yaml: text, left } }
    }),
})

const exportRules = route({
  method: 'get',
  path: '/api/v1/export/rules',
  summary: 'Rules for Prometheus that record and alert as the objectives do',
  policy: { needs: 'read' },
  query: z.object({ service: z.string().max(64).optional() }),
  reply: z.object({ yaml: z.string(), left: z.array(z.string()) }).openapi('RulesExport'),
  handle: ({ read, query }) =>
    read(async (tx, directory) => {
      const asked = (await listObjectives(tx)).flatMap((objective) => {
        const service = directory.services.get(objective.serviceId)
        const team = directory.teams.get(objective.teamId ?? service?.teamId ?? '')
        if (!service || (query.service ?? service.slug) !== service.slug) return []
        return [{ objective, service: service.slug, team: team?.slug ?? null }]
      })
      const { text, left } = writeRules(asked)
      return { body: { yaml: text, left } }
    }),
})

const exportRoute = route({
  method: 'get',
  path: '/api/v1/export',
  summary: 'The configuration as a file; for who leads a team, what belongs to it',
  policy: { needs: 'configure' },
  reply: null,
  handle: async ({ read, caller, deps }) => ({
    text: await read((tx) => exportYaml(tx, caller.who, deps.plan)),
    headers: { 'content-type': 'application/yaml; charset=utf-8' },
  }),
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

const doctor = route({
  method: 'get',
  path: '/api/v1/doctor',
  summary: 'What is not ready',
  policy: { needs: 'read' },
  reply: DoctorView,
  handle: ({ read, caller, deps }) =>
    read(async (tx, _seen, directory) => {
      const stored = await listChannelSettings(tx)
      const settingsOf = (kind: string) => stored.find((one) => one.kind === kind)?.settings
      const linted = lint(directory, {
        now: tx.now,
        channels: deps.channels,
        isConfigured: (kind) => isSetUp(kind, deps.channels, settingsOf),
        settingsOf: (kind) => settingsOf(kind) ?? {},
        calendars: await listCalendars(tx),
        placeOf: () => null,
      })
      const rota = await healthOf(tx, directory, deps)
      const findings = [
        ...linted.filter((one) => !rota.some((other) => other.rule === one.rule)),
        ...rota,
        ...(await failedChecks(tx, directory)),
        ...(await readiness(tx)),
        ...(await deps.overCap()).map(costly),
      ].map(({ rule, sentence, wayOut }) => ({ rule, sentence, wayOut }))
      const told = withoutHidden(findings, [directory], caller.who)
      return { body: { findings: told, ready: findings.length === 0 } }
    }),
})

const costly = (kind: string) => ({
  rule: 'spendCap',
  sentence: `\`${kind}\` costs more this month than its cap: tests and notices are not sent there, pages are.`,
  wayOut: `Find out what pages so much, or raise \`channels: { ${kind}: { cap_cents: … } }\`.`,
})

async function readiness(tx: Tx) {
  const findings = []
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

const people = route({
  method: 'get',
  path: '/api/v1/people',
  summary: 'People, and how they are reached',
  policy: { needs: 'read' },
  reply: z.object({ people: z.array(z.record(z.string(), z.unknown())) }),
  handle: ({ read }) =>
    read(async (tx, directory) => {
      const checks = new Map((await listCanaries(tx)).map((one) => [one.contactId, one]))
      const shown = [...directory.people.values()].map((person) => ({
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
          /** Why it is not used: `stopped` by its owner; null: it is. */
          disabled: one.disabledReason,
          /** The last daily check, where there was one. */
          check: toCheckView(checks.get(one.id)),
        })),
      }))
      return { body: { people: shown } }
    }),
})

const toCheckView = (check: Canary | undefined) =>
  check ? { at: toIso(check.sentAt), outcome: check.outcome, reason: check.reason } : null

/** Checks that did not go out. What is on its way is none of them. */
async function failedChecks(tx: Tx, directory: Directory) {
  const checks = new Map((await listCanaries(tx)).map((one) => [one.contactId, one]))
  return [...directory.people.values()].flatMap((person) =>
    person.contacts.flatMap((contact) => {
      const check = checks.get(contact.id)
      const isFine = !check || check.outcome === null || check.outcome === 'sent'
      if (isFine || contact.disabledReason !== null) return []
      const at = formatDateTime(check.sentAt, person.timezone)
      return [
        {
          rule: 'checkFailed',
          sentence: `The daily check to \`${contact.slug}\` of ${person.name} (\`${person.slug}\`) did not go out on ${at}: ${check.reason}.`,
          wayOut: `Let ${person.name} send a test from Me, and mend what it says.`,
        },
      ]
    }),
  )
}

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

const routes = list(
  'routes',
  'routes',
  'Routes, in the order in which they are tried',
  (directory) =>
    directory.routes.map((one) => ({
      id: one.id,
      slug: one.slug,
      when: one.when,
      service: ref(directory.services, one.serviceId),
      escalation: ref(directory.ladders, one.escalationId),
      urgency: one.urgency,
    })),
)

export const configurationRoutes: readonly Route[] = [
  plan,
  applyRoute,
  importRoute,
  exportRoute,
  importObjectivesRoute,
  exportObjectives,
  exportRules,
  people,
  teams,
  services,
  escalations,
  routes,
  doctor,
]
