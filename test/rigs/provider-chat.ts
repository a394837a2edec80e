/**
 * The chat side of the provider: Slack's Web API with socket mode, and Telegram's Bot API with long
 * polling. It keeps what its users see, so that a test can look at a message after it was edited,
 * and press what is on it.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

export type Button = { label: string; id: string; value: string }
export type ChatMessage = {
  vendor: 'slack' | 'telegram'
  channel: string
  /** As the vendor calls it. */
  id: string
  text: string
  blocks: readonly Record<string, unknown>[]
  buttons: readonly Button[]
  thread: string | null
  edits: number
}

export type SlackUser = { id: string; email: string; team?: string; isStranger?: boolean }

export type Chat = {
  messages: ChatMessage[]
  /** What only one person was shown. */
  whispers: { user: string; text: string }[]
  users: SlackUser[]
  /** The payload of a press, as Slack tells of it. */
  slackPress(message: ChatMessage, button: string, user: string): Record<string, unknown>
  /** Tells the open sockets; gives whether one acknowledged before it was closed. */
  pressBySocket(message: ChatMessage, button: string, user: string): Promise<boolean>
  /** Sends a line to every open socket, as it is. */
  sendBySocket(value: unknown): void
  sockets(): number
  /** Sockets that were ever opened. */
  socketsOpened(): number
  /** Puts an update in the queue that long polling empties; gives its number. */
  telegramPress(message: ChatMessage, button: string, user: number): number
  telegramSay(text: string, user: number): number
  telegramUpdates: { update_id: number }[]
  /** Answers a call, at once or later; false: it is none of a chat. */
  answer(call: { path: string; body: string }, respond: (body: object) => void): boolean
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  setOrigin(origin: string): void
  stop(): void
}

export const TEAM_ID = 'T0TEAM'

export function createChat(): Chat {
  const messages: ChatMessage[] = []
  const whispers: Chat['whispers'] = []
  const users: SlackUser[] = []
  const updates: { update_id: number }[] = []
  const waiting = new Set<{
    offset: number
    respond: (body: object) => void
    timer: NodeJS.Timeout
  }>()
  const server = new WebSocketServer({ noServer: true })
  const sockets = new Set<WebSocket>()
  const acknowledged = new Map<string, (isThere: boolean) => void>()
  let made = 0
  let opened = 0
  let origin = ''

  const find = (channel: unknown, id: unknown): ChatMessage | undefined =>
    messages.find((one) => one.channel === String(channel) && one.id === String(id))

  function queue(update: object): number {
    const id = 1_000 + updates.length
    updates.push({ update_id: id, ...update })
    for (const poll of waiting) {
      clearTimeout(poll.timer)
      poll.respond({ ok: true, result: updates.filter((one) => one.update_id >= poll.offset) })
    }
    waiting.clear()
    return id
  }

  function slack(method: string, values: Values): object {
    if (method === 'chat.postMessage') {
      const channel = placeOf(String(values.channel))
      made += 1
      const id = `1764000000.${String(made).padStart(6, '0')}`
      messages.push({
        vendor: 'slack',
        channel,
        id,
        ...slackWords(values),
        thread: values.thread_ts === undefined ? null : String(values.thread_ts),
        edits: 0,
      })
      return { ok: true, channel, ts: id }
    }
    if (method === 'chat.update') {
      const message = find(values.channel, values.ts)
      if (!message) return { ok: false, error: 'message_not_found' }
      Object.assign(message, slackWords(values), { edits: message.edits + 1 })
      return { ok: true, channel: message.channel, ts: message.id }
    }
    if (method === 'chat.postEphemeral') {
      whispers.push({ user: String(values.user), text: String(values.text) })
      return { ok: true, message_ts: '1764000000.999999' }
    }
    if (method === 'users.lookupByEmail') {
      const user = users.find((one) => one.email === values.email)
      return user ? { ok: true, user: { id: user.id } } : { ok: false, error: 'users_not_found' }
    }
    if (method === 'users.info') {
      const user = users.find((one) => one.id === values.user)
      if (!user) return { ok: false, error: 'user_not_found' }
      const { id, email, team = TEAM_ID, isStranger = false } = user
      const profile = { email }
      return { ok: true, user: { id, team_id: team, is_stranger: isStranger, profile } }
    }
    if (method === 'apps.connections.open')
      return { ok: true, url: `${origin.replace(/^http/, 'ws')}/link` }
    return { ok: false, error: 'unknown_method' }
  }

  function telegram(method: string, values: Values): object | null {
    if (method === 'sendMessage') {
      made += 1
      const channel = String(values.chat_id)
      messages.push({
        vendor: 'telegram',
        channel,
        id: String(made),
        ...telegramWords(values),
        thread: null,
        edits: 0,
      })
      return { ok: true, result: { message_id: made, chat: { id: Number(channel) } } }
    }
    if (method === 'editMessageText') {
      const message = find(values.chat_id, values.message_id)
      if (!message) return { ok: false, error_code: 400, description: 'message to edit not found' }
      Object.assign(message, telegramWords(values), { edits: message.edits + 1 })
      return {
        ok: true,
        result: { message_id: Number(message.id), chat: { id: Number(message.channel) } },
      }
    }
    if (method === 'answerCallbackQuery') {
      whispers.push({ user: String(values.callback_query_id), text: String(values.text ?? '') })
      return { ok: true, result: true }
    }
    return null
  }

  function poll(values: Values, respond: (body: object) => void): void {
    const offset = Number(values.offset ?? 0)
    const found = updates.filter((one) => one.update_id >= offset)
    const seconds = Number(values.timeout ?? 0)
    if (found.length > 0 || seconds === 0) return respond({ ok: true, result: found })
    const one = {
      offset,
      respond,
      timer: setTimeout(() => {
        waiting.delete(one)
        respond({ ok: true, result: [] })
      }, seconds * 1_000),
    }
    waiting.add(one)
  }

  const chat: Chat = {
    messages,
    whispers,
    users,
    telegramUpdates: updates,
    slackPress(message, button, user) {
      const found = buttonOf(message, button)
      return {
        type: 'block_actions',
        user: { id: user },
        team: { id: TEAM_ID },
        container: { type: 'message', channel_id: message.channel, message_ts: message.id },
        message: { text: message.text, blocks: message.blocks },
        actions: [{ action_id: found.id, value: found.value, type: 'button' }],
      }
    },
    async pressBySocket(message, button, user) {
      made += 1
      const envelope = `envelope-${made}`
      const payload = chat.slackPress(message, button, user)
      const answered = new Promise<boolean>((done) => acknowledged.set(envelope, done))
      chat.sendBySocket({ type: 'interactive', envelope_id: envelope, payload })
      return answered
    },
    sendBySocket(value) {
      for (const socket of sockets) socket.send(JSON.stringify(value))
    },
    sockets: () => sockets.size,
    socketsOpened: () => opened,
    telegramPress(message, button, user) {
      const found = buttonOf(message, button)
      made += 1
      return queue({
        callback_query: {
          id: `query-${made}`,
          from: { id: user, is_bot: false },
          data: found.id,
          message: {
            message_id: Number(message.id),
            chat: { id: Number(message.channel), type: 'private' },
            text: message.text.replace(/<[^>]*>/g, ''),
          },
        },
      })
    },
    telegramSay: (text, user) =>
      queue({
        message: { from: { id: user, is_bot: false }, chat: { id: user, type: 'private' }, text },
      }),
    answer({ path, body }, respond) {
      const bySlack = /^\/api\/([\w.]+)$/.exec(path)?.[1]
      const byTelegram = /^\/bot[^/]+\/(\w+)$/.exec(path)?.[1]
      const values = valuesOf(body)
      if (bySlack !== undefined) respond(slack(bySlack, values))
      else if (byTelegram === 'getUpdates') poll(values, respond)
      else if (byTelegram !== undefined) respond(telegram(byTelegram, values) ?? { ok: false })
      else return false
      return true
    },
    upgrade(request, socket, head) {
      server.handleUpgrade(request, socket, head, (web) => {
        opened += 1
        sockets.add(web)
        web.on('message', (data) => {
          const { envelope_id: id } = JSON.parse(String(data)) as { envelope_id: string }
          acknowledged.get(id)?.(true)
          acknowledged.delete(id)
        })
        web.on('close', () => {
          sockets.delete(web)
          if (sockets.size > 0) return
          for (const done of acknowledged.values()) done(false)
          acknowledged.clear()
        })
        web.send(JSON.stringify({ type: 'hello' }))
      })
    },
    setOrigin(next) {
      origin = next
    },
    stop() {
      for (const { timer } of waiting) clearTimeout(timer)
      for (const socket of sockets) socket.terminate()
      server.close()
    },
  }
  return chat
}

