import type { Behaviour } from './behaviour.ts'

/** One message that the provider took. */
export type Accepted = {
  /** Milliseconds since 1970, by this machine's clock. */
  at: number
  via: 'http' | 'smtp'
  /** The sender's own idempotency id: `webhook-id`, ntfy's `sequence_id`, a mail's Message-ID. */
  id: string | null
  method: string
  path: string
  headers: Readonly<Record<string, string>>
  /** The body, or the whole mail. */
  body: string
  behaviour: Behaviour
}

export type Ledger = {
  all(): readonly Accepted[]
  last(): Accepted | undefined
  /** How often a message with this id was taken. */
  countOf(id: string): number
  /** Requests and mails that came in, taken or not. */
  seen(): number
  /** Resolves when so many messages were taken. */
  whenCount(count: number): Promise<void>
  clear(): void
}

export type OpenLedger = Ledger & {
  /** Counts an arrival; gives its number, from 0. */
  arrive(): number
  accept(entry: Accepted): void
}

export function openLedger(): OpenLedger {
  let entries: Accepted[] = []
  let arrivals = 0
  let waiting: { count: number; resolve: () => void }[] = []
  return {
    all: () => entries,
    last: () => entries.at(-1),
    countOf: (id) => entries.filter((entry) => entry.id === id).length,
    seen: () => arrivals,
    whenCount: (count) =>
      new Promise((resolve) => {
        if (entries.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    clear() {
      entries = []
      arrivals = 0
    },
    arrive() {
      arrivals += 1
      return arrivals - 1
    },
    accept(entry) {
      entries.push(entry)
      const ready = waiting.filter((one) => entries.length >= one.count)
      waiting = waiting.filter((one) => entries.length < one.count)
      for (const one of ready) one.resolve()
    },
  }
}
