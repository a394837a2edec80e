/** Backups are asked of the running server; a restore needs the data directory for itself. */
import { randomBytes } from 'node:crypto'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openDatabase, readSecret } from '../app.ts'
import { readConfig } from '../config.ts'
import { inspect } from '../db/backup.ts'
import { migrate } from '../db/migrate.ts'
import { restore } from '../db/restore.ts'
import { layToRest, type Restored } from '../engine/restored.ts'
import { type Connection, Refused, send } from './client.ts'
import { createLog, migrationsDirectory } from './serve.ts'

/** Writes the file beside its place first, so that a broken transfer never looks like a backup. */
export async function backupCommand(to: Connection, file: string): Promise<string> {
  const response = await send(to, 'POST', '/api/v1/backup', {})
  if (!response.ok || !response.body) {
    throw new Refused(response.status, (await response.json().catch(() => ({}))) as object)
  }
  const draft = `${file}.partial`
  try {
    await pipeline(
      Readable.fromWeb(response.body as never),
      createWriteStream(draft, { mode: 0o600 }),
    )
    renameSync(draft, file)
  } catch (cause) {
    rmSync(draft, { force: true })
    throw cause
  }
  return `Written: ${file}. It can only be read with the secret key of this instance: keep that somewhere else.`
}

export async function restoreCommand(
  file: string,
  options: { yes?: boolean; preview?: boolean },
  confirm: (question: string) => Promise<boolean>,
): Promise<string> {
  const config = readConfig(process.env)
  const secretKey = readSecret(config)
  const summary = await inspect(file, secretKey)
  const rows = summary.tables.reduce((sum, table) => sum + table.rows, 0)
  const what = `A backup of ${new Date(summary.takenAt).toISOString()}, schema ${summary.schema.name}, ${rows} rows. The file is whole.`
  if (options.preview) return what
  if (
    !options.yes &&
    process.stdin.isTTY &&
    !(await confirm(`${what}\nRestore it into ${config.databaseUrl ?? config.dataDir}?`))
  ) {
    return 'Nothing was changed.'
  }
  const stops: (() => Promise<unknown> | unknown)[] = []
  try {
    const { db } = await openDatabase({ config, log: createLog('error') }, stops)
    await migrate(db, migrationsDirectory())
    let rested: Restored = { alerts: 0, pages: 0, attempts: 0 }
    await restore(db, {
      from: file,
      secretKey,
      async afterRestore(tx) {
        rested = await layToRest(tx, randomBytes)
      },
    })
    return `${what}\nRestored. It starts paused: ${rested.alerts} alerts were open and ${rested.attempts} messages were waiting then; none of them is sent. Start Allclear, look, and run: allclear resume`
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}
