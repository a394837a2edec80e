/** Objectives of others. Real documents are read where `OBJECTIVES_DATA` names a folder that holds them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importObjectives, writeObjectives } from './import-objectives.ts'
import { writeOpenSlo, writeSloth } from './export-objectives.ts'
import type { ObjectiveForm } from './form.ts'
import { readFile } from './form-file.ts'
import { PUSHED } from './form-objectives.ts'
import { FACTS } from './planning.rig.ts'

/** The shape of the seed's document, with the same mistakes in it. */
const SEED = `# Objectives

\`\`\`yaml
service: checkout-api
owner: payments-team
review_cadence: monthly
slis:
  availability:
    description: "Requests that succeed"
    metric: |
      sum(rate(http_requests_total{service="checkout-api", status!~"5.."}[5m]))
      /
      sum(rate(http_requests_total{service="checkout-api"}[5m]))
    valid_event: "Any HTTP request (excluding health checks)"
  latency:
    metric: |
      histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket{service="checkout-api"}[5m])) by (le))
    threshold: "400ms at p99"
  correctness:
    metric: "business_logic_errors_total / requests_total"
slos:
  - sli: availability
    target: 99.95%
    window: 30d
    error_budget: "21.6 minutes/month"
    burn_rate_alerts:
      - severity: page
        short_window: 5m
        long_window: 1h
        burn_rate: 14.4x  # budget exhausted in 2 hours
      - severity: ticket
        short_window: 30m
        long_window: 6h
        burn_rate: 6x     # budget exhausted in 5 days
  - sli: latency
    target: 99.0%
    window: 30d
    error_budget: "7.2 hours/month"
  - sli: correctness
    target: 99.99%
    window: 30d
error_budget_policy:
  budget_remaining_above_50pct: "Normal"
  budget_exhausted: "Freeze"
\`\`\`
`

/** What is made of a document has to be readable as a file of ours. */
function readBack(yaml: string): string[] {
  const read = readFile(`services: []\n${yaml}`, {}, FACTS)
  return read.ok ? read.read.reading.mistakes.map((one) => one.sentence) : ['not readable']
}

const said = (text: string): string[] =>
  importObjectives(text).mistakes.map((one) => `${one.line}:${one.column} ${one.sentence}`)

describe('the document of the seed', () => {
  const found = importObjectives(SEED, { metrics: 'prom' })

  test('is read as it stands, and its errors are named with the value that is used', () => {
    expect(found.mistakes).toEqual([])
    expect(found.noted.map((one) => `${one.line} ${one.id}: ${one.used}`)).toEqual([
      '10 E8: the window is filled in: `[{{.window}}]`',
      '10 E7: as it stands: add a matcher such as `path!~"/health.*"` to both queries',
      '30 E1: 50 hours',
      '31 E2: a page; tickets at 3x over a day and 1x over three days are added',
      '16 E6: requests within 400ms against all: the bucket le="0.4" has to exist',
      '20 E5: turned over: one minus the increase of bad over the increase of all',
      '39 E4: 4.32 minutes in 30d',
    ])
  })

  test('becomes ratios of good or bad to all', () => {
    const sides = found.objectives.map(({ id, target, indicator: { good, bad, total } }) => [
      id,
      target,
      good ?? `not ${bad}`,
      total,
    ])
    expect(sides).toEqual([
      [
        'checkout-api-availability',
        '99.95%',
        'sum(rate(http_requests_total{service="checkout-api", status!~"5.."}[{{.window}}]))',
        'sum(rate(http_requests_total{service="checkout-api"}[{{.window}}]))',
      ],
      [
        'checkout-api-latency',
        '99%',
        'http_request_duration_seconds_bucket{service="checkout-api",le="0.4"}',
        'http_request_duration_seconds_count{service="checkout-api"}',
      ],
      ['checkout-api-correctness', '99.99%', 'not business_logic_errors_total', 'requests_total'],
    ])
    expect(found.objectives.map((one) => one.alerts)).toEqual([null, null, null])
    expect(found.objectives[0]?.policy?.exhausted).toBe('Freeze')
  })

  test('a budget that is wrong, a target with a comma and an indicator that is not there are named', () => {
    expect(
      importObjectives(SEED.replace('21.6 minutes', '22 minutes')).noted.find(
        (one) => one.id === 'E3',
      )?.used,
    ).toBe('21.6 minutes in 30d')
    expect(said(SEED.replace('99.95%', '"99,95%"'))).toEqual([
      '23:13 `99,95%` is not a number, write 99.95% with a point',
    ])
    expect(said(SEED.replace('sli: latency', 'sli: speed'))).toEqual([
      '35:10 there is no indicator `speed` in `slis`',
    ])
  })
})

