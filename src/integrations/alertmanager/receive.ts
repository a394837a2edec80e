/** Prometheus Alertmanager's webhook, version 4. Every alert counts by its own status. */
import type {
  Answer,
  Received,
  Signal,
  SourceKind,
  SourceRoute,
  Verdict,
  ReceiveFacts,
} from '../../alerts/source.ts'
import { type Instant, parseInstant } from '../../lib/instant.ts'
import { isRecord, textIn } from '../../lib/json.ts'
import { type Problems, readLabels, readLink, refused, severityOf, text } from '../labels.ts'
import { fingerprint } from './fingerprint.ts'

const ALERTS_MAX = 2_000
/** What Go writes for "no time". */
const GO_ZERO = '0001-01-01T00:00:00'

export const alertmanager: SourceKind = {
  kind: 'alertmanager',
  label: 'Prometheus Alertmanager',
  setup: ({ url, key }) => [
    {
      where: 'alertmanager.yml',
      text: `receivers:
  - name: allclear
    webhook_configs:
      - url: ${url}/in/alertmanager
        send_resolved: true
        http_config:
          authorization: { credentials: ${key} }
route:
  receiver: allclear`,
    },
    {
      where: 'a terminal, to try it',
      text: `curl ${url}/in/alertmanager -H 'authorization: Bearer ${key}' -d '{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Try","severity":"critical"}}]}'`,
    },
  ],
  routes: ['/integrations/v1/alertmanager/:key', '/in/alertmanager/:key', '/in/alertmanager'].map(
    (path): SourceRoute => ({
      method: 'POST',
      path,
      key: keyOf,
      receive: (body, facts) => receive(body, facts),
      answer,
    }),
  ),
}

/** The key stands in the path, or in the Authorization header as a bearer token. */
export function keyOf(request: {
  headers: Readonly<Record<string, string>>
  path: Readonly<Record<string, string>>
}): string | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return request.path.key ?? bearer ?? null
}

/** What a relative of Alertmanager (Grafana) adds to a signal made from one of its alerts. */
export type Extend = (
  signal: Signal,
  alert: Record<string, unknown>,
  body: Record<string, unknown>,
) => Signal

export function receive(
  body: unknown,
  facts: ReceiveFacts,
  extend: Extend = (signal) => signal,
): Received {
  if (!isRecord(body)) return refused('body', 'The notification has to be a JSON object.')
  if (!Array.isArray(body.alerts)) return refused('alerts', 'Has to be a list of alerts.')
  if (body.alerts.length > ALERTS_MAX) {
    return refused(
      'alerts',
      `Holds ${body.alerts.length} alerts; at most ${ALERTS_MAX} are read at once.`,
    )
  }
  const problems: Problems = []
  const signals: Signal[] = []
  body.alerts.forEach((alert: unknown, index: number) => {
    const signal = readAlert(alert, body, `alerts[${index}]`, facts.ignoreLabels ?? [], problems)
    if (signal && isRecord(alert)) signals.push(extend(signal, alert, body))
  })
  return { signals, changes: [], problems }
}

/** Two replicas of one Prometheus say the same with one label of their own: it is one alert. */
function identity(
  labels: Readonly<Record<string, string>>,
  given: string | null,
  ignored: readonly string[],
): string {
  if (ignored.some((name) => labels[name] !== undefined))
    return fingerprint(
      Object.fromEntries(Object.entries(labels).filter(([name]) => !ignored.includes(name))),
    )
  return given?.slice(0, 64) ?? fingerprint(labels)
}

function readAlert(
  alert: unknown,
  body: Record<string, unknown>,
  field: string,
  ignored: readonly string[],
  problems: Problems,
): Signal | null {
  const before = problems.length
  if (!isRecord(alert)) {
    problems.push({ field, message: 'Has to be an object.' })
    return null
  }
  const labels = readLabels(alert.labels, `${field}.labels`, problems)
  const annotations = readLabels(alert.annotations, `${field}.annotations`, problems)
  const startsAt = readTime(alert.startsAt, `${field}.startsAt`, problems)
  const endsAt = readTime(alert.endsAt, `${field}.endsAt`, problems)
  const status = alert.status ?? body.status
  if (status !== 'firing' && status !== 'resolved') {
    problems.push({ field: `${field}.status`, message: 'Has to be firing or resolved.' })
  }
  if (Object.keys(labels).length === 0 && problems.length === before) {
    problems.push({
      field: `${field}.labels`,
      message: 'Names no label, so it cannot be told from others.',
    })
  }
  if (problems.length > before) return null
  const isResolved = status === 'resolved'
  return {
    action: isResolved ? 'resolve' : 'trigger',
    dedupKey: identity(labels, textIn(alert, 'fingerprint'), ignored),
    groupKey: text(body.groupKey, 1_024) || null,
    occurredAt: isResolved ? (endsAt ?? null) : startsAt,
    title: titleOf(labels, annotations),
    severity: severityOf(labels.severity),
    labels,
    annotations: truncatedNote(body, annotations),
    links: [
      ...readLink(alert.generatorURL, 'Source'),
      ...readLink(annotations.runbook_url, 'Runbook'),
      ...readLink(annotations.dashboard_url ?? annotations.dashboard, 'Dashboard'),
    ],
    endsAt: null,
  }
}

const titleOf = (labels: Record<string, string>, annotations: Record<string, string>): string =>
  annotations.summary ||
  annotations.title ||
  annotations.message ||
  annotations.description ||
  labels.alertname ||
  'An alert without a name'

function truncatedNote(
  body: Record<string, unknown>,
  annotations: Record<string, string>,
): Record<string, string> {
  const more = body.truncatedAlerts
  return typeof more === 'number' && more > 0
    ? { ...annotations, not_sent: `${more} more alerts were not sent` }
    : annotations
}

function readTime(value: unknown, field: string, problems: Problems): Instant | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string' && value.startsWith(GO_ZERO)) return null
  const at = typeof value === 'string' ? parseInstant(value) : null
  if (at === null) problems.push({ field, message: 'Is not an RFC 3339 time with a zone.' })
  return at
}

export function answer(verdict: Verdict): Answer {
  switch (verdict.kind) {
    case 'accepted': {
      const { problems, signals } = verdict.received
      return { status: 200, body: { stored: signals.length, refused: problems } }
    }
    case 'unreadable':
      return { status: 400, body: { error: 'The body is not JSON.' } }
    case 'invalid':
      return {
        status: 400,
        body: { error: 'Nothing in the notification could be stored.', refused: verdict.problems },
      }
    case 'tooLarge':
      return { status: 413, body: { error: `The body is larger than ${verdict.bytesMax} bytes.` } }
    case 'unknownKey':
      return { status: 404, body: { error: 'No source here has this key.' } }
    case 'shed':
      // 503, not 429: Alertmanager's webhook receiver drops what it gets a 429 for.
      return {
        status: 503,
        body: { error: 'Busy: please send it again.' },
        headers: { 'retry-after': String(verdict.retryAfterSeconds) },
      }
  }
}
