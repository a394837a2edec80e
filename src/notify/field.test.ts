import { expect, test } from 'vitest'
import type { Field } from './channel.ts'
import { whyWrong } from './field.ts'

const field = (kind: Field['kind'], more: Partial<Field> = {}): Field => ({
  name: 'x',
  label: 'X',
  kind,
  required: false,
  ...more,
})

test.each([
  ['boolean', true, 'true'],
  ['number', 0, '5'],
  ['number', 1_000_000, 1_000_001],
  ['number', 7, 1.5],
  ['url', 'http://x.example', 'ftp://x'],
  ['url', 'https://x.example/y?z', 'https://x y'],
  ['email', 'a@b.example', 'a@b@c'],
  ['phone', '+351912345678', '912345678'],
  ['phone', '+12025550123', '+1 202 555 0123'],
  ['text', 'anything', 'two\nlines'],
  ['text', '', 'x'.repeat(3_000)],
  ['secret', 'hush', 7],
] as const)('a %s may be %j and not %j', (kind, good, wrong) => {
  expect(whyWrong(field(kind), good)).toBeNull()
  expect(whyWrong(field(kind), wrong)).toMatch(/^has to be /)
})

test('a pattern of its own holds, and says what it asks for', () => {
  const own = field('text', { pattern: { source: '^a+$', is: 'some a' } })
  expect([whyWrong(own, 'aa'), whyWrong(own, 'b')]).toEqual([null, 'has to be some a'])
})
