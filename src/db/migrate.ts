/**
 * Migrations are plain files, `NNNN_name.sql`, applied in the order of their numbers, each in a
 * transaction with its checksum on record. A file whose first line is `-- no-transaction` (an index
 * built concurrently) runs statement by statement, each ended by a semicolon at the end of a line;
 * as it may be cut short and run again, every statement must be safe to repeat.
 *
 * A lease row keeps two nodes that start together from running the same file: no session lock, for
 * a transaction pooler must be able to sit in between, and it expires, for nodes do die.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../lib/problem.ts'
import type { Db, Tx } from './tx.ts'

export type Migration = {
  number: number
  name: string
  sql: string
  checksum: string
  isAtomic: boolean
}

type Applied = { number: number; name: string; checksum: string }

const LEASE_SECONDS = 30
const RENEW_MS = 8_000
const POLL_MS = 200
/** How long a node waits for another that is at it. */
const WAIT_MS = 15 * 60_000
/** One file may take this long: it is the size of the data that counts, not a person waiting. */
const FILE_MS = 60 * 60_000
const BUSY_TRIES_MAX = 10
const OLDEST_SERVER = 150_000

/** @throws Problem where two files have one number */
export function readMigrations(directory: string): Migration[] {
  const migrations = readdirSync(directory)
    .filter((file) => /^\d{4}_.*\.sql$/.test(file))
    .sort()
    .map((file) => readMigration(directory, file))
  const twice = migrations.find((one, at) => one.number === migrations[at - 1]?.number)
  if (!twice) return migrations
  throw new Problem('conflict', 'migrationTwice', `Two migrations are numbered ${twice.number}.`)
}

function readMigration(directory: string, file: string): Migration {
  // A checkout on Windows may have changed the ends of the lines; the statements are the same.
  const sql = readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n')
  return {
    number: Number(file.slice(0, 4)),
    name: file.replace(/\.sql$/, ''),
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    isAtomic: !/^-- no-transaction\s*$/m.test(sql.split('\n', 1)[0] ?? ''),
  }
}

/**
 * Brings the schema to this build's newest migration; gives the numbers applied now.
 * @param directory where the files are: beside the source, or beside the bundle
 * @throws Problem where the database is newer than this build, an applied file was changed, or the
 *   server is too old
 */
export async function migrate(db: Db, directory: string): Promise<number[]> {
  const migrations = readMigrations(directory)
  await prepare(db)
  const lease = await takeLease(db, migrations)
  if (lease === null) return []
  const renewing = setInterval(() => void renew(db, lease).catch(() => undefined), RENEW_MS)
  try {
    const applied: number[] = []
    for (const migration of await missing(db, migrations)) {
      const apply = migration.isAtomic ? applyWhole : applyByStatement
      await withPatience(() => apply(db, migration, lease))
      applied.push(migration.number)
    }
    return applied
  } finally {
    clearInterval(renewing)
    await db.withTx('chores', (tx) => tx.query(RELEASE, [lease])).catch(() => undefined)
  }
}

/** A file that cannot get its lock at once lets the queue behind it pass, and tries again. */
async function withPatience(apply: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await apply()
    } catch (cause) {
      if (!isBusy(cause) || tries >= BUSY_TRIES_MAX) throw cause
      await pause(tries * POLL_MS)
    }
  }
}

/** The newest migration on record; null for a database that has none. */
export async function findSchemaVersion(tx: Tx): Promise<{ number: number; name: string } | null> {
  const [found] = await tx.query<{ number: number; name: string }>(
    'select number, name from schema_migrations order by number desc limit 1',
  )
  return found ?? null
}

const BOOKKEEPING = `
  create table if not exists schema_migrations (
    number int primary key, name text not null, checksum text not null,
    applied_at timestamptz(3) not null default clock_timestamp());
  create table if not exists schema_lease (
    id int primary key check (id = 1), holder text, expires_at timestamptz(3));
  insert into schema_lease (id) values (1) on conflict do nothing`

const TAKE = `
  update schema_lease set holder = $1,
    expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
  where id = 1 and (holder is null or holder = $1 or expires_at < clock_timestamp()) returning id`

const HOLD = 'select id from schema_lease where id = 1 and holder = $1 for update'
const RELEASE = 'update schema_lease set holder = null, expires_at = null where holder = $1'

async function prepare(db: Db): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await db.withTx('chores', async (tx) => {
        await refuseServer(tx)
        // Where the tables are there, nothing is locked or written.
        const [row] = await tx.query<{ at: string | null }>("select to_regclass('schema_lease') at")
        if (row?.at == null) await tx.query(BOOKKEEPING)
      })
      return
    } catch (cause) {
      // Two nodes making the same table at once: PostgreSQL lets one of them fail on its catalog.
      if (!/^(23505|42P07|XX000)$/.test(codeOf(cause)) || tries >= 5) throw inWords(cause)
      await pause(POLL_MS)
    }
  }
}

async function refuseServer(tx: Tx): Promise<void> {
  const [server] = await tx.query<{ version: number; shown: string; encoding: string }>(
    `select current_setting('server_version_num')::int as version,
      current_setting('server_version') as shown, current_setting('server_encoding') as encoding`,
  )
  if (!server || server.version < OLDEST_SERVER) {
    const sentence = `PostgreSQL ${server?.shown} is too old: 15 or later is needed.`
    throw new Problem('conflict', 'databaseTooOld', sentence)
  }
  if (server.encoding !== 'UTF8') {
    const sentence = `The database is encoded in ${server.encoding}. Create one with encoding UTF8.`
    throw new Problem('conflict', 'databaseNotUtf8', sentence)
  }
}

