/**
 * Transactions. Each reads the database clock once, when it begins, and hands that instant down:
 * no other clock decides anything. Pools are separate, so that a busy web page or a long export
 * never keeps the pager from a connection.
 */
import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Instant } from '../lib/instant.ts'
import { createHints, type Hints } from './hints.ts'
import { parsers } from './parse.ts'
import {
  breaksConnection,
  inWords,
  isTwin,
  isWorthRepeating,
  troubleOf,
  unavailable,
} from './trouble.ts'

export type PoolName = 'paging' | 'ingest' | 'web' | 'chores'

export const POOL_MAX: Readonly<Record<PoolName, number>> = {
  paging: 4,
  ingest: 4,
  web: 6,
  chores: 2,
}

/** Bends time for demos and tests: real instants in, pretend ones out. The identity everywhere else. */
export type Clock = { toVirtual(real: Instant): Instant }
export const REAL_CLOCK: Clock = { toVirtual: (real) => real }

export type Tx = {
  /** The instant of this transaction, to the millisecond. */
  readonly now: Instant
  /**
   * Runs one statement; without values it may be several, of which the last one's rows are given.
   * Instants come out as milliseconds, counts (int8) as numbers, jsonb parsed, dates as text.
   * @param name of the prepared statement; left out, one is made from the text
   * @throws Error once the transaction has ended
   */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<Row[]>
  /**
   * Sends one statement whose rows nobody needs, without waiting for it: it goes out together with
   * what follows. When it fails, the transaction fails.
   */
  write(text: string, values?: readonly unknown[]): void
  /** Runs once the transaction has been committed; never when it was rolled back. */
  afterCommit(work: () => void): void
}

export type TxOptions = {
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readOnly?: boolean
  /** The longest that one statement may take; 10 s where left out. */
  timeoutMs?: number
}

/** A connection string, or where the Unix socket of a server is. */
export type Address = string | { socketDir: string; port: number; user: string; database: string }

export type Db = Hints & {
  /**
   * Runs `work` in a transaction and commits; rolls back when it throws. Repeated up to three times
   * where two transactions crossed, so `work` must have no effect outside but through `afterCommit`.
   * @throws Problem `unavailable` where the database cannot be used now; the cause is kept
   */
  withTx<T>(pool: PoolName, work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
  /** Runs one statement outside a transaction: `create index concurrently`, `create database`. */
  runAlone(pool: PoolName, text: string, timeoutMs?: number): Promise<void>
  /** Ends every connection. Work in hand is waited for. */
  close(): Promise<void>
}

export type DbOptions = {
  url: Address
  clock?: Clock
  pools?: Partial<Record<PoolName, number>>
  /** Off behind a pooler that does not know prepared statements; found out by itself, too. */
  preparedStatements?: boolean
  /** Told of what went wrong beside any transaction: a lost idle connection, a failed callback. */
  onError?: (cause: unknown) => void
}

const TRIES_MAX = 4
const TIMEOUT_MS = 10_000
const LOCK_TIMEOUT_MS = 2_000
const IDLE_MS = 15_000
/** A network that swallows packets is given up this long after the server would have answered. */
const SILENCE_MS = 2_000
const CONNECT_MS = 5_000

export const connectionOf = (url: Address): pg.ClientConfig =>
  typeof url === 'string'
    ? { connectionString: url }
    : { host: url.socketDir, port: url.port, user: url.user, database: url.database }

export function createDb(options: DbOptions): Db {
  const clock = options.clock ?? REAL_CLOCK
  const connection: pg.ClientConfig = {
    application_name: 'allclear',
    ...connectionOf(options.url),
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: parsers as pg.CustomTypesConfig,
  }
  const report = (cause: unknown) => options.onError?.(cause)
  const hints = createHints(connection, report)
  const pools = new Map<PoolName, pg.Pool>()
  let isPrepared = options.preparedStatements ?? true
  let closing: Promise<unknown> | null = null

  function poolOf(name: PoolName): pg.Pool {
    const known = pools.get(name)
    if (known) return known
    const max = options.pools?.[name] ?? POOL_MAX[name]
    // Statements that do not wait for one another share a round trip. COPY, which only chores use,
    // cannot be sent that way.
    const pipeline = name !== 'chores'
    const pool = new pg.Pool({ ...connection, max, idleTimeoutMillis: 30_000, pipeline })
    pool.on('error', report)
    // A connection may also be lost while a transaction rests between two statements. Without a
    // listener that would end the process; the next statement says it anyway.
    pool.on('connect', (client) => client.on('error', () => undefined))
    pools.set(name, pool)
    return pool
  }

  async function connect(name: PoolName): Promise<pg.PoolClient> {
    try {
      return await poolOf(name).connect()
    } catch (cause) {
      throw troubleOf(cause) === null ? unavailable(cause) : cause
    }
  }

  async function once<T>(name: PoolName, work: (tx: Tx) => Promise<T>, how: TxOptions): Promise<T> {
    const client = await connect(name)
    const open = openTx(client, how.timeoutMs ?? TIMEOUT_MS, () => isPrepared)
    let isBroken = false
    let result: T
    try {
      const began = await open.send(beginWith(name, how))
      const real = Math.floor(Number(began.rows[0]?.now))
      const tx = open.start(Math.floor(clock.toVirtual(real)))
      clients.set(tx, client)
      result = await work(tx)
      open.end()
      const committing = open.send('commit')
      await Promise.all([...open.writes, committing])
      const committed = await committing
      // PostgreSQL answers so where a statement had failed and its error was swallowed in `work`.
      if (committed.command !== 'COMMIT') throw new Error(SWALLOWED)
    } catch (cause) {
      open.end()
      const trouble = troubleOf(cause)
      isBroken = breaksConnection(trouble)
      if (trouble === 'unprepared' && isPrepared) {
        isPrepared = false
        report(new Error('A pooler loses prepared statements: doing without them.', { cause }))
      }
      if (!isBroken) await open.send('rollback').catch(() => (isBroken = true))
      throw cause
    } finally {
      client.release(isBroken)
    }
    for (const callback of open.callbacks) attempt(callback, report)
    return result
  }

  return {
    ...hints,
    async withTx(name, work, how = {}) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(name, work, how)
        } catch (cause) {
          const again = isWorthRepeating(troubleOf(cause)) || (HOT.has(name) && isTwin(cause))
          if (!again || tries >= TRIES_MAX) throw inWords(cause)
          await pause(tries * tries * 5)
        }
      }
    },
    async runAlone(name, text, timeoutMs = TIMEOUT_MS) {
      const client = await connect(name)
      try {
        await client.query({ text, query_timeout: timeoutMs } as pg.QueryConfig)
        client.release()
      } catch (cause) {
        client.release(true)
        throw inWords(cause)
      }
    },
    close() {
      closing ??= Promise.all([hints.close(), ...[...pools.values()].map((pool) => pool.end())])
      return closing.then(() => undefined)
    },
  }
}

