import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sourceConformance } from '../source-conformance.ts'
import { fingerprint } from './fingerprint.ts'
import { alertmanager } from './receive.ts'

const [route] = alertmanager.routes
if (!route) throw new Error('a route')

const alert = (status: 'firing' | 'resolved', more: object = {}) => ({
  status,
  labels: { alertname: 'AlwaysOn', service: 'checkout-api', severity: 'critical' },
  annotations: { runbook_url: 'https://runbooks/x', summary: 'it burns' },
  startsAt: '2026-11-23T09:04:07.888Z',
  endsAt: status === 'resolved' ? '2026-11-23T09:04:20.888Z' : '0001-01-01T00:00:00Z',
  generatorURL: 'http://vm:18090/graph?g0.expr=vector%281%29&g0.tab=1',
  fingerprint: '8ee1e3c947bdbc98',
  ...more,
})
const notification = (status: 'firing' | 'resolved', alerts: object[]) => ({
  receiver: 'all',
  status,
  alerts,
  groupLabels: { alertname: 'AlwaysOn' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://am:9093',
  version: '4',
  groupKey: '{}:{alertname="AlwaysOn"}',
  truncatedAlerts: 0,
})

sourceConformance('Alertmanager webhook v4', {
  kind: alertmanager,
  route,
  trigger: notification('firing', [alert('firing')]),
  resolve: notification('resolved', [alert('resolved')]),
  request: { headers: {}, path: { key: 'k'.repeat(32) } },
  key: 'k'.repeat(32),
  answers: { accepted: 200, unknownKey: 404, shed: 503 },
})

test('fingerprints are those of Prometheus', () => {
  expect(
    fingerprint({ alertname: 'AlwaysOn', service: 'checkout-api', severity: 'critical' }),
  ).toBe('8ee1e3c947bdbc98')
  expect(fingerprint({ severity: 'warning', alertname: 'Flap' })).toBe('f851ccfac190e046')
})

test('a fingerprint that is missing is computed', () => {
  const [signal] = route.receive(
    notification('firing', [alert('firing', { fingerprint: undefined })]),
    { now: 1 },
  ).signals
  expect(signal?.dedupKey).toBe('8ee1e3c947bdbc98')
})

test('each alert counts by its own status, and Go’s zero time is no time', () => {
  const received = route.receive(
    notification('firing', [
      alert('firing'),
      alert('resolved', { labels: { alertname: 'B' }, fingerprint: 'b' }),
    ]),
    { now: 1 },
  )
  expect(received.signals.map((one) => [one.action, one.dedupKey])).toEqual([
    ['trigger', '8ee1e3c947bdbc98'],
    ['resolve', 'b'],
  ])
  expect(received.signals[0]?.occurredAt).toBe(Date.parse('2026-11-23T09:04:07.888Z'))
  expect(received.signals[0]?.endsAt).toBeNull()
})

test('the bearer token is a key, too', () => {
  expect(route.key({ body: {}, headers: { authorization: 'Bearer abc' }, path: {} })).toBe('abc')
})

const SAMPLES = join(import.meta.dirname, '../../../../shared/data/alertmanager-webhook-payloads')
if (!existsSync(SAMPLES))
  process.stderr.write(
    'alertmanager: the collected payloads are not here; that test is passed over\n',
  )
test.runIf(existsSync(SAMPLES))('collected payloads of other projects are read', () => {
  const files = readdirSync(SAMPLES, { recursive: true })
    .map((name) => join(SAMPLES, String(name)))
    .filter((path) => path.endsWith('.json') && statSync(path).isFile())
  let read = 0
  for (const path of files) {
    const body = JSON.parse(readFileSync(path, 'utf8')) as { alerts?: unknown[] }
    if (!Array.isArray(body.alerts)) continue
    const { signals, problems } = route.receive(body, { now: 1 })
    expect(signals.length + problems.length).toBeGreaterThan(0)
    read += signals.length
  }
  expect(read).toBeGreaterThan(0)
})
