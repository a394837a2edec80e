/**
 * Socket mode: Slack is called, and tells over that connection what was pressed. It needs no public
 * address. The connection outlives one round of listening, because Slack counts how often one is
 * opened; when nobody comes back to it, it is closed, so that another node gets what is pressed.
 */
import type { Egress, OpenWebSocket } from '../../egress/egress.ts'
import { SECOND } from '../../lib/instant.ts'
import { parseJson } from '../../lib/json.ts'
import { textOf } from '../../notify/channel.ts'
import type { Hear, Listener, Settings } from '../../notify/reply.ts'
import { ANSWER_MS, createPress, orLater, type Press } from './press.ts'
import { callSlack, isObject } from './web-api.ts'

const OPEN_MS = 8 * SECOND
/** Nobody came back to listen: let go of it. */
const ABANDONED_MS = 5 * SECOND
const WAITING_MAX = 1_000

type Envelope = Readonly<Record<string, unknown>>

type Line = {
  key: string
  socket: OpenWebSocket
  waiting: Envelope[]
  /** Told whenever something came, or the connection ended. */
  onNews: () => void
  isOver: boolean
  /** Rounds that listen on it: two where the last one is just ending. */
  rounds: number
  abandoned: NodeJS.Timeout | null
}

export function createSlackListener(egress: Egress, press: Press = createPress(egress)): Listener {
  let line: Line | null = null

  async function lineFor(settings: Settings, signal: AbortSignal): Promise<Line> {
    const key = `${textOf(settings, 'base_url')} ${textOf(settings, 'app_token')}`
    if (line && (line.isOver || line.key !== key)) hangUp(line)
    line = line && !line.isOver ? line : await open(egress, settings, key, signal)
    if (line.abandoned) clearTimeout(line.abandoned)
    line.rounds += 1
    return line
  }

  function leave(left: Line): void {
    left.rounds -= 1
    if (left.rounds > 0) return
    left.abandoned = setTimeout(hangUp, ABANDONED_MS, left)
    left.abandoned.unref()
  }

  return {
    vendor: 'slack',
    isWanted: (settings) =>
      textOf(settings, 'app_token') !== '' && textOf(settings, 'bot_token') !== '',
    async listen(settings, cursor, hear, signal) {
      const held = await lineFor(settings, signal).catch((cause: unknown) => {
        if (signal.aborted) return null
        throw cause
      })
      if (!held) return cursor
      const onAbort = (): void => held.onNews()
      signal.addEventListener('abort', onAbort)
      try {
        while (!signal.aborted) {
          const envelope = held.waiting.shift()
          if (envelope) await answer(held, envelope, { settings, hear, press })
          else if (held.isOver) break
          else await new Promise<void>((news) => (held.onNews = news))
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
        leave(held)
      }
      return cursor
    },
  }
}

function hangUp(line: Line): void {
  line.isOver = true
  if (line.abandoned) clearTimeout(line.abandoned)
  line.socket.close()
}

/** @throws EgressError where there is no connection to be had */
async function open(
  egress: Egress,
  settings: Settings,
  key: string,
  signal: AbortSignal,
): Promise<Line> {
  const called = await callSlack(
    { egress, settings, signal, timeoutMs: OPEN_MS },
    'apps.connections.open',
    {},
  )
  if (!called.ok) throw new Error(`socket mode: ${reasonOf(called.outcome)}`)
  const url = typeof called.answer.url === 'string' ? called.answer.url : ''
  const line: Omit<Line, 'socket'> = {
    key,
    waiting: [],
    onNews: () => undefined,
    isOver: false,
    rounds: 0,
    abandoned: null,
  }
  const socket = await egress.webSocket({
    url,
    timeoutMs: OPEN_MS,
    signal,
    onText(text) {
      take(line, text)
      line.onNews()
    },
    onClose() {
      line.isOver = true
      line.onNews()
    },
  })
  return Object.assign(line, { socket })
}

function take(line: Omit<Line, 'socket'>, text: string): void {
  const parsed = parseJson(text)
  if (!parsed.ok || !isObject(parsed.value)) return
  // Slack is about to end it: what has come is answered, and the next round calls again.
  if (parsed.value.type === 'disconnect') line.isOver = true
  else if (line.waiting.length < WAITING_MAX) line.waiting.push(parsed.value)
}

/** What could not be heard is not acknowledged: Slack says so to whoever pressed. */
async function answer(
  line: Line,
  envelope: Envelope,
  doing: { settings: Settings; hear: Hear; press: Press },
): Promise<void> {
  const { envelope_id: id, type, payload } = envelope
  if (typeof id !== 'string' || id.length > 200) return
  if (type === 'interactive' && isObject(payload)) {
    const { settings, hear, press } = doing
    await orLater(press({ settings, payload, once: id }, hear), ANSWER_MS)
  }
  line.socket.send(JSON.stringify({ envelope_id: id }))
}

const reasonOf = (outcome: object): string =>
  'reason' in outcome ? String(outcome.reason) : 'refused'
