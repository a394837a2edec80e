/** Small questions to documents of others, and what is said about them with its place. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
} from 'yaml'
import { printable, truncate } from '../lib/text.ts'
import { positionAt } from './document.ts'
import type { ImportedObjectives } from './import-objectives.ts'
import { sourceOf } from './reading.ts'

/** One object of a document of others. */
export type Foreign = {
  document: Document
  lines: LineCounter
  node: Node
  result: ImportedObjectives
  /** The source of metrics to ask where it names none. */
  metrics: string
  /** The text of the document, for what stands in its comments. */
  text: string
}

export const begin = (
  opened: { document: Document; lines: LineCounter },
  node: Node,
  result: ImportedObjectives,
  more: { metrics: string; text: string },
): Foreign => ({ ...more, document: opened.document, lines: opened.lines, node, result })

const through = (one: Foreign, node: Node | null): Node | null =>
  isAlias(node) ? ((node.resolve(one.document) as Node | undefined) ?? null) : node

/** What stands under a path of keys; null where nothing does. */
export function at(one: Foreign, start: Node | null, ...keys: readonly string[]): Node | null {
  let node = through(one, start)
  for (const key of keys) {
    if (!isMap(node)) return null
    const pairs = node.items as Pair<Node, Node | null>[]
    const found =
      pairs.find((pair) => isScalar(pair.key) && sourceOf(pair.key) === key)?.value ?? null
    node = through(one, found)
  }
  return isScalar(node) && node.value === null ? null : node
}

export const childOf = (one: Foreign, ...keys: readonly string[]): Node | null =>
  at(one, one.node, ...keys)

export const textOf = (node: Node | null): string | null =>
  isScalar(node) && node.value !== null ? sourceOf(node) : null

export const items = (one: Foreign, node: Node | null): Node[] =>
  isSeq(node) ? node.items.flatMap((item) => through(one, item as Node) ?? []) : []

/** Keys and values of a mapping. */
export const entries = (one: Foreign, node: Node | null): [string, Node][] =>
  isMap(node)
    ? (node.items as Pair<Node, Node | null>[]).flatMap(({ key, value }): [string, Node][] => {
        const found = through(one, value)
        return isScalar(key) && found !== null ? [[sourceOf(key), found]] : []
      })
    : []

export const placeIn = (one: Foreign, node: Node | null) =>
  positionAt(one.lines, (node ?? one.node).range?.[0] ?? 0)

export function refuse(one: Foreign, node: Node | null, sentence: string): undefined {
  one.result.mistakes.push({ ...placeIn(one, node), path: '', sentence })
  return undefined
}

export function noted(
  one: Foreign,
  node: Node | null,
  id: string,
  sentence: string,
  used: string,
): void {
  one.result.noted.push({ ...placeIn(one, node), id, sentence, used })
}

/** A name of anybody's as an id of ours. */
export function slugOf(text: string): string {
  const slug = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64)
  return slug === '' ? 'objective' : slug
}

export const shortly = (text: string): string => `\`${truncate(printable(text), 60)}\``

/** What a field says, or a refusal where it says nothing. */
export function needed(
  one: Foreign,
  parent: Node | null,
  key: string,
  what: string,
): string | null {
  const found = textOf(at(one, parent, key))
  if (found !== null && found.trim() !== '') return found
  refuse(one, parent, `${what} needs \`${key}\``)
  return null
}
