import { z } from '@hono/zod-openapi'
import { ForecastView } from '../../contract/views.ts'
import type { Directory } from '../../directory/directory.ts'
import { parseWhen } from '../../foresee/when.ts'
import { type Forecast, forecastForService, whoSentence } from '../../foresee/who.ts'
import { formatDuration } from '../../lib/duration.ts'
import { toIso } from '../../lib/instant.ts'
import { invalid } from '../../lib/problem.ts'
import { ref } from '../present.ts'
import { type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

function whyText(page: Forecast['pages'][number]): string {
  if (page.isFallback) return 'last resort: nobody answered'
  if (page.shift?.kind === 'override')
    return `${page.via}, ${page.shift.replaces === null ? 'by an override' : 'covering somebody'}`
  if (page.shift?.kind === 'rotation') return `${page.via}, rotation ${page.shift.rotation}`
  return page.via === 'person' ? 'named in the escalation' : page.via
}

export const toForecastView = (
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
      severity: z
        .enum(['1', '2', '3', '4', 'critical', 'error', 'warning', 'info'])
        .optional()
        .describe(
          'Of the incident (1 to 4), or of the alert; tells the urgency where that is left out',
        ),
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
      const urgency = query.urgency ?? urgencyFor(service.urgency, query.severity)
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

/** A service that goes by severity pages loudly for the upper half of it, as the pipeline does. */
function urgencyFor(
  own: 'high' | 'low' | 'bySeverity',
  severity: string | undefined,
): 'high' | 'low' {
  if (own !== 'bySeverity') return own
  return ['3', '4', 'warning', 'info'].includes(severity ?? '') ? 'low' : 'high'
}

/** Local times in a question are those of the team's first schedule. */
const zoneOf = (directory: Directory, teamId: string | null): string | null =>
  [...directory.schedules.values()].find((one) => one.teamId !== null && one.teamId === teamId)
    ?.timezone ?? null

export const whoRoutes: readonly Route[] = [who]
