/**
 * Queries of indicators. Either the name of a counter with its labels, whose increases we take
 * ourselves, series by series and over every restart; or an expression of its own, with a place for
 * the window.
 */

const PLACE = /\{\{\s*\.window\s*\}\}|\$window|\[window\]/g
/** A metric, or a metric with matchers; strings in quotes may hold anything. */
const SELECTOR =
  /^[A-Za-z_:][A-Za-z0-9_:]*\s*(\{(?:[^"'`{}]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)*\})?$/

export const QUERY_MAX = 4_000

export const isSelector = (query: string): boolean => SELECTOR.test(query.trim())

export const hasWindow = (query: string): boolean => query.search(PLACE) >= 0

/**
 * The two sides of a division that stands at the top of a query, each with a place for the window
 * where it had one of its own; null where there is no such division. How their series match does not
 * matter: each side is added up before it is divided.
 */
export function splitRatio(query: string): { above: string; below: string } | null {
  let depth = 0
  let quote = ''
  const found: number[] = []
  for (let index = 0; index < query.length; index += 1) {
    const sign = query[index] ?? ''
    if (quote !== '') {
      if (sign === '\\') index += 1
      else if (sign === quote) quote = ''
    } else if ('"\'`'.includes(sign)) quote = sign
    else if ('([{'.includes(sign)) depth += 1
    else if (')]}'.includes(sign)) depth -= 1
    else if (depth === 0 && sign === '/') found.push(index)
    else if (depth === 0 && /[-+*%^]/.test(sign)) return null
  }
  const [at] = found
  if (at === undefined || found.length > 1) return null
  const above = query.slice(0, at).trim()
  const below = query
    .slice(at + 1)
    .trim()
    .replace(/^(ignoring|on)\s*\([^)]*\)\s*(group_(left|right)\s*(\([^)]*\))?)?/, '')
    .trim()
  return above === '' || below === '' ? null : { above, below }
}

/** With the windows that a query has of its own turned into places for ours. */
export const withPlaces = (query: string): string =>
  query.replace(/\[(\d+[smhdw])+\]/g, '[{{.window}}]')

/** The query over one window: `5m`. */
export const queryOver = (query: string, window: string): string =>
  query.replace(PLACE, (found) => (found === '[window]' ? `[${window}]` : window)).trim()

/** The rate of events over a window, for rules of others. A counter becomes a sum of rates. */
export const rateOver = (query: string, window: string): string =>
  isSelector(query) ? `sum(rate(${query.trim()}[${window}]))` : queryOver(query, window)

/** What keeps a query from being used, as the end of a sentence; null: nothing does. */
export function queryTrouble(query: string): string | null {
  if (/\bhistogram_quantile\s*\(/.test(query))
    return 'is a quantile, which says how slow the slowest are and not how many were fast: count the requests of the bucket (`le`) against all of them'
  if (isSelector(query) || hasWindow(query)) return null
  return 'has a window of its own or none: write the counter alone, or put `[{{.window}}]` where the window goes'
}
