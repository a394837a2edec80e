/** `policy`: the severity framework, and who sits on its seats. What is left out is as in the preset. */
import { calendarProblem } from '../lib/calendar.ts'
import {
  AS_UPDATE,
  formatSpan,
  formatWhen,
  type HoursForm,
  inWeek,
  LEVEL_WORDS,
  type LevelForm,
  type LevelWord,
  NEVER,
  parseSpan,
  parseWhen,
  policyForm,
  presetNamed,
  ROLE_WORDS,
  type RoleWord,
  SEAT_WORDS,
  type SeatWord,
} from '../severity/form.ts'
import { calendarOf } from '../severity/clocks.ts'
import { type Audience, AUDIENCES, PRESETS, SEED } from '../severity/policy.ts'
import { formatDuration } from '../lib/duration.ts'
import { DAY, MINUTE } from '../lib/instant.ts'
import type { Weekday } from '../lib/windows.ts'
import type { PolicyFileForm, SeatsForm } from './form.ts'
import { localDate, timeOfDay, weekday, zone } from './form-values.ts'
import { duration, list, oneOf, record, target, text, whole, yesNo } from './reader.ts'
import type { Node } from 'yaml'
import { openDocument } from './document.ts'
import { FileRefused } from './mistake.ts'
import { beginReading, lastOf, note, peek, quoted, type Reader } from './reading.ts'

/** Every field may be left out. */
type Partly<T> = { [Name in keyof T]: T[Name] | null }

const words = <T extends string>(all: Readonly<Record<T, unknown>>): readonly T[] =>
  Object.keys(all) as T[]

/** A text that another function reads, in the one way in which it is written. */
const readBy =
  <T>(
    parse: (value: string) => T | null,
    format: (value: T) => string,
    examples: string,
  ): Reader<string> =>
  (reading, node, path) => {
    const value = text({ max: 60 })(reading, node, path)
    if (value === undefined) return undefined
    const parsed = parse(value)
    if (parsed !== null) return format(parsed)
    return note(reading, node, path, `\`${lastOf(path)}\`: ${quoted(value)} is not ${examples}`)
  }

const SPANS = 'a time such as 15m, `2h of work` or `next business day`'
const span = readBy(parseSpan, formatSpan, SPANS)
const spanOr = (word: string): Reader<string> =>
  readBy(
    (value) => (value === word ? word : parseSpan(value)),
    (parsed) => (typeof parsed === 'string' ? parsed : formatSpan(parsed)),
    `${SPANS}, and not \`${word}\``,
  )
const when = readBy(
  parseWhen,
  formatWhen,
  '`at once`, `within 15m`, `next stand-up` or `next backlog triage`',
)

/** @param most in words */
const ms =
  (min: number, max: number, limits: string): Reader<string> =>
  (reading, node, path) => {
    const value = duration(min, max, limits)(reading, node, path)
    return value === undefined ? undefined : formatDuration(value)
  }
const minutes = ms(MINUTE, 30 * DAY, 'from 1m to 30d')

const cause: Reader<string> = (reading, node, path) => {
  const value = text({ max: 60 })(reading, node, path)
  if (value === undefined || value === NEVER) return value
  return minutes(reading, node, path)
}

const each = <T extends string>(all: readonly T[]): Reader<T[]> => {
  const read = list(oneOf(all), 20)
  return (reading, node, path) => {
    const found = read(reading, node, path)
    return found && [...new Set(found)]
  }
}

const days: Reader<Weekday[]> = (reading, node, path) => {
  const read = list(weekday, 7)(reading, node, path)
  if (read?.length === 0) return note(reading, node, path, `\`${lastOf(path)}\` names no day`)
  return read && inWeek(read)
}

const level = record<Partly<LevelForm>>('a level', {
  name: { reader: text({ max: 20 }) },
  label: { reader: text({ max: 60 }) },
  criteria: { reader: list(text({ max: 300 }), 20) },
  respond: { reader: span },
  first_message: { reader: spanOr(AS_UPDATE) },
  update: { reader: span },
  update_for: {
    reader: record<Partly<Record<Audience, string>>>('`update_for`', {
      engineering: { reader: span },
      internal: { reader: span },
      executives: { reader: span },
      customers: { reader: span },
    }) as Reader<LevelForm['update_for']>,
  },
  audiences: { reader: each(AUDIENCES) },
  page_steps: { reader: whole(1, 10) },
  tell: {
    reader: list(
      record<{ seat: SeatWord; when: string }>('who is told', {
        seat: { reader: oneOf(words(SEAT_WORDS)), isRequired: true },
        when: { reader: when, otherwise: 'at once' },
      }),
      10,
    ),
  },
  roles: { reader: each<RoleWord>(words(ROLE_WORDS)) },
  cause: { reader: cause },
  monitor: { reader: ms(0, 7 * DAY, 'from 0s to 7d') },
  postmortem: { reader: yesNo },
})

const recurrence = record<Partly<{ days: Weekday[]; time: string }>>('a recurrence', {
  days: { reader: days },
  time: { reader: timeOfDay },
})

