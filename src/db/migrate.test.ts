import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import { findSchemaVersion, migrate } from './migrate.ts'
import { createDb } from './tx.ts'

let fresh: FreshDatabase
let directory: string
beforeEach(async () => {
  fresh = await freshDatabase({ isMigrated: false })
  directory = mkdtempSync(join(tmpdir(), 'migrations-'))
})
afterEach(async () => {
  await fresh.drop()
  rmSync(directory, { recursive: true })
})

const write = (name: string, sql: string) => writeFileSync(join(directory, `${name}.sql`), sql)
const run = (text: string) => fresh.db.withTx('web', (tx) => tx.query(text))
const tables = async () =>
  (
    await run(
      "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
    )
  ).map(({ relname }) => relname)

test('files are applied once, in the order of their numbers', async () => {
  write('0002_second', 'alter table first add b int; insert into first values (1, 2)')
  write('0001_first', 'create table first (a int)')
  write('readme', 'no migration')
  expect(await migrate(fresh.db, directory)).toEqual([1, 2])
  expect(await migrate(fresh.db, directory)).toEqual([])
  expect(await run('select * from first')).toEqual([{ a: 1, b: 2 }])
  write('0003_third', 'create table third ()')
  expect(await migrate(fresh.db, directory)).toEqual([3])
  expect(await fresh.db.withTx('web', findSchemaVersion)).toEqual({ number: 3, name: '0003_third' })
})

test('a file that fails leaves nothing of itself, is named, and can be mended', async () => {
  write('0001_first', 'create table first (a int)')
  write('0002_bad', 'create table second (a int); select 1/0')
  await expect(migrate(fresh.db, directory)).rejects.toMatchObject({
    reason: 'migrationFailed',
    message: expect.stringContaining('0002_bad'),
  })
  expect(await tables()).toEqual(['first', 'schema_lease', 'schema_migrations'])
  write('0002_bad', 'create table second (a int)')
  expect(await migrate(fresh.db, directory)).toEqual([2])
})

test('an applied file that was changed since is refused in words; other line ends are no change', async () => {
  write('0001_first', 'create table first (a int);\n-- the end\n')
  await migrate(fresh.db, directory)
  write('0001_first', 'create table first (a int);\r\n-- the end\r\n')
  expect(await migrate(fresh.db, directory)).toEqual([])
  write('0001_first', 'create table first (a bigint);\n-- the end\n')
  await expect(migrate(fresh.db, directory)).rejects.toMatchObject({
    code: 'conflict',
    reason: 'migrationChanged',
    message: expect.stringContaining('0001_first'),
  })
})

test('a database of a newer release is refused in words, and not touched', async () => {
  write('0001_first', 'create table first (a int)')
  write('0002_newer', 'create table newer (a int)')
  await migrate(fresh.db, directory)
  rmSync(join(directory, '0002_newer.sql'))
  await expect(migrate(fresh.db, directory)).rejects.toMatchObject({
    code: 'conflict',
    reason: 'schemaIsNewer',
    message: expect.stringContaining('0002_newer'),
  })
  expect(await tables()).toContain('newer')
})

test('a file that comes before one already applied, and a number given twice, are refused', async () => {
  write('0002_second', 'create table second (a int)')
  await migrate(fresh.db, directory)
  write('0001_first', 'create table first (a int)')
  await expect(migrate(fresh.db, directory)).rejects.toMatchObject({
    reason: 'migrationOutOfOrder',
  })
  write('0002_again', 'create table again (a int)')
  await expect(migrate(fresh.db, directory)).rejects.toMatchObject({ reason: 'migrationTwice' })
})

test('nodes that start together apply every file once, and all of them come up', async () => {
  write('0001_first', 'create table first (a int); select pg_sleep(0.05)')
  write('0002_count', 'create table runs (a int); insert into runs values (1)')
  const nodes = [1, 2, 3, 4].map(() => createDb({ url: fresh.url }))
  const applied = await Promise.all(nodes.map((node) => migrate(node, directory)))
  expect(applied.flat().sort()).toEqual([1, 2])
  expect(await run('select count(*) from runs')).toEqual([{ count: 1 }])
  await Promise.all(nodes.map((node) => node.close()))
})

test('the lease of a node that died is taken over when it has expired', async () => {
  write('0001_first', 'create table first (a int)')
  await migrate(fresh.db, directory)
  write('0002_second', 'create table second (a int)')
  await run(`update schema_lease set holder = 'a node that died',
    expires_at = clock_timestamp() + interval '300 ms'`)
  expect(await migrate(fresh.db, directory)).toEqual([2])
  expect(await run('select holder from schema_lease')).toEqual([{ holder: null }])
})

test('the lease of a node that lives is waited for', async () => {
  write('0001_first', 'create table first (a int)')
  await migrate(fresh.db, directory)
  write('0002_second', 'create table second (a int)')
  await run(`update schema_lease set holder = 'a node that lives',
    expires_at = clock_timestamp() + interval '1 hour'`)
  const migrating = migrate(fresh.db, directory)
  // Long enough for it to have asked several times.
  await run('select pg_sleep(0.7)')
  expect(await tables()).not.toContain('second')
  await run('update schema_lease set holder = null')
  expect(await migrating).toEqual([2])
})

test('a node that lost its lease meanwhile does not put its file on record', async () => {
  write('0001_first', 'create table first (a int)')
  await migrate(fresh.db, directory)
  write(
    '0002_slow',
    "-- no-transaction\nupdate schema_lease set holder = 'a node that took over', expires_at = clock_timestamp() + interval '1 hour';\n",
  )
  await expect(migrate(fresh.db, directory)).rejects.toMatchObject({ reason: 'migrationLeaseLost' })
  expect(await run('select max(number) as newest from schema_migrations')).toEqual([{ newest: 1 }])
})

test('a file without a transaction builds an index concurrently, also after a try that was cut short', async () => {
  write('0001_first', 'create table first (a int); insert into first values (1), (1), (2)')
  write(
    '0002_index',
    `-- no-transaction
-- what it is for; why it is safe
create unique index concurrently if not exists first_a on first (a);
create index concurrently if not exists first_b on first (a, a);
`,
  )
  await expect(migrate(fresh.db, directory)).rejects.toMatchObject({ reason: 'migrationFailed' })
  const isValid = "select indisvalid from pg_index where indexrelid = 'first_a'::regclass"
  expect(await run(isValid)).toEqual([{ indisvalid: false }])
  await run('delete from first where a = 1')
  expect(await migrate(fresh.db, directory)).toEqual([2])
  expect(await run(isValid)).toEqual([{ indisvalid: true }])
})

test('the lock that a change needs is waited for in turns, so that the queue behind it can pass', async () => {
  write('0001_first', 'create table first (a int)')
  await migrate(fresh.db, directory)
  write('0002_change', "set local lock_timeout = '50ms'; alter table first add b int")
  const applied = await fresh.db.withTx('web', async (reader) => {
    await reader.query('select * from first')
    const migrating = migrate(fresh.db, directory)
    await reader.query('select pg_sleep(0.3)')
    return { migrating }
  })
  expect(await applied.migrating).toEqual([2])
})

test('the migrations of this build apply to an empty database', async () => {
  const ours = new URL('./migrations', import.meta.url).pathname
  expect((await migrate(fresh.db, ours))[0]).toBe(1)
  expect(await migrate(fresh.db, ours)).toEqual([])
})
