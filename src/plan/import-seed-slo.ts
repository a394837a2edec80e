/** The seed's SLO document: indicators by name, objectives on them, and the policy of the budget. */
import type { Node } from 'yaml'
import { parseDuration } from '../lib/duration.ts'
import {
  divide,
  type Fraction,
  multiply,
  parseDecimal,
  toDecimal,
  toExact,
  whole,
} from '../lib/fraction.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import { budgetMinutes, exhaustedIn } from '../slo/budget.ts'
import {
  type AlertForm,
  type BudgetPolicyForm,
  factorText,
  type IndicatorForm,
  rowsOf,
  targetOf,
} from '../slo/definition.ts'
import { isSelector, splitRatio, withPlaces } from '../slo/query.ts'
import { factorOf, WORKBOOK_ROWS } from '../slo/rows.ts'
import {
  at,
  childOf,
  entries,
  type Foreign,
  items,
  needed,
  noted,
  placeIn,
  refuse,
  shortly,
  slugOf,
  textOf,
} from './foreign.ts'
import { PUSHED } from './form-objectives.ts'

export function importSeed(one: Foreign): void {
  const service = needed(one, one.node, 'service', 'the document')
  const slos = items(one, childOf(one, 'slos'))
  if (slos.length === 0) refuse(one, childOf(one, 'slos'), '`slos` is empty')
  if (service === null) return
  const owner = textOf(childOf(one, 'owner'))
  if (owner !== null)
    one.result.left.push(`The owner is ${shortly(owner)}: name its team as \`team\`.`)
  const slis = new Map(entries(one, childOf(one, 'slis')))
  const policy = policyOf(one)
  const cadence = textOf(childOf(one, 'review_cadence'))
  const review =
    ['weekly', 'monthly', 'quarterly', 'yearly'].find((word) => word === cadence) ?? null
  for (const slo of slos) {
    const name = needed(one, slo, 'sli', 'an objective')
    const sli = slis.get(name ?? '')
    if (name === null) continue
    if (!sli) {
      refuse(one, at(one, slo, 'sli'), `there is no indicator ${shortly(name)} in \`slis\``)
      continue
    }
    const promise = promiseOf(one, slo)
    const indicator = indicatorOf(one, sli)
    if (!promise || !indicator) continue
    checkBudget(one, slo, promise)
    one.result.objectives.push({
      id: slugOf(`${service}-${name}`),
      name: `${service} ${name}`,
      service: slugOf(service),
      team: null,
      description: textOf(at(one, sli, 'description')),
      target: promise.target,
      window: promise.window,
      slices: null,
      indicator,
      alerts: alertsOf(one, slo, promise),
      no_data: null,
      review,
      policy,
    })
  }
}

type Promised = { target: string; share: Fraction; window: string; windowMs: number }

function promiseOf(one: Foreign, slo: Node): Promised | undefined {
  const written = needed(one, slo, 'target', 'an objective')
  if (written === null) return undefined
  const plain = written.replace(/\s*%$/, '')
  const value = parseDecimal(plain)
  const target = value && `${toExact(value)}%`
  const share = target && targetOf(target)
  if (!target || !share)
    return refuse(
      one,
      at(one, slo, 'target'),
      /^\d+,\d+/.test(plain)
        ? `${shortly(written)} is not a number, write ${plain.replace(',', '.')}% with a point`
        : `${shortly(written)} is no target: a percentage above 0 and below 100`,
    )
  const window = textOf(at(one, slo, 'window')) ?? '30d'
  const windowMs = parseDuration(window)
  if (windowMs === null || windowMs < HOUR)
    return refuse(one, at(one, slo, 'window'), `${shortly(window)} is no window such as 30d`)
  return { target, share, window, windowMs }
}

