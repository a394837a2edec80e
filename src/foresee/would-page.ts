/**
 * What one event would do if it arrived now: the fold, the routes, what keeps it quiet, and the
 * climb, each by the very function that does it for real. Nothing is written.
 */
import { fold } from '../alerts/fold.ts'
import { type Note, passThrough, type PipelineFacts } from '../alerts/pipeline.ts'
import type { Suppression, Urgency } from '../alerts/alert.ts'
import type { Severity, Signal } from '../alerts/source.ts'
import type { Directory } from '../directory/directory.ts'
import { emptyLadder, type Ladder } from '../escalation/ladder.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import type { RuleFacts } from '../people/rules.ts'
import { forecast, type Forecast } from './who.ts'

export type WouldPage = {
  title: string
  severity: Severity
  urgency: Urgency
  serviceId: Id | null
  ladder: Ladder
  /** Which route, silence or pause had a say, in the order of the pipeline. */
  notes: readonly Note[]
  suppression: Suppression | null
  /** Who is paged; of what is kept quiet, who would be once it no longer is. */
  forecast: Forecast
}

export type WouldFacts = {
  now: Instant
  routeFor: PipelineFacts['routeFor']
  rules: RuleFacts
  makeId: () => Id
}

/** Null: the event resolves or acknowledges something, and would open nothing. */
export function wouldPage(
  directory: Directory,
  sourceId: Id,
  signal: Signal,
  facts: WouldFacts,
): WouldPage | null {
  const { alert } = fold(null, signal, {
    now: facts.now,
    sourceId,
    makeId: facts.makeId,
  })
  if (!alert || alert.status === 'resolved') return null
  const { services, silences, maintenances } = directory
  const passed = passThrough(alert, {
    now: facts.now,
    routeFor: facts.routeFor,
    services,
    silences,
    maintenances,
  })
  const { title, severity, urgency, serviceId, suppression } = passed.alert
  const known = passed.escalationId === null ? null : directory.ladders.get(passed.escalationId)
  const ladder = known ?? emptyLadder(alert.id)
  return {
    title,
    severity,
    urgency,
    serviceId,
    ladder,
    notes: passed.notes,
    suppression,
    forecast: forecast(
      directory,
      { ladder, state: { status: 'idle' }, urgency },
      facts.now,
      facts.rules,
    ),
  }
}

/** "Ana, then Ben after 5 min", or why nobody: one sentence for a payload. */
export function wouldSentence(would: WouldPage, who: string, until: string | null): string {
  if (would.suppression === null) return `Pages ${who}.`
  const why = { silence: 'a silence', maintenance: 'maintenance', transient: 'the pause' }[
    would.suppression.kind
  ]
  return `Kept quiet by ${why}${until === null ? '' : ` until ${until}`}; then it would page ${who}.`
}
