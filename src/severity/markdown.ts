/**
 * A severity table as teams keep it in a wiki: Markdown, one row a level. Read into the form of the
 * file; what cannot be read, and what contradicts itself, is said in words (METHOD 1).
 */
import { parseDuration } from '../lib/duration.ts'
import { formatSpan, formatWhen, type LevelForm, type LevelWord, type SeatWord } from './form.ts'
import type { Span, TellWhen } from './policy.ts'

export type TableFinding = { line: number; rule: string; sentence: string }
export type TableRead = {
  levels: Partial<Record<LevelWord, Partial<LevelForm>>>
  findings: TableFinding[]
}

const LINES_MAX = 5_000
const CELL_MAX = 500

type Column = 'level' | 'label' | 'criteria' | 'respond' | 'update' | 'tell'
const COLUMNS: readonly [Column, RegExp][] = [
  ['level', /^(level|severity|sev|priority)$/i],
  ['label', /^(name|label)$/i],
  ['criteria', /^(criteria|definition|description|impact)$/i],
  ['respond', /^response( time)?$/i],
  ['update', /^(update( cadence)?|updates|communication)$/i],
  ['tell', /^(escalation|escalate to|notify)$/i],
]

/** @param text Markdown that holds a table with a column for the level; null: there is none */
export function readSeverityTable(text: string): TableRead | null {
  const lines = text.split(/\r?\n/).slice(0, LINES_MAX)
  const start = lines.findIndex((line, index) => {
    const columns = cellsOf(line).map(columnOf)
    return columns.includes('level') && columns.includes('respond') && isRule(lines[index + 1])
  })
  if (start < 0) return null
  const columns = cellsOf(lines[start] ?? '').map(columnOf)
  const read: TableRead = { levels: {}, findings: [] }
  for (let at = start + 2; isRow(lines[at]); at += 1)
    readRow(read, columns, cellsOf(lines[at] ?? ''), at + 1)
  for (const word of ['sev1', 'sev2', 'sev3', 'sev4'] as const)
    if (!read.levels[word])
      read.findings.push({
        line: start + 1,
        rule: 'levelMissing',
        sentence: `The table has no row for ${word.toUpperCase()}: it stays as in the preset.`,
      })
  readHoles(read, start + 1)
  readTriggers(read, lines)
  return read
}

const isRow = (line: string | undefined): boolean => line?.trim().startsWith('|') === true
const isRule = (line: string | undefined): boolean => /^\s*\|?[\s|:-]+$/.test(line ?? '')
const cellsOf = (line: string): string[] =>
  isRow(line)
    ? line
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .map((cell) => cell.trim().slice(0, CELL_MAX))
    : []
const columnOf = (title: string): Column | null =>
  COLUMNS.find(([, pattern]) => pattern.test(title))?.[0] ?? null

function readRow(
  read: TableRead,
  columns: readonly (Column | null)[],
  cells: readonly string[],
  line: number,
): void {
  const cell = (column: Column): string => cells[columns.indexOf(column)] ?? ''
  const rank = /^(?:sev|p|s)[\s-]*(\d)$/i.exec(cell('level'))
  const zeroBased = /^p/i.test(cell('level'))
  const word = rank && (`sev${Number(rank[1]) + (zeroBased ? 1 : 0)}` as LevelWord)
  const say = (rule: string, sentence: string) => read.findings.push({ line, rule, sentence })
  if (!word || !/^sev[1-4]$/.test(word)) {
    say('levelUnknown', `"${cell('level')}" is no level from SEV1 to SEV4.`)
    return
  }
  if (read.levels[word]) {
    say('levelTwice', `${cell('level')} stands in the table twice; the first row is read.`)
    return
  }
  const name = cell('level').replace(/[\s-]/g, '').toUpperCase()
  const form: Partial<LevelForm> = { name }
  if (cell('label') !== '') form.label = cell('label')
  const criteria = cell('criteria')
    .split(/,\s+|;\s*/)
    .filter((one) => one !== '')
  if (criteria.length > 0) form.criteria = criteria
  else say('noCriteria', `${name} says nothing of when it applies.`)
  for (const field of ['respond', 'update'] as const) {
    const span = spanIn(cell(field))
    if (span) form[field] = formatSpan(span)
    else say('timeUnread', `"${cell(field)}" is not a time; ${name} keeps that of the preset.`)
  }
  form.tell = tellIn(cell('tell'), say)
  read.levels[word] = form
}

