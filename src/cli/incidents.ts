/** Command from a terminal: declare, raise, roles, paths, notes, updates, the all-clear, and what is owed. */
import { CommanderError } from 'commander'
import type { ActedShown } from '../contract/views.ts'
import { call } from './client.ts'
import { ago, plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

type Owed = {
  rule: string
  label: string
  owner: { name: string } | null
  due: string
  outcome: string
}
type Listed = {
  name: string
  title: string
  status: string
  severity: { level: number; name: string } | null
  commander: { name: string } | null
  openedAt: string
  nextOwed: Owed | null
}
type Shown = Listed & {
  summary: string
  roles: { role: string; person: { name: string } | null; to: string | null }[]
  emptySeats: string[]
  hypotheses: { id: string; statement: string; verdict: string; expiresAt: string }[]
  checks: { name: string; good: boolean; why: string | null; until: string | null }[]
  owed: Owed[]
  timeline: { at: string; sentence: string }[]
}

const ROLE_WORDS: Readonly<Record<string, string>> = {
  commander: 'commander',
  'technical-lead': 'technicalLead',
  'communications-lead': 'communicationsLead',
  scribe: 'scribe',
  deputy: 'deputy',
  owner: 'owner',
}

const usage = (sentence: string): CommanderError =>
  new CommanderError(EXIT.usage, 'usage', sentence)

/** `SEV1`, `sev1`, `1` → 1. */
function levelIn(text: string): number {
  const found = /^(?:sev)?([1-4])$/i.exec(text)?.[1]
  if (found === undefined) throw usage(`"${text}" is no severity. Say SEV1, SEV2, SEV3 or SEV4.`)
  return Number(found)
}

const clock = (iso: string): string => iso.slice(11, 16)

/** In how long, or how long ago, to the minute. */
export function dueIn(iso: string, now: number): string {
  const minutes = Math.round((Date.parse(iso) - now) / 60_000)
  if (minutes === 0) return 'now'
  const size = Math.abs(minutes)
  const words =
    size < 90
      ? `${size} min`
      : size < 2_880
        ? `${Math.round(size / 60)} h`
        : `${Math.round(size / 1_440)} d`
  return minutes > 0 ? `in ${words}` : `${words} late`
}

export function incidentCommands(shell: Shell): void {
  const { program, to, print, say, isJson } = shell
  const path = (incident: string, rest = ''): string =>
    `/api/v1/incidents/${encodeURIComponent(incident)}${rest}`
  const act = async (incident: string, rest: string, body: object): Promise<void> => {
    const acted = await call<ActedShown>(to(), 'POST', path(incident, rest), body)
    print(acted, () => plain(acted.sentence))
  }
  const show = (incident: string): Promise<Shown> => call<Shown>(to(), 'GET', path(incident))

  program
    .command('declare <title>')
    .description('declare an incident; a title is enough')
    .option('--severity <level>', 'SEV1 to SEV4; left out: as the answers say')
    .option('--service <ids>', 'what is affected, with commas between')
    .option('--alert <alert>', 'it grew out of this alert')
    .option('--summary <text>', 'what users notice')
    .option('--private', 'for the team alone')
    .option('--triage', 'quiet; promotes itself when nobody decides')
    .option('--drill', 'an exercise')
    .action(async (title: string, options: Record<string, string | boolean | undefined>) => {
      const text = (name: string) => options[name] as string | undefined
      const acted = await call<ActedShown & { result: { number: number } }>(
        to(),
        'POST',
        '/api/v1/incidents',
        {
          title,
          severity: text('severity') === undefined ? undefined : levelIn(text('severity') ?? ''),
          services: text('service')
            ?.split(',')
            .map((one) => one.trim()),
          alert: text('alert'),
          summary: text('summary'),
          private: options.private === true,
          triage: options.triage === true,
          kind: options.drill === true ? 'drill' : 'normal',
        },
      )
      print(acted, () => `INC-${acted.result.number}: ${plain(acted.sentence)}`)
    })

  program
    .command('incidents')
    .description('list incidents')
    .option('--status <status>', 'live, over, all', 'live')
    .action(async (options: { status: string }) => {
      const found = await call<{ incidents: Listed[] }>(
        to(),
        'GET',
        `/api/v1/incidents?${new URLSearchParams({ status: options.status })}`,
      )
      print(found, () => incidentsText(found.incidents, Date.now()))
    })

  const incident = program.command('incident').description('one incident')
  incident
    .command('show <incident>')
    .description('who commands, what is owed, what is being tried, what happened')
    .option('--watch', 'and again whenever something happens')
    .action(async (name: string, options: { watch?: boolean }) => {
      const first = await show(name)
      print(first, () => incidentText(first, Date.now()))
      if (!options.watch) return
      let seen = first.timeline.length
      for (;;) {
        await new Promise((done) => setTimeout(done, 2_000))
        const now = await show(name)
        for (const one of now.timeline.slice(seen))
          say(isJson() ? JSON.stringify(one) : `${clock(one.at)}  ${plain(one.sentence)}`)
        seen = now.timeline.length
        if (['closed', 'canceled', 'merged'].includes(now.status)) return
      }
    })

  program
    .command('raise <incident> <level>')
    .description('raise the severity; anybody may')
    .option('--reason <text>')
    .action((name: string, level: string, options: { reason?: string }) =>
      act(name, '/raise', { severity: levelIn(level), reason: options.reason }),
    )
  program
    .command('lower <incident> <level>')
    .description('lower the severity: the commander, with a reason')
    .requiredOption('--reason <text>')
    .action((name: string, level: string, options: { reason: string }) =>
      act(name, '/lower', { severity: levelIn(level), reason: options.reason }),
    )
  program
    .command('role <incident> <role> [person]')
    .description('take a role, or give it to somebody; --leave lets go of it')
    .option('--leave', 'let go of it')
    .option('--hand-over', 'propose it to somebody, who has to accept')
    .action(
      (
        name: string,
        word: string,
        person: string | undefined,
        options: { leave?: boolean; handOver?: boolean },
      ) => {
        const role = ROLE_WORDS[word]
        if (!role)
          throw usage(`"${word}" is no role. There are ${Object.keys(ROLE_WORDS).join(', ')}.`)
        if (options.leave) return act(name, '/roles/leave', { role })
        if (!options.handOver) return act(name, '/roles', { role, person })
        if (person === undefined) throw usage('Say to whom it is handed over.')
        return act(name, '/hand-over', { role, to: person })
      },
    )
  program
    .command('hypothesis <incident> <text>')
    .description('follow a path, in a box of time; with a verdict, end it')
    .option('--confirmed', 'it is the cause')
    .option('--refuted', 'it is not')
    .option('--parked', 'later')
    .option('--for <evidence>', 'what speaks for it')
    .option('--against <evidence>', 'what speaks against it')
    .action(async (name: string, text: string, options: Record<string, string | boolean>) => {
      const verdict = (['confirmed', 'refuted', 'parked'] as const).find((one) => options[one])
      const evidence = (['for', 'against'] as const).find((one) => options[one] !== undefined)
      if (!verdict && !evidence) return act(name, '/hypotheses', { statement: text })
      const open = await show(name)
      const found = open.hypotheses.filter((one) =>
        one.statement.toLowerCase().includes(text.toLowerCase()),
      )
      const [only] = found
      if (!only || found.length > 1)
        throw usage(
          found.length === 0
            ? `No path of this incident says "${text}".`
            : `${found.length} paths say "${text}": write more of one.`,
        )
      if (evidence)
        await act(name, `/hypotheses/${only.id}/evidence`, {
          speaks: evidence,
          text: String(options[evidence]),
        })
      if (verdict) await act(name, `/hypotheses/${only.id}/verdict`, { verdict })
    })
  program
    .command('merge <incident> <into>')
    .description('it is the same as another one, which goes on and takes its alerts over')
    .action((name: string, into: string) => act(name, '/merge', { into }))
  program
    .command('link <incident> <other>')
    .description('a part of another one; with --again, the same failure once more')
    .option('--again', 'the same failure once more')
    .option('--undo', 'take it back')
    .action((name: string, other: string, options: { again?: boolean; undo?: boolean }) =>
      act(name, '/link', {
        relation: options.again ? 'recurrence' : 'parent',
        to: options.undo ? null : other,
      }),
    )
  program
    .command('note <incident> <text>')
    .description('write something down')
    .action((name: string, text: string) => act(name, '/notes', { text }))
  program
    .command('decide <incident> <text>')
    .description('write a decision down')
    .action((name: string, text: string) => act(name, '/decisions', { text }))
  program
    .command('update <incident>')
    .description('tell an audience; --preview shows it and sends nothing')
    .requiredOption('--to <audience>', 'engineering, internal, executives, customers')
    .option('--service <text>', 'what is affected, as users call it')
    .option('--impact <text>', 'who is affected, and how')
    .option('--understanding <text>', 'what is known of the cause')
    .option('--actions <text>', 'what was done')
    .option('--next <text>', 'what comes next')
    .option('--workaround <text>')
    .option('--residual <text>', 'what is left of it')
    .option('--follow-up <text>', 'what follows')
    .option('--next-at <time>', 'when they hear next, such as 2026-11-23T14:30:00Z')
    .option('--preview', 'show it only')
    .action(async (name: string, options: Record<string, string | boolean | undefined>) => {
      const { to: audience, preview, nextAt, ...fields } = options
      const body = { audience, fields, ...(nextAt === undefined ? {} : { nextAt }) }
      if (preview !== true) return act(name, '/messages', body)
      const draft = await call<{ subject: string; body: string; missing: string[] }>(
        to(),
        'POST',
        path(name, '/messages/preview'),
        body,
      )
      print(draft, () =>
        [
          `${plain(draft.subject)}\n`,
          draft.body
            .split('\n')
            .map((line) => plain(line))
            .join('\n'),
          ...(draft.missing.length > 0 ? [`\nStill needed: ${draft.missing.join(', ')}`] : []),
        ].join('\n'),
      )
    })
  program
    .command('mitigate <incident>')
    .description('users can work again: watch it from now on')
    .option('--still', 'it is being worked on: mitigating, not watching yet')
    .action((name: string, options: { still?: boolean }) =>
      act(name, '/status', { to: options.still ? 'mitigating' : 'monitoring' }),
    )
  program
    .command('check <incident>')
    .description('I have looked: users can work')
    .action((name: string) => act(name, '/check', {}))
  program
    .command('breach <incident>')
    .description('data was breached: who must be told, and by when; again, to set it right')
    .option('--tell <names>', 'who must be told, with commas between')
    .option('--aware <time>', 'when it was known; left out, now')
    .option('--hours <hours>', '1 to 720; left out, 72')
    .action((name: string, options: { tell?: string; aware?: string; hours?: string }) =>
      act(name, '/breach', {
        tell: (options.tell ?? '').split(',').filter((one) => one.trim() !== ''),
        awareAt: options.aware,
        hours: options.hours === undefined ? undefined : Number(options.hours),
      }),
    )
  program
    .command('breach-told <incident> <whom>')
    .description('one of those who must hear of the breach was told')
    .option('--at <time>', 'left out, now')
    .option('--reference <text>', 'what shows it, such as the number of a case')
    .action((name: string, whom: string, options: { at?: string; reference?: string }) =>
      act(name, '/breach/told', { whom, ...options }),
    )
  program
    .command('clear <incident>')
    .description('the all-clear; with a reason also before its time')
    .option('--reason <text>')
    .action((name: string, options: { reason?: string }) =>
      act(name, '/status', { to: 'resolved', reason: options.reason }),
    )
  program
    .command('owed [incident]')
    .description('what is owed of an incident, or of all that live')
    .action(async (name: string | undefined) => {
      const names = name === undefined ? await liveNames() : [name]
      const all: (Owed & { incident: string })[] = []
      for (const one of names)
        for (const owed of (await show(one)).owed)
          if (owed.outcome === 'open' || owed.outcome === 'missed')
            all.push({ ...owed, incident: one })
      all.sort((a, b) => (a.due < b.due ? -1 : 1))
      print(all, () =>
        all.length === 0
          ? 'Nothing is owed.'
          : table(
              ['DUE', '', 'INCIDENT', 'WHAT', 'WHO'],
              all.map((one) => [
                clock(one.due),
                dueIn(one.due, Date.now()),
                one.incident,
                plain(one.label),
                plain(one.owner?.name ?? ''),
              ]),
            ),
      )
      if (all.some((one) => one.outcome === 'missed')) shell.end(EXIT.refused)
    })

  async function liveNames(): Promise<string[]> {
    const { incidents } = await call<{ incidents: Listed[] }>(to(), 'GET', '/api/v1/incidents')
    return incidents.map((one) => one.name)
  }
}

function incidentsText(incidents: readonly Listed[], now: number): string {
  if (incidents.length === 0) return 'No incident.'
  return table(
    ['INCIDENT', 'SEVERITY', 'STATE', 'SINCE', 'COMMANDER', 'NEXT', 'TITLE'],
    incidents.map((one) => [
      one.name,
      one.severity?.name ?? '',
      one.status,
      ago(one.openedAt, now),
      plain(one.commander?.name ?? 'nobody'),
      one.nextOwed ? `${plain(one.nextOwed.label)} ${dueIn(one.nextOwed.due, now)}` : '',
      plain(one.title),
    ]),
  )
}

function incidentText(shown: Shown, now: number): string {
  const open = shown.owed.filter((one) => one.outcome === 'open' || one.outcome === 'missed')
  const roles = shown.roles.filter((one) => one.to === null)
  const parts = [
    `${shown.name}  ${shown.severity?.name ?? 'triage'}  ${shown.status}  ${ago(shown.openedAt, now)}`,
    plain(shown.title),
    shown.summary === shown.title ? '' : plain(shown.summary),
    '',
    ...roles.map((one) => `${one.role}: ${plain(one.person?.name ?? '')}`),
    ...(shown.emptySeats.length > 0 ? [`empty: ${shown.emptySeats.join(', ')}`] : []),
    '',
    ...(open.length > 0 ? ['Owed'] : []),
    ...open.map((one) => `  ${clock(one.due)}  ${plain(one.label)} (${dueIn(one.due, now)})`),
    ...(shown.hypotheses.length > 0 ? ['Paths'] : []),
    ...shown.hypotheses.map((one) => `  ${one.verdict.padEnd(9)}  ${plain(one.statement)}`),
    'What happened',
    ...shown.timeline.slice(-20).map((one) => `  ${clock(one.at)}  ${plain(one.sentence)}`),
  ]
  return parts.filter((line, at) => line !== '' || parts[at - 1] !== '').join('\n')
}