const OPENSLO = `apiVersion: openslo/v1
kind: SLO
metadata: { name: web, displayName: Web }
spec:
  service: web
  indicatorRef: ok
  timeWindow: [ { duration: 4w, isRolling: true } ]
  budgetingMethod: Occurrences
  objectives: [ { target: 0.999 } ]
---
# the indicator
apiVersion: openslo/v1
kind: SLI
metadata: { name: ok }
spec:
  ratioMetric:
    counter: true
    good: { metricSource: { type: Prometheus, metricSourceRef: thanos, spec: { query: 'sum(http_requests{code="200"})' } } }
    total: { metricSource: { type: Prometheus, metricSourceRef: thanos, spec: { query: 'http_requests' } } }
`

describe('OpenSLO', () => {
  test('objects refer to each other, and a sum of counters is asked for by the increase of each', () => {
    const [web] = importObjectives(OPENSLO).objectives
    expect(web).toMatchObject({
      id: 'web',
      target: '99.9%',
      window: '28d',
      indicator: { metrics: 'thanos', good: 'http_requests{code="200"}', total: 'http_requests' },
    })
  })

  test('what cannot be meant is refused with its line', () => {
    const cases: [string, string, string][] = [
      ['target: 0.999', 'target: 1', '9:27 `1` is no target: a share above 0 and below 1'],
      ['target: 0.999', 'target: NaN', '9:27 `NaN` is no target: a share above 0 and below 1'],
      ['target: 0.999', 'x: 1', '9:17 an objective needs one of `target` and `targetPercent`'],
      ['indicatorRef: ok', 'indicatorRef: no', '6:17 there is no SLI `no`'],
      ['4w', '0w', '7:29 `0w` is no duration such as 30d, 4w or 1M'],
      ['isRolling: true', 'isRolling: false', '7:17 a window that is not rolling needs `calendar`'],
      ['Occurrences', 'Sometimes', '8:20 `Sometimes` is no budgeting method'],
      ['Occurrences', 'Timeslices', '9:17 `Timeslices` needs `timeSliceWindow`'],
      ['kind: SLI', 'kind: SLX', '13:7 `SLX` is no kind of OpenSLO v1'],
      [
        'name: web',
        'name: Web_1',
        '3:19 `Web_1` is no name: small letters, digits and -, at most 63',
      ],
      [
        'openslo/v1\nkind: SLO',
        'openslo/v1alpha\nkind: SLO',
        '1:13 `openslo/v1alpha` is not read, only `openslo/v1` is',
      ],
    ]
    for (const [from, to, sentence] of cases)
      expect(said(OPENSLO.replace(from, to))).toContainEqual(expect.stringContaining(sentence))
  })

  test('a threshold becomes a question of every minute', () => {
    const text = OPENSLO.replace(
      'objectives: [ { target: 0.999 } ]',
      'objectives: [ { op: lt, value: 500, targetPercent: 99.5, timeSliceWindow: 5, timeSliceTarget: 0.9 } ]',
    )
      .replace('Occurrences', 'Timeslices')
      .replace(
        /ratioMetric:[\s\S]*/,
        'thresholdMetric: { metricSource: { type: Prometheus, spec: { query: latency } } }',
      )
    expect(importObjectives(text).objectives[0]).toMatchObject({
      target: '99.5%',
      slices: { every: '5m', target: '90%' },
      indicator: { good: '(latency) < bool 500', total: '(latency) * 0 + 1', as_is: true },
    })
  })
})

