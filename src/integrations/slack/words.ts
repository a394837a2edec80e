/**
 * A message in Slack: blocks with buttons, and the same in plain text for the notification. Text
 * from outside is escaped, so that it can neither mention a room nor dress up as a link.
 */
import { createHash } from 'node:crypto'
import { type Outgoing, presentable, presentableLine } from '../../notify/channel.ts'
import { type Answer, ANSWERS } from '../../notify/reply.ts'
import { tokenOf } from '../token.ts'

/** Slack's limit of a section's text is 3000; escaping counts. */
export const SECTION_MAX = 2_900
const TITLE_MAX = 500
const NOTIFICATION_MAX = 3_500

export type Block = Readonly<Record<string, unknown>>
export type Words = { text: string; blocks: readonly Block[]; metadata: Block }

/** `page:acknowledge`: what was pressed, and whether it names a page or a post. */
export type Pressed = { about: 'page' | 'post'; answer: Answer }

export function wordsOf(message: Outgoing): Words {
  const title = presentableLine(message.title, TITLE_MAX)
  const shown = message.drill ? `Drill: ${title}` : title
  const body = presentable(message.body, SECTION_MAX).trim()
  const blocks: Block[] = [section(`*${escapeWithin(shown || 'Alert', SECTION_MAX - 2)}*`)]
  if (body !== '') blocks.push(section(escapeWithin(body, SECTION_MAX)))
  const buttons = buttonsOf(message)
  if (buttons.length > 0) blocks.push({ type: 'actions', elements: buttons })
  return {
    text: escapeWithin([shown, body].filter((one) => one !== '').join('\n'), NOTIFICATION_MAX),
    blocks,
    metadata: {
      event_type: 'allclear',
      event_payload: { id: idOf(message.idempotencyKey) },
    },
  }
}

/** A sentence in the place of a message's buttons. */
export const said = (sentence: string): Block => ({
  type: 'context',
  elements: [mrkdwn(escapeWithin(presentable(sentence, 1_000), 2_000))],
})

export function readActionId(actionId: unknown): Pressed | null {
  const [about = '', verb = '', more] = typeof actionId === 'string' ? actionId.split(':') : []
  const answer = ANSWERS.find((one) => one === verb)
  if ((about !== 'page' && about !== 'post') || !answer || more !== undefined) return null
  return { about, answer }
}

function buttonsOf(message: Outgoing): Block[] {
  const about = message.postToken === undefined ? 'page' : 'post'
  const token = message.postToken ?? tokenOf(message)
  const buttons: Block[] = token === null ? [] : message.actions.map((one) => press(one, token))
  if (message.url !== null && message.url.length <= 3_000)
    buttons.push({ type: 'button', action_id: 'open', text: plain('Open'), url: message.url })
  return buttons

  function press({ verb, label }: Outgoing['actions'][number], value: string): Block {
    return {
      type: 'button',
      action_id: `${about}:${verb}`,
      text: plain(label),
      value,
      ...(verb === 'acknowledge' ? { style: 'primary' } : {}),
    }
  }
}

const plain = (text: string): Block => ({
  type: 'plain_text',
  text: presentableLine(text, 75),
  emoji: false,
})
/** `verbatim`: names of rooms and people are not turned into mentions. */
const mrkdwn = (text: string): Block => ({ type: 'mrkdwn', text, verbatim: true })
const section = (text: string): Block => ({ type: 'section', text: mrkdwn(text) })

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
export const escapeSlack = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ESCAPED[sign] ?? sign)

/** Escaped, and cut between characters so that it still fits. */
export function escapeWithin(text: string, max: number): string {
  if (text.length * 5 <= max) return escapeSlack(text)
  let escaped = ''
  for (const sign of text) {
    const next = ESCAPED[sign] ?? sign
    if (escaped.length + next.length > max - 1) return `${escaped}…`
    escaped += next
  }
  return escaped
}

/** The same over every retry. */
export const idOf = (idempotencyKey: string): string =>
  createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32)
