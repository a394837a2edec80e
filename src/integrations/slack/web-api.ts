/**
 * Calls of Slack's Web API. It answers 200 also when it refuses: what counts is `ok` in the body,
 * and an answer that does not say it may have come from anybody on the way.
 */
import { type Egress, EgressError } from '../../egress/egress.ts'
import { SECOND } from '../../lib/instant.ts'
import { parseJson } from '../../lib/json.ts'
import { type Outcome, textOf } from '../../notify/channel.ts'
import type { Settings } from '../../notify/reply.ts'
import { failed, outcomeOf } from '../http-outcome.ts'

export const SLACK_API = 'https://slack.com/api'
const ANSWER_BYTES_MAX = 256 * 1024

export type Method =
  | 'chat.postMessage'
  | 'chat.update'
  | 'chat.postEphemeral'
  | 'users.lookupByEmail'
  | 'users.info'
  | 'apps.connections.open'

export type Answer = Readonly<Record<string, unknown>>
export type Called = { ok: true; answer: Answer } | { ok: false; outcome: Outcome }

export type Caller = {
  egress: Egress
  settings: Settings
  signal?: AbortSignal
  timeoutMs?: number
}

/** Methods that only read take a form; those that write take JSON. */
const BY_FORM: ReadonlySet<Method> = new Set([
  'users.lookupByEmail',
  'users.info',
  'apps.connections.open',
])

/** Never throws for what the other side does. */
export async function callSlack(
  caller: Caller,
  method: Method,
  values: Readonly<Record<string, unknown>>,
): Promise<Called> {
  const { egress, settings, signal, timeoutMs } = caller
  const tokenName = method === 'apps.connections.open' ? 'app_token' : 'bot_token'
  const token = textOf(settings, tokenName)
  if (token === '') return refused({ kind: 'gaveUp', reason: 'channelNotConfigured' })
  const isForm = BY_FORM.has(method)
  try {
    const response = await egress.request({
      method: 'POST',
      url: `${(textOf(settings, 'base_url') || SLACK_API).replace(/\/+$/, '')}/${method}`,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': isForm
          ? 'application/x-www-form-urlencoded'
          : 'application/json; charset=utf-8',
      },
      body: isForm ? formOf(values) : JSON.stringify(values),
      signal,
      timeoutMs,
      responseBytesMax: ANSWER_BYTES_MAX,
    })
    if (response.status < 200 || response.status >= 300)
      return refused(outcomeOf(response.status, response.retryAfterMs))
    return read(response.body, response.retryAfterMs)
  } catch (cause) {
    if (cause instanceof EgressError) return refused(failed(cause))
    throw cause
  }
}

const refused = (outcome: Outcome): Called => ({ ok: false, outcome })

const formOf = (values: Readonly<Record<string, unknown>>): string =>
  new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()

function read(body: string, retryAfterMs: number | null): Called {
  const parsed = parseJson(body)
  const answer = parsed.ok && isObject(parsed.value) ? parsed.value : {}
  if (answer.ok === true) return { ok: true, answer }
  if (answer.ok !== false) return refused({ kind: 'unknown', reason: 'badAnswer' })
  return refused(outcomeOfError(typeof answer.error === 'string' ? answer.error : '', retryAfterMs))
}

/** Slack's own words for what went wrong, as the engine has to take them. */
export function outcomeOfError(error: string, retryAfterMs: number | null = null): Outcome {
  const said = /^[a-z_]{1,60}$/.test(error) ? { detail: error } : {}
  if (error === 'ratelimited' || error === 'rate_limited')
    return {
      kind: 'tryAgain',
      reason: 'rateLimited',
      retryAfterMs: retryAfterMs ?? 30 * SECOND,
      ...said,
    }
  // By its documentation some of it may have been done.
  if (error === 'internal_error' || error === 'fatal_error')
    return { kind: 'unknown', reason: 'providerFailed', ...said }
  if (error === 'service_unavailable' || error === 'request_timeout')
    return { kind: 'tryAgain', reason: 'unavailable', ...said }
  return { kind: 'gaveUp', reason: GAVE_UP[error] ?? 'refused', ...said }
}

const GAVE_UP: Readonly<Record<string, string>> = {
  invalid_auth: 'unauthorized',
  not_authed: 'unauthorized',
  account_inactive: 'unauthorized',
  token_revoked: 'unauthorized',
  token_expired: 'unauthorized',
  not_allowed_token_type: 'unauthorized',
  org_login_required: 'unauthorized',
  access_denied: 'unauthorized',
  no_permission: 'missingScope',
  missing_scope: 'missingScope',
  channel_not_found: 'noSuchAddress',
  user_not_found: 'noSuchAddress',
  users_not_found: 'noSuchAddress',
  user_not_visible: 'noSuchAddress',
  user_disabled: 'noSuchAddress',
  cannot_dm_bot: 'noSuchAddress',
  messages_tab_disabled: 'messagesDisabled',
  not_in_channel: 'notInChannel',
  is_archived: 'roomArchived',
  message_not_found: 'messageGone',
  cant_update_message: 'messageGone',
  edit_window_closed: 'messageGone',
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One value of an answer as an object; empty where it is none. */
export const objectOf = (value: unknown, name: string): Record<string, unknown> =>
  isObject(value) && isObject(value[name]) ? value[name] : {}
