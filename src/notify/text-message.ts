/**
 * A page as a text message: what is broken, how bad and since when, the link, and how to answer by
 * a reply. Two segments where it can be, for each is paid for and arrives on its own: the words are
 * put in the alphabet that takes least, and are cut before the link is.
 */
import { type Outgoing, presentable, presentableLine } from './channel.ts'

/** Above it carriers refuse a text. */
export const TEXT_MAX = 1_600
const SEGMENTS_WISHED = 2
/** So much of what is broken always stays, whatever it costs. */
const TITLE_MIN = 60
const TITLE_MAX = 200
const LINE_MAX = 160
/** With the code of the page, for several may be open when the answer comes. */
const replyLine = (code: string | undefined): string =>
  `Reply 1${code === undefined ? '' : ` ${code}`} to acknowledge`

/** @param hearsReplies whether an answer by text comes back to us */
export function textMessage(message: Outgoing, hearsReplies: boolean): string {
  const { kind, drill, url, actions } = message
  const tail = [
    ...(url === null ? [] : [url]),
    ...(hearsReplies && kind === 'page' && actions.length > 0 ? [replyLine(message.code)] : []),
  ].join('\n')
  const title = presentableLine(plain(`${drill ? 'Drill: ' : ''}${message.title}`), TITLE_MAX)
  // What happens next is left out: it changes from try to try, and a repeat has to look the same.
  const line = presentableLine(plain(message.body.split('\n', 1)[0] ?? ''), LINE_MAX)
  const put = (...parts: string[]): string => parts.filter((part) => part !== '').join('\n')
  const whole = put(title, line, tail)
  if (segmentsOf(whole) <= SEGMENTS_WISHED) return whole
  for (let max = title.length; max >= TITLE_MIN; max -= 10) {
    const cut = put(plain(presentableLine(title, max)), tail)
    if (segmentsOf(cut) <= SEGMENTS_WISHED) return cut
  }
  return presentable(put(plain(presentableLine(title, TITLE_MIN)), tail), TEXT_MAX)
}

/** How many messages a carrier makes of it: 160 signs of its own alphabet, 70 of all others; less where it is several. */
export function segmentsOf(text: string): number {
  const isPlain = [...text].every((sign) => BASIC.has(sign) || EXTENDED.has(sign))
  const length = isPlain
    ? [...text].reduce((sum, sign) => sum + (EXTENDED.has(sign) ? 2 : 1), 0)
    : text.length
  const [one, several] = isPlain ? [160, 153] : [70, 67]
  return length <= one ? 1 : Math.ceil(length / several)
}

/** GSM 03.38, and the signs in it that take the place of two. */
const BASIC: ReadonlySet<string> = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const EXTENDED: ReadonlySet<string> = new Set('^{}\\[~]|€')

/** Signs that would turn the whole text into the dear alphabet, and that plain ones say as well. */
const PLAIN: Readonly<Record<string, string>> = {
  '…': '...',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '–': '-',
  '—': '-',
  '•': '-',
  '→': '->',
  '`': "'",
  '\u00A0': ' ',
  '\u202F': ' ',
}
const plain = (text: string): string =>
  text.replace(/[…’‘“”„–—•→`\u00A0\u202F]/g, (sign) => PLAIN[sign] ?? sign)
