/** What is handed to others: the report of an incident, and how promises were kept in a quarter. */
import { z } from '@hono/zod-openapi'
import { Audience, IncidentView, Level, OwedView, Role } from './incidents.ts'
import { PersonRef, Time } from './views.ts'

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

export type ReportShown = z.infer<typeof ReportView>
export type PromiseShown = z.infer<typeof PromiseView>
