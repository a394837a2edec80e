/** Calls of Telegram's Bot API. The token is a part of the address, so no address is ever logged. */
import { type Egress, EgressError, type EgressResponse } from '../../egress/egress.ts'
import { SECOND } from '../../lib/instant.ts'
import { parseJson } from '../../lib/json.ts'
import { type Outcome, textOf } from '../../notify/channel.ts'
import type { Settings } from '../../notify/reply.ts'
import { failed, outcomeOf } from '../http-outcome.ts'

export const TELEGRAM_API = 'https://api.telegram.org'
const TOKEN = /^\d{3,20}:[\w-]{10,100}$/
const RETRY_AFTER_S_MAX = 3_600

export type Method = 'sendMessage' | 'editMessageText' | 'answerCallbackQuery' | 'getUpdates'

export type Called = { ok: true; result: unknown } | { ok: false; outcome: Outcome }

export type Caller = {
  egress: Egress
  settings: Settings
  signal?: AbortSignal
  timeoutMs?: number
}

/** Never throws for what the other side does. */
export async function callTelegram(
  { egress, settings, signal, timeoutMs }: Caller,
  method: Method,
  values: Readonly<Record<string, unknown>>,
): Promise<Called> {
  const token = textOf(settings, 'bot_token')
  if (token === '') return refused({ kind: 'gaveUp', reason: 'channelNotConfigured' })
  if (!TOKEN.test(token)) return refused({ kind: 'gaveUp', reason: 'badToken' })
  const base = (textOf(settings, 'base_url') || TELEGRAM_API).replace(/\/+$/, '')
  try {
    const response = await egress.request({
      method: 'POST',
      url: `${base}/bot${token}/${method}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(values),
      signal,
      timeoutMs,
    })
    return read(response)
  } catch (cause) {
    if (cause instanceof EgressError) return refused(failed(cause))
    throw cause
  }
}

const refused = (outcome: Outcome): Called => ({ ok: false, outcome })

function read({ status, body, retryAfterMs }: EgressResponse): Called {
  const parsed = parseJson(body, { ...LIMITS })
  const answer = parsed.ok && isObject(parsed.value) ? parsed.value : {}
  if (status >= 200 && status < 300) {
    if (answer.ok === true) return { ok: true, result: answer.result }
    if (answer.ok !== false) return refused({ kind: 'unknown', reason: 'badAnswer' })
  }
  const code = status >= 400 ? status : Number(answer.error_code) || 400
  return refused(outcomeOfError(code, answer, retryAfterMs))
}

/** An update holds a whole message; a hundred of them come at once. */
const LIMITS = { bytesMax: 1_000_000, depthMax: 64, keysMax: 50_000, stringMax: 64 * 1024 }

function outcomeOfError(
  code: number,
  answer: Record<string, unknown>,
  retryAfterMs: number | null,
): Outcome {
  const asked = isObject(answer.parameters) ? Number(answer.parameters.retry_after) : Number.NaN
  const wait = asked > 0 && asked <= RETRY_AFTER_S_MAX ? Math.ceil(asked) * SECOND : retryAfterMs
  if (code === 429 || code >= 500) return outcomeOf(code, wait)
  const description = typeof answer.description === 'string' ? answer.description : ''
  for (const [pattern, reason] of GAVE_UP)
    if (pattern.test(description)) return { kind: 'gaveUp', reason }
  return code === 401 ? { kind: 'gaveUp', reason: 'unauthorized' } : outcomeOf(code, wait)
}

const GAVE_UP: readonly (readonly [RegExp, string])[] = [
  [/chat not found|user not found|PEER_ID_INVALID/i, 'noSuchAddress'],
  [/bot was blocked by the user|user is deactivated/i, 'stoppedByReceiver'],
  [/can't initiate conversation/i, 'noSuchAddress'],
  [/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i, 'messageGone'],
  [/message is not modified/i, 'notModified'],
]

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objectOf = (value: unknown, name: string): Record<string, unknown> =>
  isObject(value) && isObject(value[name]) ? value[name] : {}
