/** The clock of a breach on an incident: set, and met by telling those who must be told. */
import { z } from '@hono/zod-openapi'
import { BREACH_HOURS_MAX, PARTIES_MAX, PARTY_MAX } from '../../incidents/breach.ts'
import type { Route } from '../route.ts'
import { momentOf, verb } from './incidents.ts'

export const breachRoutes: readonly Route[] = [
  verb(
    'breach',
    'Data was breached: who must be told within so many hours; again, to set it right',
    z
      .object({
        awareAt: z
          .string()
          .max(40)
          .optional()
          .describe('When it was known. Left out: now, or as it was'),
        hours: z
          .number()
          .int()
          .min(1)
          .max(BREACH_HOURS_MAX)
          .optional()
          .describe('Of elapsed time. Left out: 72, or as it was'),
        tell: z
          .array(z.string().max(PARTY_MAX * 2))
          .max(PARTIES_MAX)
          .default([])
          .describe('Such as “data protection authority”; added to those who are named'),
      })
      .strict(),
    (b) => ({
      kind: 'breachBegan',
      awareAt: b.awareAt === undefined ? null : momentOf(b.awareAt, 'awareAt'),
      hours: b.hours ?? null,
      tell: b.tell,
    }),
  ),
  verb(
    'breach/told',
    'One of those who must hear of the breach was told',
    z
      .object({
        whom: z.string().min(1).max(PARTY_MAX),
        at: z.string().max(40).optional().describe('Left out: now'),
        reference: z.string().max(200).optional().describe('What shows it: the number of a case'),
      })
      .strict(),
    (b) => ({
      kind: 'breachTold',
      whom: b.whom,
      at: b.at === undefined ? null : momentOf(b.at, 'at'),
      reference: b.reference?.trim() || null,
    }),
  ),
]