const SLOTH = `version: "prometheus/v1"
service: myservice
slos:
  - name: requests
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(x{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(x[{{.window}}]))
    alerting: { page_alert: { disable: true } }
`

describe('Sloth', () => {
  test('is read, without the alerts that are turned off', () => {
    const [one] = importObjectives(SLOTH).objectives
    expect(one).toMatchObject({ id: 'myservice-requests', target: '99.9%' })
    expect(one?.alerts?.map((alert) => alert.name)).toEqual(['day', 'drift'])
  })

  test('what cannot be meant is refused with its line', () => {
    expect(said(SLOTH.replace('99.9', '100'))).toEqual([
      '5:16 `100` is no target: a percentage above 0 and below 100',
    ])
    expect(said(SLOTH.replace('total_query', 'totals'))).toEqual([
      '8:9 `events` needs `error_query` and `total_query`',
    ])
    expect(said(SLOTH.replace('events:', 'plugin:'))).toEqual([
      '8:9 plugins are programs, which are not run: write the queries as `events`',
    ])
    expect(said('hello: world')).toEqual([
      '1:1 this is none of the documents that are read: OpenSLO v1, Sloth prometheus/v1, or `slis:` with `slos:`',
    ])
    expect(said('')).toEqual(['1:1 there is no document of objectives in it'])
  })
})

test('whatever was read can be read back as a file of ours', () => {
  for (const text of [SEED, OPENSLO, SLOTH]) {
    const yaml = writeObjectives(importObjectives(text).objectives)
    expect(readBack(yaml)).toEqual([])
  }
})

const data = process.env.OBJECTIVES_DATA ?? '../shared/data'
const filesIn = (...folder: string[]): string[] => {
  const path = join(data, ...folder)
  if (data === '' || !existsSync(path)) return []
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.(ya?ml|json)$/.test(one.name))
    .map((one) => join(one.parentPath, one.name))
}

/** Files that are no objectives of these formats: what is said of them instead. */
const OTHERS: readonly [RegExp, RegExp][] = [
  [/v1alpha|v2alpha|openslo-getting-started/, /is not read, only `openslo\/v1` is/],
  [/custom_config/, /there is no|is not read|is no kind|is no target|no document/],
  [/plugin-|\/plugin/, /plugins are programs/],
  [/windows\/|contrib-/, /windows of alerts|plugins/],
]

describe.runIf(existsSync(data) && data !== '')('real documents', () => {
  const valid = [
    ...filesIn('openslo', 'examples'),
    ...filesIn('openslo-go-sdk', 'openslosdk', 'test_data', 'decode'),
    ...filesIn('openslo-go-sdk', 'openslosdk', 'test_data', 'encode'),
    ...filesIn('openslo-go-sdk', 'openslosdk', 'test_data', 'inline', 'outputs'),
    ...filesIn('openslo-go-sdk', 'openslosdk', 'test_data', 'inline', 'inputs').filter(
      (path) => !path.includes('invalid'),
    ),
    ...filesIn('sloth', 'examples').filter((path) => !path.includes('_gen')),
    ...filesIn('google-slo-generator', 'samples', 'prometheus'),
  ]

  test.each(valid)('%s is read, or it is said why not', (path) => {
    const found = importObjectives(readFileSync(path, 'utf8'))
    const other = OTHERS.find(([name]) => name.test(path))
    if (other && found.mistakes.length > 0) {
      for (const one of found.mistakes) expect(one.sentence).toMatch(other[1])
      return
    }
    expect(found.mistakes).toEqual([])
    expect(readBack(writeObjectives(found.objectives))).toEqual([])
  })

  test('objects that stand in several files are read together', () => {
    const all = filesIn('openslo-go-sdk', 'openslo', 'v1', 'examples')
    const found = importObjectives(all.map((path) => readFileSync(path, 'utf8')).join('\n---\n'))
    // Two targets that the examples speak of stand in none of them.
    expect(found.mistakes.map((one) => one.sentence)).toEqual([
      'there is no AlertNotificationTarget `on-call-mail-notification`',
      'there is no AlertNotificationTarget `on-call-pd-notification`',
    ])
  })

  const invalid = filesIn('openslo-go-sdk', 'openslosdk', 'test_data', 'inline', 'inputs').filter(
    (path) => path.includes('invalid'),
  )
  test.each(invalid)('%s is refused with the line', (path) => {
    const { mistakes } = importObjectives(readFileSync(path, 'utf8'))
    expect(mistakes[0]?.sentence).toMatch(/^there is no|needs/)
    expect(mistakes[0]?.line).toBeGreaterThan(1)
  })

  test('there was something to read', () => {
    expect(valid.length).toBeGreaterThan(20)
    expect(invalid.length).toBeGreaterThan(3)
  })
})

