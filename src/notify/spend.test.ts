import { expect, test } from 'vitest'
import { isOverCap, type Spent, spendLimits, whyNotSpend } from './spend.ts'

const NOTHING: Spent = { testsOfContact: 0, testsOfPerson: 0, testsOfDay: 0, ofMonth: 0 }
const why = (what: 'page' | 'test' | 'notice', spent: Partial<Spent>, settings = {}) =>
  whyNotSpend(what, { ...NOTHING, ...spent }, spendLimits(settings))

test('ten tests a person and day, to whichever of their contacts', () => {
  expect(why('test', { testsOfPerson: 9 })).toBeNull()
  expect(why('test', { testsOfPerson: 10 })).toBe('testBudget')
})

test('ten tests to a number, whoever asks for them', () => {
  expect(why('test', { testsOfContact: 10 })).toBe('testBudget')
})

test('a hundred tests a day in all', () => {
  expect(why('test', { testsOfDay: 99 })).toBeNull()
  expect(why('test', { testsOfDay: 100 })).toBe('testBudget')
})

test('limits of one’s own hold, and none at all may be allowed', () => {
  expect(why('test', { testsOfPerson: 1 }, { tests_per_person: 1 })).toBe('testBudget')
  expect(why('test', {}, { tests_per_day: 0 })).toBe('testBudget')
})

test('above the cap of the month there are no tests and notices, below there are', () => {
  const settings = { price_cents: 8, cap_cents: 800 }
  expect(why('notice', { ofMonth: 99 }, settings)).toBeNull()
  expect(why('notice', { ofMonth: 100 }, settings)).toBe('spendCap')
  expect(why('test', { ofMonth: 100 }, settings)).toBe('spendCap')
})

test('a page goes out however much was spent', () => {
  const spent = { testsOfContact: 1e6, testsOfPerson: 1e6, testsOfDay: 1e6, ofMonth: 1e9 }
  expect(why('page', spent, { price_cents: 100, cap_cents: 1 })).toBeNull()
})

test('without a price or a cap nothing is reckoned', () => {
  expect(isOverCap(1e9, spendLimits({ cap_cents: 1 }))).toBe(false)
  expect(isOverCap(1e9, spendLimits({ price_cents: 1 }))).toBe(false)
})
