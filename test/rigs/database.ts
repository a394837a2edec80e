/** A database of one's own for a test file, copied from the migrated one in milliseconds. */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type Clock, createDb, type Db } from '../../src/db/tx.ts'

declare module 'vitest' {
  interface ProvidedContext {
    database: { host: string; port: number; user: string }
  }
}

export type Fresh = { db: Db; url: string; drop(): Promise<void> }

export async function freshDatabase(clock?: Clock): Promise<Fresh> {
  const server = inject('database')
  const name = `t_${randomBytes(6).toString('hex')}`
  const admin = createDb({ to: { ...server, database: 'postgres' } })
  const client = await admin.connect('chores')
  await client.query(`create database ${name} template template_allclear`)
  client.release()
  const db = createDb({ to: { ...server, database: name }, clock })
  return {
    db,
    url: `postgres://${server.user}@/${name}?host=${encodeURIComponent(server.host)}&port=${server.port}`,
    async drop() {
      await db.close()
      const last = await admin.connect('chores')
      await last.query(`drop database if exists ${name} with (force)`)
      last.release()
      await admin.close()
    },
  }
}
