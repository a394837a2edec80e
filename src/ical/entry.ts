/** One VEVENT: when it takes place, for how long, and what it takes the place of. */
import { DAY, type Instant } from '../lib/instant.ts'
import type { WallMs } from '../lib/zone.ts'
import { type Clock, type Clocks, UTC } from './clock.ts'
import type { Component, Line } from './components.ts'
import { clean } from './problems.ts'
import { NotFollowed, repeat, type Steps } from './repeat.ts'
import { readMoment, readSpan, readText, type Span } from './values.ts'

export type Stretch = { from: Instant; to: Instant }
/** A time as it stands in the file: what it is as an instant costs a look into the zone. */
export type When = { wall: WallMs; isDate: boolean; clock: Clock }
/** Where the file gives an end, every repetition lasts exactly as long; otherwise so many days and hours. */
type Length = { end: When } | { span: Span }

export type Entry = {
  /** The same for a series and what changes it. */
  key: string
  uid: string
  summary: string
  sequence: number
  isCancelled: boolean
  start: When
  length: Length
  rules: readonly string[]
  added: readonly { when: When; length: Length | null }[]
  excluded: readonly When[]
  /** The occurrence whose place it takes; `isOnwards`: and that of all later ones. */
  replaces: { when: When; isOnwards: boolean } | null
}

const SUMMARY_MAX = 200
const UID_MAX = 500

/**
 * @param number makes up for a UID that is missing
 * @param takeDates counts the single dates, of which a file may hold only so many
 * @throws NotFollowed
 */
export function readEntry(
  component: Component,
  known: Clocks,
  number: number,
  takeDates: (count: number) => void,
): Entry {
  const line = (name: string): Line | undefined => component.lines.find((one) => one.name === name)
  const lines = (name: string): Line[] => component.lines.filter((one) => one.name === name)
  const dates = (name: string): Part[] =>
    lines(name).flatMap((one) => {
      takeDates(one.value.split(',').length)
      return one.value.split(',').flatMap((value) => readPart(one, value, known) ?? [])
    })
  const key = readText(line('UID')?.value ?? '') || `event ${number + 1}`
  const start = whenOf(line('DTSTART'), known)
  if (!start) throw new NotFollowed('It has no time at which it begins.')
  const replaced = line('RECURRENCE-ID')
  const when = whenOf(replaced, known)
  if (replaced && !when) throw new NotFollowed('It changes an occurrence that has no time.')
  return {
    key,
    uid: clean(key, UID_MAX),
    summary: clean(readText(line('SUMMARY')?.value ?? ''), SUMMARY_MAX),
    sequence: Number(/^\d{1,10}$/.exec(line('SEQUENCE')?.value.trim() ?? '')?.[0] ?? 0),
    isCancelled: line('STATUS')?.value.trim().toUpperCase() === 'CANCELLED',
    start,
    length: lengthOf(start, line('DTEND'), line('DURATION'), known),
    rules: when ? [] : lines('RRULE').map((one) => one.value),
    added: when ? [] : dates('RDATE'),
    excluded: dates('EXDATE').map((one) => one.when),
    replaces: when && {
      when,
      isOnwards: replaced?.params.get('RANGE')?.toUpperCase() === 'THISANDFUTURE',
    },
  }
}

const DATE_SPAN: Span = { days: 1, ms: 0 }
const NO_SPAN: Span = { days: 0, ms: 0 }

function lengthOf(
  start: When,
  endLine: Line | undefined,
  spanLine: Line | undefined,
  known: Clocks,
): Length {
  const end = whenOf(endLine, known)
  if (endLine && !end) throw new NotFollowed('It ends at no time.')
  if (end) {
    if (end.wall < start.wall - 2 * DAY) throw new NotFollowed(ENDS_EARLY)
    if (!start.isDate || !end.isDate) return { end }
    if (end.wall < start.wall) throw new NotFollowed(ENDS_EARLY)
    // Some programs end a whole day on the day itself.
    return { span: { days: Math.max(1, (end.wall - start.wall) / DAY), ms: 0 } }
  }
  if (!spanLine) return { span: start.isDate ? DATE_SPAN : NO_SPAN }
  const span = readSpan(spanLine.value)
  if (!span) throw new NotFollowed('It lasts for no time that can be read.')
  if (span.days < 0 || span.ms < 0) throw new NotFollowed(ENDS_EARLY)
  return { span }
}

