/**
 * What comes back: a key pressed in a call, an answer to a text, a button in a chat, a provider's
 * word on what became of a message. A vendor's folder turns its own protocol into these words and
 * its answer back into its own; what they mean is decided once, by `engine/hear.ts`.
 */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'

/** 1, 2, 3 and 9 on a telephone, in this order. `repeat` says the same once more and changes nothing. */
export const ANSWERS = ['acknowledge', 'escalate', 'notMine', 'repeat'] as const
export type Answer = (typeof ANSWERS)[number]

/**
 * Where it came from, as the provider vouches for it: a kind of contact and its address there.
 * `through` is how the log calls the door; left out, it follows from the kind. `also`: other addresses of
 * the same account that a contact may have been written down by.
 */
export type Heard = {
  kind: string
  address: string
  through?: Through
  also?: readonly string[]
}
export type Through = 'sms' | 'call' | 'chat' | 'mail'

/**
 * `once`: the provider's own id of this very answer (a message id, a signature). The same one counts
 * once: when it comes again, it is told how things stand and changes nothing.
 */
type Once = { once?: string }

export type Reply =
  /** Names its page by the signed token that went out with it (the last part of `Outgoing.url`). */
  | ({ what: 'pressed'; token: string; answer: Answer; from: Heard } & Once)
  /** The same in a post that a room reads: it names a group of alerts, and acts for who pressed it. */
  | ({ what: 'pressedPost'; token: string; answer: Answer; from: Heard } & Once)
  /** Words, to be matched with the pages that are open for whoever has this address. */
  | ({ what: 'said'; text: string; from: Heard } & Once)
  /** The person does not want this contact to be used any more, or does again (STOP, START). */
  | ({ what: 'stopped' | 'started'; from: Heard } & Once)
  /** What became of a message that the provider had accepted as `providerId`. */
  | { what: 'delivery'; providerId: string; outcome: Delivery; reason: string | null }

/** `unknown`: the provider says that it does not know. A person or a machine may have picked up. */
export type Delivery = 'delivered' | 'undelivered' | 'unknown'

/**
 * What to say to whoever answered: one sentence in their words; null: nothing. Never throws for an
 * unknown token. `page` is there after `repeat`, while there is something left to answer.
 */
export type Said = { done: boolean; sentence: string | null; page?: Spoken }
/** A page as it is read out. Untrusted text. */
export type Spoken = { title: string; body: string; severity: string }
export type Hear = (reply: Reply) => Promise<Said>

export type HookRequest = {
  method: string
  /** What stands after `/hooks/<vendor>`, with its leading stroke; '' where nothing does. */
  path: string
  query: URLSearchParams
  headers: Headers
  /** As it came: signatures are over these bytes. At most `HOOK_BYTES_MAX`. */
  body: Uint8Array
  /** The address that the provider was given, path included, without a trailing stroke: what its signature is over. */
  publicUrl: string
  now: Instant
}
export const HOOK_BYTES_MAX = 512 * 1024

export type HookReply = { status: number; contentType: string; body: string }

/** Settings of a vendor's channel, secrets opened; empty where it is not set up. */
export type Settings = Readonly<Record<string, unknown>>

/**
 * A door for a vendor: `POST /hooks/<vendor>/…`. It checks that the request is the vendor's own
 * before it looks at anything in it, and answers 403 with no reason where it is not.
 */
export type Ear = {
  vendor: string
  hear(request: HookRequest, settings: Settings, hear: Hear): Promise<HookReply>
}

/**
 * A vendor that is asked instead, where there is no public address. One node at a time holds the
 * lease of a vendor and calls `listen` again and again; it returns after at most `LISTEN_MS_MAX`,
 * or at once with the signal. `cursor` is what it gave back the last time, on whichever node.
 */
export type Listener = {
  vendor: string
  /** Whether these settings ask for it. */
  isWanted(settings: Settings): boolean
  listen(
    settings: Settings,
    cursor: string | null,
    hear: Hear,
    signal: AbortSignal,
  ): Promise<string | null>
}
export const LISTEN_MS_MAX = 25_000

/** A page that a person may answer with a short code, where several are open for them at once. */
export type Open = { pageId: Id; code: string; openedAt: Instant }
