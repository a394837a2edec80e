/**
 * What the provider's error codes mean to us: whether it is the number that will not work, by
 * whichever carrier, or this account, where another carrier may.
 */
import type { EgressResponse } from '../../egress/egress.ts'
import type { Outcome } from '../../notify/channel.ts'
import { jsonOf } from '../carrier.ts'

const REASONS: Readonly<Record<number, string>> = {
  // The number.
  21211: 'invalidNumber',
  21214: 'invalidNumber',
  21217: 'invalidNumber',
  21614: 'invalidNumber',
  13223: 'invalidNumber',
  13224: 'invalidNumber',
  21610: 'stopped',
  13227: 'blockedCountry',
  21215: 'blockedCountry',
  21216: 'blockedCountry',
  21408: 'blockedCountry',
  // The account.
  20003: 'unauthorized',
  20006: 'unauthorized',
  20403: 'unauthorized',
  10001: 'accountClosed',
  20005: 'accountClosed',
  30002: 'accountClosed',
  10002: 'trialAccount',
  21608: 'trialAccount',
  21212: 'badSender',
  21603: 'badSender',
  21606: 'badSender',
  21611: 'senderQueueFull',
  21612: 'badSender',
  21659: 'badSender',
}
const BUSY: ReadonlySet<number> = new Set([14107, 20429, 21611, 30001, 63018])

export function refusalOf({ status, body, retryAfterMs }: EgressResponse): Outcome | null {
  if (status === 402) return { kind: 'gaveUp', reason: 'noCredit' }
  const { code } = jsonOf(body)
  if (typeof code !== 'number') return null
  if (BUSY.has(code)) {
    const reason = REASONS[code] ?? 'tooManyRequests'
    return retryAfterMs === null
      ? { kind: 'tryAgain', reason }
      : { kind: 'tryAgain', reason, retryAfterMs }
  }
  const reason = REASONS[code]
  // An overloaded gateway may write anything: only a refusal is read for its code.
  return reason === undefined || status >= 500 ? null : { kind: 'gaveUp', reason }
}
