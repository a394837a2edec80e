/**
 * When something comes back (RRULE), on the wall. `ical.js` knows the rules; it also walks on for
 * ever where a rule matches nothing, and counts the days of a billion years one by one. Therefore
 * every step of it is counted here, a walk begins near the time that is asked for, and what it is
 * known to get wrong is refused in words.
 */
import ICAL from 'ical.js'
import { DAY, HOUR, MINUTE, SECOND } from '../lib/instant.ts'
import type { WallMs } from '../lib/zone.ts'
import { readMoment } from './values.ts'

/** What cannot be followed, in words. */
export class NotFollowed extends Error {}
/** The file as a whole asks for too much. */
export class TooMuch extends NotFollowed {}

const STEPS_MAX = 20_000
/** So that one rule does not take the steps of all others. */
const STEPS_OF_ONE_MAX = 10_000
/** A rule that matches nothing for so many steps will not soon. */
const BARREN_MAX = 2_000
const RULE_MAX = 1_000
const INTERVAL_MAX = 100 * 366 * DAY

/** The steps that the rules of one file may take together. */
export type Steps = { take: (count: number) => void }

export function countSteps(): Steps {
  let left = STEPS_MAX
  const problem = new TooMuch(TOO_MANY_STEPS)
  return {
    take: (count) => {
      left -= count
      if (left < 0) throw problem
    },
  }
}

const TOO_MANY_STEPS =
  'The repetitions in this calendar take more than 20,000 steps; some were left out.'

type Options = { rule: ICAL.Recur; dtstart: ICAL.Time; take: (count: number) => void }

/**
 * Counts every turn of every loop in `ical.js` that has no end of its own. What it asks of each
 * day is asked in a cheaper way, and without its memory of week numbers, which only grows.
 */
class Walk extends ICAL.RecurIterator {
  declare take: (count: number) => void
  declare weekdays: { place: number; weekday: number }[]
  override fromData(options: Options): void {
    // Called by the constructor of the class above, which begins to walk.
    this.take = options.take
    this.weekdays = (options.rule.parts.BYDAY ?? []).map((day) => ({
      place: Number.parseInt(`${day}`, 10) || 0,
      weekday: ICAL.Recur.icalDayToNumericDay(`${day}`.slice(-2)),
    }))
    super.fromData(options)
  }
  override check_contracting_rules(): boolean {
    this.take(1)
    const { last, rule } = this
    const { parts } = rule
    const fits = (name: string, value: number | string): boolean =>
      !(name in parts) || this.check_contract_restriction(name, value)
    return (
      fits('BYSECOND', last.second) &&
      fits('BYMINUTE', last.minute) &&
      fits('BYHOUR', last.hour) &&
      fits('BYDAY', ICAL.Recur.numericDayToIcalDay(last.dayOfWeek())) &&
      fits('BYMONTHDAY', last.day) &&
      fits('BYMONTH', last.month) &&
      fits('BYYEARDAY', last.dayOfYear())
    )
  }
  override is_day_in_byday(time: ICAL.Time): 0 | 1 {
    this.take(0.05)
    const { day, month, year } = time
    const weekday = time.dayOfWeek()
    const place = Math.ceil(day / 7)
    const placeFromEnd = -Math.ceil((ICAL.Time.daysInMonth(month, year) - day + 1) / 7)
    const isIn = this.weekdays.some(
      (one) =>
        one.weekday === weekday &&
        (one.place === 0 || one.place === place || one.place === placeFromEnd),
    )
    return isIn ? 1 : 0
  }
  override increment_monthday(days: number): void {
    this.take(days / 20)
    super.increment_monthday(days)
  }
  override increment_month(): void {
    this.take(0.1)
    super.increment_month()
  }
  override increment_year(years: number): void {
    this.take(1)
    super.increment_year(years)
  }
}

const UNITS: Readonly<Record<string, number>> = {
  SECONDLY: SECOND,
  MINUTELY: MINUTE,
  HOURLY: HOUR,
  DAILY: DAY,
  WEEKLY: 7 * DAY,
  MONTHLY: 31 * DAY,
  YEARLY: 366 * DAY,
}

/**
 * The walls in `[from, to)` at which a rule comes back, in order.
 *
 * @param start where the rule begins to count
 * @param wallOf what the clock of the event shows at an instant: `UNTIL` is given as one
 * @throws NotFollowed
 */
export function* repeat(
  text: string,
  start: WallMs,
  { from, to }: { from: WallMs; to: WallMs },
  steps: Steps,
  wallOf: (at: number) => WallMs,
): Generator<WallMs> {
  steps.take(1)
  const { rule, until } = readRule(text, wallOf)
  let taken = 0
  let barren = 0
  const weight = 1 + partsOf(rule) / 16
  const take = (count: number): void => {
    taken += count * weight
    barren += count
    if (taken > STEPS_OF_ONE_MAX || barren > BARREN_MAX) throw new NotFollowed(NEVER_ENDS)
    steps.take(count * weight)
  }
  // The rules for days are sorted by comparing each with each.
  take((rule.parts.BYDAY?.length ?? 0) ** 2 / 100)
  const last = Math.min(to - 1, until)
  if (start > last) return
  const begin = rule.count ? start : nearer(start, from, rule)
  const options: Options = { rule, dtstart: timeOf(begin), take }
  const walk = guarded(() => new Walk(options))
  const isDay = dayCheck(rule, start)
  for (let isFirst = true; ; isFirst = false) {
    const wall = guarded(() => wallOfTime(walk.next()))
    if (wall === null || wall > last) return
    // The first one is given without asking whether it fits.
    if (isFirst && !guarded(() => walk.check_contracting_rules())) {
      if (rule.count) rule.count += 1
      continue
    }
    barren = 0
    if (wall >= from && isDay(wall)) yield wall
  }
}

