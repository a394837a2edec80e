/**
 * Numeric worked examples of the method, kept outside of this repository: `METHOD_VECTORS` names
 * the file. Each example is a test under its own id.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  addBusiness,
  businessBetween,
  type Calendar,
  nextBusinessDay,
} from '../src/lib/calendar.ts'
import { HOUR, type Instant, MINUTE } from '../src/lib/instant.ts'
import { balance } from '../src/load/fairness.ts'
import { dueOf } from '../src/severity/clocks.ts'

type Vectors = {
  clocks: {
    zone: string
    cases: { id: string; kind: string; start: string; due: string; minutes?: number; k?: number }[]
  }
  business_between_minutes: {
    id: string
    hours: string
    from: string
    to: string
    minutes: number
  }[]
  fairness: { id: string; hours: number[]; balance: number; balance_without_zero?: number }[]
}

const path = process.env.METHOD_VECTORS ?? '../shared/method-vectors.json'
const vectors: Vectors | null = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as Vectors)
  : null

/** Bank holidays of England and Wales around the days that the examples speak of. */
const HOLIDAYS = [
  ...['2020-08-31', '2021-05-03', '2021-05-31', '2025-01-01', '2025-04-18', '2025-04-21'],
  ...['2025-05-05', '2025-05-26', '2025-08-25', '2025-12-25', '2025-12-26', '2026-01-01'],
]
const london = (hours: string): Calendar => {
  const [open = '', close = ''] = hours.split('-')
  return {
    zone: 'Europe/London',
    weekly: (['mon', 'tue', 'wed', 'thu', 'fri'] as const).map((day) => ({ day, open, close })),
    holidays: new Set(HOLIDAYS),
  }
}
const OFFICE = london('09:00-17:00')
const HOURS = { ...OFFICE, holidays: HOLIDAYS }
/** Days on the wall are no clock of ours. */
const NOT_OURS = 'calendar_days_3'

type Clock = Vectors['clocks']['cases'][number]
const DUE: Readonly<Record<string, (start: Instant, one: Clock) => Instant>> = {
  close_of_next_business_day: (start) => nextBusinessDay(OFFICE, start).close,
  close_of_kth_business_day: (start, one) => nextBusinessDay(OFFICE, start, one.k).close,
  business_days_5_close: (start) => nextBusinessDay(OFFICE, start, 5).close,
  add_business_minutes: (start, one) => addBusiness(OFFICE, start, (one.minutes ?? 0) * MINUTE),
  elapsed_48h: (start) => dueOf({ kind: 'elapsed', ms: 48 * HOUR }, start, HOURS),
}

describe.skipIf(vectors === null)(
  'the vectors of the method (METHOD_VECTORS names their file)',
  () => {
    for (const [index, one] of (vectors?.clocks.cases ?? []).entries()) {
      test.skipIf(one.kind === NOT_OURS)(`${one.id} ${one.kind} (${index + 1})`, () => {
        expect(Object.keys(DUE)).toContain(one.kind)
        expect(DUE[one.kind]?.(Date.parse(one.start), one)).toBe(Date.parse(one.due))
      })
    }
    for (const one of vectors?.business_between_minutes ?? []) {
      test(`${one.id} business time between two moments, ${one.hours}`, () => {
        const between = businessBetween(london(one.hours), Date.parse(one.from), Date.parse(one.to))
        expect(between).toBe(one.minutes * MINUTE)
      })
    }
    for (const one of vectors?.fairness ?? []) {
      test(`${one.id} how evenly hours are shared`, () => {
        expect(balance(one.hours)).toBeCloseTo(one.balance, 6)
        if (one.balance_without_zero === undefined) return
        const some = one.hours.filter((hours) => hours > 0)
        expect(balance(some)).toBeCloseTo(one.balance_without_zero, 6)
      })
    }
  },
)
