/** OpenSLO v1. Objects refer to each other by name, so all of a file are read together. */
import type { Node } from 'yaml'
import { formatDuration } from '../lib/duration.ts'
import { isAbove, ONE, parseDecimal, toExact, ZERO } from '../lib/fraction.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import { isZone, parseWall } from '../lib/zone.ts'
import {
  type AlertForm,
  type CalendarForm,
  type Definition,
  type IndicatorForm,
  type SlicesForm,
  targetOf,
} from '../slo/definition.ts'
import { hasWindow, isSelector } from '../slo/query.ts'
import type { CalendarUnit } from '../slo/window.ts'
import {
  at,
  childOf,
  type Foreign,
  items,
  needed,
  noted,
  refuse,
  shortly,
  slugOf,
  textOf,
} from './foreign.ts'
import { PUSHED } from './form-objectives.ts'
import type { ImportedObjectives } from './import-objectives.ts'

const KINDS = [
  'SLO',
  'SLI',
  'Service',
  'DataSource',
  'AlertPolicy',
  'AlertCondition',
  'AlertNotificationTarget',
] as const
type Kind = (typeof KINDS)[number]

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Where an object stands: in its own place, or within another one. */
type Placed = { one: Foreign; node: Node }
type Known = ReadonlyMap<string, Placed>

export function importOpenSlo(objects: readonly Foreign[], result: ImportedObjectives): void {
  const known = new Map<string, Placed>()
  const slos: Placed[] = []
  const policies: Placed[] = []
  for (const one of objects) {
    const kind = textOf(childOf(one, 'kind'))
    if (!KINDS.includes(kind as Kind)) {
      refuse(one, childOf(one, 'kind'), `${shortly(kind ?? 'nothing')} is no kind of OpenSLO v1`)
      continue
    }
    const name = needed(one, childOf(one, 'metadata'), 'name', '`metadata`')
    if (name === null) continue
    if (!NAME.test(name))
      refuse(
        one,
        childOf(one, 'metadata', 'name'),
        `${shortly(name)} is no name: small letters, digits and -, at most 63`,
      )
    if (!childOf(one, 'spec') && kind !== 'Service') {
      refuse(one, one.node, `a ${kind} needs \`spec\``)
      continue
    }
    const placed = { one, node: one.node }
    if (known.has(`${kind} ${name}`))
      noted(
        one,
        childOf(one, 'metadata', 'name'),
        'twice',
        `there are two of ${kind} ${shortly(name)}`,
        'the last one',
      )
    known.set(`${kind} ${name}`, placed)
    if (kind === 'SLO') slos.push(placed)
    if (kind === 'AlertPolicy') policies.push(placed)
  }
  // Policies that stand alone are checked for what they refer to, too.
  for (const placed of policies) conditionsOf(placed, known)
  for (const placed of slos) readSlo(placed, known)
  if (slos.length === 0 && objects.length > 0)
    result.left.push('There is no SLO among the objects: nothing is promised by them.')
}

function readSlo({ one, node }: Placed, known: Known): void {
  const spec = at(one, node, 'spec')
  const name = textOf(at(one, node, 'metadata', 'name')) ?? ''
  const service = needed(one, spec, 'service', '`spec`')
  const method = needed(one, spec, 'budgetingMethod', '`spec`')
  const window = windowOf(one, spec)
  const objectives = items(one, at(one, spec, 'objectives'))
  if (objectives.length === 0) refuse(one, spec, '`spec` needs `objectives`')
  const alerts = alertsOf(one, spec, known)
  const indicator = sliOf(one, spec, known)
  if (service === null || method === null || !window || !indicator) return
  if (!['Occurrences', 'Timeslices', 'RatioTimeslices'].includes(method))
    return refuse(
      one,
      at(one, spec, 'budgetingMethod'),
      `${shortly(method)} is no budgeting method`,
    )
  for (const objective of objectives) {
    const title = textOf(at(one, objective, 'displayName'))
    if (at(one, objective, 'indicator') || at(one, objective, 'indicatorRef')) {
      refuse(
        one,
        objective,
        'objectives made of several indicators are not read: write one for each',
      )
      continue
    }
    const target = targetIn(one, objective)
    const slices = slicesOf(one, objective, method)
    const counted = countedBy(one, objective, indicator)
    if (target === undefined || slices === undefined || !counted) continue
    if (slices === null && indicator.kind !== 'ratio')
      noted(
        one,
        objective,
        'sampled',
        'what is asked once a minute says nothing about single events',
        'each minute counts the same',
      )
    one.result.objectives.push({
      id: slugOf(objectives.length > 1 && title ? `${name}-${title}` : name),
      name: textOf(at(one, node, 'metadata', 'displayName')) ?? name,
      service: slugOf(service),
      team: null,
      description: textOf(at(one, spec, 'description')),
      target,
      window,
      slices,
      indicator: counted,
      alerts,
      no_data: null,
      review: null,
      policy: null,
    })
  }
}

