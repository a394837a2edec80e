import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY } from '../lib/instant.ts'
import { calendar, vevent } from './ical.rig.ts'
import { readCalendar } from './read.ts'

const FROM = Date.parse('2026-01-01T00:00:00Z')
const WINDOW = { from: FROM, to: FROM + 365 * DAY, zone: 'Europe/Berlin' }
/** Of our own processor time, not of the clock on the wall: what hangs needs many times as much. */
const MS_MAX = 1_000
/** For thousands of rules, years or versions at once, which nobody but an attacker has. */
const MS_OF_MANY_MAX = 5_000

type Answer = { count: number; problems: string[] }

/** The best of three; a hang is one each time. */
function read(text: string, msMax = MS_MAX): Answer {
  let best = Number.POSITIVE_INFINITY
  let answer = { count: 0, problems: [] as string[] }
  for (let turn = 0; turn < 3 && best > msMax; turn += 1) {
    const began = process.cpuUsage()
    const { events, problems } = readCalendar(text, WINDOW)
    const { user, system } = process.cpuUsage(began)
    best = Math.min(best, (user + system) / 1_000)
    answer = { count: events.length, problems }
  }
  expect(best).toBeLessThan(msMax)
  return answer
}
const many = (count: number, part: (index: number) => string): string =>
  calendar(...Array.from({ length: count }, (_, index) => part(index)))
const recurring = (rule: string, start = 'DTSTART:20260101T090000Z'): Answer =>
  read(calendar(vevent('UID:a', 'SUMMARY:Odd', start, `RRULE:${rule}`)))
const MANY_DATES = Array.from({ length: 230_000 }, () => '20260101').join(',')

test('nothing, and what is no calendar, is said to be so', () => {
  expect(read('')).toEqual({ count: 0, problems: ['The file is empty.'] })
  expect(read(' \r\n\n')).toEqual({ count: 0, problems: ['The file is empty.'] })
  const none = ['This is no iCalendar file: it has no BEGIN:VCALENDAR.']
  expect(read('<!doctype html><title>Sign in</title>')).toEqual({ count: 0, problems: none })
  expect(read('BEGIN:VCARD\r\nEND:VCARD')).toEqual({ count: 0, problems: none })
})

test('a file that ends too early gives what it had until then', () => {
  const text = many(3, (index) => vevent(`UID:${index}`, 'DTSTART:20260601T090000Z'))
  for (let length = 0; length < text.length; length += 1) {
    const { count, problems } = read(text.slice(0, length))
    expect(count).toBe(text.slice(0, length).split('END:VEVENT').length - 1)
    const isWhole = text.slice(0, length).includes('END:VCALENDAR')
    expect(problems.length > 0, text.slice(0, length)).toBe(!isWhole)
  }
})

test('10,000 events are read, and the first 5,000 given', () => {
  const events = many(10_000, (index) =>
    vevent(
      `UID:${index}`,
      'DTSTAMP:20260101T000000Z',
      `DTSTART;TZID=Europe/Berlin:202606${String((index % 28) + 1).padStart(2, '0')}T090000`,
      'DURATION:PT1H',
      'SUMMARY:Busy',
    ),
  )
  expect(read(events)).toEqual({
    count: 5_000,
    problems: [
      'There are more than 5000 events in this time; those that begin later were left out.',
    ],
  })
})

test('of more than 10,000 parts only the first are read', () => {
  const { problems } = read(many(10_001, () => vevent('DTSTART:20200101T000000Z')))
  expect(problems[0]).toContain('more than 10,000 parts')
})

test('rules without an end, or that never match, stop', () => {
  for (const rule of [
    'FREQ=SECONDLY',
    'FREQ=SECONDLY;INTERVAL=1;COUNT=1000000000',
    'FREQ=MINUTELY',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;BYDAY=5MO',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31',
    'FREQ=HOURLY;BYMONTHDAY=31;BYMONTH=4',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYDAY=MO',
  ]) {
    expect(recurring(rule).problems.join(), rule).toMatch(/too often|contradicts/)
  }
  for (const rule of [
    'FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=30;BYMONTH=2',
    'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYMONTH=4;BYDAY=1MO;BYMONTHDAY=20',
    'FREQ=YEARLY;BYDAY=53MO',
    'FREQ=MONTHLY;BYDAY=6MO',
    'FREQ=WEEKLY;BYDAY=MO;BYMONTH=2;BYHOUR=23',
    'FREQ=DAILY;INTERVAL=36500',
    'FREQ=DAILY;INTERVAL=999999999999',
    'FREQ=SECONDLY;INTERVAL=999999999999999',
    'FREQ=MONTHLY;INTERVAL=1000',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;INTERVAL=-5;COUNT=3',
    'FREQ=DAILY;COUNT=-1',
    'FREQ=DAILY;UNTIL=99991231T235959Z',
    'FREQ=DAILY;UNTIL=never',
    'FREQ=FORTNIGHTLY',
    'FREQ=',
    '',
    ';;;',
    'FREQ=DAILY;BYHOUR=25',
    'FREQ=YEARLY;BYWEEKNO=1',
    'FREQ=YEARLY;BYYEARDAY=366;INTERVAL=3',
    'FREQ=DAILY;__proto__=1;constructor=2;toString=3',
    'FREQ=DAILY;FREQ=SECONDLY',
    `FREQ=DAILY;BYSECOND=${Array.from({ length: 60 }, (_, second) => second).join(',')}`,
    `FREQ=YEARLY;BYDAY=${Array.from({ length: 53 }, (_, week) => `${week + 1}MO,-${week + 1}SU`).join(',')}`,
  ]) {
    recurring(rule)
    recurring(rule, 'DTSTART:10000101T000000Z')
    recurring(rule, 'DTSTART;VALUE=DATE:20240229')
  }
})

