/** Shares of promises that were kept, and the edges of quarters. */
import { expect, test } from 'vitest'
import { toIso } from '../lib/instant.ts'
import { complianceOf, type Counted, quarterOf } from './compliance.ts'

const row = (outcome: Counted['outcome'], count: number, more: Partial<Counted> = {}): Counted => ({
  rule: 'incident.update',
  level: 2,
  outcome,
  isLapsed: false,
  count,
  ...more,
})

test('what is open, waived or lapsed is in no share; late is kept and not in time', () => {
  const { all } = complianceOf([
    row('met', 6),
    row('late', 2),
    row('missed', 2),
    row('open', 5),
    row('waived', 1),
    row('waived', 3, { isLapsed: true }),
  ])
  expect(all).toEqual({
    met: 6,
    late: 2,
    missed: 2,
    waived: 1,
    lapsed: 3,
    open: 5,
    kept: 0.8,
    inTime: 0.6,
  })
  expect(complianceOf([row('open', 1)]).all).toMatchObject({ kept: null, inTime: null })
})

test('by rule, and by severity with its rules, the worst first', () => {
  const found = complianceOf([
    row('met', 1, { level: null, rule: 'handoff.accept' }),
    row('missed', 1, { level: 3 }),
    row('met', 3, { level: 1 }),
  ])
  expect(found.rules.map((one) => [one.rule, one.kept])).toEqual([
    ['handoff.accept', 1],
    ['incident.update', 0.75],
  ])
  expect(found.severities.map((one) => [one.level, one.kept])).toEqual([
    [1, 1],
    [3, 0],
    [null, 1],
  ])
  expect(found.severities[0]?.rules.map((one) => one.rule)).toEqual(['incident.update'])
})

test('a quarter begins at midnight UTC and ends where the next one begins', () => {
  const edges = (text: string) => Object.values(quarterOf(text) ?? {}).map(toIso)
  expect(edges('2026-Q4')).toEqual(['2026-10-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'])
  expect(edges('2026-Q1')[1]).toBe(edges('2026-Q2')[0])
  for (const text of ['2026-Q5', '2026', 'Q4', '2026-q4', '26-Q1'])
    expect(quarterOf(text)).toBeNull()
})
