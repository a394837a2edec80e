import { describe, expect, test } from 'vitest'
import { type Answers, classify, UNANSWERED } from './classify.ts'

/** What monitoring knows where nothing is said otherwise. */
const answers = (more: Partial<Answers>): Answers => ({
  ...UNANSWERED,
  security: 'none',
  data: 'none',
  payingAffected: 'no',
  ...more,
})
const said = (more: Partial<Answers>, isStrict = false): string => {
  const { level, provisional, rules, floors } = classify(answers(more), isStrict)
  return `${level}${provisional ? ' provisional' : ''} [${[...rules, ...floors].join(', ')}]`
}

describe('severity, by the questionnaire (METHOD 2.3)', () => {
  test('SEV-01 an outage for everybody is 1', () => {
    expect(said({ mode: 'outage', scopePct: 100 })).toBe('1 [R3]')
  })
  test('SEV-02 an outage for some is 2', () => {
    expect(said({ mode: 'outage', scopePct: 18 })).toBe('2 [R4]')
  })
  test('SEV-03 degraded for more than a quarter is 2, for exactly a quarter 3', () => {
    expect(said({ mode: 'degraded', scopePct: 26 })).toBe('2 [R5]')
    expect(said({ mode: 'degraded', scopePct: 25 })).toBe('3 [R7]')
  })
  test('SEV-04 slow for everybody is 2, not 1', () => {
    expect(said({ mode: 'degraded', scopePct: 100 })).toBe('2 [R5]')
  })
  test('SEV-05 a minor feature is 3', () => {
    const minor = { mode: 'featureDown', feature: 'minor', reporter: 'employee' } as const
    expect(said({ ...minor, workaround: 'yes' })).toBe('3 [R8]')
    expect(said({ ...minor, workaround: 'no' })).toBe('3 [R8]')
  })
  test('SEV-06 reported by a customer it is 2 where somebody who pays is affected', () => {
    const minor = { mode: 'featureDown', feature: 'minor', reporter: 'customer' } as const
    expect(said({ ...minor, payingAffected: 'yes' })).toBe('2 [R8, F1]')
    expect(said({ ...minor, payingAffected: 'unknown' })).toBe('2 provisional [R8, F1]')
    expect(said({ ...minor, payingAffected: 'no' })).toBe('3 [R8]')
  })
  test('SEV-07 a typo stays 4 whoever reports it, unless the policy is strict', () => {
    const typo = { mode: 'cosmetic', reporter: 'customer', payingAffected: 'yes' } as const
    expect(said(typo)).toBe('4 [R10]')
    expect(said(typo, true)).toBe('2 [R10, F1]')
  })
  test('SEV-08 a data concern is 1 although nothing is to be seen', () => {
    expect(said({ data: 'concern', mode: 'none' })).toBe('1 [R2, R10, F2]')
  })
  test('SEV-09 a lost redundancy is 3', () => {
    expect(said({ mode: 'riskOnly' })).toBe('3 [R9]')
  })
  test('SEV-10 a secret in public is 1', () => {
    expect(said({ security: 'confirmed', mode: 'none' })).toBe('1 [R1, R10]')
  })
  test('SEV-11 "something is wrong" is 2 for the time being', () => {
    const { level, provisional, rules } = classify(UNANSWERED)
    expect([level, provisional, rules]).toEqual([2, true, ['R11']])
  })
  test('SEV-12 degraded by an unknown share is 2 for the time being, and 3 once it is 12 %', () => {
    expect(said({ mode: 'degraded' })).toBe('2 provisional [R5]')
    expect(said({ mode: 'degraded', scopePct: 12 })).toBe('3 [R7]')
  })
})
