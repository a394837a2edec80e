import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import { Problem } from '../lib/problem.ts'
import { connectionOf, createDb, type Tx } from './tx.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ isMigrated: false })
  await run('create table words (id int primary key, word text not null)')
})
afterAll(() => fresh.drop())

const run = (text: string, values?: readonly unknown[]) =>
  fresh.db.withTx('web', (tx) => tx.query(text, values))

const words = async () =>
  (await run('select word from words order by id')).map(({ word }) => word as string)

/** What a promise was rejected with. */
const failureOf = (doing: Promise<unknown>): Promise<Error> =>
  doing.then(
    () => Promise.reject(new Error('it did not fail')),
    (cause: Error) => cause,
  )

/** Ends the connection under a transaction from outside, as a restart of the server does. */
async function cut(tx: Tx) {
  const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
  await run('select pg_terminate_backend($1)', [pid])
}

test('one instant for the whole transaction, in whole milliseconds of the database clock', async () => {
  const [now, clock] = await fresh.db.withTx('web', async (tx) => {
    await tx.query('select pg_sleep(0.02)')
    const [row] = await tx.query<{ at: number }>('select clock_timestamp() as at')
    return [tx.now, row?.at ?? 0]
  })
  expect(Number.isInteger(now)).toBe(true)
  expect(clock - now).toBeGreaterThanOrEqual(20)
})

test('a bent clock bends the instant of the transaction', async () => {
  const clock = { toVirtual: (real: number) => 1_000_000 + (real % 1_000) / 2 }
  const db = createDb({ url: fresh.url, clock })
  const now = await db.withTx('web', async (tx) => tx.now)
  expect(now).toBeGreaterThanOrEqual(1_000_000)
  expect(now).toBeLessThan(1_000_500)
  expect(Number.isInteger(now)).toBe(true)
  await db.close()
})

test('values come out as instants, numbers, objects and text, whatever the server is set to', async () => {
  const odd = createDb({
    url: await withSettings(["timezone='Asia/Kathmandu'", "datestyle='German, DMY'"]),
  })
  const [row] = await odd.withTx('web', (tx) =>
    tx.query(
      `select timestamptz '2026-03-29 01:30:00.123456+00' as at, 5::int8 as count, $1::jsonb as json,
         date '2026-03-29' as day, timestamp '2026-03-29 02:30' as wall, null::timestamptz as never,
         array[timestamptz '1970-01-01 00:00:01+00', null] as ats, '{}'::int8[] as none,
         timestamptz 'infinity' as end, bytea '\\x00ff' as bytes`,
      [JSON.stringify({ a: [1] })],
    ),
  )
  expect(row).toEqual({
    at: Date.UTC(2026, 2, 29, 1, 30, 0, 123),
    count: 5,
    json: { a: [1] },
    day: '2026-03-29',
    wall: '2026-03-29 02:30:00',
    never: null,
    ats: [1_000, null],
    none: [],
    end: Number.POSITIVE_INFINITY,
    bytes: Buffer.from([0, 255]),
  })
  await odd.close()
})

test('a count too large to be exact is an error, not a wrong number', async () => {
  const cause = await failureOf(run('select 9007199254740993::int8 as count'))
  expect(cause.message).toContain('9007199254740993')
  expect(await run('select 9007199254740991::int8 as count')).toEqual([{ count: 2 ** 53 - 1 }])
})

test('nothing is kept, and no callback runs, where the work throws', async () => {
  const heard: string[] = []
  const refusal = new Problem('conflict', 'because', 'No.')
  const cause = await failureOf(
    fresh.db.withTx('web', async (tx) => {
      await tx.query("insert into words values (1, 'lost')")
      tx.afterCommit(() => heard.push('after'))
      throw refusal
    }),
  )
  expect(cause).toBe(refusal)
  expect(await words()).toEqual([])
  expect(heard).toEqual([])
})

test('a callback runs after the commit, and its failure does not undo what was committed', async () => {
  const reported: unknown[] = []
  const db = createDb({ url: fresh.url, onError: (cause) => reported.push(cause) })
  const seen: string[][] = []
  const done = await db.withTx('web', async (tx) => {
    await tx.query("insert into words values (2, 'kept')")
    tx.afterCommit(() => {
      throw new Error('deaf')
    })
    tx.afterCommit(() => seen.push(['second']))
    return 'done'
  })
  expect(done).toBe('done')
  expect(seen).toEqual([['second']])
  expect(reported).toMatchObject([{ message: 'deaf' }])
  expect(await words()).toEqual(['kept'])
  await db.close()
})

