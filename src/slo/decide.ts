/**
 * What becomes of an objective when it is looked at. Rows of alerts begin when both of their windows
 * are above the factor and end when the short one is back; a window without data changes nothing,
 * so a source that fell silent neither pages nor gives the all-clear. While a page fires, tickets of
 * the same objective keep quiet.
 */
import type { Fraction } from '../lib/fraction.ts'
import type { Instant } from '../lib/instant.ts'
import { type BudgetState, moved, type Standing as BudgetStanding } from './policy.ts'
import type { Loudness, Standing } from './rows.ts'

/** What can be open about an objective: its page, its ticket, and the ticket that data is missing. */
export const SUBJECTS = ['page', 'ticket', 'noData'] as const
export type Subject = (typeof SUBJECTS)[number]

export type State = {
  version: 1
  /** Rows that fire, and since when. */
  firing: Readonly<Record<string, Instant>>
  /** What was said, and not taken back yet. */
  open: Readonly<Partial<Record<Subject, Instant>>>
  budget: BudgetStanding | null
}

export const NEW_STATE: State = { version: 1, firing: {}, open: {}, budget: null }

export type Look = {
  now: Instant
  rows: readonly { name: string; loudness: Loudness; standing: Standing }[]
  left: Fraction | null
  /** The end of the newest minute that holds data; null: there was never any. */
  dataUntil: Instant | null
  noDataMs: number | null
}

export type Effect =
  | { kind: 'fire'; subject: Subject; rows: readonly string[] }
  | { kind: 'clear'; subject: Subject; because: 'recovered' | 'suppressedByPage' | 'dataAgain' }
  | { kind: 'budgetMoved'; from: BudgetState | null; to: BudgetState }

export type Decision = { state: State; effects: readonly Effect[] }

export function decide(state: State, look: Look): Decision {
  const firing = firingAfter(state, look)
  const names = (loudness: Loudness): string[] =>
    look.rows
      .filter((row) => row.loudness === loudness && row.name in firing)
      .map((row) => row.name)
  const [pages, tickets] = [names('page'), names('ticket')]
  const isMissing =
    look.noDataMs !== null && look.dataUntil !== null && look.now - look.dataUntil >= look.noDataMs
  const wanted: Record<Subject, readonly string[]> = {
    page: pages,
    ticket: pages.length > 0 ? [] : tickets,
    noData: isMissing ? ['noData'] : [],
  }
  const open: Partial<Record<Subject, Instant>> = { ...state.open }
  const effects: Effect[] = []
  for (const subject of SUBJECTS) {
    const isOpen = open[subject] !== undefined
    if (wanted[subject].length > 0 && !isOpen) {
      open[subject] = look.now
      effects.push({ kind: 'fire', subject, rows: wanted[subject] })
    }
    if (wanted[subject].length === 0 && isOpen) {
      delete open[subject]
      effects.push({ kind: 'clear', subject, because: reasonOf(subject, tickets) })
    }
  }
  const budget = moved(state.budget, look.left, look.now)
  if (
    budget &&
    budget.state !== state.budget?.state &&
    !(state.budget === null && budget.state === 'normal')
  )
    effects.push({ kind: 'budgetMoved', from: state.budget?.state ?? null, to: budget.state })
  return { state: { version: 1, firing, open, budget }, effects }
}

function reasonOf(subject: Subject, tickets: readonly string[]) {
  if (subject === 'noData') return 'dataAgain' as const
  return subject === 'ticket' && tickets.length > 0
    ? ('suppressedByPage' as const)
    : ('recovered' as const)
}

/** Rows that are gone from the definition fire no more. */
function firingAfter(state: State, { rows, now }: Look): Record<string, Instant> {
  const firing: Record<string, Instant> = {}
  for (const { name, standing } of rows) {
    const since = state.firing[name]
    if (standing === 'above') firing[name] = since ?? now
    else if (since !== undefined && standing !== 'below') firing[name] = since
  }
  return firing
}
