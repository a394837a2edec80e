/** PagerDuty Events API v2: whoever sends to PagerDuty changes the address and nothing else. */
import { createHash } from 'node:crypto'
import type { Answer, Received, Signal, SourceKind, Verdict } from '../../alerts/source.ts'
import { type Instant, parseInstant } from '../../lib/instant.ts'
import { isRecord, textIn } from '../../lib/json.ts'
import { type Problems, readLabels, readLink, refused, text } from '../labels.ts'

const KEY_LENGTH = 32
const DEDUP_KEY_MAX = 255
const SUMMARY_MAX = 1_024
const LINKS_MAX = 20
const ACTIONS = ['trigger', 'acknowledge', 'resolve'] as const
const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const

export const pagerdutyEvents: SourceKind = {
  kind: 'pagerduty-events',
  label: 'PagerDuty Events v2',
  setup: ({ url, key }) => [
    {
      where: 'a terminal, to try it',
      text: `curl ${url}/v2/enqueue -d '{"routing_key":"${key}","event_action":"trigger","dedup_key":"try","payload":{"summary":"A first alert","source":"me","severity":"critical"}}'`,
    },
    {
      where: 'whatever speaks Events v2: the address instead of events.pagerduty.com',
      text: `${url}/v2/enqueue`,
    },
    {
      where: 'alertmanager.yml, if it pages over this integration',
      text: `pagerduty_configs:
  - routing_key: ${key}
    url: ${url}/v2/enqueue`,
    },
  ],
  routes: [
    {
      method: 'POST',
      path: '/v2/enqueue',
      key: routingKey,
      receive: receiveEvent,
      answer: answerEvent,
    },
    {
      method: 'POST',
      path: '/v2/change/enqueue',
      key: routingKey,
      receive: receiveChange,
      answer: answerChange,
    },
  ],
}

function routingKey(request: { body: unknown }): string | null {
  return isRecord(request.body) ? textIn(request.body, 'routing_key') : null
}

function receiveEvent(body: unknown, facts: { now: Instant }): Received {
  if (!isRecord(body)) return refused('body', 'The event has to be a JSON object.')
  const problems: Problems = []
  checkKey(body, problems)
  const action = ACTIONS.find((one) => one === body.event_action)
  if (!action) {
    problems.push({
      field: 'event_action',
      message: "'event_action' has to be trigger, acknowledge or resolve",
    })
  }
  const given = body.dedup_key
  if (
    given !== undefined &&
    given !== null &&
    (typeof given !== 'string' || given.length > DEDUP_KEY_MAX)
  ) {
    problems.push({
      field: 'dedup_key',
      message: `'dedup_key' has to be a text of at most ${DEDUP_KEY_MAX} characters`,
    })
  }
  const dedupKey = text(given, DEDUP_KEY_MAX)
  if (action && action !== 'trigger' && dedupKey === '') {
    problems.push({
      field: 'dedup_key',
      message: `'dedup_key' is missing or blank: ${action} needs it`,
    })
  }
  const payload = isRecord(body.payload) ? body.payload : {}
  if (action === 'trigger') checkPayload(body, payload, problems)
  const labels = labelsOf(payload, problems)
  const occurredAt = action === 'trigger' ? timestamp(payload.timestamp, problems) : null
  if (problems.length > 0 || !action) return { signals: [], changes: [], problems }
  const signal: Signal = {
    action,
    dedupKey: dedupKey || keyFrom(body, facts.now),
    groupKey: null,
    // Only triggers carry a time, and a trigger's is when the trouble began: order by arrival.
    occurredAt: null,
    title: text(payload.summary, SUMMARY_MAX) || 'An alert without a summary',
    severity: SEVERITIES.find((one) => one === payload.severity) ?? 'error',
    labels,
    annotations: annotationsOf(body, payload, occurredAt),
    links: linksOf(body),
    endsAt: null,
  }
  return { signals: [signal], changes: [], problems: [] }
}

function checkKey(body: Record<string, unknown>, problems: Problems): void {
  const key = body.routing_key
  if (typeof key !== 'string' || key === '') {
    problems.push({ field: 'routing_key', message: "'routing_key' is missing or blank" })
  } else if (key.length !== KEY_LENGTH) {
    problems.push({
      field: 'routing_key',
      message: "Length of 'routing_key' is incorrect (should be 32 characters)",
    })
  }
}

