/** The command line: the verbs of the API, readable tables, `--json`, exit codes. */
import { readFileSync } from 'node:fs'
import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline/promises'
import { Command, CommanderError } from 'commander'
import type {
  ActedShown,
  AlertShown,
  DoctorShown,
  ForecastShown,
  PlanShown,
} from '../contract/views.ts'
import { parseMatcher } from '../alerts/matcher.ts'
import { formatDateTime } from '../lib/zone.ts'
import { renderPlan } from '../plan/render.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { call, connection, Refused, save, send, Unreachable, type Connection } from './client.ts'
import { demo } from './demo.ts'
import { ago, plain, table } from './print.ts'
import { explain, serve, version } from './serve.ts'

/** 0 done · 1 refused or nobody found · 2 wrong usage · 3 not signed in · 4 not found · 5 nothing answers. */
const EXIT = { refused: 1, usage: 2, signIn: 3, notFound: 4, unreachable: 5 } as const

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
    .command('export')
    .description('write the configuration as a file')
    .action(async () => void stdout.write(await call<string>(to(), 'GET', '/api/v1/export')))

  program
    .command('who')
    .description('who would be paged, and why')
    .requiredOption('--service <service>')
    .option('--at <moment>', '"sunday 03:10", 2026-11-29T03:10Z, +2h', 'now')
    .option('--urgency <urgency>', 'high or low')
    .option('--fail-if-nobody', 'end with 1 when nobody can be reached')
    .action(
      async (options: {
        service: string
        at: string
        urgency?: string
        failIfNobody?: boolean
      }) => {
        const query = new URLSearchParams({
          service: options.service,
          at: options.at,
          ...(options.urgency ? { urgency: options.urgency } : {}),
        })
        const found = await call<ForecastShown>(to(), 'GET', `/api/v1/who?${query}`)
        print(found, () => whoText(found))
        if (options.failIfNobody && !found.pages.some((page) => !page.isFallback))
          code = EXIT.refused
      },
    )

  program
    .command('alerts')
    .description('list alerts')
    .option('--status <status>', 'open, firing, acknowledged, resolved, all', 'open')
    .option('--service <service>')
    .action(async (options: { status: string; service?: string }) => {
      const query = new URLSearchParams({
        status: options.status,
        ...(options.service ? { service: options.service } : {}),
      })
      const found = await call<{ alerts: AlertShown[] }>(to(), 'GET', `/api/v1/alerts?${query}`)
      print(found, () => alertsText(found.alerts))
    })

  const answer = (
    name: string,
    path: string,
    description: string,
    body?: (options: Record<string, string>) => unknown,
  ) => {
    const command = program.command(`${name} <alert>`).description(description)
    if (name === 'snooze') command.option('--for <duration>', 'such as 10m', '10m')
    command.action(async (alert: string, options: Record<string, string>) => {
      const acted = await call<ActedShown>(
        to(),
        'POST',
        `/api/v1/alerts/${encodeURIComponent(alert)}/${path}`,
        body?.(options) ?? {},
      )
      print(acted, () => acted.sentence)
    })
  }
  answer('ack', 'acknowledge', 'I have it: stop paging')
  answer('resolve', 'resolve', 'it is over')
  answer('release', 'release', 'let go of it: page again')
  answer('escalate', 'escalate', 'page the next level now')
  answer('snooze', 'snooze', 'hold the escalation for a while', (options) => ({ for: options.for }))

  program
    .command('page <text>')
    .description('raise an alert by hand, or page somebody for an alert')
    .option('--service <service>')
    .option('--severity <severity>', 'critical, error, warning, info', 'critical')
    .option(
      '--alert <alert>',
      'page somebody for this alert; <text> is person:…, schedule:… or team:…',
    )
    .action(
      async (text: string, options: { service?: string; severity: string; alert?: string }) => {
        if (!options.alert && !options.service)
          throw new CommanderError(
            EXIT.usage,
            'usage',
            'Name a service with --service, or an alert with --alert.',
          )
        const acted = options.alert
          ? await call<ActedShown>(
              to(),
              'POST',
              `/api/v1/alerts/${encodeURIComponent(options.alert)}/page`,
              { target: text },
            )
          : await call<ActedShown>(to(), 'POST', '/api/v1/alerts', {
              service: options.service,
              title: text,
              severity: options.severity,
            })
        print(acted, () => acted.sentence)
      },
    )

  program
    .command('silence <matchers...>')
    .description('silence alerts: allclear silence service=checkout-api --for 2h --reason "deploy"')
    .requiredOption('--for <duration>')
    .requiredOption('--reason <why>')
    .option('--team <team>')
    .option('--yes', 'do not ask')
    .action(
      async (
        matchers: string[],
        options: { for: string; reason: string; team?: string; yes?: boolean },
      ) => {
        const asked = { matchers: matchers.map(parseMatcher), team: options.team ?? null }
        const blast = await call<{ sentence: string }>(
          to(),
          'POST',
          '/api/v1/silences/preview',
          asked,
        )
        if (!common().json) say(blast.sentence)
        if (!options.yes && stdin.isTTY && !(await confirm('Silence?'))) return
        const acted = await call<ActedShown>(to(), 'POST', '/api/v1/silences', {
          ...asked,
          for: options.for,
          reason: options.reason,
        })
        print(acted, () => acted.sentence)
      },
    )

  program
    .command('send-test <person>')
    .description('send a test page over every contact of a person')
    .action(async (slug: string) => {
      const { people } = await call<{
        people: { slug: string; contacts: { id: string; slug: string; kind: string }[] }[]
      }>(to(), 'GET', '/api/v1/people')
      const person = people.find((one) => one.slug === slug)
      if (!person) throw new Refused(404, { detail: `There is no person \`${plain(slug)}\`.` })
      const results: { contact: string; kind: string; sentence: string; outcome: string }[] = []
      for (const contact of person.contacts) {
        const sent = await call<{ outcome: string; sentence: string }>(
          to(),
          'POST',
          `/api/v1/contacts/${contact.id}/test`,
          {},
        )
        results.push({ contact: contact.slug, kind: contact.kind, ...sent })
      }
      print(results, () =>
        table(
          ['CONTACT', 'CHANNEL', 'RESULT'],
          results.map((one) => [one.contact, one.kind, one.sentence]),
        ),
      )
      if (results.some((one) => one.outcome !== 'sent')) code = EXIT.refused
    })

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
    .action(async (options: { fast?: boolean }) => {
      code = await demo({ isFast: options.fast === true })
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

async function confirm(question: string): Promise<boolean> {
  const prompt = createInterface({ input: stdin, output: stdout })
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim())
  } finally {
    prompt.close()
  }
}

