/** Files that somebody was in the middle of writing: whatever stands in them, the answer is a plan or sentences with places. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { draftOf } from './draft.ts'
import { readFile } from './form-file.ts'
import { FileRefused, type Mistake } from './mistake.ts'
import { EMPTY, FACTS, planDeps } from './planning.rig.ts'

const EXAMPLE = readFileSync(new URL('./golden/example.yaml.txt', import.meta.url), 'utf8')
const NOW = Date.UTC(2026, 10, 23, 10, 5)

function mistakesIn(file: string): readonly Mistake[] {
  const read = readFile(file, {}, FACTS)
  if (!read.ok) return read.mistakes
  try {
    draftOf(read.read, EMPTY, NOW, planDeps())
    return []
  } catch (cause) {
    if (cause instanceof FileRefused) return cause.mistakes
    throw cause
  }
}

const bit = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '- ',
    '#',
    '&a',
    '*a',
    '!!str ',
    '|',
    '>',
    '"',
    "'",
    '\n',
    '  ',
    '\t',
    'null',
    '~',
    'true',
    '0',
    '-1',
    '1e400',
    '.nan',
    `\${X}`,
    '<<: ',
    '? ',
    '---\n',
    '%YAML 1.1\n',
    '\u0000',
    '\uD800',
    '\u2028',
    '__proto__',
  ),
  fc.string({ maxLength: 8, unit: 'grapheme' }),
)
const edit = fc.record({ at: fc.nat(EXAMPLE.length), cut: fc.nat(60), insert: bit })

test('the example with any edits in it', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let file = EXAMPLE
      for (const { at, cut, insert } of edits)
        file = file.slice(0, at) + insert + file.slice(at + cut)
      const lines = file.split(/\r\n|\r|\n/)
      for (const { line, column, sentence } of mistakesIn(file)) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines.length)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(sentence).not.toMatch(/undefined|\[object|NaN|[\p{Cc}\p{Bidi_Control}]/u)
      }
    }),
    { numRuns: 400 },
  )
})

const key = fc.constantFrom(
  'id',
  'name',
  'kind',
  'contacts',
  'rules',
  'high',
  'after',
  'use',
  'members',
  'lead',
  'rotations',
  'people',
  'every',
  'handoff',
  'time',
  'day',
  'starts',
  'only',
  'days',
  'from',
  'to',
  'overrides',
  'person',
  'steps',
  'page',
  'wait',
  'repeat',
  'escalation',
  'depends_on',
  'key',
  'when',
  'url',
  'secret',
  'email',
  'timezone',
)
/** Any value where the format has another. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, -1, 1e300, 'maria', '', 'person:maria', '5m', `\${X}`),
    fc.string({ maxLength: 5 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 5 }),
  ),
})).any
const section = fc.constantFrom(
  'organisation',
  'people',
  'teams',
  'schedules',
  'escalations',
  'services',
  'sources',
  'routes',
  'channels',
  'policy',
  'objectives',
  'other',
)

test('any values in any places', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.dictionary(section, value, { maxKeys: 4 }), (file) => {
      // JSON is YAML.
      for (const { sentence } of mistakesIn(JSON.stringify(file)))
        expect(sentence).not.toMatch(/undefined|\[object|NaN/)
    }),
    { numRuns: 800 },
  )
})