/** Null: there is nothing to do, and so nothing to wait for. */
async function takeLease(db: Db, migrations: readonly Migration[]): Promise<string | null> {
  const holder = randomUUID()
  for (let waited = 0; waited < WAIT_MS; waited += POLL_MS) {
    if ((await missing(db, migrations)).length === 0) return null
    const taken = await db
      .withTx('chores', (tx) => tx.query(TAKE, [holder]))
      // The holder keeps the row locked while a file runs.
      .catch((cause) => (isBusy(cause) ? [] : Promise.reject(cause)))
    if (taken.length > 0) return holder
    await pause(POLL_MS)
  }
  throw new Problem(
    'unavailable',
    'migrationRunning',
    'Another node has been changing the schema of the database for 15 minutes. Start this one again when that is done.',
  )
}

const isBusy = (cause: unknown): boolean =>
  cause instanceof Problem && cause.reason === 'databaseBusy'

const renew = (db: Db, lease: string) => db.withTx('chores', (tx) => tx.query(TAKE, [lease]))

/** What is still to be applied, after a look at what was. */
async function missing(db: Db, migrations: readonly Migration[]): Promise<Migration[]> {
  const known = await db.withTx('chores', (tx) =>
    tx.query<Applied>('select number, name, checksum from schema_migrations order by number'),
  )
  refuseUnknown(known, migrations)
  for (const done of known) refuseChanged(done, migrations)
  const newest = known.at(-1)?.number ?? 0
  const left = migrations.filter((one) => !known.some((done) => done.number === one.number))
  const late = left.find((one) => one.number < newest)
  if (!late) return left
  throw new Problem(
    'conflict',
    'migrationOutOfOrder',
    `Migration ${late.name} is not applied, but later ones are. Give it the next free number.`,
  )
}

function refuseUnknown(known: readonly Applied[], all: readonly Migration[]): void {
  const unknown = known.findLast((done) => !all.some((one) => one.number === done.number))
  if (!unknown) return
  throw new Problem(
    'conflict',
    'schemaIsNewer',
    `The database is at schema ${unknown.name}, which this release does not know: it belongs to a newer one. Start that release again; nothing was changed.`,
  )
}

function refuseChanged(done: Applied, all: readonly Migration[]): void {
  if (all.find((one) => one.number === done.number)?.checksum === done.checksum) return
  throw new Problem(
    'conflict',
    'migrationChanged',
    `Migration ${done.name} was changed after it was applied. Install the release that this data belongs to, or restore a backup.`,
  )
}

async function applyWhole(db: Db, migration: Migration, lease: string): Promise<void> {
  await db
    .withTx(
      'chores',
      async (tx) => {
        await holdOrStop(tx, lease)
        await tx.query(migration.sql)
        await recordApplied(tx, migration)
      },
      { timeoutMs: FILE_MS },
    )
    .catch((cause) => Promise.reject(named(migration, cause)))
}

async function applyByStatement(db: Db, migration: Migration, lease: string): Promise<void> {
  try {
    await dropUnfinishedIndexes(db)
    for (const statement of migration.sql.split(/;[ \t]*$/m)) {
      const isEmpty = statement.replace(/--.*$/gm, '').trim() === ''
      if (!isEmpty) await db.runAlone('chores', statement, FILE_MS)
    }
    await db.withTx('chores', async (tx) => {
      await holdOrStop(tx, lease)
      await recordApplied(tx, migration)
    })
  } catch (cause) {
    throw named(migration, cause)
  }
}

/** An index whose concurrent building was cut short exists, is not used, and would not be made again. */
async function dropUnfinishedIndexes(db: Db): Promise<void> {
  const unfinished = await db.withTx('chores', (tx) =>
    tx.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_index i
       join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
       where not i.indisvalid and c.relkind = 'i' and n.nspname = current_schema()`,
    ),
  )
  for (const { name } of unfinished) {
    await db.runAlone('chores', `drop index concurrently if exists ${name}`, FILE_MS)
  }
}

/** The row stays locked until the transaction ends, so nobody can take the lease meanwhile. */
async function holdOrStop(tx: Tx, lease: string): Promise<void> {
  if ((await tx.query(HOLD, [lease])).length > 0) return
  throw new Problem(
    'unavailable',
    'migrationLeaseLost',
    'Another node has taken over changing the schema of the database. Start this one again.',
  )
}

const recordApplied = (tx: Tx, migration: Migration) =>
  tx.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
    migration.number,
    migration.name,
    migration.checksum,
  ])

const codeOf = (cause: unknown): string =>
  cause !== null && typeof cause === 'object' && 'code' in cause ? String(cause.code) : ''

function named(migration: Migration, cause: unknown): unknown {
  if (cause instanceof Problem) return cause
  const told = inWords(cause)
  if (told instanceof Problem) return told
  const detail = cause instanceof Error ? cause.message : String(cause)
  const sentence = `Migration ${migration.name} could not be applied (${detail}). Nothing of it was kept, unless it is one that runs without a transaction.`
  return new Problem('conflict', 'migrationFailed', sentence, { cause })
}

function inWords(cause: unknown): unknown {
  if (codeOf(cause) !== '42501') return cause
  const sentence =
    'The database user may not create tables here. Make it the owner of the database or of its schema.'
  return new Problem('conflict', 'mayNotMigrate', sentence, { cause })
}
