import { describe, expect, test } from 'vitest'
import { SEED } from './policy.ts'
import { baselineWith, doubled } from './triggers.ts'

const level = (...[now, from, to]: [1 | 2 | 3 | 4, number, number]): number =>
  doubled(now, { percent: from }, { percent: to }, SEED)?.level ?? now

describe('T1: impact that doubles (METHOD 4.1)', () => {
  test('TRG-01 not quite twice is nothing', () => expect(level(3, 8, 15.9)).toBe(3))
  test('TRG-02 exactly twice raises by one', () => expect(level(3, 8, 16)).toBe(2))
  test('TRG-03 the next doubling counts from there', () => {
    expect(level(2, 16, 31)).toBe(2)
    expect(level(2, 16, 32)).toBe(1)
  })
  test('TRG-04 more than half cannot double', () => expect(level(2, 60, 100)).toBe(2))
  test('TRG-05 eightfold in one step is one level, unless the policy says otherwise', () => {
    const users = [{ users: 5 }, { users: 40 }] as const
    expect(doubled(3, ...users, SEED)).toEqual({ unit: 'users', from: 5, to: 40, level: 2 })
    expect(doubled(4, ...users, { isMulti: true })?.level).toBe(1)
  })
  test('TRG-10 SEV1 stays SEV1', () =>
    expect(doubled(1, { percent: 10 }, { percent: 30 }, SEED)).toBeNull())
  test('nothing doubles from nothing, nor in another unit', () => {
    expect(doubled(3, { users: 0 }, { users: 50 }, SEED)).toBeNull()
    expect(doubled(3, { users: 10 }, { percent: 50 }, SEED)).toBeNull()
  })
  test('what is known first is the baseline, and a fall does not lower it', () => {
    expect(baselineWith({ users: 10 }, { users: 4, percent: 3 })).toEqual({ users: 10, percent: 3 })
  })
})
