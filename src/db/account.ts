/**
 * PostgreSQL refuses to run as root. As root we run it under an unprivileged account; as anybody
 * else, as ourselves.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Null: the account we run as ourselves. */
export type Account = { uid: number; gid: number } | null

/** The number that stands for nobody where no account has a name. */
const NOBODY = { uid: 65_534, gid: 65_534 }

/**
 * As root: whoever owns the data already, else an account made for servers.
 * @param cluster the data; may be missing
 * @param dataDir the directory around it; its owner makes the data, given that the account has a
 *   name, without which PostgreSQL makes none
 */
export function findAccount(cluster: string, dataDir: string): Account {
  if (process.getuid?.() !== 0) return null
  const before = ownerOf(cluster)
  if (before) return before
  const around = ownerOf(dataDir)
  if (around && accountNamed(String(around.uid))) return around
  return accountNamed('postgres') ?? accountNamed('nobody') ?? NOBODY
}

function ownerOf(path: string): Account {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat && stat.uid !== 0 ? { uid: stat.uid, gid: stat.gid } : null
}

function accountNamed(name: string): Account {
  try {
    const ask = (flag: string) =>
      Number(execFileSync('id', [flag, '--', name], { stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: ask('-u'), gid: ask('-g') }
  } catch {
    return null
  }
}

/** Whether the account may enter every directory on the way to a path. */
export function isReachable(path: string, account: Account): boolean {
  if (account === null) return true
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    const stat = statSync(at)
    const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0
    if (((stat.mode >> shift) & 1) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** Makes a private directory that the account owns. */
export function makeOwned(path: string, account: Account): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  if (account) chownSync(path, account.uid, account.gid)
  chmodSync(path, 0o700)
}

/** Data that was copied may belong to root, or be open to others; PostgreSQL would refuse it. */
export function giveTo(path: string, account: Account): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return
  if (account && stat.uid !== account.uid) {
    execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, path], { stdio: 'ignore' })
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(path, 0o700)
}
