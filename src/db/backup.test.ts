import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import { backup, inspect } from './backup.ts'
import { findTables, inOrder } from './catalog.ts'
import { migrate } from './migrate.ts'
import { restore } from './restore.ts'
import { tallyTable } from './tally.ts'
import type { Db } from './tx.ts'

const KEY = Buffer.alloc(32, 7)
const ROWS = 3_000

let source: FreshDatabase
let target: FreshDatabase
let directory: string
let path: string
beforeAll(async () => {
  source = await freshDatabase()
  await populate(source.db)
})
afterAll(() => source.drop())
beforeEach(async () => {
  target = await freshDatabase()
  directory = mkdtempSync(join(tmpdir(), 'backup-'))
  path = join(directory, 'all.backup')
})
afterEach(async () => {
  await target.drop()
  rmSync(directory, { recursive: true })
})

const run = (db: Db, text: string, values?: readonly unknown[]) =>
  db.withTx('web', (tx) => tx.query(text, values))

/** Rows in tables of every sort: referring ones, partitioned ones, ones with sequences, odd values. */
async function populate(db: Db) {
  await run(
    db,
    `insert into people (id, slug, name, email)
       select gen_random_uuid(), 'p' || n, E'Zo\\u00eb \\t\\n\\\\ ' || n, 'p' || n || '@example.com'
       from generate_series(1, 20) n;
     insert into teams (id, slug, name, lead_id) select gen_random_uuid(), 'team', 'Team', id
       from people where slug = 'p1';
     insert into services (id, slug, name, team_id, group_by) select gen_random_uuid(), 'shop',
       'Shop', id, '["a\\\\b", "\\u00fc"]' from teams;
     insert into sources (id, slug, name, kind, key_hash, key_hint)
       values (gen_random_uuid(), 'pd', 'PD', 'generic', '\\x00ff0a5c', 'x');
     insert into requests (id, source_id, received_at, path, body, status, verdict)
       select gen_random_uuid(), gen_random_uuid(), clock_timestamp() - n * interval '1 hour',
         '/x', repeat(md5(n::text), 20), 202, '{}' from generate_series(1, ${ROWS}) n;
     insert into timeline (subject_kind, subject_id, happened_at, recorded_at, actor, kind, inputs,
         result, visibility)
       select 'alert', gen_random_uuid(), at, at, '{"kind":"engine"}', 'fired', '{}', '{}', 'team'
       from generate_series(1, ${ROWS}) n, 
         lateral (select clock_timestamp() - n * interval '1 s') as times (at);
     update organisation set name = 'Acme', epoch = 4`,
  )
  await run(
    db,
    `insert into timeline (subject_kind, subject_id, happened_at, recorded_at, actor, kind, inputs,
         result, visibility)
       select subject_kind, subject_id, happened_at, recorded_at, actor, 'resolved', inputs,
         result, visibility from timeline limit 1`,
  )
}

const tallies = (db: Db) =>
  db.withTx('chores', async (tx) => {
    const { tables } = await findTables(tx)
    const all: object[] = []
    for (const table of tables) all.push({ name: table.name, ...(await tallyTable(tx, table)) })
    return all
  })

/** The same things made of other tables, for what the product's own tables do not have. */
async function withSchema(sql: string): Promise<FreshDatabase> {
  const fresh = await freshDatabase({ isMigrated: false })
  const migrations = mkdtempSync(join(directory, 'migrations-'))
  writeFileSync(join(migrations, '0001_test.sql'), sql)
  await migrate(fresh.db, migrations)
  return fresh
}

test('what is restored is what was backed up: every table, count and hash', async () => {
  const summary = await backup(source.db, { to: path, secretKey: KEY })
  expect(await inspect(path, KEY)).toEqual(summary)
  expect(summary.head).toBe(ROWS + 1)
  expect(summary.tables.find(({ name }) => name === 'timeline')?.rows).toBe(ROWS + 1)
  expect(await restore(target.db, { from: path, secretKey: KEY })).toEqual(summary)
  const restored = await tallies(target.db)
  expect(restored).toEqual(await tallies(source.db))
  expect(restored).toEqual(summary.tables)
  expect(restored.length).toBeGreaterThan(20)
  expect(await run(target.db, 'select name, epoch from organisation')).toEqual([
    { name: 'Acme', epoch: 4 },
  ])
})

