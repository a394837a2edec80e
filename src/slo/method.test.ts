/** The worked examples of the method, each under its own id. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  divide,
  type Fraction,
  fraction,
  multiply,
  ofNumber,
  parseDecimal,
  subtract,
  toDecimal,
  toNumber,
  whole,
} from '../lib/fraction.ts'
import { DAY, HOUR, MINUTE } from '../lib/instant.ts'
import {
  budgetMinutes,
  burnRate,
  consumed,
  errorRatio,
  eventBudget,
  exhaustedIn,
  remaining,
  usedBy,
} from './budget.ts'
import { crossings, detectedAfter } from './foretell.ts'
import { stateOf } from './policy.ts'
import { factorOf, firingRows, type Row, thresholdOf, unsound, WORKBOOK_ROWS } from './rows.ts'
import { sliceBudget, slicesUntilExhausted } from './slices.ts'
import { lengthAt, type Window } from './window.ts'

const exactly = (text: string): Fraction => {
  const value = parseDecimal(text)
  if (value === null) throw new Error(`${text} is not a number`)
  return value
}
const percent = (text: string): Fraction => divide(exactly(text), whole(100))
const MONTH = 30 * DAY
const MS: Readonly<Record<string, number>> = {
  '5m': 5 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': HOUR,
  '2h': 2 * HOUR,
  '6h': 6 * HOUR,
  '24h': DAY,
  '3d': 3 * DAY,
}
const [FAST, SLOW, DAILY, DRIFT] = WORKBOOK_ROWS as [Row, Row, Row, Row]
const minutes = (text: string): Fraction => exactly(text)

/** The names of the rows that fire at these ratios (in percent); windows not named hold no data. */
const firing = (target: string, ratios: Readonly<Record<string, string>>): string[] =>
  firingRows(
    WORKBOOK_ROWS,
    (ms) => {
      const name = Object.keys(ratios).find((one) => MS[one] === ms)
      return name === undefined ? null : percent(ratios[name] ?? '')
    },
    percent(target),
    MONTH,
  ).map((one) => one.name)

test('SLO-01', () => {
  const count = { good: 999_565, total: 1_000_000 }
  const target = percent('99.9')
  expect(eventBudget(whole(count.total), target)).toBe(1000n)
  expect(toDecimal(consumed(count, target) as Fraction, 3)).toBe('0.435')
  expect(remaining(count, target)).toEqual(exactly('0.565'))
  expect(stateOf(remaining(count, target) as Fraction)).toBe('normal')
})

test('SLO-02', () => {
  const count = { good: 3_557_865, total: 3_663_253 }
  const target = percent('97')
  const bad = errorRatio(count) as Fraction
  expect(toDecimal(multiply(subtract(whole(1), bad), whole(100)), 4)).toBe('97.1231')
  expect(eventBudget(whole(count.total), target)).toBe(109_897n)
  // The method cuts after three places: exactly it is 95.89655 of a hundred.
  expect(toDecimal(multiply(consumed(count, target) as Fraction, whole(100)), 5)).toBe('95.89655')
  expect(toDecimal(multiply(remaining(count, target) as Fraction, whole(100)), 5)).toBe('4.10345')
  expect(stateOf(remaining(count, target) as Fraction)).toBe('allHands')
})

test('SLO-03', () => {
  expect(['0.5', '0.25', '0'].map((one) => stateOf(exactly(one)))).toEqual([
    'review',
    'review',
    'exhausted',
  ])
})

test('SLO-04', () => {
  const shown = WORKBOOK_ROWS.map((one) => thresholdOf(one, percent('99.95'), MONTH))
  expect(shown).toEqual(['0.72', '0.30', '0.15', '0.05'].map(percent))
})

test('SLO-05', () => expect(firing('99.9', { '1h': '2.0', '5m': '1.5' })).toEqual(['fast']))

test('SLO-06', () =>
  expect(firing('99.9', { '1h': '2.0', '5m': '0.9', '6h': '0.5', '30m': '1.8' })).toEqual([]))

test('SLO-07', () =>
  expect(firing('99.9', { '6h': '0.7', '30m': '0.65', '1h': '0.65', '5m': '0.6' })).toEqual([
    'slow',
  ]))

test('SLO-08', () => {
  expect(firing('99.9', { '24h': '0.35', '2h': '0.31' })).toEqual(['day'])
  expect(firing('99.9', { '3d': '0.12', '6h': '0.11' })).toEqual(['drift'])
  expect([DAILY.loudness, DRIFT.loudness]).toEqual(['ticket', 'ticket'])
})

test('SLO-09', () => expect(firing('99.9', { '1h': '1.44', '5m': '1.44' })).toEqual([]))

test('SLO-10', () => {
  const after = (target: string) =>
    detectedAfter(whole(1), {
      factor: factorOf(FAST, MONTH),
      minutes: minutes('60'),
      target: percent(target),
    }) as Fraction
  const seconds = ['99.9', '99.95', '99'].map((one) => multiply(after(one), whole(60)))
  expect(seconds).toEqual(['51.84', '25.92', '518.4'].map(exactly))
})

