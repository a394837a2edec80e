/** Every way to falsify an export, and what the verifier says of it. */
import { expect, test } from 'vitest'
import { GENESIS, type Head, hashAfter, sealable, writeHead, readHead, canonical } from './entry.ts'
import { endLine, entryLine, headLine, type Line, writeLine } from './export.ts'
import { createSigner, type Signer } from './signature.ts'
import { type Known, verifyExport } from './verify.ts'

const signer = createSigner(Buffer.alloc(32, 1))

function entries(count: number, more: (seq: number) => Record<string, unknown> = () => ({})) {
  let prev: Buffer = GENESIS
  return Array.from({ length: count }, (_, index) => {
    const entry = {
      id: `00000000-0000-7000-8000-00000000000${index}`,
      at: Date.UTC(2026, 10, 23, 14, index),
      actor: { kind: 'engine' } as const,
      action: 'silence',
      objectKind: 'silence',
      objectId: `s${index}`,
      requestId: null,
      detail: { after: { reason: 'Ä "quoted"\n', ...more(index + 1) } },
    }
    const seq = index + 1
    const hash = hashAfter(prev, sealable(entry, seq))
    const made = { ...entry, seq, prev, hash }
    prev = hash
    return made
  })
}

const headAt = (all: ReturnType<typeof entries>, seq: number): Head => {
  const { hash } = all[seq - 1] as { hash: Buffer }
  return { seq, hash }
}

function linesOf(all: ReturnType<typeof entries>, by: Signer = signer): Line[] {
  const day = headAt(all, 2)
  return [
    { kind: 'audit', version: 1, organisation: 'Test', exportedAt: '', publicKey: by.publicKey },
    ...all.slice(0, 2).map(entryLine),
    headLine({ ...day, day: '2026-11-22', signature: by.sign(day, '2026-11-22') }),
    ...all.slice(2).map(entryLine),
    endLine(headAt(all, all.length), by),
  ]
}

const FIVE = entries(5)
const verify = (lines: readonly Line[], known?: Known) => verifyExport(lines.map(writeLine), known)
const said = async (lines: readonly Line[], known?: Known) => {
  const found = await verify(lines, known)
  return found.isWhole ? `whole, ${found.entries}, ${found.days}` : `${found.breach} ${found.seq}`
}
/** Where the entry with a number stands in the file. */
const at = (seq: number): number => (seq <= 2 ? seq : seq + 1)

test('an export that nobody touched is whole', async () => {
  expect(await said(linesOf(FIVE))).toBe('whole, 5, 1')
})

test('each way to falsify it is found, and the first entry that is wrong is named', async () => {
  const lines = linesOf(FIVE)
  const altered = (seq: number, more: object) =>
    lines.with(at(seq), { ...lines[at(seq)], ...more } as Line)
  expect(await said(altered(3, { action: 'resolve' }))).toBe('altered 3')
  expect(await said(altered(3, { detail: {} }))).toBe('altered 3')
  expect(await said(altered(1, { at: '2026-11-23T14:00:00.001Z' }))).toBe('altered 1')
  expect(await said(altered(4, { note: 'more' }))).toBe('altered 4')
  expect(await said(lines.toSpliced(at(4), 1))).toBe('removed 4')
  expect(await said(lines.toSpliced(at(3), 2))).toBe('removed 3')
  expect(await said(lines.toSpliced(at(1), 1))).toBe('removed 1')
  const [four, five] = [lines[at(4)] as Line, lines[at(5)] as Line]
  expect(await said(lines.with(at(4), five).with(at(5), four))).toBe('reordered 4')
  expect(await said(lines.toSpliced(at(4), 0, lines[at(3)] as Line))).toBe('inserted 3')
  // Inserted with a hash that fits, and a number that is there already.
  const [, , third] = FIVE
  const forged = {
    ...(third as NonNullable<typeof third>),
    action: 'resolve',
    seq: 4,
    prev: headAt(FIVE, 3).hash,
  }
  const hash = hashAfter(forged.prev, sealable(forged, 4))
  expect(await said(lines.toSpliced(at(4), 0, entryLine({ ...forged, hash })))).toBe('inserted 4')
  // Altered with its own hash made anew: the next one was chained to another.
  const anew = { ...(third as NonNullable<typeof third>), action: 'resolve' }
  const made = entryLine({ ...anew, hash: hashAfter(anew.prev, sealable(anew, 3)) })
  expect(await said(lines.with(at(3), made))).toBe('altered 3')
})

test('an end that was cut off is found', async () => {
  const lines = linesOf(FIVE)
  expect(await said(lines.slice(0, -1))).toBe('cutOff 6')
  expect(await said(lines.slice(0, -3))).toBe('cutOff 4')
  expect(await said(lines.toSpliced(at(5), 1))).toBe('cutOff 5')
  // Cut off with an end that fits, by somebody who has no key.
  const short = entries(4)
  const stranger = createSigner(Buffer.alloc(32, 2))
  expect(await said([...linesOf(short).slice(0, -1), endLine(headAt(short, 4), stranger)])).toBe(
    'unsigned 4',
  )
})

test('a chain made anew from end to end fits itself, and not what was kept', async () => {
  const other = entries(5, (seq) => (seq === 2 ? { reason: 'another' } : {}))
  const stranger = createSigner(Buffer.alloc(32, 2))
  expect(await said(linesOf(other, stranger))).toBe('whole, 5, 1')
  expect(await said(linesOf(other, stranger), { publicKey: signer.publicKey })).toBe('unsigned 0')
  expect(await said(linesOf(other, stranger), { heads: [headAt(FIVE, 4)] })).toBe('rewritten 4')
  expect(await said(linesOf(FIVE), { heads: [headAt(FIVE, 4)], publicKey: signer.publicKey })).toBe(
    'whole, 5, 1',
  )
  expect(await said(linesOf(entries(3)), { heads: [headAt(FIVE, 5)] })).toBe('cutOff 4')
  // The head of a day that was signed for another chain.
  const [, , , head] = linesOf(FIVE)
  expect(await said(linesOf(other).with(3, head as Line))).toBe('rewritten 2')
})

test('what is no export says so, and never passes', async () => {
  const end = endLine({ seq: 0, hash: GENESIS }, signer)
  const [begin] = linesOf(FIVE)
  expect((await verifyExport(['{'])).isWhole).toBe(false)
  expect((await verifyExport([])).isWhole).toBe(false)
  expect((await verifyExport([writeLine(end)])).isWhole).toBe(false)
  expect(await said(linesOf(FIVE).slice(1))).toBe('unreadable 0')
  expect(await said([begin as Line, end, ...linesOf(FIVE).slice(1)])).toBe('inserted 1')
})

test('any byte that is changed is found, wherever it stands', async () => {
  const lines = linesOf(FIVE).map(writeLine)
  for (const [row, line] of lines.entries()) {
    if (row === 0) continue
    for (let byte = 0; byte < line.length - 1; byte += 7) {
      const changed = line.slice(0, byte) + (line[byte] === '0' ? '1' : '0') + line.slice(byte + 1)
      const found = await verifyExport(lines.with(row, changed))
      expect([row, byte, found.isWhole]).toEqual([row, byte, false])
    }
  }
})

test('the text under the hash is the same for the same value', () => {
  expect(canonical({ b: [1, null, 'x'], a: { d: true, c: undefined } })).toBe(
    '{"a":{"d":true},"b":[1,null,"x"]}',
  )
  expect(readHead(writeHead(headAt(FIVE, 3)))).toEqual(headAt(FIVE, 3))
  expect(readHead('3:abc')).toBeNull()
})
