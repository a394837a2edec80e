import { expect, test } from 'vitest'
import { speech } from './speech.ts'

const BODY = 'Critical since Mon 03:02\nIf you do nothing: Ben is paged at 03:12'

test('says how bad, what, since when, and what happens if nothing is done, in this order', () => {
  const title = 'Checkout API: error rate above 5 %'
  expect(speech({ title, body: BODY, severity: 'critical' })).toEqual([
    'Critical alert.',
    'Checkout API: error rate above 5 percent.',
    'Since Mon 03:02.',
    'If you do nothing, Ben is paged at 03:12.',
  ])
})

test('without a severity says what there is', () => {
  expect(speech({ title: 'Test page', body: 'Nothing is broken.' })).toEqual([
    'Test page.',
    'Nothing is broken.',
  ])
})

test('a code is said digit by digit, so that it can be written down', () => {
  expect(speech({ title: 'Test', body: 'Your code is 4711. It is good for 10 minutes.' })[1]).toBe(
    'Your code is 4, 7, 1, 1. It is good for 10 minutes.',
  )
})

test('reads out no addresses and no signs', () => {
  expect(speech({ title: 'disk_full on db/1 https://evil.example/x?y', body: '' })).toEqual([
    'disk full on db 1.',
  ])
})

test.each(['A'.repeat(1_000_000), '\r\n'.repeat(500_000), '🔥'.repeat(5_000), '\0\u001B[2J\u202E'])(
  'stays short, whatever it is given (%#)',
  (text) => {
    const said = speech({ title: text, body: text, severity: text.slice(0, 20) })
    expect(said.length).toBeLessThanOrEqual(6)
    for (const one of said) expect(one.length).toBeLessThanOrEqual(201)
    expect(said.join('')).not.toMatch(/[\p{Cc}\u202E]/u)
  },
)
