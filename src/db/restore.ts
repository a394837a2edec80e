/**
 * Puts a backup into an empty database: all of it, checked against its own counts and hashes, or
 * nothing. One transaction; what the caller adds to it (coming up paused, a new epoch of the log) is
 * in it too, so there is no moment at which a restored instance would page anybody.
 */
import { Problem } from '../lib/problem.ts'
import { type Frame, readArchive } from './archive.ts'
import {
  type BackupFooter,
  type BackupHeader,
  type BackupSummary,
  FRAME,
  inspect,
  summarise,
  tallyOf,
} from './backup.ts'
import { type CatalogTable, type ForeignKey, findTables, quote } from './catalog.ts'
import { copyIn } from './copy.ts'
import { findSchemaVersion } from './migrate.ts'
import { tallyTable, writeTheSameEverywhere } from './tally.ts'
import type { Db, Tx } from './tx.ts'

export type RestoreOptions = {
  from: string
  /** The secret key of the instance that wrote the backup. */
  secretKey: Buffer
  /** In the same transaction, when everything is there and checked. */
  afterRestore?: (tx: Tx, summary: BackupSummary) => Promise<void>
  /** Tables that may hold rows in a database that counts as empty; these rows are removed. */
  disposable?: readonly string[]
  log?: (line: string) => void
}

/** Rows that migrations make, and the link that a first start prints. */
const DISPOSABLE = ['organisation', 'directory_version', 'invitations', 'sign_in']
const TABLE_MS = 6 * 3_600_000

/**
 * @param db migrated to the schema of the backup, and empty
 * @throws Problem in words; then nothing was changed
 */
export async function restore(db: Db, options: RestoreOptions): Promise<BackupSummary> {
  const summary = await inspect(options.from, options.secretKey)
  return await db.withTx(
    'chores',
    async (tx) => {
      await refuseSchema(tx, summary)
      await readArchive(options.from, options.secretKey, (frames) => fill(tx, frames, options))
      await options.afterRestore?.(tx, summary)
      // Without figures about the new rows, the first queries on a large instance would crawl.
      await tx.query('analyze')
      return summary
    },
    { timeoutMs: TABLE_MS },
  )
}

async function fill(
  tx: Tx,
  frames: AsyncGenerator<Frame>,
  { disposable = DISPOSABLE, log }: RestoreOptions,
): Promise<BackupSummary> {
  const header = await readHeader(frames)
  const { tables, forward } = await findTables(tx)
  refuseShape(header, tables)
  await tx.query(`lock table ${tables.map(({ name }) => quote(name)).join(', ')}`)
  await refuseFull(tx, tables, disposable)
  const giveBack = await setRulesAside(tx, tables, forward)
  for (const { name } of [...tables].reverse()) {
    if (disposable.includes(name)) await tx.query(`delete from ${quote(name)}`)
  }
  for (const { name, partitions } of header.tables) {
    for (const part of partitions) {
      await tx.query(
        `create table if not exists ${quote(part.name)} partition of ${quote(name)} ${part.bound}`,
      )
    }
  }
  const footer = await fillTables(tx, header, frames, log)
  await writeTheSameEverywhere(tx)
  for (const table of header.tables) await verify(tx, table, footer)
  for (const { name, value, isCalled } of footer.sequences) {
    await tx.query('select setval($1::regclass, $2::bigint, $3)', [quote(name), value, isCalled])
  }
  await giveBack()
  return summarise(header, footer)
}

async function readHeader(frames: AsyncGenerator<Frame>): Promise<BackupHeader> {
  const { value } = await frames.next()
  if (value?.kind === FRAME.header) return JSON.parse(value.body.toString())
  throw new Problem('invalid', 'backupDamaged', 'The backup lacks its beginning.')
}

