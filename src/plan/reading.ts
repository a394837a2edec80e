/** The reading of one file: what was found wrong so far, and where everything stands. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml'
import { truncate } from '../lib/text.ts'
import { positionAt } from './document.ts'
import type { Mistake, Position } from './mistake.ts'
import { nearest } from './nearest.ts'

/** What a slug in the file points at. */
export type ReferenceKind =
  | 'calendar'
  | 'person'
  | 'team'
  | 'schedule'
  | 'escalation'
  | 'service'
  | 'metrics'
export type Reference = { kind: ReferenceKind; slug: string; path: string; at: Position }

export type Reading = {
  readonly document: Document
  readonly lines: LineCounter
  readonly mistakes: Mistake[]
  /** Where everything stands, by its path; where its key stands, by its path and a colon. */
  readonly places: Map<string, Position>
  /** The ids of each list of named things, by the path of the list. */
  readonly declared: Map<string, ReadonlyMap<string, Position>>
  /** Values of which there may be one only, with the place of the first. */
  readonly taken: Map<string, Position>
  readonly references: Reference[]
  /** Secrets that stand in the file as they are. */
  readonly plainSecrets: { path: string; at: Position }[]
  /** Values for `${NAME}`. */
  readonly env: Readonly<Record<string, string>>
  /** Values still to be read: aliases can make a file larger than it looks. */
  budget: number
  /** Words still to be compared for suggestions: a file full of mistakes must not take all day. */
  comparisons: number
}

const VALUES_MAX = 400_000
const COMPARISONS_MAX = 30_000

/** Gives the value, or undefined after it noted what is wrong. */
export type Reader<T> = (reading: Reading, node: Node | null, path: string) => T | undefined

export function beginReading(
  opened: { document: Document; lines: LineCounter },
  env: Readonly<Record<string, string>>,
): Reading {
  return {
    ...opened,
    mistakes: [],
    places: new Map(),
    declared: new Map(),
    taken: new Map(),
    references: [],
    plainSecrets: [],
    env,
    budget: VALUES_MAX,
    comparisons: COMPARISONS_MAX,
  }
}

export const placeOf = (reading: Reading, node: Node | null): Position =>
  positionAt(reading.lines, node?.range?.[0] ?? 0)

/** Notes a mistake where the node stands. Gives undefined, so that readers can return it. */
export function note(
  reading: Reading,
  node: Node | null,
  path: string,
  sentence: string,
): undefined {
  reading.mistakes.push({ ...placeOf(reading, node), path, sentence })
  return undefined
}

/** The last word of a path: `url` of `people[0].contacts[1].url`. */
export const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** A suggestion for the end of a sentence; empty where nothing is near, or many were made already. */
export function didYouMean(reading: Reading, word: string, known: readonly string[]): string {
  if (reading.comparisons < known.length) return ''
  reading.comparisons -= known.length
  const near = nearest(word, known)
  return near === null ? '' : `, did you mean ${quoted(near)}?`
}

const SHOWN_MAX = 60

/** What stands there, in words short enough for a sentence. */
export function shown(node: Node | null): string {
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  if (!isScalar(node) || node.value === null) return 'nothing'
  return quoted(sourceOf(node))
}

export function quoted(text: string): string {
  return `\`${truncate(text.toWellFormed().replace(CONTROLS, '\uFFFD'), SHOWN_MAX)}\``
}

/** Control characters, and those that turn the direction of what follows. */
export const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** A scalar as it is written. */
export const sourceOf = (node: Scalar): string =>
  typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))

/** Reads through an alias, and remembers the place. */
export function arrive(reading: Reading, node: Node | null, path: string): Node | null {
  reading.places.set(path, placeOf(reading, node))
  reading.budget -= 1
  if (!isAlias(node)) return node
  // The document was refused if an alias led nowhere.
  return (node.resolve(reading.document) as Node | undefined) ?? null
}

/**
 * The value of one key of a mapping, without noting anything: also of an entry that is otherwise
 * wrong. Null where the key is not there, undefined where this is no mapping.
 */
export function peek(reading: Reading, start: Node | null, key: string): Node | null | undefined {
  const node = isAlias(start) ? (start.resolve(reading.document) as Node | undefined) : start
  if (!isMap(node)) return undefined
  const pairs = node.items as Pair<Node, Node | null>[]
  return pairs.find((one) => isScalar(one.key) && one.key.value === key)?.value ?? null
}
