/**
 * What a failed conversation with a mail server means. Replies of 4xx may pass, those of 5xx will
 * not; without a reply it counts whether the mail was on its way already. The server's words are
 * never passed on, only its codes.
 */
import type { Outcome } from '../../notify/channel.ts'

export function outcomeOf(error: unknown, isUnderWay: boolean): Outcome {
  const { responseCode, response, code, originalCode } = error as {
    responseCode?: number
    response?: string
    code?: string
    originalCode?: string
  }
  const status = responseCode ?? 0
  // A certificate is renewed, STARTTLS is switched on: nothing was said yet that must not be read.
  if (code === 'ETLS' || /CERT|SSL|TLS/.test(originalCode ?? '')) {
    return { kind: isUnderWay ? 'unknown' : 'tryAgain', reason: 'tlsFailed' }
  }
  if (status >= 400) {
    const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1]
    const detail = enhanced === undefined ? {} : { detail: `answered ${enhanced}` }
    return { kind: status < 500 ? 'tryAgain' : 'gaveUp', reason: `smtp${status}`, ...detail }
  }
  if (isUnderWay) return { kind: 'unknown', reason: REASONS[code ?? ''] ?? 'connectionReset' }
  // The server said neither yes nor no, or our own library refused to begin.
  if (code === 'EENVELOPE') return { kind: 'gaveUp', reason: 'badAddress' }
  if (code === 'EAUTH') return { kind: 'gaveUp', reason: 'unauthorized' }
  if (code === 'EMESSAGE') return { kind: 'gaveUp', reason: 'tooLarge' }
  return { kind: 'tryAgain', reason: REASONS[code ?? ''] ?? 'connectionReset' }
}

const REASONS: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'timeout',
  ECONNECTION: 'connectionReset',
  EPROTOCOL: 'badAnswer',
}
