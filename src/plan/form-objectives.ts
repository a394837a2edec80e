/** `metrics` and `objectives`: what is promised of a service, how it is counted and what follows. */
import { isMap, isScalar, type Node } from 'yaml'
import { formatDuration, parseDuration } from '../lib/duration.ts'
import { parseDecimal, toDecimal, toExact, isAbove, ZERO } from '../lib/fraction.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import { parseWall } from '../lib/zone.ts'
import {
  type AlertForm,
  type BudgetPolicyForm,
  type CalendarForm,
  type Definition,
  factorText,
  type IndicatorForm,
  nominalMs,
  percentOf,
  rowsOf,
  type SlicesForm,
  targetOf,
  windowOf,
} from '../slo/definition.ts'
import { QUERY_MAX, queryTrouble } from '../slo/query.ts'
import { factorOf, thresholdOf, unsound } from '../slo/rows.ts'
import { CALENDAR_UNITS } from '../slo/window.ts'
import type { MetricsForm, ObjectiveForm } from './form.ts'
import { address, name, secret, span, zone } from './form-values.ts'
import { list, named, oneOf, record, reference, slug, text, whole, yesNo } from './reader.ts'
import { arrive, lastOf, note, quoted, type Reader, sourceOf } from './reading.ts'

const METRICS_MAX = 100
const OBJECTIVES_MAX = 5_000
const ALERTS_MAX = 20
const WINDOW_MS_MAX = 400 * DAY

export const METRICS_KINDS = ['prometheus'] as const

const metrics = record<MetricsForm>('a source of metrics', {
  id: { reader: slug, isRequired: true },
  name: { reader: name },
  kind: { reader: oneOf(METRICS_KINDS), otherwise: 'prometheus' },
  url: { reader: address, isRequired: true },
  username: { reader: text({ max: 200 }) },
  password: { reader: secret },
  token: { reader: secret },
  tenant: { reader: text({ max: 200, pattern: /^[\x21-\x7e]+$/, is: 'the id of a tenant' }) },
})

export const metricsReader: Reader<MetricsForm[]> = (reading, node, path) =>
  named(metrics, 'sources of metrics', METRICS_MAX)(reading, node, path)?.map((one) => ({
    ...one,
    name: one.name ?? one.id,
    url: one.url?.replace(/\/+$/, '') ?? '',
  }))

/** `99.95%`, or 99.95 without the sign. A share such as 0.9995 could mean two things and is asked about. */
export const target: Reader<string> = (reading, start, path) => {
  const written = text({ max: 40 })(reading, start, path)
  if (written === undefined) return undefined
  const say = (sentence: string) =>
    note(reading, start, path, `\`${lastOf(path)}\`: ${quoted(written)} ${sentence}`)
  const bare = written.replace(/\s*%$/, '')
  const value = parseDecimal(bare)
  if (value === null)
    return say(
      /^\d+,\d+/.test(bare)
        ? `is not a number, write ${bare.replace(',', '.')}% with a point`
        : 'is not a percentage such as 99.9%',
    )
  if (!written.includes('%') && isAbove(value, ZERO) && !isAbove(value, { n: 1n, d: 1n }))
    return say(`is not clear, write ${toExact({ n: value.n * 100n, d: value.d }) ?? 99.9}%`)
  const whole = `${toExact(value)}%`
  if (targetOf(whole) !== null) return whole
  return say(
    isAbove(value, ZERO)
      ? 'leaves no budget: a target is below 100%'
      : 'promises nothing: a target is above 0%',
  )
}

const share: Reader<string> = (reading, node, path) => {
  const written = text({ max: 40 })(reading, node, path)
  if (written === undefined) return undefined
  const value = percentOf(written)
  if (value !== null && isAbove(value, ZERO)) return `${toExact(parsePercent(written)) ?? ''}%`
  return note(
    reading,
    node,
    path,
    `\`${lastOf(path)}\`: ${quoted(written)} is not a share such as 2%`,
  )
}
const parsePercent = (written: string) => parseDecimal(written.replace(/\s*%$/, '')) ?? ZERO

