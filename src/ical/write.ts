/**
 * A feed for calendar programs (RFC 5545). Times are written in UTC, so that no reader needs to
 * know a zone. Whatever text comes in, it cannot end its line: it is cleaned, escaped and folded.
 * Equal input gives equal output, byte for byte, in whatever order the events come.
 */
import type { Instant } from '../lib/instant.ts'

export type FeedEvent = {
  /** Stays the same when the event changes; unlike that of any other event. */
  uid: string
  from: Instant
  to: Instant
  summary: string
  description?: string
  updatedAt: Instant
}

export type Feed = { name: string; url?: string; events: readonly FeedEvent[]; now: Instant }

export function writeCalendar({ name, url, events, now }: Feed): string {
  const href = url === undefined ? null : hrefOf(url)
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Allclear//On-call calendar//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${textOf(name)}`,
    `X-WR-CALNAME:${textOf(name)}`,
    ...(href === null ? [] : [`URL:${href}`]),
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    'X-PUBLISHED-TTL:PT1H',
    ...[...events].sort(inOrder).flatMap((event) => linesOf(event, now)),
    'END:VCALENDAR',
  ]
  return lines.map(fold).join('')
}

const inOrder = (a: FeedEvent, b: FeedEvent): number =>
  a.from - b.from || a.to - b.to || (a.uid < b.uid ? -1 : Number(a.uid > b.uid))

function linesOf(event: FeedEvent, now: Instant): string[] {
  const { uid, summary, description = '', updatedAt } = event
  const [from, to] = [utcOf(event.from), utcOf(event.to)]
  return [
    'BEGIN:VEVENT',
    `UID:${textOf(uid)}`,
    `DTSTAMP:${utcOf(now)}`,
    `LAST-MODIFIED:${utcOf(updatedAt)}`,
    `SEQUENCE:${sequenceOf(updatedAt)}`,
    `DTSTART:${from}`,
    // An end has to be later than its beginning: what takes less than a second goes without.
    ...(to > from ? [`DTEND:${to}`] : []),
    `SUMMARY:${textOf(summary)}`,
    ...(description === '' ? [] : [`DESCRIPTION:${textOf(description)}`]),
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ]
}

/** The years that can be written with four digits. */
const EARLIEST: Instant = Date.parse('0001-01-01T00:00:00Z')
const LATEST: Instant = Date.parse('9999-12-31T23:59:59Z')

/** `20261123T100000Z`: the format knows no fractions of a second. */
const utcOf = (at: Instant): string =>
  `${new Date(Math.min(LATEST, Math.max(EARLIEST, at)))
    .toISOString()
    .slice(0, 19)
    .replace(/[-:]/g, '')}Z`

/** The numbers have to rise with every change and fit 31 bits: seconds since 2020 do until 2088. */
const FIRST_SEQUENCE: Instant = Date.parse('2020-01-01T00:00:00Z')
const SEQUENCE_MAX = 2 ** 31 - 1

const sequenceOf = (updatedAt: Instant): number =>
  Math.min(SEQUENCE_MAX, Math.max(0, Math.floor((updatedAt - FIRST_SEQUENCE) / 1_000)))

/**
 * Every character that some reader takes for the end of a line is a line break (vertical tab, form
 * feed, the separators 1C to 1E, NEL, U+2028 and U+2029 among them: Python's `splitlines` does).
 */
const textOf = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g, '\n')
    .replaceAll('\t', ' ')
    .replace(/[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n')

/** Only links to pages; a URL percent-encodes what could end the line. */
function hrefOf(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, href } = new URL(url)
  return protocol === 'https:' || protocol === 'http:' ? href : null
}

const LINE_MAX = 75

/** At most 75 octets a line, the blank of a continued line included; characters stay whole. */
function fold(line: string): string {
  let folded = ''
  let length = 0
  for (const character of line) {
    const octets = octetsOf(character.codePointAt(0) ?? 0)
    if (length + octets > LINE_MAX) {
      folded += '\r\n '
      length = 1
    }
    folded += character
    length += octets
  }
  return `${folded}\r\n`
}

const octetsOf = (point: number): number =>
  point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
