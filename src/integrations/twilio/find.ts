/**
 * Whether a text was taken although its answer was lost. The provider has no idempotency key: before
 * the same carrier is given a text once more, its own list of late messages is asked for it. Where
 * the list cannot be read the text is sent: one too many beats one too few.
 */
import type { EgressResponse } from '../../egress/egress.ts'
import { SECOND, toIso } from '../../lib/instant.ts'
import type { Outgoing } from '../../notify/channel.ts'
import { jsonOf } from '../carrier.ts'

/** How far the provider's clock may be behind ours. */
const SKEW_MS = 30 * SECOND
const PAGE_SIZE = 50

export function listUrl(messagesUrl: string, number: string, since: number): string {
  const query = new URLSearchParams({
    To: number,
    'DateSent>': toIso(since - SKEW_MS).slice(0, 10),
    PageSize: String(PAGE_SIZE),
  })
  return `${messagesUrl}?${query}`
}

/** The provider's id of the same text to the same number since then; null: it is not there. */
export function findTaken(
  { status, body }: Pick<EgressResponse, 'status' | 'body'>,
  message: Pick<Outgoing, 'url'>,
  wanted: { number: string; text: string; since: number },
): string | null {
  const { messages } = jsonOf(body)
  if (status !== 200 || !Array.isArray(messages)) return null
  for (const one of messages.slice(0, PAGE_SIZE) as unknown[]) {
    const row = typeof one === 'object' && one !== null ? (one as Record<string, unknown>) : {}
    const { sid, to, body: said, date_created: created, status: became } = row
    if (typeof sid !== 'string' || typeof said !== 'string' || to !== wanted.number) continue
    if (became === 'failed' || became === 'canceled') continue
    const at = Date.parse(String(created))
    if (!(at >= wanted.since - SKEW_MS)) continue
    // The link names the page and so the person; other words may have changed since.
    if (message.url === null ? said === wanted.text : said.includes(message.url))
      return sid.slice(0, 64)
  }
  return null
}
