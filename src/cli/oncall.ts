import type { ActedShown, ForecastShown } from '../contract/views.ts'
import { formatDateTime } from '../lib/zone.ts'
import { call } from './client.ts'
import { plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

type Named = { name: string; slug: string }
type Card = {
  slug: string
  name: string
  timezone: string
  now: { people: (Named & { localTime: string; why: string })[]; until: string | null }
  next: { local: string; people: Named[] }[]
}
type Cover = {
  id: string
  schedule: Named | null
  person: Named | null
  text: string
  reason: string
  status: string
}

export function onCallCommands({ program, to, print, end }: Shell): void {
  program
    .command('who')
    .description('who would be paged, and why')
    .requiredOption('--service <service>')
    .option('--at <moment>', '"sunday 03:10", 2026-11-29T03:10Z, +2h', 'now')
    .option('--severity <severity>', '1 to 4, or critical, error, warning, info')
    .option('--urgency <urgency>', 'high or low')
    .option('--fail-if-nobody', 'end with 1 when nobody can be reached')
    .action(
      async (options: {
        service: string
        at: string
        urgency?: string
        severity?: string
        failIfNobody?: boolean
      }) => {
        const query = new URLSearchParams({
          service: options.service,
          at: options.at,
          ...(options.urgency ? { urgency: options.urgency } : {}),
          ...(options.severity ? { severity: options.severity } : {}),
        })
        const found = await call<ForecastShown>(to(), 'GET', `/api/v1/who?${query}`)
        print(found, () => whoText(found))
        if (options.failIfNobody && !found.pages.some((page) => !page.isFallback)) end(EXIT.refused)
      },
    )

  program
    .command('on-call')
    .description('who is on call now, and who is next')
    .option('--fail-if-nobody', 'end with 1 when a schedule has nobody')
    .action(async (options: { failIfNobody?: boolean }) => {
      const found = await call<{ schedules: Card[] }>(to(), 'GET', '/api/v1/schedules')
      print(found, () => cardsText(found.schedules))
      if (options.failIfNobody && found.schedules.some((one) => one.now.people.length === 0))
        end(EXIT.refused)
    })

  program
    .command('override <schedule> <person>')
    .description('put somebody on call for a while')
    .requiredOption('--from <moment>', '"2026-12-24 10:00" in the schedule’s zone, now, +2h')
    .requiredOption('--to <moment>')
    .option('--replaces <person>', 'only in the place of this person')
    .option('--besides', 'with whoever else is on call')
    .option('--off', 'take this person off instead')
    .option('--reason <why>')
    .action(async (schedule: string, person: string, options: Record<string, string | true>) => {
      const kind = options.besides ? 'add' : options.off ? 'remove' : 'replace'
      const { from, to: until, replaces, reason } = options
      const acted = await call<ActedShown>(
        to(),
        'POST',
        `/api/v1/schedules/${encodeURIComponent(schedule)}/overrides`,
        { person, kind, from, to: until, replaces, reason },
      )
      print(acted, () => 'Done.')
    })

  program
    .command('take <schedule>')
    .description('take the pager for a while, from now on')
    .option('--for <duration>', 'up to 12h', '1h')
    .option('--person <person>', 'for somebody else')
    .action(async (schedule: string, options: { for: string; person?: string }) => {
      const acted = await call<ActedShown>(
        to(),
        'POST',
        `/api/v1/schedules/${encodeURIComponent(schedule)}/take`,
        { for: options.for, person: options.person },
      )
      print(acted, () => `You have the pager for ${options.for}.`)
    })

  const cover = program.command('cover').description('ask for cover, and give it')
  cover
    .command('list', { isDefault: true })
    .description('who asks for cover')
    .action(async () => {
      const found = await call<{ covers: Cover[] }>(to(), 'GET', '/api/v1/covers')
      print(found, () =>
        found.covers.length === 0
          ? 'Nobody asks for cover.'
          : table(
              ['ID', 'WHO', 'WHEN', 'SCHEDULE', 'STATE', 'WHY'],
              found.covers.map((one) => [
                one.id,
                plain(one.person?.name ?? '–'),
                one.text,
                plain(one.schedule?.name ?? '–'),
                one.status,
                plain(one.reason),
              ]),
            ),
      )
    })
  cover
    .command('ask <schedule>')
    .description('ask everybody in the rota')
    .requiredOption('--from <moment>')
    .requiredOption('--to <moment>')
    .option('--person <person>', 'for somebody else')
    .option('--reason <why>')
    .action(async (schedule: string, options: Record<string, string>) => {
      const { from, to: until, person, reason } = options
      const acted = await call<ActedShown>(to(), 'POST', '/api/v1/covers', {
        schedule,
        from,
        to: until,
        person,
        reason,
      })
      print(acted, () => 'Asked.')
    })
  cover
    .command('take <id>')
    .description('take it, all or a part')
    .option('--from <moment>')
    .option('--to <moment>')
    .option('--person <person>', 'for somebody else')
    .action(async (id: string, options: { from?: string; to?: string; person?: string }) => {
      const acted = await call<ActedShown>(
        to(),
        'POST',
        `/api/v1/covers/${encodeURIComponent(id)}/take`,
        options,
      )
      print(acted, () => 'It is yours.')
    })
}

function cardsText(cards: readonly Card[]): string {
  if (cards.length === 0) return 'There is no schedule.'
  return table(
    ['SCHEDULE', 'ON CALL', 'THEIR TIME', 'UNTIL', 'NEXT'],
    cards.map((card) => {
      const next = card.next[1]
      return [
        card.slug,
        plain(card.now.people.map((one) => one.name).join(' and ') || 'nobody'),
        card.now.people.map((one) => one.localTime).join(', '),
        card.now.until === null ? '–' : formatDateTime(Date.parse(card.now.until), card.timezone),
        next ? plain(next.people.map((one) => one.name).join(' and ') || 'nobody') : '–',
      ]
    }),
  )
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