const burn: Reader<string> = (reading, node, path) => {
  const written = text({ max: 40 })(reading, node, path)
  if (written === undefined) return undefined
  const value = factorText(written)
  if (value !== null && isAbove(value, ZERO)) return `${toExact(value)}x`
  return note(
    reading,
    node,
    path,
    `\`${lastOf(path)}\`: ${quoted(written)} is not a burn rate such as 14.4x`,
  )
}

/** A rolling window in days, or a calendar. */
const window: Reader<Definition['window']> = (reading, start, path) => {
  const node = arrive(reading, start, path)
  return isMap(node) ? calendar(reading, node, path) : rolling(reading, start, path)
}

const rolling = span(HOUR, WINDOW_MS_MAX, 'from 1h to 400d')

const wall = (reading: Parameters<Reader<string>>[0], start: Node | null, path: string) => {
  const written = text({ max: 40 })(reading, start, path)
  if (written === undefined) return undefined
  const [date = '', time = '00:00'] = written.split(/[T ]/)
  if (parseWall(date, time) !== null) return `${date}T${time.slice(0, 5)}`
  return note(reading, start, path, `${quoted(written)} is not a local time such as 2026-01-01`)
}

const calendar = record<CalendarForm>('a calendar window', {
  calendar: { reader: oneOf(CALENDAR_UNITS), isRequired: true },
  count: { reader: whole(1, 100), otherwise: 1 },
  zone: { reader: zone, otherwise: 'UTC' },
  starts: { reader: wall, otherwise: '2024-01-01T00:00' },
})

const SLICES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60].map((one) => one * MINUTE)

const slice: Reader<string> = (reading, node, path) => {
  const read = span(MINUTE, HOUR, 'from 1m to 1h')(reading, node, path)
  if (read === undefined || SLICES.includes(parseDuration(read) ?? 0)) return read
  return note(reading, node, path, `\`${lastOf(path)}\`: ${quoted(read)} does not divide the hour`)
}

const sliceTarget: Reader<string> = (reading, node, path) => {
  const written = text({ max: 40 })(reading, node, path)
  if (written === undefined) return undefined
  // A slice may have to be all good.
  return /^100(\.0+)?\s*%?$/.test(written) ? '100%' : target(reading, node, path)
}

const slices = record<SlicesForm>('`slices`', {
  every: { reader: slice, otherwise: '1m' },
  target: { reader: sliceTarget },
})

const query: Reader<string> = (reading, node, path) =>
  text({ max: QUERY_MAX, isMultiline: true })(reading, node, path)?.trim()

const indicatorFields = record<IndicatorForm>('`indicator`', {
  metrics: { reader: reference('metrics') },
  good: { reader: query },
  bad: { reader: query },
  total: { reader: query },
  as_is: { reader: yesNo, otherwise: false },
})

const indicator: Reader<IndicatorForm> = (reading, start, path) => {
  const node = arrive(reading, start, path)
  if (isScalar(node) && sourceOf(node) === 'pushed') return PUSHED
  const before = reading.mistakes.length
  const read = indicatorFields(reading, node, path)
  if (!read || reading.mistakes.length > before) return read
  if (read.metrics === null)
    return note(
      reading,
      node,
      path,
      '`indicator` needs `metrics`, the source that is asked; where events are sent to us write `indicator: pushed`',
    )
  if ((read.good === null) === (read.bad === null))
    return note(reading, node, path, '`indicator` needs one of `good` and `bad`')
  if (read.total === null) return note(reading, node, path, '`indicator` needs `total`')
  for (const side of read.as_is ? [] : (['good', 'bad', 'total'] as const)) {
    const trouble = read[side] === null ? null : queryTrouble(read[side])
    const place = reading.places.get(`${path}.${side}`)
    if (trouble !== null && place)
      reading.mistakes.push({
        ...place,
        path: `${path}.${side}`,
        sentence: `\`${side}\` ${trouble}`,
      })
  }
  return read
}

export const PUSHED: IndicatorForm = {
  metrics: null,
  good: null,
  bad: null,
  total: null,
  as_is: false,
}

