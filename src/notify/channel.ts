import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { printable, truncate } from '../lib/text.ts'

/** One field of a channel's or contact's settings, as data: UI, CLI and `allclear.yaml` render it. */
export type Field = {
  name: string
  label: string
  kind: 'text' | 'url' | 'email' | 'phone' | 'number' | 'secret' | 'boolean'
  required: boolean
  help?: string
  /** Of a text: what it has to look like, and how one says that. */
  pattern?: { source: string; is: string }
}

export type Loudness = 'quiet' | 'push' | 'text' | 'call'

/** What a channel says of itself. A vendor's name stands in its own folder and nowhere else. */
export type ChannelDescription = {
  kind: string
  label: string
  loudness: Loudness
  /** What it needs from the network, shown by `doctor`. */
  needs: 'nothing' | 'outbound' | 'publicAddress'
  /** Fields of one person's contact (`url`, `address`, `topic`). */
  contact: readonly Field[]
  /** Nobody can type one in: a browser adds itself. */
  addsItself?: boolean
  /** Fields set once for the organisation (`channels:` in the file). */
  settings: readonly Field[]
  /** Carriers that can carry it: it sends where one of them is set up. Left out: it sends by itself. */
  carriedBy?: readonly string[]
  /** It is a carrier of these channels, and nobody's kind of contact. */
  carries?: readonly string[]
  /** Why a contact is not used under these settings of the channel, as a sentence; null: it is. */
  whyRefused?: (contact: Values, settings: Values) => string | null
}

/** Values of fields by name. */
export type Values = Readonly<Record<string, unknown>>

/** Whether anything can be sent: needed settings are there, also those of a carrier where it takes one. */
export function isSetUp(
  kind: string,
  descriptions: readonly ChannelDescription[],
  settingsOf: (kind: string) => Values | undefined,
): boolean {
  const described = descriptions.find((one) => one.kind === kind)
  if (!described || !isComplete(described.settings, settingsOf(kind))) return false
  const carriers = descriptions.filter((one) => described.carriedBy?.includes(one.kind))
  return (
    described.carriedBy === undefined ||
    carriers.some(
      (one) => settingsOf(one.kind) !== undefined && isComplete(one.settings, settingsOf(one.kind)),
    )
  )
}

export const isComplete = (fields: readonly Field[], values: Values | undefined): boolean =>
  fields.every((field) => !field.required || (values?.[field.name] ?? null) !== null)

export type Outgoing = {
  kind: 'page' | 'test' | 'notice'
  /** The slot (page and contact): the same over every retry, for providers that can deduplicate. */
  idempotencyKey: string
  /** Tells this try from the ones before it. */
  attemptId: Id
  at: Instant
  urgency: 'high' | 'low'
  /** One line: what is broken, in the words of the alert. Untrusted text. */
  title: string
  /** Plain sentences beneath the title. Untrusted text. */
  body: string
  /** Signed address of the page screen. */
  url: string | null
  /** Signed addresses that act by POST, for channels with buttons. */
  actions: readonly { verb: 'acknowledge' | 'escalate' | 'notMine'; label: string; url: string }[]
  /** Signed, for an address that answers are mailed to. Left out where there is no single page to answer. */
  replyToken?: string
  /** Names this page in an answer by text ("1 427") to its person, where several are open. */
  code?: string
  /** Structured content, for machines. */
  data: Readonly<Record<string, unknown>>
  drill: boolean
  /** On tries after the first: since when the slot is tried, and who carried the try before, if that is known. */
  again?: { since: Instant; carrier: string | null }
  /** Of a post in a room: its signed token. Its buttons act for whoever presses them. */
  postToken?: string
}

/**
 * `sent`: the provider accepted it. `tryAgain`: it may work later. `gaveUp`: this contact will not
 * work by trying again. `unknown`: the answer was lost, the provider may have accepted it.
 * `reason` is a short word used as a metric label; it never holds the provider's words.
 */
export type Outcome = (
  | { kind: 'sent'; providerId: string | null; detail?: string }
  | { kind: 'tryAgain'; reason: string; retryAfterMs?: number; detail?: string }
  | { kind: 'gaveUp'; reason: string; detail?: string }
  | { kind: 'unknown'; reason: string; detail?: string }
) &
  Carried

/** Of a channel with carriers: whose outcome it is, and which were tried before and certainly did not take it. */
type Carried = { carrier?: string; passedOver?: readonly string[] }

export type Destination = {
  /** Values of the contact's fields. */
  contact: Values
  /** Values of the channel's own settings, secrets decrypted; under `carriers` those of its carriers by kind. */
  settings: Values
}

/** One way to reach a person. `send` never throws for what a provider does: it gives an outcome. */
export type Channel = {
  describe: ChannelDescription
  send(message: Outgoing, to: Destination, signal: AbortSignal): Promise<Outcome>
  /**
   * Shows something else in the place of what was sent or posted, where the provider can do that.
   * @param providerId what the provider called it when it took it
   */
  update?(
    providerId: string,
    message: Outgoing,
    to: Destination,
    signal: AbortSignal,
  ): Promise<Outcome>
  /**
   * Posts in a room of a team, for channels that have rooms. There is no contact in `to`.
   * @param thread the post that this one is an answer to, as the provider calls it
   */
  post?(
    message: Outgoing,
    room: string,
    thread: string | null,
    to: Destination,
    signal: AbortSignal,
  ): Promise<Outcome>
}

/** One value of a destination as text, without the blanks around it; empty where there is none. */
export function textOf(values: Values, name: string): string {
  const value = values[name]
  if (typeof value === 'string') return value.trim()
  return typeof value === 'number' ? String(value) : ''
}

/** Untrusted text as a channel may pass it on: well formed, without control characters, and cut. */
export const presentable = (text: string, max: number): string =>
  truncate(printable(text.toWellFormed().replace(/\r\n?/g, '\n')), max)

/** The same on one line. */
export const presentableLine = (text: string, max: number): string =>
  truncate(
    presentable(text, 4 * max)
      .replace(/\s+/g, ' ')
      .trim(),
    max,
  )
