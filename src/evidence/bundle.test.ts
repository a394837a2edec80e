/** Every way to falsify a record, and what the verifier says of it. */
import { expect, test } from 'vitest'
import { createSigner } from '../audit/signature.ts'
import type { EvidenceShown } from '../contract/reports.ts'
import { bundle, type Part, verifyBundle } from './bundle.ts'

const signer = createSigner(Buffer.alloc(32, 7))
const about = { organisation: 'Test', incident: 'INC-1', exportedAt: '2026-11-23T14:00:00.000Z' }
const parts: Part[] = [1, 2, 3, 4, 5].map((count) => ({
  section: 'timeline',
  id: String(count),
  value: { text: `number ${count}`, b: undefined, a: [count, null] },
}))
const made = bundle(about, parts, signer)

/** What the verifier says after something was done to a copy. */
const after = (tamper: (one: EvidenceShown) => void, known = {}) => {
  const copy = JSON.parse(JSON.stringify(made)) as EvidenceShown
  tamper(copy)
  return verifyBundle(JSON.stringify(copy), known)
}
const move = <T>(list: T[], from: number, to: number): void =>
  void list.splice(to, 0, ...list.splice(from, 1))

test('what nobody touched is whole, also indented', () => {
  expect(verifyBundle(`${JSON.stringify(made)}\n`)).toMatchObject({ isWhole: true, entries: 5 })
  expect(verifyBundle(JSON.stringify(made, null, 2), { root: made.root })).toMatchObject({
    isWhole: true,
  })
  expect(verifyBundle(JSON.stringify(bundle(about, [], signer)))).toMatchObject({ isWhole: true })
})

test('altered: by its value, its name, or its value and its hash together', () => {
  const value = { text: 'better' }
  expect(after(({ entries }) => Object.assign(entries[2] as object, { value }))).toMatchObject({
    breach: 'altered',
    seq: 3,
    sentence: 'Entry 3 (timeline 3) is not as it was written.',
  })
  expect(after(({ entries }) => Object.assign(entries[1] as object, { id: '9' }))).toMatchObject({
    breach: 'altered',
    seq: 2,
  })
  const other = bundle(about, [{ section: 'timeline', id: '4', value }], signer)
  expect(after(({ entries }) => void (entries[3] = other.entries[0] as never))).toMatchObject({
    breach: 'altered',
    seq: 4,
  })
  expect(
    after(({ entries, index }) => {
      entries[3] = other.entries[0] as never
      Object.assign(index[3] as object, { sha256: other.entries[0]?.sha256 })
    }),
  ).toMatchObject({ breach: 'altered', seq: 4 })
  expect(
    after(({ entries }) => Object.assign(entries[0] as object, { sha256: '00' })),
  ).toMatchObject({ breach: 'altered', seq: 1 })
})

test('removed: first, in between, last, several, and from the list as well', () => {
  const removed = (at: number, count = 1) => after(({ entries }) => void entries.splice(at, count))
  expect(removed(0)).toMatchObject({ breach: 'removed', seq: 1 })
  expect(removed(2)).toMatchObject({ breach: 'removed', seq: 3 })
  expect(removed(1, 2)).toMatchObject({ breach: 'removed', seq: 2 })
  expect(removed(4)).toMatchObject({ breach: 'removed', seq: 5 })
  const both = (at: number) =>
    after(({ entries, index }) => {
      entries.splice(at, 1)
      index.splice(at, 1)
    })
  expect(both(2)).toMatchObject({ breach: 'removed', seq: 3 })
  expect(both(4)).toMatchObject({ breach: 'removed', seq: 5 })
})

test('added: something new, something twice, at the end', () => {
  const fresh = { section: 'timeline', id: '9', sha256: 'x', value: {} }
  expect(after(({ entries }) => void entries.splice(2, 0, fresh))).toMatchObject({
    breach: 'added',
    seq: 3,
  })
  expect(after(({ entries }) => void entries.splice(3, 0, entries[0] as never))).toMatchObject({
    breach: 'added',
    seq: 4,
  })
  expect(after(({ entries }) => void entries.push(fresh))).toMatchObject({
    breach: 'added',
    seq: 6,
  })
})

test('reordered: in the entries alone, and in the list as well', () => {
  expect(after(({ entries }) => move(entries, 1, 3))).toMatchObject({ breach: 'reordered', seq: 2 })
  expect(after(({ entries }) => move(entries, 4, 0))).toMatchObject({ breach: 'reordered', seq: 1 })
  expect(
    after(({ entries, index }) => {
      move(entries, 1, 3)
      move(index, 1, 3)
    }),
  ).toMatchObject({ breach: 'reordered', seq: 2 })
})

test('the heading, the signature, and a record that was made anew from end to end', () => {
  expect(after((one) => void (one.incident = 'INC-2'))).toMatchObject({
    breach: 'altered',
    seq: null,
  })
  const signature = Buffer.alloc(64).toString('base64')
  expect(after((one) => void (one.signature = signature))).toMatchObject({ breach: 'unsigned' })
  const anew = JSON.stringify(bundle(about, parts.slice(1), createSigner(Buffer.alloc(32, 8))))
  expect(verifyBundle(anew)).toMatchObject({ isWhole: true })
  expect(verifyBundle(anew, { root: made.root })).toMatchObject({ breach: 'rewritten' })
  expect(verifyBundle(anew, { publicKey: signer.publicKey })).toMatchObject({ breach: 'unsigned' })
})

test('what says something twice or besides is read by nobody', () => {
  const text = JSON.stringify(made)
  expect(verifyBundle(text.replace('"version":1', '"version":1,"version":1'))).toMatchObject({
    breach: 'unreadable',
  })
  expect(after((one) => Object.assign(one, { note: 'trust me' }))).toMatchObject({
    breach: 'unreadable',
  })
  for (const none of ['', '[]', 'null', '{}', text.slice(0, -2)])
    expect(verifyBundle(none)).toMatchObject({ breach: 'unreadable' })
})