const hours: Reader<Partly<HoursForm>> = (reading, node, path) => {
  const read = record<Partly<HoursForm>>('`hours`', {
    timezone: { reader: zone },
    weekly: {
      reader: list(
        record<HoursForm['weekly'][number]>('opening hours', {
          days: { reader: days, isRequired: true },
          open: { reader: timeOfDay, isRequired: true },
          close: {
            reader: text({ max: 5, pattern: /^\d\d:\d\d$/, is: 'a time such as 17:00' }),
            isRequired: true,
          },
        }),
        21,
      ),
    },
    holidays: { reader: list(localDate, 2_000) },
  })(reading, node, path)
  if (!read?.weekly?.every((one) => one.days && one.open && one.close)) return read
  const opening = read.weekly.flatMap((one) => one.days.map((day) => ({ ...one, day })))
  const problem = calendarProblem(
    calendarOf({ zone: read.timezone ?? 'UTC', weekly: opening, holidays: [] }),
  )
  return problem === null ? read : note(reading, node, path, decapitalised(problem))
}

/** The sentence of another part, within a sentence of ours. */
const decapitalised = (sentence: string): string =>
  `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`

const seats = record<SeatsForm>(
  '`bind`',
  Object.fromEntries(words(SEAT_WORDS).map((seat) => [seat, { reader: target }])) as never,
)

type Read = Partly<Omit<PolicyFileForm, 'levels' | 'hours' | 'stand_up' | 'backlog_triage'>> & {
  levels: Partly<Record<LevelWord, Partly<LevelForm>>> | null
  hours: Partly<HoursForm> | null
  stand_up: Partly<PolicyFileForm['stand_up']> | null
  backlog_triage: Partly<PolicyFileForm['backlog_triage']> | null
}

const parts = record<Read>('`policy`', {
  preset: { reader: oneOf(PRESETS.map((one) => one.name)) },
  levels: {
    reader: record<Partly<Record<LevelWord, Partly<LevelForm>>>>(
      '`levels`',
      Object.fromEntries(words(LEVEL_WORDS).map((one) => [one, { reader: level }])) as never,
    ),
  },
  hours: { reader: hours },
  stand_up: { reader: recurrence },
  backlog_triage: { reader: recurrence },
  strict_for_customers: { reader: yesNo },
  two_levels_at_fourfold: { reader: yesNo },
  hypothesis: { reader: minutes },
  relief: { reader: minutes },
  span_of_control: { reader: whole(2, 50) },
  reopen: { reader: minutes },
  quiet: { reader: ms(0, DAY, 'from 0s to 1d') },
  triage: { reader: minutes },
  bind: { reader: seats },
})

/** As a file says it, over its preset. */
export const policyReader: Reader<PolicyFileForm> = (reading, node, path) => {
  const read = parts(reading, node, path)
  if (!read) return undefined
  const { levels, hours: open, stand_up: standUp, backlog_triage: triage, bind, ...plain } = read
  const base = policyForm(presetNamed(plain.preset ?? SEED.name))
  return {
    ...over(base, plain),
    hours: over(base.hours, open),
    stand_up: over(base.stand_up, standUp),
    backlog_triage: over(base.backlog_triage, triage),
    levels: Object.fromEntries(
      words(LEVEL_WORDS).map((word) => {
        const filled = over(base.levels[word], levels?.[word] ?? null)
        return [word, { ...filled, update_for: withoutNulls(filled.update_for) }]
      }),
    ) as PolicyFileForm['levels'],
    bind: { ...EMPTY_SEATS, ...bind },
  }
}

const withoutNulls = (form: LevelForm['update_for']): LevelForm['update_for'] =>
  Object.fromEntries(Object.entries(form).filter(([, words]) => words !== null))

export const EMPTY_SEATS: SeatsForm = {
  commander: null,
  vp: null,
  cto: null,
  manager: null,
  team_lead: null,
}

const over = <T extends object>(base: T, said: Partly<Partial<T>> | null): T => ({
  ...base,
  ...Object.fromEntries(
    Object.entries(said ?? {}).filter(([name, value]) => value !== null && name in base),
  ),
})

/** As it is when nothing is said. */
export const PLAIN_POLICY: PolicyFileForm = { ...policyForm(SEED), bind: EMPTY_SEATS }

/** What differs from the preset: the shortest way to say it. */
export function policyFileOf(form: PolicyFileForm): Record<string, unknown> {
  const { bind, ...rest } = form
  const seats = Object.fromEntries(Object.entries(bind).filter(([, one]) => one !== null))
  return {
    ...(form.preset === SEED.name ? {} : { preset: form.preset }),
    ...differing(rest, policyForm(presetNamed(form.preset))),
    ...(Object.keys(seats).length > 0 ? { bind: seats } : {}),
  }
}

const NESTED: ReadonlySet<string> = new Set([
  'levels',
  'hours',
  'stand_up',
  'backlog_triage',
  ...words(LEVEL_WORDS),
])

function differing(form: object, base: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(form).flatMap(([name, value]): [string, unknown][] => {
      const known = (base as Record<string, unknown>)[name]
      if (JSON.stringify(value) === JSON.stringify(known)) return []
      return NESTED.has(name)
        ? [[name, differing(value as object, known as object)]]
        : [[name, value]]
    }),
  )
}

/** The framework that a file says, and nothing else of it. @throws FileRefused */
export function policyIn(content: string): PolicyFileForm {
  const opened = openDocument(content)
  if (!opened.ok) throw new FileRefused(opened.mistakes)
  const reading = beginReading(opened, {})
  const root = opened.document.contents as Node | null
  const found = policyReader(reading, peek(reading, root, 'policy') ?? null, 'policy')
  if (!found || reading.mistakes.length > 0) throw new FileRefused(reading.mistakes)
  return found
}
