/**
 * Small readers that are put together into a format. Each notes what is wrong with its place and
 * goes on, so that a person sees all their mistakes at once.
 */
import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import { parseDuration } from '../lib/duration.ts'
import type { Position } from './mistake.ts'
import { nearest } from './nearest.ts'
import {
  arrive,
  CONTROLS,
  didYouMean,
  lastOf,
  note,
  peek,
  placeOf,
  quoted,
  type Reader,
  type Reading,
  type ReferenceKind,
  shown,
  sourceOf,
} from './reading.ts'

export type TextOptions = {
  max?: number
  pattern?: RegExp
  /** What the pattern asks for, to follow "is not". */
  is?: string
  isMultiline?: boolean
}

/** A text. A number is read as it is written, so that `name: 0123` needs no quotes. */
export function text(options: TextOptions = {}): Reader<string> {
  const { max = 500, pattern, is = 'valid', isMultiline = false } = options
  return (reading, start, path) => {
    const node = arrive(reading, start, path)
    const say = (sentence: string) => note(reading, node, path, sentence)
    if (!isScalar(node) || (typeof node.value !== 'string' && typeof node.value !== 'number')) {
      return say(`\`${lastOf(path)}\` has to be text, not ${shown(node)}`)
    }
    const value = sourceOf(node)
    if (value.trim() === '') return say(`\`${lastOf(path)}\` is empty`)
    if (value.length > max) return say(`\`${lastOf(path)}\` is longer than ${max} characters`)
    const plain = isMultiline ? value.replace(/[\n\t]/g, ' ') : value
    if (!value.isWellFormed() || plain.search(CONTROLS) >= 0) {
      return say(`\`${lastOf(path)}\` holds line breaks or other characters that cannot be shown`)
    }
    if (pattern && !pattern.test(value))
      return say(`\`${lastOf(path)}\`: ${quoted(value)} is not ${is}`)
    return value
  }
}

const SLUG = /^[a-z0-9][a-z0-9_.-]*$/

export const slug: Reader<string> = text({
  max: 64,
  pattern: SLUG,
  is: 'an id: small letters, digits, `-`, `_` and `.`, beginning with a letter or a digit',
})

/** A slug of something else. Whether that exists is asked once the whole file has been read. */
export function reference(kind: ReferenceKind): Reader<string> {
  return (reading, node, path) => {
    const value = text({ max: 200 })(reading, node, path)
    if (value === undefined) return undefined
    reading.references.push({ kind, slug: value, path, at: placeOf(reading, node) })
    return value
  }
}

const TARGETS = ['person', 'schedule', 'team'] as const

/** `person:maria`, `schedule:primary`, `team:payments`. */
export const target: Reader<string> = (reading, node, path) => {
  if (isMap(node)) {
    const only = node.items[0] as Pair<Node, Node> | undefined
    if (node.items.length === 1 && isScalar(only?.key) && isScalar(only?.value)) {
      const meant = `${String(only.key.value)}:${String(only.value.value)}`
      return note(reading, node, path, `write ${quoted(meant)} without a space after the colon`)
    }
  }
  const value = text({ max: 200 })(reading, node, path)
  if (value === undefined) return undefined
  const colon = value.indexOf(':')
  if (colon < 0) {
    return note(
      reading,
      node,
      path,
      `${quoted(value)} does not say what it is, write \`person:${value.slice(0, 40)}\`, \`schedule:…\` or \`team:…\``,
    )
  }
  const kind = TARGETS.find((one) => one === value.slice(0, colon))
  if (!kind) {
    const near = nearest(value.slice(0, colon), TARGETS)
    const hint = near
      ? `, did you mean ${quoted(near + value.slice(colon))}?`
      : ', only person, schedule and team can be paged'
    return note(reading, node, path, `${quoted(value)} cannot be paged${hint}`)
  }
  reading.references.push({ kind, slug: value.slice(colon + 1), path, at: placeOf(reading, node) })
  return value
}

export function oneOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return (reading, node, path) => {
    const value = text()(reading, node, path)
    if (value === undefined) return undefined
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    const hint = didYouMean(reading, value, words) || `, known are ${words.join(', ')}`
    return note(reading, node, path, `\`${lastOf(path)}\` cannot be ${quoted(value)}${hint}`)
  }
}

export function whole(min: number, max: number): Reader<number> {
  return (reading, start, path) => {
    const node = arrive(reading, start, path)
    const value = isScalar(node) ? node.value : null
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
      return value
    return note(
      reading,
      node,
      path,
      `\`${lastOf(path)}\` has to be a whole number from ${min} to ${max}, not ${shown(node)}`,
    )
  }
}

export const yesNo: Reader<boolean> = (reading, start, path) => {
  const node = arrive(reading, start, path)
  if (isScalar(node) && typeof node.value === 'boolean') return node.value
  return note(
    reading,
    node,
    path,
    `\`${lastOf(path)}\` has to be true or false, not ${shown(node)}`,
  )
}

/** `45s`, `5m`, `1h30m`, `2d` → milliseconds. */
export function duration(minMs: number, maxMs: number, limits: string): Reader<number> {
  return (reading, node, path) => {
    const value = text()(reading, node, path)
    if (value === undefined) return undefined
    const ms = parseDuration(value)
    if (ms === null) {
      return note(
        reading,
        node,
        path,
        `\`${lastOf(path)}\`: ${quoted(value)} is not a duration such as 45s, 5m, 2h or 1d`,
      )
    }
    if (ms >= minMs && ms <= maxMs) return ms
    return note(
      reading,
      node,
      path,
      `\`${lastOf(path)}\`: ${quoted(value)} is out of bounds, it has to be ${limits}`,
    )
  }
}

