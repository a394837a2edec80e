/** What incidents were like, from a terminal; and the history of a status page taken over. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CommanderError } from 'commander'
import { formatDuration } from '../lib/duration.ts'
import { call } from './client.ts'
import { plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

type Figures = {
  used: number
  total: number
  median: number | null
  p90: number | null
  mean: number | null
  change: { kind: 'tooFew' | 'none' | 'detectable'; difference?: number }
}
type Measures = {
  from: string
  to: string
  incidents: number
  byLevel: Record<string, number>
  durations: Record<string, Figures>
  flaws: { number: number; of: string }[]
  byMonitoring: { count: number; of: number }
  withoutMajor: number
  cadence: Record<string, { incidents: number; kept: number; gaps: number; late: number }>
}

const NAMES: Readonly<Record<string, string>> = {
  detect: 'until noticed',
  acknowledge: 'until answered',
  mitigate: 'until mitigated',
  recover: 'until recovered',
  allClear: 'until all clear',
  impact: 'users affected',
}
const CHANGES = { tooFew: 'too few', none: 'no detectable change', detectable: '' } as const
const long = (ms: number | null): string =>
  ms === null ? '–' : formatDuration(Math.round(ms / 60_000) * 60_000)

const BATCH = 100

export function measureCommands({ program, to, print }: Shell): void {
  program
    .command('measures')
    .description('how long incidents took, each figure with how many stand behind it')
    .option('--from <time>')
    .option('--to <time>')
    .option('--service <service>')
    .option('--severity <level>', '1 to 4')
    .action(async (options: Record<string, string>) => {
      const found = await call<Measures>(
        to(),
        'GET',
        `/api/v1/measures?${new URLSearchParams(options)}`,
      )
      print(found, () => measuresText(found))
    })
  program
    .command('import-statuses <path>')
    .description(
      'take over the history of a status page: a JSON or JSON-lines file, or a folder of them',
    )
    .option('--name <name>', 'what the page is called; left out: the name of the file')
    .action(async (path: string, options: { name?: string }) => {
      const source = options.name ?? basename(path).replace(/\.\w+$/, '')
      const entries = entriesIn(path)
      const sum = { imported: 0, known: 0, skipped: [] as { index: number; reason: string }[] }
      for (let at = 0; at < entries.length; at += BATCH) {
        const done = await call<typeof sum>(to(), 'POST', '/api/v1/import/statuses', {
          source,
          entries: entries.slice(at, at + BATCH),
        })
        sum.imported += done.imported
        sum.known += done.known
        sum.skipped.push(
          ...done.skipped.map(({ index, reason }) => ({ index: index + at, reason })),
        )
      }
      print(sum, () =>
        [
          `${sum.imported} taken over, ${sum.known} were there before, ${sum.skipped.length} left out.`,
          ...Object.entries(countBy(sum.skipped.map((one) => one.reason))).map(
            ([reason, count]) => `  ${count} ${reason}`,
          ),
        ].join('\n'),
      )
    })
}

function countBy(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1
  return counts
}

function entriesIn(path: string): unknown[] {
  try {
    if (statSync(path).isDirectory())
      return readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .toSorted()
        .flatMap((name) => entriesOf(join(path, name)))
    return entriesOf(path)
  } catch (cause) {
    throw new CommanderError(EXIT.usage, 'usage', `${path}: ${(cause as Error).message}`)
  }
}

/** One entry, a list of them, a page with `incidents`, or one a line. */
function entriesOf(file: string): unknown[] {
  const text = readFileSync(file, 'utf8')
  if (file.endsWith('.jsonl'))
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as unknown)
  const value = JSON.parse(text) as { incidents?: unknown[] } | unknown[]
  if (Array.isArray(value)) return value
  return Array.isArray(value.incidents) ? value.incidents : [value]
}

function measuresText(found: Measures): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  return [
    `${found.incidents} incidents from ${plain(found.from.slice(0, 10))} to ${plain(found.to.slice(0, 10))}`,
    table(
      ['', 'N', 'MEDIAN', 'P90', 'MEAN', 'AGAINST THE TIME BEFORE'],
      Object.entries(found.durations).map(([name, one]) => [
        NAMES[name] ?? name,
        `${one.used}/${one.total}`,
        long(one.median),
        long(one.p90),
        long(one.mean),
        one.change.kind === 'detectable'
          ? `${(one.change.difference ?? 0) > 0 ? '+' : '-'}${long(Math.abs(one.change.difference ?? 0))}`
          : CHANGES[one.change.kind],
      ]),
    ),
    table(
      ['LEVEL', 'INCIDENTS', 'GAPS', 'LATE', 'KEPT THROUGHOUT'],
      Object.entries(found.cadence).map(([level, one]) => [
        `SEV${level}`,
        String(one.incidents),
        String(one.gaps),
        String(one.late),
        `${one.kept}/${one.incidents}`,
      ]),
    ),
    `Noticed by monitoring: ${found.byMonitoring.count}/${found.byMonitoring.of}. Without a SEV1 or SEV2: ${percent(found.withoutMajor)} of the time.`,
    ...(found.flaws.length > 0
      ? [
          `Stamps that cannot be, left out: ${found.flaws.map((one) => `INC-${one.number} ${one.of}`).join(', ')}`,
        ]
      : []),
  ].join('\n')
}
