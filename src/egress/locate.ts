/**
 * From a name to addresses that may be connected to. Every address of an answer is checked: one
 * that is private among public ones is what a rebinding attack looks like, so the whole answer is
 * refused. What was checked is remembered for a few seconds, and is used, not the name.
 *
 * A resolver that is down must not silence a pager: the last addresses that were good are used for
 * up to an hour when the name cannot be resolved.
 */
import { lookup } from 'node:dns/promises'
import { HOUR, type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import { parseAddress } from './address.ts'
import type { Allow } from './allow.ts'
import { type Failed, failed } from './failure.ts'
import { isPublic } from './networks.ts'
import { mayReach } from './target.ts'

/** Gives a name's addresses in plain notation. */
export type Resolver = (host: string) => Promise<readonly string[]>

/** `isPrivate`: open to us only because the operator's list says so. */
export type Located = { kind: 'located'; addresses: readonly string[]; isPrivate: boolean }

export type Locator = {
  /** What is known already, without waiting; null: ask `locate`. */
  known(host: string, port: number): Located | Failed | null
  locate(host: string, port: number): Promise<Located | Failed>
}

export const FRESH_MS = 5 * SECOND
/** So long an old answer serves while a new one is on its way. */
export const SERVES_MS = MINUTE
export const LAST_KNOWN_MS = HOUR
export const LOOKUP_MS_MAX = 4 * SECOND
const REMEMBERED_MAX = 2_000
const ADDRESSES_MAX = 32

export const resolveBySystem: Resolver = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true })
  return found.map((one) => one.address)
}

type Remembered = {
  at: Instant
  result: Located | Failed
  lookup: Promise<Located | Failed> | null
}

export function createLocator(deps: {
  allow: Allow
  resolve: Resolver
  clock: () => Instant
}): Locator {
  const remembered = new Map<string, Remembered>()

  function remember(key: string, entry: Remembered): void {
    if (!remembered.has(key) && remembered.size >= REMEMBERED_MAX) {
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest)
        break
      }
    }
    remembered.set(key, entry)
  }

  async function lookUp(key: string, host: string, port: number): Promise<Located | Failed> {
    const result = await addressesOf(deps, host, port)
    const before = remembered.get(key)
    const now = deps.clock()
    const isUseful = before?.result.kind === 'located' && now - before.at < LAST_KNOWN_MS
    if (result.kind === 'failed' && result.reason === 'dnsFailed' && before && isUseful) {
      before.lookup = null
      return before.result
    }
    remember(key, { at: now, result, lookup: null })
    return result
  }

  function locate(host: string, port: number): Promise<Located | Failed> {
    const key = `${host} ${port}`
    const entry = remembered.get(key)
    if (entry?.lookup) return entry.lookup
    const running = lookUp(key, host, port)
    // An entry that never was good is old at once, so that only the lookup under way counts.
    if (entry) entry.lookup = running
    else
      remember(key, { at: Number.NEGATIVE_INFINITY, result: failed('dnsFailed'), lookup: running })
    return running
  }

  return {
    locate,
    known(host, port) {
      const entry = remembered.get(`${host} ${port}`)
      if (!entry) return null
      const age = deps.clock() - entry.at
      if (age >= 0 && age < FRESH_MS) return entry.result
      if (entry.result.kind === 'failed' || age < 0 || age >= SERVES_MS) return null
      void locate(host, port)
      return entry.result
    },
  }
}

async function addressesOf(
  { allow, resolve }: { allow: Allow; resolve: Resolver },
  host: string,
  port: number,
): Promise<Located | Failed> {
  const texts = parseAddress(host) ? [host] : await within(LOOKUP_MS_MAX, resolve, host)
  if (texts.length === 0) return failed('dnsFailed')
  if (texts.length > ADDRESSES_MAX) return failed('blockedAddress')
  const addresses = texts.map(parseAddress)
  const isOpen = addresses.every((one) => one !== null && mayReach(allow, host, port, one))
  if (!isOpen) return failed('blockedAddress')
  const isPrivate = addresses.some((one) => one !== null && !isPublic(one))
  return { kind: 'located', addresses: [...new Set(texts)], isPrivate }
}

/** The resolver's answer; none where it fails or takes too long. */
function within(ms: number, ask: Resolver, host: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle([]), ms)
    const settle = (found: readonly string[]): void => {
      clearTimeout(timer)
      resolve(found)
    }
    ask(host).then(settle, () => settle([]))
  })
}