export function list<T>(item: Reader<T>, max: number): Reader<T[]> {
  return (reading, start, path) => {
    const node = arrive(reading, start, path)
    if (!isSeq(node))
      return note(reading, node, path, `\`${lastOf(path)}\` has to be a list, not ${shown(node)}`)
    if (node.items.length > max) {
      return note(
        reading,
        node,
        path,
        `\`${lastOf(path)}\` holds ${node.items.length} entries, at most ${max} are read`,
      )
    }
    if (reading.budget < node.items.length) {
      reading.budget = 0
      return note(reading, node, path, 'aliases make the file too large to be read')
    }
    const read = node.items.map((one, index) => item(reading, one as Node, `${path}[${index}]`))
    return read.every((one) => one !== undefined) ? (read as T[]) : undefined
  }
}

/** A value that may stand in the file once only. */
export function once<T>(
  reader: Reader<T>,
  what: string,
  keyOf: (value: T) => string | null,
): Reader<T> {
  return (reading, node, path) => {
    const value = reader(reading, node, path)
    const key = value === undefined ? null : keyOf(value)
    if (key === null) return value
    const first = reading.taken.get(`${what} ${key}`)
    if (first)
      return note(
        reading,
        node,
        path,
        `the ${what} on line ${first.line} is the same, it has to be another`,
      )
    reading.taken.set(`${what} ${key}`, placeOf(reading, node))
    return value
  }
}

/** A list of things with an `id` that no other of them has. */
export function named<T extends { id: string }>(
  item: Reader<T>,
  what: string,
  max: number,
): Reader<T[]> {
  return (reading, start, path) => {
    const seen = new Map<string, Position>()
    reading.declared.set(path, seen)
    return list((_, node, at) => {
      const value = item(reading, node, at)
      const id = peek(reading, node, 'id') ?? null
      const name = isScalar(id) && id.value !== null ? sourceOf(id) : null
      if (name === null) return value
      const first = seen.get(name)
      if (first)
        note(
          reading,
          id,
          `${at}.id`,
          `there are two ${what} ${quoted(name)}, the first stands on line ${first.line}`,
        )
      else seen.set(name, placeOf(reading, id))
      return value
    }, max)(reading, start, path)
  }
}

export type KeyOptions = {
  known: readonly string[]
  /** Begins the sentence when something else stands there: `a contact`. */
  what: string
  /** More to say of a key that is not known; null: nothing in particular. */
  unknown?: (key: string) => string | null
}

/** The values of a mapping by key, after unknown keys and keys that stand twice were noted. */
function keysOf(
  reading: Reading,
  start: Node | null,
  path: string,
  options: KeyOptions,
): Map<string, Node> | undefined {
  const node = arrive(reading, start, path)
  if (!isMap(node))
    return note(reading, node, path, `${options.what} has to be a mapping, not ${shown(node)}`)
  const found = new Map<string, Node>()
  const seen = new Set<string>()
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? sourceOf(pair.key) : ''
    const at = path === '' ? key : `${path}.${key}`
    if (seen.has(key)) note(reading, pair.key, at, `the key ${quoted(key)} stands here twice`)
    else if (options.known.includes(key)) {
      reading.places.set(`${at}:`, placeOf(reading, pair.key))
      // Nothing after the colon is as good as no key at all.
      if (pair.value !== null && !(isScalar(pair.value) && pair.value.value === null))
        found.set(key, pair.value)
    } else {
      const hint =
        (key === '<<' ? ', merge keys are not read, write the values out' : null) ??
        options.unknown?.(key) ??
        (didYouMean(reading, key, options.known) ||
          (options.known.length === 0
            ? ', nothing can be set here'
            : `, known here are ${options.known.join(', ')}`))
      note(reading, pair.key, at, `unknown key ${quoted(key)}${hint}`)
    }
    seen.add(key)
  }
  return found
}

/** `isRequired`: it has to stand there. `otherwise`: what it is when it is left out, null if not said. */
export type Field<T> = { reader: Reader<T>; isRequired?: true; otherwise?: T }
export type Fields<T> = { [Name in keyof T]: Field<NonNullable<T[Name]>> }

/** A mapping of known fields. What could not be read is null, its mistake is noted. */
export function record<T extends Record<string, unknown>>(
  what: string,
  fields: Fields<T>,
  more: Pick<KeyOptions, 'unknown'> = {},
): Reader<T> {
  const known = Object.keys(fields)
  return (reading, start, path) => {
    const values = keysOf(reading, start, path, { known, what, ...more })
    if (!values) return undefined
    const read: Record<string, unknown> = {}
    for (const name of known) {
      const field = fields[name as keyof T]
      const at = path === '' ? name : `${path}.${name}`
      const node = values.get(name)
      if (node !== undefined) read[name] = field.reader(reading, node, at) ?? null
      else {
        read[name] = field.otherwise ?? null
        if (field.isRequired) note(reading, start, at, `${what} needs \`${name}\``)
      }
    }
    return read as T
  }
}