/** A share below one; in `targetPercent` a percentage below a hundred. */
function targetIn(one: Foreign, objective: Node): string | undefined {
  const share = at(one, objective, 'target')
  const percent = at(one, objective, 'targetPercent')
  const node = share ?? percent
  if ((share === null) === (percent === null) || !node)
    return refuse(one, objective, 'an objective needs one of `target` and `targetPercent`')
  const value = parseDecimal(textOf(node) ?? '')
  const target = value && `${toExact(share ? { n: value.n * 100n, d: value.d } : value)}%`
  if (target && targetOf(target)) return target
  return refuse(
    one,
    node,
    `${shortly(textOf(node) ?? '')} is no target: ${share ? 'a share above 0 and below 1' : 'a percentage above 0 and below 100'}`,
  )
}

function slicesOf(one: Foreign, objective: Node, method: string): SlicesForm | null | undefined {
  if (method === 'Occurrences') return null
  const node = at(one, objective, 'timeSliceWindow')
  const written = textOf(node)
  if (!node || written === null)
    return refuse(one, objective, `\`${method}\` needs \`timeSliceWindow\``)
  const ms = durationOf(/^\d+$/.test(written) ? `${written}m` : written)
  if (ms === null || ms < MINUTE || HOUR % ms !== 0)
    return refuse(one, node, `${shortly(written)} is no slice that divides the hour`)
  if (method === 'RatioTimeslices') return { every: formatDuration(ms), target: null }
  const wanted = at(one, objective, 'timeSliceTarget')
  const value = parseDecimal(textOf(wanted) ?? '')
  if (!value || !isAbove(value, ZERO) || isAbove(value, ONE))
    return refuse(
      one,
      wanted ?? objective,
      '`Timeslices` needs `timeSliceTarget`, above 0 and at most 1',
    )
  return { every: formatDuration(ms), target: `${toExact({ n: value.n * 100n, d: value.d })}%` }
}

const UNITS: Readonly<Record<string, number>> = {
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  M: 30 * DAY,
  Q: 90 * DAY,
  Y: 365 * DAY,
}

function durationOf(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,6})([mhdwMQY])$/.exec(text) ?? []
  const ms = Number(count) * (UNITS[unit] ?? Number.NaN)
  return ms > 0 ? ms : null
}

const CALENDAR: Readonly<Record<string, CalendarUnit>> = {
  d: 'day',
  w: 'week',
  M: 'month',
  Q: 'quarter',
  Y: 'year',
}

function windowOf(one: Foreign, spec: Node | null): Definition['window'] | undefined {
  const list = items(one, at(one, spec, 'timeWindow'))
  const [window] = list
  if (!window) {
    noted(one, spec, 'window', 'there is no `timeWindow`', '30d')
    return '30d'
  }
  if (list.length > 1)
    return refuse(one, at(one, spec, 'timeWindow'), '`timeWindow` holds one window')
  const node = at(one, window, 'duration')
  const written = textOf(node) ?? ''
  const ms = durationOf(written)
  if (ms === null)
    return refuse(one, node ?? window, `${shortly(written)} is no duration such as 30d, 4w or 1M`)
  const calendar = at(one, window, 'calendar')
  const isRolling = textOf(at(one, window, 'isRolling')) ?? String(calendar === null)
  if (isRolling === 'true') {
    if (calendar) return refuse(one, calendar, 'a window is rolling or of a calendar, not both')
    return formatDuration(ms)
  }
  return calendarOf(one, window, node, written)
}

