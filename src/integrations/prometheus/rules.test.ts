/** Rules for Prometheus, checked and played by its own tool where that is installed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { importObjectives } from '../../plan/import-objectives.ts'
import type { Definition } from '../../slo/definition.ts'
import { type RulesAsked, writeRules } from './rules.ts'

const definition = (more: Partial<Definition> = {}): Definition => ({
  description: null,
  target: '99.9%',
  window: '30d',
  slices: null,
  indicator: { metrics: 'prom', good: null, bad: 'bad_total', total: 'all_total', as_is: false },
  alerts: null,
  no_data: null,
  review: null,
  policy: null,
  ...more,
})
const asked = (more: Partial<Definition> = {}, slug = 'works'): RulesAsked => ({
  objective: {
    id: 'x',
    slug,
    name: 'Works',
    serviceId: 's',
    teamId: null,
    metricsId: 'm',
    definition: definition(more),
  },
  service: 'shop',
  team: 'core',
})

type Group = {
  name: string
  rules: { record?: string; alert?: string; expr: string; labels: Record<string, string> }[]
}
const groupsIn = (text: string): Group[] => (parse(text) as { groups: Group[] }).groups

/** `page 5m/1h > 0.0144`, for each pair of windows of each alert. */
function numbersOf(groups: readonly Group[]): string[] {
  return groups.flatMap(({ rules }) =>
    rules.flatMap(({ alert, expr, labels }) => {
      if (alert === undefined) return []
      const parts = [
        ...expr.matchAll(/ratio_rate(\w+)\{[^}]*\} > (?:\(([\d.e-]+) \* ([\d.e-]+)\)|([\d.e-]+))/g),
      ]
      const found = parts.map(([, window, factor, budget, plain]) => ({
        window,
        threshold: plain === undefined ? Number(factor) * Number(budget) : Number(plain),
      }))
      return found.flatMap((short, index) => {
        const long = found[index + 1]
        return index % 2 === 0 && long
          ? [
              `${labels.sloth_severity} ${short.window}/${long.window} > ${short.threshold.toFixed(9)} ${long.threshold.toFixed(9)}`,
            ]
          : []
      })
    }),
  )
}

const directory = mkdtempSync(join(tmpdir(), 'allclear-rules-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('thresholds are exact decimals, and what cannot be a rule is said', () => {
  const { text, left } = writeRules([
    asked(),
    asked({ slices: { every: '1m', target: null } }, 'sliced'),
    asked(
      { indicator: { metrics: null, good: null, bad: null, total: null, as_is: false } },
      'pushed',
    ),
  ])
  expect(numbersOf(groupsIn(text))).toEqual([
    'page 5m/1h > 0.014400000 0.014400000',
    'page 30m/6h > 0.006000000 0.006000000',
    'ticket 2h/1d > 0.003000000 0.003000000',
    'ticket 6h/3d > 0.001000000 0.001000000',
  ])
  expect(text).toContain('vector(0.999)')
  expect(text).toContain('> 0.0144)')
  expect(left).toEqual([
    'sliced: left out, it counts slices of time.',
    'pushed: left out, its events are pushed.',
  ])
})

test('a week has other shares, and so other thresholds', () => {
  expect(numbersOf(groupsIn(writeRules([asked({ window: '7d' })]).text))).toEqual([
    'page 5m/1h > 0.013440000 0.013440000',
    'page 30m/6h > 0.003500000 0.003500000',
    'ticket 2h/1d > 0.001400000 0.001400000',
    'ticket 6h/3d > 0.000980000 0.000980000',
  ])
})

const data = process.env.OBJECTIVES_DATA ?? '../shared/data'
const sloth = (...path: string[]) => join(data, 'sloth', 'examples', ...path)

