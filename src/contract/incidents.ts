/** What an incident looks like from outside, and what may be said about one. */
import { z } from '@hono/zod-openapi'
import { EntryView, Id, PersonRef, Ref, Time } from './views.ts'

export const Text = z.string().max(2_000)
export const Level = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
export const Unknown = z.literal('unknown')
export const AnswersBody = z
  .object({
    security: z.enum(['none', 'suspected', 'confirmed', 'unknown']),
    data: z.enum(['none', 'concern', 'loss', 'unknown']),
    mode: z.enum(['outage', 'degraded', 'featureDown', 'cosmetic', 'riskOnly', 'none', 'unknown']),
    scopePct: z.union([z.number().min(0).max(100), Unknown]),
    feature: z.enum(['key', 'minor', 'unknown']),
    workaround: z.enum(['yes', 'no', 'unknown']),
    reporter: z.enum(['monitoring', 'employee', 'customer', 'partner']),
    payingAffected: z.enum(['yes', 'no', 'unknown']),
  })
  .partial()
  .strict()
export const Role = z.enum([
  'commander',
  'technicalLead',
  'communicationsLead',
  'scribe',
  'deputy',
  'owner',
])
export const Status = z.enum([
  'investigating',
  'identified',
  'mitigating',
  'monitoring',
  'resolved',
  'closed',
  'canceled',
])
export const Audience = z.enum(['engineering', 'internal', 'executives', 'customers'])
export const FieldsBody = z
  .object({
    service: Text.default(''),
    impact: Text.default(''),
    understanding: Text.default(''),
    actions: Text.default(''),
    next: Text.default(''),
    workaround: Text.default(''),
    residual: Text.default(''),
    followUp: Text.default(''),
  })
  .strict()

export const OwedView = z.object({
  id: Id,
  rule: z.string(),
  label: z.string().describe('What is owed, as one would say it'),
  owner: PersonRef.nullable(),
  due: Time,
  startedAt: Time,
  outcome: z.enum(['open', 'met', 'late', 'missed', 'waived']),
  metAt: Time.nullable(),
})
export const IncidentView = z
  .object({
    id: Id,
    number: z.number().int(),
    name: z.string().describe('`INC-12`: what people call it'),
    title: z.string(),
    summary: z.string(),
    kind: z.enum(['normal', 'drill', 'backfilled']),
    status: z.string(),
    severity: z
      .object({ level: Level, name: z.string(), label: z.string(), provisional: z.boolean() })
      .nullable(),
    services: z.array(Ref),
    team: Ref.nullable(),
    isPrivate: z.boolean(),
    openedAt: Time,
    commander: PersonRef.nullable(),
    nextOwed: OwedView.nullable(),
  })
  .openapi('Incident')

const HypothesisView = z.object({
  id: Id,
  statement: z.string(),
  owner: PersonRef.nullable(),
  attempt: z.number().int(),
  openedAt: Time,
  expiresAt: Time,
  verdict: z.enum(['open', 'confirmed', 'refuted', 'parked', 'expired']),
  disposedAt: Time.nullable(),
  evidence: z.array(
    z.object({
      at: Time,
      by: PersonRef.nullable(),
      speaks: z.enum(['for', 'against']),
      text: z.string(),
    }),
  ),
  isExtended: z.boolean(),
})
const TaskView = z.object({
  id: Id,
  text: z.string(),
  owner: PersonRef.nullable(),
  at: Time,
  dueAt: Time.nullable(),
  acknowledgedAt: Time.nullable(),
  doneAt: Time.nullable(),
  outside: z
    .object({ party: z.string(), ticket: z.string().nullable(), statusUrl: z.string().nullable() })
    .nullable(),
})

export const BreachView = z.object({
  awareAt: Time,
  hours: z.number().int(),
  dueAt: Time,
  tell: z.array(
    z.object({
      whom: z.string(),
      toldAt: Time.nullable(),
      by: PersonRef.nullable().describe('Who told them'),
      reference: z.string().nullable(),
    }),
  ),
})

export const IncidentDetailView = IncidentView.extend({
  answers: z.record(z.string(), z.unknown()),
  impact: z.record(z.string(), z.number()),
  isImpactTyped: z.boolean(),
  levels: z.array(
    z.object({
      at: Time,
      level: Level,
      rule: z.string(),
      by: PersonRef.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  floors: z.array(z.string()),
  peak: Level,
  stamps: z.record(z.string(), Time.nullable()),
  impossible: z.array(z.object({ before: z.string(), after: z.string() })),
  moves: z.array(z.string()),
  checks: z.array(
    z.object({
      name: z.string(),
      good: z.boolean(),
      why: z.string().nullable(),
      until: Time.nullable(),
    }),
  ),
  roles: z.array(
    z.object({ role: Role, person: PersonRef.nullable(), from: Time, to: Time.nullable() }),
  ),
  emptySeats: z.array(Role),
  gaps: z.array(z.object({ from: Time, to: Time })),
  handOver: z
    .object({ role: Role, from: PersonRef.nullable(), to: PersonRef.nullable(), at: Time })
    .nullable(),
  directReports: z.number().int(),
  hypotheses: z.array(HypothesisView),
  tasks: z.array(TaskView),
  alerts: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      status: z.string(),
      severity: z.string(),
      service: Ref.nullable(),
    }),
  ),
  messages: z.array(
    z.object({
      id: Id,
      audience: Audience,
      kind: z.string(),
      subject: z.string(),
      body: z.string(),
      fields: FieldsBody,
      at: Time,
      promised: Time.nullable(),
      by: PersonRef.nullable(),
    }),
  ),
  owed: z.array(OwedView),
  timeline: z.array(EntryView),
  isAllClearEarly: z.boolean(),
  breach: BreachView.nullable().describe('Who must be told of a breach of data, and by when'),
  bridgeUrl: z.string().nullable(),
  kin: z
    .array(
      z.object({
        name: z.string(),
        title: z.string(),
        status: z.string(),
        level: z.number().int().nullable(),
        relation: z.enum(['parent', 'part', 'recurrenceOf', 'recurrence', 'mergedInto', 'merged']),
      }),
    )
    .describe('Incidents that have to do with it'),
}).openapi('IncidentDetail')

export type IncidentShown = z.infer<typeof IncidentView>
export type IncidentDetailShown = z.infer<typeof IncidentDetailView>
export type OwedShown = z.infer<typeof OwedView>