const ENDS_EARLY = 'It ends before it begins.'

const whenOf = (line: Line | undefined, known: Clocks): When | null =>
  line ? readWhen(line, line.value, known) : null

function readWhen({ params }: Line, value: string, known: Clocks): When | null {
  const moment = readMoment(value)
  if (!moment) return null
  const { wall, isDate, isUtc } = moment
  const tzid = isDate ? undefined : params.get('TZID')
  return { wall, isDate, clock: isUtc ? UTC : known.of(tzid) }
}

type Part = { when: When; length: Length | null }

/** A date, or a period: `20261123T100000Z/PT1H`. */
function readPart(line: Line, value: string, known: Clocks): Part | null {
  const [first = '', second] = value.split('/')
  const when = readWhen(line, first, known)
  if (!when) return null
  if (second === undefined) return { when, length: null }
  const end = readWhen(line, second, known)
  const span = readSpan(second)
  return { when, length: end ? { end } : span && { span } }
}

export const instantOf = ({ wall, clock }: When): Instant => clock.toInstant(wall)

/** From `when` on, for as long as the entry lasts. @throws NotFollowed */
export function stretchOf({ start, length }: Entry, when: When): Stretch {
  const from = instantOf(when)
  if ('end' in length) {
    const to = from + instantOf(length.end) - (when === start ? from : instantOf(start))
    if (to < from) throw new NotFollowed(ENDS_EARLY)
    return { from, to }
  }
  const { days, ms } = length.span
  return { from, to: (days === 0 ? from : when.clock.toInstant(when.wall + days * DAY)) + ms }
}

const lastsAbout = ({ start, length }: Entry): number =>
  'end' in length ? length.end.wall - start.wall : length.span.days * DAY + length.span.ms

/** No zone is further from another than that. */
const APART = 2 * DAY

/** The walls at which something has to begin in order to be seen. */
const sight = (entry: Entry, { from, to }: Stretch): { from: WallMs; to: WallMs } => ({
  from: from - Math.max(0, lastsAbout(entry)) - 2 * APART,
  to: to + 2 * APART,
})

/** Whether it may be seen if it begins then; spares a look into the zone. */
export function isInSight(entry: Entry, { wall }: When, window: Stretch): boolean {
  const { from, to } = sight(entry, window)
  return wall >= from && wall < to
}

/**
 * Everything in sight at which a series takes place: its beginning, what its rules and dates add.
 * `failed` is told of a rule that cannot be followed; what it gave until then stands.
 */
export function* occurrencesOf(
  entry: Entry,
  window: Stretch,
  steps: Steps,
  failed: (problem: unknown) => void,
): Generator<{ when: When; at: Instant; entry: Entry }> {
  const { start } = entry
  const excluded = entry.excluded.filter((one) => isInSight(entry, one, window))
  const out = new Set(excluded.filter((one) => !one.isDate).map(instantOf))
  // A date takes out all of that day.
  const days = new Set(excluded.filter((one) => one.isDate).map((one) => one.wall))
  const found = function* (): Generator<{ when: When; entry: Entry }> {
    yield { when: start, entry }
    for (const rule of entry.rules) {
      try {
        const bounds = sight(entry, window)
        for (const wall of repeat(rule, start.wall, bounds, steps, start.clock.toWall)) {
          yield { when: { ...start, wall }, entry }
        }
      } catch (problem) {
        failed(problem)
      }
    }
    for (const { when, length } of entry.added) {
      yield { when, entry: length ? { ...entry, start: when, length } : entry }
    }
  }
  for (const one of found()) {
    if (!isInSight(one.entry, one.when, window)) continue
    const at = instantOf(one.when)
    if (out.has(at) || days.has(Math.floor(one.when.wall / DAY) * DAY)) continue
    out.add(at)
    yield { ...one, at }
  }
}
