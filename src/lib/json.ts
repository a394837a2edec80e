/**
 * JSON from strangers. Bounded in size, depth and number of keys before anything is built from it,
 * with an answer that names the place that was wrong. Keys that reach into prototypes are refused.
 */
export type JsonLimits = { bytesMax: number; depthMax: number; keysMax: number; stringMax: number }

export const JSON_LIMITS: JsonLimits = {
  bytesMax: 512 * 1024,
  depthMax: 64,
  keysMax: 5_000,
  stringMax: 64 * 1024,
}

export type JsonProblem = {
  field: string
  message: string
  reason: 'tooLarge' | 'unreadable' | 'invalid'
}
export type Parsed = { ok: true; value: unknown } | { ok: false; problem: JsonProblem }

const decoder = new TextDecoder('utf-8', { fatal: true })
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

export function parseJson(input: Uint8Array | string, limits: JsonLimits = JSON_LIMITS): Parsed {
  if (input.length > limits.bytesMax) {
    return refuse(
      'body',
      `The body is larger than ${Math.floor(limits.bytesMax / 1024)} KiB.`,
      'tooLarge',
    )
  }
  let text: string
  try {
    text = typeof input === 'string' ? input.replace(/^\uFEFF/, '') : decoder.decode(input)
  } catch {
    return refuse('body', 'The body is not valid UTF-8.', 'unreadable')
  }
  if (text.trim() === '') return refuse('body', 'The body is empty.', 'unreadable')
  // A deeply nested text is refused before the parser sees it: the parser recurses.
  if (isTooDeep(text, limits.depthMax)) {
    return refuse('body', `The body is nested more than ${limits.depthMax} levels deep.`, 'invalid')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('body', 'The body is not JSON.', 'unreadable')
  }
  const problem = inspect(value, limits)
  return problem ? { ok: false, problem } : { ok: true, value }
}

const refuse = (field: string, message: string, reason: JsonProblem['reason']): Parsed => ({
  ok: false,
  problem: { field, message, reason },
})

function isTooDeep(text: string, depthMax: number): boolean {
  let depth = 0
  let isInString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (isInString) {
      if (code === 92) index += 1
      else if (code === 34) isInString = false
    } else if (code === 34) isInString = true
    else if (code === 123 || code === 91) {
      depth += 1
      if (depth > depthMax) return true
    } else if (code === 125 || code === 93) depth -= 1
  }
  return false
}

/** Walks the value once; gives the first thing that is out of bounds, with its path. */
function inspect(root: unknown, limits: JsonLimits): JsonProblem | null {
  let keys = 0
  function walk(value: unknown, path: () => string): JsonProblem | null {
    if (typeof value === 'string') {
      if (value.length <= limits.stringMax) return null
      return {
        field: path(),
        message: `The text is longer than ${limits.stringMax} characters.`,
        reason: 'invalid',
      }
    }
    if (value === null || typeof value !== 'object') return null
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        const problem = walk(value[index], () => `${path()}[${index}]`)
        if (problem) return problem
      }
      return null
    }
    for (const key of Object.keys(value)) {
      keys += 1
      const here = () => (path() === '' ? key : `${path()}.${key}`)
      if (keys > limits.keysMax) {
        return {
          field: path() || 'body',
          message: `There are more than ${limits.keysMax} keys.`,
          reason: 'invalid',
        }
      }
      if (FORBIDDEN.has(key)) {
        return { field: here(), message: `\`${key}\` is not allowed as a key.`, reason: 'invalid' }
      }
      const problem = walk((value as Record<string, unknown>)[key], here)
      if (problem) return problem
    }
    return null
  }
  return walk(root, () => '')
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Reads a text field: null where it is absent or of another type. */
export function textIn(record: Record<string, unknown>, name: string): string | null {
  const value = record[name]
  return typeof value === 'string' && value !== '' ? value : null
}
