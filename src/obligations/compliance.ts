/** How promises were kept over a stretch of time: what was counted, as figures by rule and by severity. */
import type { Instant } from '../lib/instant.ts'
import type { Outcome } from './obligation.ts'

export type Counted = {
  rule: string
  level: number | null
  outcome: Outcome
  isLapsed: boolean
  count: number
}

export type Kept = {
  met: number
  late: number
  missed: number
  /** By a person; what its rule gave up is `lapsed`. */
  waived: number
  lapsed: number
  open: number
  /** Share of what was done or missed; null: nothing was. */
  kept: number | null
  inTime: number | null
}

export function keptOf(rows: readonly Counted[]): Kept {
  const sum = (fits: (row: Counted) => boolean): number =>
    rows.filter(fits).reduce((total, row) => total + row.count, 0)
  const of = (outcome: Outcome): number => sum((row) => row.outcome === outcome)
  const [met, late, missed] = [of('met'), of('late'), of('missed')]
  const due = met + late + missed
  const lapsed = sum((row) => row.isLapsed)
  return {
    met,
    late,
    missed,
    waived: of('waived') - lapsed,
    lapsed,
    open: of('open'),
    kept: due === 0 ? null : (met + late) / due,
    inTime: due === 0 ? null : met / due,
  }
}

const rulesIn = (rows: readonly Counted[]) =>
  [...new Set(rows.map((row) => row.rule))].toSorted().map((rule) => ({
    rule,
    ...keptOf(rows.filter((row) => row.rule === rule)),
  }))

/** The worst severity first; what is of no incident last. */
export function complianceOf(rows: readonly Counted[]) {
  const levels = [...new Set(rows.map((row) => row.level))].toSorted(
    (a, b) => (a ?? Number.MAX_SAFE_INTEGER) - (b ?? Number.MAX_SAFE_INTEGER),
  )
  return {
    all: keptOf(rows),
    rules: rulesIn(rows),
    severities: levels.map((level) => {
      const own = rows.filter((row) => row.level === level)
      return { level, ...keptOf(own), rules: rulesIn(own) }
    }),
  }
}

/** `2026-Q4` → from October on to before January, in UTC; null where the text is no quarter. */
export function quarterOf(text: string): { from: Instant; to: Instant } | null {
  const [, year, quarter] = /^(2\d{3})-Q([1-4])$/.exec(text) ?? []
  if (!year || !quarter) return null
  const month = (Number(quarter) - 1) * 3
  return { from: Date.UTC(Number(year), month, 1), to: Date.UTC(Number(year), month + 3, 1) }
}