test('tables come after those they refer to, and migrations are not part of a backup', async () => {
  const { tables } = await source.db.withTx('web', findTables)
  const names = tables.map(({ name }) => name)
  expect(names.indexOf('people')).toBeLessThan(names.indexOf('teams'))
  expect(names.indexOf('teams')).toBeLessThan(names.indexOf('services'))
  expect(names.filter((name) => /^schema_|_20\d\d_/.test(name))).toEqual([])
  expect(names).toContain('timeline')
})

test('numbers go on where they stood, and the triggers work as before', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  await restore(target.db, { from: path, secretKey: KEY })
  expect(await run(target.db, "select nextval('timeline_seq') as next")).toEqual([
    { next: ROWS + 2 },
  ])
  await expect(run(target.db, 'delete from timeline')).rejects.toThrow('append-only')
  const version = 'select version from directory_version'
  const [before] = await run(target.db, version)
  expect(before).toEqual((await run(source.db, version))[0])
  await run(target.db, "update teams set name = 'Other'")
  expect(await run(target.db, version)).toEqual([{ version: Number(before?.version) + 1 }])
})

test('rows keep their partition, and bear a transaction id of the server they are on now', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  await run(target.db, 'drop table requests_other')
  await restore(target.db, { from: path, secretKey: KEY })
  const parts =
    'select tableoid::regclass::text as part, count(*) from requests group by 1 order by 1'
  expect(await run(target.db, parts)).toEqual(await run(source.db, parts))
  const ids = 'select count(distinct tx) as ids, min(tx)::text as first from timeline'
  const [there] = await run(source.db, ids)
  const [here] = await run(target.db, ids)
  expect([there?.ids, here?.ids]).toEqual([2, 1])
  expect(BigInt(String(here?.first))).toBeGreaterThan(BigInt(String(there?.first)))
})

test('what the caller adds is part of the same transaction, and its failure leaves the database empty', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  const empty = await tallies(target.db)
  const refusal = new Error('no')
  const fails = async () => {
    throw refusal
  }
  await expect(
    restore(target.db, { from: path, secretKey: KEY, afterRestore: fails }),
  ).rejects.toBe(refusal)
  expect(await tallies(target.db)).toEqual(empty)
  await restore(target.db, {
    from: path,
    secretKey: KEY,
    afterRestore: async (tx, { takenAt }) => {
      expect(takenAt).toBeLessThan(tx.now)
      await tx.query('update organisation set paused_at = clock_timestamp(), epoch = epoch + 1')
    },
  })
  expect(
    await run(target.db, 'select paused_at is not null as paused, epoch from organisation'),
  ).toEqual([{ paused: true, epoch: 5 }])
})

test('a database that holds something is refused in words and not touched', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  await run(target.db, "insert into people (id, slug, name) values (gen_random_uuid(), 'me', 'Me')")
  const before = await tallies(target.db)
  await expect(restore(target.db, { from: path, secretKey: KEY })).rejects.toMatchObject({
    code: 'conflict',
    reason: 'notEmpty',
    message: expect.stringContaining('people'),
  })
  expect(await tallies(target.db)).toEqual(before)
})

test('a backup of an older or newer schema is refused in words', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  const restoring = () => restore(target.db, { from: path, secretKey: KEY })
  await run(target.db, "insert into schema_migrations values (9999, '9999_later', '')")
  await expect(restoring()).rejects.toMatchObject({
    reason: 'backupOfAnotherSchema',
    message: expect.stringMatching(/9999_later.*upgrade from there/),
  })
  await run(
    target.db,
    "truncate schema_migrations; insert into schema_migrations values (0, '0000_before', '')",
  )
  await expect(restoring()).rejects.toMatchObject({
    reason: 'backupOfAnotherSchema',
    message: expect.stringContaining('Install the release that wrote it'),
  })
})