function checkPayload(
  body: Record<string, unknown>,
  payload: Record<string, unknown>,
  problems: Problems,
): void {
  if (!isRecord(body.payload)) {
    problems.push({ field: 'payload', message: "'payload' is missing or not an object" })
    return
  }
  for (const name of ['summary', 'source'] as const) {
    if (textIn(payload, name) === null) {
      problems.push({ field: `payload.${name}`, message: `'payload.${name}' is missing or blank` })
    }
  }
  if (!SEVERITIES.some((one) => one === payload.severity)) {
    problems.push({
      field: 'payload.severity',
      message:
        "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    })
  }
}

function timestamp(value: unknown, problems: Problems): Instant | null {
  if (value === undefined || value === null || value === '') return null
  const at = typeof value === 'string' ? parseInstant(value) : null
  if (at === null) {
    problems.push({
      field: 'payload.timestamp',
      message: "'payload.timestamp' is not an ISO 8601 time with a zone",
    })
  }
  return at
}

function labelsOf(payload: Record<string, unknown>, problems: Problems): Record<string, string> {
  const details = isRecord(payload.custom_details)
    ? readLabels(payload.custom_details, 'payload.custom_details', problems)
    : {}
  const own = readLabels(
    {
      source: payload.source,
      severity: payload.severity,
      component: payload.component,
      group: payload.group,
      class: payload.class,
    },
    'payload',
    problems,
  )
  return { ...details, ...own }
}

function annotationsOf(
  body: Record<string, unknown>,
  payload: Record<string, unknown>,
  since: Instant | null,
): Record<string, string> {
  const details = payload.custom_details
  const annotations: Record<string, string> = {}
  if (typeof details === 'string') annotations.details = text(details, 16_384)
  else if (Array.isArray(details)) annotations.details = text(JSON.stringify(details), 16_384)
  if (since !== null) annotations.since = new Date(since).toISOString()
  if (typeof body.client === 'string') annotations.client = text(body.client, 200)
  return annotations
}

function linksOf(body: Record<string, unknown>): Signal['links'] {
  const links = Array.isArray(body.links) ? body.links.slice(0, LINKS_MAX) : []
  return [
    ...links.flatMap((link) =>
      isRecord(link) ? readLink(link.href, text(link.text, 200) || 'Link') : [],
    ),
    ...readLink(body.client_url, text(body.client, 200) || 'Source'),
  ]
}

/** A trigger without a key is an alert of its own. */
const keyFrom = (body: unknown, now: Instant): string =>
  createHash('sha256')
    .update(`${now}\n${JSON.stringify(body)}`)
    .digest('hex')
    .slice(0, 32)

function receiveChange(body: unknown): Received {
  if (!isRecord(body)) return refused('body', 'The event has to be a JSON object.')
  const problems: Problems = []
  checkKey(body, problems)
  const payload = isRecord(body.payload) ? body.payload : {}
  const summary = text(payload.summary, SUMMARY_MAX)
  if (summary === '')
    problems.push({ field: 'payload.summary', message: "'payload.summary' is missing or blank" })
  const occurredAt = timestamp(payload.timestamp, problems)
  const labels = labelsOf(payload, problems)
  if (problems.length > 0) return { signals: [], changes: [], problems }
  return {
    signals: [],
    changes: [{ summary, occurredAt, links: linksOf(body), labels }],
    problems: [],
  }
}

/** The field by name, unless the sentence has it already. */
const inWords = ({ field, message }: { field: string; message: string }): string =>
  message.includes(field) ? message : `'${field}': ${message}`

const MESSAGE_INVALID = 'Event object is invalid'

function answerRefused(verdict: Exclude<Verdict, { kind: 'accepted' }>): Answer {
  const invalid = (errors: readonly string[]): Answer => ({
    status: 400,
    body: { status: 'invalid event', message: MESSAGE_INVALID, errors },
  })
  switch (verdict.kind) {
    case 'unreadable':
      return {
        status: 400,
        body: {
          status: 'Unrecognized object',
          message: 'Event object format is unrecognized',
          errors: ['JSON parse error'],
        },
      }
    case 'invalid':
      return invalid(verdict.problems.map(inWords))
    case 'unknownKey':
      return invalid(["No source here has this 'routing_key'"])
    case 'tooLarge':
      return {
        status: 413,
        body: {
          status: 'invalid event',
          message: MESSAGE_INVALID,
          errors: [`The event is larger than ${verdict.bytesMax} bytes`],
        },
      }
    case 'shed': {
      const wait = String(verdict.retryAfterSeconds)
      return {
        status: 429,
        body: {
          status: 'throttle exceeded',
          message: 'Requests for this source are arriving too quickly. Please retry later.',
          errors: ['Too many requests'],
        },
        headers: {
          'retry-after': wait,
          'ratelimit-limit': '0',
          'ratelimit-remaining': '0',
          'ratelimit-reset': wait,
        },
      }
    }
  }
}

function answerEvent(verdict: Verdict): Answer {
  if (verdict.kind !== 'accepted') return answerRefused(verdict)
  const dedupKey = verdict.received.signals[0]?.dedupKey ?? ''
  return {
    status: 202,
    body: { status: 'success', message: 'Event processed', dedup_key: dedupKey },
  }
}

function answerChange(verdict: Verdict): Answer {
  if (verdict.kind !== 'accepted') return answerRefused(verdict)
  return { status: 202, body: { status: 'success', message: 'Change event processed' } }
}
