/** Telegram: a message from a bot, with buttons, kept up to date. */
import type { Egress } from '../../egress/egress.ts'
import { type Channel, type Outcome, textOf } from '../../notify/channel.ts'
import { type Called, callTelegram, isObject, objectOf } from './bot-api.ts'
import { describeTelegram } from './describe.ts'
import { wordsOf } from './words.ts'

export { describeTelegram } from './describe.ts'

/** A chat of one person with the bot. Groups have negative numbers: anybody there could answer. */
const CHAT = /^[1-9]\d{0,15}$/
/** `5551:42`: where a message stands. */
const PLACE = /^([1-9]\d{0,15}):(\d{1,15})$/

export function createTelegramChannel(egress: Egress, limits: { callMs?: number } = {}): Channel {
  return {
    describe: describeTelegram,
    async send(message, to, signal) {
      const chat = textOf(to.contact, 'chat')
      if (!CHAT.test(chat)) return { kind: 'gaveUp', reason: 'badAddress' }
      const caller = { egress, settings: to.settings, signal, timeoutMs: limits.callMs }
      const values = { chat_id: Number(chat), ...wordsOf(message) }
      return placed(await callTelegram(caller, 'sendMessage', values))
    },
    async update(providerId, message, to, signal) {
      const place = PLACE.exec(providerId)
      if (!place) return { kind: 'gaveUp', reason: 'messageGone' }
      const caller = { egress, settings: to.settings, signal, timeoutMs: limits.callMs }
      const called = await callTelegram(caller, 'editMessageText', {
        chat_id: Number(place[1]),
        message_id: Number(place[2]),
        ...wordsOf(message),
      })
      // It shows that already: what was asked for is so.
      const isSo =
        !called.ok && 'reason' in called.outcome && called.outcome.reason === 'notModified'
      return called.ok || isSo ? { kind: 'sent', providerId } : called.outcome
    },
  }
}

function placed(called: Called): Outcome {
  if (!called.ok) return called.outcome
  const message = isObject(called.result) ? called.result : {}
  const place = `${String(objectOf(message, 'chat').id)}:${String(message.message_id)}`
  return PLACE.test(place)
    ? { kind: 'sent', providerId: place }
    : { kind: 'unknown', reason: 'badAnswer' }
}
