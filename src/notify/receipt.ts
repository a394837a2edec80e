/** Proof of page: what was accepted, decided, attempted, answered and acknowledged, with times. */
import { type Instant, toIso } from '../lib/instant.ts'
import type { Attempt, Page } from './page.ts'
import type { Delivery } from './reply.ts'

export type ReceiptFacts = {
  title: string
  severity: string
  service: string | null
  alertOpenedAt: Instant
  person: string
  contactOf: (contactId: string) => string
  acknowledgedBy: string | null
  acknowledgedAt: Instant | null
}

const OUTCOMES: Readonly<Record<Attempt['status'], string>> = {
  waiting: 'waits for its turn',
  claimed: 'under way',
  sent: 'accepted by the provider',
  failed: 'failed',
  unknown: 'unknown: the answer was lost, the provider may have it',
  cancelled: 'not sent, no longer wanted',
}

const DELIVERIES: Readonly<Record<Delivery, string>> = {
  delivered: 'arrived, by the word of the provider',
  undelivered: 'did not arrive, by the word of the provider',
  unknown: 'the provider does not know whether it arrived',
}

const deliveryOf = ({ delivery, deliveryReason }: Attempt): string =>
  `${delivery === null ? '' : DELIVERIES[delivery]}${deliveryReason === null ? '' : ` (${deliveryReason})`}`

/** Of a try that waits, the carrier is still that of the one before. */
const carrierOf = ({ status, carrier, passedOver }: Attempt): string => {
  if (carrier === null || status === 'waiting') return ''
  return ` by ${carrier}${passedOver === null ? '' : `, not taken by ${passedOver.split(' ').join(' and ')}`}`
}

/** Plain text, to be kept. Times in UTC to the millisecond. */
export function receiptText(
  page: Page & { attempts: readonly Attempt[] },
  facts: ReceiptFacts,
): string {
  const lines = [
    'RECEIPT OF A PAGE',
    `Page          ${page.id}`,
    `Alert         ${facts.title}`,
    `Service       ${facts.service ?? 'none'} (${facts.severity})`,
    `Fired         ${toIso(facts.alertOpenedAt)}`,
    `Decided       ${toIso(page.openedAt)}  page ${facts.person}, level ${page.step + 1}, round ${page.round + 1}, because of ${page.via}`,
    '',
  ]
  for (const attempt of page.attempts) {
    const by = `${attempt.channel}${carrierOf(attempt)} (${facts.contactOf(attempt.contactId)}), try ${attempt.tryNumber}`
    lines.push(`Due           ${toIso(attempt.dueAt)}  ${by}`)
    if (attempt.startedAt !== null) lines.push(`  started     ${toIso(attempt.startedAt)}`)
    if (attempt.finishedAt !== null || attempt.status === 'claimed') {
      const reason = attempt.reason ? ` (${attempt.reason})` : ''
      const provider = attempt.providerId ? `, provider's id ${attempt.providerId}` : ''
      const bundled = attempt.bundledInto ? ', together with others in one message' : ''
      lines.push(
        `  outcome     ${attempt.finishedAt === null ? '' : `${toIso(attempt.finishedAt)}  `}${OUTCOMES[attempt.status]}${reason}${provider}${bundled}`,
      )
      if (attempt.delivery !== null) lines.push(`  delivery    ${deliveryOf(attempt)}`)
    }
  }
  lines.push('')
  if (facts.acknowledgedAt !== null)
    lines.push(
      `Acknowledged  ${toIso(facts.acknowledgedAt)}  by ${facts.acknowledgedBy ?? 'the source'}`,
    )
  lines.push(
    page.closedAt === null
      ? 'Ended         still open'
      : `Ended         ${toIso(page.closedAt)}  ${page.status} (${page.closedBecause})`,
  )
  return `${lines.join('\n')}\n`
}

export const firstStartedAt = (attempts: readonly Attempt[]): Instant | null => {
  const started = attempts.map((attempt) => attempt.startedAt).filter((at) => at !== null)
  return started.length === 0 ? null : Math.min(...started)
}
