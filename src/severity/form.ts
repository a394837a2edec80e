/**
 * The framework as people write it: durations in words, names with underscores, everything said.
 * What a file or a screen leaves out is as in its preset.
 */
import { formatDuration, parseDuration } from '../lib/duration.ts'
import { WEEKDAYS, type Weekday } from '../lib/windows.ts'
import {
  type Audience,
  AUDIENCES,
  LEVELS,
  type Level,
  type Policy,
  PRESETS,
  type RoleName,
  type Seat,
  SEED,
  type SeverityLevel,
  type Span,
  type TellWhen,
} from './policy.ts'

export const ROLE_WORDS = {
  commander: 'commander',
  technical_lead: 'technicalLead',
  communications_lead: 'communicationsLead',
  scribe: 'scribe',
  deputy: 'deputy',
  owner: 'owner',
} as const satisfies Record<string, RoleName>
export type RoleWord = keyof typeof ROLE_WORDS

export const SEAT_WORDS = {
  commander: 'commander',
  vp: 'vp',
  cto: 'cto',
  manager: 'manager',
  team_lead: 'teamLead',
} as const satisfies Record<string, Seat>
export type SeatWord = keyof typeof SEAT_WORDS

export const LEVEL_WORDS = { sev1: 1, sev2: 2, sev3: 3, sev4: 4 } as const satisfies Record<
  string,
  Level
>
export type LevelWord = keyof typeof LEVEL_WORDS

const wordFor = <Word extends string>(words: Readonly<Record<Word, unknown>>, meant: unknown) =>
  (Object.keys(words) as Word[]).find((word) => words[word] === meant) as Word

export type LevelForm = {
  name: string
  label: string
  criteria: string[]
  respond: string
  first_message: string
  update: string
  update_for: Partial<Record<Audience, string>>
  audiences: Audience[]
  page_steps: number
  tell: { seat: SeatWord; when: string }[]
  roles: RoleWord[]
  cause: string
  monitor: string
  postmortem: boolean
}

export type HoursForm = {
  timezone: string
  weekly: { days: Weekday[]; open: string; close: string }[]
  holidays: string[]
}

export type PolicyForm = {
  preset: string
  levels: Record<LevelWord, LevelForm>
  hours: HoursForm
  stand_up: { days: Weekday[]; time: string }
  backlog_triage: { days: Weekday[]; time: string }
  strict_for_customers: boolean
  two_levels_at_fourfold: boolean
  hypothesis: string
  relief: string
  span_of_control: number
  reopen: string
  quiet: string
  triage: string
}

/** `5m`, `1h of work`, `next business day`; null: none of these. */
export function parseSpan(text: string): Span | null {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ')
  if (words === 'next business day') return { kind: 'nextBusinessDay' }
  const work = /^(\S+) of work$/.exec(words)
  const ms = parseDuration(work?.[1] ?? words)
  if (ms === null || ms <= 0) return null
  return { kind: work ? 'business' : 'elapsed', ms }
}

export function formatSpan(span: Span): string {
  if (span.kind === 'nextBusinessDay') return 'next business day'
  return `${formatDuration(span.ms)}${span.kind === 'business' ? ' of work' : ''}`
}

const WHEN: Readonly<Record<string, TellWhen>> = {
  'at once': { kind: 'atOnce' },
  'next stand-up': { kind: 'standUp' },
  'next backlog triage': { kind: 'backlogTriage' },
}

/** `at once`, `within 15m`, `next stand-up`, `next backlog triage`; null: none of these. */
export function parseWhen(text: string): TellWhen | null {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ')
  const known = WHEN[words]
  if (known) return known
  const ms = parseDuration(/^within (\S+)$/.exec(words)?.[1] ?? '')
  return ms === null || ms <= 0 ? null : { kind: 'within', ms }
}

export const formatWhen = (when: TellWhen): string =>
  when.kind === 'within'
    ? `within ${formatDuration(when.ms)}`
    : (Object.keys(WHEN).find((words) => WHEN[words]?.kind === when.kind) ?? '')

export const AS_UPDATE = 'as update'
export const NEVER = 'never'

