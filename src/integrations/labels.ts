/** What every source does with labels and links: bounded, text only, no prototype in reach. */
import { isRecord } from '../lib/json.ts'
import { storable, truncate } from '../lib/text.ts'
import type { Received, Severity, Signal } from '../alerts/source.ts'

export const LABELS_MAX = 64
export const LABEL_NAME_MAX = 128
export const LABEL_VALUE_MAX = 1_024
export const LABELS_REFUSED_ABOVE = 1_000

export type Problems = { field: string; message: string }[]

/** Keeps flat text, numbers and booleans. More than a thousand names are refused by field. */
export function readLabels(
  value: unknown,
  field: string,
  problems: Problems,
): Record<string, string> {
  const labels: Record<string, string> = Object.create(null)
  if (!isRecord(value)) {
    if (value !== undefined && value !== null)
      problems.push({ field, message: 'Has to be an object of texts.' })
    return labels
  }
  const names = Object.keys(value)
  if (names.length > LABELS_REFUSED_ABOVE) {
    problems.push({
      field,
      message: `Holds ${names.length} labels; at most ${LABELS_REFUSED_ABOVE} are read.`,
    })
    return labels
  }
  for (const name of names.slice(0, LABELS_MAX)) {
    const one = value[name]
    if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean') continue
    const text = String(one)
    if (text !== '')
      labels[storable(truncate(name, LABEL_NAME_MAX))] = storable(truncate(text, LABEL_VALUE_MAX))
  }
  return { ...labels }
}

/** Only addresses a person may safely be sent to. */
export function readLink(href: unknown, text: string): Signal['links'] {
  if (typeof href !== 'string' || href.length > 2_048) return []
  try {
    const url = new URL(href)
    return url.protocol === 'http:' || url.protocol === 'https:'
      ? [{ href: url.href, text: storable(truncate(text, 200)) }]
      : []
  } catch {
    return []
  }
}

const WORDS: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  fatal: 'critical',
  emergency: 'critical',
  page: 'critical',
  disaster: 'critical',
  sev1: 'critical',
  p1: 'critical',
  error: 'error',
  high: 'error',
  major: 'error',
  err: 'error',
  sev2: 'error',
  p2: 'error',
  warning: 'warning',
  warn: 'warning',
  minor: 'warning',
  medium: 'warning',
  average: 'warning',
  sev3: 'warning',
  p3: 'warning',
  ticket: 'warning',
  info: 'info',
  information: 'info',
  informational: 'info',
  low: 'info',
  none: 'info',
  notice: 'info',
  debug: 'info',
  ok: 'info',
  sev4: 'info',
  p4: 'info',
}

/** A word of any monitoring system → ours. What is not known is an error: unknown is not harmless. */
export const severityOf = (word: string | undefined): Severity =>
  WORDS[(word ?? '').toLowerCase()] ?? 'error'

export const text = (value: unknown, max: number): string =>
  typeof value === 'string' ? storable(truncate(value, max)) : ''

export const refused = (field: string, message: string): Received => ({
  signals: [],
  changes: [],
  problems: [{ field, message }],
})
