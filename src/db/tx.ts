/**
 * Transactions. Each reads the database clock once, when it begins, and hands that instant down:
 * no other clock decides anything. Pools are separate, so that a busy web page or a long export
 * never keeps the pager from a connection.
 */
import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Instant } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'

export type PoolName = 'paging' | 'ingest' | 'web' | 'chores'

export const POOL_MAX: Readonly<Record<PoolName, number>> = {
  paging: 4,
  ingest: 3,
  web: 6,
  chores: 2,
}

/** Bends time for demos and tests: real instants in, pretend ones out. The identity everywhere else. */
export type Clock = { toVirtual(real: Instant): Instant }
export const REAL_CLOCK: Clock = { toVirtual: (real) => real }

export type Tx = {
  /** The instant of this transaction, to the millisecond. */
  readonly now: Instant
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Runs once the transaction has been committed; never when it was rolled back. */
  afterCommit(work: () => void): void
}

export type Db = {
  withTx<T>(pool: PoolName, work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
  /** A connection of its own, for what cannot run inside `withTx`. */
  connect(pool: PoolName): Promise<pg.PoolClient>
  close(): Promise<void>
}

export type TxOptions = { isolation?: 'repeatable read'; readOnly?: boolean; timeoutMs?: number }

export type DbOptions = {
  /** A connection string, or the parts of a Unix-socket connection. */
  to: string | { host: string; port: number; user: string; database: string }
  clock?: Clock
  pools?: Partial<Record<PoolName, number>>
  /** Off behind a pooler that does not know prepared statements. */
  preparedStatements?: boolean
  onError?: (cause: unknown) => void
}

const TIMESTAMPTZ = 1184
const INT8 = 20

export function createDb(options: DbOptions): Db {
  const clock = options.clock ?? REAL_CLOCK
  const pools = new Map<PoolName, pg.Pool>()
  const isPrepared = options.preparedStatements ?? true

  const poolOf = (name: PoolName): pg.Pool => {
    const known = pools.get(name)
    if (known) return known
    const to = typeof options.to === 'string' ? { connectionString: options.to } : options.to
    const pool = new pg.Pool({
      ...to,
      max: options.pools?.[name] ?? POOL_MAX[name],
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 5_000,
      types: { getTypeParser: parserOf as never },
    })
    pool.on('error', (cause) => options.onError?.(cause))
    pools.set(name, pool)
    return pool
  }

  async function connect(name: PoolName): Promise<pg.PoolClient> {
    try {
      return await poolOf(name).connect()
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  async function once<T>(
    name: PoolName,
    work: (tx: Tx) => Promise<T>,
    txOptions: TxOptions,
  ): Promise<T> {
    const client = await connect(name)
    const after: (() => void)[] = []
    let isBroken = false
    try {
      const begun = (await client.query(begin(txOptions))) as unknown as pg.QueryResult[]
      const now = Math.floor(clock.toVirtual(Number(begun.at(-1)?.rows[0]?.now)))
      const tx: Tx = {
        now,
        async query<Row>(text: string, values: readonly unknown[] = []) {
          const named = isPrepared && values.length > 0 ? { name: nameOf(text) } : {}
          const result = await client.query({ ...named, text, values: values as unknown[] })
          return result.rows as Row[]
        },
        afterCommit: (run) => void after.push(run),
      }
      const result = await work(tx)
      await client.query('commit')
      for (const run of after) run()
      return result
    } catch (cause) {
      isBroken = isConnectionLost(cause)
      if (!isBroken) await client.query('rollback').catch(() => (isBroken = true))
      throw isBroken || isConnectionLost(cause) ? unavailable(cause) : refused(cause)
    } finally {
      client.release(isBroken)
    }
  }

  return {
    connect,
    async withTx(name, work, txOptions = {}) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(name, work, txOptions)
        } catch (cause) {
          if (!isWorthRepeating(cause) || tries >= 4) throw cause
        }
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()))
      pools.clear()
    },
  }
}

/** One round trip: the limits are local to the transaction, as a transaction pooler needs them to be. */
const begin = ({
  isolation = undefined,
  readOnly = false,
  timeoutMs = 10_000,
}: TxOptions): string =>
  `begin isolation level ${isolation ?? 'read committed'}${readOnly ? ' read only' : ''};
   set local statement_timeout = ${Math.floor(timeoutMs)}; set local lock_timeout = 4000;
   set local idle_in_transaction_session_timeout = ${Math.floor(timeoutMs) + 5_000};
   set local timezone = 'UTC';
   select extract(epoch from clock_timestamp()) * 1000 as now`

const names = new Map<string, string>()
function nameOf(text: string): string {
  const known = names.get(text)
  if (known) return known
  const name = `a${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`
  names.set(text, name)
  return name
}

/** Instants are milliseconds, counts are numbers; everything else as pg has it. */
function parserOf(oid: number, format: string): unknown {
  if (oid === TIMESTAMPTZ) return (text: string): Instant => readTimestamp(text)
  if (oid === INT8) return Number
  return pg.types.getTypeParser(oid, format as 'text')
}

/** `2026-11-23 14:02:05.123+00`, as PostgreSQL writes it with the zone set to UTC. */
const readTimestamp = (text: string): Instant => {
  const zoned = /[+-]\d{2}$/.test(text) ? `${text}:00` : text
  return Date.parse(zoned.replace(' ', 'T'))
}

const codeOf = (cause: unknown): string =>
  cause !== null && typeof cause === 'object' && 'code' in cause ? String(cause.code) : ''

const isConnectionLost = (cause: unknown): boolean =>
  /^(08|57P0|ECONN|EPIPE|ENOENT|ETIMEDOUT|53)/.test(codeOf(cause)) ||
  (cause instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered/.test(
      cause.message,
    ))

const isWorthRepeating = (cause: unknown): boolean => /^(40001|40P01|55P03)$/.test(codeOf(cause))

/** A write that failed because the disk is full or the server read-only: nothing is wrong with the request. */
const refused = (cause: unknown): unknown =>
  /^(53\d{3}|25006|58)/.test(codeOf(cause)) ? unavailable(cause) : cause

const unavailable = (cause: unknown): Problem =>
  cause instanceof Problem
    ? cause
    : new Problem(
        'unavailable',
        'databaseUnavailable',
        'The database does not answer at the moment. Try again in a few seconds.',
        {
          retryAfterSeconds: 2,
          cause,
        },
      )
