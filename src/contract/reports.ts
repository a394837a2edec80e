/** What is handed to others: the report of an incident, and how promises were kept in a quarter. */
import { z } from '@hono/zod-openapi'
import { Audience, BreachView, IncidentView, Level, OwedView, Role } from './incidents.ts'
import { PersonRef, Ref, Time } from './views.ts'

export const PromiseView = OwedView.extend({
  proof: z.string().nullable().describe('What shows that it was done'),
  lateMs: z.number().int().nullable().describe('How long after due it was done'),
  waived: z.string().nullable().describe('Why a person said that it need not be done'),
})

export const ReportView = IncidentView.extend({
  writtenAt: Time,
  peak: Level,
  stamps: z.record(z.string(), Time.nullable()),
  impossible: z.array(z.object({ before: z.string(), after: z.string() })),
  durations: z.record(z.string(), z.number().nullable()).describe('Milliseconds'),
  levels: z.array(
    z.object({
      at: Time,
      level: Level,
      rule: z.string(),
      by: PersonRef.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  roles: z.array(
    z.object({ role: Role, person: PersonRef.nullable(), from: Time, to: Time.nullable() }),
  ),
  gaps: z.array(z.object({ from: Time, to: Time })).describe('Nobody commanded'),
  isAllClearEarly: z.boolean(),
  breach: BreachView.nullable(),
  promises: z.object({
    sentence: z.string().describe('“11 of 11 promises kept, one 40 s late.”'),
    kept: z.number().int().describe('In time or late'),
    of: z
      .number()
      .int()
      .describe('Kept or missed: what is open, waived or owed no more is left out'),
    late: z.number().int(),
    missed: z.number().int(),
    open: z.number().int(),
    waived: z.number().int().describe('By a person'),
    lapsed: z.number().int().describe('Asked for no more before they were due'),
    list: z.array(PromiseView),
  }),
  messages: z.array(
    z.object({
      audience: Audience,
      kind: z.string(),
      at: Time,
      by: PersonRef.nullable(),
      promised: Time.nullable(),
      subject: z.string(),
      body: z.string(),
    }),
  ),
  timeline: z.array(z.object({ at: Time, actor: z.string(), sentence: z.string() })),
}).openapi('IncidentReport')

const KeptView = z.object({
  met: z.number().int(),
  late: z.number().int(),
  missed: z.number().int(),
  waived: z.number().int().describe('By a person'),
  lapsed: z.number().int().describe('Asked for no more before they were due'),
  open: z.number().int(),
  kept: z
    .number()
    .nullable()
    .describe(
      'Share that was done, in time or late, of what was done or missed; null: nothing was',
    ),
  inTime: z.number().nullable().describe('Share that was done in time'),
})

export const ComplianceView = z
  .object({
    quarter: z.string(),
    from: Time,
    to: Time,
    team: Ref.nullable(),
    all: KeptView,
    rules: z.array(KeptView.extend({ rule: z.string(), label: z.string() })),
    severities: z.array(
      KeptView.extend({
        level: Level.nullable().describe('The worst that it was; null: of no incident'),
        rules: z.array(KeptView.extend({ rule: z.string(), label: z.string() })),
      }),
    ),
  })
  .openapi('Compliance')

export const EvidenceView = z
  .object({
    kind: z.literal('allclear.evidence'),
    version: z.literal(1),
    organisation: z.string(),
    incident: z.string(),
    exportedAt: Time,
    publicKey: z.string().describe('Of the instance, which signed the root'),
    head: z.string().describe('SHA-256 over all that stands above, as canonical JSON'),
    index: z.array(
      z.object({
        seq: z.number().int(),
        section: z.string(),
        id: z.string(),
        sha256: z.string(),
        chain: z.string().describe('SHA-256 over the link before and this row'),
      }),
    ),
    root: z.string().describe('The last link: write it down elsewhere'),
    signature: z.string(),
    entries: z.array(
      z.object({
        section: z.string(),
        id: z.string(),
        sha256: z.string().describe('Over section, id and value as canonical JSON'),
        value: z.unknown(),
      }),
    ),
  })
  .openapi('Evidence')

export type EvidenceShown = z.infer<typeof EvidenceView>
export type ComplianceShown = z.infer<typeof ComplianceView>
export type ReportShown = z.infer<typeof ReportView>
export type PromiseShown = z.infer<typeof PromiseView>
