/**
 * What a mail answers: the first line of its writer's own that says something. Machines answer
 * nothing: not somebody's holiday notice, not a list, not another Allclear (R58).
 */
import type { Reply } from '../../notify/reply.ts'
import { understand } from '../../notify/words.ts'

/** A mail as far as it is looked at. Header names in small letters. */
export type Received = {
  /** Who it was handed in for; empty for mail that no answer may be sent to. */
  envelopeFrom: string
  from: string
  headers: Readonly<Record<string, string>>
  text: string
}

const LINES_MAX = 50

export function answerOf(mail: Received, token: string): Reply | null {
  if (isAutomatic(mail) || mail.from === '') return null
  const line = ownLines(mail.text)[0]
  const understood = line === undefined ? null : understand(line)
  if (!understood) return null
  const id = mail.headers['message-id']
  return {
    what: 'pressed',
    token,
    answer: understood.answer,
    from: { kind: 'email', address: mail.from },
    ...(id ? { once: id } : {}),
  }
}

function isAutomatic({ envelopeFrom, headers }: Received): boolean {
  const submitted = (headers['auto-submitted'] ?? 'no').toLowerCase().trim()
  const precedence = (headers.precedence ?? '').toLowerCase().trim()
  return (
    envelopeFrom === '' ||
    !submitted.startsWith('no') ||
    ['bulk', 'junk', 'list', 'auto_reply'].includes(precedence) ||
    ['x-autoreply', 'x-autorespond', 'x-auto-response-suppress', 'list-id'].some(
      (name) => headers[name] !== undefined,
    )
  )
}

/** Without what is quoted, and without the line that says whose words follow. */
function ownLines(text: string): string[] {
  const lines = text.split(/\r\n?|\n/, LINES_MAX).map((line) => line.trim())
  const isQuoted = (line: string | undefined): boolean => line?.startsWith('>') ?? false
  return lines.filter((line, index) => {
    if (line === '' || isQuoted(line)) return false
    const next = lines.slice(index + 1).find((one) => one !== '')
    return !(line.endsWith(':') && isQuoted(next))
  })
}