function calendarOf(
  one: Foreign,
  window: Node,
  node: Node | null,
  written: string,
): CalendarForm | undefined {
  const calendar = at(one, window, 'calendar')
  if (!calendar) return refuse(one, window, 'a window that is not rolling needs `calendar`')
  const zone = textOf(at(one, calendar, 'timeZone')) ?? ''
  const starts = textOf(at(one, calendar, 'startTime')) ?? ''
  if (!isZone(zone))
    return refuse(one, at(one, calendar, 'timeZone'), `there is no time zone ${shortly(zone)}`)
  const [date = '', time = '00:00'] = starts.split(/[T ]/)
  if (parseWall(date, time) === null)
    return refuse(one, at(one, calendar, 'startTime'), `${shortly(starts)} is no local time`)
  const anchor = { zone, starts: `${date}T${time.slice(0, 5)}` }
  const unit = written.slice(-1)
  if (unit === 'm') {
    // `m` is a minute; whoever lets one begin on a calendar means the month.
    noted(
      one,
      node,
      'month',
      `${shortly(written)} is so many minutes, and on a calendar it has to be months`,
      `${written.slice(0, -1)}M`,
    )
    return { calendar: 'month', count: Number(written.slice(0, -1)), ...anchor }
  }
  const found = CALENDAR[unit]
  if (!found) return refuse(one, node, `${shortly(written)} is no period of a calendar`)
  return { calendar: found, count: Number(written.slice(0, -1)), ...anchor }
}

type Sli =
  | { kind: 'ratio'; form: IndicatorForm }
  | { kind: 'raw'; form: IndicatorForm }
  | { kind: 'threshold'; metrics: string | null; query: string }

function sliOf(one: Foreign, spec: Node | null, known: Known): Sli | undefined {
  const inline = at(one, spec, 'indicator')
  const ref = at(one, spec, 'indicatorRef')
  if (inline && ref) return refuse(one, ref, 'one of `indicator` and `indicatorRef` is enough')
  if (inline) return readSli({ one, node: inline })
  if (!ref) return refuse(one, spec, '`spec` needs one of `indicator` and `indicatorRef`')
  const name = textOf(ref) ?? ''
  const found = known.get(`SLI ${name}`)
  return found ? readSli(found) : refuse(one, ref, `there is no SLI ${shortly(name)}`)
}

function readSli({ one, node }: Placed): Sli | undefined {
  const spec = at(one, node, 'spec')
  const threshold = at(one, spec, 'thresholdMetric')
  const ratio = at(one, spec, 'ratioMetric')
  if ((threshold === null) === (ratio === null))
    return refuse(
      one,
      spec ?? node,
      'an indicator needs one of `thresholdMetric` and `ratioMetric`',
    )
  if (threshold) {
    const found = metricOf(one, threshold)
    return found && { kind: 'threshold', ...found }
  }
  const side = (key: string) => {
    const side = at(one, ratio, key)
    return side ? metricOf(one, side) : null
  }
  const raw = side('raw')
  if (raw) {
    const query = `(${raw.query})`
    const isFailure = textOf(at(one, ratio, 'rawType')) === 'failure'
    const sides = isFailure ? { bad: query } : { good: query }
    const form = { ...PUSHED, ...sides, total: `${query} * 0 + 1`, as_is: !hasWindow(query) }
    return { kind: 'raw', form: raw.metrics === null ? PUSHED : { ...form, metrics: raw.metrics } }
  }
  const [good, bad, total] = [side('good'), side('bad'), side('total')]
  if (raw === undefined || good === undefined || bad === undefined || total === undefined)
    return undefined
  if ((good === null) === (bad === null) || total === null)
    return refuse(one, ratio, '`ratioMetric` needs `total` and one of `good` and `bad`, or `raw`')
  const one_ = good ?? bad
  if (one_?.metrics == null || total.metrics === null) return { kind: 'ratio', form: PUSHED }
  const queries = [one_.query, total.query].map((query) => countable(one, ratio, query))
  const [above = '', below = ''] = queries
  const form = {
    ...PUSHED,
    metrics: total.metrics,
    ...(good ? { good: above } : { bad: above }),
    total: below,
  }
  return { kind: 'ratio', form }
}

/** A sum of counters is asked for by its increase. */
function countable(one: Foreign, node: Node | null, query: string): string {
  if (isSelector(query) || hasWindow(query)) return query
  const inner = /^sum\s*\(([\s\S]*)\)$/.exec(query.trim())?.[1]?.trim()
  if (inner === undefined || !isSelector(inner)) {
    noted(
      one,
      node,
      'window',
      `${shortly(query)} has no place for the window`,
      'as it stands: write `[{{.window}}]` where it goes',
    )
    return query
  }
  noted(
    one,
    node,
    'sum',
    'a sum of counters hides where one of them began anew',
    'the increase of each, then added up',
  )
  return inner
}

type Metric = { metrics: string | null; query: string }

