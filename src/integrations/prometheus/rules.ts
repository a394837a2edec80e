/**
 * Recording and alerting rules for those who let Prometheus itself look. Thresholds are written as
 * exact decimals, ratios are those of sums, and the names are the ones that dashboards for Sloth know.
 */
import { Document } from 'yaml'
import { formatDuration } from '../../lib/duration.ts'
import { type Fraction, multiply, subtract, ONE, toDecimal, toExact } from '../../lib/fraction.ts'
import { DAY } from '../../lib/instant.ts'
import { budgetOf } from '../../slo/budget.ts'
import { type IndicatorForm, type Meaning, meaningOf } from '../../slo/definition.ts'
import type { Objective } from '../../slo/objective.ts'
import { rateOver } from '../../slo/query.ts'
import { factorOf, type Loudness, type Row } from '../../slo/rows.ts'

export type RulesAsked = { objective: Objective; service: string; team: string | null }
export type WrittenRules = { text: string; left: string[] }

const exact = (value: Fraction): string => toExact(value) ?? toDecimal(value, 20)

export function writeRules(asked: readonly RulesAsked[]): WrittenRules {
  const left: string[] = []
  const groups = asked.flatMap((one) => groupsOf(one, left))
  return {
    text: new Document({ groups }).toString({ lineWidth: 0 }),
    left,
  }
}

function groupsOf({ objective, service, team }: RulesAsked, left: string[]) {
  const { slug, definition } = objective
  const meaning = meaningOf(definition)
  if (!meaning) return []
  if (definition.indicator.total === null) {
    left.push(`${slug}: left out, its events are pushed.`)
    return []
  }
  if (meaning.counting.kind !== 'occurrences') {
    left.push(`${slug}: left out, it counts slices of time.`)
    return []
  }
  if (meaning.window.kind === 'calendar')
    left.push(
      `${slug}: its window follows the calendar, which rules cannot: they look at ${meaning.nominalMs / DAY} days.`,
    )
  const labels = {
    sloth_id: slug,
    sloth_service: service,
    sloth_slo: slug,
    ...(team === null ? {} : { team }),
  }
  return [
    { name: `allclear-ratios-${slug}`, rules: ratios(definition.indicator, meaning, labels) },
    { name: `allclear-budget-${slug}`, rules: budget(meaning, labels) },
    ...alerts(objective, meaning, labels),
  ]
}

type Labels = Readonly<Record<string, string>>

const lengthsOf = ({ rows, nominalMs }: Meaning): number[] =>
  [...new Set([...rows.flatMap((row) => [row.shortMs, row.longMs]), nominalMs])].sort(
    (a, b) => a - b,
  )

const ratios = (indicator: IndicatorForm, meaning: Meaning, labels: Labels) =>
  lengthsOf(meaning).map((ms) => {
    const window = formatDuration(ms)
    return {
      record: `slo:sli_error:ratio_rate${window}`,
      expr: errorRatio(indicator, window),
      labels: { ...labels, sloth_window: window },
    }
  })

function errorRatio(indicator: IndicatorForm, window: string): string {
  const over = (query: string): string =>
    indicator.as_is ? `sum(sum_over_time((${query})[${window}:1m]))` : rateOver(query, window)
  const total = over(indicator.total ?? '')
  // Bad events that never happened have no series: that is zero, and no lack of data.
  if (indicator.bad !== null)
    return `(\n  (${over(indicator.bad)})\n  or\n  (0 * (${total}))\n)\n/\n((${total}) > 0)`
  return `1 - (\n  (${over(indicator.good ?? '')})\n  /\n  ((${total}) > 0)\n)`
}

function budget({ target, nominalMs }: Meaning, labels: Labels) {
  const matchers = selector(labels)
  const of = (record: string, expr: string) => ({ record, expr, labels })
  const window = formatDuration(nominalMs)
  return [
    of('slo:objective:ratio', `vector(${exact(target)})`),
    of('slo:error_budget:ratio', `vector(${exact(subtract(ONE, target))})`),
    of('slo:time_period:days', `vector(${nominalMs / DAY})`),
    of(
      'slo:period_error_budget_remaining:ratio',
      `1 - (slo:sli_error:ratio_rate${window}${matchers} / ${exact(budgetOf(target))})`,
    ),
  ]
}

const selector = ({ sloth_id: id, sloth_service: service, sloth_slo: slo }: Labels): string =>
  `{sloth_id="${id}", sloth_service="${service}", sloth_slo="${slo}"}`

const SEVERITY: Readonly<Record<Loudness, string>> = { page: 'critical', ticket: 'warning' }

/** One alert for all rows of a loudness. There is no `for`: the long window waits already. */
function alerts({ slug, name }: Objective, meaning: Meaning, labels: Labels) {
  const rules = (['page', 'ticket'] as const).flatMap((loudness) => {
    const rows = meaning.rows.filter((row) => row.loudness === loudness)
    if (rows.length === 0) return []
    return [
      {
        alert: `ErrorBudgetBurn`,
        expr: rows.map((row) => conditionOf(row, meaning, labels)).join('\nor\n'),
        labels: {
          severity: SEVERITY[loudness],
          service: labels.sloth_service,
          objective: slug,
          sloth_severity: loudness,
        },
        annotations: { summary: `${name} burns its error budget (${loudness})` },
      },
    ]
  })
  return rules.length === 0 ? [] : [{ name: `allclear-alerts-${slug}`, rules }]
}

function conditionOf(row: Row, { target, nominalMs }: Meaning, labels: Labels): string {
  const threshold = exact(multiply(factorOf(row, nominalMs), budgetOf(target)))
  const over = (ms: number): string =>
    `max(slo:sli_error:ratio_rate${formatDuration(ms)}${selector(labels)} > ${threshold}) without (sloth_window)`
  return `(\n  ${over(row.shortMs)}\n  and\n  ${over(row.longMs)}\n)`
}
