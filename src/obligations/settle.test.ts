import { expect, test } from 'vitest'
import { at, BEGUN, claimOf, commander, DUE, maria, openLedger, proofAt } from './claims.rig.ts'
import type { Claim } from './obligation.ts'
import type { Settled } from './settle.ts'

const NOTHING: Settled = { obligations: [], reminders: [], entries: [] }
const kinds = ({ entries }: Settled) => entries.map(({ kind }) => kind)
const stages = ({ reminders }: Settled) => reminders.map(({ stage }) => stage)

/** A ledger that has settled `claim` at these instants. */
function after(claim: Claim, ...instants: number[]) {
  const ledger = openLedger()
  for (const instant of instants) ledger.settle([claim], instant)
  return ledger
}

test('a new claim opens an obligation, which wakes at two thirds of its time', () => {
  const ledger = openLedger()
  const settled = ledger.settle([claimOf()], BEGUN)
  expect(kinds(settled)).toEqual(['opened'])
  expect(settled.reminders).toEqual([])
  expect(ledger.get()).toMatchObject({ outcome: 'open', due: DUE, wakeAt: at(20), openedAt: BEGUN })
})

test('a proof at due makes it met, a millisecond later late', () => {
  const inTime = after(claimOf(), BEGUN)
  const met = inTime.settle([claimOf(proofAt(DUE))], DUE)
  expect(kinds(met)).toEqual(['met'])
  expect(met.reminders).toEqual([])
  expect(inTime.get()).toMatchObject({ outcome: 'met', settledAt: DUE, wakeAt: null })

  const tooLate = after(claimOf(), BEGUN)
  expect(kinds(tooLate.settle([claimOf(proofAt(DUE + 1))], DUE + 1))).toEqual(['late'])
  expect(tooLate.get()).toMatchObject({ outcome: 'late', wakeAt: null })
})

test('what was proved before the ledger heard of it is opened and met at once', () => {
  const settled = openLedger().settle([claimOf(proofAt(at(5)))], at(40))
  expect(kinds(settled)).toEqual(['opened', 'met'])
  expect(settled.reminders).toEqual([])
})

test('at due it is still open, a millisecond later missed, and the log says when that happened', () => {
  const ledger = after(claimOf(), BEGUN, DUE)
  expect(ledger.get()).toMatchObject({ outcome: 'open', wakeAt: DUE + 1 })
  const settled = ledger.settle([claimOf()], DUE + 1)
  expect(settled.entries).toMatchObject([{ kind: 'missed', happenedAt: DUE }])
  expect(ledger.get()).toMatchObject({ outcome: 'missed', settledAt: DUE + 1, wakeAt: at(35) })
})

test('a missed one becomes late when the proof arrives', () => {
  const ledger = after(claimOf(), BEGUN, at(33))
  const settled = ledger.settle([claimOf(proofAt(at(34)))], at(34))
  expect(settled.entries).toMatchObject([{ kind: 'late', result: { before: 'missed' } }])
  expect(ledger.get()).toMatchObject({
    outcome: 'late',
    proof: { at: at(34), ref: 'message:1' },
    wakeAt: null,
  })
})

test('a missed one becomes met when it turns out that it was done in time', () => {
  const ledger = after(claimOf(), BEGUN, at(33))
  expect(kinds(ledger.settle([claimOf(proofAt(at(29)))], at(34)))).toEqual(['met'])
})

test('a due that moves earlier or later moves an open one and is recorded', () => {
  const ledger = after(claimOf(), BEGUN)
  const earlier = ledger.settle([claimOf({ due: at(15) })], at(5))
  expect(earlier.entries).toMatchObject([
    { kind: 'moved', inputs: { due: DUE }, result: { due: at(15) } },
  ])
  expect(ledger.get()).toMatchObject({ due: at(15), wakeAt: at(10) })
  expect(kinds(ledger.settle([claimOf({ due: at(60) })], at(5)))).toEqual(['moved'])
  expect(ledger.get()).toMatchObject({ due: at(60), wakeAt: at(40) })
})

test('a due that moves after it has passed takes nothing back', () => {
  const ledger = after(claimOf(), BEGUN)
  expect(kinds(ledger.settle([claimOf({ due: at(60) })], at(31)))).toEqual(['missed', 'reminded'])
  expect(ledger.get()).toMatchObject({ outcome: 'missed', due: DUE })
  ledger.settle([claimOf({ due: at(60), ...proofAt(at(50)) })], at(50))
  expect(ledger.get().outcome).toBe('late')
})

test('what is no longer claimed while there is time is waived by its rule, and owed again when the rule comes back', () => {
  const ledger = after(claimOf(), BEGUN)
  const settled = ledger.settle([], at(25))
  expect(settled.entries).toMatchObject([{ kind: 'waived', result: { reason: 'noLongerOwed' } }])
  expect(settled.reminders).toEqual([])
  expect(ledger.get()).toMatchObject({
    outcome: 'waived',
    waivedBy: null,
    waivedReason: 'noLongerOwed',
    wakeAt: null,
  })
  expect(ledger.settle([], at(26))).toEqual(NOTHING)
  expect(kinds(ledger.settle([claimOf()], at(27)))).toContain('owedAgain')
  expect(ledger.get()).toMatchObject({ outcome: 'open', waivedReason: null, settledAt: null })
  expect(kinds(ledger.settle([claimOf(proofAt(at(28)))], at(28)))).toEqual(['met'])
})

