/**
 * One update of Telegram, whichever way it came: a button, a few words, or `/start`, which is
 * answered with the number that a person enters as their contact. Only a chat of one person counts:
 * in a group nobody knows for whom a word stands.
 */
import type { Egress } from '../../egress/egress.ts'
import { SECOND } from '../../lib/instant.ts'
import { presentableLine } from '../../notify/channel.ts'
import type { Hear, Heard, Settings } from '../../notify/reply.ts'
import { callTelegram, isObject, objectOf } from './bot-api.ts'
import { readHandle } from './handle.ts'
import { answered } from './words.ts'

const CALL_MS = 5 * SECOND
const TEXT_MAX = 1_000
/** What may stand in the small window over a button. */
const ALERT_MAX = 190

export type Receive = (
  update: Readonly<Record<string, unknown>>,
  settings: Settings,
  hear: Hear,
) => Promise<void>

/** What it gives rejects where an answer could not be heard: nothing has been done then. */
export function createReceive(egress: Egress): Receive {
  return async (update, settings, hear) => {
    const id = update.update_id
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) return
    const doing = { egress, settings, hear, once: String(id) }
    if (isObject(update.callback_query)) await pressed(doing, update.callback_query)
    else if (isObject(update.message)) await said(doing, update.message)
  }
}

type Doing = { egress: Egress; settings: Settings; hear: Hear; once: string }
const callerOf = ({ egress, settings }: Doing) => ({ egress, settings, timeoutMs: CALL_MS })

async function pressed(doing: Doing, query: Record<string, unknown>): Promise<void> {
  const from = personOf(objectOf(query, 'from'))
  const handle = readHandle(query.data)
  if (typeof query.id !== 'string') return
  const heard =
    handle && from
      ? await doing.hear({ what: 'pressed', ...handle, from, once: doing.once })
      : { done: false, sentence: null }
  const { done, sentence } = heard
  // Answered in any case: the button shows that it waits until then.
  await callTelegram(callerOf(doing), 'answerCallbackQuery', {
    callback_query_id: query.id.slice(0, 100),
    ...(sentence === null ? {} : { text: presentableLine(sentence, ALERT_MAX), show_alert: !done }),
  })
  const message = objectOf(query, 'message')
  const chat = chatOf(message)
  if (!done || sentence === null || chat === null || typeof message.message_id !== 'number') return
  await callTelegram(callerOf(doing), 'editMessageText', {
    chat_id: chat,
    message_id: message.message_id,
    ...answered(typeof message.text === 'string' ? message.text : '', sentence),
  })
}

async function said(doing: Doing, message: Record<string, unknown>): Promise<void> {
  const from = personOf(objectOf(message, 'from'))
  const chat = chatOf(message)
  const text = typeof message.text === 'string' ? message.text.slice(0, TEXT_MAX).trim() : ''
  if (!from || chat === null || text === '') return
  if (/^\/start\b/.test(text)) {
    await answer(doing, chat, `Your chat id is ${from.address}. Enter it as your Telegram contact.`)
    return
  }
  const { sentence } = await doing.hear({ what: 'said', text, from, once: doing.once })
  if (sentence !== null) await answer(doing, chat, sentence)
}

const answer = (doing: Doing, chat: number, sentence: string): Promise<unknown> =>
  callTelegram(callerOf(doing), 'sendMessage', {
    chat_id: chat,
    text: presentableLine(sentence, TEXT_MAX),
  })

/** Telegram vouches for who sent it. Other bots answer nothing: two of them would never end. */
function personOf(from: Record<string, unknown>): Heard | null {
  const { id, is_bot: isBot } = from
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0 || isBot === true) return null
  return { kind: 'telegram', address: String(id) }
}

function chatOf(message: Record<string, unknown>): number | null {
  const { id, type } = objectOf(message, 'chat')
  return type === 'private' && typeof id === 'number' ? id : null
}
