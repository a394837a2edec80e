/** What is handed to others, from a terminal: the report of an incident, and a quarter of promises. */
import type { ComplianceShown, ReportShown } from '../contract/reports.ts'
import { reportMarkdown } from '../evidence/report.ts'
import { call } from './client.ts'
import { plain, table } from './print.ts'
import type { Shell } from './shell.ts'

export function reportCommands({ program, to, print }: Shell): void {
  program
    .command('report <incident>')
    .description('the report of an incident as Markdown: when, how bad, who, and what was promised')
    .action(async (name: string) => {
      const report = await call<ReportShown>(
        to(),
        'GET',
        `/api/v1/incidents/${encodeURIComponent(name)}/report`,
      )
      print(report, () => reportMarkdown(report).trimEnd())
    })
  program
    .command('compliance')
    .description('how promises that fell due in a quarter were kept, by rule and by severity')
    .requiredOption('--quarter <quarter>', 'such as 2026-Q4')
    .option('--team <team>')
    .action(async (options: Record<string, string>) => {
      const found = await call<ComplianceShown>(
        to(),
        'GET',
        `/api/v1/compliance?${new URLSearchParams(options)}`,
      )
      print(found, () => complianceText(found))
    })
}

type Kept = ComplianceShown['all']

const share = (one: number | null): string => (one === null ? '–' : `${(one * 100).toFixed(1)} %`)
const cells = (one: Kept): string[] => [
  share(one.kept),
  share(one.inTime),
  ...[one.met, one.late, one.missed, one.waived, one.lapsed, one.open].map(String),
]
const HEAD = ['KEPT', 'IN TIME', 'MET', 'LATE', 'MISSED', 'WAIVED', 'LAPSED', 'OPEN'] as const

function complianceText(found: ComplianceShown): string {
  const of = found.team ? ` of ${plain(found.team.name)}` : ''
  if (found.rules.length === 0) return `Nothing${of} fell due in ${plain(found.quarter)}.`
  const rows = [
    ...found.rules.map((one) => [...cells(one), plain(one.label)]),
    [...cells(found.all), 'all of it'],
  ]
  const levels = found.severities.map((one) => [
    ...cells(one),
    one.level === null ? 'of no incident' : `SEV${one.level}`,
  ])
  return [
    `Promises${of} that fell due in ${plain(found.quarter)}`,
    table([...HEAD, 'WHAT'], rows),
    table([...HEAD, 'SEVERITY'], levels),
  ].join('\n')
}
