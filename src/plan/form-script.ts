/**
 * An incident written down to be tried: what happens, and after how long. Read like the
 * configuration, so that every mistake is named with its line.
 */
import type { Event } from '../incidents/event.ts'
import type { Status } from '../incidents/incident.ts'
import type { Beat } from '../incidents/rehearse.ts'
import { parseDuration } from '../lib/duration.ts'
import { DAY, HOUR, type Instant, parseInstant } from '../lib/instant.ts'
import type { Answers } from '../severity/classify.ts'
import { LEVEL_WORDS, ROLE_WORDS } from '../severity/form.ts'
import { type Audience, AUDIENCES, type Level } from '../severity/policy.ts'
import type { Script } from '../foresee/simulate.ts'
import { openDocument } from './document.ts'
import { FileRefused } from './mistake.ts'
import { list, oneOf, record, text, whole, yesNo } from './reader.ts'
import { beginReading, lastOf, note, quoted, type Reader } from './reading.ts'

const STEPS_MAX = 500
const SPAN_MAX = 30 * DAY
const levels = Object.keys(LEVEL_WORDS) as (keyof typeof LEVEL_WORDS)[]
const roles = Object.keys(ROLE_WORDS) as (keyof typeof ROLE_WORDS)[]
const MOVES = [
  'investigating',
  'identified',
  'mitigating',
  'monitoring',
  'resolved',
  'closed',
  'canceled',
] as const satisfies readonly Status[]

const after: Reader<number> = (reading, node, path) => {
  const value = text({ max: 20 })(reading, node, path)
  if (value === undefined) return undefined
  const ms = value === '0' ? 0 : parseDuration(value)
  if (ms !== null && ms <= SPAN_MAX) return ms
  const sentence = `\`${lastOf(path)}\`: ${quoted(value)} is not a time after the start such as 12m or 1h30m`
  return note(reading, node, path, sentence)
}

const moment: Reader<number> = (reading, node, path) => {
  const value = text({ max: 40 })(reading, node, path)
  const at = value === undefined ? null : parseInstant(value)
  if (value === undefined || at !== null) return at ?? undefined
  const sentence = `\`${lastOf(path)}\`: ${quoted(value)} is not a time such as 2026-11-23T14:00:00Z`
  return note(reading, node, path, sentence)
}

type AnswersForm = {
  security: Answers['security'] | null
  data: Answers['data'] | null
  mode:
    | 'outage'
    | 'degraded'
    | 'feature_down'
    | 'cosmetic'
    | 'risk_only'
    | 'none'
    | 'unknown'
    | null
  scope_pct: number | null
  feature: Answers['feature'] | null
  workaround: Answers['workaround'] | null
  reporter: Answers['reporter'] | null
  paying_affected: Answers['payingAffected'] | null
}

const answers = record<AnswersForm>('`answers`', {
  security: { reader: oneOf(['none', 'suspected', 'confirmed', 'unknown']) },
  data: { reader: oneOf(['none', 'concern', 'loss', 'unknown']) },
  mode: {
    reader: oneOf([
      'outage',
      'degraded',
      'feature_down',
      'cosmetic',
      'risk_only',
      'none',
      'unknown',
    ]),
  },
  scope_pct: { reader: whole(0, 100) },
  feature: { reader: oneOf(['key', 'minor', 'unknown']) },
  workaround: { reader: oneOf(['yes', 'no', 'unknown']) },
  reporter: { reader: oneOf(['monitoring', 'employee', 'customer', 'partner']) },
  paying_affected: { reader: oneOf(['yes', 'no', 'unknown']) },
})

function answersOf(form: AnswersForm): Partial<Answers> {
  const { mode, scope_pct: scopePct, paying_affected: payingAffected, ...rest } = form
  const modes = { feature_down: 'featureDown', risk_only: 'riskOnly' } as const
  const all = {
    ...rest,
    scopePct,
    payingAffected,
    mode: mode === 'feature_down' || mode === 'risk_only' ? modes[mode] : mode,
  }
  return Object.fromEntries(Object.entries(all).filter(([, one]) => one !== null))
}

type Impact = { percent: number | null; users: number | null; regions: number | null }
type Step = {
  at: number
  by: string | null
  answers: AnswersForm | null
  impact: Impact | null
  raise: keyof typeof LEVEL_WORDS | null
  lower: keyof typeof LEVEL_WORDS | null
  move: (typeof MOVES)[number] | null
  reason: string | null
  role: keyof typeof ROLE_WORDS | null
  person: string | null
  acknowledge: string | null
  hypothesis: string | null
  confirm: string | null
  refute: string | null
  message: Audience | null
  next: number | null
  note: string | null
  decide: string | null
  checked: boolean | null
  quiet: boolean | null
}
const WHAT = [
  'answers',
  'impact',
  'raise',
  'lower',
  'move',
  'role',
  'acknowledge',
  'hypothesis',
  'confirm',
  'refute',
  'message',
  'note',
  'decide',
  'checked',
  'quiet',
] as const satisfies readonly (keyof Step)[]

