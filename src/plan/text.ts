/** A plan as text: what changes, who would be paged differently, what is worth a look. Pure. */
export type ShownPlan = {
  changes: readonly {
    section: string
    id: string
    action: string
    fields: readonly { path: string; from?: unknown; to?: unknown }[]
  }[]
  findings: readonly { sentence: string; wayOut: string }[]
  paging: readonly { service: string; before: string | null; after: string }[]
  applied?: boolean
}

const SIGNS: Readonly<Record<string, string>> = { add: '+', change: '~', remove: '-' }

export function planText(plan: ShownPlan): string {
  const lines: string[] = []
  if (plan.changes.length === 0) lines.push('No changes.')
  for (const change of plan.changes) {
    lines.push(`${SIGNS[change.action] ?? '?'} ${change.section} ${change.id}`)
    for (const field of change.fields)
      lines.push(`    ${field.path}: ${short(field.from)} → ${short(field.to)}`)
  }
  if (plan.paging.length > 0) {
    lines.push('', plan.applied ? 'Paged from now on:' : 'Who would be paged:')
    for (const one of plan.paging) {
      lines.push(
        `  ${one.service}: ${one.after}${one.before === null ? '' : `  (before: ${one.before})`}`,
      )
    }
  }
  if (plan.findings.length > 0) {
    lines.push('', 'Worth a look:')
    for (const one of plan.findings) lines.push(`  ! ${one.sentence}`, `    ${one.wayOut}`)
  }
  if (plan.applied && plan.changes.length > 0)
    lines.push(
      '',
      `Applied: ${plan.changes.length} ${plan.changes.length === 1 ? 'change' : 'changes'}.`,
    )
  return lines.join('\n')
}

function short(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
