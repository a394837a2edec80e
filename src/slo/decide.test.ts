import { expect, test } from 'vitest'
import { type Fraction, parseDecimal } from '../lib/fraction.ts'
import { HOUR, MINUTE } from '../lib/instant.ts'
import { decide, type Effect, type Look, NEW_STATE, type State } from './decide.ts'
import type { Standing } from './rows.ts'

const part = (text: string): Fraction => parseDecimal(text) as Fraction

type Step = Partial<Record<'fast' | 'slow' | 'drift', Standing>> & {
  left?: string | null
  dataUntil?: number
}

/** What is said at each minute of a story. */
function story(...steps: readonly [number, Step][]): string[] {
  let state: State = NEW_STATE
  return steps.map(([minute, step]) => {
    const now = minute * MINUTE
    const look: Look = {
      now,
      rows: [
        { name: 'fast', loudness: 'page', standing: step.fast ?? 'below' },
        { name: 'slow', loudness: 'page', standing: step.slow ?? 'below' },
        { name: 'drift', loudness: 'ticket', standing: step.drift ?? 'below' },
      ],
      left: step.left === undefined ? part('1') : step.left === null ? null : part(step.left),
      dataUntil: (step.dataUntil ?? minute) * MINUTE,
      noDataMs: 10 * MINUTE,
    }
    const decided = decide(state, look)
    // Looking twice changes nothing.
    expect(decide(decided.state, look)).toEqual({ state: decided.state, effects: [] })
    state = decided.state
    return `${minute} ${decided.effects.map(said).join(', ') || 'quiet'}`
  })
}

function said(effect: Effect): string {
  if (effect.kind === 'fire') return `${effect.subject} (${effect.rows.join(' ')})`
  if (effect.kind === 'clear') return `no ${effect.subject}: ${effect.because}`
  return `budget ${effect.from} -> ${effect.to}`
}

test('a page begins once, survives its long window and ends with its short one', () => {
  expect(
    story(
      [0, {}],
      [1, { fast: 'above' }],
      [2, { fast: 'above', slow: 'above' }],
      [3, { fast: 'between', slow: 'below' }],
      [4, {}],
    ),
  ).toEqual(['0 quiet', '1 page (fast)', '2 quiet', '3 quiet', '4 no page: recovered'])
})

test('a page keeps tickets quiet, and what still fires after it is said then', () => {
  expect(
    story(
      [0, { drift: 'above' }],
      [1, { fast: 'above', drift: 'above' }],
      [2, { drift: 'above' }],
      [3, {}],
    ),
  ).toEqual([
    '0 ticket (drift)',
    '1 page (fast), no ticket: suppressedByPage',
    '2 no page: recovered, ticket (drift)',
    '3 no ticket: recovered',
  ])
})

test('without data nothing begins and nothing ends, and that is a ticket of its own', () => {
  const gone = {
    fast: 'unknown',
    slow: 'unknown',
    drift: 'unknown',
    left: null,
    dataUntil: 1,
  } as const
  expect(
    story([1, { fast: 'above' }], [5, gone], [11, gone], [30, gone], [31, { left: '0.9' }]),
  ).toEqual([
    '1 page (fast)',
    '5 quiet',
    '11 noData (noData)',
    '30 quiet',
    '31 no page: recovered, no noData: dataAgain',
  ])
  expect(story([20, gone], [21, gone])).toEqual(['20 noData (noData)', '21 quiet'])
})

test('a state of the budget is told when it changes, and the first one only if it is not normal', () => {
  expect(
    story(
      [0, {}],
      [1, { left: '0.4' }],
      [2, { left: null }],
      [3, { left: '0.51' }],
      [4, { left: '-1' }],
      [4 + (25 * HOUR) / MINUTE, { left: '0.6' }],
    ),
  ).toEqual([
    '0 quiet',
    '1 budget normal -> review',
    '2 quiet',
    '3 quiet',
    '4 budget review -> exhausted',
    '1504 budget exhausted -> normal',
  ])
  expect(story([0, { left: '0.1' }])).toEqual(['0 budget null -> allHands'])
})