/** Each table's rows go into it as they are read; gives what stands at the end. */
async function fillTables(
  tx: Tx,
  header: BackupHeader,
  frames: AsyncGenerator<Frame>,
  log: RestoreOptions['log'],
): Promise<BackupFooter> {
  let next = await frames.next()
  while (!next.done && next.value.kind === FRAME.table) {
    const name: string = JSON.parse(next.value.body.toString())
    const table = header.tables.find((one) => one.name === name)
    if (!table) throw new Problem('invalid', 'backupDamaged', `The backup names no table ${name}.`)
    const rows = async function* () {
      for (
        next = await frames.next();
        next.value?.kind === FRAME.rows;
        next = await frames.next()
      ) {
        yield next.value.body
      }
    }
    await copyIn(tx, `${quote(name)} (${table.columns.map(quote).join(', ')})`, rows())
    log?.(`${name}: restored`)
  }
  if (next.value?.kind === FRAME.footer) return JSON.parse(next.value.body.toString())
  throw new Problem('invalid', 'backupDamaged', 'The backup lacks its end.')
}

/** What is in the table now, read again, is what was in it when the backup was taken. */
async function verify(tx: Tx, table: CatalogTable, footer: BackupFooter): Promise<void> {
  const wanted = tallyOf(footer, table.name)
  const found = await tallyTable(tx, table)
  if (found.rows === wanted.rows && found.hash === wanted.hash) return
  throw new Problem(
    'conflict',
    'restoreDiffers',
    `After the restore, ${table.name} would not be what it was (${found.rows} rows of ${wanted.rows}). Nothing was kept.`,
  )
}

async function refuseSchema(tx: Tx, { schema }: BackupSummary): Promise<void> {
  const here = await findSchemaVersion(tx)
  if (here?.number === schema.number && here.name === schema.name) return
  const advice =
    here && schema.number < here.number
      ? 'Restore it with the release that wrote it, and upgrade from there'
      : 'Install the release that wrote it'
  throw new Problem(
    'conflict',
    'backupOfAnotherSchema',
    `The backup has schema ${schema.name}, this release has ${here?.name ?? 'none'}. ${advice}. Nothing was changed.`,
  )
}

function refuseShape(header: BackupHeader, tables: readonly CatalogTable[]): void {
  const shape = (of: readonly CatalogTable[]) =>
    of.map(({ name, columns }) => `${name}(${[...columns].sort()})`).sort()
  const here = new Set(shape(tables))
  const odd = shape(header.tables).find((one) => !here.has(one))
  if (odd === undefined && header.tables.length === tables.length) return
  throw new Problem(
    'conflict',
    'backupOfAnotherSchema',
    `The tables of the backup are not those of this database${odd ? ` (${odd.split('(')[0]})` : ''}. Nothing was changed.`,
  )
}

async function refuseFull(
  tx: Tx,
  tables: readonly CatalogTable[],
  disposable: readonly string[],
): Promise<void> {
  for (const { name } of tables) {
    if (disposable.includes(name)) continue
    const [row] = await tx.query(`select 1 as one from ${quote(name)} limit 1`)
    if (!row) continue
    throw new Problem(
      'conflict',
      'notEmpty',
      `A backup is restored into an empty database only, and this one has rows in ${name}. Choose an empty data directory or database; nothing was changed.`,
    )
  }
}

/**
 * The rows come as they were: what triggers made of them is among them already, and where tables
 * refer to each other in a circle the references are looked at when all rows are there.
 * Gives the way back.
 */
async function setRulesAside(
  tx: Tx,
  tables: readonly CatalogTable[],
  forward: readonly ForeignKey[],
): Promise<() => Promise<void>> {
  const triggers = await tx.query<{ table: string; name: string }>(
    `select c.relname as table, t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and t.tgparentid = 0 and t.tgenabled = 'O' and c.relname = any ($1)
       and c.relnamespace = current_schema()::regnamespace`,
    [tables.map(({ name }) => name)],
  )
  const switchTriggers = async (how: 'enable' | 'disable') => {
    for (const { table, name } of triggers) {
      await tx.query(`alter table ${quote(table)} ${how} trigger ${quote(name)}`)
    }
  }
  const switchKeys = async (how: string) => {
    for (const { table, name } of forward) {
      await tx.query(`alter table ${quote(table)} alter constraint ${quote(name)} ${how}`)
    }
  }
  await switchTriggers('disable')
  await switchKeys('deferrable initially deferred')
  return async () => {
    await tx.query('set constraints all immediate')
    await switchKeys('not deferrable')
    await switchTriggers('enable')
  }
}
