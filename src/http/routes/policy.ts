/** The severity framework over the API: as it is, as it was, as it might be. */
import { z } from '@hono/zod-openapi'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { type Backtest, backtest, type Past } from '../../foresee/backtest.ts'
import { endedAs, scriptNames, simulate } from '../../foresee/simulate.ts'
import { listCourses } from '../../incidents/event-store.ts'
import { listEnded } from '../../incidents/store.ts'
import { parseDuration } from '../../lib/duration.ts'
import { DAY, type Instant, toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { formatDateTime } from '../../lib/zone.ts'
import { readStored, storedWhole } from '../../plan/draft.ts'
import { editSection, previewSection } from '../../plan/edit.ts'
import { policyIn } from '../../plan/form-policy.ts'
import { readScript } from '../../plan/form-script.ts'
import { PersonRef, Time } from '../../contract/views.ts'
import { policyForm, policyOf } from '../../severity/form.ts'
import { lintPolicy, type PolicyFinding } from '../../severity/lint.ts'
import { readSeverityTable } from '../../severity/markdown.ts'
import { type Policy, PRESETS, type Seat } from '../../severity/policy.ts'
import { findPolicy, listSeats, listVersions, readPolicy } from '../../severity/store.ts'
import { policyYaml } from '../../plan/export.ts'
import type { HttpDeps } from '../deps.ts'
import { personRef } from '../present.ts'
import { type Route, route } from '../route.ts'

const TEXT_MAX = 256 * 1024
const Form = z.record(z.string().max(64), z.unknown()).openapi('PolicyForm', {
  description: 'As `policy` of the file has it; what is left out is as in the preset',
})
const FindingView = z.object({ rule: z.string(), path: z.string(), sentence: z.string() })
const PolicyView = z
  .object({
    version: z.number().int().describe('0: nobody has changed it yet'),
    policy: Form,
    findings: z.array(FindingView),
  })
  .openapi('Policy')

async function shown(tx: Tx, directory: Directory, deps: HttpDeps) {
  const [newest] = await listVersions(tx, 1)
  const policy = await readPolicy(tx)
  return {
    version: newest?.version ?? 0,
    policy: storedWhole(await readStored(tx), deps.plan).policy,
    findings: findingsOf(policy, await listSeats(tx), directory, tx.now),
  }
}

function findingsOf(
  policy: Policy,
  seats: ReadonlyMap<Seat, unknown>,
  directory: Directory,
  now: Instant,
): PolicyFinding[] {
  const used = new Set([...directory.services.values()].map((one) => one.escalationId))
  const ladders = [...directory.ladders.values()]
    .filter((one) => used.has(one.id))
    .map((one) => ({ name: one.name, waits: one.steps.map((step) => step.waitMs) }))
  return lintPolicy(policy, { now, bound: new Set(seats.keys()), ladders })
}

const settings: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/policy',
    summary: 'The severity framework in force, and what is wrong with it',
    policy: { needs: 'read' },
    reply: PolicyView,
    handle: ({ read, deps }) =>
      read(async (tx, directory) => ({ body: await shown(tx, directory, deps) })),
  }),
  route({
    method: 'put',
    path: '/api/v1/policy',
    summary: 'A new version of it; incidents keep the one they began with',
    policy: { needs: 'administer' },
    body: Form,
    reply: PolicyView,
    async handle({ read, deps, caller, body }) {
      await deps.db.withTx('web', (tx) => editSection(tx, caller.actor, 'policy', body, deps.plan))
      return read(async (tx, directory) => ({ body: await shown(tx, directory, deps) }))
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/policy/check',
    summary: 'What a framework would change, and what is wrong with it; nothing is saved',
    policy: { needs: 'read' },
    body: Form,
    reply: z
      .object({
        policy: Form,
        changes: z.array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() })),
        findings: z.array(FindingView),
        yaml: z.string(),
      })
      .openapi('PolicyCheck'),
    handle: ({ read, deps, body }) =>
      read(async (tx) => {
        const draft = await previewSection(tx, 'policy', body, deps.plan)
        const { bind, ...form } = draft.whole.policy
        const seats = new Map(Object.entries(bind).filter(([, one]) => one !== null))
        const policy = policyOf(form)
        return {
          body: {
            policy: draft.whole.policy,
            changes: draft.changes.flatMap((one) => (one.section === 'policy' ? one.fields : [])),
            findings: findingsOf(policy, seatsOf(seats), draft.directory, tx.now),
            yaml: policyYaml(draft.whole.policy),
          },
        }
      }),
  }),
  route({
    method: 'get',
    path: '/api/v1/policy/presets',
    summary: 'Frameworks to begin with',
    policy: { needs: 'read' },
    reply: z.object({ presets: z.array(Form) }).openapi('PolicyPresets'),
    handle: async () => ({ body: { presets: PRESETS.map(policyForm) } }),
  }),
  route({
    method: 'get',
    path: '/api/v1/policy/versions',
    summary: 'Every version there was, the newest first',
    policy: { needs: 'read' },
    reply: z
      .object({
        versions: z.array(
          z.object({
            version: z.number().int(),
            preset: z.string(),
            by: PersonRef.nullable(),
            at: Time,
            incidents: z.number().int().describe('How many were or are under it'),
          }),
        ),
      })
      .openapi('PolicyVersions'),
    handle: ({ read }) =>
      read(async (tx, directory) => ({
        body: {
          versions: (await listVersions(tx, 100)).map(({ version, name, by, at, incidents }) => ({
            version,
            preset: name,
            by: personRef(directory, by),
            at: toIso(at),
            incidents,
          })),
        },
      })),
  }),
  route({
    method: 'get',
    path: '/api/v1/policy/versions/{version}',
    summary: 'The framework as it was',
    policy: { needs: 'read' },
    params: z.object({ version: z.coerce.number().int().min(1).max(1e9) }),
    reply: z.object({ policy: Form }).openapi('PolicyVersion'),
    handle: ({ read, params }) =>
      read(async (tx) => {
        const found = (await listVersions(tx, 1_000)).find((one) => one.version === params.version)
        if (!found) throw notFound('version')
        return { body: { policy: policyForm(await findPolicy(tx, found.id)) } }
      }),
  }),
]

