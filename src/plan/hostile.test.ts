import { expect, test } from 'vitest'
import { FILE_BYTES_MAX, openDocument } from './document.ts'
import { storedWhole } from './draft.ts'
import { readFile, variablesIn } from './form-file.ts'
import type { Mistake } from './mistake.ts'
import { EMPTY, FACTS, planDeps } from './planning.rig.ts'
import { danglingReferences } from './references.ts'

const NOTHING_STORED = storedWhole(EMPTY, planDeps())

const mistakesIn = (file: string): readonly Mistake[] => {
  const read = readFile(file, {}, FACTS)
  return read.ok ? read.read.reading.mistakes : read.mistakes
}
const sentencesIn = (file: string): string[] => mistakesIn(file).map((one) => one.sentence)

/** Refused before a tree is built: the cheap look at the words has to catch it. */
const isRefusedUnread = (file: string): boolean => !openDocument(file).ok

test('a billion laughs are refused by the anchor that holds aliases', () => {
  const laughs = Array.from({ length: 9 }, (_, level) =>
    level === 0
      ? 'a0: &a0 [ lol, lol, lol, lol, lol ]'
      : `a${level}: &a${level} [ ${Array(5)
          .fill(`*a${level - 1}`)
          .join(', ')} ]`,
  )
  expect(sentencesIn(laughs.join('\n'))[0]).toContain('holds aliases itself')
})

test('more than 50 aliases are refused', () => {
  const file = `x: &x 1\n${Array.from({ length: 51 }, (_, n) => `k${n}: *x`).join('\n')}`
  expect(sentencesIn(file)).toEqual(['the file holds more than 50 aliases'])
})

test('50 aliases of much are refused by what they would make', () => {
  const people = Array.from({ length: 4_000 }, (_, n) => `p${n}`).join(', ')
  const teams = Array.from({ length: 50 }, (_, n) => `  - { id: t${n}, members: *all }`)
  const file = `people: &all [ ${people} ]\nteams:\n${teams.join('\n')}`
  expect(sentencesIn(file).some((one) => /more|too large|at most/.test(one))).toBe(true)
})

test('an alias inside its own anchor is refused', () => {
  expect(sentencesIn('people: &p [ *p ]')[0]).toContain('holds aliases itself')
})

test.each([
  ['brackets', '['.repeat(500_000)],
  ['closed brackets', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ['braces', '{a: '.repeat(100_000)],
  ['dashes', '- '.repeat(400_000)],
  ['question marks', '? '.repeat(400_000)],
  ['indentation', Array.from({ length: 1_400 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
])('depth by %s is refused', (_, file) => {
  expect(isRefusedUnread(file)).toBe(true)
})

test.each([
  ['tags', `a: ${'!x '.repeat(300_000)}`],
  ['anchors', `a: ${'&x '.repeat(300_000)}`],
  ['quotes', '"'.repeat(1_000_000)],
  ['colons', ': '.repeat(400_000)],
  ['commas', `[${'a,'.repeat(500_000)}]`],
  ['comments', '#\n'.repeat(500_000)],
  ['directives', '%A\n'.repeat(250_000)],
  ['documents', '---\n'.repeat(250_000)],
  ['keys', Array.from({ length: 100_000 }, (_, n) => `a${n}: 1`).join('\n')],
])('a megabyte of %s is refused', (_, file) => {
  expect(isRefusedUnread(file)).toBe(true)
})

test('a file of more than a mebibyte is refused whatever it holds', () => {
  expect(sentencesIn(`# ${'é'.repeat(FILE_BYTES_MAX / 2)}`)).toEqual([
    'the file is larger than 1 MiB',
  ])
  expect(sentencesIn(' '.repeat(FILE_BYTES_MAX))).toEqual([])
})

test('a lone surrogate is refused where it stands', () => {
  expect(mistakesIn('people:\n  - { id: maria, name: "Maria \uD800" }')).toEqual([
    { line: 2, column: 31, path: '', sentence: 'the file is not valid Unicode here' },
  ])
})

test('a zero byte is refused', () => {
  expect(mistakesIn('people:\n  - { id: maria, name: "Ma\0ria" }').length).toBeGreaterThan(0)
  expect(mistakesIn('people:\n  - { id: maria, name: "Ma\\0ria" }').length).toBeGreaterThan(0)
})

test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'])(
  'the key %s is unknown everywhere, and changes nothing',
  (key) => {
    const file = `${key}: { polluted: true }
people: [ { id: maria, name: Maria, ${key}: { polluted: true }, contacts: [ { id: h, kind: ${key} } ] } ]
channels: { ${key}: { polluted: true } }`
    expect(mistakesIn(file).length).toBeGreaterThanOrEqual(4)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  },
)

test('a variable named like a property of every object is not set', () => {
  const file = `sources: [ { id: a, kind: grafana, key: "\${toString}" } ]`
  const read = readFile(file, {}, FACTS)
  expect(read.ok && read.read.file.sources?.[0]?.key).toEqual({
    hidden: null,
    variable: 'toString',
  })
})

test('byte order marks and Windows line ends are welcome', () => {
  expect(mistakesIn('\uFEFFpeople:\r\n  - { id: maria, name: Maria }\r\n')).toEqual([])
})

test('an empty file, and one of comments, manage nothing', () => {
  for (const file of ['', '\n', '# nothing yet\n', '---\n', '{}']) {
    const read = readFile(file, {}, FACTS)
    expect(read.ok && Object.values(read.read.file).filter((one) => one !== null)).toEqual([])
  }
})

test('thousands of wrong references are all told, the first of them with a suggestion', () => {
  const names = Array.from({ length: 3_000 }, (_, n) => `{id: person-${n}, name: P}`).join(',')
  const wrong = Array.from({ length: 900 }, (_, n) => `persom-${n}x`).join(',')
  const read = readFile(`people: [${names}]\nteams: [ { id: t, members: [${wrong}] } ]`, {}, FACTS)
  expect(read.ok).toBe(true)
  if (!read.ok) return
  const sentences = danglingReferences(read.read.reading, NOTHING_STORED, new Set()).map(
    (one) => one.sentence,
  )
  expect(sentences).toHaveLength(900)
  expect(sentences[1]).toBe('there is no person `persom-1x`, did you mean `person-1`?')
  expect(sentences[899]).toBe('there is no person `persom-899x`')
})

test('the variables that a file asks for are known, so that no others are sent', () => {
  expect(variablesIn(`a: "\${B_2}"\nb: \${A}\nc: "\${A}" # \${not a name} $C {D}`)).toEqual([
    'A',
    'B_2',
  ])
})
