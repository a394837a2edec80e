/**
 * Live updates. One reader follows the log while anybody listens, and everybody gets what they may
 * see. A listener that comes back says where it was; a session that ended is cut off within 5 s.
 */
import { refusal } from '../access/can.ts'
import type { Tx } from '../db/tx.ts'
import { listPeopleOn } from '../incidents/store.ts'
import { SECOND } from '../lib/instant.ts'
import { listPagedOf } from '../notify/read.ts'
import { type Cursor, listAfter } from '../timeline/store.ts'
import type { Recorded } from '../timeline/entry.ts'
import { startBeat, type Beat } from '../engine/beat.ts'
import { authenticate } from './auth.ts'
import type { HttpDeps } from './deps.ts'
import { toEntryView } from './present.ts'
import type { Caller } from './route.ts'

const POLL_MS = 400
const BATCH_MAX = 500
const LISTENERS_MAX = 2_000
/** More entries than one look or one catching up brings at once. */
const BEHIND_MAX = 2_500
/** With the time until the next look, less than the 5 s that are promised. */
const RECHECK_MS = 4 * SECOND
const KEEP_ALIVE_MS = 15 * SECOND

type Listener = {
  push(text: string): void
  caller: Caller
  headers: Headers
  checkedAt: number
  saidAt: number
  end(): void
}

export type Events = {
  /** The stream of one listener; null: too many listen already. */
  open(caller: Caller, headers: Headers, after: string | null): ReadableStream<Uint8Array> | null
  stop(): Promise<void>
}

export const writeCursor = (cursor: Cursor): string => `${cursor.epoch}.${cursor.tx}.${cursor.seq}`
const readCursor = (text: string | null): Cursor | null => {
  const match = /^(\d{1,9})\.(\d{1,20})\.(\d{1,18})$/.exec(text ?? '')
  return match ? { epoch: Number(match[1]), tx: match[2] ?? '0', seq: Number(match[3]) } : null
}

export function createEvents(deps: HttpDeps): Events {
  const listeners = new Set<Listener>()
  const encoder = new TextEncoder()
  let at: Cursor | null = null
  let beat: Beat | null = null

  async function here(): Promise<Cursor> {
    return deps.db.withTx('web', async (tx) => {
      const [row] = await tx.query<{ epoch: number; tx: string }>(
        'select (select epoch from organisation) as epoch, pg_snapshot_xmin(pg_current_snapshot())::text as tx',
      )
      return { epoch: row?.epoch ?? 1, tx: row?.tx ?? '0', seq: 0 }
    })
  }

  async function follow(): Promise<boolean> {
    if (listeners.size === 0) {
      at = null
      return false
    }
    const from = at ?? (await here())
    const { entries, directory } = await deps.db.withTx('web', (tx) =>
      readAfter(tx, from, BATCH_MAX),
    )
    at = from
    for (const entry of entries) {
      at = { epoch: entry.epoch, tx: entry.tx, seq: entry.seq }
      const cursor = writeCursor(at)
      for (const listener of listeners) send(listener, entry, directory, cursor)
    }
    await look()
    return entries.length === BATCH_MAX
  }

  /** What is private is for those too who were paged for it, or are on it. */
  async function readAfter(tx: Tx, cursor: Cursor, max: number) {
    const entries = await listAfter(tx, cursor, max)
    const hidden = entries.filter((one) => one.visibility === 'team')
    const groups = hidden.flatMap((one) => one.groupId ?? [])
    const incidents = hidden.flatMap((one) =>
      one.subject.kind === 'incident' ? [one.subject.id] : [],
    )
    const people = new Map([
      ...(await listPagedOf(tx, [...new Set(groups)])),
      ...(await listPeopleOn(tx, [...new Set(incidents)])),
    ])
    return {
      entries: entries.map((one) => ({
        ...one,
        pagedIds: people.get(one.groupId ?? one.subject.id) ?? [],
      })),
      directory: await deps.directoryAt(tx),
    }
  }

  type Snapshot = Awaited<ReturnType<HttpDeps['directoryAt']>>
  function send(
    listener: Listener,
    entry: Recorded & { pagedIds: readonly string[] },
    directory: Snapshot,
    cursor: string,
  ): void {
    if (refusal(listener.caller.who, 'read', entry) !== null) return
    const view = toEntryView(entry, directory, listener.caller.timezone, cursor)
    listener.push(`id: ${cursor}\nevent: entry\ndata: ${JSON.stringify(view)}\n\n`)
    listener.saidAt = performance.now()
  }

  /** Keeps quiet connections open, and cuts off those whose session or token is over. */
  async function look(): Promise<void> {
    const now = performance.now()
    for (const listener of [...listeners]) {
      if (now - listener.saidAt > KEEP_ALIVE_MS) {
        listener.push(': still here\n\n')
        listener.saidAt = now
      }
    }
    const due = [...listeners].filter((one) => now - one.checkedAt >= RECHECK_MS)
    if (due.length === 0) return
    await deps.db.withTx('web', async (tx) => {
      for (const listener of due) {
        listener.checkedAt = now
        const caller = await authenticate(tx, deps, listener.headers)
        if (caller) listener.caller = caller
        else listener.end()
      }
    })
  }

  return {
    open(caller, headers, after) {
      if (listeners.size >= LISTENERS_MAX) return null
      beat ??= startBeat(
        follow,
        (cause) => deps.log('warn', 'events', { cause: String(cause) }),
        POLL_MS,
      )
      let listener: Listener
      return new ReadableStream<Uint8Array>({
        start(controller) {
          listener = {
            caller,
            headers,
            checkedAt: performance.now(),
            saidAt: performance.now(),
            push(text) {
              // A reader that does not keep up is let go: it will come back and say where it was.
              if ((controller.desiredSize ?? 0) < -BEHIND_MAX) listener.end()
              else controller.enqueue(encoder.encode(text))
            },
            end() {
              if (!listeners.delete(listener)) return
              try {
                controller.close()
              } catch {
                // The reader was faster.
              }
            },
          }
          controller.enqueue(encoder.encode('retry: 1000\n\n'))
          const cursor = readCursor(after)
          if (cursor) void catchUp(listener, cursor)
          else void begin(listener)
        },
        cancel() {
          listeners.delete(listener)
        },
      })
    },
    async stop() {
      for (const listener of [...listeners]) listener.end()
      await beat?.stop()
    },
  }

  /**
   * Everything from now on. What is asked for once `ready` has come misses nothing: before it, an entry
   * could still fall between the answer and the first look at the log.
   */
  async function begin(listener: Listener): Promise<void> {
    listeners.add(listener)
    try {
      const now = at ?? (await here())
      at ??= now
      listener.push('event: ready\ndata: {}\n\n')
    } catch {
      // It will come back.
      listener.end()
    }
  }

  /** What was missed since the cursor, then everything new. Nothing is left out in between. */
  async function catchUp(listener: Listener, cursor: Cursor): Promise<void> {
    try {
      const { entries, directory } = await deps.db.withTx('web', (tx) =>
        readAfter(tx, cursor, 2_000),
      )
      listeners.add(listener)
      for (const entry of entries)
        send(
          listener,
          entry,
          directory,
          writeCursor({ epoch: entry.epoch, tx: entry.tx, seq: entry.seq }),
        )
    } catch {
      listeners.add(listener)
      listener.end()
    }
  }
}
