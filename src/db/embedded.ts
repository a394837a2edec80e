/**
 * The built-in PostgreSQL: a child process on a Unix socket inside the data directory, started,
 * watched and stopped by us. It syncs to disk as always; only its memory is kept small. When our
 * process dies, even by kill -9, the pipe it held is closed and PostgreSQL shuts down cleanly.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { Problem } from '../lib/problem.ts'
import { findBinaries, findRunner, isReachable, makeOwned, type Runner } from './binaries.ts'
import { isAlive, takeLock } from './lock.ts'

export type Embedded = {
  connection: { host: string; port: number; user: string; database: string }
  pid(): number | null
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  dataDir: string
  /** Further `name=value` settings of PostgreSQL. */
  settings?: readonly string[]
  /** Told when PostgreSQL ended by itself; it is started again at once. */
  onRestart?: (how: string) => void
}

const VERSION = '18'
const USER = 'allclear'
const PORT = 5432
/** A socket's path may be 107 bytes long; its name takes 15. */
const SOCKET_DIRECTORY_MAX = 90

const SETTINGS = [
  'listen_addresses=',
  'shared_buffers=48MB',
  'max_connections=60',
  'wal_buffers=4MB',
  'max_wal_size=512MB',
  'checkpoint_completion_target=0.9',
  'autovacuum_naptime=20s',
  'jit=off',
  'max_worker_processes=4',
  'max_parallel_workers_per_gather=0',
  'track_activities=on',
  'log_min_messages=warning',
  'log_timezone=UTC',
  'timezone=UTC',
]

/** Starts PostgreSQL on `dataDir`, making the cluster the first time. @throws Problem in words */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const lock = takeLock(dataDir)
  try {
    return await startLocked(dataDir, options, lock.release)
  } catch (cause) {
    lock.release()
    throw explain(cause, dataDir)
  }
}

async function startLocked(
  dataDir: string,
  options: EmbeddedOptions,
  release: () => void,
): Promise<Embedded> {
  const runner = findRunner()
  const cluster = join(dataDir, 'pg', VERSION)
  if (runner) {
    chmodSync(dataDir, 0o711)
    mkdirSync(join(dataDir, 'pg'), { recursive: true, mode: 0o711 })
    if (!isReachable(cluster, runner)) {
      throw new Problem(
        'unavailable',
        'dataUnreachable',
        `PostgreSQL must not run as root, and the account it runs under cannot enter ${dataDir}. Choose a directory outside of private homes with ALLCLEAR_DATA (for example /var/lib/allclear), or start Allclear as an ordinary user.`,
      )
    }
  }
  makeOwned(cluster, runner)
  const bin = join(findBinaries(join(dataDir, 'pg', 'program'), runner), 'bin')
  await endOrphan(cluster)
  if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise(bin, cluster, runner)
  const socketDirectory = makeSocketDirectory(dataDir, runner)
  const connection = { host: socketDirectory, port: PORT, user: USER, database: 'postgres' }

  let child: ChildProcess | null = null
  let isStopping = false
  let restarts = 0

  async function start(): Promise<void> {
    const output: string[] = []
    child = launch(bin, cluster, socketDirectory, runner, options.settings ?? [], output)
    const ended = new Promise<string>((done) =>
      child?.once('exit', (code, signal) => done(signal ?? `exit code ${code}`)),
    )
    await Promise.race([
      untilReady(connection),
      ended.then((how) => {
        throw new Error(`PostgreSQL ended (${how}): ${output.slice(-8).join(' ')}`)
      }),
    ])
    void ended.then((how) => restart(how))
  }

  async function restart(how: string): Promise<void> {
    child = null
    if (isStopping) return
    options.onRestart?.(how)
    for (;;) {
      await pause(Math.min(5_000, 100 * 2 ** restarts))
      restarts += 1
      if (isStopping) return
      try {
        await endOrphan(cluster)
        await start()
        restarts = 0
        return
      } catch (cause) {
        options.onRestart?.(explain(cause, dataDir).message)
      }
    }
  }

  await start()
  return {
    connection,
    pid: () => postmasterOf(cluster),
    async stop() {
      isStopping = true
      const running = child
      if (running && running.exitCode === null && running.signalCode === null) {
        const ended = new Promise((done) => running.once('exit', done))
        running.stdio[3]?.destroy()
        await Promise.race([ended, pause(15_000, null, { ref: false })])
      }
      release()
    },
  }
}

