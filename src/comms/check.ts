/**
 * What is looked at before a message goes out. An error keeps it in; a warning is for the writer to
 * judge. Customers learn what happens to them, not who did what on which machine (METHOD 8.1).
 */
import type { Instant } from '../lib/instant.ts'
import type { Fields, MessageFacts } from './message.ts'

export type Finding = {
  rule: 'personName' | 'host' | 'outage' | 'estimate' | 'blame' | 'nextTooLate' | 'sameAsBefore'
  level: 'error' | 'warning'
  field: keyof Fields | 'nextUpdate'
  sentence: string
}

export type CheckFacts = MessageFacts & {
  mode: string
  /** Names of people who could stand in it. */
  names: readonly string[]
  /** The latest that the cadence allows; null: none holds. */
  nextBy: Instant | null
  isLong: boolean
  /** The fields of the last one to this audience; null: it is the first. */
  before: Fields | null
}

const TEXTS: readonly (keyof Fields)[] = [
  'impact',
  'understanding',
  'actions',
  'next',
  'workaround',
  'residual',
  'followUp',
]
const HANDLE = /(^|\s)@[a-z0-9_.-]{2,}/i
const HOST =
  /\b(\d{1,3}(\.\d{1,3}){3}|[a-z][a-z0-9]*(-[a-z0-9]+)*-\d{1,4}|[a-z0-9-]+\.(internal|local|svc|cluster)\b)/i
const ESTIMATE =
  /\b(fixed|resolved|back|done|restored) (in|within|by)\b|\beta\b|\bin (about |around )?\d+ (min|minute|hour)/i

export function check(fields: Fields, facts: CheckFacts): Finding[] {
  const isOutside = facts.audience === 'customers'
  const found = TEXTS.flatMap((field) => ofText(field, fields[field], facts, isOutside))
  return [...found, ...ofTime(facts), ...ofRepeat(fields, facts)]
}

function ofText(
  field: keyof Fields,
  text: string,
  facts: CheckFacts,
  isOutside: boolean,
): Finding[] {
  if (text === '') return []
  const names = facts.names.filter((name) => name.length > 2 && wordIn(text, name))
  const found: (Finding | null)[] = [
    isOutside && (names.length > 0 || HANDLE.test(text))
      ? {
          rule: 'personName',
          level: 'error',
          field,
          sentence: 'Customers are not told who: leave names out.',
        }
      : null,
    isOutside && HOST.test(text)
      ? {
          rule: 'host',
          level: 'warning',
          field,
          sentence: 'This looks like the name of a machine: say what users call it.',
        }
      : null,
    facts.mode !== 'outage' && /\boutage\b/i.test(text)
      ? {
          rule: 'outage',
          level: 'warning',
          field,
          sentence: 'It is not an outage: say incident or degradation.',
        }
      : null,
    isOutside && ESTIMATE.test(text)
      ? {
          rule: 'estimate',
          level: 'error',
          field,
          sentence: 'Customers are promised the next update, never a time of repair.',
        }
      : null,
    isBlame(text, names)
      ? {
          rule: 'blame',
          level: 'error',
          field,
          sentence: 'Say what the system allowed, not who did it.',
        }
      : null,
  ]
  return found.filter((one) => one !== null)
}

const wordIn = (text: string, name: string): boolean =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .includes(name.toLowerCase().split(/\s+/)[0] ?? '')

/** The rest of the blameless rules comes with post-mortems; here: a person as the cause. */
const isBlame = (text: string, names: readonly string[]): boolean =>
  /\b(human|operator|user|engineer) error\b|\bto blame\b|\b(his|her|their|your) fault\b/i.test(
    text,
  ) ||
  (names.length > 0 &&
    /\b(broke|caused|forgot|messed up|screwed up|botched)\b|’s (deploy|change|mistake)|'s (deploy|change|mistake)/i.test(
      text,
    ))

function ofTime({ kind, nextAt, nextBy, isLong }: CheckFacts): Finding[] {
  if (kind === 'resolved' || nextAt === null || nextBy === null || isLong || nextAt <= nextBy)
    return []
  return [
    {
      rule: 'nextTooLate',
      level: 'error',
      field: 'nextUpdate',
      sentence: 'The next update is promised later than the severity allows.',
    },
  ]
}

function ofRepeat(fields: Fields, { before, kind }: CheckFacts): Finding[] {
  if (before === null || kind !== 'update') return []
  const isSame = TEXTS.every((name) => fields[name].trim() === before[name].trim())
  return isSame
    ? [
        {
          rule: 'sameAsBefore',
          level: 'warning',
          field: 'understanding',
          sentence: 'Word for word the last one: add a workaround, or how far it reaches.',
        },
      ]
    : []
}
