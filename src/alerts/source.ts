import type { Instant } from '../lib/instant.ts'

export type Severity = 'critical' | 'error' | 'warning' | 'info'

/** What one accepted event says about one alert, whatever vendor's words it came in. */
export type Signal = {
  action: 'trigger' | 'acknowledge' | 'resolve'
  /** Events with the same key fold into one alert. At most 255 characters. */
  dedupKey: string
  /** The source's own idea of what belongs together (Alertmanager's groupKey), if it has one. */
  groupKey: string | null
  /** The source's clock, if the event carries it; null means "ordered by arrival". */
  occurredAt: Instant | null
  title: string
  severity: Severity
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  links: readonly { href: string; text: string }[]
  /** Ends by itself at this instant unless it fires again (Prometheus pushes). */
  endsAt: Instant | null
}

/** A deploy or other change: shown beside alerts, never pages. */
export type Change = {
  summary: string
  occurredAt: Instant | null
  links: readonly { href: string; text: string }[]
  labels: Readonly<Record<string, string>>
}

/** What a source made of one request: good parts and, by name, bad ones. */
export type Received = {
  signals: readonly Signal[]
  changes: readonly Change[]
  /** Parts that were refused, each with the field that was wrong: `alerts[3].startsAt`. */
  problems: readonly { field: string; message: string }[]
}

export type Answer = {
  status: number
  /** A string is sent as it is; anything else as JSON. */
  body: unknown
  headers?: Readonly<Record<string, string>>
}

/** What happened to the request, for `answer` to put into the vendor's own words. */
export type Verdict =
  | { kind: 'accepted'; received: Received }
  | { kind: 'unreadable' }
  | { kind: 'invalid'; problems: Received['problems'] }
  | { kind: 'tooLarge'; bytesMax: number }
  | { kind: 'unknownKey' }
  | { kind: 'shed'; retryAfterSeconds: number }

export type ReceiveFacts = {
  /** Stands in for missing times. */
  now: Instant
  /** Labels that do not tell one alert from another, where the identity is made of labels. */
  ignoreLabels?: readonly string[]
}

/** One route of a source kind, at the vendor's own path. `:key` in the path is the source's key. */
export type SourceRoute = {
  method: 'POST' | 'PUT'
  path: string
  /** Where the key stands when it is not in the path. Null: there is none. */
  key(request: {
    body: unknown
    headers: Readonly<Record<string, string>>
    path: Readonly<Record<string, string>>
  }): string | null
  /** Pure: reads a parsed JSON body. Never throws. */
  receive(body: unknown, facts: ReceiveFacts): Received
  /** The vendor's own answer for what happened. */
  answer(verdict: Verdict): Answer
}

/** An inbound integration. A vendor's name stands in its own folder and nowhere else. */
export type SourceKind = {
  kind: string
  label: string
  /**
   * What to paste where, so that it sends here: for the page of a source.
   * @param at where this instance is reached, and the key (or a word that stands for it)
   */
  setup(at: { url: string; key: string }): readonly Setup[]
  routes: readonly SourceRoute[]
}

/** `where` says in what file or on which page of the other product; `text` is to be pasted. */
export type Setup = { where: string; text: string }