describe.runIf(data !== '' && existsSync(sloth('_gen')))(
  'against what Sloth makes of the same',
  () => {
    test.each(['getting-started.yml', 'multifile.yml', 'no-alerts.yml', 'k8s-getting-started.yml'])(
      '%s has the same windows, thresholds and severities',
      (name) => {
        const { objectives, mistakes } = importObjectives(readFileSync(sloth(name), 'utf8'))
        expect(mistakes).toEqual([])
        const ours = writeRules(objectives.map((one) => asked(one, one.id)))
        const theirs = parseAllDocuments(readFileSync(sloth('_gen', name), 'utf8')).flatMap(
          (one) => {
            const value = one.toJS() as { groups?: Group[]; spec?: { groups: Group[] } } | null
            return value?.groups ?? value?.spec?.groups ?? []
          },
        )
        expect(numbersOf(groupsIn(ours.text))).toEqual(numbersOf(theirs))
      },
    )
  },
)

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`])
    return true
  } catch {
    return false
  }
}
const isInstalled = has('promtool')
if (!isInstalled)
  process.stderr.write('promtool is not installed; its checks of rules are passed over\n')

/** Counters by the minute: `[minutes, all, bad]` each. */
function playOf(stretches: readonly [number, number, number][], alerts: readonly object[]): string {
  const values = (of: 1 | 2): string => {
    let sum = 0
    return [
      '0',
      ...stretches.flatMap((one) => Array.from({ length: one[0] }, () => String((sum += one[of])))),
    ].join(' ')
  }
  return JSON.stringify({
    rule_files: ['rules.yml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: [
          { series: 'all_total{pod="a"}', values: values(1) },
          { series: 'bad_total{pod="a"}', values: values(2) },
        ],
        alert_rule_test: alerts,
      },
    ],
  })
}

const labelsOf = (severity: string, loudness: string) => ({
  severity,
  service: 'shop',
  objective: 'works',
  sloth_id: 'works',
  sloth_service: 'shop',
  sloth_slo: 'works',
  sloth_severity: loudness,
  team: 'core',
})
const fires = (at: string, ...loudness: ('page' | 'ticket')[]) => ({
  eval_time: at,
  alertname: 'ErrorBudgetBurn',
  exp_alerts: loudness.map((one) => ({
    exp_labels: labelsOf(one === 'page' ? 'critical' : 'warning', one),
    exp_annotations: { summary: `Works burns its error budget (${one})` },
  })),
})

describe.runIf(isInstalled)('the tool of Prometheus', () => {
  const promtool = (...args: string[]): string => {
    try {
      return execFileSync('promtool', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' })
    } catch (cause) {
      const { stdout, stderr } = cause as { stdout: string; stderr: string }
      throw new Error(`${stdout}${stderr}`)
    }
  }

  test('finds every kind of rule in order', () => {
    const all = [
      asked({}, 'bad'),
      asked(
        {
          indicator: {
            metrics: 'p',
            good: 'ok_total{code=~"2.."}',
            bad: null,
            total: 'all_total',
            as_is: false,
          },
        },
        'good',
      ),
      asked(
        {
          indicator: {
            metrics: 'p',
            good: 'sum(rate(a[{{.window}}]))',
            bad: null,
            total: 'sum(rate(b[{{.window}}]))',
            as_is: false,
          },
        },
        'rates',
      ),
      asked(
        {
          indicator: {
            metrics: 'p',
            good: '(x) < bool 5',
            bad: null,
            total: '(x) * 0 + 1',
            as_is: true,
          },
        },
        'sampled',
      ),
      asked(
        {
          window: {
            calendar: 'month',
            count: 1,
            zone: 'Europe/London',
            starts: '2024-01-01T00:00',
          },
        },
        'calendar',
      ),
      asked({ window: '28d' }, 'weeks'),
    ]
    writeFileSync(join(directory, 'all.yml'), writeRules(all).text)
    expect(promtool('check', 'rules', 'all.yml')).toMatch(/SUCCESS: \d+ rules found/)
  })

  test('plays a burn that pages, recovers and leaves a ticket, and one that is exactly at its threshold', () => {
    writeFileSync(join(directory, 'rules.yml'), writeRules([asked()]).text)
    // A tenth fails from the third hour on for half an hour.
    writeFileSync(
      join(directory, 'burn.yml'),
      playOf(
        [
          [180, 1000, 0],
          [30, 1000, 100],
          [60, 1000, 0],
        ],
        [
          fires('179m'),
          fires('185m', 'ticket'),
          fires('195m', 'page', 'ticket'),
          fires('245m', 'ticket'),
        ],
      ),
    )
    // 14.4 of a thousand, for ever: the page needs more than that, the others have it.
    writeFileSync(
      join(directory, 'exact.yml'),
      playOf([[120, 10_000, 60]], [fires('100m', 'ticket')]),
    )
    writeFileSync(
      join(directory, 'above.yml'),
      playOf([[120, 10_000, 61]], [fires('100m', 'page', 'ticket')]),
    )
    for (const play of ['burn.yml', 'exact.yml', 'above.yml'])
      expect(promtool('test', 'rules', play)).toContain('SUCCESS')
  })
})