function whoText(found: ForecastShown): string {
  const start = Date.parse(found.at)
  const rows = found.pages.map((page) => [
    `+${Math.round((Date.parse(page.at) - start) / 60_000)} min`,
    page.isFallback ? 'fallback' : `level ${page.level}`,
    plain(page.person.name),
    `${page.localTime} in ${page.timezone}`,
    plain(page.contacts.map((one) => `${one.contact} at ${one.after}`).join(', ')),
    plain(page.why),
  ])
  const passed = found.passed.map(
    (one) =>
      `Level ${one.level} is passed at once: ${one.reason === 'nobodyOnCall' ? 'nobody is on call there' : 'nobody there can be reached'}.`,
  )
  const head = `${plain(found.service?.name ?? 'No service')}, ${formatDateTime(start, 'UTC')} UTC, ${found.urgency} urgency: ${plain(found.sentence)}`
  return [
    head,
    table(['WHEN', 'LEVEL', 'WHO', 'THEIR TIME', 'OVER', 'BECAUSE OF'], rows),
    ...passed,
  ]
    .filter((one) => one !== '')
    .join('\n')
}

function alertsText(alerts: readonly AlertShown[]): string {
  if (alerts.length === 0) return 'No alerts.'
  const now = Date.now()
  const rows = alerts.map((alert) => [
    alert.name,
    alert.status,
    alert.severity,
    ago(alert.startedAt, now),
    plain(alert.service?.name ?? '–'),
    plain(
      alert.acknowledgedBy?.name ??
        (alert.paged.map((one) => one.name).join(', ') ||
          (alert.suppressedBy ? `quiet: ${alert.suppressedBy.kind}` : '–')),
    ),
    plain(alert.title).slice(0, 90),
  ])
  return table(['ALERT', 'STATE', 'SEVERITY', 'SINCE', 'SERVICE', 'WHO', 'WHAT'], rows)
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
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (data === undefined) continue
      const entry = JSON.parse(data) as { at: string; sentence: string }
      say(`${entry.at.slice(11, 19)}  ${plain(entry.sentence)}`)
    }
  }
}
