import { expect, test } from 'vitest'
import { HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import { homes, local } from './load.rig.ts'
import { type PayFacts, type PayRow, payHours, toCsv } from './pay.ts'
import type { Held } from './stretch.ts'

const BERLIN = 'Europe/Berlin'
const RATES = { weekday: 1_000, weekend: 2_000, holiday: 3_000 }

const held = (from: string, to: string, zone = BERLIN, personId = 'ana'): Held => ({
  personId,
  from: local(from, zone),
  to: local(to, zone),
})

const pay = (shifts: readonly Held[], part: Partial<PayFacts> = {}): PayRow[] =>
  payHours({
    ...homes(BERLIN),
    shifts,
    rates: RATES,
    from: local('2026-01-01 00:00', BERLIN),
    to: local('2027-01-01 00:00', BERLIN),
    ...part,
  })

const hours = (row: PayRow | undefined): number[] =>
  [row?.weekdayMs, row?.weekendMs, row?.holidayMs].map((ms) => (ms ?? 0) / HOUR)

const row = (part: Partial<PayRow>): PayRow => ({
  personId: 'ana',
  weekdayMs: 0,
  weekendMs: 0,
  holidayMs: 0,
  amount: 0,
  ...part,
})

test('a week is 120 hours of weekdays and 48 of the weekend', () => {
  expect(pay([held('2026-11-02 10:00', '2026-11-09 10:00')])).toEqual([
    row({ weekdayMs: 120 * HOUR, weekendMs: 48 * HOUR, amount: 120 * 1_000 + 48 * 2_000 }),
  ])
})

test('a holiday is paid as one, also on a weekend, by the local date of the person', () => {
  const christmas = held('2026-12-24 12:00', '2026-12-27 12:00')
  const found = pay([christmas], homes(BERLIN, '2026-12-25', '2026-12-26'))
  expect(hours(found[0])).toEqual([12, 12, 48])
  // In New York the 25th begins six hours later, and ends after the shift.
  const away = held('2026-12-25 00:00', '2026-12-26 00:00')
  expect(hours(pay([away], homes('America/New_York', '2026-12-25'))[0])).toEqual([6, 0, 18])
})

test('overlapping shifts of one person are paid once, and of two people twice', () => {
  const early = held('2026-11-03 08:00', '2026-11-03 14:00')
  const late = held('2026-11-03 12:00', '2026-11-03 20:00')
  const within = held('2026-11-03 09:00', '2026-11-03 10:00')
  expect(hours(pay([late, early, within])[0])).toEqual([12, 0, 0])
  const both = pay([early, { ...late, personId: 'ben' }])
  expect(both.map((one) => [one.personId, ...hours(one)])).toEqual([
    ['ana', 6, 0, 0],
    ['ben', 8, 0, 0],
  ])
})

test('only what lies in the period is paid, and nobody stands there with nothing', () => {
  const period = {
    from: local('2026-11-03 00:00', BERLIN),
    to: local('2026-11-04 00:00', BERLIN),
  }
  const week = held('2026-11-02 10:00', '2026-11-09 10:00')
  const other = held('2026-11-04 00:00', '2026-11-05 00:00', BERLIN, 'ben')
  const found = pay([week, other, { ...week, personId: 'cleo', to: week.from }], period)
  expect(found).toEqual([row({ weekdayMs: 24 * HOUR, amount: 24_000 })])
})

test('days in which the clock is set are paid as long as they are', () => {
  const day = (from: string, to: string, zone: string) =>
    hours(pay([held(`${from} 00:00`, `${to} 00:00`, zone)], homes(zone))[0])[1]
  expect(day('2026-03-29', '2026-03-30', BERLIN)).toBe(23)
  expect(day('2026-10-25', '2026-10-26', BERLIN)).toBe(25)
  expect(day('2026-03-08', '2026-03-09', 'America/New_York')).toBe(23)
  expect(day('2026-11-01', '2026-11-02', 'America/New_York')).toBe(25)
  expect(day('2026-10-04', '2026-10-05', 'Australia/Lord_Howe')).toBe(23.5)
  expect(day('2026-04-05', '2026-04-06', 'Australia/Lord_Howe')).toBe(24.5)
})

test('the day after the clock was set begins at its own midnight', () => {
  const spring = held('2026-03-28 00:00', '2026-03-31 00:00')
  const autumn = held('2026-10-24 00:00', '2026-10-27 00:00')
  expect([hours(pay([spring])[0]), hours(pay([autumn])[0])]).toEqual([
    [24, 47, 0],
    [24, 49, 0],
  ])
})

test('where the clock goes back over midnight, the hour belongs to the date that it shows', () => {
  // Beirut lives through 23:00 to 24:00 of Saturday twice.
  const beirut = homes('Asia/Beirut', '2026-10-24')
  const weekend = held('2026-10-24 00:00', '2026-10-26 00:00', 'Asia/Beirut')
  expect(hours(pay([weekend], beirut)[0])).toEqual([0, 24, 25])
})

test('an amount is rounded once per class, half a unit upwards', () => {
  const from: Instant = local('2026-11-03 10:00', BERLIN)
  const amount = (minutes: number, rate: number) =>
    pay([{ personId: 'ana', from, to: from + minutes * MINUTE }], {
      rates: { weekday: rate, weekend: 0, holiday: 0 },
    })[0]?.amount
  expect(amount(30, 1)).toBe(1)
  expect(amount(29, 1)).toBe(0)
  expect(amount(30, 1_001)).toBe(501)
  expect(amount(20, 1_000)).toBe(333)
  // Three twenties of one class are exactly an hour, and not three times 333.
  const three = [0, 2, 4].map((after) => ({
    personId: 'ana',
    from: from + after * HOUR,
    to: from + after * HOUR + 20 * MINUTE,
  }))
  expect(pay(three)[0]?.amount).toBe(1_000)
})

test('large amounts are exact, just below the half too', () => {
  const rates = { weekday: 102_600_001, weekend: 0, holiday: 0 }
  const shift = held('2026-11-02 00:00', '2026-11-07 00:00')
  const odd = { ...shift, to: shift.to - 1 }
  expect(pay([odd], { rates })[0]?.amount).toBe(12_312_000_091)
})

test('a rate that is no whole number of minor units is refused', () => {
  for (const weekday of [10.5, -1, Number.NaN]) {
    expect(() => pay([], { rates: { ...RATES, weekday } })).toThrow(RangeError)
  }
})

test('no shifts, no rows, and a file with only its columns', () => {
  expect(pay([])).toEqual([])
  expect(toCsv([])).toBe('person,weekday_hours,weekend_hours,holiday_hours,amount_minor_units\r\n')
})

test('the file shows hours to four places and the amount in whole units', () => {
  const found = row({ weekdayMs: 12.5 * HOUR, weekendMs: 20 * MINUTE, amount: 12_345 })
  expect(toCsv([found]).split('\r\n')[1]).toBe('ana,12.5,0.3333,0,12345')
})

test('names are quoted as RFC 4180 has it, and none of them is a formula', () => {
  const cell = (name: string) =>
    toCsv([row({})], () => name)
      .slice(toCsv([]).length)
      .replace(/,0,0,0,0\r\n$/, '')
  expect(cell('Ana')).toBe('Ana')
  expect(cell('Costa, Ana')).toBe('"Costa, Ana"')
  expect(cell('Ana "the pager" Costa')).toBe('"Ana ""the pager"" Costa"')
  expect(cell('Ana\nCosta')).toBe('"Ana\nCosta"')
  expect(cell('=SUM(A1:A9)')).toBe("'=SUM(A1:A9)")
  expect(cell('+49')).toBe("'+49")
  expect(cell('-1')).toBe("'-1")
  expect(cell('@here')).toBe("'@here")
  expect(cell('\t=1')).toBe("'\t=1")
  expect(cell('\r=1')).toBe(`"'\r=1"`)
  expect(cell('=HYPERLINK("http://x","y")')).toBe(`"'=HYPERLINK(""http://x"",""y"")"`)
  expect(cell('')).toBe('')
})