const levelForm = (level: SeverityLevel): LevelForm => ({
  name: level.name,
  label: level.label,
  criteria: [...level.criteria],
  respond: formatSpan(level.respond),
  first_message: level.firstMessage === null ? AS_UPDATE : formatSpan(level.firstMessage),
  update: formatSpan(level.update),
  update_for: Object.fromEntries(
    AUDIENCES.flatMap((audience) => {
      const span = level.updateFor[audience]
      return span ? [[audience, formatSpan(span)]] : []
    }),
  ),
  audiences: AUDIENCES.filter((one) => level.audiences.includes(one)),
  page_steps: level.pageSteps,
  tell: level.tell.map(({ seat, when }) => ({
    seat: wordFor(SEAT_WORDS, seat),
    when: formatWhen(when),
  })),
  roles: level.roles.map((role) => wordFor(ROLE_WORDS, role)),
  cause: level.causeMs === null ? NEVER : formatDuration(level.causeMs),
  monitor: formatDuration(level.monitorMs),
  postmortem: level.isPostmortemOwed,
})

/** Days that open and close alike stand on one line. */
function hoursForm({ zone, weekly, holidays }: Policy['hours']): HoursForm {
  const lines = new Map<string, HoursForm['weekly'][number]>()
  for (const { day, open, close } of weekly) {
    const line = lines.get(`${open} ${close}`)
    if (line) line.days.push(day)
    else lines.set(`${open} ${close}`, { days: [day], open, close })
  }
  return { timezone: zone, weekly: [...lines.values()], holidays: [...holidays] }
}

export function policyForm(policy: Policy): PolicyForm {
  const levels = LEVELS.map((level) => [`sev${level}`, levelForm(policy.levels[level])])
  return {
    preset: policy.name,
    levels: Object.fromEntries(levels) as PolicyForm['levels'],
    hours: hoursForm(policy.hours),
    stand_up: { days: [...policy.standUp.days], time: policy.standUp.time },
    backlog_triage: { days: [...policy.backlogTriage.days], time: policy.backlogTriage.time },
    strict_for_customers: policy.isStrictForCustomers,
    two_levels_at_fourfold: policy.isMulti,
    hypothesis: formatDuration(policy.hypothesisMs),
    relief: formatDuration(policy.reliefMs),
    span_of_control: policy.spanOfControl,
    reopen: formatDuration(policy.reopenMs),
    quiet: formatDuration(policy.quietMs),
    triage: formatDuration(policy.triageMs),
  }
}

/** Of a form whose words were read: each was found good before it came here. */
export function policyOf(form: PolicyForm): Policy {
  const level = (word: LevelWord): SeverityLevel => levelOf(LEVEL_WORDS[word], form.levels[word])
  return {
    name: form.preset,
    levels: { 1: level('sev1'), 2: level('sev2'), 3: level('sev3'), 4: level('sev4') },
    hours: {
      zone: form.hours.timezone,
      weekly: form.hours.weekly.flatMap(({ days, open, close }) =>
        days.map((day) => ({ day, open, close })),
      ),
      holidays: form.hours.holidays,
    },
    standUp: form.stand_up,
    backlogTriage: form.backlog_triage,
    isStrictForCustomers: form.strict_for_customers,
    isMulti: form.two_levels_at_fourfold,
    hypothesisMs: msOf(form.hypothesis),
    reliefMs: msOf(form.relief),
    spanOfControl: form.span_of_control,
    reopenMs: msOf(form.reopen),
    quietMs: msOf(form.quiet),
    triageMs: msOf(form.triage),
  }
}

const levelOf = (level: Level, form: LevelForm): SeverityLevel => ({
  level,
  name: form.name,
  label: form.label,
  criteria: form.criteria,
  respond: spanOf(form.respond),
  firstMessage: form.first_message === AS_UPDATE ? null : spanOf(form.first_message),
  update: spanOf(form.update),
  updateFor: Object.fromEntries(
    Object.entries(form.update_for).map(([audience, words]) => [audience, spanOf(words)]),
  ),
  audiences: form.audiences,
  pageSteps: form.page_steps,
  tell: form.tell.map(({ seat, when }) => ({
    seat: SEAT_WORDS[seat],
    when: parseWhen(when) ?? { kind: 'atOnce' },
  })),
  roles: form.roles.map((role) => ROLE_WORDS[role]),
  causeMs: form.cause === NEVER ? null : msOf(form.cause),
  monitorMs: msOf(form.monitor),
  isPostmortemOwed: form.postmortem,
})

function msOf(words: string): number {
  const ms = parseDuration(words)
  if (ms === null) throw new Error(`"${words}" was not read.`)
  return ms
}

function spanOf(words: string): Span {
  const span = parseSpan(words)
  if (!span) throw new Error(`"${words}" was not read.`)
  return span
}

export const presetNamed = (name: string): Policy =>
  PRESETS.find((one) => one.name === name) ?? SEED

/** In the order of the week, each once. */
export const inWeek = (days: readonly Weekday[]): Weekday[] =>
  WEEKDAYS.filter((day) => days.includes(day))
