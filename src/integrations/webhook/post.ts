/** One signed POST by the Standard Webhooks specification, for everything of ours that is a webhook. */
import type { Egress, EgressResponse } from '../../egress/egress.ts'
import type { Outcome, Outgoing } from '../../notify/channel.ts'
import { post } from '../http-outcome.ts'
import { sign, webhookId } from './sign.ts'

/** An answer is read for little more than its status. */
const ANSWER_BYTES_MAX = 16_384

export type SignedPost = {
  url: string
  /** With blanks between; empty: it goes unsigned. */
  secrets: string
  body: string
  signal: AbortSignal
  timeoutMs: number | undefined
}

export function postSigned(
  egress: Egress,
  { idempotencyKey, at }: Pick<Outgoing, 'idempotencyKey' | 'at'>,
  { url, secrets, body, signal, timeoutMs }: SignedPost,
  read?: (response: EgressResponse) => Outcome,
): Promise<Outcome> {
  const id = webhookId(idempotencyKey)
  const timestamp = Math.floor(at / 1_000)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
  }
  const signature = sign(secrets, id, timestamp, body)
  if (signature !== '') headers['webhook-signature'] = signature
  const responseBytesMax = ANSWER_BYTES_MAX
  return post(
    egress,
    { method: 'POST', url, headers, body, signal, timeoutMs, responseBytesMax },
    read,
  )
}
