import { expect, test } from 'vitest'
import { HOUR } from '../lib/instant.ts'
import { type GateFacts, gateOf } from './gate.ts'

const NOW = 100 * HOUR
const one = (more: Partial<GateFacts['objectives'][number]> = {}) => ({
  slug: 'a',
  name: 'A',
  state: 'normal' as const,
  dataUntil: NOW,
  staleMs: HOUR,
  isBurning: false,
  ...more,
})
const gate = (objectives: GateFacts['objectives'], exceptions: GateFacts['exceptions'] = []) => {
  const { verdict, reasons } = gateOf({ now: NOW, objectives, exceptions })
  return `${verdict}: ${reasons.map((reason) => reason.kind).join(' ') || 'nothing'}`
}

test('a spent budget closes, a burning one is only said, and no data is not good news', () => {
  expect(gate([one()])).toBe('open: nothing')
  expect(gate([])).toBe('open: noObjectives')
  expect(gate([one(), one({ state: 'exhausted' })])).toBe('closed: budgetSpent')
  expect(gate([one({ state: 'allHands', isBurning: true })])).toBe('open: burning')
  expect(gate([one({ state: null })])).toBe('unknown: noData')
  expect(gate([one({ dataUntil: NOW - 2 * HOUR })])).toBe('unknown: noData')
  expect(gate([one({ dataUntil: null })])).toBe('unknown: noData')
  expect(gate([one({ state: 'exhausted', dataUntil: null })])).toBe('closed: budgetSpent')
})

test('what somebody has signed for goes on, until it ends', () => {
  const spent = [one({ state: 'exhausted' })]
  expect(gate(spent, [{ id: 'x', untilAt: NOW + 1 }])).toBe('open: budgetSpent exception')
  expect(gate(spent, [{ id: 'x', untilAt: NOW }])).toBe('closed: budgetSpent')
  expect(gate([one()], [{ id: 'x', untilAt: NOW + 1 }])).toBe('open: nothing')
})
