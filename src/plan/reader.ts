/**
 * Reading YAML strictly, with the place of everything that is wrong: small readers that are put
 * together into a format. All problems are collected; reading never stops at the first.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import { parseDuration } from '../lib/duration.ts'
import { nearest } from './nearest.ts'

export type FileProblem = { line: number; column: number; path: string; sentence: string }

export type Reading = {
  readonly lines: LineCounter
  readonly problems: FileProblem[]
  /** Values for `${NAME}`. */
  readonly env: Readonly<Record<string, string>>
}

/** Gives the value, or undefined after it noted what was wrong. `node` is null where nothing stands. */
export type Reader<T> = (reading: Reading, node: Node | null, path: string) => T | undefined

export const FILE_BYTES_MAX = 1024 * 1024
const ALIASES_MAX = 50
const DEPTH_MAX = 40

export function openFile(
  text: string,
  env: Readonly<Record<string, string>>,
): { root: Node | null; reading: Reading } {
  const lines = new LineCounter()
  const reading: Reading = { lines, problems: [], env }
  if (text.length > FILE_BYTES_MAX) {
    reading.problems.push({
      line: 1,
      column: 1,
      path: '',
      sentence: 'The file is larger than 1 MiB.',
    })
    return { root: null, reading }
  }
  if (deepest(text) > DEPTH_MAX) {
    reading.problems.push({
      line: 1,
      column: 1,
      path: '',
      sentence: `The file is nested more than ${DEPTH_MAX} levels deep.`,
    })
    return { root: null, reading }
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    merge: false,
    maxAliasCount: ALIASES_MAX,
  } as never)
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0])
    reading.problems.push({ line, column: col, path: '', sentence: firstLine(error.message) })
  }
  return { root: document.errors.length > 0 ? null : (document.contents as Node | null), reading }
}

/** How deep flow collections and indentation go at most; cheap, before anything is parsed. */
function deepest(text: string): number {
  let depth = 0
  let most = 0
  for (const char of text) {
    if (char === '[' || char === '{') most = Math.max(most, ++depth)
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1)
  }
  for (const line of text.split('\n'))
    most = Math.max(most, (/^[ -]*/.exec(line)?.[0].length ?? 0) / 2)
  return most
}

const firstLine = (text: string): string =>
  (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '.')

export function note(
  reading: Reading,
  node: Node | null,
  path: string,
  sentence: string,
): undefined {
  const offset = node?.range?.[0] ?? 0
  const { line, col } = reading.lines.linePos(offset)
  reading.problems.push({ line: Math.max(line, 1), column: Math.max(col, 1), path, sentence })
  return undefined
}

const show = (node: Node | null): string => {
  if (node === null) return 'nothing'
  if (isScalar(node)) return `\`${String(node.value).slice(0, 60)}\``
  return isMap(node) ? 'a mapping' : isSeq(node) ? 'a list' : 'something else'
}

/** A text, with `${NAME}` taken from the environment. */
export function text(
  options: { max?: number; pattern?: RegExp; is?: string } = {},
): Reader<string> {
  return (reading, node, path) => {
    if (!isScalar(node) || node.value === null || typeof node.value === 'object') {
      return note(reading, node, path, `${path} has to be a text, not ${show(node)}.`)
    }
    const value = fill(
      reading,
      node,
      path,
      typeof node.value === 'string' ? node.value : (node.source ?? String(node.value)),
    )
    if (value === undefined) return undefined
    if (value.length > (options.max ?? 500))
      return note(reading, node, path, `${path} is longer than ${options.max ?? 500} characters.`)
    if (!value.isWellFormed() || value.includes('\0'))
      return note(reading, node, path, `${path} holds characters that cannot be stored.`)
    if (value === '') return note(reading, node, path, `${path} is empty.`)
    if (options.pattern && !options.pattern.test(value)) {
      return note(reading, node, path, `${path}: ${show(node)} is not ${options.is ?? 'valid'}.`)
    }
    return value
  }
}

function fill(reading: Reading, node: Node, path: string, value: string): string | undefined {
  let isWhole = true
  const filled = value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const found = Object.hasOwn(reading.env, name) ? reading.env[name] : undefined
    if (found === undefined) {
      note(reading, node, path, `${path}: the environment variable ${name} is not set.`)
      isWhole = false
    }
    return found ?? ''
  })
  return isWhole ? filled : undefined
}

