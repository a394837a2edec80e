/** A page as an ntfy message: priority 5 rings through, and the Acknowledge button needs no app of ours. */
import { createHash } from 'node:crypto'
import { truncateBytes } from '../../lib/text.ts'
import { type Outgoing, presentable, presentableLine } from '../../notify/channel.ts'

/** Above it ntfy makes an attachment of the message, which nobody reads at night. */
export const MESSAGE_BYTES_MAX = 4_096
const TITLE_MAX = 250

export function bodyOf(message: Outgoing, topic: string): string {
  const isHigh = message.urgency === 'high'
  const title = presentableLine(message.title, TITLE_MAX)
  return JSON.stringify({
    topic,
    title: message.drill ? `Drill: ${title}` : title,
    message: truncateBytes(presentable(message.body, MESSAGE_BYTES_MAX), MESSAGE_BYTES_MAX),
    priority: isHigh ? 5 : 3,
    tags: [isHigh ? 'rotating_light' : 'bell'],
    // A server that knows it shows a repeat in the place of the first; others pass over it.
    sequence_id: createHash('sha256').update(message.idempotencyKey).digest('hex').slice(0, 32),
    ...(message.url === null ? {} : { click: message.url }),
    actions: actionsOf(message),
  })
}

function actionsOf({ actions, url }: Outgoing): Record<string, unknown>[] {
  const acknowledge = actions.find((action) => action.verb === 'acknowledge')
  const buttons: Record<string, unknown>[] = []
  if (acknowledge) {
    const { label, url: address } = acknowledge
    buttons.push({ action: 'http', label, url: address, method: 'POST', clear: true })
  }
  if (url !== null) buttons.push({ action: 'view', label: 'Open', url })
  return buttons
}
