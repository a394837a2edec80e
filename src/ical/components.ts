/**
 * The shape of an iCalendar file, within bounds: lines are unfolded, components nested, and only
 * what is asked for later is kept. A line that cannot be read costs that line; what the file does
 * not close is left out, except for the calendar around it.
 *
 * `ical.js` parses a file as a whole or not at all, and takes quadratic time for some lines; hence
 * it does not see the file, only the rules of repetition in it.
 */
import { type Problems, quote } from './problems.ts'

export type Line = { name: string; params: ReadonlyMap<string, string>; value: string }
export type Component = { name: string; lines: Line[]; parts: Component[] }

export const BYTES_MAX = 2 * 1024 * 1024
const COMPONENTS_MAX = 10_000
const LINE_MAX = 64 * 1024
const HEAD_MAX = 2_000
const DEPTH_MAX = 16

const KEPT = new Set(
  'METHOD UID SUMMARY STATUS SEQUENCE DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID TZID TZOFFSETFROM TZOFFSETTO'.split(
    ' ',
  ),
)

/** The calendars of a file. */
export function readComponents(text: string, { say }: Problems): Component[] {
  const calendars: Component[] = []
  const open: Component[] = []
  let count = 0
  let unread = 0
  let firstUnread = 0
  let isAnyCalendar = false

  const end = (name: string): void => {
    const index = open.findLastIndex((one) => one.name === name)
    if (index === -1) return say(`There is an end of ${quote(name)} that has no beginning.`)
    const [done, ...inner] = open.splice(index)
    if (inner.length > 0) say(`${quote(inner.at(-1)?.name ?? '')} has no end.`)
    if (done) (open.at(-1)?.parts ?? calendars).push(done)
  }

  for (const { content, number, isTooLong } of unfold(text)) {
    if (content === '') continue
    if (isTooLong) {
      say(`Line ${number} is longer than 64 KiB and was not read.`)
      continue
    }
    const name = /^[A-Za-z0-9-]+(?=[;:])/.exec(content)?.[0].toUpperCase()
    if (name === 'BEGIN') {
      const begun = content.slice(6).trim().toUpperCase()
      if (open.length === 0 && begun !== 'VCALENDAR') continue
      isAnyCalendar = true
      // The calendar itself is not counted: it is the events that there may be too many of.
      if (open.length > 0) count += 1
      if (count > COMPONENTS_MAX) {
        say('The calendar has more than 10,000 parts; only the first were read.')
        break
      }
      if (open.length >= DEPTH_MAX) {
        say('The parts of the calendar are nested too deeply; reading stopped there.')
        break
      }
      open.push({ name: begun, lines: [], parts: [] })
      continue
    }
    const at = open.at(-1)
    if (!at) continue
    if (name === 'END') end(content.slice(4).trim().toUpperCase())
    else if (name === undefined) firstUnread = unread++ === 0 ? number : firstUnread
    else if (KEPT.has(name)) {
      const line = readLine(name, content)
      if (line) at.lines.push(line)
      else firstUnread = unread++ === 0 ? number : firstUnread
    }
  }

  if (!isAnyCalendar) say(text.trim() === '' ? EMPTY : NOT_ICAL)
  if (unread > 0)
    say(`${unread} ${unread === 1 ? 'line' : 'lines'} cannot be read, from line ${firstUnread} on.`)
  const [unfinished] = open
  if (unfinished) {
    say(`The file ends in the middle of ${quote(open.at(-1)?.name ?? '')}.`)
    calendars.push(unfinished)
  }
  return calendars
}

const EMPTY = 'The file is empty.'
const NOT_ICAL = 'This is no iCalendar file: it has no BEGIN:VCALENDAR.'

type Unfolded = { content: string; number: number; isTooLong: boolean }

/** Lines with what continues them; `number` counts the lines of the file from 1. */
function* unfold(text: string): Generator<Unfolded> {
  let current: Unfolded = { content: '', number: 1, isTooLong: false }
  let number = 0
  const breaks = /\r\n?|\n/g
  for (let from = text.startsWith('\uFEFF') ? 1 : 0; from <= text.length; ) {
    const to = breaks.exec(text)?.index ?? text.length
    number += 1
    const first = text[from]
    if (first === ' ' || first === '\t') {
      if (current.content.length + to - from > LINE_MAX) current.isTooLong = true
      else current.content += text.slice(from + 1, to)
    } else {
      yield current
      const isTooLong = to - from > LINE_MAX
      current = { content: isTooLong ? '?' : text.slice(from, to), number, isTooLong }
    }
    if (to === text.length) break
    from = breaks.lastIndex
  }
  yield current
}

/** `DTSTART;TZID=Europe/Berlin:20261123T100000`; null where it has no value. */
function readLine(name: string, content: string): Line | null {
  const params = new Map<string, string>()
  let isQuoted = false
  let from = name.length
  for (let at = name.length; at < content.length && at < HEAD_MAX; at += 1) {
    const character = content[at]
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted || (character !== ';' && character !== ':')) continue
    const [key = '', ...rest] = content.slice(from + 1, at).split('=')
    if (at > from) params.set(key.toUpperCase(), rest.join('=').replaceAll('"', ''))
    if (character === ':') return { name, params, value: content.slice(at + 1) }
    from = at
  }
  return null
}
