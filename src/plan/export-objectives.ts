/** Our objectives in the words of others: OpenSLO v1 and Sloth. What they have no words for is said. */
import { Document } from 'yaml'
import { parseDuration } from '../lib/duration.ts'
import { parseDecimal, toExact } from '../lib/fraction.ts'
import { HOUR } from '../lib/instant.ts'
import { percentOf } from '../slo/definition.ts'
import { isSelector, rateOver } from '../slo/query.ts'
import type { ObjectiveForm } from './form.ts'

export type Written = { text: string; left: string[] }

const share = (percent: string): number => {
  const value = percentOf(percent)
  return value ? Number(toExact(value)) : 0
}

const UNIT = { day: 'd', week: 'w', month: 'M', quarter: 'Q', year: 'Y' } as const

export function writeOpenSlo(objectives: readonly ObjectiveForm[]): Written {
  const left: string[] = []
  const texts = objectives.map((one) => write(openSloOf(one, left)))
  return { text: texts.join('---\n'), left }
}

function openSloOf(one: ObjectiveForm, left: string[]): Record<string, unknown> {
  const { id, name, window, slices, indicator } = one
  if (one.alerts !== null)
    left.push(`${id}: its alerts stay here, one condition there has one window.`)
  if (indicator.metrics === null)
    left.push(`${id}: its events are pushed, so its queries are empty.`)
  if (indicator.as_is) left.push(`${id}: its queries are asked once a minute as they stand.`)
  const metric = (query: string | null) => ({
    metricSource: {
      ...(indicator.metrics === null ? {} : { metricSourceRef: indicator.metrics }),
      type: indicator.metrics === null ? 'Pushed' : 'Prometheus',
      spec: { query: query ?? id },
    },
  })
  const bad = indicator.bad !== null
  return {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: dashed(id), displayName: name },
    spec: {
      ...(one.description === null ? {} : { description: one.description }),
      service: dashed(one.service),
      indicator: {
        metadata: { name: dashed(id) },
        spec: {
          ratioMetric: {
            counter: isSelector(indicator.total ?? ''),
            [bad ? 'bad' : 'good']: metric(bad ? indicator.bad : indicator.good),
            total: metric(indicator.total),
          },
        },
      },
      timeWindow: [
        typeof window === 'string'
          ? { duration: openSloDuration(window), isRolling: true }
          : {
              duration: `${window.count}${UNIT[window.calendar]}`,
              isRolling: false,
              calendar: {
                startTime: `${window.starts.replace('T', ' ')}:00`,
                timeZone: window.zone,
              },
            },
      ],
      budgetingMethod:
        slices === null ? 'Occurrences' : slices.target === null ? 'RatioTimeslices' : 'Timeslices',
      objectives: [
        {
          displayName: name,
          target: share(one.target),
          ...(slices === null ? {} : { timeSliceWindow: slices.every }),
          ...(slices?.target ? { timeSliceTarget: share(slices.target) } : {}),
        },
      ],
    },
  }
}

const dashed = (id: string): string => id.replace(/[._]+/g, '-').replace(/-+$/, '').slice(0, 63)

/** One count and one unit. */
function openSloDuration(text: string): string {
  const hours = (parseDuration(text) ?? HOUR) / HOUR
  return hours % 24 === 0 ? `${hours / 24}d` : `${Math.round(hours)}h`
}

export function writeSloth(objectives: readonly ObjectiveForm[]): Written {
  const left: string[] = []
  const services = [...new Set(objectives.map((one) => one.service))]
  const texts = services.flatMap((service) => {
    const slos = objectives
      .filter((one) => one.service === service)
      .flatMap((one) => slothOf(one, left) ?? [])
    return slos.length === 0 ? [] : [write({ version: 'prometheus/v1', service, slos })]
  })
  return { text: texts.join('---\n'), left }
}

function slothOf(one: ObjectiveForm, left: string[]): Record<string, unknown> | null {
  const { id, indicator, slices, window } = one
  if (indicator.metrics === null || indicator.total === null) {
    left.push(`${id}: left out, its events are pushed.`)
    return null
  }
  if (slices !== null) {
    left.push(`${id}: left out, it counts slices of time.`)
    return null
  }
  if (window !== '30d') left.push(`${id}: its window is not 30d, choose \`--default-slo-period\`.`)
  const place = (query: string): string => rateOver(query, '{{.window}}')
  const total = place(indicator.total)
  const bad =
    indicator.bad === null ? `${total} - ${place(indicator.good ?? '')}` : place(indicator.bad)
  const off = (loudness: 'page' | 'ticket'): boolean =>
    one.alerts !== null && !one.alerts.some((alert) => alert.severity === loudness)
  return {
    name: id,
    objective: Number(toExact(parseDecimal(one.target.slice(0, -1)) ?? { n: 0n, d: 1n })),
    ...(one.description === null ? {} : { description: one.description }),
    sli: { events: { error_query: bad, total_query: total } },
    alerting: {
      name: `${id} burns its budget`,
      ...(off('page') ? { page_alert: { disable: true } } : {}),
      ...(off('ticket') ? { ticket_alert: { disable: true } } : {}),
    },
  }
}

const write = (value: unknown): string => new Document(value).toString({ lineWidth: 0 })
