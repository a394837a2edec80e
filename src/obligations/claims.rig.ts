/** Claims and a ledger to try them on. */
import type { Id } from '../lib/id.ts'
import { type Instant, MINUTE } from '../lib/instant.ts'
import type { Claim, Obligation } from './obligation.ts'
import { type Settled, settle } from './settle.ts'

export const idOf = (number: number): Id =>
  `0190a000-0000-7000-8000-${String(number).padStart(12, '0')}`

export const maria = { kind: 'person', id: idOf(1) } as const
export const commander = idOf(2)
export const incident = { kind: 'incident', id: idOf(3) } as const

/** 14:00 on the day of the incident. */
export const BEGUN: Instant = Date.UTC(2026, 10, 23, 14)
export const at = (minutes: number): Instant => BEGUN + minutes * MINUTE
export const DUE = at(30)

/** An update owed by Maria from 14:00 to 14:30, of which the commander hears when it is overdue. */
export const claimOf = (more: Partial<Claim> = {}): Claim => ({
  key: 'incident:update:1',
  subject: incident,
  rule: 'message.cadence',
  owner: maria,
  startedAt: BEGUN,
  due: DUE,
  proof: null,
  supervisor: commander,
  teamId: null,
  visibility: 'everyone',
  drillId: null,
  ...more,
})

export const proofAt = (instant: Instant) => ({ proof: { at: instant, ref: 'message:1' } })

/** Keeps what was settled, as the store does, and gives what each settling adds. */
export function openLedger() {
  const rows = new Map<string, Obligation>()
  let made = 100
  return {
    rows,
    settle(claims: readonly Claim[], now: Instant): Settled {
      const settled = settle([...rows.values()], claims, now, () => idOf((made += 1)))
      for (const obligation of settled.obligations) rows.set(obligation.key, obligation)
      return settled
    },
    get(key = 'incident:update:1'): Obligation {
      const row = rows.get(key)
      if (!row) throw new Error(`Nothing is known of ${key}.`)
      return row
    },
  }
}