const alertFields = record<AlertForm>('an alert', {
  name: { reader: slug },
  severity: { reader: oneOf(['page', 'ticket']), isRequired: true },
  long: { reader: span(5 * MINUTE, 40 * DAY, 'from 5m to 40d'), isRequired: true },
  short: { reader: span(MINUTE, 40 * DAY, 'at least 1m') },
  burn: { reader: burn },
  budget: { reader: share },
})

const alert: Reader<AlertForm> = (reading, node, path) => {
  const before = reading.mistakes.length
  const read = alertFields(reading, node, path)
  if (!read || reading.mistakes.length > before) return read
  if ((read.burn === null) === (read.budget === null))
    return note(reading, node, path, 'an alert needs one of `burn` (14.4x) and `budget` (2%)')
  const longMs = parseDuration(read.long) ?? 0
  const short = read.short ?? formatDuration(Math.max(MINUTE, longMs / 12))
  if ((parseDuration(short) ?? 0) >= longMs)
    return note(reading, node, `${path}.short`, '`short` has to be shorter than `long`')
  return { ...read, short, name: read.name ?? `${read.severity}-${read.long}` }
}

const words = text({ max: 1_000, isMultiline: true })

const policy = record<BudgetPolicyForm>('`policy`', {
  above_50: { reader: words },
  from_25_to_50: { reader: words },
  below_25: { reader: words },
  exhausted: { reader: words },
})

const objectiveFields = record<ObjectiveForm>('an objective', {
  id: { reader: slug, isRequired: true },
  name: { reader: name },
  service: { reader: reference('service'), isRequired: true },
  team: { reader: reference('team') },
  description: { reader: text({ max: 1_050, isMultiline: true }) },
  target: { reader: target, isRequired: true },
  window: { reader: window, otherwise: '30d' },
  slices: { reader: slices },
  indicator: { reader: indicator, isRequired: true },
  alerts: { reader: list(alert, ALERTS_MAX) },
  no_data: { reader: span(5 * MINUTE, 7 * DAY, 'from 5m to 7d') },
  review: { reader: oneOf(['weekly', 'monthly', 'quarterly', 'yearly']) },
  policy: { reader: policy },
})

const objective: Reader<ObjectiveForm> = (reading, node, path) => {
  const before = reading.mistakes.length
  const read = objectiveFields(reading, node, path)
  if (read && reading.mistakes.length === before)
    for (const { at, sentence } of rowMistakes(read)) {
      const place = reading.places.get(`${path}.${at}`) ?? reading.places.get(path)
      if (place) reading.mistakes.push({ ...place, path: `${path}.${at}`, sentence })
    }
  return read
}

/** Rows that can never fire are refused: whoever wrote them believes that they will be told. */
function rowMistakes(form: ObjectiveForm): { at: string; sentence: string }[] {
  const value = targetOf(form.target)
  if (value === null) return []
  const windowMs = nominalMs(windowOf(form.window))
  const rows = rowsOf(form.alerts, windowMs)
  return unsound(rows, { target: value, windowMs, perHour: null }).flatMap(({ row, reason }) => {
    const found = rows.find((one) => one.name === row)
    if (!found || (reason !== 'cannotFire' && reason !== 'windowTooLong')) return []
    const needed = toDecimal(thresholdOf(found, value, windowMs), 4)
    const factor = toDecimal(factorOf(found, windowMs), 2).replace(/\.?0+$/, '')
    return [
      {
        at: form.alerts === null ? 'target' : 'alerts',
        sentence:
          reason === 'windowTooLong'
            ? `the alert \`${row}\` looks back longer than the window of the objective`
            : `the alert \`${row}\` cannot fire: ${factor}x needs more than ${toDecimal(percentTimes(needed), 0)} % errors at a target of ${form.target}; ${form.alerts === null ? 'write `alerts` of your own' : 'write a smaller share'}`,
      },
    ]
  })
}
const percentTimes = (text: string) => {
  const value = parseDecimal(text) ?? ZERO
  return { n: value.n * 100n, d: value.d }
}

export const objectivesReader: Reader<ObjectiveForm[]> = (reading, node, path) =>
  named(objective, 'objectives', OBJECTIVES_MAX)(reading, node, path)?.map((one) => ({
    ...one,
    name: one.name ?? one.id,
  }))
