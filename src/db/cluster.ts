/**
 * The data of the built-in PostgreSQL: where it is and as whom it runs, its first making, and what
 * an earlier life of it left behind.
 */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../lib/problem.ts'
import { type Account, findAccount, giveTo, isReachable, makeOwned } from './account.ts'
import { findBinaries } from './binaries.ts'
import { isAlive, servesFrom } from './process.ts'

/** PostgreSQL's major version: the data of one cannot be read by another. */
const MAJOR = '18'
export const USER = 'allclear'
/** A socket's path may be 107 bytes long; its name takes 15. */
const SOCKET_DIRECTORY_MAX = 90
/** The number of the open directory in the processes that are started. */
const HANDLE = 4

export type Place = {
  account: Account
  bin: string
  /** Where the data is. */
  cluster: string
  /** The same, as the server's account gets there. */
  clusterForServer: string
  socketDir: string
  socketDirForServer: string
  /** Open directory handed on to the server, for it could not get there by its path. */
  handle: number | null
  /** Made by us for this run only. */
  temporary: string | null
}

/** Finds, or makes, the directories under `dataDir`, and the programs. */
export function preparePlace(dataDir: string): Place {
  const base = join(dataDir, 'pg')
  const account = findAccount(join(base, MAJOR), dataDir)
  mkdirSync(base, { recursive: true, mode: 0o711 })
  if (account) letThrough([dataDir, base])
  const cluster = join(base, MAJOR)
  giveTo(cluster, account)
  const beside = join(base, 'run')
  const isShort = Buffer.byteLength(beside) <= SOCKET_DIRECTORY_MAX
  const socketDir = isShort ? beside : mkdtempSync(join(tmpdir(), 'allclear-'))
  makeOwned(socketDir, account)
  const isOpen = isReachable(cluster, account)
  const handle = isOpen ? null : openHandle(base)
  const seen = isOpen ? base : `/proc/self/fd/${HANDLE}`
  return {
    account,
    bin: findBinaries(base, account),
    cluster,
    clusterForServer: join(seen, MAJOR),
    socketDir,
    socketDirForServer: isShort ? join(seen, 'run') : socketDir,
    handle,
    temporary: isShort ? null : socketDir,
  }
}

/** Others may pass through these two, and read nothing that is not theirs. */
function letThrough(directories: readonly string[]): void {
  for (const directory of directories) {
    const { mode } = statSync(directory)
    if ((mode & 0o001) === 0) chmodSync(directory, mode | 0o001)
  }
}

/**
 * Started as root with data in a private home (0700), the server's account cannot get there by any
 * path. Linux lets a process through a directory that it holds open, so it is given one.
 */
function openHandle(base: string): number {
  if (process.platform === 'linux') {
    return openSync(base, constants.O_RDONLY | constants.O_DIRECTORY)
  }
  throw new Problem(
    'unavailable',
    'dataUnreachable',
    `PostgreSQL must not run as root, and the account it runs under cannot enter ${base}. Choose a directory outside of private homes with ALLCLEAR_DATA, or start Allclear as an ordinary user.`,
  )
}

/** Runs a PostgreSQL program as the account. Descriptor 3 is a pipe that closes when we end. */
export function launch(place: Place, command: string, args: readonly string[]) {
  return spawn(command, args, {
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', place.handle ?? 'ignore'],
    // A Ctrl-C at the terminal is for us: we stop the server when our work is done.
    detached: true,
    ...(place.account ?? {}),
  })
}

/** Makes the cluster the first time. It appears whole or not at all, also when the power fails. */
export async function initialise(place: Place): Promise<void> {
  if (existsSync(join(place.cluster, 'PG_VERSION'))) return
  const draft = `${place.cluster}.new`
  rmSync(draft, { recursive: true, force: true })
  makeOwned(draft, place.account)
  const options = ['-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--data-checksums']
  options.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  const initdb = launch(place, join(place.bin, 'initdb'), [
    '-D',
    `${place.clusterForServer}.new`,
    ...options,
  ])
  let said = ''
  initdb.stderr?.on('data', (text) => {
    said = `${said}${text}`.slice(-4_000)
  })
  const code = await new Promise((done) => {
    initdb.once('error', done)
    initdb.once('close', done)
  })
  if (code !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new Error(`initdb ended (${code}): ${said}`)
  }
  renameSync(draft, place.cluster)
}

/** The process number in the server's own file; null where there is none. */
export function postmasterOf(cluster: string): number | null {
  try {
    const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0])
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

/**
 * Sees to what an earlier life left behind. A server of ours that still runs is stopped; a file that
 * is empty, or names a process that is gone or another program's, is removed. Only with our lock held.
 */
export async function endOrphan(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = postmasterOf(cluster)
  const isOurs = pid === null ? false : servesFrom(pid, realpathSync(cluster))
  // Alive, but not ours to look into: PostgreSQL itself tells what to make of it.
  if (isOurs === null) return
  if (pid !== null && isOurs) await endProcess(pid)
  rmSync(file, { force: true })
}

/** Politely first: fast shutdown, then immediate, then the end. */
export async function endProcess(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has just ended, or is not ours to end; below we see which.
    }
    for (let waited = 0; waited < 10_000 && isAlive(pid); waited += 25) await pause(25)
    if (!isAlive(pid)) return
  }
}
