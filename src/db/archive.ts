/**
 * The file of a backup: compressed, then encrypted in pieces with AES-256-GCM. Each piece is bound
 * to its number, to the first bytes of the file, and to whether it is the last, so that a flipped
 * bit, a missing end, and pieces left out, repeated or moved are all found before anything is used.
 */
import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { Problem } from '../lib/problem.ts'

/** Then the number of this format, a salt, and a check of the key. */
const MAGIC = Buffer.from('allclear-backup\n', 'latin1')
const FORMAT = 1
const SALT_BYTES = 32
const CHECK_BYTES = 16
const PREAMBLE_BYTES = MAGIC.length + 1 + SALT_BYTES + CHECK_BYTES

/** Of a piece: the length of what is encrypted, and whether it is the last. Then that, then the tag. */
const HEAD_BYTES = 5
const TAG_BYTES = 16
const PIECE_BYTES = 128 * 1024

/** What the compressed stream consists of: a letter, a length, and as many bytes. */
export type Frame = { kind: string; body: Buffer }
const FRAME_HEAD_BYTES = 5
const FRAME_BYTES_MAX = 64 * 1024 * 1024

type Bytes = AsyncIterable<Buffer>

/** Writes frames as the bytes of a file into `into`. */
export async function writeArchive(
  frames: AsyncIterable<Frame>,
  secretKey: Buffer,
  into: NodeJS.WritableStream,
): Promise<void> {
  await pipeline(
    () => pack(frames),
    createGzip({ level: 1 }),
    (bytes: Bytes) => encrypt(bytes, secretKey),
    into,
  )
}

/**
 * Reads a file of `writeArchive`. What `take` is given was checked piece by piece; that the file is
 * whole is known only when its frames have ended, so `take` must not let anything stand before that.
 * @throws Problem `backupDamaged`, `backupKeyWrong`, `notABackup`, or what `take` throws
 */
export async function readArchive<T>(
  path: string,
  secretKey: Buffer,
  take: (frames: AsyncGenerator<Frame>) => Promise<T>,
): Promise<T> {
  let taken: { value: T } | null = null
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 256 * 1024 }),
      (bytes: Bytes) => decrypt(bytes, secretKey),
      createGunzip(),
      async (bytes: Bytes) => {
        const frames = unpack(bytes)
        const value = await take(frames)
        for await (const _ of frames); // to the very end, whatever was of interest
        taken = { value }
      },
    )
  } catch (cause) {
    throw readProblem(cause, path)
  }
  return (taken as { value: T } | null)!.value
}

async function* pack(frames: AsyncIterable<Frame>): AsyncGenerator<Buffer> {
  for await (const { kind, body } of frames) {
    const head = Buffer.alloc(FRAME_HEAD_BYTES)
    head.write(kind, 'latin1')
    head.writeUInt32BE(body.length, 1)
    yield head
    yield body
  }
}

async function* unpack(bytes: Bytes): AsyncGenerator<Frame> {
  const reader = createReader(bytes)
  for (;;) {
    const head = await reader.take(FRAME_HEAD_BYTES)
    if (head === null) return
    const length = head.readUInt32BE(1)
    const body = length > FRAME_BYTES_MAX ? null : await reader.take(length)
    if (body === null) throw damaged('a frame is cut short')
    yield { kind: head.toString('latin1', 0, 1), body }
  }
}

async function* encrypt(bytes: Bytes, secretKey: Buffer): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES)
  const { key, check } = deriveKey(secretKey, salt)
  const preamble = Buffer.concat([MAGIC, Buffer.of(FORMAT), salt, check])
  yield preamble
  const reader = createReader(bytes)
  for (let number = 0; ; number += 1) {
    const piece = await reader.takeUpTo(PIECE_BYTES)
    // An archive that fills its last piece ends with an empty one.
    const isLast = piece.length < PIECE_BYTES
    const head = headOf(piece.length, isLast)
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number))
    cipher.setAAD(bindingOf(preamble, number, head))
    const body = cipher.update(piece)
    cipher.final()
    yield Buffer.concat([head, body, cipher.getAuthTag()])
    if (isLast) return
  }
}

