import { readFileSync } from 'node:fs'
import { stdin, stdout } from 'node:process'
import { CommanderError } from 'commander'
import type { PlanShown } from '../contract/views.ts'
import { printable } from '../lib/text.ts'
import { renderPlan } from '../plan/render.ts'
import { call } from './client.ts'
import { confirm, EXIT, type Shell } from './shell.ts'

type ObjectivesImported = {
  yaml: string
  problems: { line: number; column: number; sentence: string }[]
  noted: { line: number; id: string; sentence: string; used: string }[]
  left: string[]
}

export function configurationCommands({ program, to, print, say, end }: Shell): void {
  const planned = (name: 'plan' | 'apply', description: string) =>
    program
      .command(name)
      .description(description)
      .option('-f, --file <file>', 'configuration', 'allclear.yaml')
      .option('--strict', 'refuse findings')
      .option('--yes', 'do not ask')
  planned('plan', 'show what a file would change').action(
    async (options: { file: string; strict?: boolean }) => {
      const asked = readAsked(options)
      const found = await call<PlanShown>(to(), 'POST', '/api/v1/plan', asked)
      print(found, () => renderPlan(found as never, { file: options.file }))
    },
  )
  planned('apply', 'carry out a file').action(
    async (options: { file: string; strict?: boolean; yes?: boolean }) => {
      const asked = readAsked(options)
      if (!options.yes && stdin.isTTY) {
        const found = await call<PlanShown>(to(), 'POST', '/api/v1/plan', asked)
        say(renderPlan(found as never, { file: options.file }))
        if (found.changes.length === 0 || !(await confirm('Carry this out?'))) return
      }
      const done = await call<PlanShown>(to(), 'POST', '/api/v1/apply', asked)
      print(done, () => {
        const text = renderPlan(done as never, { file: options.file }).trimEnd()
        return `${text}\n${done.changes.length === 0 ? 'Nothing had to be changed.' : 'Applied.'}`.trimStart()
      })
    },
  )
  program
    .command('import-objectives <document>')
    .description(
      'make `objectives:` of an SLO document, OpenSLO v1 or Sloth, and name what is wrong',
    )
    .option('--metrics <id>', 'the source of metrics to ask where it names none')
    .action(async (document: string, options: { metrics?: string }) => {
      const { text } = readAsked({ file: document })
      const found = await call<ObjectivesImported>(to(), 'POST', '/api/v1/import/objectives', {
        text,
        metrics: options.metrics,
      })
      print(found, () =>
        [
          ...found.problems.map((one) => `${document}:${one.line}:${one.column}: ${one.sentence}`),
          ...(found.yaml === '' ? [] : [found.yaml.trimEnd()]),
          ...found.noted.map(
            (one) => `# line ${one.line}, ${one.id}: ${one.sentence}\n#   Used: ${one.used}`,
          ),
          ...found.left.map((one) => `# ${one}`),
        ]
          .map(printable)
          .join('\n'),
      )
      if (found.problems.length > 0) end(EXIT.refused)
    })
  program
    .command('export-objectives')
    .description('write the objectives as OpenSLO v1 or for Sloth')
    .option('--as <format>', 'openslo or sloth', 'openslo')
    .action(async (options: { as: string }) => {
      const path = `/api/v1/export/objectives?as=${encodeURIComponent(options.as)}`
      const found = await call<{ yaml: string; left: string[] }>(to(), 'GET', path)
      print(found, () => [found.yaml.trimEnd(), ...found.left.map((one) => `# ${one}`)].join('\n'))
    })
  program
    .command('import-on-call <document>')
    .description(
      'make a file of an on-call document (Markdown or YAML), and name its contradictions',
    )
    .option('--people <ids>', 'who takes turns, with commas between')
    .option(
      '--bind <level=target>',
      'what a level means: engineering-manager=person:emma',
      collect,
      [],
    )
    .action(async (document: string, options: { people?: string; bind: string[] }) => {
      const { text } = readAsked({ file: document })
      const found = await call<{
        yaml: string
        contradictions: { id: string; sentence: string; used: string }[]
        left: string[]
      }>(to(), 'POST', '/api/v1/import/on-call', {
        text,
        people: options.people?.split(',').map((one) => one.trim()),
        bind: Object.fromEntries(options.bind.map((one) => one.split('=', 2))),
      })
      print(found, () =>
        [
          found.yaml.trimEnd(),
          ...found.contradictions.map(
            (one) => `# ${one.id}: ${one.sentence}\n#   Used: ${one.used}`,
          ),
          ...found.left.map((one) => `# ${one}`),
        ].join('\n'),
      )
    })
  program
    .command('export')
    .description('write the configuration as a file')
    .action(async () => void stdout.write(await call<string>(to(), 'GET', '/api/v1/export')))
}

/** The file, and the values of the `${NAME}`s that stand in it. */
function readAsked(options: { file: string; strict?: boolean }): {
  text: string
  env: Record<string, string>
  strict: boolean
} {
  let text: string
  try {
    text = readFileSync(options.file === '-' ? 0 : options.file, 'utf8')
  } catch {
    throw new CommanderError(
      EXIT.usage,
      'usage',
      `There is no file ${options.file}. Name one with -f.`,
    )
  }
  const env: Record<string, string> = {}
  for (const [, name = ''] of text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g)) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return { text, env, strict: options.strict === true }
}

const collect = (one: string, all: string[]): string[] => [...all, one]
