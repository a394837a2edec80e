/** Signatures by the Standard Webhooks specification 1.0. */
import { createHash, createHmac } from 'node:crypto'

/** The same over all tries of a slot, and without the dots that the specification forbids. */
export const webhookId = (idempotencyKey: string): string =>
  `msg_${createHash('sha256').update(idempotencyKey).digest('base64url').slice(0, 27)}`

/**
 * `v1,<base64 HMAC-SHA256 of id.timestamp.body>`, one for each of the secrets, so that a receiver
 * can change over at its leisure. Empty without a secret.
 */
export function sign(secrets: string, id: string, timestamp: number, body: string): string {
  return secrets
    .split(/\s+/)
    .filter((secret) => secret !== '')
    .map((secret) => {
      const text = `${id}.${timestamp}.${body}`
      return `v1,${createHmac('sha256', keyOf(secret)).update(text).digest('base64')}`
    })
    .join(' ')
}

/** `whsec_` and base64, as the specification has it; any other text is taken as it stands. */
function keyOf(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/_=-]+)$/.exec(secret)?.[1]
  return encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64')
}
