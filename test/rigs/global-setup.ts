/** One built-in PostgreSQL for the whole run, with a migrated database to copy from. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDb } from '../../src/db/tx.ts'

type Provide = {
  provide(key: 'database', value: { host: string; port: number; user: string }): void
}

export default async function setup({ provide }: Provide): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'allclear-test-'))
  const embedded = await startEmbedded({ dataDir, settings: ['fsync=off', 'max_connections=200'] })
  const { host, port, user } = embedded.connection
  const admin = createDb({ to: { host, port, user, database: 'postgres' } })
  const client = await admin.connect('chores')
  await client.query('create database template_allclear')
  client.release()
  const db = createDb({ to: { host, port, user, database: 'template_allclear' } })
  await migrate(db, resolve('src/db/migrations'))
  await db.close()
  await admin.close()
  provide('database', { host, port, user })
  return async () => {
    await embedded.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