/** `< 5 min`, `Every 2 hours`, `Daily`, `Next bus. day`. */
function spanIn(text: string): Span | null {
  if (/^next bus/i.test(text) || /^daily$/i.test(text)) return { kind: 'nextBusinessDay' }
  const ms = msIn(text)
  return ms === null ? null : { kind: 'elapsed', ms }
}

function msIn(text: string): number | null {
  const found = /(\d+)\s*(s|sec|second|m|min|minute|h|hour|d|day)s?\b/i.exec(text)
  return found ? parseDuration(`${found[1]}${found[2]?.slice(0, 1).toLowerCase()}`) : null
}

const SEATS: readonly [SeatWord, RegExp][] = [
  ['vp', /\bvp\b/i],
  ['cto', /\bcto\b/i],
  ['manager', /\bmanager\b/i],
  ['team_lead', /\bteam lead\b|\bbacklog\b/i],
]

function tellIn(
  text: string,
  say: (rule: string, sentence: string) => void,
): { seat: SeatWord; when: string }[] {
  const ms = /within/i.test(text) ? msIn(text) : null
  const when: TellWhen | null = /immediate|at once/i.test(text)
    ? { kind: 'atOnce' }
    : /stand-?up/i.test(text)
      ? { kind: 'standUp' }
      : /backlog/i.test(text)
        ? { kind: 'backlogTriage' }
        : ms === null
          ? null
          : { kind: 'within', ms }
  const seats = SEATS.filter(([, pattern]) => pattern.test(text)).map(([seat]) => seat)
  if (text !== '' && (when === null || seats.length === 0)) {
    say('escalationUnread', `"${text}" does not say whom to tell, and by when.`)
    return []
  }
  return when === null ? [] : seats.map((seat) => ({ seat, when: formatWhen(when) }))
}

/** What happens and stands in no row, with the rule of the questionnaire that fills the hole (E16). */
const HOLES: readonly [RegExp, string][] = [
  [
    /partial|subset|some (users|customers|regions)/i,
    'A partial outage stands in no row. It counts as SEV2 (R4).',
  ],
  [
    /redundan|next failure/i,
    'Redundancy that is lost without impact stands in no row. It counts as SEV3 (R9).',
  ],
  [
    /degraded.*(<|≤|up to|less than)/i,
    'Degraded service for fewer users than the table names stands in no row. It counts as SEV3 (R7).',
  ],
  [
    /minor feature.*(no|without) workaround/i,
    'A minor feature that is broken without a workaround stands in no row. It counts as SEV3 (R8).',
  ],
]

function readHoles(read: TableRead, line: number): void {
  const criteria = Object.values(read.levels).flatMap((one) => one.criteria ?? [])
  for (const [pattern, sentence] of HOLES)
    if (!criteria.some((one) => pattern.test(one)))
      read.findings.push({ line, rule: 'hole', sentence })
}

/** The lines below the table: which of the rules of this framework each of them is. */
function readTriggers(read: TableRead, lines: readonly string[]): void {
  for (const [index, line] of lines.entries()) {
    const say = (rule: string, sentence: string) =>
      read.findings.push({ line: index + 1, rule, sentence })
    if (/auto-upgrade severity/i.test(line)) readHeading(lines, index, say)
    const cause = /no root cause.*?(\d+ ?\w+) \(SEV1\).*?(\d+ ?\w+) \(SEV2\)/i.exec(line)
    if (cause) {
      for (const [word, text] of [
        ['sev1', cause[1]],
        ['sev2', cause[2]],
      ] as const) {
        const span = spanIn(text ?? '')
        if (span && read.levels[word]) read.levels[word].cause = formatSpan(span)
      }
    }
    if (/paying accounts?.*minimum SEV2/i.test(line)) {
      const cosmetic = read.levels.sev4?.criteria?.find((one) =>
        /cosmetic|no user impact/i.test(one),
      )
      if (cosmetic)
        say(
          'floorAgainstCosmetic',
          `A paying customer who reports "${cosmetic.toLowerCase()}" would raise it to SEV2 and page people. The floor holds only where users are affected; \`strict_for_customers: true\` makes it hold always.`,
        )
    }
  }
}

function readHeading(
  lines: readonly string[],
  index: number,
  say: (rule: string, sentence: string) => void,
): void {
  const below = lines.slice(index + 1, index + 10)
  if (below.some((line) => /no root cause.*SEV1/i.test(line)))
    say(
      'cannotRise',
      'The heading speaks of raising the severity, but SEV1 cannot rise: without a cause, more people are called in instead.',
    )
}
