/** Questions about other processes that Node has no answer to. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

const isLinux = process.platform === 'linux'

/** Whether it runs. One that has ended and only waits to be collected does not. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !isLinux || !/^[ZX]/.test(statOf(pid)[0] ?? '')
}

/** When it began, in whatever terms the system has: only to be compared. Null where it cannot be told. */
export function startOf(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null
  if (isLinux) return statOf(pid)[19] ?? null
  return ask('lstart', pid)
}

/**
 * Whether it is a PostgreSQL server that works in this directory (a server's working directory is
 * its data). Null: it is alive, but not ours to look at.
 */
export function servesFrom(pid: number, directory: string): boolean | null {
  if (!isLinux) return ask('command', pid)?.includes(directory) ?? null
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory
  } catch {
    return isAlive(pid) ? null : false
  }
}

/** State, parent … as proc(5) has them, after the name, which may hold anything. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function ask(what: string, pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', `${what}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
