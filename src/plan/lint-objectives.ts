import { nominalMs, rowsOf, targetOf, windowOf } from '../slo/definition.ts'
import { unsound } from '../slo/rows.ts'
import type { Finding } from './finding.ts'
import type { ObjectiveForm } from './form.ts'
import type { Reading } from './reading.ts'

/** Alerts that somebody wrote and that fire although the budget would last. Those that never fire are refused. */
export function objectiveFindings(
  objectives: readonly ObjectiveForm[],
  reading: Reading,
): Finding[] {
  return objectives.flatMap((one, index): Finding[] => {
    const target = targetOf(one.target)
    if (target === null || one.alerts === null) return []
    const windowMs = nominalMs(windowOf(one.window))
    const rows = rowsOf(one.alerts, windowMs)
    return unsound(rows, { target, windowMs, perHour: null })
      .filter((found) => found.reason === 'firesInsideBudget')
      .map(({ row }) => ({
        rule: 'firesInsideBudget',
        sentence: `the alert \`${row}\` of \`${one.id}\` fires although the budget would last: its burn rate is below 1`,
        position:
          reading.places.get(`objectives[${index}].alerts`) ??
          reading.places.get(`objectives[${index}]`) ??
          null,
        wayOut: 'let more of the budget go, or look at a shorter window',
      }))
  })
}
