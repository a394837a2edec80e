/** The door that Telegram calls after `setWebhook`: `POST /hooks/telegram`. */
import type { Egress } from '../../egress/egress.ts'
import { parseJson } from '../../lib/json.ts'
import { textOf } from '../../notify/channel.ts'
import type { Ear, HookReply } from '../../notify/reply.ts'
import { isSameText } from '../same.ts'
import { isObject } from './bot-api.ts'
import { createReceive } from './update.ts'

const SECRET = /^[\w-]{16,256}$/
const SEEN_MAX = 10_000

const plain = (status: number): HookReply => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: '',
})

export function createTelegramEar(egress: Egress): Ear {
  const receive = createReceive(egress)
  /** Updates of this process; what another node took is known by the `once` of what is heard. */
  const seen = new Set<number>()
  return {
    vendor: 'telegram',
    async hear(request, settings, hear) {
      const secret = textOf(settings, 'webhook_secret')
      const given = request.headers.get('x-telegram-bot-api-secret-token') ?? ''
      // A short secret is no secret: whoever guesses it answers for everybody.
      const isTheirs = isSameText(given, secret) && SECRET.test(secret)
      if (!isTheirs || request.method !== 'POST') return plain(403)
      const parsed = parseJson(request.body)
      if (!parsed.ok || !isObject(parsed.value)) return plain(400)
      const id = parsed.value.update_id
      if (typeof id !== 'number') return plain(400)
      // Telegram sends one again when our answer was lost: it was heard, so that is the answer.
      if (seen.has(id)) return plain(200)
      await receive(parsed.value, settings, hear)
      if (seen.size >= SEEN_MAX) seen.clear()
      seen.add(id)
      return plain(200)
    },
  }
}
