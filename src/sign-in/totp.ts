/**
 * Codes that change with time (RFC 6238): HMAC-SHA1, six digits, thirty seconds, as every app has
 * them. A code is good in its own step and in the ones beside it, for clocks differ; never twice.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { isSame, toBase32 } from '../access/secret.ts'
import type { Instant } from '../lib/instant.ts'

const STEP_MS = 30_000
const STEPS_BESIDE = 1
const DIGITS = 6

export const makeTotpSecret = (): Buffer => randomBytes(20)

export const stepAt = (at: Instant): number => Math.floor(at / STEP_MS)

export function codeAt(secret: Buffer, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const number = mac.readUInt32BE(offset) & 0x7f_ff_ff_ff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The step that the code belongs to, later than the last that was used; null: it is wrong. */
export function stepOf(
  secret: Buffer,
  code: string,
  now: Instant,
  lastStep: number,
): number | null {
  let found: number | null = null
  for (let step = stepAt(now) - STEPS_BESIDE; step <= stepAt(now) + STEPS_BESIDE; step += 1) {
    if (step > lastStep && isSame(codeAt(secret, step), code)) found ??= step
  }
  return found
}

/** The secret as people type it, where no camera is at hand. */
export const writeSecret = (secret: Buffer): string => toBase32(secret).toUpperCase()

/** What an app reads from the picture. */
export function otpauthUri(secret: Buffer, organisation: string, account: string): string {
  const issuer = organisation.replaceAll(':', ' ')
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${writeSecret(secret)}&issuer=${encodeURIComponent(issuer)}`
}
