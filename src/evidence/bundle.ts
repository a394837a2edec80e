/**
 * All that is on record of one incident in one file, and whether such a file is what was written.
 * Every entry has a hash of its own; the list of them is a chain whose last link is the root. So the
 * first entry that is not as it was can be named from the file alone. A file that was made anew from
 * end to end fits itself: that is found by a root that was kept elsewhere, or by the signature.
 */
import { createHash } from 'node:crypto'
import { canonical } from '../audit/entry.ts'
import { isSigned, type Signer } from '../audit/signature.ts'
import { type EvidenceShown, EvidenceView } from '../contract/reports.ts'
import { isRecord } from '../lib/json.ts'

export type Part = { section: string; id: string; value: unknown }
type Row = EvidenceShown['index'][number]
type Entry = EvidenceShown['entries'][number]
type Given = Pick<EvidenceShown, 'organisation' | 'incident' | 'exportedAt'>

const sha256 = (...texts: readonly string[]): string =>
  texts.reduce((hash, text) => hash.update(text, 'utf8'), createHash('sha256')).digest('hex')

const hashOf = ({ section, id, value }: Pick<Entry, 'section' | 'id' | 'value'>): string =>
  sha256(canonical({ section, id, value }))
const linkAfter = (before: string, { seq, section, id, sha256: own }: Omit<Row, 'chain'>): string =>
  sha256(before, canonical({ seq, section, id, sha256: own }))
const headOf = (one: Given & Pick<EvidenceShown, 'kind' | 'version' | 'publicKey'>): string => {
  const { kind, version, organisation, incident, exportedAt, publicKey } = one
  return sha256(canonical({ kind, version, organisation, incident, exportedAt, publicKey }))
}
const signable = (root: string, count: number) => ({ seq: count, hash: Buffer.from(root, 'hex') })
const signedAs = (incident: string): string => `evidence ${incident}`

export function bundle(given: Given, parts: readonly Part[], signer: Signer): EvidenceShown {
  const about = {
    kind: 'allclear.evidence' as const,
    version: 1 as const,
    ...given,
    publicKey: signer.publicKey,
  }
  const entries = parts.map(({ section, id, value }): Entry => {
    // As it will be read: without what JSON leaves out.
    const written: unknown = JSON.parse(JSON.stringify(value))
    return { section, id, sha256: hashOf({ section, id, value: written }), value: written }
  })
  const head = headOf(about)
  const index: Row[] = []
  for (const [at, { section, id, sha256: own }] of entries.entries()) {
    const row = { seq: at + 1, section, id, sha256: own }
    index.push({ ...row, chain: linkAfter(index.at(-1)?.chain ?? head, row) })
  }
  const root = index.at(-1)?.chain ?? head
  const signature = signer.sign(signable(root, index.length), signedAs(given.incident))
  return { ...about, head, index, root, signature: signature.toString('base64'), entries }
}

export type Verdict =
  | { isWhole: true; incident: string; entries: number; root: string; publicKey: string }
  | {
      isWhole: false
      breach:
        | 'altered'
        | 'removed'
        | 'added'
        | 'reordered'
        | 'rewritten'
        | 'unsigned'
        | 'unreadable'
      /** Its number in the record; null: it is about the whole. */
      seq: number | null
      sentence: string
    }

type Breach = Extract<Verdict, { isWhole: false }>['breach']
const broken = (breach: Breach, seq: number | null, sentence: string): Verdict => ({
  isWhole: false,
  breach,
  seq,
  sentence,
})

/** @param known what was kept elsewhere: the root, the key that has to have signed it */
export function verifyBundle(
  text: string,
  known: { root?: string | undefined; publicKey?: string | undefined } = {},
): Verdict {
  const found = read(text)
  if (found === null)
    return broken('unreadable', null, 'This is no record of an incident as Allclear writes it.')
  const { index, entries, root, publicKey, incident } = found
  const wrong = wrongHead(found) ?? wrongEntry(index, entries) ?? wrongIndex(found)
  if (wrong) return wrong
  if (known.root !== undefined && known.root.trim().toLowerCase() !== root)
    return broken('rewritten', null, 'Its root is not the one that you kept: it was made anew.')
  if (known.publicKey !== undefined && known.publicKey.trim() !== publicKey)
    return broken('unsigned', null, 'It names another key than the one that you gave.')
  if (!isSigned(publicKey, signable(root, index.length), signedAs(incident), found.signature))
    return broken('unsigned', null, 'The root does not bear the signature of the instance.')
  return { isWhole: true, incident, entries: entries.length, root, publicKey }
}

const nameOf = ({ section, id }: { section: string; id: string }): string => `${section} ${id}`

const wrongHead = (found: EvidenceShown): Verdict | null =>
  headOf(found) === found.head
    ? null
    : broken('altered', null, 'The heading is not as it was written: what it is of, when, by whom.')

/** The first place where what is there is not what the list says. */
function wrongEntry(index: readonly Row[], entries: readonly Entry[]): Verdict | null {
  // What each entry holds, whatever is said of it.
  const hashes = entries.map(hashOf)
  const listed = new Set(index.map((row) => row.sha256))
  for (let at = 0; at < Math.max(index.length, entries.length); at += 1) {
    const [row, entry, hash] = [index[at], entries[at], hashes[at]]
    if (row && entry && hash === row.sha256 && entry.sha256 === hash) continue
    const seq = at + 1
    if (!row) return broken('added', seq, `${nameOf(entry as Entry)} was added at the end.`)
    const isLater = hashes.indexOf(row.sha256, at + 1) !== -1
    const place = `Entry ${seq} (${nameOf(row)})`
    if (!entry) return broken('removed', seq, `${place} was removed.`)
    if (hash !== undefined && hash !== row.sha256 && listed.has(hash))
      return index.slice(0, at).some((one) => one.sha256 === hash)
        ? broken('added', seq, `${nameOf(entry)} stands a second time as entry ${seq}.`)
        : isLater
          ? broken('reordered', seq, `${nameOf(entry)} stands where ${place} belongs.`)
          : broken('removed', seq, `${place} was removed.`)
    if (isLater) return broken('added', seq, `${nameOf(entry)} was added before ${place}.`)
    return broken('altered', seq, `${place} is not as it was written.`)
  }
  return null
}

/** The list itself, link by link: of one that was changed along with its entries. */
function wrongIndex({ index, head, root }: EvidenceShown): Verdict | null {
  let before = head
  for (const [at, row] of index.entries()) {
    const seq = at + 1
    const place = `Entry ${seq} (${nameOf(row)})`
    if (row.seq !== seq)
      return index.some((one) => one.seq === seq)
        ? broken('reordered', seq, `${nameOf(row)} stands where entry ${seq} belongs.`)
        : broken('removed', seq, `Entry ${seq} was removed.`)
    if (linkAfter(before, row) !== row.chain)
      return broken(
        'altered',
        seq,
        `${place} is not the one that the record was chained from: it, or the one before it, was exchanged.`,
      )
    before = row.chain
  }
  return before === root
    ? null
    : broken('removed', index.length + 1, `What followed entry ${index.length} was removed.`)
}

/** Nothing twice and nothing besides: what a person reads in the file is what was verified. */
function read(text: string): EvidenceShown | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const asRead = text.trim()
  if (!isRecord(value)) return null
  if (asRead !== JSON.stringify(value) && asRead !== JSON.stringify(value, null, 2)) return null
  const found = EvidenceView.safeParse(value)
  return found.success && canonical(found.data) === canonical(value) ? found.data : null
}
