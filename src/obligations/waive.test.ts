import { expect, test } from 'vitest'
import { at, BEGUN, claimOf, commander, openLedger, proofAt } from './claims.rig.ts'
import type { Obligation } from './obligation.ts'
import { waive } from './waive.ts'

function settledAt(now: number, more: Parameters<typeof claimOf>[0] = {}): Obligation {
  const ledger = openLedger()
  ledger.settle([claimOf()], BEGUN)
  ledger.settle([claimOf(more)], now)
  return ledger.get()
}
const refusal = (obligation: Obligation, reason = 'Not needed', now = at(10)) =>
  waive(obligation, commander, reason, now).problem?.reason

test('a person waives what is open, with a reason, and it stays waived though it is still claimed', () => {
  const ledger = openLedger()
  ledger.settle([claimOf()], BEGUN)
  const waiving = waive(ledger.get(), commander, ' The audience is in the room ', at(10))
  if (waiving.problem) throw waiving.problem
  expect(waiving.obligation).toMatchObject({
    outcome: 'waived',
    waivedBy: commander,
    waivedReason: 'The audience is in the room',
    settledAt: at(10),
    wakeAt: null,
  })
  expect(waiving.entry).toMatchObject({ kind: 'waived', happenedAt: at(10) })
  ledger.rows.set(waiving.obligation.key, waiving.obligation)
  expect(ledger.settle([claimOf()], at(90)).obligations).toEqual([])
})

test('no reason, no waiver', () => {
  expect(waive(settledAt(BEGUN), commander, '  ', at(10)).problem).toMatchObject({
    code: 'invalid',
    reason: 'reasonMissing',
    field: 'reason',
  })
})

test('what has an outcome keeps it', () => {
  expect(refusal(settledAt(at(5), proofAt(at(5))))).toBe('alreadyMet')
  expect(refusal(settledAt(at(31), proofAt(at(31))), 'Not needed', at(32))).toBe('alreadyLate')
  expect(refusal(settledAt(at(31)), 'Not needed', at(32))).toBe('alreadyMissed')
  const waiving = waive(settledAt(BEGUN), commander, 'Not needed', at(1))
  if (waiving.problem) throw waiving.problem
  expect(refusal(waiving.obligation)).toBe('alreadyWaived')
})

test('what was due a moment ago is missed, also before the ledger has written so', () => {
  expect(refusal(settledAt(BEGUN), 'Not needed', at(30))).toBeUndefined()
  expect(refusal(settledAt(BEGUN), 'Not needed', at(30) + 1)).toBe('alreadyMissed')
})
