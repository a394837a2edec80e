import { createHash } from 'node:crypto'
import { truncateBytes } from '../../lib/text.ts'
import { type Outgoing, presentable, presentableLine } from '../../notify/channel.ts'
import { PUSH_BYTES_MAX, type PushMessage } from '../../notify/push-message.ts'

const TITLE_MAX = 150
/** Tried in turn: text in which every sign has to be escaped takes twice the room. */
const BODY_BYTES = [1_600, 600, 200]
/** Systems show two. */
const ACTIONS = ['acknowledge', 'escalate'] as const

export function bodyOf(message: Outgoing, { isUpdate = false } = {}): string {
  const title = presentableLine(message.title, TITLE_MAX)
  const made = (bytes: number): string =>
    JSON.stringify({
      kind: message.kind === 'test' ? 'test' : message.kind === 'page' ? 'page' : 'notice',
      title: message.drill ? `Drill: ${title}` : title,
      body: truncateBytes(presentable(message.body, bytes), bytes),
      tag: tagOf(message),
      path: pathOf(message.url),
      actions: ACTIONS.flatMap((verb) => {
        const found = message.actions.find((one) => one.verb === verb)
        return found ? [{ verb, label: found.label }] : []
      }),
      sound: isUpdate ? 'none' : message.urgency === 'high' ? 'loud' : 'usual',
    } satisfies PushMessage)
  const texts = BODY_BYTES.map(made)
  return texts.find((text) => Buffer.byteLength(text) <= PUSH_BYTES_MAX) ?? made(0)
}

/** While a message waits for a browser that is away, a later one of the same topic takes its place (RFC 8030). */
export const topicOf = (message: Outgoing): string =>
  createHash('sha256').update(message.idempotencyKey).digest('base64url').slice(0, 32)

/** One notification a page, however often its person is told of it. */
const tagOf = ({ data, idempotencyKey }: Outgoing): string =>
  typeof data.pageId === 'string' ? data.pageId : idempotencyKey.slice(0, 100)

/** Without the host: a browser may know us by another name, and it goes nowhere else. */
function pathOf(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}