describe('written for others', () => {
  const { objectives } = importObjectives(SEED, { metrics: 'prom' })

  test('OpenSLO reads back to the same target, window and queries', () => {
    const { text, left } = writeOpenSlo(objectives)
    const back = importObjectives(text)
    expect(back.mistakes).toEqual([])
    const promise = (one: ObjectiveForm) => [one.id, one.target, one.window, one.indicator]
    expect(back.objectives.map(promise)).toEqual(objectives.map(promise))
    expect(left).toEqual([])
  })

  test('slices and calendars survive the way through OpenSLO', () => {
    const [first] = objectives as [ObjectiveForm]
    const calendar = {
      calendar: 'month',
      count: 1,
      zone: 'Europe/London',
      starts: '2025-01-01T00:00',
    }
    const sliced = { ...first, window: calendar, slices: { every: '5m', target: '99.5%' } }
    const [back] = importObjectives(writeOpenSlo([sliced as ObjectiveForm]).text).objectives
    expect([back?.window, back?.slices]).toEqual([calendar, sliced.slices])
  })

  test('Sloth reads back to the same target, and what it has no words for is said', () => {
    const pushed = { ...objectives[0], id: 'pushed', indicator: PUSHED } as ObjectiveForm
    const { text, left } = writeSloth([...objectives, pushed])
    const back = importObjectives(text)
    expect(back.mistakes).toEqual([])
    expect(back.objectives.map((one) => one.target)).toEqual(['99.95%', '99%', '99.99%'])
    expect(left).toEqual(['pushed: left out, its events are pushed.'])
  })
})

test('whatever stands in a document, it is read or refused with a place, and nothing is thrown', () => {
  const words = fc.constantFrom(
    '',
    '0',
    '-1',
    'NaN',
    '99,9',
    '{}',
    '[]',
    '*a',
    '&a x',
    '1e400',
    '"',
    '99999999999999999999999999999999999999',
    'null',
    '30d',
    '0d',
    '{{.window}}',
    '\u0007',
    '# ',
  )
  fc.assert(
    fc.property(
      fc.constantFrom(SEED, OPENSLO, SLOTH),
      fc.array(fc.tuple(fc.nat(4_000), fc.nat(40), words), { maxLength: 6 }),
      (start, edits) => {
        let text = start
        for (const [at, length, word] of edits)
          text = text.slice(0, at) + word + text.slice(at + length)
        const { mistakes, objectives } = importObjectives(text)
        for (const { line, column, sentence } of mistakes) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(text.split('\n').length)
          expect(column).toBeGreaterThanOrEqual(1)
          expect(sentence).not.toMatch(/undefined|\[object/)
        }
        if (objectives.length > 0) expect(writeObjectives(objectives)).toContain('objectives:')
      },
    ),
    { numRuns: 300 },
  )
})
