import { expect, test } from 'vitest'
import { createLinks } from '../../access/secret.ts'
import { answerOf, type Received } from './answer.ts'
import { replyAddress, tokenOf } from './reply-address.ts'

const ID = '01a208cf-3c5f-74fc-a70b-f8776f004aec'
const links = createLinks(Buffer.alloc(32, 7))
const TOKEN = links.makeShort(ID)
const REPLY_TO = 'allclear@pager.example.com'

const mail = (text: string, headers: Record<string, string> = {}): Received => ({
  envelopeFrom: 'ana@example.com',
  from: 'ana@example.com',
  headers,
  text,
})
const answer = (text: string, headers?: Record<string, string>) => {
  const reply = answerOf(mail(text, headers), TOKEN)
  return reply?.what === 'pressed' ? reply.answer : null
}

test('the first line of one’s own is the answer', () => {
  expect(answer('ack\n')).toBe('acknowledge')
  expect(answer('\n\n  Escalate\n\n> 1\n')).toBe('escalate')
  expect(answer('> ack\n> text\n\nnot mine')).toBe('notMine')
  expect(answer('On Mon, Allclear wrote:\r\n> Page\r\n\r\n1\r\n')).toBe('acknowledge')
  expect(answer('Am Montag schrieb Allclear:\n\n> Page: ack\n')).toBeNull()
  expect(answer('I am on it\nack')).toBeNull()
  expect(answer('')).toBeNull()
})

test('machines answer nothing (R58)', () => {
  const machines: Record<string, string>[] = [
    { 'auto-submitted': 'auto-replied' },
    { 'auto-submitted': 'auto-generated; x=1' },
    { precedence: 'Bulk' },
    { 'x-autoreply': 'yes' },
    { 'x-auto-response-suppress': 'All' },
    { 'list-id': 'x' },
  ]
  for (const headers of machines) expect([headers, answer('ack', headers)]).toEqual([headers, null])
  expect(answerOf({ ...mail('ack'), envelopeFrom: '' }, TOKEN)).toBeNull()
  expect(answer('ack', { 'auto-submitted': 'no' })).toBe('acknowledge')
})

test('the address carries the page, in any case, and fits in front of an @', () => {
  const address = replyAddress(REPLY_TO, TOKEN) ?? ''
  expect(address.indexOf('@')).toBeLessThanOrEqual(64)
  expect(links.read(tokenOf(address.toUpperCase(), REPLY_TO) ?? '')).toBe(ID)
  expect(replyAddress('allclear-answers@pager.example.com', TOKEN)).toBeNull()
  expect(replyAddress(REPLY_TO, undefined)).toBeNull()
  expect(replyAddress('', TOKEN)).toBeNull()
})

test('other addresses carry none', () => {
  for (const address of [
    REPLY_TO,
    `allclear+${TOKEN}@elsewhere.example.com`,
    `other+${TOKEN}@pager.example.com`,
    `allclear+${TOKEN}x@pager.example.com`,
    'allclear+@pager.example.com',
    '',
  ])
    expect([address, tokenOf(address, REPLY_TO)]).toEqual([address, null])
  expect(tokenOf(`+${TOKEN}@`, '')).toBeNull()
})

test('a token with one letter changed names no page', () => {
  for (let index = 0; index < TOKEN.length; index += 1) {
    const letter = TOKEN[index] === 'a' ? 'b' : 'a'
    const forged = `${TOKEN.slice(0, index)}${letter}${TOKEN.slice(index + 1)}`
    expect(links.read(forged)).toBeNull()
  }
  expect(createLinks(Buffer.alloc(32, 8)).read(TOKEN)).toBeNull()
})