export const slug: Reader<string> = text({
  max: 64,
  pattern: /^[a-z0-9][a-z0-9_.-]*$/,
  is: 'an id: small letters, digits, - _ and . only, beginning with a letter or digit',
})

export function oneOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return (reading, node, path) => {
    const value = text()(reading, node, path)
    if (value === undefined) return undefined
    const found = words.find((word) => word === value)
    if (found) return found
    const near = nearest(value, words)
    return note(
      reading,
      node,
      path,
      `${path}: \`${value}\` is not one of ${words.join(', ')}.${near ? ` Did you mean \`${near}\`?` : ''}`,
    )
  }
}

export function whole(min: number, max: number): Reader<number> {
  return (reading, node, path) => {
    const value = isScalar(node) ? node.value : null
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      return note(
        reading,
        node,
        path,
        `${path} has to be a whole number from ${min} to ${max}, not ${show(node)}.`,
      )
    }
    return value
  }
}

export const yesNo: Reader<boolean> = (reading, node, path) =>
  isScalar(node) && typeof node.value === 'boolean'
    ? node.value
    : note(reading, node, path, `${path} has to be true or false, not ${show(node)}.`)

/** `45s`, `5m`, `2h`, `1d` → milliseconds. */
export function duration(maxMs: number): Reader<number> {
  return (reading, node, path) => {
    const value = text()(reading, node, path)
    if (value === undefined) return undefined
    const ms = parseDuration(value)
    if (ms === null)
      return note(
        reading,
        node,
        path,
        `${path}: \`${value}\` is not a duration. Write 45s, 5m, 2h or 1d.`,
      )
    if (ms > maxMs) return note(reading, node, path, `${path}: \`${value}\` is too long.`)
    return ms
  }
}

export function list<T>(item: Reader<T>, max = 1_000): Reader<T[]> {
  return (reading, node, path) => {
    if (!isSeq(node))
      return note(reading, node, path, `${path} has to be a list, not ${show(node)}.`)
    if (node.items.length > max)
      return note(reading, node, path, `${path} holds more than ${max} entries.`)
    const read = node.items.map((one, index) => item(reading, one as Node, `${path}[${index}]`))
    return read.every((one) => one !== undefined) ? (read as T[]) : undefined
  }
}

export type Fields<T> = {
  [Name in keyof T]: { reader: Reader<NonNullable<T[Name]>>; required?: boolean }
}

/** A mapping with known keys only. A key that is left out gives null. */
export function record<T extends Record<string, unknown>>(fields: Fields<T>): Reader<T> {
  return (reading, node, path) => {
    if (!isMap(node))
      return note(
        reading,
        node,
        path,
        `${path || 'The file'} has to be a mapping, not ${show(node)}.`,
      )
    const known = Object.keys(fields)
    const found = new Map<string, Node | null>()
    let isGood = true
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      if (isAlias(pair.value))
        isGood =
          note(
            reading,
            pair.key,
            path,
            `${join(path, key)}: aliases are not read. Write it out.`,
          ) ?? false
      if (known.includes(key)) found.set(key, pair.value)
      else {
        const near = nearest(key, known)
        const hint = near ? ` Did you mean \`${near}\`?` : ` Known here: ${known.join(', ')}.`
        isGood =
          note(
            reading,
            pair.key,
            join(path, key),
            `Unknown key \`${key}\`${path ? ` in ${path}` : ''}.${hint}`,
          ) ?? false
      }
    }
    const value: Record<string, unknown> = {}
    for (const name of known) {
      const field = fields[name as keyof T]
      const at = found.get(name)
      if (at === undefined || at === null || (isScalar(at) && at.value === null)) {
        value[name] = null
        if (field.required)
          isGood = note(reading, node, join(path, name), `${join(path, name)} is missing.`) ?? false
        continue
      }
      const read = field.reader(reading, at, join(path, name))
      if (read === undefined) isGood = false
      value[name] = read ?? null
    }
    return isGood ? (value as T) : undefined
  }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