test('a rule that takes too long leaves steps for the others', () => {
  const endless = vevent('UID:a', 'DTSTART:20260101T000000Z', 'RRULE:FREQ=SECONDLY;BYHOUR=30')
  const never = vevent('UID:b', 'DTSTART:20260101T000000Z', 'RRULE:FREQ=DAILY;BYDAY=5MO')
  const weekly = vevent('UID:c', 'DTSTART:20150105T090000Z', 'RRULE:FREQ=WEEKLY')
  const { count, problems } = read(calendar(endless, never, weekly))
  expect(count).toBe(54)
  expect(problems).toHaveLength(2)
})

test('many rules at once stop with the steps of the file', () => {
  for (const rule of [
    'FREQ=SECONDLY',
    'FREQ=DAILY',
    'FREQ=DAILY;INTERVAL=36500',
    'FREQ=DAILY;BYDAY=5MO',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  ]) {
    const text = many(9_000, (index) =>
      vevent(`UID:${index}`, 'DTSTART:20100101T090000Z', `RRULE:${rule}`),
    )
    expect(read(text, MS_OF_MANY_MAX).problems.join(), rule).toContain('more than 20,000 steps')
  }
})

test('zones, years and dates without number are bounded too', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const zoned = many(4_000, (index) =>
    vevent(`UID:${index}`, `DTSTART;TZID=${zones[index % 18]}:20260601T090000`),
  )
  expect(read(zoned, MS_OF_MANY_MAX).count).toBe(4_000)
  const unknown = many(9_000, (index) =>
    vevent(`UID:${index}`, `DTSTART;TZID=Zone/${index}:20260601T090000`),
  )
  expect(read(unknown).problems.join()).toContain('more than 20 time zones')
  const years = many(7_000, (index) =>
    vevent(
      `UID:${index}`,
      'DTSTART;TZID=Europe/Berlin:20260601T090000',
      `DTEND;TZID=Europe/Berlin:${2_100 + index}0601T090000`,
    ),
  )
  expect(read(years, MS_OF_MANY_MAX).problems.join()).toContain('too many years')
  for (const name of ['EXDATE', 'RDATE']) {
    const lines = Array.from(
      { length: 25 },
      () => `${name};VALUE=DATE:${MANY_DATES.slice(0, 60_000)}`,
    )
    const dates = calendar(vevent('UID:a', 'DTSTART:20260601T090000Z', ...lines))
    expect(read(dates, MS_OF_MANY_MAX).problems.join()).toContain('more than 20,000 single dates')
  }
})

test('a zone in the file with a rule without an end is no zone', () => {
  const zone = [
    'BEGIN:VTIMEZONE',
    'TZID:Trap',
    'BEGIN:STANDARD',
    'DTSTART:16010101T000000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'RRULE:FREQ=SECONDLY',
    'END:STANDARD',
    'END:VTIMEZONE',
  ].join('\r\n')
  const events = Array.from({ length: 5_000 }, () => vevent('DTSTART;TZID=Trap:20260601T090000'))
  const { count, problems } = read(calendar(zone, ...events))
  expect(count).toBe(5_000)
  expect(problems).toEqual([
    'Nobody knows the time zone "Trap": its times are read as those of Europe/Berlin.',
  ])
})

test('one series with thousands of versions and changes', () => {
  const text = many(9_000, (index) =>
    vevent(
      'UID:same',
      `DTSTART:20260601T${String(index % 24).padStart(2, '0')}0000Z`,
      ...(index % 2 ? [`RECURRENCE-ID;RANGE=THISANDFUTURE:2026060${(index % 9) + 1}T090000Z`] : []),
      ...(index % 4 ? [] : ['RRULE:FREQ=WEEKLY']),
    ),
  )
  const { problems } = read(text, MS_OF_MANY_MAX)
  expect(problems.join()).toContain('changed too often')
})

