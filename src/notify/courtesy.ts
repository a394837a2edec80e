/**
 * How we treat an address that answers: wrong codes are counted, so that nobody guesses their way
 * to a page (T14), and our own answers are few, so that two machines never talk to each other for
 * ever (R58). What is acted on is not limited by any of it: only words are.
 */
import { type Instant, MINUTE } from '../lib/instant.ts'
import type { Sender } from './reply-store.ts'

const WRONG_MAX = 5
const WINDOW_MS = 10 * MINUTE
const IGNORED_MS = 15 * MINUTE
const ANSWERS_MAX = 10

const isWithin = (since: Instant | null, now: Instant): boolean =>
  since !== null && now - since < WINDOW_MS

export const isIgnored = (sender: Sender, now: Instant): boolean =>
  sender.ignoredUntil !== null && now < sender.ignoredUntil

export function afterWrongCode(sender: Sender, now: Instant): Sender {
  const isSame = isWithin(sender.wrongSince, now)
  const wrongCount = isSame ? sender.wrongCount + 1 : 1
  if (wrongCount >= WRONG_MAX)
    return { ...sender, wrongCount: 0, wrongSince: null, ignoredUntil: now + IGNORED_MS }
  return { ...sender, wrongCount, wrongSince: isSame ? sender.wrongSince : now }
}

/** Whether one more sentence may go to this address, and the count with it. */
export function mayAnswer(
  sender: Sender,
  isHelp: boolean,
  now: Instant,
): { may: boolean; sender: Sender } {
  const isSame = isWithin(sender.answersSince, now)
  const count = isSame ? sender.answerCount : 0
  if (count >= ANSWERS_MAX || (isHelp && isWithin(sender.helpedAt, now)))
    return { may: false, sender }
  return {
    may: true,
    sender: {
      ...sender,
      answerCount: count + 1,
      answersSince: isSame ? sender.answersSince : now,
      helpedAt: isHelp ? now : sender.helpedAt,
    },
  }
}
