/** What a call or a text is answered with, in Twilio's XML. */
import type { HookReply } from '../../notify/reply.ts'
import { presentable } from '../../notify/channel.ts'
import { escapeHtml } from '../../lib/text.ts'

const TEXT_MAX = 1_000

const xml = (inside: string): HookReply => ({
  status: 200,
  contentType: 'text/xml; charset=utf-8',
  body: `<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`,
})

/** XML 1.0 has no control characters at all; those that text may hold became U+FFFD before. */
const safe = (text: string): string => escapeHtml(presentable(text, TEXT_MAX))

export const nothing = (): HookReply => xml('')
export const message = (sentence: string): HookReply => xml(`<Message>${safe(sentence)}</Message>`)
export const hangUp = (sentences: readonly string[] = []): HookReply =>
  xml(`${say(sentences)}<Hangup/>`)

const say = (sentences: readonly string[]): string =>
  sentences.map((one) => `<Say>${safe(one)}</Say><Pause length="1"/>`).join('')

/** Reads out, waits ten seconds for one key, and goes to `then` where none is pressed; null: hangs up. */
export function ask(sentences: readonly string[], keysAt: string, then: string | null): HookReply {
  const after =
    then === null
      ? '<Say>No key was pressed. Goodbye.</Say><Hangup/>'
      : `<Redirect method="POST">${safe(then)}</Redirect>`
  return xml(
    `<Gather numDigits="1" timeout="10" method="POST" action="${safe(keysAt)}">${say(sentences)}</Gather>${after}`,
  )
}
