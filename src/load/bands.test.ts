import { expect, test } from 'vitest'
import { HOUR } from '../lib/instant.ts'
import { type Band, bandOf, hoursByBand } from './bands.ts'
import { local } from './load.rig.ts'

const BERLIN = 'Europe/Berlin'
const NEW_YORK = 'America/New_York'
const LORD_HOWE = 'Australia/Lord_Howe'
const NONE: ReadonlySet<string> = new Set()

const bandAt = (text: string, zone = BERLIN, holidays = NONE): Band =>
  bandOf(local(text, zone), zone, holidays)

const hoursBetween = (from: string, to: string, zone: string, holidays = NONE) => {
  const ms = hoursByBand(local(from, zone), local(to, zone), zone, holidays)
  return { sleep: ms.sleep / HOUR, off: ms.off / HOUR, business: ms.business / HOUR }
}

test('ONC-03 a weekend page is off up to 22:00, sleep up to 08:00, then off again', () => {
  expect(
    ['2026-11-07 21:59', '2026-11-07 22:00', '2026-11-08 07:59', '2026-11-08 08:00'].map((text) =>
      bandAt(text),
    ),
  ).toEqual(['off', 'sleep', 'sleep', 'off'])
})

test('ONC-04 the same page wakes New York and Berlin, and meets Sydney at work', () => {
  const at = Date.parse('2026-06-10T03:00:00Z')
  expect([NEW_YORK, BERLIN, 'Australia/Sydney'].map((zone) => bandOf(at, zone, NONE))).toEqual([
    'sleep',
    'sleep',
    'business',
  ])
})

test('a workday is sleep, business from 08:00, off from 18:00, sleep from 22:00', () => {
  const day = ['07:59', '08:00', '17:59', '18:00', '21:59', '22:00', '00:00']
  expect(day.map((time) => bandAt(`2026-11-04 ${time}`))).toEqual([
    'sleep',
    'business',
    'business',
    'off',
    'off',
    'sleep',
    'sleep',
  ])
})

test('a holiday counts as a Sunday, by the local date, and sleep still wins', () => {
  const holidays = new Set(['2026-12-25'])
  expect(bandAt('2026-12-25 10:00', BERLIN, holidays)).toBe('off')
  expect(bandAt('2026-12-25 23:00', BERLIN, holidays)).toBe('sleep')
  expect(bandAt('2026-12-24 10:00', BERLIN, holidays)).toBe('business')
})

test('an ordinary week has 70 hours of sleep, 50 of business and 48 off', () => {
  expect(hoursBetween('2026-11-02 00:00', '2026-11-09 00:00', BERLIN)).toEqual({
    sleep: 70,
    business: 50,
    off: 48,
  })
})

test('a holiday moves its ten hours of business to off', () => {
  expect(
    hoursBetween('2026-12-21 00:00', '2026-12-28 00:00', BERLIN, new Set(['2026-12-25'])),
  ).toEqual({ sleep: 70, business: 40, off: 58 })
})

test('a night is as long as it is when the clock is set, in whole and in half hours', () => {
  const night = (from: string, to: string, zone: string): number => {
    const { sleep, off, business } = hoursBetween(`${from} 22:00`, `${to} 08:00`, zone)
    expect([off, business]).toEqual([0, 0])
    return sleep
  }
  expect(night('2026-03-28', '2026-03-29', BERLIN)).toBe(9)
  expect(night('2026-10-24', '2026-10-25', BERLIN)).toBe(11)
  expect(night('2026-03-07', '2026-03-08', NEW_YORK)).toBe(9)
  expect(night('2026-10-31', '2026-11-01', NEW_YORK)).toBe(11)
  expect(night('2026-10-03', '2026-10-04', LORD_HOWE)).toBe(9.5)
  expect(night('2026-04-04', '2026-04-05', LORD_HOWE)).toBe(10.5)
})

test('the hour that is lived through twice is counted twice, also when asked for within it', () => {
  const from = Date.parse('2026-10-25T00:30:00Z')
  const to = Date.parse('2026-10-25T01:30:00Z')
  expect(hoursByBand(from, to, BERLIN, NONE)).toEqual({ sleep: HOUR, off: 0, business: 0 })
})

test('the milliseconds of each band are those for which the band of the instant is it', () => {
  const step = 30 * 60_000
  for (const [zone, from] of [
    [BERLIN, '2026-03-28 00:00'],
    [NEW_YORK, '2026-10-31 00:00'],
    [LORD_HOWE, '2026-04-04 00:00'],
    ['Asia/Beirut', '2026-10-23 00:00'],
    ['Pacific/Apia', '2011-12-28 00:00'],
  ] as const) {
    const start = local(from, zone)
    const end = start + 96 * HOUR
    const counted = { sleep: 0, off: 0, business: 0 }
    for (let at = start; at < end; at += step) counted[bandOf(at, zone, NONE)] += step
    expect(hoursByBand(start, end, zone, NONE), zone).toEqual(counted)
  }
})

test('nothing lies in an empty stretch, and one without an end is refused', () => {
  const at = local('2026-11-02 10:00', BERLIN)
  expect(hoursByBand(at, at, BERLIN, NONE)).toEqual({ sleep: 0, off: 0, business: 0 })
  expect(hoursByBand(at, at - HOUR, BERLIN, NONE)).toEqual({ sleep: 0, off: 0, business: 0 })
  expect(() => hoursByBand(at, Number.POSITIVE_INFINITY, BERLIN, NONE)).toThrow(RangeError)
})