type Values = Record<string, unknown>

function valuesOf(body: string): Values {
  try {
    return JSON.parse(body) as Values
  } catch {
    return Object.fromEntries(new URLSearchParams(body))
  }
}

/** A direct message has a room of its own; a name leads to a room. */
const placeOf = (channel: string): string => {
  if (/^[UW][A-Z0-9]+$/.test(channel)) return `D${channel}`
  return channel.startsWith('#') ? `C${channel.slice(1).toUpperCase().replace(/\W/g, '')}` : channel
}

function slackWords(values: Values): Pick<ChatMessage, 'text' | 'blocks' | 'buttons'> {
  const blocks = Array.isArray(values.blocks) ? (values.blocks as Record<string, unknown>[]) : []
  const shown = blocks.map(textOfBlock).filter((one) => one !== '')
  const elements = blocks.flatMap((one) =>
    one.type === 'actions' ? (one.elements as Record<string, unknown>[]) : [],
  )
  return {
    text: shown.length > 0 ? shown.join('\n') : String(values.text),
    blocks,
    buttons: elements.map((one) => ({
      label: String((one.text as Values).text),
      id: String(one.action_id),
      value: String(one.value ?? ''),
    })),
  }
}

function textOfBlock(block: Record<string, unknown>): string {
  if (block.type === 'section') return String((block.text as Values).text)
  if (block.type !== 'context') return ''
  return (block.elements as Values[]).map((one) => String(one.text)).join('\n')
}

function telegramWords(values: Values): Pick<ChatMessage, 'text' | 'blocks' | 'buttons'> {
  const keyboard = (values.reply_markup as { inline_keyboard?: Values[][] } | undefined)
    ?.inline_keyboard
  return {
    text: String(values.text),
    blocks: [],
    buttons: (keyboard ?? []).flat().map((one) => ({
      label: String(one.text),
      id: String(one.callback_data ?? ''),
      value: String(one.url ?? ''),
    })),
  }
}

function buttonOf(message: ChatMessage, label: string): Button {
  const found = message.buttons.find((one) => one.label === label)
  if (!found) throw new Error(`there is no button “${label}” on “${message.text}”`)
  return found
}
