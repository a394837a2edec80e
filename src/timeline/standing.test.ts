import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { movedOn, type Place, type Standing } from './standing.ts'

const at = (tx: number, seq: number): Place => ({ tx: String(tx), seq })
const here = (tx: number) => ({ epoch: 1, tx: String(tx), seq: 0 })
const begin: Standing = { ...here(10), ahead: [] }

describe('where a follower stands', () => {
  test('is the oldest transaction that still runs, when all was read', () => {
    expect(movedOn(begin, [at(11, 1), at(12, 2)], here(20), true)).toEqual({
      ...here(20),
      ahead: [],
    })
  })

  test('notes what was read beyond a transaction that does not end', () => {
    const after = movedOn(begin, [at(11, 1), at(15, 2), at(16, 3)], here(12), true)
    expect(after).toEqual({ ...here(12), ahead: [at(15, 2), at(16, 3)] })
    expect(movedOn(after, [at(12, 9)], here(17), true)).toEqual({ ...here(17), ahead: [] })
  })

  test('is the last entry read, where there is more to read', () => {
    expect(movedOn(begin, [at(11, 1), at(12, 2)], here(20), false)).toEqual({
      epoch: 1,
      tx: '12',
      seq: 2,
      ahead: [],
    })
  })

  test('compares transactions as numbers, however long they are', () => {
    const after = movedOn(
      begin,
      [at(9, 1), { tx: '18446744073709551614', seq: 2 }],
      here(100),
      true,
    )
    expect(after.ahead).toEqual([{ tx: '18446744073709551614', seq: 2 }])
  })
})

test('whatever order transactions end in, every entry is read once and none is left out', () => {
  const transaction = fc.record({
    from: fc.nat(20),
    lasts: fc.nat(20),
    entries: fc.integer({ min: 1, max: 4 }),
  })
  fc.assert(
    fc.property(
      fc.array(transaction, { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (all, max) => {
        // Numbered in the order they begin; entries are numbered as they are written, at their begin.
        const begun = all.toSorted((a, b) => a.from - b.from)
        let seq = 0
        const log = begun.flatMap((one, index) =>
          Array.from({ length: one.entries }, () => ({
            ...at(100 + index, (seq += 1)),
            endsAt: one.from + one.lasts,
          })),
        )
        let standing: Standing = { ...here(100), ahead: [] }
        const got: number[] = []
        for (let now = 0; now < 120; now += 1) {
          const running = begun.flatMap((one, index) =>
            one.from <= now && one.from + one.lasts > now ? [100 + index] : [],
          )
          const next = 100 + begun.filter((one) => one.from <= now).length
          const oldest = here(Math.min(next, ...running))
          const isAfter = (one: Place): boolean =>
            Number(one.tx) > Number(standing.tx) ||
            (one.tx === standing.tx && one.seq > standing.seq)
          const visible = log
            .filter((one) => one.endsAt <= now && isAfter(one))
            .filter((one) => !standing.ahead.some((known) => known.seq === one.seq))
          const read = visible.slice(0, max)
          got.push(...read.map((one) => one.seq))
          standing = movedOn(standing, read, oldest, read.length < max)
        }
        expect(got.toSorted((a, b) => a - b)).toEqual(log.map((one) => one.seq))
        expect(standing.ahead).toEqual([])
      },
    ),
    { numRuns: 500 },
  )
})
