/** Grafana Alerting's webhook: Alertmanager's, with more. Also at the addresses Grafana OnCall had. */
import type {
  Answer,
  Received,
  ReceiveFacts,
  Signal,
  SourceKind,
  SourceRoute,
  Verdict,
} from '../../alerts/source.ts'
import { isRecord } from '../../lib/json.ts'
import {
  answer as answerAlertmanager,
  keyOf,
  receive as receiveAlertmanager,
} from '../alertmanager/receive.ts'
import { readLink, text } from '../labels.ts'

export const grafana: SourceKind = {
  kind: 'grafana',
  label: 'Grafana Alerting',
  setup: ({ url, key }) => [
    { where: 'Alerting, Contact points, Webhook: URL', text: `${url}/in/grafana` },
    {
      where: 'the same form, Authorization header: scheme Bearer, credentials',
      text: key,
    },
  ],
  routes: (['POST', 'PUT'] as const).flatMap((method) =>
    [
      '/integrations/v1/grafana_alerting/:key',
      '/integrations/v1/grafana/:key',
      '/in/grafana/:key',
      '/in/grafana',
    ].map((path): SourceRoute => ({ method, path, key: keyOf, receive, answer })),
  ),
}

function receive(body: unknown, facts: ReceiveFacts): Received {
  return receiveAlertmanager(body, facts, extend)
}

function extend(
  signal: Signal,
  alert: Record<string, unknown>,
  body: Record<string, unknown>,
): Signal {
  const values = isRecord(alert.values)
    ? Object.entries(alert.values)
        .slice(0, 20)
        .flatMap(([name, value]) => (typeof value === 'number' ? [`${name}=${value}`] : []))
    : []
  const annotations: Record<string, string> = { ...signal.annotations }
  if (values.length > 0) annotations.values = text(values.join(', '), 1_024)
  else if (typeof alert.valueString === 'string')
    annotations.values = text(alert.valueString, 1_024)
  return {
    ...signal,
    // Trouble with the data source is no statement about the service: said in the title.
    title: /^Datasource(NoData|Error)$/.test(signal.labels.alertname ?? '')
      ? `${signal.labels.alertname === 'DatasourceNoData' ? 'No data' : 'Data source error'}: ${signal.labels.rulename ?? text(body.title, 500)}`
      : signal.title,
    annotations,
    links: [
      ...signal.links,
      ...readLink(alert.panelURL, 'Panel'),
      ...readLink(alert.dashboardURL, 'Dashboard'),
      ...readLink(alert.silenceURL, 'Silence in Grafana'),
    ],
  }
}

function answer(verdict: Verdict): Answer {
  if (verdict.kind === 'unknownKey') return { status: 403, body: 'No source here has this key.' }
  if (verdict.kind === 'accepted' && verdict.received.problems.length === 0)
    return { status: 200, body: 'Ok.' }
  return answerAlertmanager(verdict)
}
