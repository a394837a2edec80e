/** What is handed to others, from a terminal: reports, the record of an incident, a quarter of promises. */
import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import type { ComplianceShown, EvidenceShown, ReportShown } from '../contract/reports.ts'
import { verifyBundle } from '../evidence/bundle.ts'
import { reportMarkdown } from '../evidence/report.ts'
import { call } from './client.ts'
import { plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

export function reportCommands({ program, to, print, say, end }: Shell): void {
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
  const evidence = program
    .command('evidence <incident>')
    .description('all that is on record of an incident, each with its hash, for a file')
    .action(async (name: string) => {
      const path = `/api/v1/incidents/${encodeURIComponent(name)}/evidence`
      say(JSON.stringify(await call<EvidenceShown>(to(), 'GET', path)))
    })
  evidence
    .command('verify <file>')
    .description('say whether a record is what was written; needs no server')
    .option('--root <hash>', 'the root that was written down elsewhere')
    .option('--key <key>', 'the public key that has to have signed it')
    .action((file: string, options: { root?: string; key?: string }) => {
      const verdict = verifyBundle(textOf(file), { root: options.root, publicKey: options.key })
      print(verdict, () => {
        if (!verdict.isWhole) return `Not as it was written. ${plain(verdict.sentence)}`
        return [
          `As it was written: ${plain(verdict.incident)}, ${verdict.entries} entries.`,
          `Root ${verdict.root}`,
          `Key  ${plain(verdict.publicKey)}`,
          ...(options.root === undefined && options.key === undefined
            ? [
                'Compare the key, or give the root that you kept (--root): a file made anew fits itself.',
              ]
            : []),
        ].join('\n')
      })
      if (!verdict.isWhole) end(EXIT.refused)
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

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CommanderError(EXIT.usage, 'usage', (cause as Error).message)
  }
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
