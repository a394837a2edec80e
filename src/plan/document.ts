/**
 * Opening a YAML file from anybody: bounded in size, tokens, depth and aliases before a tree is
 * built from it, without tags, merge keys or a second document (T17).
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import type { Mistake } from './mistake.ts'

export const FILE_BYTES_MAX = 1024 * 1024
export const DEPTH_MAX = 32
const ALIASES_MAX = 50
/** What a file of the largest size needs when it is written by people, and then some. */
const TOKENS_MAX = 300_000
const SYNTAX_MISTAKES_MAX = 20

export type Opened =
  | { ok: true; document: Document; lines: LineCounter }
  | { ok: false; mistakes: Mistake[] }

/** @param isAnyRoot a list at the top is as good as a mapping */
export function openDocument(text: string, isAnyRoot = false): Opened {
  const tooMuch = outOfBounds(text)
  if (tooMuch) return { ok: false, mistakes: [tooMuch] }
  const lines = new LineCounter()
  // Keys that stand twice are found by the readers: the library compares every key with every other.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  })
  const at = (offset: number, sentence: string): Mistake => ({
    ...positionAt(lines, offset),
    path: '',
    sentence,
  })
  const mistakes = document.errors
    .slice(0, SYNTAX_MISTAKES_MAX)
    .map((error) => at(error.pos[0], syntaxSentence(error.code, error.message)))
  if (mistakes.length === 0) mistakes.push(...forbidden(document, at, isAnyRoot))
  return mistakes.length > 0
    ? { ok: false, mistakes }
    : { ok: true, document: document as Document, lines }
}

export function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

const SCALAR_FOLLOWS = '\u001f'

/** What can be refused without building anything; null where the text is within bounds. */
function outOfBounds(text: string): Mistake | null {
  const refuse = (offset: number, sentence: string): Mistake => {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    return { line, column: offset - before.lastIndexOf('\n'), path: '', sentence }
  }
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) return refuse(0, 'the file is larger than 1 MiB')
  if (!text.isWellFormed()) {
    return refuse(text.search(LONE_SURROGATE), 'the file is not valid Unicode here')
  }
  let depth = 0
  let indicators = 0
  let tokens = 0
  let aliases = 0
  let offset = 0
  let previous = ''
  for (const token of new Lexer().lex(text)) {
    tokens += 1
    if (tokens > TOKENS_MAX)
      return refuse(offset, `the file holds more than ${TOKENS_MAX} words and signs`)
    const isScalar = previous === SCALAR_FOLLOWS
    if (!isScalar) {
      if (token === '[' || token === '{') depth += 1
      else if (token === ']' || token === '}') depth = Math.max(0, depth - 1)
      else if (token === '-' || token === '?') indicators += 1
      else if (token === '\n' || token === '\r\n') indicators = 0
      else if (token.startsWith('*')) aliases += 1
    }
    if (depth > DEPTH_MAX || indicators > DEPTH_MAX) {
      return refuse(offset, `the file is nested more than ${DEPTH_MAX} levels deep here`)
    }
    if (aliases > ALIASES_MAX)
      return refuse(offset, `the file holds more than ${ALIASES_MAX} aliases`)
    previous = token
    if (!(token.length === 1 && '\u0002\u0018\u001f'.includes(token))) offset += token.length
  }
  return null
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

/** Tags make types that no field has; an alias that leads to aliases makes a small file huge. */
function forbidden(
  document: Document,
  at: (offset: number, sentence: string) => Mistake,
  isAnyRoot: boolean,
): Mistake[] {
  const mistakes: Mistake[] = []
  const offsetOf = (node: Node): number => node.range?.[0] ?? 0
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        if (node.resolve(document) === undefined) {
          mistakes.push(
            at(offsetOf(node), `there is no anchor \`&${node.source.slice(0, 40)}\` before this`),
          )
        }
        return
      }
      if (node.tag !== undefined) {
        const tag = node.tag.replace('tag:yaml.org,2002:', '!!').slice(0, 40)
        mistakes.push(
          at(offsetOf(node), `tags such as \`${tag}\` are not read, write the value plainly`),
        )
      }
      if (node.anchor !== undefined && !isScalar(node) && holdsAlias(node)) {
        mistakes.push(
          at(
            offsetOf(node),
            `the anchor \`&${node.anchor.slice(0, 40)}\` holds aliases itself, which is not read`,
          ),
        )
      }
    },
  })
  const root = document.contents
  if (
    mistakes.length === 0 &&
    !isAnyRoot &&
    isNode(root) &&
    !isMap(root) &&
    !(isScalar(root) && root.value === null)
  ) {
    mistakes.push(
      at(
        offsetOf(root),
        'the file has to be a mapping of sections such as `people:` and `services:`',
      ),
    )
  }
  return mistakes
}

function holdsAlias(node: Node): boolean {
  let found = false
  visit(node, {
    Alias() {
      found = true
      return visit.BREAK
    },
  })
  return found
}

/** The library's words, made into the sentence that follows `file:line:column:`. */
function syntaxSentence(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'the file holds a second document, only one is read'
  if (code === 'TAB_AS_INDENT') return 'tabs cannot indent YAML, use spaces'
  if (code === 'RESOURCE_EXHAUSTION') return 'the file is nested too deeply here'
  const first = (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
  return `this is not YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`
}