test('what is no longer claimed once it is overdue was missed; nobody owes it or hears of it', () => {
  const ledger = after(claimOf(), BEGUN)
  const settled = ledger.settle([], at(31))
  expect(kinds(settled)).toEqual(['missed', 'dropped'])
  expect(settled.reminders).toEqual([])
  expect(ledger.get()).toMatchObject({ outcome: 'missed', droppedAt: at(31), wakeAt: null })
  expect(ledger.settle([], at(60))).toEqual(NOTHING)
  expect(kinds(ledger.settle([claimOf()], at(61)))).toEqual(['owedAgain', 'reminded'])
  expect(ledger.get()).toMatchObject({ outcome: 'missed', droppedAt: null })
})

test('the owner is told at two thirds and at due, the supervisor five minutes later, nobody after', () => {
  const ledger = after(claimOf(), BEGUN)
  expect(ledger.settle([claimOf()], at(20) - 1)).toEqual(NOTHING)
  const told = [at(20), DUE, DUE + 1, at(35)].map((now) => ledger.settle([claimOf()], now))
  expect(told.map(({ reminders }) => reminders.map(({ stage, to }) => ({ stage, to })))).toEqual([
    [{ stage: 'twoThirds', to: [maria] }],
    [{ stage: 'due', to: [maria] }],
    [],
    [{ stage: 'overdue', to: [{ kind: 'person', id: commander }] }],
  ])
  expect(told.map(kinds)).toEqual([['reminded'], ['reminded'], ['missed'], ['reminded']])
  expect(ledger.get().wakeAt).toBeNull()
  expect(ledger.settle([claimOf()], at(600))).toEqual(NOTHING)
})

test('without a supervisor nobody is told after due; one who comes later is told once', () => {
  const alone = claimOf({ supervisor: null })
  const ledger = after(alone, BEGUN, DUE, DUE + 1)
  expect(ledger.get().wakeAt).toBeNull()
  expect(ledger.settle([alone], at(50))).toEqual(NOTHING)
  expect(stages(ledger.settle([claimOf()], at(51)))).toEqual(['overdue'])
  expect(ledger.settle([claimOf()], at(52))).toEqual(NOTHING)
})

test('reminders that passed while nothing ran are one, to all whom they would have told', () => {
  const ledger = after(claimOf(), BEGUN)
  const { reminders } = ledger.settle([claimOf()], at(90))
  expect(reminders).toMatchObject([
    {
      stage: 'overdue',
      to: [{ kind: 'person', id: commander }, maria],
      standsFor: ['twoThirds', 'due'],
    },
  ])
  const self = after(claimOf({ supervisor: maria.id }), BEGUN)
  expect(self.settle([claimOf({ supervisor: maria.id })], at(90)).reminders[0]?.to).toEqual([maria])
})

test('what is due the moment it begins is asked for at once', () => {
  const settled = openLedger().settle([claimOf({ due: BEGUN })], BEGUN)
  expect(settled.reminders).toMatchObject([{ stage: 'due', standsFor: ['twoThirds'] }])
})

test('a due that moves later asks for new reminders; one that goes back and forth does not', () => {
  const later = claimOf({ due: at(60) })
  const ledger = after(claimOf(), BEGUN, at(20))
  ledger.settle([later], at(21))
  expect(ledger.get().wakeAt).toBe(at(40))
  expect(kinds(ledger.settle([claimOf()], at(22)))).toEqual(['moved'])
  expect(kinds(ledger.settle([later], at(23)))).toEqual(['moved'])
  expect(stages(ledger.settle([later], at(40)))).toEqual(['twoThirds'])
})

test('who owes it and who may see it follow the claim; only the owner is worth a line in the log', () => {
  const ledger = after(claimOf(), BEGUN)
  const jake = { kind: 'role', id: 'communications' } as const
  const other = claimOf({ owner: jake, visibility: 'team', teamId: commander })
  expect(ledger.settle([other], at(1)).entries).toMatchObject([
    { kind: 'reassigned', inputs: { owner: maria }, result: { owner: jake } },
  ])
  expect(ledger.get()).toMatchObject({ visibility: 'team', teamId: commander, startedAt: BEGUN })
})

test('settling twice changes nothing, whatever the outcome', () => {
  const claims = [
    claimOf({ key: 'open', due: at(90) }),
    claimOf({ key: 'met', ...proofAt(at(10)) }),
    claimOf({ key: 'late', ...proofAt(at(31)) }),
    claimOf({ key: 'missed' }),
  ]
  const ledger = openLedger()
  ledger.settle([claimOf({ key: 'waived' }), claimOf({ key: 'open' })], BEGUN)
  ledger.settle(claims, at(2))
  expect(ledger.settle(claims, at(33)).obligations.length).toBeGreaterThan(0)
  expect(ledger.settle(structuredClone(claims), at(33))).toEqual(NOTHING)
  const outcomes = [...ledger.rows.values()].map(({ key, outcome }) => [key, outcome])
  expect(outcomes.every(([key, outcome]) => key === outcome)).toBe(true)
  expect(outcomes).toHaveLength(5)
})

test('of two claims with one key the first counts', () => {
  const ledger = openLedger()
  ledger.settle([claimOf(), claimOf({ due: at(60) })], BEGUN)
  expect(ledger.rows.size).toBe(1)
  expect(ledger.get().due).toBe(DUE)
})
