import { expect, test } from 'vitest'
import { toIso } from '../lib/instant.ts'
import { calendar, vevent } from './ical.rig.ts'
import { type ReadOptions, readCalendar } from './read.ts'

const YEAR: ReadOptions = {
  from: Date.parse('2026-01-01T00:00:00Z'),
  to: Date.parse('2027-01-01T00:00:00Z'),
  zone: 'Europe/Berlin',
}

/** `2026-11-23T10:00Z +60 Title`: when, how many minutes, what. */
function story(text: string, options: Partial<ReadOptions> = {}): string[] {
  const { events, problems } = readCalendar(text, { ...YEAR, ...options })
  return [
    ...events.map(({ from, to, summary, isAllDay }) => {
      const day = isAllDay ? ' all day' : ''
      return `${toIso(from).replace(':00.000Z', 'Z')} +${(to - from) / 60_000}${day} ${summary}`
    }),
    ...problems.map((problem) => `! ${problem}`),
  ]
}
const one = (...lines: string[]): string[] => story(calendar(vevent('UID:a', ...lines)))
const starts = (...lines: string[]): string[] =>
  one(...lines).map((line) => (line.startsWith('!') ? line : line.slice(0, 17)))

test('times in UTC, in a zone of IANA, and without a zone', () => {
  expect(one('DTSTART:20261123T100000Z', 'DTEND:20261123T113000Z', 'SUMMARY:Review')).toEqual([
    '2026-11-23T10:00Z +90 Review',
  ])
  expect(
    one(
      'DTSTART;TZID=America/New_York:20260701T100000',
      'DTEND;TZID="Europe/London":20260701T160000',
      'SUMMARY:Call',
    ),
  ).toEqual(['2026-07-01T14:00Z +60 Call'])
  expect(one('DTSTART:20260701T100000', 'DURATION:PT1H30M', 'SUMMARY:Here')).toEqual([
    '2026-07-01T08:00Z +90 Here',
  ])
})

test('whole days begin and end at midnight on the wall of the zone that is given', () => {
  const text = calendar(vevent('UID:a', 'DTSTART;VALUE=DATE:20260329', 'SUMMARY:Off'))
  expect(story(text)).toEqual(['2026-03-28T23:00Z +1380 all day Off'])
  expect(story(text, { zone: 'America/New_York' })).toEqual(['2026-03-29T04:00Z +1440 all day Off'])
  expect(one('DTSTART;VALUE=DATE:20261024', 'DTEND;VALUE=DATE:20261027', 'SUMMARY:Away')).toEqual([
    '2026-10-23T22:00Z +4380 all day Away',
  ])
})

test('a local time that does not exist is read with the offset before the gap, one that is twice is the first', () => {
  expect(starts('DTSTART;TZID=America/New_York:20260308T023000')).toEqual(['2026-03-08T07:30Z'])
  expect(starts('DTSTART;TZID=America/New_York:20261101T013000')).toEqual(['2026-11-01T05:30Z'])
})

test('what comes back keeps its time of day when the clocks change', () => {
  expect(
    starts(
      'DTSTART;TZID=Europe/Berlin:20261012T090000',
      'DTEND;TZID=Europe/Berlin:20261012T100000',
      'RRULE:FREQ=WEEKLY;COUNT=4',
    ),
  ).toEqual(['2026-10-12T07:00Z', '2026-10-19T07:00Z', '2026-10-26T08:00Z', '2026-11-02T08:00Z'])
})

test('an end stands for a length, and a duration in days for days on the wall', () => {
  const start = 'DTSTART;TZID=Europe/Berlin:20261023T220000'
  const rule = 'RRULE:FREQ=DAILY;COUNT=3'
  expect(one(start, 'DTEND;TZID=Europe/Berlin:20261024T060000', rule)).toEqual([
    '2026-10-23T20:00Z +480 ',
    '2026-10-24T20:00Z +480 ',
    '2026-10-25T21:00Z +480 ',
  ])
  expect(one(start, 'DURATION:P1D', rule)).toEqual([
    '2026-10-23T20:00Z +1440 ',
    '2026-10-24T20:00Z +1500 ',
    '2026-10-25T21:00Z +1440 ',
  ])
})

