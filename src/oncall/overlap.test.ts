/** Overrides that overlap: the answer, and what it costs, counted in looks and not in time. */
import { expect, test } from 'vitest'
import { HOUR } from '../lib/instant.ts'
import { at, override, rotation, schedule } from './schedule.rig.ts'
import type { Override } from './schedule.ts'
import { shiftsBetween } from './shifts.ts'

const FIRST = at('2026-01-05T00:00')

/** So many overrides, each an hour after the one before and `hours` long. Every look at one is counted. */
function staggered(count: number, hours: number): { overrides: Override[]; looks: () => number } {
  let looks = 0
  const overrides = Array.from({ length: count }, (_, index) => {
    const from = FIRST + index * HOUR
    const one = override(`p${index}`, '2026-01-05T00:00', '2026-01-06T00:00')
    return Object.defineProperties(one, {
      from: { enumerable: true, get: () => ((looks += 1), from) },
      to: { enumerable: true, get: () => ((looks += 1), from + hours * HOUR) },
    })
  })
  return { overrides, looks: () => looks }
}

/** Who is on call in each hour, worked out from the numbers alone. */
function expected(count: number, hours: number): string[] {
  return Array.from({ length: count + hours - 1 }, (_, hour) => {
    const first = Math.max(0, hour - hours + 1)
    const last = Math.min(hour, count - 1)
    return Array.from({ length: last - first + 1 }, (_, index) => `p${first + index}`).join('+')
  })
}

test.each([
  // How many, each so many hours long, and how often one of them may be looked at in all.
  [16, 16, 60 * 16 * 16],
  [200, 200, 60 * 200 * 200],
  [10_000, 3, 400 * 10_000],
])(
  '%i overlapping overrides of %i hours end, with the right people, in a bounded number of looks (R71)',
  (count, hours, most) => {
    const { overrides, looks } = staggered(count, hours)
    const one = schedule('UTC', [rotation('ana', { starts: '2026-01-05' })], { overrides })
    const to = FIRST + (count + hours - 1) * HOUR
    const shifts = shiftsBetween(one, FIRST, to)
    expect(looks()).toBeLessThan(most)
    expect(shifts.map((shift) => shift.people.map((each) => each.personId).join('+'))).toEqual(
      expected(count, hours),
    )
    expect(shifts.map((shift) => shift.from)).toEqual(
      shifts.map((_, index) => FIRST + index * HOUR),
    )
  },
)
