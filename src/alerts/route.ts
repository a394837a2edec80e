/**
 * Routes: conditions on an alert, in CEL, that send it to a service or change how it pages. The
 * first that fits wins. A condition that fails at work does not fit, and says so: a bad route must
 * never be the reason that nobody is paged.
 */
import { Environment } from '@marcbachmann/cel-js'
import { compilePattern } from '../lib/pattern.ts'
import { invalid } from '../lib/problem.ts'
import type { Id } from '../lib/id.ts'
import type { Alert } from './alert.ts'
import type { Routed } from './pipeline.ts'
import type { Route, Source } from './routed.ts'

export const CONDITION_MAX = 2_000

const environment = new Environment({ unlistedVariablesAreDyn: false })
  .registerVariable('labels', 'map')
  .registerVariable('severity', 'string')
  .registerVariable('title', 'string')
  .registerVariable('source', 'string')
  .registerVariable('service', 'string')
  .registerFunction('like(string, string): bool', (text: string, pattern: string) =>
    compilePattern(pattern, 'when').finds(text),
  )

export type Condition = (facts: Record<string, unknown>) => boolean

/** @throws Problem that names `field` where the condition is not CEL over the variables of routes */
export function compileCondition(when: string, field: string): Condition {
  if (when.length > CONDITION_MAX)
    throw invalid(field, `A condition is at most ${CONDITION_MAX} characters long.`)
  // CEL's own matches() runs on the host's backtracking engine, which one bad pattern can stall.
  if (/\bmatches\s*\(/.test(when)) {
    throw invalid(
      field,
      'Write like(text, "pattern") instead of matches(): its time is bounded (RE2 syntax).',
    )
  }
  try {
    const program = environment.parse(when)
    const checked = program.check?.()
    if (checked && checked.valid === false) throw checked.error ?? new Error('does not type-check')
    return (facts) => program(facts) === true
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : ''
    throw invalid(
      field,
      `The condition cannot be read: ${why}. It may use labels, severity, title, source and service.`,
    )
  }
}

type Compiled = Route & { condition: Condition | null }

/** @param onBroken told of a route that cannot be compiled or fails at work; it is passed over */
export function createRouter(
  routes: readonly Route[],
  sources: ReadonlyMap<Id, Source>,
  serviceSlugs: ReadonlyMap<Id, { slug: string; teamId: Id | null }>,
  onBroken: (route: string, why: string) => void,
): (alert: Alert) => Routed {
  const compiled = routes.map((route): Compiled => {
    try {
      return { ...route, condition: compileCondition(route.when, `routes.${route.slug}.when`) }
    } catch (cause) {
      onBroken(route.slug, cause instanceof Error ? cause.message : String(cause))
      return { ...route, condition: null }
    }
  })
  const bySlug = new Map([...serviceSlugs].map(([id, service]) => [service.slug, id]))
  /** Where the source has no service of its own, the label `service` may name one. */
  const named = (slug: string | undefined): Id | null =>
    slug === undefined ? null : (bySlug.get(slug) ?? null)
  return (alert) => {
    const source = sources.get(alert.sourceId)
    const own = source?.serviceId ?? named(alert.labels.service)
    const teamId = (own && serviceSlugs.get(own)?.teamId) ?? source?.teamId ?? null
    const found = compiled.find(
      (route) => isFor(route, teamId) && fits(route, alert, source, own, serviceSlugs, onBroken),
    )
    return {
      route: found?.slug ?? null,
      serviceId: found?.serviceId ?? own,
      urgency: found?.urgency ?? null,
      escalationId: found?.escalationId ?? null,
      groupBy: found?.groupBy ?? null,
      pauseMs: found?.pauseMs ?? null,
    }
  }
}

/** A route of a team decides about that team's alerts: nobody takes those of another by a condition. */
const isFor = (route: Route, teamId: Id | null): boolean =>
  route.teamId === null || route.teamId === teamId

function fits(
  route: Compiled,
  alert: Alert,
  source: Source | undefined,
  serviceId: Id | null,
  services: ReadonlyMap<Id, { slug: string }>,
  onBroken: (route: string, why: string) => void,
): boolean {
  if (!route.condition) return false
  try {
    return route.condition({
      labels: alert.labels,
      severity: alert.severity,
      title: alert.title,
      source: source?.slug ?? '',
      service: (serviceId && services.get(serviceId)?.slug) ?? '',
    })
  } catch (cause) {
    // A label that is absent is the usual case, and no mistake: the route does not fit.
    const why = cause instanceof Error ? cause.message : String(cause)
    if (!/No such key/i.test(why)) onBroken(route.slug, why)
    return false
  }
}