test('a table that has other columns than the backup is refused before anything is written', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  await run(target.db, 'alter table services add extra int')
  await expect(restore(target.db, { from: path, secretKey: KEY })).rejects.toMatchObject({
    reason: 'backupOfAnotherSchema',
    message: expect.stringContaining('services'),
  })
})

test('a table that would not be what it was is refused, and nothing of it is kept', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  await run(
    target.db,
    `create function meddle() returns trigger language plpgsql as
       $$ begin new.name := 'meddled'; return new; end $$;
     create trigger meddle before insert on people for each row execute function meddle();
     alter table people enable always trigger meddle`,
  )
  await expect(restore(target.db, { from: path, secretKey: KEY })).rejects.toMatchObject({
    reason: 'restoreDiffers',
    message: expect.stringContaining('people'),
  })
  expect(await run(target.db, 'select count(*) from people')).toEqual([{ count: 0 }])
})

test('while rows are being written, a backup has each transaction whole or not at all', async () => {
  const busy = await freshDatabase()
  let isOver = false
  let written = 0
  const writer = async () => {
    while (!isOver) {
      await run(
        busy.db,
        `insert into people (id, slug, name) select gen_random_uuid(), $1 || n, repeat('x', 2000)
           from generate_series(1, 5) n`,
        [`w${written}-`],
      )
      await busy.db.withTx('web', async (tx) => {
        await tx.query(
          `insert into people (id, slug, name) values (gen_random_uuid(), $1, 'pair')`,
          [`pair${written}`],
        )
        await tx.query(
          `insert into teams (id, slug, name) values (gen_random_uuid(), $1, 'pair')`,
          [`pair${written}`],
        )
      })
      written += 1
    }
  }
  const writing = Promise.all([writer()])
  while (written < 20) await new Promise((done) => setImmediate(done))
  const before = written
  const summary = await backup(busy.db, { to: path, secretKey: KEY })
  isOver = true
  await writing
  expect(written).toBeGreaterThan(before)
  await restore(target.db, { from: path, secretKey: KEY })
  const [pairs] = await run(
    target.db,
    `select (select count(*) from people where name = 'pair') as people,
       (select count(*) from teams where name = 'pair') as teams,
       (select count(*) from people where name like 'xx%') % 5 as torn`,
  )
  expect(pairs).toEqual({ people: pairs?.teams, teams: pairs?.teams, torn: 0 })
  expect(pairs?.teams).toBeGreaterThanOrEqual(before)
  expect(summary.tables.find(({ name }) => name === 'teams')?.rows).toBe(pairs?.teams)
  await busy.drop()
})

test('tables that refer to each other in a circle, and to themselves, are restored', async () => {
  const schema = `
    create table "Odd ""name""" (id int generated always as identity primary key, parent int
      references "Odd ""name""", double int generated always as (id * 2) stored, egg int);
    create table egg (id int primary key, hen int references "Odd ""name""" (id), f float8, i interval);
    alter table "Odd ""name""" add constraint of_egg foreign key (egg) references egg (id)`
  const [from, to] = [await withSchema(schema), await withSchema(schema)]
  await run(
    from.db,
    `insert into "Odd ""name""" (parent) select n from generate_series(1, 100) n;
     insert into egg select n, n, 1.0 / n, n * interval '1 day 1 s' from generate_series(1, 100) n;
     update "Odd ""name""" set egg = id, parent = 101 - id`,
  )
  await backup(from.db, { to: path, secretKey: KEY })
  await restore(to.db, { from: path, secretKey: KEY })
  expect(await tallies(to.db)).toEqual(await tallies(from.db))
  const [odd] = await run(to.db, `insert into "Odd ""name""" (parent) values (1) returning *`)
  expect(odd).toEqual({ id: 101, parent: 1, double: 202, egg: null })
  await expect(run(to.db, 'update egg set hen = 999')).rejects.toMatchObject({ code: '23503' })
  await Promise.all([from.drop(), to.drop()])
})