/** Seats by the words of the form, by those of the engine. */
const seatsOf = (bound: ReadonlyMap<string, unknown>): Map<Seat, unknown> =>
  new Map(
    [...bound].map(([word, target]) => [word === 'team_lead' ? 'teamLead' : word, target]),
  ) as Map<Seat, unknown>

const importRoute = route({
  method: 'post',
  path: '/api/v1/import/policy',
  summary: 'Make a framework of a severity table in Markdown; names its holes and contradictions',
  policy: { needs: 'administer' },
  body: z.object({ text: z.string().max(TEXT_MAX) }).strict(),
  reply: z
    .object({
      yaml: z.string(),
      findings: z.array(
        z.object({ line: z.number().int(), rule: z.string(), sentence: z.string() }),
      ),
    })
    .openapi('PolicyImport'),
  async handle({ body }) {
    const table = readSeverityTable(body.text)
    if (!table)
      throw invalid(
        'text',
        'No table was found with a column for the level and one for the response time.',
      )
    const form = policyIn(JSON.stringify({ policy: { levels: table.levels } }))
    return { body: { yaml: policyYaml(form), findings: table.findings } }
  },
})

const Candidate = z
  .string()
  .max(TEXT_MAX)
  .optional()
  .describe('A file with `policy`; left out: the one in force')

const candidateOf = async (tx: Tx, text: string | undefined): Promise<Policy> => {
  if (text === undefined) return readPolicy(tx)
  const { bind: _, ...form } = policyIn(text)
  return policyOf(form)
}

