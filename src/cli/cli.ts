/** The command line: the verbs of the API, readable tables, `--json`, exit codes. */
import { stdout } from 'node:process'
import { Command, CommanderError } from 'commander'
import type { ActedShown, DoctorShown } from '../contract/views.ts'
import { alertCommands } from './alerts.ts'
import { auditCommands } from './audit.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { call, connection, Refused, save, send, Unreachable, type Connection } from './client.ts'
import { configurationCommands } from './configuration.ts'
import { demo } from './demo.ts'
import { demoSev1 } from './demo-sev1.ts'
import { contactCommands } from './contacts.ts'
import { incidentCommands } from './incidents.ts'
import { reportCommands } from './reports.ts'
import { onCallCommands } from './oncall.ts'
import { measureCommands } from './measures.ts'
import { policyCommands } from './policy.ts'
import { objectiveCommands } from './objectives.ts'
import { plain } from './print.ts'
import { explain, serve, version } from './serve.ts'
import { confirm, EXIT, type Shell } from './shell.ts'

type Common = { url?: string; token?: string; json?: boolean }

export async function runCli(argv: readonly string[]): Promise<number> {
  let code = 0
  const say = (text: string): void => void stdout.write(`${text}\n`)
  const program = new Command('allclear')
    .description('The incident commander that a team runs itself.')
    .version(version())
    .option('--url <address>', 'where Allclear runs (ALLCLEAR_URL)')
    .option('--token <token>', 'API token (ALLCLEAR_TOKEN)')
    .option('--json', 'print JSON')
    .exitOverride()
  const common = (): Common => program.opts<Common>()
  const to = (): Connection => connection(common(), process.env)
  const print = (value: unknown, text: () => string): void =>
    say(common().json ? JSON.stringify(value, null, 2) : text())
  const shell: Shell = {
    program,
    to,
    print,
    say,
    isJson: () => common().json === true,
    end: (with_) => void (code = with_),
  }

  program
    .command('serve', { isDefault: true })
    .description('start Allclear')
    .option('--only <part>', 'web, engine or ingest', 'all')
    .action(async (options: { only: string }) => {
      code = await serve(options.only)
    })

  program
    .command('login')
    .description('save an address and a token for later')
    .action(() => {
      save(to())
      say('Saved.')
    })

  configurationCommands(shell)
  onCallCommands(shell)
  contactCommands(shell)
  alertCommands(shell)
  incidentCommands(shell)
  reportCommands(shell)
  policyCommands(shell)
  measureCommands(shell)
  auditCommands(shell)
  objectiveCommands(shell)

  program
    .command('doctor')
    .description('say what is not ready')
    .action(async () => {
      const found = await call<DoctorShown>(to(), 'GET', '/api/v1/doctor')
      print(found, () =>
        found.ready
          ? 'Everything is ready.'
          : found.findings
              .map((one) => `- ${plain(one.sentence)}\n  ${plain(one.wayOut)}`)
              .join('\n'),
      )
      if (!found.ready) code = EXIT.refused
    })

  program
    .command('tail')
    .description('follow what happens, as it happens')
    .action(() => tail(to(), say))

  program
    .command('backup <file>')
    .description('write an encrypted backup of the running instance')
    .action(async (file: string) => {
      say(await backupCommand(to(), file))
    })
  program
    .command('restore <file>')
    .description('restore a backup into an empty data directory; comes up paused')
    .option('--yes', 'do not ask')
    .option('--preview', 'only check the file and say what it holds')
    .action(async (file: string, options: { yes?: boolean; preview?: boolean }) => {
      say(await restoreCommand(file, options, confirm))
    })
  program
    .command('resume')
    .description('send pages again, after a restore')
    .action(async () => {
      const acted = await call<ActedShown>(to(), 'POST', '/api/v1/organisation/resume', {})
      print(acted, () => acted.sentence)
    })
  program
    .command('demo')
    .description('a team, two services and an outage, with the clock running fast')
    .option('--fast', 'do not wait between the scenes')
    .option('--sev1', 'a SEV1 from the first alert to the all-clear, to be watched in a browser')
    .action(async (options: { fast?: boolean; sev1?: boolean }) => {
      const isFast = options.fast === true
      if (options.sev1) await demoSev1({ isFast, say })
      else code = await demo({ isFast })
    })

  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (cause) {
    return fail(cause)
  }
}

function fail(cause: unknown): number {
  const complain = (text: string): void => void process.stderr.write(`${text}\n`)
  if (cause instanceof CommanderError) {
    if (cause.code === 'usage') complain(cause.message)
    return cause.exitCode === 0 ? 0 : EXIT.usage
  }
  if (cause instanceof Refused) {
    for (const one of cause.problem.problems ?? [])
      complain(`line ${one.line}, column ${one.column}: ${plain(one.sentence)}`)
    if (!cause.problem.problems)
      complain(
        `${plain(cause.message)}${cause.problem.field ? ` (${plain(cause.problem.field)})` : ''}`,
      )
    return cause.status === 401 ? EXIT.signIn : cause.status === 404 ? EXIT.notFound : EXIT.refused
  }
  complain(plain(explain(cause)))
  return cause instanceof Unreachable ? EXIT.unreachable : EXIT.refused
}

async function tail(to: Connection, say: (text: string) => void): Promise<void> {
  const response = await send(to, 'GET', '/api/v1/events')
  if (!response.ok || !response.body)
    throw new Refused(response.status, {
      detail: 'The log cannot be followed: sign in with --token.',
    })
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true })
    const parts = rest.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const data = /^event: entry$/m.test(part) ? /^data: (.*)$/m.exec(part)?.[1] : undefined
      if (data === undefined) continue
      const entry = JSON.parse(data) as { at: string; sentence: string }
      say(`${entry.at.slice(11, 19)}  ${plain(entry.sentence)}`)
    }
  }
}
