import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { draftOf } from './draft.ts'
import { readFile } from './form-file.ts'
import { FileRefused, type Mistake, writeMistakes } from './mistake.ts'
import { EMPTY, FACTS, planDeps } from './planning.rig.ts'

// Each case is `=== what is wrong`, the file, and after `>>>` what is said about it.
const GOLDEN = new URL('./golden/bad-files.txt', import.meta.url)
const ENV = { SET: 'a-value', BROKEN: 'two\nlines' }

type Case = { name: string; file: string; said: string }

const cases = readFileSync(GOLDEN, 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((block): Case => {
    const [head = '', said = ''] = block.split(/^>>>\n/m)
    const [name = '', ...lines] = head.split('\n')
    return { name, file: lines.join('\n'), said }
  })

function mistakesIn(file: string): readonly Mistake[] {
  const read = readFile(file, ENV, FACTS)
  if (!read.ok) return read.mistakes
  try {
    draftOf(read.read, EMPTY, 0, planDeps())
    return []
  } catch (cause) {
    if (cause instanceof FileRefused) return cause.mistakes
    throw cause
  }
}

describe('a bad file', () => {
  if (process.env.UPDATE_GOLDEN) {
    const blocks = cases.map(
      ({ name, file }) => `=== ${name}\n${file}>>>\n${writeMistakes(mistakesIn(file))}\n`,
    )
    writeFileSync(GOLDEN, blocks.join(''))
  }

  test.each(cases)('with $name is refused with place and sentence', ({ file, said }) => {
    const mistakes = mistakesIn(file)
    expect(mistakes.length).toBeGreaterThan(0)
    const lines = file.split('\n')
    for (const { line, column, sentence } of mistakes) {
      expect(line).toBeGreaterThanOrEqual(1)
      expect(line).toBeLessThanOrEqual(lines.length)
      expect(column).toBeGreaterThanOrEqual(1)
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
      expect(sentence.length).toBeGreaterThan(10)
      expect(sentence).not.toMatch(/undefined|\[object|NaN/)
    }
    if (!process.env.UPDATE_GOLDEN) expect(`${writeMistakes(mistakes)}\n`).toBe(said)
  })

  test('there are enough of them', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60)
  })
})
