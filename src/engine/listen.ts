/**
 * Asks vendors who cannot call us. One node at a time asks each: whoever holds its row until a
 * certain time. A node that dies leaves the row to run out, and another one goes on where the
 * cursor stands. No lock outlives a statement.
 */
import type { Db, Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { SECOND, toIso } from '../lib/instant.ts'
import { type Hear, LISTEN_MS_MAX, type Listener, type Settings } from '../notify/reply.ts'
import { type Beat, startBeat } from './beat.ts'

/** Longer than one call may last, and so short that the next node is there within half a minute. */
export const LISTEN_LEASE_MS = 29 * SECOND
const ROUND_MS = 2 * SECOND
const PAUSE_MS_MAX = 60 * SECOND

export type ListenDeps = {
  db: Db
  /** This node; no two are the same. */
  node: Id
  settingsOf: (vendor: string) => Settings
  hear: Hear
  /** An abort signal that fires after so many milliseconds. */
  timeLimit: (milliseconds: number) => AbortSignal
}

/** One round of one vendor. Gives whether it was this node's turn and went well: ask again at once. */
export async function listenOnce(
  deps: ListenDeps,
  listener: Listener,
  stopping: AbortSignal,
): Promise<boolean> {
  const settings = deps.settingsOf(listener.vendor)
  if (!listener.isWanted(settings)) return false
  const held = await deps.db.withTx('chores', (tx) => claim(tx, listener.vendor, deps.node))
  if (!held) return false
  const signal = AbortSignal.any([stopping, deps.timeLimit(LISTEN_MS_MAX)])
  try {
    const heard = listener.listen(settings, held.cursor, deps.hear, signal)
    const cursor = await orAbort(heard, signal)
    // Null: it did not come back in time, or we are stopping. Where it stood, the next one begins.
    await deps.db.withTx('chores', (tx) =>
      keep(tx, listener.vendor, deps.node, cursor === undefined ? held.cursor : cursor),
    )
    return !stopping.aborted
  } catch (cause) {
    await deps.db.withTx('chores', (tx) => backOff(tx, listener.vendor, deps.node))
    throw cause
  }
}

/** Undefined: the signal came, and a little later there was still nothing. */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let onAbort = (): void => undefined
  const aborted = new Promise<undefined>((done) => {
    // A turn of the loop for those that come back at once with the signal, as they should.
    onAbort = () => void setImmediate(() => done(undefined))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
  })
  work.catch(() => undefined)
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function claim(tx: Tx, vendor: string, node: Id): Promise<{ cursor: string | null } | null> {
  const [row] = await tx.query<{ cursor: string | null }>(
    `insert into listeners as l (vendor, holder, until, wake_at) values ($1, $2, $4, $3)
      on conflict (vendor) do update set holder = excluded.holder, until = excluded.until
        where (l.holder = excluded.holder or l.until <= $3) and l.wake_at <= $3
      returning cursor`,
    [vendor, node, toIso(tx.now), toIso(tx.now + LISTEN_LEASE_MS)],
  )
  return row ?? null
}

/** Only while the row is still ours: a node that was given up for dead must not turn the cursor back. */
const keep = (tx: Tx, vendor: string, node: Id, cursor: string | null): Promise<unknown> =>
  tx.query(
    `update listeners set cursor = $3, failures = 0, until = $4, wake_at = $4
      where vendor = $1 and holder = $2`,
    [vendor, node, cursor, toIso(tx.now)],
  )

/** 1 s, 2 s, 4 s … up to a minute, for all nodes: another one would fare no better. */
const backOff = (tx: Tx, vendor: string, node: Id): Promise<unknown> =>
  tx.query(
    `update listeners set failures = failures + 1, until = $3, wake_at = $3::timestamptz
        + make_interval(secs => least($4, power(2, least(failures, 10)))) where vendor = $1 and holder = $2`,
    [vendor, node, toIso(tx.now), PAUSE_MS_MAX / SECOND],
  )

/** Each vendor on a beat of its own, so that one that hangs keeps no other waiting. */
export function startListening(
  deps: ListenDeps,
  listeners: readonly Listener[],
  onTrouble: (cause: unknown) => void,
): Pick<Beat, 'stop'> {
  const stopping = new AbortController()
  const beats = listeners.map((listener) =>
    startBeat(() => listenOnce(deps, listener, stopping.signal), onTrouble, ROUND_MS),
  )
  return {
    async stop() {
      stopping.abort()
      await Promise.all(beats.map((beat) => beat.stop()))
    },
  }
}
