/** What somebody hears who has answered a page: the same sentences at every door. */
import type { Group } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import { formatTime } from '../lib/zone.ts'
import type { Page } from '../notify/page.ts'
import type { Answer } from '../notify/reply.ts'
import type { Acted } from './act.ts'

/** So long a page can be answered without signing in, by its link or by a reply. */
export const ANSWER_MS = 7 * DAY

/** Whom the sentences are for: names, and times in the reader's zone. */
export type Reader = { personId: Id; name: (id: unknown) => string; zone: string }

const NOTHING: Readonly<Record<string, (by: string, at: string) => string>> = {
  alreadyAcknowledged: (by, at) => `Already acknowledged${by}${at}.`,
  alreadyResolved: (_by, at) => `Already resolved${at}.`,
  notAcknowledged: () => 'Nobody has acknowledged it.',
  notPaging: () => 'It pages nobody at the moment.',
  alreadyEnded: () => 'Already ended.',
  alreadyDeclined: () => 'Already declined.',
  alreadySuperseded: () => 'The climb has moved on already.',
}

export function nothingSentence(
  acted: Extract<Acted, { kind: 'nothing' }>,
  { name, zone }: Omit<Reader, 'personId'>,
): string {
  const by = acted.by === null ? '' : ` by ${name(acted.by)}`
  const at = acted.at === null ? '' : ` at ${formatTime(acted.at, zone)}`
  return NOTHING[acted.reason]?.(by, at) ?? 'Nothing to do.'
}

const DONE: Readonly<Record<Exclude<Answer, 'repeat'> | 'snooze', string>> = {
  acknowledge: 'You have it. Nobody else is being paged.',
  escalate: 'The next level is being paged now.',
  notMine: 'Noted: not yours. The next person is being paged.',
  snooze: 'Put off for 10 minutes. Then you are paged again, if it still fires.',
}

export function answeredSentence(answer: keyof typeof DONE, acted: Acted, reader: Reader): string {
  if (acted.kind === 'done') return DONE[answer]
  const isMine = acted.reason === 'alreadyAcknowledged' && acted.by === reader.personId
  if (isMine) return `Already acknowledged by you at ${formatTime(acted.at ?? 0, reader.zone)}.`
  return nothingSentence(acted, reader)
}

/** How it stands, when there is nothing left for this person to answer. */
export function settledSentence(group: Group, page: Page, reader: Reader): string | null {
  if (group.status === 'resolved')
    return `Resolved at ${formatTime(group.resolvedAt ?? page.openedAt, reader.zone)}. Nothing is left to do.`
  if (group.status === 'acknowledged' && page.status !== 'open') {
    const at = formatTime(group.acknowledgedAt ?? page.openedAt, reader.zone)
    if (group.acknowledgedBy === page.personId)
      return `Acknowledged by you at ${at}. Nobody else is being paged.`
    return `Acknowledged by ${reader.name(group.acknowledgedBy)} at ${at}.`
  }
  if (page.status === 'declined') return 'You said it is not yours. The next person is being paged.'
  return null
}
