/** Sloth `prometheus/v1`, as a file and as it stands in Kubernetes. */
import type { Node } from 'yaml'
import { parseDecimal, toExact } from '../lib/fraction.ts'
import { targetOf } from '../slo/definition.ts'
import type { AlertForm } from '../slo/definition.ts'
import { WORKBOOK_ROWS } from '../slo/rows.ts'
import { formatDuration } from '../lib/duration.ts'
import {
  at,
  childOf,
  entries,
  type Foreign,
  items,
  needed,
  refuse,
  shortly,
  slugOf,
  textOf,
} from './foreign.ts'
import { PUSHED } from './form-objectives.ts'

export function importSloth(one: Foreign): void {
  const kind = textOf(childOf(one, 'kind'))
  if (kind === 'AlertWindows')
    return refuse(
      one,
      childOf(one, 'kind'),
      'windows of alerts stand with each objective here: `alerts:`',
    )
  const root = kind === 'PrometheusServiceLevel' ? childOf(one, 'spec') : one.node
  const service = needed(one, root, 'service', 'the document')
  const slos = items(one, at(one, root, 'slos'))
  if (slos.length === 0) return refuse(one, at(one, root, 'slos'), '`slos` is empty')
  if (service === null) return
  for (const slo of slos) readSlo(one, slo, service)
  const tier = textOf(at(one, root, 'labels', 'tier'))
  if (tier !== null) one.result.left.push(`Service \`${slugOf(service)}\` has tier ${tier}.`)
}

function readSlo(one: Foreign, slo: Node, service: string): void {
  const name = needed(one, slo, 'name', 'an objective')
  const written = needed(one, slo, 'objective', 'an objective')
  if (name === null || written === null) return
  const value = parseDecimal(written)
  const target = value && `${toExact(value)}%`
  if (target === null || targetOf(target) === null)
    return refuse(
      one,
      at(one, slo, 'objective'),
      `${shortly(written)} is no target: a percentage above 0 and below 100`,
    )
  const indicator = readSli(one, slo)
  if (!indicator) return
  one.result.objectives.push({
    id: slugOf(`${service}-${name}`),
    name: name,
    service: slugOf(service),
    team: null,
    description: textOf(at(one, slo, 'description')),
    target,
    window: '30d',
    slices: null,
    indicator,
    alerts: alertsOf(one, slo),
    no_data: null,
    review: null,
    policy: null,
  })
}

function readSli(one: Foreign, slo: Node) {
  const sli = at(one, slo, 'sli')
  const kinds = entries(one, sli)
  const [kind] = kinds
  if (kinds.length !== 1 || !kind)
    return refuse(one, sli ?? slo, '`sli` needs one of `events`, `raw` and `plugin`')
  const [word, node] = kind
  const either = (snake: string, camel: string): string | null =>
    textOf(at(one, node, snake)) ?? textOf(at(one, node, camel))
  if (word === 'events') {
    const bad = either('error_query', 'errorQuery')
    const total = either('total_query', 'totalQuery')
    if (bad === null || total === null)
      return refuse(one, node, '`events` needs `error_query` and `total_query`')
    return { ...PUSHED, metrics: one.metrics, bad: bad.trim(), total: total.trim() }
  }
  if (word === 'raw') {
    const ratio = either('error_ratio_query', 'errorRatioQuery')
    if (ratio === null) return refuse(one, node, '`raw` needs `error_ratio_query`')
    return {
      ...PUSHED,
      metrics: one.metrics,
      bad: ratio.trim(),
      total: `(${ratio.trim()}) * 0 + 1`,
    }
  }
  if (word === 'plugin')
    return refuse(
      one,
      node,
      'plugins are programs, which are not run: write the queries as `events`',
    )
  return refuse(one, node, `${shortly(word)} is no kind of indicator`)
}

/** Null: all of them, as the workbook has them. */
function alertsOf(one: Foreign, slo: Node): AlertForm[] | null {
  const isOff = (snake: string, camel: string): boolean =>
    [snake, camel].some((key) => textOf(at(one, slo, 'alerting', key, 'disable')) === 'true')
  const off = {
    page: isOff('page_alert', 'pageAlert'),
    ticket: isOff('ticket_alert', 'ticketAlert'),
  }
  if (!off.page && !off.ticket) return null
  return WORKBOOK_ROWS.filter((row) => !off[row.loudness]).map((row) => ({
    name: row.name,
    severity: row.loudness,
    long: formatDuration(row.longMs),
    short: formatDuration(row.shortMs),
    burn: null,
    budget: `${toExact({ n: row.share.n * 100n, d: row.share.d })}%`,
  }))
}
