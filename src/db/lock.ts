/** One process on one data directory. The second one is told so in words, and nothing is harmed. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../lib/problem.ts'

export function takeLock(dataDir: string): { release(): void } {
  const path = join(dataDir, 'allclear.lock')
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, `${process.pid}\n${startOf(process.pid) ?? ''}\n`)
      closeSync(file)
      return { release: () => rmSync(path, { force: true }) }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      const owner = ownerOf(path)
      if (owner !== null) {
        throw new Problem(
          'conflict',
          'alreadyRunning',
          `Allclear already runs on ${dataDir} (process ${owner}). Stop it first, or choose another directory with ALLCLEAR_DATA.`,
        )
      }
      rmSync(path, { force: true })
    }
  }
  throw new Problem(
    'conflict',
    'alreadyRunning',
    `Another process is taking ${dataDir} at this moment. Try again.`,
  )
}

/** The process that holds the lock, or null where it is gone (its number may have been reused). */
function ownerOf(path: string): number | null {
  try {
    const [pid = '', started = ''] = readFileSync(path, 'utf8').split('\n')
    const number = Number(pid)
    if (!Number.isInteger(number) || number <= 0 || !isAlive(number)) return null
    const now = startOf(number)
    return now === null || started === '' || now === started ? number : null
  } catch {
    return null
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process started, in ticks since boot (Linux); null where that cannot be told. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
