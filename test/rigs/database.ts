/**
 * Databases for tests: one server of the built-in PostgreSQL for the whole run, migrated once into
 * a template, and a clone of it (some 20 ms) for each test file that asks. `ALLCLEAR_TEST_DATABASE`
 * makes the same tests run on an external server: a connection string of a user that may create
 * databases.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Embedded, startEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { type Address, connectionOf, createDb, type Db, type DbOptions } from '../../src/db/tx.ts'

/** How the server of the run is handed from the global set-up to the test files. */
export const SERVER_VARIABLE = 'ALLCLEAR_TEST_SERVER'
const EXTERNAL_VARIABLE = 'ALLCLEAR_TEST_DATABASE'
const TEMPLATE = 'allclear_template'
const MIGRATIONS = new URL('../../src/db/migrations', import.meta.url).pathname

export type FreshDatabase = {
  db: Db
  /** For a second `createDb`, or a server under test, on the same database. */
  url: Address
  /** Closes `db` and drops the database. */
  drop(): Promise<void>
}

/** Starts the server of a run and migrates the template. Gives the way to stop it. */
export async function startServer(): Promise<() => Promise<void>> {
  const external = process.env[EXTERNAL_VARIABLE]
  if (external) {
    await makeTemplate(external)
    process.env[SERVER_VARIABLE] = JSON.stringify(external)
    return async () => undefined
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'allclear-test-'))
  const server = await startEmbedded({ dataDir, settings: ['fsync=off', 'max_connections=200'] })
  await makeTemplate(server)
  process.env[SERVER_VARIABLE] = JSON.stringify(addressOf(server))
  return async () => {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const addressOf = ({ socketDir, port, user, database }: Embedded): Address => ({
  socketDir,
  port,
  user,
  database,
})

async function makeTemplate(server: Address): Promise<void> {
  await onServer(server, async (client) => {
    await client.query(`drop database if exists ${TEMPLATE} with (force)`)
    await client.query(`create database ${TEMPLATE} template template0 encoding 'UTF8'`)
  })
  const db = createDb({ url: named(server, TEMPLATE) })
  await migrate(db, MIGRATIONS)
  await db.close()
}

/**
 * A migrated, empty database of this test file's own.
 * @param options for its `Db`: a bent clock, smaller pools
 */
export async function freshDatabase(
  options: Omit<DbOptions, 'url'> & { isMigrated?: boolean } = {},
): Promise<FreshDatabase> {
  const { isMigrated = true, ...rest } = options
  const server = findServer()
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(server, (client) =>
    client.query(`create database ${name} template ${isMigrated ? TEMPLATE : 'template0'}`),
  )
  const url = named(server, name)
  const db = createDb({ ...rest, url })
  return {
    db,
    url,
    async drop() {
      await db.close()
      await onServer(server, (client) => client.query(`drop database ${name} with (force)`))
    },
  }
}

function findServer(): Address {
  const told = process.env[SERVER_VARIABLE]
  if (told) return JSON.parse(told) as Address
  throw new Error(
    'No database server: run the tests through vitest, with test/rigs/global-setup.ts.',
  )
}

async function onServer(server: Address, work: (client: pg.Client) => Promise<unknown>) {
  const client = new pg.Client(connectionOf(server))
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** The same server, another database. */
function named(server: Address, database: string): Address {
  if (typeof server !== 'string') return { ...server, database }
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
