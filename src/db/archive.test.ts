import { createHash } from 'node:crypto'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Frame, readArchive, writeArchive } from './archive.ts'

const KEY = Buffer.alloc(32, 7)
/** What stands before the first piece, and around each. */
const PREAMBLE_BYTES = 65
const PIECE_FRAME_BYTES = 5 + 16

let directory: string
let whole: Buffer
let path: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'archive-'))
  path = join(directory, 'backup')
  await write(path, frames)
  whole = readFileSync(path)
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Bytes that do not compress, the same in each run. */
function noise(seed: number, length: number): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; at * 32 < length; at += 1) {
    blocks.push(createHash('sha256').update(`${seed} ${at}`).digest())
  }
  return Buffer.concat(blocks).subarray(0, length)
}

const frames: Frame[] = [
  { kind: 'H', body: Buffer.from('{}') },
  { kind: 'D', body: noise(1, 300_000) },
  { kind: 'D', body: Buffer.alloc(0) },
  { kind: 'D', body: noise(2, 250_000) },
  { kind: 'F', body: Buffer.from('end') },
]

async function* each(all: readonly Frame[]) {
  yield* all
}

const write = (to: string, all: readonly Frame[]) =>
  writeArchive(each(all), KEY, createWriteStream(to))

const read = (from: string, key = KEY) =>
  readArchive(from, key, async (found) => {
    const all: Frame[] = []
    for await (const frame of found) all.push(frame)
    return all
  })

/** The word a changed file is refused with. */
async function refusalOf(bytes: Buffer): Promise<string> {
  const changed = join(directory, 'changed')
  writeFileSync(changed, bytes)
  return await read(changed).then(
    () => 'read without a word',
    (cause) => (cause.code === 'invalid' ? cause.reason : `not in words: ${cause}`),
  )
}

/** The pieces between the preamble and the end. */
function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = PREAMBLE_BYTES; at < bytes.length; ) {
    const end = at + PIECE_FRAME_BYTES + bytes.readUInt32BE(at)
    pieces.push(bytes.subarray(at, end))
    at = end
  }
  return pieces
}

const rebuilt = (pieces: readonly Buffer[]) =>
  Buffer.concat([whole.subarray(0, PREAMBLE_BYTES), ...pieces])

test('what was written is read, frame by frame', async () => {
  expect(await read(path)).toEqual(frames)
  expect(piecesOf(whole).length).toBeGreaterThan(3)
  expect(rebuilt(piecesOf(whole)).equals(whole)).toBe(true)
})

test('an archive of every length around the size of a piece is read', async () => {
  for (const length of [0, 1, 130_900, 131_020, 131_021, 131_022, 131_072, 131_200, 262_144]) {
    const one = join(directory, 'one')
    const all = [{ kind: 'D', body: noise(length, length) }]
    await write(one, all)
    expect(await read(one)).toEqual(all)
  }
  await write(join(directory, 'none'), [])
  expect(await read(join(directory, 'none'))).toEqual([])
})

test('nothing of what is in it can be read in the file', async () => {
  const secret = join(directory, 'secret')
  await write(secret, [{ kind: 'D', body: Buffer.from('a very particular sentence'.repeat(50)) }])
  expect(readFileSync(secret).includes('particular')).toBe(false)
})

test('two archives of the same have nothing in common but how they begin', async () => {
  const second = join(directory, 'second')
  await write(second, frames)
  const other = readFileSync(second)
  expect(other.subarray(16, 64).equals(whole.subarray(16, 64))).toBe(false)
  expect(other.subarray(200, 300).equals(whole.subarray(200, 300))).toBe(false)
})

test('another key is refused as such', async () => {
  await expect(read(path, Buffer.alloc(32, 8))).rejects.toMatchObject({
    code: 'invalid',
    reason: 'backupKeyWrong',
    message: expect.stringContaining('ALLCLEAR_SECRET_KEY'),
  })
})

test('what is not a backup is refused as such; what is not there, in words', async () => {
  expect(await refusalOf(Buffer.from('PK a zip file of some length'.repeat(20)))).toBe('notABackup')
  expect(await refusalOf(Buffer.alloc(0))).toBe('notABackup')
  await expect(read(join(directory, 'missing'))).rejects.toMatchObject({
    reason: 'backupUnreadable',
  })
  await expect(read(directory)).rejects.toMatchObject({ reason: 'backupUnreadable' })
})

test('a file cut short anywhere is refused, also where a piece ends', async () => {
  const ends = [PREAMBLE_BYTES]
  for (const piece of piecesOf(whole)) ends.push((ends.at(-1) ?? 0) + piece.length)
  const places = [1, 20, 63, ...ends.slice(0, -1), ...ends.map((end) => end - 1)]
  for (let at = 70; at < whole.length; at += 9_973) places.push(at)
  for (const place of places) {
    expect(await refusalOf(whole.subarray(0, place))).toMatch(/^(backupDamaged|notABackup)$/)
  }
})

test('something added at the end is refused', async () => {
  expect(await refusalOf(Buffer.concat([whole, Buffer.of(0)]))).toBe('backupDamaged')
  expect(await refusalOf(rebuilt([...piecesOf(whole), ...piecesOf(whole)]))).toBe('backupDamaged')
})

test('pieces left out, repeated, moved or taken from another backup are refused', async () => {
  const [first, second, ...rest] = piecesOf(whole) as [Buffer, Buffer, ...Buffer[]]
  const other = join(directory, 'other')
  await write(other, frames)
  const [foreign] = piecesOf(readFileSync(other)) as [Buffer]
  for (const pieces of [
    [second, ...rest],
    [first, ...rest],
    [first, first, second, ...rest],
    [second, first, ...rest],
    [foreign, second, ...rest],
    [first, second, ...rest.slice(0, -2), ...rest.slice(-1)],
  ]) {
    expect(await refusalOf(rebuilt(pieces))).toBe('backupDamaged')
  }
})

test('a piece said to be the last, or not to be, is refused', async () => {
  const pieces = piecesOf(whole).map((piece) => Buffer.from(piece))
  pieces[1]![4] = 1
  expect(await refusalOf(rebuilt(pieces.slice(0, 2)))).toBe('backupDamaged')
  pieces[1]![4] = 0
  pieces.at(-1)![4] = 0
  expect(await refusalOf(rebuilt(pieces))).toBe('backupDamaged')
})

test('one flipped bit in each of 200 places is refused 200 times', async () => {
  const reasons: string[] = []
  for (let n = 0; n < 200; n += 1) {
    const random = createHash('sha256').update(`place ${n}`).digest()
    const bytes = Buffer.from(whole)
    // The first places are those before the first piece, every byte of its beginning among them.
    const place = n < 70 ? n : random.readUInt32BE(0) % bytes.length
    bytes[place] = bytes[place]! ^ (1 << (random[4]! % 8))
    reasons.push(await refusalOf(bytes))
  }
  const refused = /^(backupDamaged|backupKeyWrong|backupFormat|notABackup)$/
  expect(reasons.filter((reason) => !refused.test(reason))).toEqual([])
})