async function* decrypt(bytes: Bytes, secretKey: Buffer): AsyncGenerator<Buffer> {
  const reader = createReader(bytes)
  const preamble = await reader.take(PREAMBLE_BYTES)
  const key = openPreamble(preamble, secretKey)
  for (let number = 0; ; number += 1) {
    const head = await reader.take(HEAD_BYTES)
    if (head === null) throw damaged('it is cut short')
    const length = head.readUInt32BE(0)
    const rest = length > PIECE_BYTES ? null : await reader.take(length + TAG_BYTES)
    if (rest === null) throw damaged('a piece is cut short')
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number))
    decipher.setAAD(bindingOf(preamble as Buffer, number, head))
    decipher.setAuthTag(rest.subarray(length))
    const piece = decipher.update(rest.subarray(0, length))
    try {
      decipher.final()
    } catch (cause) {
      throw damaged(`piece ${number} is not as it was written`, cause)
    }
    if (piece.length > 0) yield piece
    if (head[4] === 1) break
  }
  if ((await reader.takeUpTo(1)).length > 0) throw damaged('something was added at its end')
}

function openPreamble(preamble: Buffer | null, secretKey: Buffer): Buffer {
  if (preamble === null || !preamble.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Problem('invalid', 'notABackup', 'This file is not a backup of Allclear.')
  }
  if (preamble[MAGIC.length] !== FORMAT) {
    const sentence = 'This backup was written by a newer release, or its first bytes are damaged.'
    throw new Problem('invalid', 'backupFormat', sentence)
  }
  const salt = preamble.subarray(MAGIC.length + 1, PREAMBLE_BYTES - CHECK_BYTES)
  const { key, check } = deriveKey(secretKey, salt)
  if (timingSafeEqual(check, preamble.subarray(PREAMBLE_BYTES - CHECK_BYTES))) return key
  throw new Problem(
    'invalid',
    'backupKeyWrong',
    'This backup was written under another secret key, or its first bytes are damaged. Set ALLCLEAR_SECRET_KEY to the key of the installation that wrote it, or put its secret.key into the data directory.',
  )
}

/** A key for this file alone, so that the numbers of pieces can be the nonces. */
function deriveKey(secretKey: Buffer, salt: Buffer): { key: Buffer; check: Buffer } {
  const derived = Buffer.from(
    hkdfSync('sha256', secretKey, salt, 'allclear backup', 32 + CHECK_BYTES),
  )
  return { key: derived.subarray(0, 32), check: derived.subarray(32) }
}

function headOf(length: number, isLast: boolean): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(length, 0)
  head[4] = isLast ? 1 : 0
  return head
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(number), 4)
  return nonce
}

const bindingOf = (preamble: Buffer, number: number, head: Buffer): Buffer =>
  Buffer.concat([preamble, nonceOf(number), head])

/** Takes bytes by number out of pieces of any size. */
function createReader(bytes: Bytes) {
  const source = bytes[Symbol.asyncIterator]()
  let parts: Buffer[] = []
  let size = 0
  async function fill(count: number): Promise<void> {
    while (size < count) {
      const { value, done } = await source.next()
      if (done) return
      parts.push(value)
      size += value.length
    }
  }
  function cut(count: number): Buffer {
    const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
    parts = count < whole.length ? [whole.subarray(count)] : []
    size = whole.length - count
    return whole.subarray(0, count)
  }
  return {
    /** Null where there is nothing more, or less than was asked for. */
    async take(count: number): Promise<Buffer | null> {
      await fill(count)
      return size < count ? null : cut(count)
    },
    async takeUpTo(count: number): Promise<Buffer> {
      await fill(count)
      return cut(Math.min(count, size))
    },
  }
}

const damaged = (how: string, cause?: unknown): Problem =>
  new Problem(
    'invalid',
    'backupDamaged',
    `The backup is damaged (${how}). Nothing of it was used; take an older one, or another copy of it.`,
    { cause },
  )

function readProblem(cause: unknown, path: string): unknown {
  if (cause instanceof Problem) return cause
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? ''
  if (/^(ENOENT|EACCES|EISDIR|EPERM)$/.test(code)) {
    const sentence = `The backup ${path} cannot be read. Check that it is there and that Allclear may read it.`
    return new Problem('not_found', 'backupUnreadable', sentence, { cause })
  }
  // Only what was authentic came this far; then it is our own writing that cannot be read.
  return /^Z_/.test(code) ? damaged('it cannot be unpacked', cause) : cause
}
