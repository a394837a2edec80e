import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../lib/instant.ts'
import { CODE_MS, judge, mayTestAt } from './verify.ts'

const NOW = Date.parse('2026-11-23T14:00:00.000Z')

describe('a code that is said back', () => {
  test.each([
    ['right within ten minutes', { sentAt: NOW - CODE_MS, tries: 0 }, true, 'right'],
    ['wrong', { sentAt: NOW, tries: 4 }, false, 'wrong'],
    ['right a moment too late', { sentAt: NOW - CODE_MS - 1, tries: 0 }, true, 'tooOld'],
    ['right after five wrong ones', { sentAt: NOW, tries: 5 }, true, 'tooManyTries'],
    ['where none was sent', null, true, 'noCode'],
  ] as const)('%s', (_what, check, isRight, verdict) => {
    expect(judge(check, isRight, NOW)).toBe(verdict)
  })
})

describe('how often a contact may be tested', () => {
  test('five times an hour', () => {
    const sent = [50, 40, 30, 20].map((ago) => NOW - ago * MINUTE)
    expect(mayTestAt(sent, NOW)).toBeNull()
    expect(mayTestAt([...sent, NOW - MINUTE], NOW)).toBe(NOW + 10 * MINUTE)
  })

  test('twenty times a day', () => {
    const sent = Array.from({ length: 20 }, (_, index) => NOW - (23 - index) * HOUR)
    expect(mayTestAt(sent, NOW)).toBe(NOW + HOUR)
    expect(mayTestAt(sent.slice(1), NOW)).toBeNull()
  })
})
