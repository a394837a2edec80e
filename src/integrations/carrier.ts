/** What all carriers need besides what they are given with a message. */
import type { Egress } from '../egress/egress.ts'
import type { Outgoing } from '../notify/channel.ts'

export type CarrierDeps = {
  egress: Egress
  /** Where providers can reach us, if anywhere: set by the operator, never guessed. No slash at the end. */
  publicUrl: string | null
  /** How long one call may take. */
  callMs?: number
}

/** Short enough for the next carrier to have its turn within the same try. */
export const CARRIER_CALL_MS = 7_000

/** The token that names the page to whatever comes back: the last part of its address. */
export function tokenOf({ url, actions }: Outgoing): string | null {
  // Several pages in one message have no buttons: a key would answer one of them only.
  if (actions.length === 0) return null
  return /\/p\/([\w.-]{1,200})$/.exec(url ?? '')?.[1] ?? null
}

/** The object of a JSON answer; empty where it is none. */
export function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