test('SLO-11', () => {
  const target = percent('99.95')
  const burn = burnRate(percent('1'), target)
  expect(burn).toEqual(whole(20))
  expect(exhaustedIn(whole(1), burn, MONTH)).toEqual(whole(36 * HOUR))
  const seen = detectedAfter(percent('1'), {
    factor: factorOf(FAST, MONTH),
    minutes: minutes('60'),
    target,
  }) as Fraction
  expect(seen).toEqual(exactly('43.2'))
  expect(usedBy(burn, toNumber(seen) * MINUTE, MONTH)).toEqual(percent('2'))
})

test('SLO-12', () => {
  const hours = ['14.4', '6', '3', '1'].map((one) =>
    divide(exhaustedIn(whole(1), exactly(one), MONTH) as Fraction, whole(HOUR)),
  )
  expect(hours).toEqual([50, 120, 240, 720].map(whole))
})

test('SLO-13', () => {
  expect(exhaustedIn(percent('40'), whole(6), MONTH)).toEqual(whole(48 * HOUR))
})

test('SLO-14', () => {
  const course = {
    before: whole(0),
    stretches: [
      { from: whole(0), ratio: percent('15') },
      { from: whole(10), ratio: whole(0) },
    ],
  }
  const threshold = percent('1.44')
  const [long, short] = ['60', '5'].map((one) => crossings(course, minutes(one), threshold))
  expect(long?.map((one) => one.at)).toEqual([exactly('5.76'), exactly('64.24')])
  expect(short?.map((one) => one.at)).toEqual([exactly('0.48'), exactly('14.52')])
})

test('SLO-15', () => {
  const course = {
    before: percent('0.05'),
    stretches: [{ from: whole(0), ratio: percent('4') }],
  }
  const [passed] = crossings(course, minutes('60'), percent('1.44'))
  expect(passed?.above).toBe(true)
  expect(toDecimal(passed?.at as Fraction, 2)).toBe('21.11')
  const at = Date.parse('2026-11-23T14:02:00Z') + toNumber(passed?.at as Fraction) * MINUTE
  expect(new Date(Math.round(at / 1000) * 1000).toISOString()).toBe('2026-11-23T14:23:07.000Z')
})

test('SLO-16', () => {
  const target = percent('99.9')
  expect(burnRate(errorRatio({ good: 9, total: 10 }) as Fraction, target)).toEqual(whole(100))
  const month = whole(10 * 720)
  const used = divide(whole(1), multiply(percent('0.1'), month))
  expect(toDecimal(multiply(used, whole(100)), 1)).toBe('13.9')
  expect(eventBudget(month, target)).toBe(7n)
})

test('SLO-17', () => {
  const target = percent('99.9')
  const facts = { factor: whole(36), minutes: minutes('60'), target }
  expect(detectedAfter(percent('3.5'), facts)).toBeNull()
  const gone = exhaustedIn(whole(1), whole(35), MONTH) as Fraction
  expect(toDecimal(divide(gone, whole(HOUR)), 2)).toBe('20.57')
  const course = { before: whole(1), stretches: [{ from: whole(0), ratio: whole(0) }] }
  expect(crossings(course, minutes('60'), percent('3.6'))).toEqual([
    { at: exactly('57.84'), above: false },
  ])
})

test('SLO-18', () => {
  const used = usedBy(whole(1), 10 * MINUTE, MONTH)
  expect(toDecimal(multiply(used, whole(100)), 4)).toBe('0.0231')
  const facts = { factor: whole(1), minutes: whole(36 * 60), target: percent('99.9') }
  const seen = detectedAfter(whole(1), facts) as Fraction
  expect(multiply(seen, whole(60))).toEqual(exactly('129.6'))
})

const LONDON: Window = {
  kind: 'calendar',
  unit: 'month',
  count: 1,
  zone: 'Europe/London',
  anchor: '2020-01-01T00:00',
}
const londonMinutes = (day: string): Fraction =>
  budgetMinutes(percent('99.95'), lengthAt(LONDON, Date.parse(`${day}T12:00:00Z`)))

test('SLO-19', () => {
  expect(['2025-03-15', '2025-10-15', '2025-02-15'].map(londonMinutes)).toEqual(
    ['22.29', '22.35', '20.16'].map(exactly),
  )
})

test('SLO-20', () => {
  const slices = 14 * 24 * 60
  expect(sliceBudget(percent('95'), slices)).toEqual(whole(16 * 60 + 48))
  const lasts = slicesUntilExhausted(percent('95'), slices, {
    usual: percent('99'),
    lower: percent('1'),
  }) as Fraction
  expect(toDecimal(lasts, 1)).toBe('822.9')
  expect(toDecimal(lasts, 0)).toBe(String(13 * 60 + 43))
})

