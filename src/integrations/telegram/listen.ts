/**
 * Long polling: Telegram is asked, and holds its answer until there is something to tell. The
 * cursor is the number of the next update; asking with it tells Telegram that those before were heard.
 */
import type { Egress } from '../../egress/egress.ts'
import { SECOND } from '../../lib/instant.ts'
import { textOf } from '../../notify/channel.ts'
import type { Listener } from '../../notify/reply.ts'
import { callTelegram, isObject } from './bot-api.ts'
import { createReceive } from './update.ts'

/** Shorter than the longest that a request may take. */
const HOLD_S = 8
const HOLD_MS_MAX = 10 * SECOND
const AT_ONCE_MAX = 20
/** An update that cannot be heard so often has something wrong with it, and holds up the others. */
const FAILURES_MAX = 5

export function createTelegramListener(
  egress: Egress,
  limits: { holdSeconds?: number } = {},
): Listener {
  const receive = createReceive(egress)
  let failing = { id: Number.NaN, times: 0 }
  return {
    vendor: 'telegram',
    // Telegram does either: with a webhook it refuses to be asked.
    isWanted: (settings) =>
      textOf(settings, 'bot_token') !== '' && textOf(settings, 'webhook_secret') === '',
    async listen(settings, cursor, hear, signal) {
      const caller = { egress, settings, signal, timeoutMs: HOLD_MS_MAX }
      const called = await callTelegram(caller, 'getUpdates', {
        ...(cursor === null ? {} : { offset: Number(cursor) }),
        timeout: limits.holdSeconds ?? HOLD_S,
        limit: AT_ONCE_MAX,
        allowed_updates: ['message', 'callback_query'],
      })
      if (signal.aborted) return cursor
      if (!called.ok) throw new Error(`asking for updates: ${reasonOf(called.outcome)}`)
      const updates = Array.isArray(called.result) ? called.result.filter(isObject) : []
      let next = cursor
      for (const update of updates) {
        if (signal.aborted) break
        const id = Number(update.update_id)
        if (!Number.isSafeInteger(id)) continue
        try {
          await receive(update, settings, hear)
        } catch (cause) {
          failing = { id, times: failing.id === id ? failing.times + 1 : 1 }
          // What was heard before it is kept, by coming back without an error.
          if (failing.times < FAILURES_MAX && next === cursor) throw cause
          if (failing.times < FAILURES_MAX) return next
        }
        next = String(id + 1)
      }
      return next
    },
  }
}

const reasonOf = (outcome: object): string =>
  'reason' in outcome ? String(outcome.reason) : 'refused'
