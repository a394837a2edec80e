/**
 * A backup is one file with everything the database holds at one instant: every table as COPY
 * writes it, read under one snapshot while work goes on, with the number of its rows and a hash over
 * them. It is also the road to the next major version of PostgreSQL.
 */
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Instant } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'
import { type Frame, readArchive, writeArchive } from './archive.ts'
import {
  type CatalogTable,
  findSequences,
  findTables,
  quote,
  type Sequence,
  selectAll,
} from './catalog.ts'
import { copyOut } from './copy.ts'
import { findSchemaVersion } from './migrate.ts'
import { createTally, type Tally, writeTheSameEverywhere } from './tally.ts'
import type { Db, Tx } from './tx.ts'

/** What stands at the beginning of a backup. */
export type BackupHeader = {
  format: 1
  schema: { number: number; name: string }
  takenAt: Instant
  tables: CatalogTable[]
}

/** What stands at its end, when all was read. */
export type BackupFooter = {
  tallies: Record<string, Tally>
  sequences: Sequence[]
  /** The newest entry of the log; null where there is none. */
  head: number | null
}

export type BackupSummary = Omit<BackupHeader, 'tables'> &
  Pick<BackupFooter, 'head'> & { tables: (Tally & { name: string })[] }

/** H header, T a table begins, D its rows, F footer. */
export const FRAME = { header: 'H', table: 'T', rows: 'D', footer: 'F' } as const

/** Rows travel in frames of about this many bytes. */
const FRAME_BYTES = 256 * 1024
/** The longest that a single table may take. */
const TABLE_MS = 6 * 3_600_000

export type BackupOptions = {
  /** The file. Written beside it first and put there when it is whole and on disk. */
  to: string
  /** The secret key of the instance; the file's own key is derived from it. */
  secretKey: Buffer
  log?: (line: string) => void
}

/** @throws Problem in words where the file cannot be written */
export async function backup(db: Db, options: BackupOptions): Promise<BackupSummary> {
  const to = resolve(options.to)
  const draft = `${to}.partial-${process.pid}`
  const read = { isolation: 'repeatable read', readOnly: true, timeoutMs: TABLE_MS } as const
  try {
    await rm(draft, { force: true })
    const summary = await db.withTx('chores', (tx) => writeFile(tx, draft, options), read)
    await settle(draft, to)
    return summary
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw writeProblem(cause, to)
  }
}

/**
 * Reads a backup to its end, so that all of it is known to be as it was written.
 * @throws Problem where it is damaged, of another key, or no backup
 */
export const inspect = (path: string, secretKey: Buffer): Promise<BackupSummary> =>
  readArchive(path, secretKey, async (frames) => {
    let header: BackupHeader | null = null
    let footer: BackupFooter | null = null
    for await (const { kind, body } of frames) {
      if (kind === FRAME.header) header = JSON.parse(body.toString())
      if (kind === FRAME.footer) footer = JSON.parse(body.toString())
    }
    if (!header || !footer) {
      throw new Problem('invalid', 'backupDamaged', 'The backup lacks its beginning or its end.')
    }
    return summarise(header, footer)
  })

export const summarise = (header: BackupHeader, footer: BackupFooter): BackupSummary => ({
  format: header.format,
  schema: header.schema,
  takenAt: header.takenAt,
  head: footer.head,
  tables: header.tables.map(({ name }) => ({ name, ...tallyOf(footer, name) })),
})

export const tallyOf = (footer: BackupFooter, table: string): Tally =>
  footer.tallies[table] ?? { rows: 0, hash: '' }

async function writeFile(tx: Tx, draft: string, options: BackupOptions): Promise<BackupSummary> {
  await writeTheSameEverywhere(tx)
  const schema = await findSchemaVersion(tx)
  if (!schema) {
    throw new Problem('conflict', 'nothingToBackUp', 'The database is empty: there is no schema.')
  }
  const { tables } = await findTables(tx)
  const header: BackupHeader = { format: 1, schema, takenAt: tx.now, tables }
  let footer: BackupFooter | null = null

  async function* frames(): AsyncGenerator<Frame> {
    yield json(FRAME.header, header)
    const tallies: Record<string, Tally> = {}
    for (const table of tables) {
      yield json(FRAME.table, table.name)
      const tally = createTally()
      for await (const rows of rowFrames(tx, table, tally.add))
        yield { kind: FRAME.rows, body: rows }
      tallies[table.name] = tally.read()
      options.log?.(`${table.name}: ${tally.read().rows} rows`)
    }
    const head = await findHead(tx, tables)
    footer = { tallies, sequences: await findSequences(tx), head }
    yield json(FRAME.footer, footer)
  }

  const file = createWriteStream(draft, { mode: 0o600, flags: 'wx' })
  await writeArchive(frames(), options.secretKey, file)
  return summarise(header, footer!)
}

const json = (kind: string, value: unknown): Frame => ({
  kind,
  body: Buffer.from(JSON.stringify(value)),
})

async function* rowFrames(tx: Tx, table: CatalogTable, note: (line: Buffer) => void) {
  let parts: Buffer[] = []
  let size = 0
  for await (const lines of copyOut(tx, selectAll(table))) {
    for (const line of lines) {
      note(line)
      parts.push(line)
      size += line.length
    }
    if (size < FRAME_BYTES) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(parts)
}

/** How far the log had come: what a restore compares with, to say what is missing since. */
async function findHead(tx: Tx, tables: readonly CatalogTable[]): Promise<number | null> {
  const log = tables.find(({ name, columns }) => name === 'timeline' && columns.includes('seq'))
  if (!log) return null
  const [head] = await tx.query<{ seq: number | null }>(
    `select max(seq) as seq from ${quote(log.name)}`,
  )
  return head?.seq ?? null
}

/** On disk under its own name, also when the power fails right after. */
async function settle(draft: string, to: string): Promise<void> {
  const file = await open(draft, 'r+')
  await file.sync().finally(() => file.close())
  await rename(draft, to)
  const directory = await open(dirname(to), 'r')
  // Some file systems cannot do this; then the name is as safe as it gets.
  await directory
    .sync()
    .catch(() => undefined)
    .finally(() => directory.close())
}

const WRITE_SENTENCES: Readonly<Record<string, (to: string) => string>> = {
  ENOSPC: (to) => `The disk for the backup ${to} is full. Nothing was written there.`,
  EDQUOT: (to) => `The disk for the backup ${to} is full. Nothing was written there.`,
  ENOENT: (to) => `The directory for the backup ${to} does not exist.`,
  ENOTDIR: (to) => `The directory for the backup ${to} is not a directory.`,
  EISDIR: (to) => `${to} is a directory: name a file for the backup.`,
  EACCES: (to) => `Allclear may not write the backup ${to}.`,
  EPERM: (to) => `Allclear may not write the backup ${to}.`,
  EROFS: (to) => `The backup ${to} would be on a read-only file system.`,
}

/** The file's own trouble, however it reached us: the database has sentences of its own for its disk. */
function writeProblem(cause: unknown, to: string): unknown {
  const inner = cause instanceof Problem && cause.cause !== undefined ? cause.cause : cause
  const { code = '', syscall } = (inner ?? {}) as NodeJS.ErrnoException
  const sentence = syscall === 'connect' ? undefined : WRITE_SENTENCES[code]
  return sentence ? new Problem('invalid', 'backupNotWritten', sentence(to), { cause }) : cause
}