test('SLO-21', () => {
  expect(budgetMinutes(percent('99.95'), 7 * DAY)).toEqual(fraction(5n * 60_000n + 2_400n, 60_000n))
})

test('SLO-22', () => {
  const target = exactly('0.9')
  const budget = budgetMinutes(target, 12 * HOUR)
  const used = multiply(exactly('0.5'), whole(720))
  expect(budget).toEqual(whole(72))
  expect(used).toEqual(whole(360))
  expect(subtract(budget, used)).toEqual(whole(-288))
  expect(burnRate(exactly('0.5'), target)).toEqual(whole(5))
})

test('SLO-23', () => {
  const burn = burnRate(whole(1), percent('99.999'))
  expect(exhaustedIn(whole(1), burn, MONTH)).toEqual(exactly('25920'))
})

test('SLO-24', () => {
  expect(unsound([FAST], { target: percent('90'), windowMs: MONTH, perHour: null })).toEqual([
    { row: 'fast', reason: 'cannotFire' },
  ])
  expect(unsound([SLOW], { target: percent('99.9'), windowMs: MONTH, perHour: null })).toEqual([])
})

/** The same numbers as a machine reads them: `METHOD_VECTORS` names the file. */
type Vectors = {
  budget_minutes: Record<string, Record<string, number>>
  mwmbr_factors: Record<string, Record<string, number>>
  mwmbr_eval: {
    id: string
    target: string
    window_days: number
    error_ratio: Record<string, string>
    fires: { row: string; severity: string }[]
  }[]
  thresholds: {
    id: string
    target: string
    window_days: number
    error_ratio_threshold: Record<string, number>
  }[]
  detection_seconds_from_clean_state: {
    target: string
    error: string
    factor: string
    window_h: number
    seconds: number
  }[]
  exhaustion_hours_from_full_30d: Record<string, number>
  budget_state: { remaining: number; state: string }[]
  calendar_month_budget_minutes_london_9995: Record<string, number>
}

const path = process.env.METHOD_VECTORS ?? '../shared/method-vectors.json'
const vectors = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Vectors) : null
const STATES: Readonly<Record<string, string>> = { all_hands: 'allHands' }

describe.runIf(vectors !== null)('the numbers of the vectors', () => {
  const known = vectors as Vectors

  test('budgets in minutes', () => {
    for (const [target, days] of Object.entries(known.budget_minutes))
      for (const [count, expected] of Object.entries(days))
        expect(toNumber(budgetMinutes(exactly(target), Number(count) * DAY))).toBeCloseTo(
          expected,
          9,
        )
  })

  test('factors for every window', () => {
    for (const [days, factors] of Object.entries(known.mwmbr_factors))
      for (const [name, expected] of Object.entries(factors)) {
        const found = WORKBOOK_ROWS.find((one) => one.name === name) as Row
        expect(toNumber(factorOf(found, Number(days) * DAY))).toBeCloseTo(expected, 12)
      }
  })

  test('which rows fire', () => {
    for (const { id, target, window_days: days, error_ratio: ratios, fires } of known.mwmbr_eval) {
      const over = (ms: number) => {
        const name = Object.keys(ratios).find((one) => MS[one] === ms)
        return name === undefined ? null : exactly(ratios[name] ?? '')
      }
      const rows = firingRows(WORKBOOK_ROWS, over, exactly(target), days * DAY)
      expect([id, rows.map((one) => ({ row: one.name, severity: one.loudness }))]).toEqual([
        id,
        fires,
      ])
    }
  })

  test('thresholds, detection and exhaustion', () => {
    for (const one of known.thresholds)
      for (const [name, expected] of Object.entries(one.error_ratio_threshold)) {
        const found = WORKBOOK_ROWS.find((row) => row.name === name) as Row
        const threshold = thresholdOf(found, exactly(one.target), one.window_days * DAY)
        expect(toNumber(threshold)).toBe(expected)
      }
    for (const one of known.detection_seconds_from_clean_state) {
      const facts = {
        factor: exactly(one.factor),
        minutes: whole(one.window_h * 60),
        target: exactly(one.target),
      }
      const seen = detectedAfter(exactly(one.error), facts) as Fraction
      expect(toNumber(seen) * 60).toBeCloseTo(one.seconds, 9)
    }
    for (const [burn, hours] of Object.entries(known.exhaustion_hours_from_full_30d)) {
      const ms = exhaustedIn(whole(1), exactly(burn), MONTH) as Fraction
      expect(toNumber(ms) / HOUR).toBeCloseTo(hours, 9)
    }
  })

  test('states of the budget, and months in London', () => {
    for (const { remaining: left, state } of known.budget_state)
      expect([left, stateOf(ofNumber(left))]).toEqual([left, STATES[state] ?? state])
    for (const [month, expected] of Object.entries(known.calendar_month_budget_minutes_london_9995))
      expect(toNumber(londonMinutes(`${month}-15`))).toBe(expected)
  })
})
