/**
 * The words of a page. Read at three in the morning, on a lock screen: what is broken first, then
 * since when and how bad, then what happens if nobody answers. All alert text is data: it is cut
 * and stripped of control characters here, and escaped by whatever shows it.
 */
import type { Group } from '../alerts/alert.ts'
import type { Instant } from '../lib/instant.ts'
import { printable, truncate } from '../lib/text.ts'
import { formatLocal } from '../lib/zone.ts'
import type { Outgoing } from './channel.ts'
import type { Attempt, Page } from './page.ts'

export const TITLE_MAX = 200
const NAMED_MAX = 10

export type Told = {
  page: Page
  attempt: Attempt
  group: Group
  serviceName: string | null
}

export type MessageFacts = {
  now: Instant
  timezone: string
  /** Signed address of the page screen, and of the verbs that act by POST. Null: no public address. */
  linkFor: (pageId: string) => string | null
  /** By what it is answered in a mail and in a text. Left out: by its link alone. */
  answersFor?: (page: { id: string; personId: string }) => { replyToken: string; code: string }
  /** "Ben is paged at 14:07" — what happens if nobody answers, from the engine's own preview. */
  next: string | null
}

/** Builds what is sent for one page, or for several that go out together. */
export function compose(lead: Told, others: readonly Told[], facts: MessageFacts): Outgoing {
  const url = facts.linkFor(lead.page.id)
  const base = {
    kind: 'page',
    idempotencyKey: `${lead.page.id}:${lead.attempt.slot}`,
    attemptId: lead.attempt.id,
    at: facts.now,
    urgency: lead.page.urgency,
    url,
    drill: lead.page.drillId !== null,
    ...(lead.attempt.tryNumber === 1
      ? {}
      : { again: { since: lead.attempt.dueAt, carrier: lead.attempt.carrier } }),
  } as const
  const actions = url === null ? [] : actionsAt(url)
  if (others.length === 0) {
    return {
      ...base,
      ...facts.answersFor?.(lead.page),
      title: titleOf(lead),
      body: bodyOf(lead, facts),
      actions,
      data: dataOf(lead),
    }
  }
  const all = [lead, ...others]
  const named = all.slice(0, NAMED_MAX).map((told) => `• ${titleOf(told)}`)
  const rest = all.length - named.length
  if (rest > 0) named.push(`… and ${rest} more`)
  return {
    ...base,
    idempotencyKey: `${base.idempotencyKey}:${all.length}`,
    title: `${all.length} alerts are waiting for you`,
    body: [...named, ...(facts.next === null ? [] : [`If you do nothing: ${facts.next}`])].join(
      '\n',
    ),
    actions: [],
    data: { bundle: all.map(dataOf) },
  }
}

const actionsAt = (url: string): Outgoing['actions'] => [
  { verb: 'acknowledge', label: 'Acknowledge', url: `${url}/acknowledge` },
  { verb: 'escalate', label: 'Escalate now', url: `${url}/escalate` },
  { verb: 'notMine', label: 'Not mine', url: `${url}/not-mine` },
]

function titleOf({ group, serviceName }: Told): string {
  const prefix = serviceName === null ? '' : `${serviceName}: `
  const more = group.openCount > 1 ? ` (${group.openCount} alerts)` : ''
  return truncate(printable(`${prefix}${group.title}`).replace(/\s+/g, ' '), TITLE_MAX) + more
}

function bodyOf({ group, page, attempt }: Told, facts: MessageFacts): string {
  const lines = [`${capital(group.severity)} since ${formatLocal(group.openedAt, facts.timezone)}`]
  if (page.isFallback) lines.push('Nobody on the escalation answered. You are the last resort.')
  else if (page.round > 0) lines.push(`Round ${page.round + 1}: nobody has answered so far.`)
  if (attempt.slot > 0) lines.push('You have not answered yet.')
  if (facts.next !== null) lines.push(`If you do nothing: ${facts.next}`)
  return lines.join('\n')
}

const dataOf = ({ page, group, attempt, serviceName }: Told): Record<string, unknown> => ({
  pageId: page.id,
  alertGroupId: group.id,
  personId: page.personId,
  service: serviceName,
  severity: group.severity,
  title: group.title,
  level: page.step + 1,
  round: page.round + 1,
  attempt: attempt.tryNumber,
  openedAt: page.openedAt,
})

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
