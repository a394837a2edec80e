/**
 * Hours for pay. Being on call is paid by the hour, by the local date of whoever holds it: on
 * their holidays, on other Saturdays and Sundays, and on other weekdays. Hours that somebody holds
 * twice are paid once (as incident.io's pay calculator has it). Hours are those that passed, also
 * in the nights in which the clock is set.
 *
 * Money is whole minor units. Each class is rounded once, half a unit upwards, from the exact time.
 */
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { HOUR, type Instant } from '../lib/instant.ts'
import type { WallMs } from '../lib/zone.ts'
import { dateOf, type Held, type Homes, piecesOf, united, weekdayOf } from './stretch.ts'

export type PayClass = 'weekday' | 'weekend' | 'holiday'

/** Minor units (cents) for an hour: whole numbers. */
export type Rates = Readonly<Record<PayClass, number>>

export type PayRow = {
  personId: Id
  weekdayMs: number
  weekendMs: number
  holidayMs: number
  /** Minor units. */
  amount: number
}

export type PayFacts = Homes & {
  shifts: readonly Held[]
  rates: Rates
  from: Instant
  to: Instant
}

/**
 * In the order in which people first stand in the shifts, and nobody who holds nothing of
 * `[from, to)`.
 * @throws RangeError where a rate is not a whole number from 0
 */
export function payHours({ shifts, zoneOf, holidaysOf, rates, from, to }: PayFacts): PayRow[] {
  for (const rate of [rates.weekday, rates.weekend, rates.holiday]) {
    if (!Number.isSafeInteger(rate) || rate < 0) {
      throw new RangeError(`A rate is a whole number of minor units, and not ${rate}.`)
    }
  }
  const clipped = shifts
    .map((one) => ({ ...one, from: Math.max(from, one.from), to: Math.min(to, one.to) }))
    .filter((one) => one.from < one.to)
  return [...groupBy(clipped, (one) => one.personId)].map(([personId, theirs]) => {
    const ms = msByClass(united(theirs), zoneOf(personId), holidaysOf(personId))
    return {
      personId,
      weekdayMs: ms.weekday,
      weekendMs: ms.weekend,
      holidayMs: ms.holiday,
      amount:
        amountOf(ms.weekday, rates.weekday) +
        amountOf(ms.weekend, rates.weekend) +
        amountOf(ms.holiday, rates.holiday),
    }
  })
}

function msByClass(
  spans: readonly { from: Instant; to: Instant }[],
  zone: string,
  holidays: ReadonlySet<string>,
): Record<PayClass, number> {
  const byClass: Record<PayClass, number> = { weekday: 0, weekend: 0, holiday: 0 }
  for (const piece of spans.flatMap(({ from, to }) => piecesOf(from, to, zone))) {
    byClass[classOf(piece.wall, holidays)] += piece.to - piece.from
  }
  return byClass
}

function classOf(wall: WallMs, holidays: ReadonlySet<string>): PayClass {
  if (holidays.has(dateOf(wall))) return 'holiday'
  return weekdayOf(wall) <= 5 ? 'weekday' : 'weekend'
}

/** In whole numbers all the way: milliseconds times cents are soon more than a double holds. */
const amountOf = (ms: number, rate: number): number =>
  Number((2n * BigInt(ms) * BigInt(rate) + BigInt(HOUR)) / (2n * BigInt(HOUR)))

const COLUMNS = ['person', 'weekday_hours', 'weekend_hours', 'holiday_hours', 'amount_minor_units']

/**
 * RFC 4180, with a line for the columns. Hours are shown to four places; the amount is from the
 * exact time.
 * @param nameOf what stands for the person, as it is
 */
export const toCsv = (
  rows: readonly PayRow[],
  nameOf: (personId: Id) => string = (personId) => personId,
): string =>
  [
    COLUMNS,
    ...rows.map((row) => [
      nameOf(row.personId),
      hoursOf(row.weekdayMs),
      hoursOf(row.weekendMs),
      hoursOf(row.holidayMs),
      String(row.amount),
    ]),
  ]
    .map((cells) => `${cells.map(cellOf).join(',')}\r\n`)
    .join('')

const hoursOf = (ms: number): string => String(Math.round((ms / HOUR) * 10_000) / 10_000)

/** A spreadsheet would run what begins like a formula; behind an apostrophe it is text. */
function cellOf(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
