/**
 * The report of an incident, as it is handed to people who were not there: every promise with what
 * became of it, times in UTC. Whatever people typed is text in it, never Markdown of its own.
 */
import type { PromiseShown, ReportShown } from '../contract/reports.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../lib/instant.ts'
import { printable } from '../lib/text.ts'

/** `40 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`: the two largest units. */
export function span(ms: number): string {
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ] as const
  let rest = Math.max(0, Math.round(ms / SECOND)) * SECOND
  const first = units.findIndex(([size]) => rest >= size)
  if (first === -1) return ms > 0 ? 'less than 1 s' : '0 s'
  const parts: string[] = []
  for (const [size, name] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${name}`)
    rest -= count * size
  }
  return parts.join(' ')
}

const SMALL = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const number = (count: number): string => SMALL[count] ?? String(count)

/** What was not asked for any more before it was due is no promise that was kept or broken. */
export function tally(list: readonly PromiseShown[]): ReportShown['promises'] {
  const count = (outcome: string): number => list.filter((one) => one.outcome === outcome).length
  const [late, missed, open] = [count('late'), count('missed'), count('open')]
  const kept = count('met') + late
  const waived = list.filter((one) => one.outcome === 'waived' && one.waived !== null).length
  const figures = { kept, of: kept + missed, late, missed, open, waived }
  const longest = Math.max(0, ...list.map((one) => one.lateMs ?? 0))
  return {
    ...figures,
    lapsed: count('waived') - waived,
    sentence: sentenceOf(figures, longest),
    list: [...list],
  }
}

type Figures = Pick<ReportShown['promises'], 'kept' | 'of' | 'late' | 'missed' | 'open' | 'waived'>

function sentenceOf({ kept, of, late, missed, open, waived }: Figures, longest: number): string {
  const parts = [
    of === 0
      ? 'No promise has come due'
      : `${kept} of ${of} ${of === 1 ? 'promise' : 'promises'} kept`,
    late === 0
      ? ''
      : late === 1
        ? `one ${span(longest)} late`
        : `${number(late)} late by ${span(longest)} at most`,
    missed === 0 ? '' : `${number(missed)} missed`,
    open === 0 ? '' : `${number(open)} still open`,
    waived === 0 ? '' : `${number(waived)} waived`,
  ]
  return `${parts.filter((one) => one !== '').join(', ')}.`
}

/** Text of others as one line of Markdown that shows just this text. */
export function escapeMarkdown(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim()
  return line
    .replace(/[\\`*_[\]<>|~&$]/g, '\\$&')
    .replace(/^([#+=-])/, '\\$1')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2')
}
const md = escapeMarkdown

/** `2026-11-23 14:05:06`, in UTC. */
const at = (iso: string): string => iso.slice(0, 19).replace('T', ' ')
const name = (person: { name: string } | null): string => md(person?.name ?? 'nobody named')

const STAMPS: readonly (readonly [string, string])[] = [
  ['startedAt', 'It began'],
  ['detectedAt', 'It was noticed'],
  ['acknowledgedAt', 'Somebody answered'],
  ['declaredAt', 'It was declared'],
  ['identifiedAt', 'The cause was found'],
  ['mitigatedAt', 'Users could work again'],
  ['recoveredAt', 'It had recovered'],
  ['allClearAt', 'All clear'],
  ['closedAt', 'It was closed'],
]
const DURATIONS: readonly (readonly [string, string])[] = [
  ['detect', 'Until it was noticed'],
  ['acknowledge', 'Until somebody answered'],
  ['mitigate', 'Until users could work again'],
  ['recover', 'Until it had recovered'],
  ['allClear', 'Until the all-clear'],
  ['impact', 'Users were affected for'],
]
const ROLES: Readonly<Record<string, string>> = {
  commander: 'Commander',
  technicalLead: 'Technical lead',
  communicationsLead: 'Communications lead',
  scribe: 'Scribe',
  deputy: 'Deputy',
  owner: 'Owner',
}

export function reportMarkdown(report: ReportShown): string {
  const sections = [
    header(report),
    section('When', whenTable(report)),
    section('How bad', levels(report)),
    section('Who held what', roles(report)),
    section('Promises', promises(report)),
    section('Breach of data', breach(report)),
    section('What was said', messages(report)),
    section('What happened', timeline(report)),
  ]
  return `${sections.filter((one) => one !== '').join('\n\n')}\n`
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n').trimStart()}`

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0
    ? []
    : [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)

function header(report: ReportShown): string {
  const { severity, services, team, commander } = report
  const facts = [
    severity ? `${md(severity.name)} ${md(severity.label)}` : 'in triage',
    report.severity && report.peak < report.severity.level ? `at worst level ${report.peak}` : '',
    report.status,
    report.kind === 'drill' ? 'a drill' : '',
    report.isPrivate ? 'private to its team' : '',
  ]
  return [
    `# ${report.name}: ${md(report.title)}`,
    '',
    `**${facts.filter((one) => one.trim() !== '').join(' · ')}**`,
    ...(report.summary.trim() === '' || report.summary === report.title
      ? []
      : ['', md(report.summary)]),
    '',
    `- Services: ${services.map((one) => md(one.name)).join(', ') || 'none named'}`,
    ...(team ? [`- Team: ${md(team.name)}`] : []),
    ...(commander ? [`- Commander: ${name(commander)}`] : []),
    `- ${report.promises.sentence}`,
    `- Written ${at(report.writtenAt)}. All times are UTC.`,
  ].join('\n')
}

function whenTable({ stamps, durations, impossible, isAllClearEarly }: ReportShown): string[] {
  const times = STAMPS.flatMap(([key, label]) => (stamps[key] ? [[label, at(stamps[key])]] : []))
  const lasted = DURATIONS.flatMap(([key, label]) => {
    const ms = durations[key]
    return ms === null || ms === undefined ? [] : [[label, span(ms)]]
  })
  return [
    ...tableOf(['', 'UTC'], times),
    ...(lasted.length > 0 ? ['', ...tableOf(['', 'How long'], lasted)] : []),
    ...impossible.flatMap((one) => [
      '',
      `${md(one.before)} lies after ${md(one.after)}: one of them is wrong, and what rests on it is left out.`,
    ]),
    ...(isAllClearEarly ? ['', 'The all-clear came before its time, with a reason.'] : []),
  ]
}

const levels = ({ levels: all }: ReportShown): string[] =>
  tableOf(
    ['UTC', 'Level', 'By', 'Reason'],
    all.map((one) => [
      at(one.at),
      `SEV${one.level}`,
      one.rule === 'person' ? md(one.by?.name ?? 'somebody') : `rule ${md(one.rule)}`,
      md(one.reason ?? ''),
    ]),
  )

const roles = ({ roles: all, gaps }: ReportShown): string[] => [
  ...tableOf(
    ['Role', 'Who', 'From', 'To'],
    all.map((one) => [
      ROLES[one.role] ?? one.role,
      name(one.person),
      at(one.from),
      one.to ? at(one.to) : 'still',
    ]),
  ),
  ...gaps.flatMap((one) => ['', `Nobody commanded from ${at(one.from)} to ${at(one.to)}.`]),
]

const promises = ({ promises: { list, sentence } }: ReportShown): string[] =>
  list.length === 0
    ? []
    : [
        sentence,
        '',
        ...tableOf(
          ['What', 'Owed by', 'Due', 'Outcome', 'Proof'],
          list.map((one) => [
            md(one.label),
            name(one.owner),
            at(one.due),
            outcomeOf(one),
            one.metAt ? `${md(proofWords(one.proof))} ${at(one.metAt)}`.trim() : '',
          ]),
        ),
      ]

/** A proof that is an id says nothing to a reader; what kind of thing it is does. */
const proofWords = (proof: string | null): string => (proof ?? '').replace(/^person:.*$/, 'person')

function outcomeOf(one: PromiseShown): string {
  if (one.outcome === 'late') return `${span(one.lateMs ?? 0)} late`
  if (one.outcome !== 'waived') return one.outcome
  return one.waived === null ? 'owed no more' : `waived: ${md(one.waived)}`
}

const messages = ({ messages: all }: ReportShown): string[] =>
  all.flatMap((one, index) => [
    ...(index > 0 ? [''] : []),
    `### ${at(one.at)} to ${md(one.audience)} by ${name(one.by)}`,
    '',
    `**${md(one.subject)}**`,
    '',
    ...quote(one.body),
    ...(one.promised ? ['', `The next one was promised by ${at(one.promised)}.`] : []),
  ])

const breach = ({ breach: found }: ReportShown): string[] =>
  found === null
    ? []
    : [
        `Known since ${at(found.awareAt)}; to be told within ${found.hours} hours, by ${at(found.dueAt)}.`,
        '',
        ...tableOf(
          ['Who', 'Told', 'By', 'Reference'],
          found.tell.map((one) => [
            md(one.whom),
            one.toldAt ? at(one.toldAt) : 'not yet',
            one.toldAt ? name(one.by) : '',
            md(one.reference ?? ''),
          ]),
        ),
      ]

/** A line of the message is a line of the quotation. */
function quote(text: string): string[] {
  const lines = text.trim().split('\n').map(md)
  return lines.map((line, index) => {
    const isBroken = line !== '' && (lines[index + 1] ?? '') !== ''
    return `> ${line}${isBroken ? '\\' : ''}`.trimEnd()
  })
}

const timeline = ({ timeline: all }: ReportShown): string[] =>
  all.map((one) => `- ${at(one.at)} ${md(one.sentence)}`)
