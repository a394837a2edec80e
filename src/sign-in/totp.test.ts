import { expect, test } from 'vitest'
import { codeAt, makeTotpSecret, otpauthUri, stepAt, stepOf, writeSecret } from './totp.ts'

/** The secret of the vectors in RFC 6238, appendix B, and RFC 4226, appendix D. */
const SECRET = Buffer.from('12345678901234567890')

test.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
])('at second %d the vector of RFC 6238 holds', (second, code) => {
  expect(codeAt(SECRET, stepAt(second * 1_000), 8)).toBe(code)
})

test('the counters of RFC 4226 give its codes', () => {
  const codes = Array.from({ length: 10 }, (_, count) => codeAt(SECRET, count))
  expect(codes).toEqual([
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ])
})

const NOW = 1_111_111_111_000

test('a code is good in its step and beside it, and no further', () => {
  const now = stepAt(NOW)
  for (const step of [now - 1, now, now + 1])
    expect(stepOf(SECRET, codeAt(SECRET, step), NOW, 0)).toBe(step)
  for (const step of [now - 2, now + 2])
    expect(stepOf(SECRET, codeAt(SECRET, step), NOW, 0)).toBeNull()
})

test('a code that was used, and every earlier one, is used up', () => {
  const now = stepAt(NOW)
  expect(stepOf(SECRET, codeAt(SECRET, now), NOW, now)).toBeNull()
  expect(stepOf(SECRET, codeAt(SECRET, now - 1), NOW, now)).toBeNull()
  expect(stepOf(SECRET, codeAt(SECRET, now + 1), NOW, now)).toBe(now + 1)
})

test('what is no code is wrong and not an error', () => {
  for (const odd of ['', '1', '1234567', 'abcdef', '٠١٢٣٤٥', '💥💥💥'])
    expect(stepOf(SECRET, odd, NOW, 0)).toBeNull()
})

test('the address for the app holds the secret in base 32 and names that cannot break it', () => {
  expect(writeSecret(SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  const uri = new URL(otpauthUri(SECRET, 'A:B & Co?', 'ana@example.com'))
  expect(uri.searchParams.get('secret')).toBe(writeSecret(SECRET))
  expect(uri.searchParams.get('issuer')).toBe('A B & Co?')
  expect(decodeURIComponent(uri.pathname)).toMatch(/A B & Co\?:ana@example\.com$/)
})

test('secrets are 160 bits, each another', () => {
  expect(makeTotpSecret()).toHaveLength(20)
  expect(makeTotpSecret().equals(makeTotpSecret())).toBe(false)
})
