import { Problem } from '../lib/problem.ts'

/** Where something stands in a file, counted from 1. */
export type Position = { line: number; column: number }

/** One thing wrong with a file. `path` is where it stands in the words of the file: `people[2].email`. */
export type Mistake = Position & { path: string; sentence: string }

/** So many are shown; a file that is not ours at all has thousands. */
const MISTAKES_SHOWN_MAX = 100

/** A file that cannot be carried out, with everything that is wrong with it at once. */
export class FileRefused extends Problem {
  readonly mistakes: readonly Mistake[]

  /** @param mistakes at least one; they are put into the order of the file */
  constructor(mistakes: readonly Mistake[]) {
    const sorted = mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column)
    super('invalid', 'fileRefused', writeMistakes(sorted), { field: sorted[0]?.path ?? '' })
    this.name = 'FileRefused'
    this.mistakes = sorted
  }
}

/** One line a mistake, as compilers write them, so that editors can jump there. */
export function writeMistakes(mistakes: readonly Mistake[], file = 'allclear.yaml'): string {
  const lines = mistakes
    .slice(0, MISTAKES_SHOWN_MAX)
    .map(({ line, column, sentence }) => `${file}:${line}:${column}: ${sentence}`)
  const rest = mistakes.length - lines.length
  if (rest > 0) lines.push(`… and ${rest} more`)
  return lines.join('\n')
}
