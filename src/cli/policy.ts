/** The severity framework from a terminal: read, imported, tried on what might be and on what was. */
import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { call } from './client.ts'
import { plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

type Finding = { rule: string; path?: string; line?: number; sentence: string }
type Totals = Readonly<Record<string, number>>

const TOTALS: readonly (readonly [string, string])[] = [
  ['incidents', 'incidents'],
  ['raises', 'raised'],
  ['pages', 'steps paged'],
  ['leadersTold', 'leaders told'],
  ['leadersAtNight', 'of these at night'],
  ['owed', 'owed'],
  ['late', 'late'],
  ['missed', 'missed'],
  ['early', 'all-clears that would have had to wait'],
]

function fileText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch {
    throw new CommanderError(EXIT.usage, 'usage', `There is no file ${file}.`)
  }
}

export function policyCommands({ program, to, print, end }: Shell): void {
  program
    .command('policy')
    .description('the severity framework in force, and what is wrong with it')
    .action(async () => {
      const found = await call<{
        version: number
        policy: { levels: Record<string, Record<string, unknown>> }
        findings: Finding[]
      }>(to(), 'GET', '/api/v1/policy')
      print(found, () =>
        [
          table(
            ['LEVEL', 'CALLED', 'RESPOND', 'FIRST MESSAGE', 'UPDATE', 'CAUSE', 'WATCH'],
            Object.entries(found.policy.levels).map(([word, level]) =>
              [
                word.toUpperCase(),
                level.label,
                level.respond,
                level.first_message,
                level.update,
                level.cause,
                level.monitor,
              ].map(plain),
            ),
          ),
          ...found.findings.map((one) => `- ${plain(one.sentence)}`),
        ].join('\n'),
      )
    })
  program
    .command('import-policy <document>')
    .description('make a framework of a severity table in Markdown, and name its holes')
    .action(async (document: string) => {
      const found = await call<{ yaml: string; findings: Finding[] }>(
        to(),
        'POST',
        '/api/v1/import/policy',
        { text: fileText(document) },
      )
      print(found, () =>
        [
          found.yaml.trimEnd(),
          ...found.findings.map((one) => `# line ${one.line}: ${plain(one.sentence)}`),
        ].join('\n'),
      )
    })
  program
    .command('simulate <script>')
    .description('what the policy would do in an incident that is made up, minute by minute')
    .option('--policy <file>', 'a file with `policy`; left out: the one in force')
    .action(async (script: string, options: { policy?: string }) => {
      const found = await call<{
        title: string
        ended: string
        lines: { after: number; kind: string; sentence: string }[]
      }>(to(), 'POST', '/api/v1/policy/simulate', {
        script: fileText(script),
        ...(options.policy ? { policy: fileText(options.policy) } : {}),
      })
      print(found, () =>
        [
          plain(found.title),
          ...found.lines.map(
            (one) =>
              `${minutes(one.after).padStart(7)}  ${one.kind.padEnd(7)}  ${plain(one.sentence)}`,
          ),
          `In the end: ${plain(found.ended)}`,
        ].join('\n'),
      )
    })
  program
    .command('backtest')
    .description('past incidents once more under another policy, against the one they had')
    .requiredOption('--policy <file>', 'a file with `policy`')
    .option('--since <span>', 'how far back', '90d')
    .action(async (options: { policy: string; since: string }) => {
      const found = await call<{
        before: Totals
        after: Totals
        left: number
        differences: { number: number; title: string; peak: number[]; missed: number[] }[]
      }>(to(), 'POST', '/api/v1/policy/backtest', {
        policy: fileText(options.policy),
        since: options.since,
      })
      print(found, () =>
        [
          table(
            ['', 'AS IT WAS', 'AS IT WOULD BE'],
            TOTALS.map(([key, label]) => [
              label,
              String(found.before[key]),
              String(found.after[key]),
            ]),
          ),
          ...found.differences
            .slice(0, 20)
            .map(
              (one) =>
                `INC-${one.number}  SEV${one.peak.join(' → SEV')}, missed ${one.missed.join(' → ')}: ${plain(one.title)}`,
            ),
          ...(found.left > 0
            ? [`${found.left} incidents of that time have no course that could be replayed.`]
            : []),
        ].join('\n'),
      )
      if (found.after.missed !== undefined && found.after.missed > (found.before.missed ?? 0))
        end(EXIT.refused)
    })
}

const minutes = (seconds: number): string =>
  `+${Math.floor(seconds / 60)}:${String(Math.abs(seconds) % 60).padStart(2, '0')}`
