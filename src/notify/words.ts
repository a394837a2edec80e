/**
 * What people answer in words: "1", "ack", "ok, looking", "not mine 427", "1 all". A digit stands
 * alone or with a code, so that "1 hour please" acknowledges nothing; a word may have more after it.
 * None of our own sentences is an answer: another Allclear may be listening (R58).
 * Whatever is not understood is nothing, never a guess.
 */
import type { Answer } from './reply.ts'

/** `which`: a code that names one page, or all that are open; null: the only one there is. */
export type Understood = { answer: Answer; which: string | 'all' | null }

/** These stand alone, or with a code. */
const ALONE: Readonly<Record<string, Answer>> = {
  1: 'acknowledge',
  2: 'escalate',
  3: 'notMine',
  9: 'repeat',
  acked: 'acknowledge',
  acknowledged: 'acknowledge',
}
/** These may have more after them. */
const WORDS: Readonly<Record<string, Answer>> = {
  ack: 'acknowledge',
  acknowledge: 'acknowledge',
  ok: 'acknowledge',
  okay: 'acknowledge',
  escalate: 'escalate',
  'not mine': 'notMine',
  notmine: 'notMine',
  repeat: 'repeat',
  status: 'repeat',
}
const CODE = /^\d{3}$/
const LINE_MAX = 200

/** The answer of a digit on a telephone; null: none. */
export const answerOfDigit = (digit: string): Answer | null =>
  (digit.length === 1 && ALONE[digit]) || null

export function understand(text: string): Understood | null {
  const words = firstLine(text)
  const [first = '', ...rest] = words
  if (first === 'all' && rest.length === 0) return { answer: 'acknowledge', which: 'all' }
  const pair = `${first} ${rest[0] ?? ''}`
  if (Object.hasOwn(WORDS, pair)) return { answer: WORDS[pair] as Answer, which: whichOf(rest[1]) }
  if (Object.hasOwn(WORDS, first))
    return { answer: WORDS[first] as Answer, which: whichOf(rest[0]) }
  const answer = Object.hasOwn(ALONE, first) ? ALONE[first] : undefined
  if (answer === undefined || rest.length > 1) return null
  const which = whichOf(rest[0])
  return rest.length === 1 && which === null ? null : { answer, which }
}

const firstLine = (text: string): string[] =>
  (
    text
      .normalize('NFKC')
      .trim()
      .split(/[\r\n]/)[0] ?? ''
  )
    .slice(0, LINE_MAX)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

const whichOf = (word: string | undefined): string | 'all' | null =>
  word === 'all' || (word !== undefined && CODE.test(word)) ? word : null

const STOPS: ReadonlySet<string> = new Set([
  'stop',
  'stopall',
  'unsubscribe',
  'cancel',
  'end',
  'quit',
])
const STARTS: ReadonlySet<string> = new Set(['start', 'unstop'])

/** The words by which carriers let people leave and come back; each alone, or it is something else. */
export function leaves(text: string): 'stopped' | 'started' | null {
  const word = text.trim().toLowerCase()
  if (STOPS.has(word)) return 'stopped'
  return STARTS.has(word) ? 'started' : null
}
