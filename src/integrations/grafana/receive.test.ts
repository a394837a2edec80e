import { expect, test } from 'vitest'
import { sourceConformance } from '../source-conformance.ts'
import { grafana } from './receive.ts'

const [route] = grafana.routes
if (!route) throw new Error('a route')

const body = (status: 'firing' | 'resolved', more: object = {}) => ({
  version: '1',
  orgId: 1,
  title: '[FIRING:1] High latency',
  state: status === 'firing' ? 'alerting' : 'ok',
  message: '…',
  receiver: 'pager',
  status,
  groupKey: '{}:{alertname="High latency"}',
  alerts: [
    {
      status,
      labels: { alertname: 'High latency', severity: 'critical' },
      annotations: { summary: 'p99 above 2 s' },
      startsAt: '2026-11-23T09:00:00Z',
      endsAt: status === 'resolved' ? '2026-11-23T09:10:00Z' : '0001-01-01T00:00:00Z',
      fingerprint: 'c6eadffa33fcdf37',
      generatorURL: 'https://grafana/alerting/x',
      silenceURL: 'https://grafana/silence',
      dashboardURL: 'https://grafana/d/1',
      panelURL: 'https://grafana/d/1?viewPanel=2',
      values: { A: 2.4, B: 1 },
      ...more,
    },
  ],
})

sourceConformance('Grafana Alerting', {
  kind: grafana,
  route,
  trigger: body('firing'),
  resolve: body('resolved'),
  request: { headers: {}, path: { key: 'g'.repeat(32) } },
  key: 'g'.repeat(32),
  answers: { accepted: 200, unknownKey: 403, shed: 503 },
})

test('values and links of Grafana are kept', () => {
  const [signal] = route.receive(body('firing'), { now: 1 }).signals
  expect(signal?.annotations.values).toBe('A=2.4, B=1')
  expect(signal?.links.map((link) => link.text)).toEqual([
    'Source',
    'Panel',
    'Dashboard',
    'Silence in Grafana',
  ])
})

test('no data is said in the title', () => {
  const [signal] = route.receive(
    body('firing', { labels: { alertname: 'DatasourceNoData', rulename: 'High latency' } }),
    { now: 1 },
  ).signals
  expect(signal?.title).toBe('No data: High latency')
})
