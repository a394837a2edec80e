/**
 * Migrations are plain files, applied in the order of their numbers, each in a transaction, with
 * its checksum on record. A lease row keeps two nodes that start together from running the same
 * file (no session lock: a transaction pooler must be able to sit in between).
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../lib/problem.ts'
import type { Db, Tx } from './tx.ts'

export type Migration = { number: number; name: string; sql: string; checksum: string }

export function readMigrations(directory: string): Migration[] {
  return readdirSync(directory)
    .filter((file) => /^\d{4}_.*\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(directory, file), 'utf8')
      const checksum = createHash('sha256').update(sql).digest('hex')
      return { number: Number(file.slice(0, 4)), name: file.replace(/\.sql$/, ''), sql, checksum }
    })
}

/**
 * Brings the schema to this build's newest migration; gives the numbers applied now.
 * @throws Problem where the database is newer than this build or an applied file was changed
 */
export async function migrate(db: Db, directory: string): Promise<number[]> {
  const migrations = readMigrations(directory)
  const applied: number[] = []
  await db.withTx('chores', (tx) => tx.query(BOOKKEEPING))
  for (const migration of migrations) {
    const isNew = await db.withTx('chores', (tx) => applyOne(tx, migration, migrations), {
      timeoutMs: 600_000,
    })
    if (isNew) applied.push(migration.number)
  }
  return applied
}

const BOOKKEEPING = `
  create table if not exists schema_migrations (
    number int primary key, name text not null, checksum text not null,
    applied_at timestamptz(3) not null default clock_timestamp());
  create table if not exists schema_lease (id int primary key check (id = 1));
  insert into schema_lease values (1) on conflict do nothing`

async function applyOne(tx: Tx, migration: Migration, all: readonly Migration[]): Promise<boolean> {
  await tx.query("set local lock_timeout = '60s'")
  await tx.query('select id from schema_lease for update')
  const known = await tx.query<{ number: number; name: string; checksum: string }>(
    'select number, name, checksum from schema_migrations order by number',
  )
  refuseNewer(known, all)
  const done = known.find((one) => one.number === migration.number)
  if (done) {
    if (done.checksum === migration.checksum) return false
    throw new Problem(
      'conflict',
      'migrationChanged',
      `Migration ${migration.name} was changed after it was applied. Install the release that this data belongs to, or restore a backup.`,
    )
  }
  await tx.query(migration.sql)
  await tx.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
    migration.number,
    migration.name,
    migration.checksum,
  ])
  return true
}

function refuseNewer(
  known: readonly { number: number; name: string }[],
  all: readonly Migration[],
): void {
  const newest = known.at(-1)
  if (!newest || newest.number <= (all.at(-1)?.number ?? 0)) return
  throw new Problem(
    'conflict',
    'schemaIsNewer',
    `The database is at schema ${newest.name}, which is newer than this release knows. Start the newer release again; nothing was changed.`,
  )
}
