/** Objectives on the terminal, and the gate that a pipeline asks before it deploys. */
import type { GateShown, ObjectiveShown } from '../contract/objectives.ts'
import { printable } from '../lib/text.ts'
import { call } from './client.ts'
import { plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

/** What is not known is not a yes: a pipeline that wants to go on without data says so. */
const NOT_KNOWN = 6

const percent = (share: number | null): string =>
  share === null ? 'no data' : `${(share * 100).toFixed(1)} %`

export function objectiveCommands({ program, to, print, end }: Shell): void {
  program
    .command('objectives')
    .description('objectives, and how they stand')
    .option('--service <service>', 'of one service only')
    .action(async (options: { service?: string }) => {
      const query =
        options.service === undefined ? '' : `?service=${encodeURIComponent(options.service)}`
      const path = `/api/v1/objectives${query}`
      const found = await call<{ objectives: ObjectiveShown[] }>(to(), 'GET', path)
      print(found, () =>
        found.objectives.length === 0
          ? 'There are no objectives.'
          : table(
              ['objective', 'service', 'target', 'window', 'budget left', 'burn', ''],
              found.objectives.map((one) => [
                plain(one.slug),
                plain(one.service?.slug),
                one.target,
                one.window,
                percent(one.left),
                one.burn === null ? '' : `${one.burn.toFixed(1)}x`,
                plain(one.page ? 'burns: pages' : one.ticket ? 'burns: ticket' : one.status),
              ]),
            ),
      )
    })
  program
    .command('slo')
    .description('what others make of objectives')
    .command('rules')
    .description('write recording and alerting rules for Prometheus')
    .option('--service <service>', 'of one service only')
    .action(async (options: { service?: string }) => {
      const query =
        options.service === undefined ? '' : `?service=${encodeURIComponent(options.service)}`
      const path = `/api/v1/export/rules${query}`
      const found = await call<{ yaml: string; left: string[] }>(to(), 'GET', path)
      print(found, () =>
        [...found.left.map((one) => `# ${plain(one)}`), printable(found.yaml.trimEnd())].join('\n'),
      )
    })
  program
    .command('gate')
    .description(
      'whether a deploy may go on: exits with 0 when it may, 1 when it may not, 6 when there is no data',
    )
    .requiredOption('--service <service>', 'what is to be deployed')
    .option('--allow-unknown', 'go on when there is no data')
    .action(async (options: { service: string; allowUnknown?: boolean }) => {
      const path = `/api/v1/gate/${encodeURIComponent(options.service)}`
      const found = await call<GateShown>(to(), 'GET', path)
      print(found, () =>
        [found.sentence, ...found.reasons.map((one) => `- ${plain(one)}`)].join('\n'),
      )
      if (found.verdict === 'closed') end(EXIT.refused)
      if (found.verdict === 'unknown' && !options.allowUnknown) end(NOT_KNOWN)
    })
}
