/**
 * Calls by whatever can dial: one signed webhook with the number and the words, and addresses that
 * act for the keys. A PBX with a few lines of script is enough.
 */
import type { EgressResponse } from '../../egress/egress.ts'
import type { Carrier } from '../../notify/carrier.ts'
import { type Outcome, type Outgoing, textOf } from '../../notify/channel.ts'
import { KEYS_SENTENCE, NO_KEYS_SENTENCE, speech } from '../../notify/speech.ts'
import { CARRIER_CALL_MS, type CarrierDeps, jsonOf } from '../carrier.ts'
import { postSigned } from '../webhook/post.ts'
import { webhookId } from '../webhook/sign.ts'
import { describeVoiceWebhook } from './describe.ts'

export { describeVoiceWebhook } from './describe.ts'

export function createVoiceWebhookCarrier(deps: CarrierDeps): Carrier {
  return {
    describe: describeVoiceWebhook,
    send: (_medium, message, number, settings, signal) =>
      postSigned(
        deps.egress,
        message,
        {
          url: textOf(settings, 'url'),
          secrets: textOf(settings, 'secret'),
          body: bodyOf(message, number, deps.publicUrl),
          signal,
          timeoutMs: deps.callMs ?? CARRIER_CALL_MS,
        },
        read,
      ),
  }
}

function bodyOf(message: Outgoing, number: string, publicUrl: string | null): string {
  const { url, actions } = message
  return JSON.stringify({
    number,
    say: sayOf(message),
    url,
    // The key that each address stands for, in the order of the keys.
    actions: actions.map((action) => ({ ...action, key: KEYS[action.verb] })),
    idempotencyKey: webhookId(message.idempotencyKey),
    callbackUrl: publicUrl === null ? null : `${publicUrl}/hooks/voice-webhook/status`,
  })
}

const KEYS = { acknowledge: '1', escalate: '2', notMine: '3' } as const

function sayOf(message: Outgoing): string[] {
  const opening = message.drill ? 'This is Allclear with a drill.' : 'This is Allclear.'
  const said = [opening, ...speech({ ...message, severity: textOf(message.data, 'severity') })]
  if (message.kind !== 'page') return said
  return [...said, message.actions.length > 0 ? KEYS_SENTENCE : NO_KEYS_SENTENCE]
}

function read({ body }: EgressResponse): Outcome {
  const { id } = jsonOf(body)
  const isId = typeof id === 'string' || typeof id === 'number'
  return { kind: 'sent', providerId: isId ? String(id).slice(0, 64) : null }
}
