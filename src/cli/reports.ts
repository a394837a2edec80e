/** What is handed to others, from a terminal: the report of an incident. */
import type { ReportShown } from '../contract/reports.ts'
import { reportMarkdown } from '../evidence/report.ts'
import { call } from './client.ts'
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
}
