/** A plan as text for a terminal. Pure, without colours: what is printed can be compared. */
import { printable } from '../lib/text.ts'
import type { FieldChange, PlannedChange } from './changes.ts'
import type { PagingChange, Planned } from './draft.ts'
import type { Finding } from './finding.ts'
import { SECTIONS } from './form.ts'

export type RenderOptions = { file: string }

const SIGNS = { add: '+', change: '~', remove: '-' } as const

/** Untrusted text in it is made safe for terminals. */
export function renderPlan(planned: Planned, options: RenderOptions): string {
  const blocks = [
    changesBlock(planned.changes),
    pagingBlock(planned.paging),
    findingsBlock(planned.findings, options.file),
    summary(planned),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function changesBlock(changes: readonly PlannedChange[]): string {
  return SECTIONS.flatMap((section) => {
    const own = changes.filter((change) => change.section === section)
    if (own.length === 0) return []
    return [section, ...own.flatMap(changeLines)]
  }).join('\n')
}

function changeLines({ id, action, fields }: PlannedChange): string[] {
  const head = `  ${SIGNS[action]} ${printable(id)}`
  if (action === 'remove') return [head]
  return [head, ...fields.map((field) => `      ${fieldLine(field, action)}`)]
}

function fieldLine({ path, from, to }: FieldChange, action: PlannedChange['action']): string {
  if (action === 'add') return `${printable(path)}: ${written(to)}`
  return `${printable(path)}: ${written(from)} → ${written(to)}`
}

const VALUE_MAX = 160

/** A value on one line, near to how the file would say it. */
export function written(value: unknown): string {
  const text = printable(plain(value)).replaceAll('\n', '⏎')
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX - 1)}…` : text
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `[${value.map(inner).join(', ')}]`
  return inner(value)
}

function inner(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`
  if (value === null || typeof value !== 'object') return String(value)
  return `{${Object.entries(value)
    .map(([key, one]) => `${key}: ${inner(one)}`)
    .join(', ')}}`
}

function pagingBlock(paging: readonly PagingChange[]): string {
  if (paging.length === 0) return ''
  const lines = paging.flatMap(({ service, before, after }) => [
    `  ${printable(service)}`,
    `      before: ${before === null ? 'the service is new' : printable(before)}`,
    `      after:  ${after === null ? 'the service is gone' : printable(after)}`,
  ])
  return ['who would be paged at this moment', ...lines].join('\n')
}

function findingsBlock(findings: readonly Finding[], file: string): string {
  if (findings.length === 0) return ''
  const lines = findings.flatMap(({ rule, sentence, position, wayOut }) => {
    const where = position ? `${file}:${position.line}:${position.column}: ` : ''
    return [`  ${where}${printable(sentence)} (${rule})`, `      way out: ${printable(wayOut)}`]
  })
  return ['findings', ...lines].join('\n')
}

function summary({ changes, findings }: Planned): string {
  const count = (action: PlannedChange['action']) =>
    changes.filter((change) => change.action === action).length
  const found =
    findings.length === 0
      ? ''
      : findings.length === 1
        ? ' 1 finding.'
        : ` ${findings.length} findings.`
  if (changes.length === 0) return `Nothing to change.${found}`
  return `${count('add')} to add, ${count('change')} to change, ${count('remove')} to remove.${found}`
}