test('calendars in calendars in calendars', () => {
  const deep = 'BEGIN:VCALENDAR\r\n'.repeat(1_000) + 'END:VCALENDAR\r\n'.repeat(1_000)
  expect(read(deep).problems.join()).toContain('nested too deeply')
  expect(read('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n'.repeat(5_000)).problems).toEqual([])
  expect(read(calendar('BEGIN:VEVENT\r\n'.repeat(2_000))).problems.join()).toContain('too deeply')
  expect(read(calendar('END:VEVENT\r\n'.repeat(50_000))).problems).toHaveLength(1)
})

test('lines without end, and text that is none', () => {
  const size = 2 * 1024 * 1024
  for (const line of [
    'x'.repeat(size),
    ' '.repeat(size),
    '\n'.repeat(size),
    '\r'.repeat(size),
    ';'.repeat(size),
    `BEGIN:VCALENDAR\r\n${';A='.repeat(size / 4)}`,
    `BEGIN:VCALENDAR\r\nSUMMARY${';A="'.repeat(size / 8)}:`,
    `BEGIN:VCALENDAR\r\nDTSTART:${'1'.repeat(size / 2)}`,
    `BEGIN:VCALENDAR\r\n${'SUMMARY:\\\\\r\n '.repeat(size / 16)}`,
    `BEGIN:VCALENDAR\r\nX:1${'\r\n 1'.repeat(size / 8)}`,
    `BEGIN:VCALENDAR${' '.repeat(size / 2)}`,
  ]) {
    const { count, problems } = read(line)
    expect(count).toBe(0)
    expect(problems.length).toBeGreaterThan(0)
  }
  expect(read('x'.repeat(size + 1)).problems).toEqual([
    'The file is larger than 2 MiB and was not read.',
  ])
  expect(read('é'.repeat(size / 2 + 1)).problems).toHaveLength(1)
  const long = vevent('UID:a', 'DTSTART:20260601T090000Z', `DESCRIPTION:${'x'.repeat(70_000)}`)
  expect(read(calendar(long))).toEqual({
    count: 1,
    problems: ['Line 7 is longer than 64 KiB and was not read.'],
  })
})

test('lone surrogates and names of the language are text like any other', () => {
  for (const text of [
    '\ud800',
    '\udfff\ud800',
    '__proto__',
    'constructor',
    'toString',
    '\0',
    '"',
  ]) {
    const found = readCalendar(
      calendar(vevent(`UID:${text}`, `SUMMARY:${text}`, `DTSTART;TZID=${text}:20260601T090000`)),
      WINDOW,
    )
    for (const { uid, summary } of found.events) {
      expect(`${uid}${summary}`.isWellFormed()).toBe(true)
    }
    for (const problem of found.problems) expect(problem).not.toMatch(/\p{Cc}|\p{Cs}/u)
  }
})

test('problems are few, and one line each', () => {
  const text = many(5_000, (index) => vevent(`UID:${index}`, `SUMMARY:${'y'.repeat(90)} ${index}`))
  const { problems } = read(text.replaceAll('y ', '\x1b '))
  expect(problems.length).toBeLessThanOrEqual(50)
  for (const problem of problems) expect(problem).toMatch(/^[^\p{Cc}]{1,200}$/u)
})

test('whatever the text and the question, there is an answer', () => {
  const word = fc.constantFrom(
    ...'BEGIN:VCALENDAR|END:VCALENDAR|BEGIN:VEVENT|END:VEVENT|BEGIN:VTIMEZONE|END:VTIMEZONE|TZID:Z|BEGIN:STANDARD|END:STANDARD|TZOFFSETFROM:+0100|TZOFFSETTO:-0500|DTSTART:20260601T090000Z|DTSTART;TZID=Z:20260601T090000|DTSTART;VALUE=DATE:20260601|DTEND:20260601T100000Z|DURATION:P1W|DURATION:P|RRULE:FREQ=DAILY|RRULE:FREQ=SECONDLY|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU|EXDATE:20260602T090000Z|RDATE:20260603|RECURRENCE-ID:20260602T090000Z|RECURRENCE-ID;RANGE=THISANDFUTURE:20260602|UID:a|SEQUENCE:x|STATUS:CANCELLED|SUMMARY|:|;|=|"'.split(
      '|',
    ),
  )
  const line = fc.oneof(
    { weight: 8, arbitrary: word },
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const bound = fc.oneof(fc.double(), fc.constantFrom(FROM, FROM + 365 * DAY))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), bound, bound, (lines, from, to) => {
      const { events, problems } = readCalendar(lines.join('\r\n'), { from, to })
      for (const event of events) expect(event.from).toBeLessThanOrEqual(event.to)
      expect(problems.length).toBeLessThanOrEqual(50)
    }),
    { numRuns: 500 },
  )
})
