import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, toIso } from './instant.ts'
import {
  formatDateTime,
  formatLocal,
  formatTime,
  fromWall,
  isZone,
  parseWall,
  reachedWall,
  toWall,
  type WallMs,
} from './zone.ts'

const wall = (text: string): WallMs => {
  const [date = '', time = ''] = text.split(' ')
  const read = parseWall(date, time)
  if (read === null) throw new Error(`${text} is no wall time`)
  return read
}
const instant = (text: string, zone: string): string => toIso(fromWall(wall(text), zone))
test('knows the zones of IANA by name, and neither offsets nor places that are none', () => {
  for (const name of [
    'Europe/Lisbon',
    'UTC',
    'America/Argentina/Buenos_Aires',
    'Australia/Lord_Howe',
  ]) {
    expect(isZone(name)).toBe(true)
  }
  for (const name of ['', '+02:00', 'Lisbon', 'Europe/Lisboa', 'Europe/Lisbon ', '__proto__']) {
    expect(isZone(name)).toBe(false)
    expect(isZone(name)).toBe(false)
  }
})

test('a local time in the gap of spring means the first instant after it', () => {
  expect(instant('2026-03-08 01:59', 'America/New_York')).toBe('2026-03-08T06:59:00.000Z')
  expect(instant('2026-03-08 02:00', 'America/New_York')).toBe('2026-03-08T07:00:00.000Z')
  expect(instant('2026-03-08 02:30', 'America/New_York')).toBe('2026-03-08T07:00:00.000Z')
  expect(instant('2026-03-08 03:00', 'America/New_York')).toBe('2026-03-08T07:00:00.000Z')
  expect(instant('2026-03-08 03:01', 'America/New_York')).toBe('2026-03-08T07:01:00.000Z')
})

test('a local time that happens twice in autumn means the first of the two', () => {
  expect(instant('2026-11-01 00:59', 'America/New_York')).toBe('2026-11-01T04:59:00.000Z')
  expect(instant('2026-11-01 01:00', 'America/New_York')).toBe('2026-11-01T05:00:00.000Z')
  expect(instant('2026-11-01 01:30', 'America/New_York')).toBe('2026-11-01T05:30:00.000Z')
  expect(instant('2026-11-01 02:00', 'America/New_York')).toBe('2026-11-01T07:00:00.000Z')
})