const simulateRoute = route({
  method: 'post',
  path: '/api/v1/policy/simulate',
  summary: 'What the policy would do in an incident that is made up, minute by minute',
  policy: { needs: 'read' },
  body: z.object({ script: z.string().max(TEXT_MAX), policy: Candidate }).strict(),
  reply: z
    .object({
      title: z.string(),
      startsAt: Time,
      ended: z.string(),
      lines: z.array(
        z.object({
          at: Time,
          after: z.number().describe('Seconds after the start'),
          kind: z.enum(['event', 'rule', 'told', 'paged', 'owed', 'refused']),
          sentence: z.string(),
          outcome: z.enum(['met', 'late', 'missed', 'open']).nullable(),
        }),
      ),
    })
    .openapi('Simulation'),
  handle: ({ read, body, caller }) =>
    read(async (tx) => {
      const script = readScript(body.script, tx.now)
      const policy = await candidateOf(tx, body.policy)
      const time = (at: unknown) =>
        typeof at === 'number' ? formatDateTime(at, caller.timezone).slice(-5) : String(at)
      const { incident, lines } = simulate(script, policy, scriptNames(time))
      return {
        body: {
          title: script.title,
          startsAt: toIso(script.startsAt),
          ended: endedAs(incident, policy),
          lines: lines.map((one) => ({
            ...one,
            at: toIso(one.at),
            after: Math.round((one.at - script.startsAt) / 1_000),
          })),
        },
      }
    }),
})

const TotalsView = z.object({
  incidents: z.number().int(),
  raises: z.number().int(),
  pages: z.number().int(),
  leadersTold: z.number().int(),
  leadersAtNight: z.number().int(),
  owed: z.number().int(),
  late: z.number().int(),
  missed: z.number().int(),
  early: z.number().int(),
})
const Pair = z.tuple([z.number(), z.number()])

const BATCH = 500
const INCIDENTS_MAX = 20_000

const backtestRoute = route({
  method: 'post',
  path: '/api/v1/policy/backtest',
  summary: 'Past incidents once more under another policy, against the one they had',
  policy: { needs: 'read' },
  body: z
    .object({
      policy: Candidate,
      since: z.string().max(10).optional().describe('How far back: 90d'),
    })
    .strict(),
  reply: z
    .object({
      since: Time,
      before: TotalsView,
      after: TotalsView,
      differences: z.array(
        z.object({
          number: z.number().int(),
          title: z.string(),
          peak: Pair,
          raises: Pair,
          pages: Pair,
          late: Pair,
          missed: Pair,
        }),
      ),
      left: z.number().int().describe('Incidents of that time without a course to replay'),
    })
    .openapi('Backtest'),
  handle: ({ read, body, caller }) =>
    read(async (tx) => {
      const span = parseDuration(body.since ?? '90d')
      if (span === null || span <= 0 || span > 3_660 * DAY)
        throw invalid('since', 'Say how far back, such as 90d.')
      const since = tx.now - span
      const candidate = await candidateOf(tx, body.policy)
      const ended = await listEnded(tx, caller.who, since, INCIDENTS_MAX)
      const policies = new Map<string, Policy>()
      for (const { policyId } of ended)
        if (!policies.has(policyId)) policies.set(policyId, await findPolicy(tx, policyId))
      const past: Past[] = []
      for (let at = 0; at < ended.length; at += BATCH) {
        const some = ended.slice(at, at + BATCH)
        const courses = await listCourses(
          tx,
          some.map((one) => one.id),
        )
        for (const one of some) {
          const course = courses.get(one.id)
          const policy = policies.get(one.policyId)
          if (course && policy)
            past.push({
              opening: { ...course.opening, number: one.number, title: one.title },
              beats: course.beats,
              policy,
              endedAt: one.endedAt,
            })
        }
      }
      const found: Backtest = backtest(past, candidate)
      return { body: { since: toIso(since), ...found, left: ended.length - past.length } }
    }),
})

export const policyRoutes: readonly Route[] = [
  ...settings,
  importRoute,
  simulateRoute,
  backtestRoute,
]