test('a statement that failed unheard fails the transaction, for nothing was kept', async () => {
  const cause = await failureOf(
    fresh.db.withTx('web', async (tx) => {
      await tx.query("insert into words values (3, 'lost')")
      await tx.query('select 1/0').catch(() => undefined)
      return 'all is well'
    }),
  )
  expect(cause.message).toContain('rolled back')
  expect(await words()).not.toContain('lost')
})

test('a statement that comes after the end is refused, not slipped into another transaction', async () => {
  let late: Tx | undefined
  await fresh.db.withTx('web', async (tx) => {
    late = tx
  })
  expect((await failureOf(late!.query('select 1'))).message).toContain('has ended')
})

test('transactions that cross are repeated, at most three times', async () => {
  let tries = 0
  const crossed = Object.assign(new Error('could not serialize access'), { code: '40001' })
  const done = await fresh.db.withTx('web', async (tx) => {
    tries += 1
    await tx.query('insert into words values ($1, $2)', [10, `try ${tries}`])
    if (tries < 4) throw crossed
    return tries
  })
  expect(done).toBe(4)
  expect(await words()).toContain('try 4')
  tries = 0
  const cause = await failureOf(
    fresh.db.withTx('web', async () => {
      tries += 1
      throw crossed
    }),
  )
  expect(tries).toBe(4)
  expect(cause).toMatchObject({ code: 'unavailable', reason: 'databaseBusy', cause: crossed })
})

test('two that lock in opposite order both finish', async () => {
  await run("insert into words values (20, ''), (21, '')")
  let locked = 0
  let release = () => {}
  const both = new Promise<void>((done) => {
    release = done
  })
  const add = (first: number, second: number) =>
    fresh.db.withTx('web', async (tx) => {
      await tx.query("set local deadlock_timeout = '20ms'")
      await tx.query("update words set word = word || 'x' where id = $1", [first])
      locked += 1
      if (locked === 2) release()
      await both
      await tx.query("update words set word = word || 'x' where id = $1", [second])
    })
  await Promise.all([add(20, 21), add(21, 20)])
  expect(await run('select word from words where id in (20, 21)')).toEqual([
    { word: 'xx' },
    { word: 'xx' },
  ])
})

test('a connection that dies says so in words, keeps the cause, and the next one works', async () => {
  const cause = await failureOf(
    fresh.db.withTx('paging', async (tx) => {
      await cut(tx)
      await tx.query('select 1')
    }),
  )
  expect(cause).toMatchObject({
    code: 'unavailable',
    reason: 'databaseUnavailable',
    retryAfterSeconds: 2,
  })
  expect(cause.cause).toBeInstanceOf(Error)
  expect(await fresh.db.withTx('paging', (tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }])
})

test('a connection that dies while the transaction rests does not end the process', async () => {
  const cause = await failureOf(
    fresh.db.withTx('paging', async (tx) => {
      await cut(tx)
      // Long enough for the server's farewell to be read while nothing listens for an answer.
      await run('select pg_sleep(0.05)')
    }),
  )
  expect(cause).toMatchObject({ reason: 'databaseUnavailable' })
})

test('no server at all is said in words', async () => {
  const db = createDb({ url: 'postgres://nobody@127.0.0.1:1/none' })
  expect(await failureOf(db.withTx('web', async () => 1))).toMatchObject({
    code: 'unavailable',
    reason: 'databaseUnavailable',
  })
  await db.close()
})

test('a lock that is not had in time is "busy", and the connection is used again', async () => {
  await run("insert into words values (30, 'held')")
  const cause = await fresh.db.withTx('chores', async (holder) => {
    await holder.query('select * from words where id = 30 for update')
    return await failureOf(
      fresh.db.withTx('web', async (tx) => {
        await tx.query("set local lock_timeout = '20ms'")
        await tx.query('select * from words where id = 30 for update')
      }),
    )
  })
  expect(cause).toMatchObject({ code: 'unavailable', reason: 'databaseBusy' })
})