const said = text({ max: 300 })
const who = text({ max: 80 })
const step: Reader<Step> = (reading, node, path) => {
  const before = reading.mistakes.length
  const read = record<Step>('a step', {
    at: { reader: after, isRequired: true },
    by: { reader: who },
    answers: { reader: answers },
    impact: {
      reader: record<Impact>('`impact`', {
        percent: { reader: whole(0, 100) },
        users: { reader: whole(0, 1e12) },
        regions: { reader: whole(0, 10_000) },
      }),
    },
    raise: { reader: oneOf(levels) },
    lower: { reader: oneOf(levels) },
    move: { reader: oneOf(MOVES) },
    reason: { reader: said },
    role: { reader: oneOf(roles) },
    person: { reader: who },
    acknowledge: { reader: who },
    hypothesis: { reader: said },
    confirm: { reader: said },
    refute: { reader: said },
    message: { reader: oneOf(AUDIENCES) },
    next: { reader: after },
    note: { reader: said },
    decide: { reader: said },
    checked: { reader: yesNo },
    quiet: { reader: yesNo },
  })(reading, node, path)
  if (!read || reading.mistakes.length > before) return undefined
  const named = WHAT.filter((one) => read[one] !== null)
  if (named.length !== 1)
    return note(
      reading,
      node,
      path,
      named.length === 0
        ? `a step says what happens: one of ${WHAT.join(', ')}`
        : `a step says one thing, not ${named.join(' and ')}`,
    )
  if (read.role !== null && read.person === null)
    return note(reading, node, path, '`role` needs `person`: who takes it')
  if (read.lower !== null && read.reason === null)
    return note(reading, node, path, '`lower` needs a `reason`')
  return read
}

type ScriptForm = {
  title: string
  start: number | null
  level: keyof typeof LEVEL_WORDS | null
  answers: AnswersForm | null
  steps: Step[]
  until: number | null
}

/**
 * @param now when it starts where the script does not say it
 * @throws FileRefused with every mistake and its place
 */
export function readScript(content: string, now: Instant): Script {
  const opened = openDocument(content)
  if (!opened.ok) throw new FileRefused(opened.mistakes)
  const reading = beginReading(opened, {})
  const read = record<ScriptForm>('the script', {
    title: { reader: said, isRequired: true },
    start: { reader: moment },
    level: { reader: oneOf(levels) },
    answers: { reader: answers },
    steps: { reader: list(step, STEPS_MAX), otherwise: [] },
    until: { reader: after },
  })(reading, opened.document.contents as never, '')
  if (!read || reading.mistakes.length > 0) throw new FileRefused(reading.mistakes)
  const startsAt = read.start ?? now
  const steps = read.steps.toSorted((a, b) => a.at - b.at)
  const lastAt = steps.at(-1)?.at ?? 0
  const level: Level | null = read.level === null ? null : LEVEL_WORDS[read.level]
  const quiet = steps.find((one) => one.quiet === true)
  const beatAt = (at: number, by: string | null, event: Event): Beat => ({
    at: startsAt + at,
    by,
    event,
    recovery: {
      lastFiringAt: quiet ? startsAt + Math.min(quiet.at, at) : null,
      isBurning: null,
    },
  })
  return {
    title: read.title,
    startsAt,
    endsAt: startsAt + (read.until ?? lastAt + HOUR),
    answers: read.answers ? answersOf(read.answers) : {},
    beats: [
      beatAt(0, null, { kind: 'declared', level, summary: read.title }),
      ...steps.flatMap((one) => {
        const event = eventOf(one, startsAt)
        return event ? [beatAt(one.at, one.by ?? one.person, event)] : []
      }),
    ],
  }
}

/** Paths are told apart by what they say, as people do in a script. */
const pathOf = (statement: string): string => `path:${statement.trim().toLowerCase()}`

function eventOf(one: Step, startsAt: Instant): Event | null {
  if (one.answers) return { kind: 'answered', answers: answersOf(one.answers), isTyped: true }
  if (one.impact)
    return {
      kind: 'impactSeen',
      impact: Object.fromEntries(
        Object.entries(one.impact).flatMap(([unit, value]) =>
          value === null ? [] : [[unit, value]],
        ),
      ),
      isTyped: false,
    }
  if (one.raise) return { kind: 'raised', level: LEVEL_WORDS[one.raise], reason: one.reason }
  if (one.lower) return { kind: 'lowered', level: LEVEL_WORDS[one.lower], reason: one.reason ?? '' }
  if (one.move) return { kind: 'moved', to: one.move, reason: one.reason }
  if (one.role)
    return { kind: 'roleTaken', role: ROLE_WORDS[one.role], personId: one.person ?? 'somebody' }
  if (one.acknowledge)
    return { kind: 'acknowledged', at: startsAt + one.at, personId: one.acknowledge }
  if (one.hypothesis)
    return {
      kind: 'hypothesisOpened',
      id: pathOf(one.hypothesis),
      statement: one.hypothesis,
      ownerId: one.person,
    }
  if (one.confirm)
    return { kind: 'hypothesisDisposed', id: pathOf(one.confirm), verdict: 'confirmed' }
  if (one.refute) return { kind: 'hypothesisDisposed', id: pathOf(one.refute), verdict: 'refuted' }
  if (one.message) {
    const promised = one.next === null ? null : startsAt + one.at + one.next
    return { kind: 'messagePublished', audience: one.message, promised, as: 'update' }
  }
  if (one.note) return { kind: 'noted', text: one.note, detail: {} }
  if (one.decide) return { kind: 'decidedOn', text: one.decide, detail: {} }
  return one.checked ? { kind: 'checked' } : null
}
