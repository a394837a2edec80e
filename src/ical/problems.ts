import { truncate } from '../lib/text.ts'

const PROBLEMS_MAX = 50
const QUOTED_MAX = 60

/** What could not be read, in sentences; each once, and no more than somebody would look at. */
export type Problems = { said: string[]; say: (sentence: string) => void }

export function problems(): Problems {
  const seen = new Set<string>()
  const said: string[] = []
  return {
    said,
    say: (sentence) => {
      if (seen.size >= PROBLEMS_MAX || seen.has(sentence)) return
      seen.add(sentence)
      said.push(seen.size === PROBLEMS_MAX ? 'There are more problems than are shown.' : sentence)
    },
  }
}

/** Text from outside as one line that does nothing to whoever looks at it. */
export function clean(text: string, max: number): string {
  const line = text
    .slice(0, 4 * max)
    .toWellFormed()
    .replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, ' ')
    .replace(/[\0-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .trim()
  return truncate(line, max)
}

export const quote = (text: string): string => `"${clean(text, QUOTED_MAX)}"`
