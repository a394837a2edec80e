import { expect, test } from 'vitest'
import { sourceConformance } from '../source-conformance.ts'
import { pagerdutyEvents } from './receive.ts'

const KEY = '0123456789abcdef0123456789abcdef'
const [events, changes] = pagerdutyEvents.routes
if (!events || !changes) throw new Error('two routes')

sourceConformance('PagerDuty Events v2', {
  kind: pagerdutyEvents,
  route: events,
  // As Alertmanager 0.25 sends it, payload on resolve and null links included.
  trigger: {
    routing_key: KEY,
    dedup_key: '23dd417e',
    event_action: 'trigger',
    client: 'Alertmanager',
    client_url: 'http://am:9093/#/alerts',
    links: null,
    payload: {
      summary: '[FIRING:1] Flap (warning)',
      source: 'Alertmanager',
      severity: 'warning',
      custom_details: { firing: 'Labels:\n - alertname = Flap', num_firing: '1' },
    },
  },
  resolve: {
    routing_key: KEY,
    dedup_key: '23dd417e',
    event_action: 'resolve',
    payload: {
      summary: '[RESOLVED] Flap',
      source: 'Alertmanager',
      severity: 'warning',
      custom_details: {},
    },
  },
  request: { headers: {}, path: {} },
  key: KEY,
  answers: { accepted: 202, unknownKey: 400, shed: 429 },
})

test('the answer has the dedup key that was given, or one that was made', () => {
  const body = {
    routing_key: KEY,
    event_action: 'trigger',
    payload: { summary: 's', source: 'x', severity: 'info' },
  }
  const received = events.receive(body, { now: 1 })
  const made = received.signals[0]?.dedupKey
  expect(made).toMatch(/^[0-9a-f]{32}$/)
  expect(events.answer({ kind: 'accepted', received }).body).toEqual({
    status: 'success',
    message: 'Event processed',
    dedup_key: made,
  })
  expect(events.receive(body, { now: 2 }).signals[0]?.dedupKey).not.toBe(made)
})

test('a 429 carries both dialects of waiting', () => {
  expect(events.answer({ kind: 'shed', retryAfterSeconds: 3 }).headers).toMatchObject({
    'retry-after': '3',
    'ratelimit-reset': '3',
    'ratelimit-remaining': '0',
  })
})

test('a time without a colon in its offset is read, as the vendor’s own example has it', () => {
  const body = (timestamp: string) => ({
    routing_key: KEY,
    event_action: 'trigger',
    dedup_key: 'x',
    payload: { summary: 's', source: 'x', severity: 'info', timestamp },
  })
  expect(
    events.receive(body('2015-07-17T08:42:58.315+0000'), { now: 1 }).signals[0]?.annotations.since,
  ).toBe('2015-07-17T08:42:58.315Z')
  expect(events.receive(body('2015-07-17T08:42:58'), { now: 1 }).problems[0]?.field).toBe(
    'payload.timestamp',
  )
})

test('custom details may be a text or a list, as older clients send them', () => {
  const details = (custom_details: unknown) =>
    events.receive(
      {
        routing_key: KEY,
        event_action: 'trigger',
        dedup_key: 'x',
        payload: { summary: 's', source: 'x', severity: 'info', custom_details },
      },
      { now: 1 },
    )
  expect(details('plain').signals[0]?.annotations.details).toBe('plain')
  expect(details([1, 2]).signals[0]?.annotations.details).toBe('[1,2]')
})

test('a change event never pages', () => {
  const received = changes.receive({ routing_key: KEY, payload: { summary: 'deploy' } }, { now: 1 })
  expect([received.signals, received.changes[0]?.summary]).toEqual([[], 'deploy'])
  expect(changes.answer({ kind: 'accepted', received })).toEqual({
    status: 202,
    body: { status: 'success', message: 'Change event processed' },
  })
})
