/**
 * One process on one data directory. The second one is told so in words, and nothing is harmed.
 * The lock is a file that names its owner: process, when that began, and where its number counts
 * (a process number means nothing in another container or after a reboot). A stranger's lock is
 * watched for a moment: an owner that lives touches it every second.
 */
import {
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../lib/problem.ts'
import { isAlive, startOf } from './process.ts'

export type Lock = { release(): void }

const BEAT_MS = 1_000
const WATCH_MS = 5_000
const LOOK_MS = 250
const TRIES_MAX = 5

/**
 * @param watchMs how long a stranger's lock is watched
 * @throws Problem `alreadyRunning`; a file system error where the directory cannot be written to
 */
export async function takeLock(dataDir: string, watchMs: number = WATCH_MS): Promise<Lock> {
  const path = join(dataDir, 'allclear.lock')
  const mine = `${process.pid}\n${startOf(process.pid) ?? ''}\n${whereabouts()}\n`
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (create(path, mine)) return hold(path, mine)
    const seen = read(path)
    if (seen === null) continue
    if (await isHeld(path, seen, watchMs)) throw alreadyRunning(dataDir, seen)
    if (!remove(path, seen)) throw alreadyRunning(dataDir, seen)
  }
  throw new Problem(
    'conflict',
    'alreadyRunning',
    `Other processes are starting on ${dataDir} at this moment. Try again.`,
  )
}

const alreadyRunning = (dataDir: string, seen: string): Problem => {
  const isNear = seen.split('\n')[2] === whereabouts()
  const who = isNear
    ? `process ${seen.split('\n')[0]}`
    : 'in another container or on another machine'
  return new Problem(
    'conflict',
    'alreadyRunning',
    `Allclear already runs on ${dataDir} (${who}). Stop it first, or choose another directory with ALLCLEAR_DATA.`,
  )
}

/** The file appears whole or not at all: nobody can read a lock that does not name its owner yet. */
function create(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}.${process.hrtime.bigint()}`
  try {
    writeFileSync(draft, content, { mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  } finally {
    rmSync(draft, { force: true })
  }
}

function hold(path: string, mine: string): Lock {
  const beating = setInterval(() => {
    const now = new Date()
    try {
      utimesSync(path, now, now)
    } catch {
      // Somebody removed the file; the server's own lock still keeps a second one out.
    }
  }, BEAT_MS).unref()
  return {
    release() {
      clearInterval(beating)
      if (read(path) === mine) rmSync(path, { force: true })
    },
  }
}

async function isHeld(path: string, seen: string, watchMs: number): Promise<boolean> {
  const [pid = '', started = '', where = ''] = seen.split('\n')
  if (where === whereabouts()) {
    const began = startOf(Number(pid))
    return isAlive(Number(pid)) && (began === null || started === '' || began === started)
  }
  const touched = touchedAt(path)
  for (let watched = 0; watched < watchMs; watched += LOOK_MS) {
    await pause(LOOK_MS)
    if (touchedAt(path) !== touched) return read(path) !== null
  }
  return false
}

/** Takes away the lock that was found to be nobody's; false where it has become somebody's meanwhile. */
function remove(path: string, seen: string): boolean {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return true
  }
  const isSame = read(aside) === seen
  try {
    if (!isSame) linkSync(aside, path)
  } catch {
    // A third one has its lock there already: either way it is not ours.
  }
  rmSync(aside, { force: true })
  return isSame
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function touchedAt(path: string): number | null {
  try {
    return statSync(path).mtimeMs
  } catch {
    return null
  }
}

/** Where process numbers mean the same: this boot of this machine, in this container. */
function whereabouts(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
