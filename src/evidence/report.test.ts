/** The sentence over all promises, and text that stays text. */
import { expect, test } from 'vitest'
import type { PromiseShown } from '../contract/reports.ts'
import { escapeMarkdown, span, tally } from './report.ts'

const promise = (outcome: PromiseShown['outcome'], more: Partial<PromiseShown> = {}) => ({
  id: '01a208cf-3c5f-74fc-a70b-f8776f004aec',
  rule: 'incident.update',
  label: 'the next update',
  owner: null,
  startedAt: '2026-11-23T14:00:00.000Z',
  due: '2026-11-23T14:15:00.000Z',
  outcome,
  metAt: null,
  proof: null,
  lateMs: null,
  waived: null,
  ...more,
})
const late = (lateMs: number) => promise('late', { lateMs })
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)

test('all promises in one sentence', () => {
  const said = (...all: PromiseShown[]) => tally(all).sentence
  expect(said(...times(10, promise('met')), late(40_000))).toBe(
    '11 of 11 promises kept, one 40 s late.',
  )
  expect(said(promise('met'))).toBe('1 of 1 promise kept.')
  expect(said(late(60_000), late(250_000), promise('missed'))).toBe(
    '2 of 3 promises kept, two late by 4 min 10 s at most, one missed.',
  )
  expect(said(promise('open'), promise('waived', { waived: 'no customers' }))).toBe(
    'No promise has come due, one still open, one waived.',
  )
})

test('what its own rule gave up is neither kept nor waived', () => {
  expect(tally([promise('met'), promise('waived')])).toMatchObject({
    kept: 1,
    of: 1,
    waived: 0,
    lapsed: 1,
    sentence: '1 of 1 promise kept.',
  })
})

test('lengths of time have two units', () => {
  expect([0, 400, 40_000, 250_000, 7_500_000, 273_600_000].map(span)).toEqual([
    '0 s',
    'less than 1 s',
    '40 s',
    '4 min 10 s',
    '2 h 5 min',
    '3 d 4 h',
  ])
})

test('what people typed shows as they typed it', () => {
  expect(escapeMarkdown('# not a title')).toBe('\\# not a title')
  expect(escapeMarkdown('- not\n- a list')).toBe('\\- not - a list')
  expect(escapeMarkdown('1. not | a cell')).toBe('1\\. not \\| a cell')
  expect(escapeMarkdown('[x](javascript:x) <b> &amp; `a` **b**')).toBe(
    '\\[x\\](javascript:x) \\<b\\> \\&amp; \\`a\\` \\*\\*b\\*\\*',
  )
  expect(escapeMarkdown('a\u202eb\u0007')).toBe('ab\ufffd')
})
