/**
 * Whether an export is what was written, found out from the export alone. The first entry that is
 * not is named, with what happened to it. A chain that was made anew from end to end fits itself:
 * that is found by a head that was kept elsewhere, or by the signature of the instance.
 */
import { isRecord } from '../lib/json.ts'
import { GENESIS, type Head, hashAfter, type Sealable, writeHead } from './entry.ts'
import { isSigned } from './signature.ts'

export type Breach =
  | 'altered'
  | 'removed'
  | 'inserted'
  | 'reordered'
  | 'cutOff'
  | 'rewritten'
  | 'unsigned'
  | 'unreadable'

export type Verdict =
  | {
      isWhole: true
      entries: number
      head: Head
      publicKey: string
      /** Days whose signed head was found at its place. */
      days: number
      restoredAt: readonly string[]
    }
  | { isWhole: false; breach: Breach; seq: number; sentence: string }

export type Known = {
  /** Kept elsewhere; the chain has to hold them. */
  heads?: readonly Head[]
  /** The key that has to have signed it; null or left out: the one that the export names. */
  publicKey?: string | null
}

type EntryLine = Sealable & { prev: string; hash: string }

/** @param lines of the file, without their ends */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  known: Known = {},
): Promise<Verdict> {
  let last: Head = { seq: 0, hash: GENESIS }
  let publicKey: string | null = null
  let hasEnd = false
  let days = 0
  let row = 0
  /** The first number that is missing, and what came instead of it, until it is known whether it comes later. */
  let gap: { seq: number; next: number } | null = null
  const restoredAt: string[] = []
  const wanted = new Map((known.heads ?? []).map((head) => [head.seq, head]))
  for await (const text of lines) {
    row += 1
    if (text.trim() === '') continue
    const line = read(text)
    if (line === null)
      return broken('unreadable', last.seq + 1, `Line ${row} is no line of an export.`)
    if (gap !== null) {
      if (line.kind === 'entry' && line.seq === gap.seq) return reordered(gap)
      continue
    }
    if (line.kind === 'audit') {
      publicKey = String(line.publicKey)
      if (known.publicKey && known.publicKey !== publicKey)
        return broken('unsigned', 0, 'The export names another key than the one that you gave.')
      continue
    }
    if (publicKey === null)
      return broken('unreadable', 0, 'The export has no beginning: its first line is missing.')
    if (hasEnd) return broken('inserted', Number(line.seq), 'Something stands behind the end.')
    if (line.kind === 'entry') {
      const entry = line as unknown as EntryLine
      if (entry.seq > last.seq + 1 && isItself(entry)) {
        gap = { seq: last.seq + 1, next: entry.seq }
        continue
      }
      const wrong = whatIsWrong(entry, last)
      if (wrong) return wrong
      last = { seq: entry.seq, hash: Buffer.from(entry.hash, 'hex') }
      if (entry.action === 'restored') restoredAt.push(entry.at)
      const kept = wanted.get(last.seq)
      if (kept && !kept.hash.equals(last.hash)) return rewritten(kept)
      continue
    }
    const head = { seq: Number(line.seq), hash: Buffer.from(String(line.hash), 'hex') }
    const what = line.kind === 'head' ? String(line.day) : 'export'
    const isOurs = isSigned(publicKey, head, what, String(line.signature))
    if (!isOurs)
      return broken(
        'unsigned',
        head.seq,
        `The head of ${what} does not bear the signature of the instance.`,
      )
    if (head.seq !== last.seq || !head.hash.equals(last.hash))
      return head.seq > last.seq ? cutOff(last, head.seq) : rewritten(head)
    if (line.kind === 'head') days += 1
    else hasEnd = true
  }
  if (gap !== null) return removed(gap)
  if (publicKey === null) return broken('unreadable', 0, 'The file is empty.')
  if (!hasEnd)
    return broken('cutOff', last.seq + 1, `The export breaks off after entry ${last.seq}.`)
  const missing = [...wanted.values()].find((head) => head.seq > last.seq)
  if (missing) return cutOff(last, missing.seq)
  return { isWhole: true, entries: last.seq, head: last, publicKey, days, restoredAt }
}

const broken = (breach: Breach, seq: number, sentence: string): Verdict => ({
  isWhole: false,
  breach,
  seq,
  sentence,
})

const cutOff = (last: Head, wanted: number): Verdict =>
  broken(
    'cutOff',
    last.seq + 1,
    `The chain ends with entry ${last.seq}, and it had come to ${wanted}: what followed was removed.`,
  )

const rewritten = (kept: Head): Verdict =>
  broken(
    'rewritten',
    kept.seq,
    `Entry ${kept.seq} is not the one whose head is ${writeHead(kept)}: the chain was made anew up to there or before.`,
  )

const removed = (gap: { seq: number; next: number }): Verdict =>
  broken(
    'removed',
    gap.seq,
    gap.next === gap.seq + 1
      ? `Entry ${gap.seq} was removed.`
      : `Entries ${gap.seq} to ${gap.next - 1} were removed.`,
  )

const reordered = (gap: { seq: number; next: number }): Verdict =>
  broken('reordered', gap.seq, `Entry ${gap.next} stands where entry ${gap.seq} belongs.`)

/** Whether its hash is that of what it holds, wherever it stands. */
const isItself = (entry: EntryLine): boolean => {
  const { prev, hash, ...rest } = entry
  return hashAfter(Buffer.from(prev, 'hex'), contentOf(rest)).toString('hex') === hash
}

/** Whatever else stands in the line is not under the hash, and is as good as altered. */
const contentOf = ({ kind: _, ...rest }: Sealable & { kind?: unknown }): Sealable => rest

function whatIsWrong(entry: EntryLine, last: Head): Verdict | null {
  const { seq } = entry
  if (!isItself(entry))
    return broken('altered', seq, `Entry ${seq} of ${entry.at} is not as it was written.`)
  if (seq <= last.seq)
    return broken('inserted', seq, `There are two entries ${seq}: one of them was inserted.`)
  if (entry.prev === last.hash.toString('hex')) return null
  // It is itself, and follows something else: what stands before it was exchanged.
  return last.seq === 0
    ? broken('altered', seq, `Entry ${seq} does not begin the chain.`)
    : broken(
        'altered',
        last.seq,
        `Entry ${last.seq} is not the one that entry ${seq} was chained to: it was written anew.`,
      )
}

type Read = { kind: string; seq?: unknown } & Record<string, unknown>

function read(text: string): Read | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  // Nothing twice and nothing besides: what a person reads in the line is what was verified.
  if (!isRecord(value) || JSON.stringify(value) !== text.trim()) return null
  const isEntry =
    value.kind !== 'entry' ||
    (Number.isSafeInteger(value.seq) && isHash(value.prev) && isHash(value.hash))
  return isEntry && KINDS.has(String(value.kind)) ? (value as Read) : null
}

const KINDS: ReadonlySet<string> = new Set(['audit', 'entry', 'head', 'end'])
const isHash = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
