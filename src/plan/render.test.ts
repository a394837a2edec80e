import { expect, test } from 'vitest'
import { fieldChanges } from './changes.ts'
import { nearest } from './nearest.ts'
import { renderPlan } from './render.ts'

test('a plan reads as text, with every kind of change', () => {
  const text = renderPlan(
    {
      changes: [
        { section: 'services', id: 'ledger', action: 'remove', fields: [] },
        {
          section: 'people',
          id: 'maria',
          action: 'change',
          fields: [
            { path: 'timezone', from: 'Europe/Lisbon', to: 'Asia/Tokyo' },
            { path: 'contacts.hook.secret', from: 'a secret', to: 'another secret' },
            { path: 'rules.low', from: null, to: [{ after: '0s', use: 'mail' }] },
          ],
        },
        {
          section: 'teams',
          id: 'payments',
          action: 'add',
          fields: [{ path: 'members', from: null, to: ['maria'] }],
        },
      ],
      paging: [{ service: 'checkout-api', at: 0, before: 'Maria', after: 'Jake' }],
      findings: [
        {
          rule: 'stepWithNobody',
          sentence: 'step 1 pages nobody',
          position: { line: 3, column: 5 },
          wayOut: 'name a person',
        },
      ],
    },
    { file: 'ops/allclear.yaml' },
  )
  expect(text).toBe(`people
  ~ maria
      timezone: Europe/Lisbon → Asia/Tokyo
      contacts.hook.secret: a secret → another secret
      rules.low: none → [{after: 0s, use: mail}]
teams
  + payments
      members: [maria]
services
  - ledger

who would be paged at this moment
  checkout-api
      before: Maria
      after:  Jake

findings
  ops/allclear.yaml:3:5: step 1 pages nobody (stepWithNobody)
      way out: name a person

1 to add, 1 to change, 1 to remove. 1 finding.
`)
})

test('nothing to change is said', () => {
  expect(renderPlan({ changes: [], paging: [], findings: [] }, { file: 'a' })).toBe(
    'Nothing to change.\n',
  )
})

test('no text of a file reaches the terminal as an escape sequence', () => {
  const evil = '\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u202E\r'
  const text = renderPlan(
    {
      changes: [
        {
          section: 'people',
          id: evil,
          action: 'change',
          fields: [{ path: evil, from: evil, to: { [evil]: [evil] } }],
        },
      ],
      paging: [{ service: evil, at: 0, before: evil, after: evil }],
      findings: [{ rule: 'x', sentence: evil, position: null, wayOut: evil }],
    },
    { file: 'a' },
  )
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
})

test('long values are cut', () => {
  const text = renderPlan(
    {
      changes: [
        {
          section: 'people',
          id: 'a',
          action: 'change',
          fields: [{ path: 'name', from: 'x'.repeat(1_000), to: null }],
        },
      ],
      paging: [],
      findings: [],
    },
    { file: 'a' },
  )
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(200)
})

test('changes of lists: named things by name, steps by place, plain lists as a whole', () => {
  const hook = { id: 'hook', url: 'a' }
  const mail = { id: 'mail', address: 'b' }
  expect(
    fieldChanges({ contacts: [hook, mail] }, { contacts: [{ ...mail, address: 'c' }, hook] }),
  ).toEqual([
    { path: 'contacts.mail.address', from: 'b', to: 'c' },
    { path: 'contacts', from: ['hook', 'mail'], to: ['mail', 'hook'] },
  ])
  expect(
    fieldChanges({ steps: [{ wait: '5m' }] }, { steps: [{ wait: '6m' }, { wait: '1m' }] }),
  ).toEqual([
    { path: 'steps[0].wait', from: '5m', to: '6m' },
    { path: 'steps[1]', from: null, to: { wait: '1m' } },
  ])
  expect(fieldChanges({ members: ['a', 'b'] }, { members: ['b'] })).toEqual([
    { path: 'members', from: ['a', 'b'], to: ['b'] },
  ])
  expect(fieldChanges({ a: null, b: { hidden: '1' } }, { b: { hidden: '1', hint: 'x' } })).toEqual(
    [],
  )
})

test.each([
  ['recieve', ['receive', 'relieve', 'send'], 'receive'],
  ['marai', ['maria', 'mara', 'emma'], 'maria'],
  ['zzz', ['maria', 'emma'], null],
  ['Europe/Lisbn', ['Europe/London', 'Europe/Lisbon'], 'Europe/Lisbon'],
  ['x'.repeat(200), ['x'.repeat(199)], null],
])('the word near to %s is found', (word, known, near) => {
  expect(nearest(word, known)).toBe(near)
})
