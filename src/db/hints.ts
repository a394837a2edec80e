/**
 * LISTEN and NOTIFY between nodes, as a hint and nothing more: it only makes a beat come sooner.
 * What is true stands in the rows, which every node polls. Behind a pooler in transaction mode
 * hints may never arrive, and nothing breaks. One connection of its own, made when first needed.
 */
import pg from 'pg'

export type Hints = {
  /** Calls `hear` when another node has notified the channel. Gives a way to stop. */
  listen(channel: string, hear: () => void): () => void
  /** Tells the other nodes, outside any transaction, at most once every few milliseconds. */
  notify(channel: string): void
}

/** NOTIFY takes a lock over the whole server when it commits, so a storm becomes one hint each. */
const TOGETHER_MS = 20
const RECONNECT_MS = 1_000

export function createHints(connection: pg.ClientConfig, report: (cause: unknown) => void) {
  const listeners = new Map<string, Set<() => void>>()
  const waiting = new Set<string>()
  let client: Promise<pg.Client> | null = null
  let isClosed = false
  let timer: NodeJS.Timeout | null = null

  function connected(): Promise<pg.Client> {
    client ??= connect()
    return client
  }

  async function connect(): Promise<pg.Client> {
    const one = new pg.Client(connection)
    one.on('error', report)
    one.on('end', lost)
    one.on('notification', (message) => {
      // Our own node was told directly.
      if (message.processId === (one as unknown as { processID: number }).processID) return
      for (const hear of listeners.get(message.channel) ?? []) hear()
    })
    await one.connect()
    for (const channel of listeners.keys()) await one.query(`listen ${quoted(channel)}`)
    return one
  }

  function lost(): void {
    client = null
    if (isClosed || listeners.size === 0) return
    setTimeout(() => {
      if (!isClosed) connected().catch(failed)
    }, RECONNECT_MS).unref()
  }

  function failed(cause: unknown): void {
    if (client === null) return
    report(cause)
    lost()
  }

  async function flush(): Promise<void> {
    timer = null
    const channels = [...waiting]
    waiting.clear()
    try {
      const one = await connected()
      await one.query('select pg_notify(channel, $$$$) from unnest($1::text[]) channel', [channels])
    } catch (cause) {
      failed(cause)
    }
  }

  return {
    listen(channel: string, hear: () => void): () => void {
      const heard = listeners.get(channel) ?? new Set()
      listeners.set(channel, heard.add(hear))
      if (heard.size === 1) {
        connected()
          .then((one) => one.query(`listen ${quoted(channel)}`))
          .catch(failed)
      }
      return () => void heard.delete(hear)
    },
    notify(channel: string): void {
      if (isClosed) return
      waiting.add(channel)
      timer ??= setTimeout(() => void flush(), TOGETHER_MS).unref()
    },
    async close(): Promise<void> {
      isClosed = true
      if (timer) clearTimeout(timer)
      const one = await client?.catch(() => null)
      await one?.end().catch(() => undefined)
    },
  }
}

const quoted = (name: string): string => pg.escapeIdentifier(name)
