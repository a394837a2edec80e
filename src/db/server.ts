/** One life of the built-in PostgreSQL server: started, found ready, ended. */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { endProcess, launch, type Place, postmasterOf, USER } from './cluster.ts'
import { connectionOf } from './tx.ts'

export const PORT = 5432
export const DATABASE = 'postgres'

export type Server = {
  /** How it ended, in a word or two, once it has. */
  ended: Promise<string>
  stop(): Promise<void>
}

/** It syncs to disk as always; only its memory and the number of its processes are kept small. */
const SETTINGS = [
  'listen_addresses=',
  'max_connections=40',
  'shared_buffers=32MB',
  'wal_buffers=4MB',
  'max_wal_size=256MB',
  'min_wal_size=32MB',
  'maintenance_work_mem=32MB',
  'random_page_cost=1.1',
  'io_method=sync',
  'jit=off',
  'max_worker_processes=2',
  'max_parallel_workers_per_gather=0',
  'max_logical_replication_workers=0',
  'max_wal_senders=0',
  'autovacuum_worker_slots=3',
  'autovacuum_naptime=20s',
  // What people wrote must not get into a log by way of a statement that failed.
  'log_min_messages=warning',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_timezone=UTC',
  'timezone=UTC',
]

/** A fast shutdown is given this long. On a full disk it would never end. */
const FAST_SECONDS = 10

/**
 * Runs the server under a shell that stops it when our end of pipe 3 closes: that happens however
 * we end, by kill -9 too. Fast shutdown first; then the immediate one, after which the next start
 * takes what was committed from the log.
 */
const WATCHED = `"$@" 3<&- & server=$!
( read -r _ <&3
  trap 'kill $nap 2>/dev/null; exit' TERM
  kill -INT $server 2>/dev/null
  sleep ${FAST_SECONDS} >/dev/null 2>&1 3<&- & nap=$!
  wait $nap
  kill -QUIT $server 2>/dev/null ) & watch=$!
wait $server; code=$?
kill $watch 2>/dev/null
exit $code`

/** Fast, then immediate, within which PostgreSQL itself kills what does not listen after 5 s. */
const STOP_MS = (FAST_SECONDS + 8) * 1_000
/** What a server that recovers from a crash is given; it says that it is at it. */
const RECOVERY_MS = 15 * 60_000
/** And one that does not say anything. */
const SILENT_MS = 30_000
const LOOK_MS = 20
const LAST_WORDS_MS = 200
const SAID_MAX = 40
/** Failed statements are told to whoever sent them. */
const ROUTINE =
  / (LOG|ERROR|DETAIL|HINT|CONTEXT|STATEMENT): |FATAL: {2}the database system is (starting|shutting|not yet)/

export async function startServer(
  place: Place,
  settings: readonly string[],
  log: (line: string) => void,
): Promise<Server> {
  const all = [...SETTINGS, `unix_socket_directories=${place.socketDirForServer}`, ...settings]
  const args = ['-D', place.clusterForServer, '-p', String(PORT)]
  for (const setting of all) args.push('-c', setting)
  const child = launch(place, '/bin/sh', [
    '-c',
    WATCHED,
    'sh',
    join(place.bin, 'postgres'),
    ...args,
  ])
  const said: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue
      said.push(line.trim())
      if (!ROUTINE.test(line)) log(`PostgreSQL: ${line.trim()}`)
    }
    said.splice(0, Math.max(0, said.length - SAID_MAX))
  })
  // Its end is told by the process; that the pipe breaks then is no news.
  child.stdio[3]?.on('error', () => undefined)
  const ended = new Promise<string>((done) => {
    child.once('error', (cause) => done(cause.message))
    child.once('exit', async (code, signal) => {
      // Its last words may still be on the way; a child of the server may keep the pipe open.
      await Promise.race([once(child, 'close'), pause(LAST_WORDS_MS)])
      done(signal ?? `exit code ${code}`)
    })
  })
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
    child.stdio[3]?.destroy()
  })
  const stop = async () => {
    const pid = postmasterOf(place.cluster)
    child.stdio[3]?.destroy()
    await Promise.race([ended, pause(STOP_MS, null, { ref: false })])
    if (!hasEnded && pid !== null) await endProcess(pid)
  }
  try {
    await untilReady(place.socketDir, () => hasEnded)
  } catch (cause) {
    await stop()
    throw new Error(`PostgreSQL would not start (${await ended}): ${said.join(' ')}`, { cause })
  }
  return { ended, stop }
}

async function untilReady(socketDir: string, hasEnded: () => boolean): Promise<void> {
  const address = { socketDir, port: PORT, user: USER, database: DATABASE }
  const silentUntil = performance.now() + SILENT_MS
  const recoveringUntil = performance.now() + RECOVERY_MS
  for (;;) {
    const client = new pg.Client({ ...connectionOf(address), connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return
    } catch (cause) {
      const isRecovering = (cause as { code?: string }).code === '57P03'
      const until = isRecovering ? recoveringUntil : silentUntil
      if (hasEnded() || performance.now() > until) throw cause
      await pause(LOOK_MS)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}
