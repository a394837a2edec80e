import { stdin } from 'node:process'
import { CommanderError } from 'commander'
import { parseMatcher } from '../alerts/matcher.ts'
import type { ActedShown, AlertShown } from '../contract/views.ts'
import { call } from './client.ts'
import { ago, plain, table } from './print.ts'
import { confirm, EXIT, type Shell } from './shell.ts'

export function alertCommands({ program, to, print, say, isJson }: Shell): void {
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
        if (!isJson()) say(blast.sentence)
        if (!options.yes && stdin.isTTY && !(await confirm('Silence?'))) return
        const acted = await call<ActedShown>(to(), 'POST', '/api/v1/silences', {
          ...asked,
          for: options.for,
          reason: options.reason,
        })
        print(acted, () => acted.sentence)
      },
    )
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
