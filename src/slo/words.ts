/** What is said of an objective: in the title of its alerts, and beside its state. */
import { formatDuration } from '../lib/duration.ts'
import { type Fraction, multiply, toDecimal, whole } from '../lib/fraction.ts'
import { formatLocal } from '../lib/zone.ts'
import type { Instant } from '../lib/instant.ts'
import type { Subject } from './decide.ts'
import type { BudgetPolicyForm } from './definition.ts'
import type { Measured } from './measure.ts'
import type { BudgetState } from './policy.ts'

export const percentText = (value: Fraction, places = 2): string =>
  `${trimmed(toDecimal(multiply(value, whole(100)), places))} %`

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** The title of an alert. */
export function titleOf(
  name: string,
  subject: Subject,
  facts: { measured: Measured; rows: readonly string[]; dataUntil: Instant | null },
): string {
  if (subject === 'noData')
    return `${name}: no data since ${facts.dataUntil === null ? 'the beginning' : `${formatLocal(facts.dataUntil, 'UTC')} UTC`}`
  const found = facts.measured.readings.find((one) => one.row.name === facts.rows[0])
  const ratio = found?.long ? `${percentText(found.long)} of events fail` : 'the budget burns'
  const over = found ? ` over ${formatDuration(found.row.longMs)}` : ''
  const { left } = facts.measured
  const rest = left === null ? '' : `, ${percentText(left, 0)} of the error budget is left`
  return `${name}: ${ratio}${over}${rest}`
}

const ASKS: Readonly<Record<BudgetState, keyof BudgetPolicyForm>> = {
  normal: 'above_50',
  review: 'from_25_to_50',
  allHands: 'below_25',
  exhausted: 'exhausted',
}

const USUAL: Readonly<Record<BudgetState, string>> = {
  normal: 'Normal work on features.',
  review: 'Review with the engineering manager whether features can go on.',
  allHands: 'All hands on reliability until the budget recovers.',
  exhausted: 'Freeze deploys that are not critical, and review with the VP of engineering.',
}

/** What a state of the budget asks for: in the words of its policy, or in the usual ones. */
export const asksOf = (state: BudgetState, policy: BudgetPolicyForm | null): string =>
  policy?.[ASKS[state]] ?? USUAL[state]
