/**
 * What somebody else's calendar says about a stretch of time. It comes from outside: whatever the
 * text is, the answer comes soon and without an exception. What could not be read is said, and the
 * rest is read.
 */
import { groupBy } from '../lib/group-by.ts'
import type { Instant } from '../lib/instant.ts'
import { isZone } from '../lib/zone.ts'
import { clocks } from './clock.ts'
import { BYTES_MAX, type Component, readComponents } from './components.ts'
import {
  type Entry,
  instantOf,
  isInSight,
  occurrencesOf,
  readEntry,
  type Stretch,
  stretchOf,
  type When,
} from './entry.ts'
import { type Problems, problems, quote } from './problems.ts'
import { countSteps, NotFollowed, type Steps, TooMuch } from './repeat.ts'

export type ReadOptions = {
  from: Instant
  to: Instant
  /** How many events at most; the ones that begin first are kept. */
  max?: number
  /** Where a day without a time of day begins at midnight, and what times without a zone mean. */
  zone?: string
}

export type ReadEvent = {
  uid: string
  from: Instant
  to: Instant
  summary: string
  isAllDay: boolean
}

const EVENTS_MAX = 5_000
const DATES_MAX = 20_000
const ONWARDS_MAX = 100
const EARLIEST: Instant = Date.UTC(1000, 0, 3)
const LATEST: Instant = Date.UTC(9990, 0, 1)

/** The events that take place within `[from, to)`, in order; recurring ones as often as they do. */
export function readCalendar(
  text: string,
  { from, to, max = EVENTS_MAX, zone = 'UTC' }: ReadOptions,
): { events: ReadEvent[]; problems: string[] } {
  const found = problems()
  if (text.length > BYTES_MAX || Buffer.byteLength(text) > BYTES_MAX) {
    found.say('The file is larger than 2 MiB and was not read.')
    return { events: [], problems: found.said }
  }
  const window = { from: Math.max(from, EARLIEST), to: Math.min(to, LATEST) }
  if (!isZone(zone)) found.say(`There is no time zone ${quote(zone)}: UTC is used.`)
  const calendars = readComponents(text, found)
  const steps = countSteps()
  const entries = readEntries(calendars, isZone(zone) ? zone : 'UTC', window.to, steps, found)
  const events = eventsOf(entries, window, steps, found)
  if (events.length > max) {
    found.say(
      `There are more than ${max} events in this time; those that begin later were left out.`,
    )
  }
  return { events: events.slice(0, Math.max(0, max)), problems: found.said }
}

function readEntries(
  calendars: readonly Component[],
  zone: string,
  to: Instant,
  steps: Steps,
  found: Problems,
): Entry[] {
  const known = clocks(calendars, zone, to, steps, found)
  const entries: Entry[] = []
  let dates = 0
  const takeDates = (count: number): void => {
    dates += count
    if (dates > DATES_MAX) throw new TooMuch('The calendar has more than 20,000 single dates.')
  }
  for (const calendar of calendars) {
    const isCancelled = calendar.lines.some(
      (line) => line.name === 'METHOD' && line.value.trim().toUpperCase() === 'CANCEL',
    )
    for (const part of calendar.parts) {
      if (part.name !== 'VEVENT') continue
      const summary = part.lines.find((line) => line.name === 'SUMMARY')?.value ?? ''
      try {
        const entry = readEntry(part, known, entries.length, takeDates)
        entries.push(isCancelled ? { ...entry, isCancelled } : entry)
      } catch (problem) {
        tell(found, summary, problem)
      }
    }
  }
  return entries
}

function tell({ say }: Problems, summary: string, problem: unknown): void {
  if (problem instanceof TooMuch) say(problem.message)
  else if (problem instanceof NotFollowed) say(`${quote(summary)}: ${problem.message}`)
  // Nothing else is known to be thrown; if it is, the other events are still worth having.
  else say(`${quote(summary)}: It cannot be read.`)
}

function eventsOf(
  entries: readonly Entry[],
  window: Stretch,
  steps: Steps,
  found: Problems,
): ReadEvent[] {
  const events: ReadEvent[] = []
  const add = (entry: Entry, when: When): void => {
    if (entry.isCancelled || !isInSight(entry, when, window)) return
    const { from, to } = stretchOf(entry, when)
    const isSeen = from < window.to && (to > window.from || (to === from && from >= window.from))
    const { uid, summary } = entry
    if (isSeen) events.push({ uid, from, to, summary, isAllDay: when.isDate })
  }
  const attempt = (entry: Entry, work: () => void): void => {
    try {
      work()
    } catch (problem) {
      tell(found, entry.summary, problem)
    }
  }
  for (const versions of groupBy(entries, (entry) => entry.key).values()) {
    const changes = newest(versions.filter((entry) => entry.replaces !== null))
    for (const entry of changes) attempt(entry, () => add(entry, entry.start))
    let places: Places = { taken: new Set(), onwards: [] }
    if (changes[0]) attempt(changes[0], () => (places = placesOf(changes)))
    for (const entry of newest(versions.filter((one) => one.replaces === null))) {
      const failed = (problem: unknown): void => tell(found, entry.summary, problem)
      if (entry.isCancelled) continue
      if (entry.rules.length === 0 && entry.added.length === 0 && changes.length === 0) {
        attempt(entry, () => add(entry, entry.start))
        continue
      }
      attempt(entry, () => {
        for (const one of occurrencesOf(entry, window, steps, failed)) {
          if (places.taken.has(one.at)) continue
          const later = places.onwards.findLast(({ from }) => from <= one.at)
          if (later) add(later.change, moved(later.change, later.from, one.at))
          else add(one.entry, one.when)
        }
      })
    }
  }
  return events.sort((a, b) => a.from - b.from || a.to - b.to || (a.uid < b.uid ? -1 : 1))
}

/** The occurrences of a series that others stand for, one by one or all from one on. */
type Places = { taken: Set<Instant>; onwards: { from: Instant; change: Entry }[] }

function placesOf(changes: readonly Entry[]): Places {
  const places: Places = { taken: new Set(), onwards: [] }
  for (const change of changes) {
    if (!change.replaces) continue
    const from = instantOf(change.replaces.when)
    places.taken.add(from)
    if (change.replaces.isOnwards) places.onwards.push({ from, change })
  }
  if (places.onwards.length > ONWARDS_MAX) throw new NotFollowed('Its rest is changed too often.')
  places.onwards.sort((a, b) => a.from - b.from)
  return places
}

/** As long after the change as the occurrence is after the one that was changed, on the wall. */
function moved({ start }: Entry, from: Instant, at: Instant): When {
  const { clock } = start
  return { ...start, wall: start.wall + clock.toWall(at) - clock.toWall(from) }
}

/** Of what is there several times, the last version. */
function newest(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length < 2) return entries
  const last = new Map<string, number>()
  const nameOf = ({ replaces }: Entry): string =>
    replaces ? `${replaces.when.wall} ${replaces.when.isDate}` : ''
  for (const entry of entries) {
    last.set(nameOf(entry), Math.max(last.get(nameOf(entry)) ?? 0, entry.sequence))
  }
  return entries.filter((entry) => last.get(nameOf(entry)) === entry.sequence)
}