test('a circle of tables still has an order, in which each comes once', () => {
  const tables = ['a', 'b', 'c', 'd'].map((name) => ({ name }))
  const key = (table: string, references: string) => ({ name: '', table, references })
  const ordered = inOrder(tables, [key('a', 'b'), key('b', 'c'), key('c', 'b'), key('c', 'd')])
  expect(ordered[0]).toEqual({ name: 'd' })
  expect(ordered.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c', 'd'])
})

test('one flipped bit in each of 200 places of a real backup is refused 200 times', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  const whole = readFileSync(path)
  const reasons: unknown[] = []
  for (let n = 0; n < 200; n += 1) {
    const random = createHash('sha256').update(`flip ${n}`).digest()
    const bytes = Buffer.from(whole)
    const place = random.readUInt32BE(0) % bytes.length
    bytes[place] = bytes[place]! ^ (1 << (random[4]! % 8))
    writeFileSync(path, bytes)
    // Every tenth goes all the way: the restore itself refuses, and leaves the database empty.
    const reading =
      n % 10 === 0 ? restore(target.db, { from: path, secretKey: KEY }) : inspect(path, KEY)
    reasons.push(
      await reading.then(
        () => 'accepted',
        (cause) => cause.reason,
      ),
    )
  }
  const refused = ['backupDamaged', 'backupKeyWrong', 'notABackup', 'backupFormat']
  expect(reasons.filter((reason) => !refused.includes(String(reason)))).toEqual([])
  expect(await run(target.db, 'select count(*) from people')).toEqual([{ count: 0 }])
}, 60_000)

test('another secret key, and a file cut short, are refused in words', async () => {
  await backup(source.db, { to: path, secretKey: KEY })
  const restoring = (secretKey: Buffer) => restore(target.db, { from: path, secretKey })
  await expect(restoring(Buffer.alloc(32, 8))).rejects.toMatchObject({ reason: 'backupKeyWrong' })
  writeFileSync(path, readFileSync(path).subarray(0, -1))
  await expect(restoring(KEY)).rejects.toMatchObject({ reason: 'backupDamaged' })
})

test('a backup that cannot be written says so, leaves no rest, and keeps the one that was there', async () => {
  const attempt = (to: string) => backup(source.db, { to, secretKey: KEY })
  await expect(attempt(join(directory, 'none/a'))).rejects.toMatchObject({
    code: 'invalid',
    reason: 'backupNotWritten',
    message: expect.stringContaining('does not exist'),
  })
  mkdirSync(join(directory, 'taken'))
  await expect(attempt(join(directory, 'taken'))).rejects.toMatchObject({
    reason: 'backupNotWritten',
    message: expect.stringContaining('is a directory'),
  })
  await attempt(path)
  const before = readFileSync(path)
  const broken = await freshDatabase({ isMigrated: false })
  await run(broken.db, 'create table schema_migrations (number int, name text)')
  await expect(backup(broken.db, { to: path, secretKey: KEY })).rejects.toMatchObject({
    reason: 'nothingToBackUp',
  })
  expect(readFileSync(path).equals(before)).toBe(true)
  expect(readdirSync(directory).filter((name) => name.includes('partial'))).toEqual([])
  // The pool is as good as before.
  expect(await run(source.db, 'select 1 as one')).toEqual([{ one: 1 }])
  await broken.drop()
})

test.runIf(process.getuid?.() === 0)(
  'a full disk is said as the backup’s, not as the database’s',
  async (context) => {
    const small = join(directory, 'small')
    mkdirSync(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'ignore' })
    } catch {
      context.skip('a small file system cannot be mounted here')
    }
    const to = join(small, 'all.backup')
    await expect(backup(source.db, { to, secretKey: KEY })).rejects.toMatchObject({
      code: 'invalid',
      reason: 'backupNotWritten',
      message: expect.stringContaining('is full'),
    })
    expect(readdirSync(small)).toEqual([])
    execFileSync('umount', [small])
  },
)
