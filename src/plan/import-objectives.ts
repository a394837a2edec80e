/**
 * Objectives that were written for something else, read with line and column into the form of our
 * file: the seed's SLO document, OpenSLO v1, Sloth and Google's generator. What contradicts itself
 * is named together with the value that is used; what cannot be meant is refused. The numbers (E1 …)
 * are those of the method's list.
 */
import { Document, isMap, isSeq, type Node } from 'yaml'
import { openDocument } from './document.ts'
import type { ObjectiveForm } from './form.ts'
import { objectiveYaml } from './export.ts'
import { begin, childOf, type Foreign, refuse, textOf } from './foreign.ts'
import { importGoogle } from './import-google.ts'
import { importOpenSlo } from './import-openslo.ts'
import { importSeed } from './import-seed-slo.ts'
import { importSloth } from './import-sloth.ts'
import type { Mistake, Position } from './mistake.ts'

/** Something that was read differently from how it was written, and why. */
export type Noted = Position & { id: string; sentence: string; used: string }

export type ImportedObjectives = {
  objectives: ObjectiveForm[]
  /** Refused, each with its line. With any, nothing was made. */
  mistakes: Mistake[]
  noted: Noted[]
  /** What is left to be done by hand. */
  left: string[]
}

export type ImportOptions = {
  /** The source of metrics to ask where the document names none. */
  metrics?: string
}

const DOCUMENTS_MAX = 200

export function importObjectives(text: string, options: ImportOptions = {}): ImportedObjectives {
  const result: ImportedObjectives = { objectives: [], mistakes: [], noted: [], left: [] }
  const parts = documentsIn(text)
  if (parts.length > DOCUMENTS_MAX) {
    result.mistakes.push({
      ...TOP,
      path: '',
      sentence: `at most ${DOCUMENTS_MAX} documents are read`,
    })
    return result
  }
  const objects: Foreign[] = []
  for (const part of parts) {
    const opened = openDocument(part, true)
    if (!opened.ok) {
      result.mistakes.push(...opened.mistakes)
      continue
    }
    const root = opened.document.contents as Node | null
    for (const node of isSeq(root) ? (root.items as Node[]) : root === null ? [] : [root])
      objects.push(
        begin(opened, node, result, { metrics: options.metrics ?? 'prometheus', text: part }),
      )
  }
  if (objects.length === 0 && result.mistakes.length === 0)
    result.mistakes.push({ ...TOP, path: '', sentence: 'there is no document of objectives in it' })
  for (const one of objects) readOne(one)
  importOpenSlo(objects.filter(isOpenSlo), result)
  const seen = new Map<string, number>()
  for (const one of result.objectives) {
    const count = (seen.get(one.id) ?? 0) + 1
    seen.set(one.id, count)
    if (count > 1) one.id = `${one.id}-${count}`
  }
  if (result.mistakes.length > 0) result.objectives = []
  result.left = [...new Set(result.left)]
  return result
}

const TOP: Position = { line: 1, column: 1 }

const isOpenSlo = (one: Foreign): boolean =>
  (textOf(childOf(one, 'apiVersion')) ?? '') === 'openslo/v1'

function readOne(one: Foreign): void {
  if (!isMap(one.node)) return refuse(one, one.node, 'a mapping is expected here')
  const version = textOf(childOf(one, 'apiVersion'))
  if (version === 'openslo/v1') return
  if (version?.startsWith('openslo'))
    return refuse(
      one,
      childOf(one, 'apiVersion'),
      `\`${version}\` is not read, only \`openslo/v1\` is`,
    )
  if (version === 'sre.google.com/v2') return importGoogle(one)
  if (version === 'sloth.slok.dev/v1' || textOf(childOf(one, 'version')) === 'prometheus/v1')
    return importSloth(one)
  if (childOf(one, 'slos') && childOf(one, 'slis')) return importSeed(one)
  refuse(
    one,
    one.node,
    'this is none of the documents that are read: OpenSLO v1, Sloth prometheus/v1, or `slis:` with `slos:`',
  )
}

/** YAML in fences, or the documents of a file; each with the lines before it, so that places are right. */
function documentsIn(text: string): string[] {
  const fences = [...text.matchAll(/^```ya?ml[^\n]*\n([\s\S]*?)^```/gm)].filter(([, inside = '']) =>
    /^(slos|apiVersion|version):/m.test(inside),
  )
  if (fences.length > 0)
    return fences.map((hit) => {
      const start = (hit.index ?? 0) + hit[0].indexOf('\n') + 1
      return '\n'.repeat(text.slice(0, start).split('\n').length - 1) + (hit[1] ?? '')
    })
  const parts: string[] = []
  let line = 0
  for (const part of text.split(/^---[ \t]*(?:#.*)?$/m)) {
    if (part.replace(/^\s*#.*$/gm, '').trim() !== '') parts.push('\n'.repeat(line) + part)
    line += part.split('\n').length - 1
  }
  return parts
}

/** The objectives as the section of a file of ours. */
export function writeObjectives(objectives: readonly ObjectiveForm[]): string {
  const document = new Document({ objectives: objectives.map(objectiveYaml) })
  return document.toString({ lineWidth: 100 })
}