/** The first days in 2026, as dateutil for Python gives them too. */
const RULES: readonly [string, string, string][] = [
  ['20190107T090000Z', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE', '01-12 01-14 01-26'],
  ['20191011T080000Z', 'FREQ=WEEKLY;BYDAY=SU;WKST=SU', '01-04 01-11 01-18'],
  ['20240131T093000Z', 'FREQ=MONTHLY', '01-31 03-31 05-31'],
  ['20240131T093000Z', 'FREQ=MONTHLY;BYMONTHDAY=-1', '01-31 02-28 03-31'],
  ['20240131T093000Z', 'FREQ=MONTHLY;BYDAY=-1FR', '01-30 02-27 03-27'],
  ['20240131T093000Z', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1', '01-01 02-02 03-02'],
  ['20240131T093000Z', 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '02-13 03-13 11-13'],
  ['20200105T090000Z', 'FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU', '03-29 10-25'],
  ['20200105T090000Z', 'FREQ=YEARLY;BYYEARDAY=1,100,-1', '01-01 04-10 12-31'],
  ['20250105T090000Z', 'FREQ=DAILY;INTERVAL=100', '02-09 05-20 08-28'],
  ['20251229T090000Z', 'FREQ=DAILY;BYDAY=FR;COUNT=2;UNTIL=20270101T000000Z', '01-02 01-09'],
  ['20251229T090000Z', 'FREQ=DAILY;UNTIL=20260102', '01-01 01-02'],
  ['20251229T090000Z', 'FREQ=DAILY;UNTIL=20260102T085959Z', '01-01'],
]
test.each(RULES)('from %s on, %s', (start, rule, days) => {
  const { events, problems } = readCalendar(
    calendar(vevent('UID:a', `DTSTART:${start}`, 'DURATION:PT1H', `RRULE:${rule}`)),
    YEAR,
  )
  expect(problems).toEqual([])
  expect(
    events
      .slice(0, 3)
      .map(({ from }) => toIso(from).slice(5, 10))
      .join(' '),
  ).toBe(days)
})

test.each([
  'FREQ=YEARLY;BYWEEKNO=20',
  'FREQ=YEARLY;BYDAY=20MO',
  'FREQ=MONTHLY;BYMONTH=3;BYDAY=1MO',
  'FREQ=MONTHLY;BYHOUR=9,17',
  'FREQ=DAILY;BYHOUR=9,17;BYSETPOS=1',
  'FREQ=YEARLY;BYMONTH=4,10;BYDAY=MO,TU;BYSETPOS=-1',
])('%s is refused in words rather than read wrongly; its beginning stands', (rule) => {
  expect(one('DTSTART:20260601T090000Z', 'SUMMARY:Odd', `RRULE:${rule}`)).toEqual([
    '2026-06-01T09:00Z +0 Odd',
    '! "Odd": It repeats in a way that is not known here.',
  ])
})

test('the 29th of February comes back in leap years', () => {
  const text = calendar(vevent('UID:a', 'DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY'))
  expect(story(text)).toEqual([])
  const to = Date.parse('2029-01-01T00:00:00Z')
  expect(story(text, { to })).toEqual(['2028-02-28T23:00Z +1440 all day '])
})

test('dates are taken out and added', () => {
  expect(
    starts(
      'DTSTART;TZID=Europe/Berlin:20260601T090000',
      'DURATION:PT1H',
      'RRULE:FREQ=DAILY;COUNT=5',
      'EXDATE;TZID=Europe/Berlin:20260601T090000,20260603T090000',
      'EXDATE:20260602T070000Z',
      'EXDATE;VALUE=DATE:20260604',
      'RDATE;TZID=Europe/Berlin:20260605T090000,20260610T120000',
      'RDATE;VALUE=PERIOD:20260611T100000Z/PT2H',
    ),
  ).toEqual(['2026-06-05T07:00Z', '2026-06-10T10:00Z', '2026-06-11T10:00Z'])
  expect(
    one('DTSTART:20260601T090000Z', 'RDATE;VALUE=PERIOD:20260611T100000Z/PT2H', 'DURATION:PT1H'),
  ).toEqual(['2026-06-01T09:00Z +60 ', '2026-06-11T10:00Z +120 '])
})

const SERIES = vevent(
  'UID:a',
  'SUMMARY:Weekly',
  'DTSTART;TZID=Europe/Berlin:20261005T090000',
  'DTEND;TZID=Europe/Berlin:20261005T100000',
  'RRULE:FREQ=WEEKLY;COUNT=5',
)

test('an occurrence that was changed takes the place of the one it changes', () => {
  const moved = vevent(
    'UID:a',
    'SUMMARY:Moved',
    'RECURRENCE-ID;TZID=Europe/Berlin:20261012T090000',
    'DTSTART;TZID=Europe/Berlin:20261013T140000',
    'DURATION:PT30M',
  )
  const cancelled = vevent(
    'UID:a',
    'RECURRENCE-ID:20261019T070000Z',
    'DTSTART:20261019T070000Z',
    'STATUS:CANCELLED',
  )
  for (const parts of [
    [SERIES, moved, cancelled],
    [cancelled, moved, SERIES],
  ]) {
    expect(story(calendar(...parts))).toEqual([
      '2026-10-05T07:00Z +60 Weekly',
      '2026-10-13T12:00Z +30 Moved',
      '2026-10-26T08:00Z +60 Weekly',
      '2026-11-02T08:00Z +60 Weekly',
    ])
  }
})

test('a change of this and all later ones moves them, on the wall', () => {
  const onwards = vevent(
    'UID:a',
    'SUMMARY:Later',
    'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261019T090000',
    'DTSTART;TZID=Europe/Berlin:20261020T110000',
    'DURATION:PT30M',
  )
  expect(story(calendar(SERIES, onwards))).toEqual([
    '2026-10-05T07:00Z +60 Weekly',
    '2026-10-12T07:00Z +60 Weekly',
    '2026-10-20T09:00Z +30 Later',
    '2026-10-27T10:00Z +30 Later',
    '2026-11-03T10:00Z +30 Later',
  ])
})

test('what is cancelled is left out, and of several versions the last one counts', () => {
  const version = (sequence: number, ...more: string[]): string =>
    vevent(
      'UID:b',
      `SEQUENCE:${sequence}`,
      `SUMMARY:v${sequence}`,
      'DTSTART:20260601T090000Z',
      ...more,
    )
  expect(story(calendar(version(2), version(1)))).toEqual(['2026-06-01T09:00Z +0 v2'])
  expect(story(calendar(version(1), version(2, 'STATUS:CANCELLED')))).toEqual([])
  expect(story(calendar('METHOD:CANCEL', version(1)))).toEqual([])
})

const OFFICE_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:Office, Zürich',
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
].join('\r\n')

test('a zone that only the file knows is read from the file, and agrees with the one of IANA', () => {
  for (const wall of [
    '20260115T120000',
    '20260329T015959',
    '20260329T023000',
    '20260329T030000',
    '20260701T120000',
    '20261025T015959',
    '20261025T023000',
    '20261025T030000',
  ]) {
    const of = (tzid: string): string[] =>
      story(calendar(OFFICE_ZONE, vevent('UID:a', `DTSTART;TZID=${tzid}:${wall}`)))
    expect(of('"Office, Zürich"')).toEqual(of('Europe/Zurich'))
    expect(of('"Office, Zürich"')).toHaveLength(1)
  }
})

test('a name of IANA behind the path of a program is that zone; one that nobody knows is said', () => {
  const start = (tzid: string): string[] => starts(`DTSTART;TZID=${tzid}:20260701T120000`)
  expect(start('/citadel.org/20190914_1/America/New_York')).toEqual(['2026-07-01T16:00Z'])
  expect(start('Mars/Olympus')).toEqual([
    '2026-07-01T10:00Z',
    '! Nobody knows the time zone "Mars/Olympus": its times are read as those of Europe/Berlin.',
  ])
})

test('an event belongs to the stretch it touches, also by its last minute', () => {
  const at = (from: string, to: string): number => one(`DTSTART:${from}`, `DTEND:${to}`).length
  expect(at('20251231T230000Z', '20260101T000001Z')).toBe(1)
  expect(at('20251231T230000Z', '20260101T000000Z')).toBe(0)
  expect(at('20261231T235959Z', '20270101T120000Z')).toBe(1)
  expect(at('20270101T000000Z', '20270101T120000Z')).toBe(0)
  expect(at('20000101T000000Z', '20300101T000000Z')).toBe(1)
  expect(one('DTSTART:20260101T000000Z')).toHaveLength(1)
})

test('only the events that begin first are given where there are more than asked for', () => {
  const text = calendar(vevent('UID:a', 'DTSTART:20260101T090000Z', 'RRULE:FREQ=DAILY'))
  const { events, problems } = readCalendar(text, { ...YEAR, max: 3 })
  expect(events.map(({ from }) => toIso(from).slice(0, 10))).toEqual([
    '2026-01-01',
    '2026-01-02',
    '2026-01-03',
  ])
  expect(problems).toEqual([
    'There are more than 3 events in this time; those that begin later were left out.',
  ])
})

test('text from outside is one clean line of at most 200 characters', () => {
  const summary = (text: string): string =>
    readCalendar(calendar(vevent('UID:a', 'DTSTART:20260601T090000Z', `SUMMARY:${text}`)), YEAR)
      .events[0]?.summary ?? 'none'
  expect(summary('Ana\\, Bo\\; Cy \\\\ 1\\nnext\\Nline')).toBe('Ana, Bo; Cy \\ 1 next line')
  expect(summary('\x1b[31mred\x07\u202e\u2066')).toBe('[31mred')
  expect(summary('a\ud800b')).toBe('a\ufffdb')
  expect(summary('x'.repeat(500))).toBe(`${'x'.repeat(199)}…`)
  expect(summary('😀'.repeat(150)).isWellFormed()).toBe(true)
})

test('lines are unfolded, whatever ends them; an alarm in an event is not the event', () => {
  const text = calendar(
    vevent(
      'UID:a',
      'DTSTART:20260601T090000Z',
      'SUMMARY:Long',
      '  title',
      '\t!',
      'BEGIN:VALARM',
      'SUMMARY:Alarm',
      'DURATION:PT5M',
      'END:VALARM',
    ),
  )
  for (const ending of ['\r\n', '\n', '\r']) {
    expect(story(`\ufeff${text.replaceAll('\r\n', ending)}`)).toEqual([
      '2026-06-01T09:00Z +0 Long title!',
    ])
  }
})

test('one event that cannot be read costs that event, and is named', () => {
  const bad = (...lines: string[]): string => vevent('UID:b', 'SUMMARY:Bad', ...lines)
  const good = vevent('UID:a', 'SUMMARY:Good', 'DTSTART:20260601T090000Z')
  const problem = (...lines: string[]): string | undefined => {
    const [first, second] = story(calendar(bad(...lines), good)).slice(-2)
    expect(first).toBe('2026-06-01T09:00Z +0 Good')
    return second
  }
  const start = 'DTSTART:20260602T090000Z'
  expect(problem()).toBe('! "Bad": It has no time at which it begins.')
  expect(problem('DTSTART:20260230T090000Z')).toContain('no time at which it begins')
  expect(problem('DTSTART:tomorrow')).toContain('no time at which it begins')
  expect(problem(start, 'DTEND:20260601T090000Z')).toBe('! "Bad": It ends before it begins.')
  expect(problem(start, 'DTEND:?')).toBe('! "Bad": It ends at no time.')
  expect(problem(start, 'DURATION:-PT1H')).toContain('ends before it begins')
  expect(problem(start, 'DURATION:long')).toContain('lasts for no time')
  expect(problem(start, 'RECURRENCE-ID:?')).toContain('changes an occurrence that has no time')
})
