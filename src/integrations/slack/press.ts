/**
 * A button that was pressed, whichever way Slack told of it: who pressed it, what they are told, and
 * what the message shows from then on. Everything goes to the Web API; no address is taken from
 * what came in.
 */
import type { Egress } from '../../egress/egress.ts'
import { SECOND } from '../../lib/instant.ts'
import type { Hear, Heard, Said, Settings } from '../../notify/reply.ts'
import { type Answer, callSlack, isObject, objectOf } from './web-api.ts'
import { type Block, escapeWithin, readActionId, said as saidBlock } from './words.ts'

/** Slack shows an error to whoever pressed when it is not answered within three seconds. */
export const ANSWER_MS = 2_500
const CALL_MS = 5 * SECOND
const USER = /^[UW][A-Z0-9]{2,30}$/
const BLOCKS_KEPT_MAX = 10
const KNOWN_MAX = 2_000

export type Interaction = {
  settings: Settings
  payload: Readonly<Record<string, unknown>>
  /** What makes this very press one of its kind. */
  once: string
}

/** Rejects where it could not be heard: nothing has been done then. */
export type Press = (interaction: Interaction, hear: Hear) => Promise<void>

export function createPress(egress: Egress): Press {
  const known = new Map<string, string | null>()

  /**
   * The address that Slack has confirmed for a member of the workspace the app is in. A stranger
   * from a shared channel is not known by an address that their own workspace wrote down.
   */
  async function emailOf(settings: Settings, user: string, team: unknown): Promise<string | null> {
    const key = `${String(team)} ${user}`
    const before = known.get(key)
    if (before !== undefined) return before
    const called = await callSlack({ egress, settings, timeoutMs: CALL_MS }, 'users.info', { user })
    if (!called.ok) return null
    const found = ownEmail(objectOf(called.answer, 'user'), team)
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(key, found)
    return found
  }

  return async ({ settings, payload, once }, hear) => {
    if (payload.type !== 'block_actions') return
    const [action] = Array.isArray(payload.actions) ? payload.actions : []
    const pressed = readActionId(isObject(action) ? action.action_id : null)
    const token = isObject(action) ? action.value : null
    const user = objectOf(payload, 'user').id
    if (!pressed || typeof token !== 'string' || token.length > 200) return
    if (typeof user !== 'string' || !USER.test(user)) return
    const email = await emailOf(settings, user, objectOf(payload, 'team').id)
    const from: Heard = { kind: 'slack', address: user, also: email === null ? [] : [email] }
    const { about, answer } = pressed
    const what = about === 'post' ? 'pressedPost' : 'pressed'
    const said = await hear({ what, token, answer, from, once })
    const shown = about === 'page' && said.done ? redrawn(payload, said) : null
    const told = shown ?? privately(payload, user, said)
    if (told) await callSlack({ egress, settings, timeoutMs: CALL_MS }, told.method, told.values)
  }
}

type Told = { method: 'chat.update' | 'chat.postEphemeral'; values: Record<string, unknown> }

/** The message as it was, with what was answered in the place of its buttons. */
function redrawn(payload: Answer, said: Said): Told | null {
  const { channel_id: channel, message_ts: ts } = objectOf(payload, 'container')
  const message = objectOf(payload, 'message')
  if (typeof channel !== 'string' || typeof ts !== 'string' || said.sentence === null) return null
  const before = Array.isArray(message.blocks) ? message.blocks.filter(isObject) : []
  const kept: Block[] = before.filter((block) => block.type === 'section').slice(0, BLOCKS_KEPT_MAX)
  const text = typeof message.text === 'string' ? message.text.slice(0, 3_000) : ''
  const blocks = [...kept, saidBlock(said.sentence)]
  return { method: 'chat.update', values: { channel, ts, text, blocks } }
}

/** Only whoever pressed sees it. */
function privately(payload: Answer, user: string, said: Said): Told | null {
  const { channel_id: channel } = objectOf(payload, 'container')
  if (typeof channel !== 'string' || said.sentence === null) return null
  return {
    method: 'chat.postEphemeral',
    values: { channel, user, text: escapeWithin(said.sentence, 2_000) },
  }
}

function ownEmail(user: Record<string, unknown>, team: unknown): string | null {
  const { email } = objectOf(user, 'profile')
  const isOurs = typeof team === 'string' && user.team_id === team && user.deleted !== true
  const isConfirmed = user.is_email_confirmed !== false && user.is_stranger !== true
  return isOurs && isConfirmed && typeof email === 'string' && email.includes('@') ? email : null
}

/** Waits for the work, but not longer than so; what is late goes on. Rejects only in time. */
export async function orLater(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, milliseconds)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