/** The query of an indicator as good (or bad) against all. */
function indicatorOf(one: Foreign, sli: Node): IndicatorForm | undefined {
  const node = at(one, sli, 'metric')
  const metric = textOf(node)?.trim()
  if (!metric) return refuse(one, sli, 'an indicator needs `metric`')
  const of = (sides: Partial<IndicatorForm>) => ({ ...PUSHED, metrics: one.metrics, ...sides })
  if (/^histogram_quantile\s*\(/.test(metric)) return latencyOf(one, sli, metric, of)
  const ratio = splitRatio(metric)
  if (!ratio) return refuse(one, node, 'the query is not one count divided by another')
  const [above, below] = [withPlaces(ratio.above), withPlaces(ratio.below)]
  if (above !== ratio.above)
    noted(
      one,
      node,
      'E8',
      'the window in the query is one for showing: the budget and each alert have windows of their own',
      'the window is filled in: `[{{.window}}]`',
    )
  const valid = textOf(at(one, sli, 'valid_event')) ?? ''
  if (/excluding health/i.test(valid) && !/health|ping|ready|probe/i.test(metric))
    noted(
      one,
      node,
      'E7',
      'valid events leave out health checks, and the query does not',
      'as it stands: add a matcher such as `path!~"/health.*"` to both queries',
    )
  const counts = isSelector(above) && isSelector(below)
  if (counts && /(error|fail|bad)/i.test(above.replace(/\{.*$/s, ''))) {
    noted(
      one,
      node,
      'E5',
      'the query is the share of bad events, on counters as they stand, while the target is for good ones',
      'turned over: one minus the increase of bad over the increase of all',
    )
    return of({ bad: above, total: below })
  }
  return of({ good: above, total: below })
}

/** `histogram_quantile(0.99, sum(rate(x_bucket{…}[5m])) by (le))` with `400ms at p99`. */
function latencyOf(
  one: Foreign,
  sli: Node,
  metric: string,
  of: (sides: Partial<IndicatorForm>) => IndicatorForm,
): IndicatorForm | undefined {
  const node = at(one, sli, 'metric')
  const [, name = '', labels = ''] =
    /([A-Za-z_:][\w:]*)_bucket\s*(?:\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\})?/.exec(metric) ?? []
  const written = textOf(at(one, sli, 'threshold')) ?? ''
  const limit = /^(\d+(?:\.\d+)?)\s*(ms|s)\b/.exec(written)
  if (name === '' || !limit)
    return refuse(one, node, 'a quantile needs a counter of buckets, and `threshold` such as 400ms')
  const value = parseDecimal(limit[1] ?? '') ?? whole(0)
  const seconds = toExact(limit[2] === 'ms' ? divide(value, whole(1000)) : value)
  const inner = labels.trim().replace(/,$/, '')
  noted(
    one,
    node,
    'E6',
    `a quantile is not a ratio of good to valid events, and ${shortly(written)} beside a target says the same twice`,
    `requests within ${written.split(' ')[0]} against all: the bucket le="${seconds}" has to exist`,
  )
  return of({
    good: `${name}_bucket{${inner === '' ? '' : `${inner},`}le="${seconds}"}`,
    total: inner === '' ? `${name}_count` : `${name}_count{${inner}}`,
  })
}

/** `21.6 minutes/month` is right for thirty days. */
function checkBudget(one: Foreign, slo: Node, { target, share, window, windowMs }: Promised): void {
  const node = at(one, slo, 'error_budget')
  const minutes = budgetMinutes(share, windowMs)
  const shown = `${toExact(minutes) ?? toDecimal(minutes, 3)} minutes in ${window}`
  if (!node) {
    noted(one, slo, 'E4', `the objective of ${target} states no budget`, shown)
    return
  }
  const written = textOf(node) ?? ''
  const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(minute|hour|day)s?/.exec(written) ?? []
  const size = { minute: MINUTE, hour: HOUR, day: DAY }[unit]
  const value = parseDecimal(count)
  if (!value || !size) return
  const stated = divide(multiply(value, whole(size)), whole(MINUTE))
  if (stated.n !== minutes.n || stated.d !== minutes.d)
    noted(one, node, 'E3', `${shortly(written)} is not the budget of ${target}`, shown)
}

/** Null: those of the workbook. */
function alertsOf(one: Foreign, slo: Node, promise: Promised): AlertForm[] | null {
  const found: AlertForm[] = []
  let isMended = false
  for (const alert of items(one, at(one, slo, 'burn_rate_alerts'))) {
    const [long, short] = [
      needed(one, alert, 'long_window', 'an alert'),
      textOf(at(one, alert, 'short_window')),
    ]
    const written = needed(one, alert, 'burn_rate', 'an alert')
    if (long === null || written === null) continue
    const burn = factorText(written)
    const longMs = parseDuration(long)
    if (!burn || !longMs) {
      refuse(one, alert, `${shortly(written)} over ${shortly(long)} is no burn rate over a window`)
      continue
    }
    checkComment(one, at(one, alert, 'burn_rate'), burn, promise)
    let severity: AlertForm['severity'] =
      textOf(at(one, alert, 'severity')) === 'page' ? 'page' : 'ticket'
    const known = WORKBOOK_ROWS.find((row) => row.longMs === longMs)
    if (known && known.loudness === 'page' && severity === 'ticket') {
      const factor = factorOf(known, promise.windowMs)
      if (burn.n * factor.d >= factor.n * burn.d) {
        severity = 'page'
        isMended = true
        noted(
          one,
          at(one, alert, 'severity'),
          'E2',
          `${written} over ${long} is ${toExact({ n: known.share.n * 100n, d: known.share.d })} % of the budget: a page and no ticket`,
          'a page; tickets at 3x over a day and 1x over three days are added',
        )
      }
    }
    found.push({
      name: known?.name ?? `${severity}-${long}`,
      severity,
      long,
      short: short ?? `${longMs / 12 / MINUTE}m`,
      burn: `${toExact(burn)}x`,
      budget: null,
    })
  }
  if (found.length === 0) return null
  const rows = rowsOf(found, promise.windowMs)
  const isPlain = rows.every((row) => {
    const same = WORKBOOK_ROWS.find((other) => other.name === row.name)
    return (
      same?.share.n === row.share.n &&
      same.share.d === row.share.d &&
      same.loudness === row.loudness
    )
  })
  return isPlain && (isMended || rows.length === WORKBOOK_ROWS.length) ? null : found
}

/** `# budget exhausted in 2 hours` beside a burn rate. */
function checkComment(
  one: Foreign,
  node: Node | null,
  burn: Fraction,
  { windowMs, window }: Promised,
): void {
  const { line } = placeIn(one, node)
  const text = one.text.split('\n')[line - 1] ?? ''
  const [, count = '', unit = ''] =
    /#.*exhausted in (\d+(?:\.\d+)?) (minute|hour|day)s?/.exec(text) ?? []
  const value = parseDecimal(count)
  const size = { minute: MINUTE, hour: HOUR, day: DAY }[unit]
  const ms = exhaustedIn(whole(1), burn, windowMs)
  if (!value || !size || !ms) return
  const stated = multiply(value, whole(size))
  if (stated.n === ms.n && stated.d === ms.d) return
  const hours = divide(ms, whole(HOUR))
  noted(
    one,
    node,
    'E1',
    `at ${toExact(burn)}x the budget of ${window} is not gone in ${count} ${unit}s`,
    `${toExact(hours) ?? toDecimal(hours, 1)} hours`,
  )
}

function policyOf(one: Foreign): BudgetPolicyForm | null {
  const node = childOf(one, 'error_budget_policy')
  if (!node) return null
  const said = (key: string): string | null => textOf(at(one, node, key))
  return {
    above_50: said('budget_remaining_above_50pct'),
    from_25_to_50: said('budget_remaining_25_to_50pct'),
    below_25: said('budget_remaining_below_25pct'),
    exhausted: said('budget_exhausted'),
  }
}
