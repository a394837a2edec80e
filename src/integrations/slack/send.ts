/** Slack: a direct message with buttons, a post in a team's room, and both kept up to date. */
import type { Egress } from '../../egress/egress.ts'
import { HOUR } from '../../lib/instant.ts'
import { type Channel, type Destination, type Outcome, textOf } from '../../notify/channel.ts'
import { describeSlack } from './describe.ts'
import { type Answer, type Called, type Caller, callSlack, objectOf } from './web-api.ts'
import { wordsOf } from './words.ts'

export { describeSlack } from './describe.ts'

const USER = /^[UW][A-Z0-9]{2,30}$/
const EMAIL = /^[^\s@<>,;:"()[\]\\]{1,64}@[a-z0-9.-]{1,190}$/i
const ROOM = /^(#?[\p{L}\p{N}_-]{1,80}|[CG][A-Z0-9]{2,30})$/u
/** `C0123ABCD:1764000000.000100`: where a message stands. */
const PLACE = /^([CDG][A-Z0-9]{2,30}):(\d{1,16}\.\d{1,9})$/
/** People change their address in Slack seldom; a wrong one is looked up again after so long. */
const KNOWN_MS = 6 * HOUR
const KNOWN_MAX = 5_000

export function createSlackChannel(egress: Egress, limits: { callMs?: number } = {}): Channel {
  const known = new Map<string, { user: string; at: number }>()
  const callerTo = (to: Destination, signal: AbortSignal): Caller => ({
    egress,
    settings: to.settings,
    signal,
    timeoutMs: limits.callMs,
  })

  async function userOf(caller: Caller, named: string, at: number): Promise<string | Outcome> {
    if (USER.test(named)) return named
    if (!EMAIL.test(named)) return { kind: 'gaveUp', reason: 'badAddress' }
    const key = `${textOf(caller.settings, 'base_url')} ${named.toLowerCase()}`
    const before = known.get(key)
    if (before && at - before.at < KNOWN_MS) return before.user
    const called = await callSlack(caller, 'users.lookupByEmail', { email: named })
    // Nothing has been sent yet, so whatever was lost may be asked again.
    if (!called.ok) return beforeSending(called.outcome)
    const id = objectOf(called.answer, 'user').id
    if (typeof id !== 'string' || !USER.test(id)) return { kind: 'tryAgain', reason: 'badAnswer' }
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(key, { user: id, at })
    return id
  }

  return {
    describe: describeSlack,
    async send(message, to, signal) {
      const caller = callerTo(to, signal)
      const user = await userOf(caller, textOf(to.contact, 'user'), message.at)
      if (typeof user !== 'string') return user
      return placed(await callSlack(caller, 'chat.postMessage', post(user, wordsOf(message))))
    },
    async update(providerId, message, to, signal) {
      const place = PLACE.exec(providerId)
      if (!place) return { kind: 'gaveUp', reason: 'messageGone' }
      const [, channel, ts] = place
      const words = wordsOf(message)
      const called = await callSlack(callerTo(to, signal), 'chat.update', { channel, ts, ...words })
      return called.ok ? { kind: 'sent', providerId } : called.outcome
    },
    async post(message, room, thread, to, signal) {
      const name = room.trim()
      if (!ROOM.test(name)) return { kind: 'gaveUp', reason: 'badRoom' }
      const answered = thread === null ? {} : { thread_ts: PLACE.exec(thread)?.[2] }
      const values = { ...post(name, wordsOf(message)), ...answered }
      return placed(await callSlack(callerTo(to, signal), 'chat.postMessage', values))
    },
  }
}

const post = (channel: string, words: object): Record<string, unknown> => ({
  channel,
  ...words,
  unfurl_links: false,
  unfurl_media: false,
})

function placed(called: Called): Outcome {
  if (!called.ok) return called.outcome
  const place = placeOf(called.answer)
  return place === null
    ? { kind: 'unknown', reason: 'badAnswer' }
    : { kind: 'sent', providerId: place }
}

function placeOf({ channel, ts }: Answer): string | null {
  const place = `${String(channel)}:${String(ts)}`
  return PLACE.test(place) ? place : null
}

const beforeSending = (outcome: Outcome): Outcome =>
  outcome.kind === 'unknown' || outcome.kind === 'sent'
    ? { kind: 'tryAgain', reason: outcome.kind === 'unknown' ? outcome.reason : 'badAnswer' }
    : outcome
