/**
 * A page as a voice reads it out: how bad, what is broken, since when, what happens if nothing is
 * done, and the keys. Untrusted text: it is cut and stripped here, and escaped by whatever says it.
 */
import { presentableLine } from './channel.ts'

const SENTENCE_MAX = 200
const SENTENCES_MAX = 6

/** The keys in the order in which they are said; 9 has everything read out once more. */
export const KEYS_SENTENCE =
  'Press 1 to acknowledge, 2 to escalate, 3 if it is not yours, 9 to hear this again.'
/** Where nobody hears the keys. */
export const NO_KEYS_SENTENCE = 'To answer, open Allclear, or the link in your messages.'

/** One sentence an item, so that a pause stands between them. */
export function speech(message: { title: string; body: string; severity?: string }): string[] {
  const { title, body, severity = '' } = message
  return [...severityOf(severity), title, ...body.split('\n').map((line) => since(line, severity))]
    .map((line) => presentableLine(aloud(line), SENTENCE_MAX))
    .filter((line) => line !== '')
    .slice(0, SENTENCES_MAX)
    .map((line) => (/[.!?…]$/.test(line) ? line : `${line}.`))
}

const severityOf = (severity: string): string[] =>
  severity === '' ? [] : [`${capital(severity)} alert`]

/** It was said how bad it is: "Critical since Mon 03:02" goes on as "Since Mon 03:02". */
const since = (line: string, severity: string): string =>
  severity !== '' && line.startsWith(`${capital(severity)} since `)
    ? `Since ${line.slice(severity.length + ' since '.length)}`
    : line.replace('If you do nothing:', 'If you do nothing,')

/** Addresses are not read out, signs between words become pauses, and a code is no number. */
const aloud = (line: string): string =>
  line
    .replace(/\bhttps?:\/\/\S+/g, ' ')
    .replace(/[_/\\|•*#<>{}[\]]+/g, ' ')
    .replace(/\s%/g, ' percent')
    .replace(/\bcode is (\d{4,12})/g, (_, digits: string) => `code is ${[...digits].join(', ')}`)

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
