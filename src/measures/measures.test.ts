import { describe, expect, test } from 'vitest'
import { BLANK, type Incident } from '../incidents/incident.ts'
import { HOUR, MINUTE } from '../lib/instant.ts'
import { UNANSWERED } from '../severity/classify.ts'
import { changeBetween, figuresOf, shareWithout } from './aggregate.ts'
import { durationsOf } from './durations.ts'
import { isCounted, reportOf } from './report.ts'

const at = (time: string): number => Date.parse(`2026-03-02T${time}:00Z`)
const none = BLANK.stamps
const minutes = (ms: number | null): number | null => (ms === null ? null : ms / MINUTE)

const SAMPLE: Incident['stamps'] = {
  ...none,
  startedAt: at('13:55'),
  detectedAt: at('14:02'),
  acknowledgedAt: at('14:05'),
  declaredAt: at('14:08'),
  mitigatedAt: at('14:23'),
  recoveredAt: at('14:30'),
  allClearAt: at('14:45'),
}

const incident = (more: Partial<Incident>): Incident => ({
  ...BLANK,
  id: 'i',
  number: 1,
  title: 't',
  summary: 's',
  kind: 'normal',
  teamId: null,
  visibility: 'everyone',
  serviceIds: [],
  policyId: 'p',
  answers: UNANSWERED,
  openedAt: at('14:02'),
  wakeAt: null,
  drillId: null,
  status: 'resolved',
  ...more,
})
const level = (value: 1 | 2 | 3 | 4) => [
  { at: 0, level: value, rule: 'person', by: null, reason: null },
]

describe('durations (METHOD 13.1)', () => {
  test('MET-01 the sample of the seed', () => {
    const { ms, flaws } = durationsOf(SAMPLE)
    expect(
      Object.fromEntries(Object.entries(ms).map(([name, one]) => [name, minutes(one)])),
    ).toEqual({ detect: 7, acknowledge: 3, mitigate: 21, recover: 28, allClear: 43, impact: 28 })
    expect(flaws).toEqual([])
  })
  test('the impact is what it took to notice and to mitigate', () => {
    const { ms } = durationsOf(SAMPLE)
    expect(ms.impact).toBe((ms.detect ?? 0) + (ms.mitigate ?? 0))
  })
  test('MET-05 reported by a customer, the beginning unknown: no time to detect, and not by monitoring', () => {
    const reported = incident({
      stamps: { ...SAMPLE, startedAt: null },
      answers: { ...UNANSWERED, reporter: 'customer' },
      levels: level(2),
    })
    const report = reportOf([reported], [], { from: at('00:00'), to: at('23:00') })
    expect([report.durations.detect.used, report.durations.detect.total]).toEqual([0, 1])
    expect(report.byMonitoring).toEqual({ count: 0, of: 1 })
  })
  test('MET-07 recovered before it was detected is a flaw, and left out', () => {
    const { ms, flaws } = durationsOf({ ...SAMPLE, recoveredAt: at('14:00') })
    expect(ms.recover).toBeNull()
    expect(flaws).toEqual([{ of: 'recover', before: 'detectedAt', after: 'recoveredAt' }])
  })
})

describe('aggregates (METHOD 13.2)', () => {
  test('MET-02 four values have a median and a p90, and no mean', () => {
    const { median, p90, mean } = figuresOf([28, 15, 9, 240])
    expect([median, mean]).toEqual([21.5, null])
    expect(p90).toBeCloseTo(176.4, 9)
  })
  test('MET-03 one of five moves the mean and hardly the median', () => {
    const { median, p90, mean } = figuresOf([10, 12, 14, 600, 18])
    expect([median, mean]).toEqual([14, 130.8])
    expect(p90).toBeCloseTo(367.2, 9)
  })
  test('MET-04 a mean below five minutes is met although one took seven', () => {
    const values = [7, 3, 5, 2]
    expect(values.reduce((sum, one) => sum + one) / values.length).toBe(4.25)
    expect(figuresOf([...values, 4.25]).mean).toBeLessThan(5)
  })
  test('MET-06 a quarter of a ministry: the mean says eleven hours, the median four', () => {
    const { median } = figuresOf([252, 1994, 110, 267])
    expect(median).toBe(259.5)
    expect(Math.floor((252 + 1994 + 110 + 267) / 4)).toBe(655)
  })
  test('MET-08 two that overlap count once', () => {
    const day = { from: at('00:00'), to: at('00:00') + 24 * HOUR }
    const share = shareWithout(
      [
        { from: at('09:00'), to: at('10:00') },
        { from: at('09:30'), to: at('11:00') },
      ],
      day,
    )
    expect(share).toBeCloseTo(22 / 24, 12)
  })
  test('nothing is said of a change with fewer than twenty, nor where chance would do', () => {
    const some = Array.from({ length: 30 }, (_, index) => 10 + ((index * 37) % 60))
    expect(changeBetween(some.slice(0, 19), some).kind).toBe('tooFew')
    expect(changeBetween(some, some.toReversed()).kind).toBe('none')
    const twice = some.map((one) => one * 3)
    expect(changeBetween(some, twice)).toMatchObject({ kind: 'detectable' })
    expect(changeBetween(some, twice)).toEqual(changeBetween(some, twice))
  })
})

test('exercises, what was called off and what was merged is not counted', () => {
  const period = { from: at('14:00'), to: at('15:00') }
  const stamps = { ...SAMPLE, startedAt: null }
  const counted = (more: Partial<Incident>) => isCounted(incident({ stamps, ...more }), period)
  expect(counted({})).toBe(true)
  expect(counted({ kind: 'drill' })).toBe(false)
  expect(counted({ status: 'canceled' })).toBe(false)
  expect(counted({ status: 'merged' })).toBe(false)
  expect(counted({ stamps: { ...stamps, declaredAt: null } })).toBe(false)
  expect(counted({ stamps: { ...stamps, startedAt: at('13:55') } })).toBe(false)
})
