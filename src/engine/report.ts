/**
 * Writing down what came of a call. What was simply sent is written many at a time; everything
 * else one by one with the climb locked, because it may bring the next contact forward or tell the
 * climb that this person cannot be reached. A result whose fence is old comes from a sender that
 * was given up for dead: it is left out, its attempt has been counted as unknown already.
 */
import type { Outcome } from '../notify/channel.ts'
import { carriedBy, follow } from '../notify/outcome.ts'
import type { Attempt } from '../notify/page.ts'
import { ENGINE } from '../timeline/entry.ts'
import { advance, entryAbout, fetchClimbs } from './advance.ts'
import { type Desk, openDesk } from './desk.ts'
import { isContactLost, loseContact } from './lost.ts'
import type { EngineStore } from './store.ts'
import type { Tools } from './tools.ts'

export type Result = { attempt: Attempt; outcome: Outcome }

/** All of these were sent. Gives those whose claim still stood. */
export async function reportSent(store: EngineStore, results: readonly Result[]): Promise<void> {
  const outcomes = new Map(results.map((result) => [result.attempt.id, result]))
  await store.transaction('paging', async (tx) => {
    const rows = await tx.find({ kind: 'attempt', by: 'id', values: [...outcomes.keys()].sort() })
    const ended = rows.flatMap((row): Attempt[] => {
      const result = outcomes.get(row.id)
      if (!result || row.status !== 'claimed' || row.fence !== result.attempt.fence) return []
      const { outcome } = result
      const providerId = outcome.kind === 'sent' ? outcome.providerId : null
      const ended = { ...row, ...carriedBy(outcome), providerId, finishedAt: tx.now, wakeAt: null }
      return [{ ...ended, status: 'sent' }]
    })
    await tx.save('attempt', ended)
  })
}

export async function reportFailed(
  store: EngineStore,
  tools: Tools,
  result: Result,
): Promise<void> {
  await store.transaction('paging', async (tx) => {
    const desk = await openDesk(tx, tools, ENGINE)
    const { climbId, pageId } = result.attempt
    const [peeked] = await tx.peek({ kind: 'climb', by: 'id', values: [climbId] })
    if (peeked) await desk.fetch({ kind: 'group', by: 'id', values: [peeked.subjectId] })
    await fetchClimbs(desk, [climbId])
    const siblings = await desk.fetch({ kind: 'attempt', by: 'pageId', values: [pageId] })
    const row = siblings.find((sibling) => sibling.id === result.attempt.id)
    const page = desk.get('page', pageId)
    if (!row || !page || row.status !== 'claimed' || row.fence !== result.attempt.fence) return
    const followed = follow(row, result.outcome, {
      now: tx.now,
      page,
      siblings,
      makeId: desk.makeId,
      jitter: tools.jitter(),
    })
    for (const attempt of followed.attempts) desk.put('attempt', attempt)
    recordFailure(desk, row, result.outcome)
    if (followed.unreachable) advance(desk, climbId, { kind: 'unreachable', person: page.personId })
    await desk.save()
    if (isContactLost(result.outcome))
      await loseContact(tx, { ...result.attempt, directory: desk.directory }, desk.makeId)
  })
}

function recordFailure(desk: Desk, attempt: Attempt, outcome: Outcome): void {
  const climb = desk.get('climb', attempt.climbId)
  if (!climb || outcome.kind === 'sent') return
  desk.record({
    ...entryAbout(desk, climb),
    subject: { kind: 'page', id: attempt.pageId },
    kind: 'attemptFailed',
    rule: 'notify.outcome',
    result: {
      channel: attempt.channel,
      person: attempt.personId,
      outcome: outcome.kind,
      reason: outcome.reason,
      ...(outcome.carrier === undefined ? {} : { carrier: outcome.carrier }),
      try: attempt.tryNumber,
    },
  })
}
