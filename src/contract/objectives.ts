/** What travels about objectives, their budgets and the gate. */
import { z } from '@hono/zod-openapi'
import { Id, Ref, Time } from './views.ts'

export const BudgetStateName = z.enum(['normal', 'review', 'allHands', 'exhausted'])

const Share = z.number().describe('A share: 0.4 is 40 %')

export const ObjectiveView = z
  .object({
    id: Id,
    slug: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    service: Ref.nullable(),
    team: Ref.nullable(),
    target: z.string().describe('`99.95%`'),
    window: z.string().describe('`30d`, or `month in Europe/London`'),
    counting: z.enum(['occurrences', 'timeslices', 'ratioTimeslices']),
    metrics: z.string().nullable().describe('The source that is asked; null: events are pushed'),
    good: z.number(),
    total: z.number(),
    ratio: Share.nullable().describe('Of good ones; null: no data'),
    left: Share.nullable().describe(
      'Of the error budget, below 0 where more is gone; null: no data',
    ),
    state: BudgetStateName.nullable(),
    stateSince: Time.nullable(),
    asks: z.string().nullable().describe('What this state of the budget asks for'),
    burn: z.number().nullable().describe('How fast it burned in the last hour: 1 is just in time'),
    exhaustedAt: Time.nullable().describe('When the budget is gone at this rate'),
    page: z.boolean().describe('A burn alert pages'),
    ticket: z.boolean(),
    dataUntil: Time.nullable().describe('The end of the newest minute with data'),
    status: z.string().describe('In words: `no data since Mon 14:02`'),
    problem: z.string().nullable().describe('What stands in the way of reading its numbers'),
    alerts: z.array(
      z.object({
        name: z.string(),
        severity: z.enum(['page', 'ticket']),
        long: z.string(),
        short: z.string(),
        factor: z.number(),
        threshold: Share,
        longRatio: Share.nullable(),
        shortRatio: Share.nullable(),
        standing: z.enum(['above', 'between', 'below', 'unknown']),
      }),
    ),
    findings: z.array(z.string()).describe('What is unsound about its alerts'),
  })
  .openapi('Objective')
export type ObjectiveShown = z.infer<typeof ObjectiveView>

export const BurnDownView = z
  .object({
    from: Time,
    to: Time,
    points: z
      .array(z.object({ at: Time, left: Share.nullable(), ratio: Share.nullable() }))
      .describe('What was left after each hour, and the share of bad ones within it'),
  })
  .openapi('BurnDown')
export type BurnDownShown = z.infer<typeof BurnDownView>

export const GateView = z
  .object({
    service: Ref,
    verdict: z.enum(['open', 'closed', 'unknown']),
    open: z.boolean().describe('Whether a deploy may go on'),
    sentence: z.string(),
    reasons: z.array(z.string()),
    objectives: z.array(
      z.object({
        slug: z.string(),
        name: z.string(),
        state: BudgetStateName.nullable(),
        left: Share.nullable(),
        asks: z.string().nullable(),
      }),
    ),
    exceptions: z.array(
      z.object({ id: Id, reason: z.string(), signedBy: z.string().nullable(), until: Time }),
    ),
  })
  .openapi('Gate')
export type GateShown = z.infer<typeof GateView>