/** `metrics` null: numbers of a kind that is not asked. */
function metricOf(one: Foreign, parent: Node): Metric | undefined {
  const source = at(one, parent, 'metricSource')
  if (!source) return refuse(one, parent, 'a metric needs `metricSource`')
  const type = textOf(at(one, source, 'type')) ?? 'Prometheus'
  const ref = textOf(at(one, source, 'metricSourceRef'))
  const spec = at(one, source, 'spec')
  if (!spec) return refuse(one, source, '`metricSource` needs `spec`')
  if (!/^prometheus$/i.test(type)) {
    one.result.left.push(
      `Its numbers come from ${shortly(type)}, which is not asked: push its events.`,
    )
    return { metrics: null, query: '' }
  }
  const query = textOf(at(one, spec, 'query'))
  if (query === null) return refuse(one, spec, 'a query of Prometheus stands in `query`')
  return { metrics: ref === null ? one.metrics : slugOf(ref), query: query.trim() }
}

const OPERATORS: Readonly<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' }

function countedBy(one: Foreign, objective: Node, sli: Sli): IndicatorForm | undefined {
  if (sli.kind !== 'threshold') return sli.form
  const op = OPERATORS[textOf(at(one, objective, 'op')) ?? '']
  const value = textOf(at(one, objective, 'value'))
  if (op === undefined || value === null || parseDecimal(value) === null)
    return refuse(one, objective, 'a threshold needs `op` (lte, gte, lt, gt) and `value`')
  if (sli.metrics === null) return PUSHED
  return {
    metrics: sli.metrics,
    good: `(${sli.query}) ${op} bool ${value}`,
    bad: null,
    total: `(${sli.query}) * 0 + 1`,
    as_is: true,
  }
}

/** The conditions of the policies; null: those of the workbook, where there are none that can be used. */
function alertsOf(one: Foreign, spec: Node | null, known: Known): AlertForm[] | null {
  const found: AlertForm[] = []
  for (const item of items(one, at(one, spec, 'alertPolicies'))) {
    const ref = at(one, item, 'alertPolicyRef')
    const name = textOf(ref) ?? ''
    const policy = ref ? known.get(`AlertPolicy ${name}`) : { one, node: item }
    if (policy) found.push(...conditionsOf(policy, known))
    else refuse(one, ref, `there is no AlertPolicy ${shortly(name)}`)
  }
  return found.length > 0 ? found : null
}

function conditionsOf({ one, node }: Placed, known: Known): AlertForm[] {
  const spec = at(one, node, 'spec')
  for (const target of items(one, at(one, spec, 'notificationTargets'))) {
    const ref = at(one, target, 'targetRef')
    const name = textOf(ref) ?? ''
    if (ref && !known.has(`AlertNotificationTarget ${name}`))
      refuse(one, ref, `there is no AlertNotificationTarget ${shortly(name)}`)
  }
  return items(one, at(one, spec, 'conditions')).flatMap((item): AlertForm[] => {
    const ref = at(one, item, 'conditionRef')
    const name = textOf(ref) ?? textOf(at(one, item, 'metadata', 'name')) ?? ''
    const found = ref ? known.get(`AlertCondition ${name}`) : { one, node: item }
    if (!found) {
      if (ref) refuse(one, ref, `there is no AlertCondition ${shortly(name)}`)
      return []
    }
    return conditionOf(found, name)
  })
}

function conditionOf({ one, node }: Placed, name: string): AlertForm[] {
  const spec = at(one, node, 'spec')
  const condition = at(one, spec, 'condition')
  const written = textOf(at(one, condition, 'threshold')) ?? ''
  const lookback = textOf(at(one, condition, 'lookbackWindow')) ?? ''
  const burn = parseDecimal(written)
  const longMs = durationOf(lookback)
  if (!burn || !isAbove(burn, ZERO) || longMs === null) {
    refuse(
      one,
      condition ?? spec,
      'a condition needs `threshold`, a burn rate, and `lookbackWindow`',
    )
    return []
  }
  const op = textOf(at(one, condition, 'op')) ?? 'gt'
  if (op !== 'gt' && op !== 'gte') {
    noted(
      one,
      at(one, condition, 'op'),
      'op',
      `\`${op}\` would alert while the budget is not used`,
      '`gt`',
    )
  }
  noted(
    one,
    condition,
    'short',
    'a condition with one window clears late',
    `a short window of ${formatDuration(Math.max(MINUTE, Math.round(longMs / 12 / MINUTE) * MINUTE))} is added`,
  )
  return [
    {
      name: slugOf(name),
      severity: textOf(at(one, spec, 'severity')) === 'page' ? 'page' : 'ticket',
      long: formatDuration(longMs),
      short: formatDuration(Math.max(MINUTE, Math.round(longMs / 12 / MINUTE) * MINUTE)),
      burn: `${toExact(burn)}x`,
      budget: null,
    },
  ]
}
