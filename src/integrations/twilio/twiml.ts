/** A spoken answer as TwiML, where there is no address of ours to be asked for one. */
import { escapeHtml } from '../../lib/text.ts'
import { type Outgoing, textOf } from '../../notify/channel.ts'
import { NO_KEYS_SENTENCE, speech } from '../../notify/speech.ts'

/** What a call may carry with it. */
export const TWIML_MAX = 4_000

/** Said twice: who wakes up has missed half of it the first time. */
export function spokenTwiml(message: Outgoing): string {
  const severity = textOf(message.data, 'severity')
  const opening = message.drill ? 'This is Allclear with a drill.' : 'This is Allclear.'
  const sentences = [opening, ...speech({ ...message, severity })]
  if (message.kind === 'page') sentences.push(NO_KEYS_SENTENCE)
  const said = sentences.map((one) => `<Say>${escapeHtml(one)}</Say><Pause length="1"/>`)
  const build = (count: number): string => {
    const once = said.slice(0, count).join('')
    return `<Response>${once}${once}</Response>`
  }
  let count = said.length
  while (count > 1 && build(count).length > TWIML_MAX) count -= 1
  return build(count)
}