/** Runs the server under a shell that stops it (fast shutdown) when our end of pipe 3 closes. */
const WATCHED = `"$@" 3<&- & pid=$!
( cat <&3 >/dev/null; kill -INT $pid 2>/dev/null ) &
wait $pid`

function launch(
  bin: string,
  cluster: string,
  socketDirectory: string,
  runner: Runner,
  settings: readonly string[],
  output: string[],
): ChildProcess {
  const all = [...SETTINGS, `unix_socket_directories=${socketDirectory}`, ...settings]
  const args = ['-D', cluster, '-p', String(PORT), ...all.flatMap((setting) => ['-c', setting])]
  const child = spawn('/bin/sh', ['-c', WATCHED, 'sh', join(bin, 'postgres'), ...args], {
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '/usr/bin:/bin' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // A Ctrl-C at the terminal is for us: we stop the server when our work is done.
    detached: true,
    ...(runner ?? {}),
  })
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    output.push(text.trim())
    if (output.length > 40) output.shift()
  })
  child.on('error', (cause) => output.push(String(cause)))
  return child
}

async function initialise(bin: string, cluster: string, runner: Runner): Promise<void> {
  const args = ['-D', cluster, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C']
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums')
  try {
    await promisify(execFile)(join(bin, 'initdb'), args, {
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '/usr/bin:/bin' },
      ...(runner ?? {}),
    })
  } catch (cause) {
    // A half-made cluster would be taken for a whole one at the next start.
    rmSync(cluster, { recursive: true, force: true })
    throw cause
  }
}

function makeSocketDirectory(dataDir: string, runner: Runner): string {
  const beside = join(dataDir, 'pg', 'run')
  const directory =
    Buffer.byteLength(beside) <= SOCKET_DIRECTORY_MAX
      ? beside
      : mkdtempSync(join(tmpdir(), 'allclear-'))
  makeOwned(directory, runner)
  return directory
}

async function untilReady(connection: Embedded['connection']): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch (cause) {
      await client.end().catch(() => undefined)
      if (tries > 1_200) throw cause
      await pause(25)
    }
  }
}

function postmasterOf(cluster: string): number | null {
  try {
    const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0])
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

/**
 * What an earlier life left behind. A server of ours that still runs is stopped; a pid file that
 * is empty, or names a process that is gone or another program's, is removed.
 */
async function endOrphan(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = postmasterOf(cluster)
  if (pid !== null && isAlive(pid) && isOurs(pid, cluster)) {
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      tryKill(pid, signal)
      for (let waited = 0; waited < 200 && isAlive(pid); waited += 1) await pause(50)
      if (!isAlive(pid)) break
    }
  }
  rmSync(file, { force: true })
}

/** A server works in its data directory; where that cannot be read we believe the pid file. */
function isOurs(pid: number, cluster: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === cluster
  } catch {
    return process.platform !== 'linux'
  }
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has just ended.
  }
}

/** What went wrong as a sentence that says what to do. The cause goes to the log, never to a person. */
function explain(cause: unknown, dataDir: string): Problem {
  if (cause instanceof Problem) return cause
  const text = cause instanceof Error ? cause.message : String(cause)
  const say = (reason: string, sentence: string) =>
    new Problem('unavailable', reason, sentence, { cause })
  if (/No space left|ENOSPC/.test(text)) {
    return say(
      'diskFull',
      `The disk that holds ${dataDir} is full. Free some space and start again: nothing that was accepted is lost.`,
    )
  }
  if (/EACCES|EPERM|Permission denied/.test(text)) {
    return say(
      'noPermission',
      `Allclear may not write to ${dataDir}. Give the directory to the account that runs it, or choose another with ALLCLEAR_DATA.`,
    )
  }
  if (/EROFS|Read-only file system/.test(text)) {
    return say(
      'readOnly',
      `${dataDir} is on a read-only file system. Choose another directory with ALLCLEAR_DATA.`,
    )
  }
  if (/checksum|invalid page|could not locate a valid checkpoint|PANIC/.test(text)) {
    return say(
      'dataDamaged',
      `The data in ${dataDir}/pg is damaged. Keep a copy of the directory and restore the newest backup into an empty one.`,
    )
  }
  return say(
    'databaseWouldNotStart',
    `The built-in PostgreSQL in ${dataDir}/pg would not start. The log has its last words; DATABASE_URL uses a PostgreSQL of your own instead.`,
  )
}