/** Where only the month is known, it is the day of the start; `ical.js` reads 30 February as 2 March. */
function dayCheck({ freq, parts, count }: ICAL.Recur, start: WallMs): (wall: WallMs) => boolean {
  const date = new Date(start).getUTCDate()
  const isGiven = 'BYDAY' in parts || 'BYMONTHDAY' in parts || 'BYYEARDAY' in parts
  const isEveryYear = date <= 28 || (!('BYMONTH' in parts) && new Date(start).getUTCMonth() !== 1)
  if (freq !== 'YEARLY' || isGiven || isEveryYear) return () => true
  if (count) throw new NotFollowed(UNKNOWN)
  return (wall) => new Date(wall).getUTCDate() === date
}

const NEVER_ENDS = 'It repeats too often, or never on a day that exists.'

/** What `ical.js` throws is about the rule. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof NotFollowed) throw error
    throw new NotFollowed('Its rule of repetition contradicts itself.')
  }
}

type Rule = { rule: ICAL.Recur; until: WallMs }

function readRule(text: string, wallOf: (at: number) => WallMs): Rule {
  if (text.length > RULE_MAX) throw new NotFollowed('Its rule of repetition is too long.')
  const parts = text.toUpperCase().replace(/\s/g, '').split(';').filter(Boolean)
  const end = parts.find((part) => part.startsWith('UNTIL='))
  const rest = parts.filter((part) => part !== end).join(';')
  let rule: ICAL.Recur
  try {
    rule = ICAL.Recur.fromString(rest)
  } catch {
    throw new NotFollowed('Its rule of repetition cannot be read.')
  }
  const unit = UNITS[rule.freq]
  if (unit === undefined) throw new NotFollowed('Its rule of repetition cannot be read.')
  if (!(rule.interval * unit <= INTERVAL_MAX)) {
    throw new NotFollowed('It comes back after more than a hundred years.')
  }
  if (!isKnown(rule)) throw new NotFollowed(UNKNOWN)
  // `ical.js` takes them in the order in which they stand.
  for (const name of TIMES) rule.parts[name]?.sort((a, b) => Number(a) - Number(b))
  if (end === undefined) return { rule, until: Number.POSITIVE_INFINITY }
  const moment = readMoment(end.slice('UNTIL='.length))
  if (!moment) throw new NotFollowed('Its rule of repetition has an end that is no time.')
  // A date is the whole of that day.
  if (moment.isDate) return { rule, until: moment.wall + DAY - 1 }
  return { rule, until: moment.isUtc ? wallOf(moment.wall) : moment.wall }
}

const UNKNOWN = 'It repeats in a way that is not known here.'

const TIMES = ['BYHOUR', 'BYMINUTE', 'BYSECOND'] as const

/**
 * What `ical.js` is known to get wrong, measured against dateutil for Python: week numbers, places
 * of two digits (`20MO`), months of a monthly rule, several times a day of a monthly or yearly one,
 * and most positions within a set.
 */
function isKnown({ freq, parts }: ICAL.Recur): boolean {
  const isLong = freq === 'MONTHLY' || freq === 'YEARLY'
  if (isLong && TIMES.some((name) => (parts[name]?.length ?? 0) > 1)) return false
  if (freq === 'MONTHLY' && 'BYMONTH' in parts) return false
  if ('BYWEEKNO' in parts || parts.BYDAY?.some((day) => /\d\d/.test(`${day}`))) return false
  if (!('BYSETPOS' in parts)) return true
  const isOfDays = Object.keys(parts).every((name) => /^BY(SETPOS|DAY|MONTH)$/.test(name))
  if (!isOfDays || !('BYDAY' in parts)) return false
  return freq === 'MONTHLY' || (freq === 'YEARLY' && parts.BYMONTH?.length === 1)
}

const partsOf = ({ parts }: ICAL.Recur): number =>
  Object.values(parts).reduce((sum, values) => sum + values.length, 0)

/** The start moved on by whole periods, to the last but one before `from`. */
function nearer(start: WallMs, from: WallMs, { freq, interval }: ICAL.Recur): WallMs {
  if (freq === 'MONTHLY' || freq === 'YEARLY') {
    const date = new Date(start)
    const months = interval * (freq === 'YEARLY' ? 12 : 1)
    const periods = Math.floor((from - start) / (months * 31 * DAY)) - 1
    // The 29th, 30th and 31st are not in every month.
    if (periods <= 0 || date.getUTCDate() > 28) return start
    return date.setUTCMonth(date.getUTCMonth() + periods * months)
  }
  const period = interval * (UNITS[freq] ?? DAY)
  return start + Math.max(0, Math.floor((from - start) / period) - 1) * period
}

function timeOf(wall: WallMs): ICAL.Time {
  const date = new Date(wall)
  const time = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    isDate: false,
  }
  return new ICAL.Time(time, ICAL.Timezone.localTimezone)
}

const wallOfTime = (time: ICAL.Time | null): WallMs | null =>
  time && Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
