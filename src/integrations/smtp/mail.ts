/** The mail of a page. Alert text is text: escaped in HTML, on one line in headers. */
import { createHash } from 'node:crypto'
import { escapeHtml, truncate } from '../../lib/text.ts'
import { type Outgoing, presentable, presentableLine } from '../../notify/channel.ts'
import { replyAddress } from './reply-address.ts'

const SUBJECT_MAX = 200
const TITLE_MAX = 500
const BODY_MAX = 10_000

export type Mail = {
  from: { name: string; address: string }
  to: { name: string; address: string }
  /** Where an answer is taken; left out, at the sender's own address. */
  replyTo?: { name: string; address: string }
  subject: string
  messageId: string
  references: string
  inReplyTo: string
  date: Date
  headers: Record<string, string>
  text: string
  html: string
}

/** `from` and `to` are mail addresses already; `replyTo` is the address that takes answers, if any. */
export function mailOf(message: Outgoing, from: string, to: string, replyTo = ''): Mail {
  const answersTo = replyAddress(replyTo, message.replyToken)
  const domain = from.slice(from.lastIndexOf('@') + 1)
  const thread = `<${digest(threadOf(message))}@${domain}>`
  const title = presentableLine(message.title, TITLE_MAX)
  const body = presentable(message.body, BODY_MAX)
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()
  return {
    from: { name: 'Allclear', address: from },
    to: { name: '', address: to },
    ...(answersTo === null ? {} : { replyTo: { name: 'Allclear', address: answersTo } }),
    subject: truncate(`${prefixOf(message)}${title}`, SUBJECT_MAX),
    // The same over all tries of a slot: a mailbox that has it already drops the second.
    messageId: `<${digest(message.idempotencyKey)}@${domain}>`,
    references: thread,
    inReplyTo: thread,
    date: new Date(message.at),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Entity-Ref-ID': digest(message.idempotencyKey),
      ...(message.urgency === 'high' ? { Importance: 'high', 'X-Priority': '1' } : {}),
    },
    text: plainOf(message, title, body, answersTo !== null),
    html: htmlOf(message, title, body),
  }
}

const prefixOf = ({ drill, kind, urgency }: Outgoing): string => {
  const what = kind === 'test' ? 'Test: ' : kind === 'notice' ? '' : 'Page: '
  return `${drill ? '[Drill] ' : ''}${kind === 'page' && urgency === 'low' ? 'Low urgency: ' : what}`
}

/** Mails about one alert group stand together in a mailbox, whichever step they come from. */
function threadOf({ data, idempotencyKey }: Outgoing): string {
  const id = data.alertGroupId ?? data.pageId
  return typeof id === 'string' ? id : idempotencyKey
}

const digest = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32)

function plainOf(message: Outgoing, title: string, body: string, takesAnswers: boolean): string {
  const link = message.url === null ? [] : ['', `Answer this page: ${message.url}`]
  const words = takesAnswers ? ['', 'Or answer this mail: ack, escalate, or not mine.'] : []
  return [title, '', body, ...link, ...words, ''].join('\n')
}

function htmlOf(message: Outgoing, title: string, body: string): string {
  const lines = body
    .split('\n')
    .map((line) => `<p style="margin:4px 0">${escapeHtml(line)}</p>`)
    .join('')
  return (
    '<!doctype html><html><body style="margin:0;padding:16px;font:16px/1.45 system-ui,sans-serif;color:#11141a">' +
    (message.drill ? '<p style="margin:0 0 8px"><strong>This is a drill.</strong></p>' : '') +
    `<h1 style="font-size:20px;margin:0 0 8px">${escapeHtml(title)}</h1>${lines}${buttonOf(message.url)}</body></html>`
  )
}

function buttonOf(url: string | null): string {
  if (url === null || !/^https?:\/\//.test(url)) return ''
  const style =
    'display:inline-block;background:#11141a;color:#fff;padding:12px 18px;border-radius:8px;text-decoration:none'
  return `<p style="margin:20px 0"><a href="${escapeHtml(url)}" style="${style}">Answer this page</a></p>`
}