test('a full pool of one kind leaves the others free', async () => {
  const db = createDb({ url: fresh.url, pools: { web: 1 } })
  const paged = await db.withTx('web', () => db.withTx('paging', async () => 'paged'))
  expect(paged).toBe('paged')
  await db.close()
})

test('a read-only database is "unavailable", not a mistake of the caller', async () => {
  const db = createDb({ url: fresh.url })
  const cause = await failureOf(
    db.withTx('web', (tx) => tx.query("insert into words values (40, 'no')"), { readOnly: true }),
  )
  expect(cause).toMatchObject({ code: 'unavailable', reason: 'databaseReadOnly' })
  await db.close()
})

test('an error of the statement itself passes through with its code', async () => {
  await run("insert into words values (50, 'one')")
  expect(await failureOf(run("insert into words values (50, 'two')"))).toMatchObject({
    code: '23505',
  })
})

test('statements are prepared under a name made of their text, and can be told not to be', async () => {
  const count = 'select count(*) from pg_prepared_statements where statement = $1'
  const probe = 'select $1::int + 1 as next'
  const prepared = (db: ReturnType<typeof createDb>) =>
    db.withTx('web', async (tx) => {
      await tx.query(probe, [1])
      await tx.query(probe, [2])
      return (await tx.query<{ count: number }>(count, [probe]))[0]?.count
    })
  const unnamed = createDb({ url: fresh.url, preparedStatements: false })
  expect(await prepared(fresh.db)).toBe(1)
  expect(await prepared(unnamed)).toBe(0)
  await unnamed.close()
})

test('a pooler that loses prepared statements is found out, and they are given up', async () => {
  const reported: unknown[] = []
  const onError = (cause: unknown) => reported.push(cause)
  const db = createDb({ url: fresh.url, pools: { web: 1 }, onError })
  const text = 'select $1::int + 2 as next'
  const next = (n: number) => db.withTx('web', (tx) => tx.query(text, [n]))
  await next(1)
  await db.runAlone('web', 'deallocate all')
  expect(await next(2)).toEqual([{ next: 4 }])
  expect(await next(3)).toEqual([{ next: 5 }])
  expect(reported).toMatchObject([{ message: expect.stringContaining('prepared') }])
  await db.close()
})

test('a statement prepared before a table changed its shape is repeated, not failed', async () => {
  await run('create table shapes (a int)')
  const all = () => run('select * from shapes where $1', [true])
  await run('insert into shapes values (1)')
  await Promise.all([all(), all(), all()])
  await run('alter table shapes add b int')
  expect(await all()).toEqual([{ a: 1, b: null }])
})

test('what is answered is on disk, although the server is set not to wait', async () => {
  const lax = createDb({ url: await withSettings(['synchronous_commit=off']) })
  const show = "select current_setting('synchronous_commit') as waits"
  expect(await lax.withTx('web', (tx) => tx.query(show))).toEqual([{ waits: 'on' }])
  await lax.close()
})

test('a hint reaches the other node, many at once become few, and it survives a lost connection', async () => {
  const other = createDb({ url: fresh.url })
  let hints = 0
  let arrived = () => {}
  const next = () =>
    new Promise<void>((done) => {
      arrived = done
    })
  const hear = () => {
    hints += 1
    arrived()
  }
  other.listen('nudge', hear)
  const untilHeard = async () => {
    const heard = next()
    const asking = setInterval(() => fresh.db.notify('nudge'), 30)
    await heard
    clearInterval(asking)
  }
  await untilHeard()
  const first = next()
  hints = 0
  for (let i = 0; i < 1_000; i += 1) fresh.db.notify('nudge')
  await first
  expect(hints).toBeLessThan(5)
  await run(
    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and pid <> pg_backend_pid()",
  )
  await untilHeard()
  await other.close()
})

/** The same database for a user whose connections start with other settings. */
async function withSettings(settings: readonly string[]): Promise<string> {
  const name = `odd_${settings.join('').replace(/\W/g, '').toLowerCase().slice(0, 40)}`
  await run(`create role ${name} login superuser`)
  for (const setting of settings) await run(`alter role ${name} set ${setting}`)
  const { host, port, database } = new pg.Client(connectionOf(fresh.url))
  return `postgres://${name}@${encodeURIComponent(host)}:${port}/${database}`
}
