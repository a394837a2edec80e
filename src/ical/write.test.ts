import { expect, test } from 'vitest'
import { HOUR } from '../lib/instant.ts'
import { calendar, faultsOf, vevent } from './ical.rig.ts'
import { readCalendar } from './read.ts'
import { type Feed, type FeedEvent, writeCalendar } from './write.ts'

const FROM = Date.parse('2026-11-23T10:00:00Z')
const NOW = Date.parse('2026-11-20T08:30:15.678Z')

const event = (part: Partial<FeedEvent> = {}): FeedEvent => ({
  uid: 'shift-1@allclear',
  from: FROM,
  to: FROM + 12 * HOUR,
  summary: 'Ana is on call',
  updatedAt: Date.parse('2026-11-01T00:00:00Z'),
  ...part,
})
const feed = (events: FeedEvent[], part: Partial<Feed> = {}): Feed => ({
  name: 'Checkout',
  events,
  now: NOW,
  ...part,
})
const WINDOW = { from: FROM - 24 * HOUR, to: FROM + 48 * HOUR }

test('a feed says what a calendar program asks for, line by line', () => {
  const text = writeCalendar(
    feed([event({ description: 'Checkout, primary' })], {
      url: 'https://pager.example/s/checkout',
    }),
  )
  expect(text.split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Allclear//On-call calendar//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'NAME:Checkout',
    'X-WR-CALNAME:Checkout',
    'URL:https://pager.example/s/checkout',
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    'X-PUBLISHED-TTL:PT1H',
    'BEGIN:VEVENT',
    'UID:shift-1@allclear',
    'DTSTAMP:20261120T083015Z',
    'LAST-MODIFIED:20261101T000000Z',
    'SEQUENCE:215654400',
    'DTSTART:20261123T100000Z',
    'DTEND:20261123T220000Z',
    'SUMMARY:Ana is on call',
    'DESCRIPTION:Checkout\\, primary',
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ])
  expect(faultsOf(text)).toEqual([])
})

test('equal events give equal text, in whatever order they come', () => {
  const events = [event(), event({ uid: 'b' }), event({ uid: 'c', from: FROM - HOUR })]
  expect(writeCalendar(feed(events.toReversed()))).toBe(writeCalendar(feed(events)))
})

test('the sequence rises with every change, and fits its 31 bits', () => {
  const sequence = (updatedAt: number): number =>
    Number(/SEQUENCE:(\d+)/.exec(writeCalendar(feed([event({ updatedAt })])))?.[1])
  expect(sequence(NOW + 1_000)).toBe(sequence(NOW) + 1)
  expect(sequence(0)).toBe(0)
  expect(sequence(Date.parse('2400-01-01T00:00:00Z'))).toBe(2 ** 31 - 1)
})

/** What people and programs write into names, and what somebody would who wants to break out. */
const NASTY = [
  'a\r\nEND:VEVENT',
  'a\nBEGIN:VEVENT\nUID:x\nEND:VEVENT',
  'a\rATTENDEE:mailto:x@example.com',
  'a\u2028X-EVIL:1',
  'a\u2029X-EVIL:1',
  'a\u0085X-EVIL:1',
  'a\vX-EVIL:1',
  'a\fX-EVIL:1',
  'a\x1cX-EVIL:1',
  'a\x1eX-EVIL:1',
  '\\',
  '\\\\',
  '\\n',
  '\\\n',
  '\\;',
  'a;b,c\\d:e',
  'a\\',
  '"quoted"',
  "it's",
  ';;;;',
  ',,,,',
  '::::',
  'VALUE=DATE:20260101',
  ';VALUE=URI:http://evil.example',
  '\r\n ',
  '\r\n\t',
  '\r\n\r\n',
  ' leading',
  'trailing ',
  '',
  '\0',
  'a\0b',
  '\x1b[31mred\x1b[0m',
  '\x7f',
  '\u202eevil',
  '\u200fmark',
  '\ufeffbom',
  '\ud800',
  'a\udc00b',
  '\udc00\ud800',
  '😀'.repeat(60),
  'é'.repeat(75),
  'a'.repeat(75),
  'a'.repeat(66),
  'a'.repeat(67),
  'a'.repeat(68),
  ' '.repeat(200),
  'x '.repeat(100),
  '\\'.repeat(100),
  ';'.repeat(99),
  '\n'.repeat(50),
  '日本語の当番'.repeat(20),
  'e\u0301'.repeat(80),
  '👩‍👩‍👧‍👦'.repeat(12),
  '=cmd|calc',
  '<script>alert(1)</script>',
  '%0d%0aX-EVIL:1',
  '=0D=0AX-EVIL:1',
  'a\tb',
  'BEGIN:VCALENDAR',
  'END:VCALENDAR',
] as const

test('T23: no text ends its line, and what is read back is what was written', () => {
  expect(NASTY.length).toBeGreaterThanOrEqual(60)
  for (const text of NASTY) {
    const events = [event({ uid: `u ${text}`, summary: text, description: text || 'none' })]
    const written = writeCalendar(feed(events, { name: text, url: `https://a.example/${text}` }))
    expect(faultsOf(written), JSON.stringify(text)).toEqual([])
    const read = readCalendar(written, WINDOW)
    expect(read.problems).toEqual([])
    expect(read.events.map(({ from, to }) => [from, to])).toEqual([[FROM, FROM + 12 * HOUR]])
    if (/^[\x20-\x7e]{0,200}$/.test(text)) expect(read.events[0]?.summary).toBe(text.trim())
  }
})

test('a link that is none is left out', () => {
  for (const url of ['javascript:alert(1)', 'checkout', '', 'file:///etc/passwd']) {
    expect(writeCalendar(feed([], { url }))).not.toContain('URL')
  }
})

test('what takes no second has no end, and what never ends is written as a year that exists', () => {
  const short = writeCalendar(feed([event({ to: FROM + 999 })]))
  expect(short).not.toContain('DTEND')
  const endless = writeCalendar(feed([event({ to: Number.POSITIVE_INFINITY })]))
  expect(endless).toContain('DTEND:99991231T235959Z')
})

test('the strict look finds what is wrong', () => {
  const good = writeCalendar(feed([event()]))
  expect(faultsOf(good.replaceAll('\r\n', '\n'))).not.toEqual([])
  expect(faultsOf(good.replace('SUMMARY:', `SUMMARY:${'a'.repeat(70)}`))).not.toEqual([])
  expect(faultsOf(good.replace('UID:shift-1@allclear\r\n', ''))).toContain('VEVENT: no UID')
  expect(faultsOf(good.replace('Ana is', 'Ana; is'))).not.toEqual([])
  expect(faultsOf(calendar(vevent('UID:a')))).not.toEqual([])
})
