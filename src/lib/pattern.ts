/** Users' regular expressions, on an engine whose time grows with the text only (RE2). */
import { RE2JS } from 're2js'
import { invalid } from './problem.ts'

export const PATTERN_MAX = 1_024
const CACHE_MAX = 1_000
const cache = new Map<string, RE2JS>()

/** Compiles a pattern. @throws Problem that names `field` where it is too long or not a pattern */
export function compilePattern(
  pattern: string,
  field: string,
): { matches(text: string): boolean; finds(text: string): boolean } {
  if (pattern.length > PATTERN_MAX)
    throw invalid(field, `A pattern is at most ${PATTERN_MAX} characters long.`)
  let compiled = cache.get(pattern)
  if (!compiled) {
    try {
      compiled = RE2JS.compile(pattern)
    } catch {
      throw invalid(field, `\`${pattern.slice(0, 80)}\` is not a regular expression (RE2 syntax).`)
    }
    if (cache.size >= CACHE_MAX) cache.clear()
    cache.set(pattern, compiled)
  }
  const re = compiled
  return { matches: (text) => re.matches(text), finds: (text) => re.matcher(text).find() }
}
