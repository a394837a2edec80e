import { expect, test } from 'vitest'
import type { Outgoing } from './channel.ts'
import { segmentsOf, TEXT_MAX, textMessage } from './text-message.ts'

const page = (more: Partial<Outgoing> = {}): Outgoing => ({
  kind: 'page',
  idempotencyKey: 'p:0',
  attemptId: 'a',
  at: 0,
  urgency: 'high',
  title: 'Checkout API: error rate above 5 %',
  body: 'Critical since Mon 03:02\nIf you do nothing: Ben is paged at 03:12',
  url: `https://allclear.example.com/p/${'0'.repeat(36)}.${'s'.repeat(27)}`,
  actions: [{ verb: 'acknowledge', label: 'Acknowledge', url: 'x' }],
  data: {},
  drill: false,
  ...more,
})

test('a page is what is broken, how bad, the link, and how to answer', () => {
  const text = textMessage(page(), true)
  expect(text).toMatchInlineSnapshot(`
    "Checkout API: error rate above 5 %
    Critical since Mon 03:02
    https://allclear.example.com/p/000000000000000000000000000000000000.sssssssssssssssssssssssssss
    Reply 1 to acknowledge"
  `)
  expect(segmentsOf(text)).toBe(2)
})

test('where no reply comes back, none is asked for', () => {
  expect(textMessage(page(), false)).not.toContain('Reply')
})

test('a test and a notice ask for no answer', () => {
  const text = textMessage(
    page({ kind: 'test', title: 'Test page', body: 'All is well.', url: null }),
    true,
  )
  expect(text).toBe('Test page\nAll is well.')
})

test('a drill says so first', () => {
  expect(textMessage(page({ drill: true }), true)).toMatch(/^Drill: Checkout/)
})

test('is the same on every try, although what comes next has changed', () => {
  const later = page({ body: 'Critical since Mon 03:02\nIf you do nothing: Cy is paged at 03:20' })
  expect(textMessage(later, true)).toBe(textMessage(page(), true))
})

test('typographic signs do not double the price', () => {
  expect(segmentsOf(textMessage(page({ title: 'Shop: “disk” – 95 % … full' }), true))).toBe(2)
})

test('of a long title as much is kept as two segments hold, and all of the link', () => {
  const text = textMessage(page({ title: 'Checkout '.repeat(40) }), true)
  expect(segmentsOf(text)).toBe(2)
  expect(text.length).toBeGreaterThan(280)
  expect(text).toContain(page().url)
  expect(text).toContain('Reply 1')
})

test.each([
  ['the dear alphabet', 'Датабаза недоступна '.repeat(20)],
  ['emoji', '🔥'.repeat(5_000)],
  ['a megabyte', 'A'.repeat(1_000_000)],
  ['brackets', '[{~}]'.repeat(500)],
])('with %s the link stays whole and the text within what carriers take', (_what, title) => {
  const text = textMessage(page({ title, body: title }), true)
  expect(text.length).toBeLessThanOrEqual(TEXT_MAX)
  expect(segmentsOf(text)).toBeLessThanOrEqual(3)
  expect(text).toContain(page().url)
  expect(text.isWellFormed()).toBe(true)
})

test.each([
  ['a'.repeat(160), 1],
  ['a'.repeat(161), 2],
  ['a'.repeat(306), 2],
  ['a'.repeat(307), 3],
  ['{'.repeat(80), 1],
  ['{'.repeat(81), 2],
  ['д'.repeat(70), 1],
  ['д'.repeat(71), 2],
])('segments are counted as carriers count them (%#)', (text, count) => {
  expect(segmentsOf(text)).toBe(count)
})
