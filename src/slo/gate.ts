/**
 * Whether a deploy of a service may go on. A budget that is spent closes the gate, unless somebody
 * has signed for it; objectives without data are not taken for good ones.
 */
import type { Instant } from '../lib/instant.ts'
import type { BudgetState } from './policy.ts'

export type Verdict = 'open' | 'closed' | 'unknown'

export type GateFacts = {
  now: Instant
  objectives: readonly {
    slug: string
    name: string
    state: BudgetState | null
    dataUntil: Instant | null
    /** Data older than this says nothing of now. */
    staleMs: number
    isBurning: boolean
  }[]
  exceptions: readonly { id: string; untilAt: Instant }[]
}

export type GateReason =
  | { kind: 'budgetSpent' | 'burning' | 'noData'; objective: string }
  | { kind: 'exception'; id: string; until: Instant }
  | { kind: 'noObjectives' }

export type Gate = { verdict: Verdict; reasons: readonly GateReason[] }

export function gateOf({ now, objectives, exceptions }: GateFacts): Gate {
  if (objectives.length === 0) return { verdict: 'open', reasons: [{ kind: 'noObjectives' }] }
  const reasons: GateReason[] = []
  for (const one of objectives) {
    const isStale = one.dataUntil === null || now - one.dataUntil > one.staleMs
    if (one.state === 'exhausted') reasons.push({ kind: 'budgetSpent', objective: one.slug })
    else if (one.state === null || isStale) reasons.push({ kind: 'noData', objective: one.slug })
    if (one.isBurning) reasons.push({ kind: 'burning', objective: one.slug })
  }
  const has = (kind: GateReason['kind']): boolean => reasons.some((one) => one.kind === kind)
  const signed = exceptions.find((one) => one.untilAt > now)
  if (signed && (has('budgetSpent') || has('noData')))
    return {
      verdict: 'open',
      reasons: [...reasons, { kind: 'exception', id: signed.id, until: signed.untilAt }],
    }
  const verdict = has('budgetSpent') ? 'closed' : has('noData') ? 'unknown' : 'open'
  return { verdict, reasons }
}