test('reads the zones whose clocks are odd', () => {
  // Half an hour of summer time, on the coast of Australia.
  expect(instant('2026-10-04 02:15', 'Australia/Lord_Howe')).toBe('2026-10-03T15:30:00.000Z')
  expect(instant('2026-04-05 01:45', 'Australia/Lord_Howe')).toBe('2026-04-04T14:45:00.000Z')
  // Samoa went to bed on Thursday and got up on Saturday.
  expect(instant('2011-12-29 23:59', 'Pacific/Apia')).toBe('2011-12-30T09:59:00.000Z')
  expect(instant('2011-12-30 12:00', 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z')
  expect(instant('2011-12-31 00:00', 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z')
  // Chile has no midnight on the first day of summer time.
  expect(instant('2026-09-06 00:00', 'America/Santiago')).toBe('2026-09-06T04:00:00.000Z')
  expect(instant('2026-09-06 01:00', 'America/Santiago')).toBe('2026-09-06T04:00:00.000Z')
  expect(instant('2026-11-02 10:00', 'Asia/Kolkata')).toBe('2026-11-02T04:30:00.000Z')
  expect(instant('2026-11-02 10:00', 'Asia/Kathmandu')).toBe('2026-11-02T04:15:00.000Z')
  // In Irish law winter is the exception, with a negative hour of summer time.
  expect(instant('2026-10-25 01:30', 'Europe/Dublin')).toBe('2026-10-25T00:30:00.000Z')
  expect(instant('2026-03-29 01:30', 'Europe/Dublin')).toBe('2026-03-29T01:00:00.000Z')
  // Two hours at once, in Antarctica.
  expect(instant('2026-03-29 02:00', 'Antarctica/Troll')).toBe('2026-03-29T01:00:00.000Z')
  expect(instant('2026-10-25 01:30', 'Antarctica/Troll')).toBe('2026-10-24T23:30:00.000Z')
  // Morocco turns its clocks back for a month of fasting.
  expect(instant('2026-02-15 02:30', 'Africa/Casablanca')).toBe('2026-02-15T01:30:00.000Z')
  expect(instant('2026-03-22 02:30', 'Africa/Casablanca')).toBe('2026-03-22T02:00:00.000Z')
  expect(instant('2026-11-02 10:00', 'Pacific/Kiritimati')).toBe('2026-11-01T20:00:00.000Z')
})

test('reads centuries around as well, without end and without hanging', () => {
  expect(instant('1900-01-01 00:00', 'Europe/Paris')).toBe('1899-12-31T23:50:39.000Z')
  expect(instant('2100-07-01 12:00', 'Europe/Berlin')).toBe('2100-07-01T10:00:00.000Z')
  expect(instant('0000-01-01 00:00', 'UTC')).toBe('0000-01-01T00:00:00.000Z')
  expect(instant('9999-12-30 00:00', 'UTC')).toBe('9999-12-30T00:00:00.000Z')
  expect(fromWall(1e25, 'Europe/Lisbon')).toBe(Number.POSITIVE_INFINITY)
  expect(toWall(8.64e15, 'UTC')).toBe(8.64e15)
})

test('what the clock showed leads back to the instant, but for the hour lived through twice', () => {
  for (const zone of ['Europe/Lisbon', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC']) {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 7 * HOUR + 13 * MINUTE) {
      const back = fromWall(toWall(at, zone), zone)
      if (back !== at) expect(toWall(back, zone)).toBe(toWall(at, zone))
      expect(at - back).toBeGreaterThanOrEqual(0)
      expect(at - back).toBeLessThanOrEqual(HOUR)
    }
  }
})

test('how far the clock has got never runs backwards, and says what has begun', () => {
  const cases = [
    ['America/New_York', Date.UTC(2026, 10, 1, 6)],
    ['America/New_York', Date.UTC(2026, 2, 8, 7)],
    ['Pacific/Apia', Date.UTC(2011, 11, 30, 10)],
    ['America/Sao_Paulo', Date.UTC(2018, 1, 18, 2)],
    ['Antarctica/Troll', Date.UTC(2026, 9, 25, 1)],
  ] as const
  for (const [zone, change] of cases) {
    let before = Number.NEGATIVE_INFINITY
    for (let at = change - 4 * HOUR; at < change + 4 * HOUR; at += 10 * MINUTE) {
      const reached = reachedWall(at, zone)
      expect(reached).toBeGreaterThanOrEqual(before)
      before = reached
      for (
        let planned = toWall(change, zone) - 4 * HOUR;
        planned < toWall(change, zone) + 4 * HOUR;
        planned += 15 * MINUTE
      ) {
        expect(fromWall(planned, zone) <= at).toBe(planned <= reached)
      }
    }
  }
})

test('gives the same whichever stretch of time was asked for first', () => {
  const forwards: number[] = []
  const backwards: number[] = []
  const days = Array.from({ length: 400 }, (_, day) => Date.UTC(1990, 0, 1) + day * 40 * DAY)
  for (const at of days) forwards.push(toWall(at, 'Europe/Rome'))
  for (const at of days.toReversed()) backwards.push(toWall(at, 'europe/rome'))
  expect(backwards.reverse()).toEqual(forwards)
})

test('takes dates and times that exist, and nothing else', () => {
  expect(parseWall('2028-02-29', '23:59')).toBe(Date.UTC(2028, 1, 29, 23, 59))
  expect(parseWall('2026-11-02', '10:00:30')).toBe(Date.UTC(2026, 10, 2, 10, 0, 30))
  for (const [date, time] of [
    ['2026-02-29', '10:00'],
    ['2026-04-31', '10:00'],
    ['2026-13-01', '10:00'],
    ['2026-00-10', '10:00'],
    ['26-01-01', '10:00'],
    ['2026-11-02', '24:00'],
    ['2026-11-02', '9:00'],
    ['2026-11-02', '10:60'],
    ['', ''],
  ] as const) {
    expect(parseWall(date, time)).toBe(null)
  }
})

test('says an instant shortly, in a zone and a language', () => {
  const at = Date.UTC(2026, 10, 23, 14, 7)
  expect(formatLocal(at, 'UTC')).toBe('Mon 14:07')
  expect(formatLocal(at, 'Asia/Tokyo')).toBe('Mon 23:07')
  expect(formatLocal(Date.UTC(2026, 10, 23), 'UTC')).toBe('Mon 00:00')
  expect(formatLocal(at, 'Europe/Berlin', 'de')).toMatch(/^Mo\.? 15:07$/)
  expect(formatTime(at, 'America/New_York')).toBe('09:07')
  expect(formatDateTime(at, 'Europe/Lisbon')).toBe('Mon 23 Nov 14:07')
  expect(formatDateTime(at, 'Europe/Lisbon', 'en')).toBe('Mon 23 Nov 14:07')
})

test('says it in English where the language is unknown, and in UTC where the zone is', () => {
  const at = Date.UTC(2026, 10, 23, 14, 7)
  expect(formatLocal(at, 'UTC', 'not a locale')).toBe('Mon 14:07')
  expect(formatLocal(at, 'UTC', '')).toBe('Mon 14:07')
  expect(formatLocal(at, 'Nowhere/Land')).toBe('Mon 14:07')
})
