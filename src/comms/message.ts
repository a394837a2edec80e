/**
 * What the people around an incident are told, out of the same facts for each audience, in the words
 * of the seed's templates. What is needed and missing keeps a message from going out, by name; what
 * is not known and not needed is left out with its label (METHOD 8).
 */
import type { Instant } from '../lib/instant.ts'
import { printable, truncate } from '../lib/text.ts'
import { formatTime } from '../lib/zone.ts'
import type { Audience } from '../severity/policy.ts'

export type MessageKind = 'initial' | 'update' | 'resolved'

/** As somebody fills it in, or as the facts fill it in for them. Empty: not said. */
export type Fields = {
  /** What users call it: never a host. */
  service: string
  /** Who is hit, by how much, and how they notice. */
  impact: string
  /** What is known of the cause, and how surely. */
  understanding: string
  actions: string
  next: string
  workaround: string
  /** At a resolved one: "none" has to be said too. */
  residual: string
  followUp: string
}

export type MessageFacts = {
  kind: MessageKind
  audience: Audience
  /** `SEV1`; customers see impact and not numbers. */
  severity: string
  status: string
  startedAt: Instant | null
  endedAt: Instant | null
  /** When they hear next; null: they do not (a resolved one). */
  nextAt: Instant | null
}

export type Rendered = { subject: string; body: string }

const FIELD_MAX = 1_000
const clean = (text: string): string => truncate(printable(text).trim(), FIELD_MAX)

const STATUS: Readonly<Record<string, string>> = {
  triage: 'Investigating',
  investigating: 'Investigating',
  identified: 'Identified',
  mitigating: 'Mitigating',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
}

export function render(given: Fields, facts: MessageFacts): Rendered {
  const fields = cleaned(given)
  const isOutside = facts.audience === 'customers'
  const tag = isOutside ? '' : `[${facts.severity}${facts.kind === 'update' ? ' UPDATE' : ''}] `
  const lines = { initial, update, resolved }[facts.kind](fields, facts)
  return {
    subject: `${facts.kind === 'resolved' ? '[RESOLVED] ' : tag}${fields.service} - ${subjectOf(fields, facts)}`,
    body: lines.filter((line) => line !== null).join('\n'),
  }
}

function subjectOf(fields: Fields, facts: MessageFacts): string {
  if (facts.kind === 'update') return statusFor(facts)
  return fields.impact === '' ? 'we are looking into it' : firstSentence(fields.impact)
}

const statusFor = ({ status, audience }: MessageFacts): string =>
  audience === 'customers' && status === 'mitigating'
    ? 'Identified'
    : (STATUS[status] ?? 'Investigating')

const firstSentence = (text: string): string =>
  truncate(text.split(/(?<=[.!?])\s/)[0] ?? text, 120).replace(/\.$/, '')
const labelled = (label: string, text: string): string | null =>
  text === '' ? null : `${label}: ${text}`
const at = (instant: Instant): string => `${formatTime(instant, 'UTC')} UTC`
const sentence = (text: string): string => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`)

type Lines = (fields: Fields, facts: MessageFacts) => (string | null)[]

const initial: Lines = (fields, facts) => [
  `Current Status: We are investigating an issue affecting ${sentence(fields.service)}`,
  labelled('Impact', sentence(fields.impact)),
  labelled('Workaround', sentence(fields.workaround)),
  facts.startedAt === null ? null : `Since: ${at(facts.startedAt)}`,
  facts.nextAt === null
    ? null
    : `Next Update: ${at(facts.nextAt)} or when we have more information.`,
]

const update: Lines = (fields, facts) => [
  `Status: ${statusFor(facts)}`,
  labelled('Impact', sentence(fields.impact)),
  labelled('Current Understanding', sentence(fields.understanding)),
  labelled('Actions Taken', sentence(fields.actions)),
  labelled('Next Steps', sentence(fields.next)),
  labelled('Workaround', sentence(fields.workaround)),
  facts.nextAt === null ? null : `Next Update: ${at(facts.nextAt)}.`,
]

const resolved: Lines = (fields, facts) => [
  labelled('Resolution', sentence(fields.actions)),
  durationOf(facts),
  labelled('Impact Summary', sentence(fields.impact)),
  labelled('Data loss and what is left', sentence(fields.residual)),
  facts.audience === 'customers' ? null : labelled('Follow-up', sentence(fields.followUp)),
]

function durationOf({ startedAt, endedAt }: MessageFacts): string | null {
  if (startedAt === null || endedAt === null) return null
  const minutes = Math.round((endedAt - startedAt) / 60_000)
  return `Duration: ${formatTime(startedAt, 'UTC')} to ${formatTime(endedAt, 'UTC')} UTC (${minutes} min)`
}

const cleaned = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, clean(text)])) as Fields

/** What is needed before it goes out, by kind and audience. */
export function missing(fields: Fields, facts: MessageFacts): (keyof Fields | 'nextUpdate')[] {
  const isInside = facts.audience !== 'customers'
  const needed: (keyof Fields)[] = {
    initial: ['service', 'impact'] as const,
    update: isInside
      ? (['service', 'impact', 'understanding', 'actions', 'next'] as const)
      : (['service', 'impact', 'actions', 'next'] as const),
    resolved: isInside
      ? (['service', 'impact', 'actions', 'residual', 'followUp'] as const)
      : (['service', 'impact', 'actions', 'residual'] as const),
  }[facts.kind].slice()
  const empty = needed.filter((name) => clean(fields[name]) === '')
  return facts.kind !== 'resolved' && facts.nextAt === null ? [...empty, 'nextUpdate'] : empty
}
