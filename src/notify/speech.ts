/**
 * A page as a voice reads it out: short sentences, nothing that only an eye can take in. Untrusted
 * text: it is cut and stripped here, and escaped by whatever says it.
 */
import { presentableLine } from './channel.ts'

const SENTENCE_MAX = 200
const SENTENCES_MAX = 6

/** The keys in the order in which they are said; 9 has everything read out once more. */
export const KEYS_SENTENCE =
  'Press 1 to acknowledge, 2 to escalate, 3 if it is not yours, 9 to hear this again.'

/** One sentence an item, so that a pause stands between them. */
export function speech(message: { title: string; body: string; severity?: string }): string[] {
  const severity = message.severity === undefined ? '' : `${message.severity}. `
  return [`${severity}${message.title}`, ...message.body.split('\n')]
    .map((line) => presentableLine(spoken(line), SENTENCE_MAX))
    .filter((line) => line !== '')
    .slice(0, SENTENCES_MAX)
}

/** Addresses are not read out, and signs between words become pauses. */
const spoken = (line: string): string =>
  line.replace(/\bhttps?:\/\/\S+/g, '').replace(/[_/\\|•*#<>{}[\]]+/g, ' ')