const SWALLOWED =
  'The transaction was rolled back: one of its statements had failed, and the error went unheard.'

/** The connection under a transaction, for what `query` cannot do: COPY. Only for this folder. */
export const clientOf = (tx: Tx): pg.PoolClient => {
  const client = clients.get(tx)
  if (!client) throw new Error('This transaction has no connection of its own.')
  return client
}
const clients = new WeakMap<Tx, pg.PoolClient>()

/** One transaction's way to its connection: shut as soon as the transaction ends. */
function openTx(client: pg.PoolClient, timeoutMs: number, isPrepared: () => boolean) {
  let isOpen = true
  const callbacks: (() => void)[] = []
  const writes: Promise<unknown>[] = []
  const limit = { query_timeout: timeoutMs + SILENCE_MS }
  const gather = gatherOn(client)
  const send = async (text: string, values: readonly unknown[] = [], name?: string) => {
    gather()
    const result: pg.QueryResult | pg.QueryResult[] = await client.query({
      ...limit,
      ...(name === undefined ? {} : { name }),
      text,
      values: values as unknown[],
    } as pg.QueryConfig)
    return Array.isArray(result) ? (result.at(-1) as pg.QueryResult) : result
  }
  const run = (text: string, values: readonly unknown[], name?: string) => {
    // The connection may serve another transaction by now: a late statement must not get in there.
    if (!isOpen) throw new Error(`The transaction has ended; too late for: ${text.slice(0, 80)}`)
    const named = isPrepared() && (name !== undefined || values.length > 0)
    return send(text, values, named ? (name ?? nameOf(text)) : undefined)
  }
  const start = (now: Instant): Tx => ({
    now,
    async query<Row>(text: string, values: readonly unknown[] = [], name?: string) {
      return (await run(text, values, name)).rows as Row[]
    },
    write(text, values = []) {
      const writing = run(text, values)
      // Heard at the commit; until then nobody listens.
      writing.catch(() => undefined)
      writes.push(writing)
    },
    afterCommit: (work) => void callbacks.push(work),
  })
  return { send, start, callbacks, writes, end: () => (isOpen = false) }
}

/** What is sent to the server in one go of the event loop leaves this process in one piece. */
function gatherOn(client: pg.PoolClient): () => void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection
  let isGathering = false
  return () => {
    if (isGathering) return
    isGathering = true
    stream.cork()
    process.nextTick(() => {
      isGathering = false
      stream.uncork()
    })
  }
}

/** What was committed stays so: a callback that fails is reported, never thrown. */
function attempt(work: () => void, report: (cause: unknown) => void): void {
  try {
    work()
  } catch (cause) {
    report(cause)
  }
}

/**
 * What works on many rows at once, beside others who do the same. Every one of its statements has an
 * index, which a plan made while a table was new, and kept, would not use.
 */
const HOT: ReadonlySet<PoolName> = new Set(['paging', 'ingest'])

/**
 * One round trip. The limits are local to the transaction, as a pooler in transaction mode needs
 * them to be, and so is all that changes how values are written: the server's defaults do not count.
 * Nothing may be answered before it is on disk, whatever the server's default.
 */
function beginWith(
  pool: PoolName,
  { isolation = 'read committed', readOnly, timeoutMs = TIMEOUT_MS }: TxOptions,
) {
  return `begin isolation level ${isolation}${readOnly ? ' read only' : ''};
    set local statement_timeout = ${Math.floor(timeoutMs)};
    set local lock_timeout = ${LOCK_TIMEOUT_MS};
    set local idle_in_transaction_session_timeout = ${IDLE_MS};
    set local timezone = 'UTC';
    set local datestyle = 'ISO';${HOT.has(pool) ? '\n    set local enable_seqscan = off;' : ''}
    select extract(epoch from clock_timestamp()) * 1000 as now,
      case current_setting('synchronous_commit') when 'off'
        then set_config('synchronous_commit', 'on', true) end as durable`
}

/** Every name is a statement that each connection keeps; texts beyond this many go unprepared. */
const NAMES_MAX = 1_000
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= NAMES_MAX) return known
  const name = `a${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`
  names.set(text, name)
  return name
}
