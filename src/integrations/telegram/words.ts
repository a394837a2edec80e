/** A message in Telegram: HTML of two tags, and buttons beneath it. Text from outside is escaped. */
import { escapeHtml } from '../../lib/text.ts'
import { type Outgoing, presentable, presentableLine } from '../../notify/channel.ts'
import { tokenOf } from '../token.ts'
import { makeHandle } from './handle.ts'

/** Telegram counts what is shown, without tags and escapes: 4096. */
export const SHOWN_MAX = 4_096
const TITLE_MAX = 500
const BODY_MAX = 3_400

export type Words = {
  text: string
  parse_mode: 'HTML'
  link_preview_options: { is_disabled: true }
  reply_markup: { inline_keyboard: readonly (readonly Button[])[] }
}
type Button = { text: string; callback_data: string } | { text: string; url: string }

export function wordsOf(message: Outgoing): Words {
  const title = presentableLine(message.title, TITLE_MAX) || 'Alert'
  const body = presentable(message.body, BODY_MAX).trim()
  const head = `<b>${escapeHtml(message.drill ? `Drill: ${title}` : title)}</b>`
  return withButtons(body === '' ? head : `${head}\n${escapeHtml(body)}`, buttonsOf(message))
}

/** A message that was shown before, with a sentence beneath it and nothing left to press. */
export const answered = (before: string, sentence: string): Words =>
  withButtons(
    `${escapeHtml(presentable(before, BODY_MAX))}\n\n<b>${escapeHtml(presentableLine(sentence, TITLE_MAX))}</b>`,
    [],
  )

const withButtons = (text: string, keyboard: Button[][]): Words => ({
  text,
  parse_mode: 'HTML',
  link_preview_options: { is_disabled: true },
  reply_markup: { inline_keyboard: keyboard },
})

function buttonsOf(message: Outgoing): Button[][] {
  const token = tokenOf(message)
  const rows: Button[][] = []
  for (const { verb, label } of token === null ? [] : message.actions) {
    const handle = makeHandle(verb, token ?? '')
    if (handle !== null) rows.push([{ text: presentableLine(label, 64), callback_data: handle }])
  }
  if (message.url !== null && mayBeOpened(message.url))
    rows.push([{ text: 'Open', url: message.url }])
  return rows
}

/** Telegram refuses the whole message for a button whose address has no proper host. */
const mayBeOpened = (url: string): boolean => {
  if (url.length > 2_000 || !URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return /^https?:$/.test(protocol) && hostname.includes('.')
}
