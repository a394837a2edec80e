/**
 * The built-in PostgreSQL in a process of its own, for tests that kill that process or run it as
 * somebody else. Takes the data directory; says in one line of JSON what became of it; ends, in
 * good order, when its input does.
 */
import { startEmbedded } from '../../src/db/embedded.ts'
import { Problem } from '../../src/lib/problem.ts'

const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`)

try {
  const { socketDir, port, user, database, pid, stop } = await startEmbedded({
    dataDir: process.argv[2] ?? '',
  })
  say({ started: { address: { socketDir, port, user, database }, pid } })
  process.stdin.resume().once('end', () => void stop().then(() => say({ stopped: true })))
} catch (cause) {
  if (!(cause instanceof Problem)) throw cause
  say({ problem: { code: cause.code, reason: cause.reason, message: cause.message } })
}
