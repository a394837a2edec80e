/** For vitest's `globalSetup`: the PostgreSQL of the run, stopped and removed at its end. */
import { startServer } from './database.ts'

export default async function setup(): Promise<() => Promise<void>> {
  return await startServer()
}
