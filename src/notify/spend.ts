/**
 * What may be spent on texts and calls. Tests and notices have a budget, so that nobody makes money
 * by having us call dear numbers; a page has none: it goes out however much was spent.
 */
import { textOf, type Values } from './channel.ts'

export type SpendLimits = {
  testsPerPerson: number
  testsPerDay: number
  priceCents: number
  /** A month; null: there is none. */
  capCents: number | null
}

/** What was sent before, and is counted. */
export type Spent = {
  /** Tests of today: to this contact or number, by or to this person, and in all. */
  testsOfContact: number
  testsOfPerson: number
  testsOfDay: number
  /** Texts or calls of this month, pages among them. */
  ofMonth: number
}

const DEFAULTS = { testsPerPerson: 10, testsPerDay: 100 }

export const spendLimits = (settings: Values): SpendLimits => ({
  testsPerPerson: countOf(settings, 'tests_per_person') ?? DEFAULTS.testsPerPerson,
  testsPerDay: countOf(settings, 'tests_per_day') ?? DEFAULTS.testsPerDay,
  priceCents: countOf(settings, 'price_cents') ?? 0,
  capCents: countOf(settings, 'cap_cents'),
})

function countOf(settings: Values, name: string): number | null {
  const text = textOf(settings, name)
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

/** Why a text or call is not made; null: it is. */
export function whyNotSpend(
  what: 'page' | 'test' | 'notice',
  spent: Spent,
  limits: SpendLimits,
): 'testBudget' | 'spendCap' | null {
  if (what === 'page') return null
  if (what === 'test') {
    const isOut =
      spent.testsOfContact >= limits.testsPerPerson ||
      spent.testsOfPerson >= limits.testsPerPerson ||
      spent.testsOfDay >= limits.testsPerDay
    if (isOut) return 'testBudget'
  }
  return isOverCap(spent.ofMonth + 1, limits) ? 'spendCap' : null
}

/** Whether so many of this month cost more than they may. */
export const isOverCap = (ofMonth: number, { priceCents, capCents }: SpendLimits): boolean =>
  capCents !== null && ofMonth * priceCents > capCents
