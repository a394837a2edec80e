/** `sre.google.com/v2`: one objective a document, its window and policy elsewhere. */
import type { Node } from 'yaml'
import { parseDecimal, toExact } from '../lib/fraction.ts'
import { type IndicatorForm, targetOf } from '../slo/definition.ts'
import { splitRatio } from '../slo/query.ts'
import {
  at,
  childOf,
  type Foreign,
  needed,
  noted,
  refuse,
  shortly,
  slugOf,
  textOf,
} from './foreign.ts'
import { PUSHED } from './form-objectives.ts'

export function importGoogle(one: Foreign): void {
  const spec = childOf(one, 'spec')
  const name = needed(one, childOf(one, 'metadata'), 'name', '`metadata`')
  const goal = needed(one, spec, 'goal', '`spec`')
  if (name === null || goal === null) return
  const value = parseDecimal(goal)
  const target = value && `${toExact({ n: value.n * 100n, d: value.d })}%`
  if (target === null || targetOf(target) === null)
    return refuse(
      one,
      at(one, spec, 'goal'),
      `${shortly(goal)} is no goal: a share above 0 and below 1`,
    )
  const service = textOf(childOf(one, 'metadata', 'labels', 'service_name')) ?? name
  const indicator = indicatorOf(one, spec)
  if (!indicator) return
  noted(
    one,
    spec,
    'window',
    'the window stands in the policy of the budget, which is another document',
    '30d',
  )
  one.result.objectives.push({
    id: slugOf(name),
    name,
    service: slugOf(service),
    team: null,
    description: textOf(at(one, spec, 'description')),
    target,
    window: '30d',
    slices: null,
    indicator,
    alerts: null,
    no_data: null,
    review: null,
    policy: null,
  })
}

function indicatorOf(one: Foreign, spec: Node | null): IndicatorForm | undefined {
  const backend = needed(one, spec, 'backend', '`spec`')
  const method = needed(one, spec, 'method', '`spec`')
  const sli = at(one, spec, 'service_level_indicator')
  if (backend === null || method === null) return undefined
  if (!sli) return refuse(one, spec, '`spec` needs `service_level_indicator`')
  if (backend !== 'prometheus') {
    one.result.left.push(
      `Its numbers come from ${shortly(backend)}, which is not asked: push its events.`,
    )
    return PUSHED
  }
  const field = (key: string): string | null => textOf(at(one, sli, key))?.trim() ?? null
  const of = (sides: Partial<IndicatorForm>) => ({ ...PUSHED, metrics: one.metrics, ...sides })
  if (method === 'good_bad_ratio') {
    const [good, bad, valid] = [field('filter_good'), field('filter_bad'), field('filter_valid')]
    if (good === null || (bad === null && valid === null))
      return refuse(
        one,
        sli,
        'a ratio needs `filter_good`, and one of `filter_valid` and `filter_bad`',
      )
    if (valid !== null) return of({ good, total: valid })
    return refuse(one, sli, 'good and bad without all that is valid: write `filter_valid`')
  }
  if (method === 'query_sli') {
    const ratio = splitRatio(field('expression') ?? '')
    if (ratio) return of({ good: ratio.above, total: ratio.below })
    return refuse(one, sli, '`expression` has to be good events divided by valid ones')
  }
  if (method === 'distribution_cut') {
    const [expression, bucket] = [field('expression'), field('threshold_bucket')]
    const parts = /^([A-Za-z_:][\w:]*)_bucket\s*(?:\{(.*)\})?$/s.exec(expression ?? '')
    if (!parts || bucket === null || parseDecimal(bucket) === null)
      return refuse(
        one,
        sli,
        'a cut needs `expression`, a counter of buckets, and `threshold_bucket`',
      )
    const [, metric = '', labels = ''] = parts
    const inner = labels.trim().replace(/,$/, '')
    return of({
      good: `${metric}_bucket{${inner === '' ? '' : `${inner},`}le="${bucket}"}`,
      total: inner === '' ? `${metric}_count` : `${metric}_count{${inner}}`,
    })
  }
  return refuse(one, at(one, spec, 'method'), `${shortly(method)} is no method that is read`)
}
