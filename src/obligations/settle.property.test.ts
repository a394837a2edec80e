/** Over streams of claims, proofs and clocks that jump, what the ledger says agrees with what was claimed. */
import fc from 'fast-check'
import { test } from 'vitest'
import { at, BEGUN, claimOf, commander, openLedger } from './claims.rig.ts'
import type { Claim, Obligation } from './obligation.ts'
import type { Settled } from './settle.ts'

const KEYS = ['one', 'two', 'three']
const RUNS = 2_000
/** The stream is the same in every run. */
const SEED = 20261123

/** Half minutes, so that due, reminders and clock meet in one instant often enough. */
const moment = fc.integer({ min: 0, max: 160 }).map((half) => at(half / 2))
const step = fc.record({
  key: fc.constantFrom(...KEYS),
  what: fc.oneof(
    fc.record({ due: moment }),
    fc.record({ provedAgo: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ supervisor: fc.constantFrom(commander, null) }),
    fc.constantFrom('claim' as const, 'drop' as const, 'nothing' as const),
  ),
  // Mostly forwards; a clock that is set back must do no harm either.
  jump: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -10, max: 0 }), fc.constant(0)),
  nudge: fc.constantFrom(0, 0, 1, -1),
})
type Step = {
  key: string
  what: { due: number } | { provedAgo: number } | { supervisor: string | null } | string
}

/** What is claimed after one more step. */
function claimed(claims: ReadonlyMap<string, Claim>, { key, what }: Step, clock: number) {
  const next = new Map(claims)
  const claim = next.get(key)
  if (what === 'drop') next.delete(key)
  else if (what === 'claim')
    next.set(key, claim ?? claimOf({ key, startedAt: clock, due: clock + 600_000 }))
  else if (typeof what === 'object' && claim) {
    const proof = 'provedAgo' in what ? { at: clock - what.provedAgo * 30_000, ref: 'shown' } : null
    next.set(key, proof ? { ...claim, proof: claim.proof ?? proof } : { ...claim, ...what })
  }
  return next
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}
const isNothing = ({ obligations, reminders, entries }: Settled): boolean =>
  obligations.length + reminders.length + entries.length === 0

function checkOutcome({ outcome, proof, due, settledAt, wakeAt }: Obligation, now: number): void {
  if (outcome === 'met') must(proof !== null && proof.at <= due, 'met: proved by due')
  else if (outcome === 'late') must(proof !== null && proof.at > due, 'late: proved after due')
  else must(proof === null, `${outcome}: no proof`)
  if (outcome === 'missed') must(settledAt !== null && settledAt > due, 'missed: after due')
  must((outcome === 'open') === (settledAt === null), 'settled, or open')
  must(wakeAt === null || wakeAt > now, 'wakes later than now')
  if (outcome === 'open') must(now <= due && wakeAt !== null, 'open only up to its due')
  else if (outcome !== 'missed') must(wakeAt === null, 'what is over sleeps')
}

const FINAL = ['met', 'late']
/** Waived by its rule: the rule may come back. */
const mayReturn = (one: Obligation): boolean => one.outcome === 'waived' && one.waivedBy === null

function checkChange(before: Obligation | undefined, after: Obligation, now: number): void {
  if (!before) return
  must(!FINAL.includes(before.outcome) || before === after, `${before.outcome} stays so`)
  must(before.outcome !== 'missed' || after.outcome !== 'open', 'missed is not taken back')
  must(before.outcome !== 'missed' || after.outcome !== 'waived', 'missed is not waived')
  must(
    before.outcome !== 'waived' || mayReturn(before) || before === after,
    'what a person waived stays so',
  )
  if (mayReturn(before)) return
  must(now <= before.due || before.due === after.due, 'a due that has passed stays')
  must(before.outcome === 'open' || before.due === after.due, 'a due moves while open only')
}

function play(steps: readonly (Step & { jump: number; nudge: number })[]): void {
  const ledger = openLedger()
  const told = new Set<string>()
  let claims: ReadonlyMap<string, Claim> = new Map()
  let clock = BEGUN
  for (const one of steps) {
    clock += one.jump * 30_000
    // Beside the half minute now and then, but never off the grid for good.
    const now = clock + one.nudge
    claims = claimed(claims, one, clock)
    const list = [...claims.values()]
    const before = new Map(ledger.rows)
    const settled = ledger.settle(list, now)
    for (const { obligation, stage } of settled.reminders) {
      const name = `${obligation.key} ${stage} ${obligation.due}`
      must(!told.has(name), `reminded twice: ${name}`)
      told.add(name)
      must(['open', 'missed'].includes(obligation.outcome), 'nobody is reminded of what is over')
      must(claims.has(obligation.key), 'nobody is reminded of what is not owed')
    }
    for (const row of ledger.rows.values()) {
      checkChange(before.get(row.key), row, now)
      checkOutcome(row, now)
    }
    must(isNothing(ledger.settle(list, now)), 'settled twice, changed twice')
    checkSleep(ledger, list, now)
  }
}

/** Up to the next waking nothing happens by itself; at the waking something does. */
function checkSleep(ledger: ReturnType<typeof openLedger>, list: readonly Claim[], now: number) {
  const copy = () => {
    const other = openLedger()
    for (const [key, row] of ledger.rows) other.rows.set(key, row)
    return other
  }
  const next = Math.min(...[...ledger.rows.values()].map(({ wakeAt }) => wakeAt ?? Infinity))
  const sleepsUntil = next === Infinity ? now + 86_400_000 : next - 1
  must(isNothing(copy().settle(list, sleepsUntil)), 'something happened before its time')
  if (next !== Infinity) must(!isNothing(copy().settle(list, next)), 'woken for nothing')
}

test('every reminder comes at most once for each due, and outcomes agree with proof and due', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => play(steps)),
    { numRuns: RUNS, seed: SEED },
  )
})
