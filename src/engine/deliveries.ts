/**
 * What providers say became of their messages. A word is kept first and applied after: it may come
 * before the answer to our own request was written down, and it may come ten times. The beat looks
 * again, so that nothing depends on which of the two is first.
 */
import type { Db } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import { afterDelivery } from '../notify/outcome.ts'
import type { Attempt } from '../notify/page.ts'
import { dropWord, keepWord, listWords, type Word } from '../notify/reply-store.ts'
import { ENGINE } from '../timeline/entry.ts'
import { advance, entryAbout, fetchClimbs } from './advance.ts'
import { type Desk, openDesk } from './desk.ts'
import { engineTx } from './store-sql.ts'
import type { Tools } from './tools.ts'

const BATCH_MAX = 100

export type DeliveryDeps = { db: Db; directoryAt: DirectoryCache; tools: Tools; nudge: () => void }

export async function hearDelivery(deps: DeliveryDeps, word: Word): Promise<void> {
  await deps.db.withTx('web', (tx) => keepWord(tx, word))
  await settleDeliveries(deps)
}

/** Gives how many words were applied. */
export async function settleDeliveries(deps: DeliveryDeps): Promise<number> {
  const words = await deps.db.withTx('paging', (tx) => listWords(tx, BATCH_MAX))
  for (const word of words) await settle(deps, word)
  return words.length
}

function settle(deps: DeliveryDeps, word: Word): Promise<void> {
  return deps.db.withTx('paging', async (tx) => {
    const desk = await openDesk(engineTx(tx, deps.directoryAt), deps.tools, ENGINE)
    for (const attempt of await fetchAttempts(desk, word.providerId)) apply(desk, attempt, word)
    await desk.save()
    await dropWord(tx, word)
    tx.afterCommit(deps.nudge)
  })
}

/** The attempts that one message carried, locked in the order of locks with all that hangs on them. */
async function fetchAttempts(desk: Desk, providerId: string): Promise<Attempt[]> {
  const lookup = { kind: 'attempt', by: 'providerId', values: [providerId] } as const
  const climbIds = [...new Set((await desk.tx.peek(lookup)).map((attempt) => attempt.climbId))]
  const climbs = await desk.tx.peek({ kind: 'climb', by: 'id', values: climbIds })
  await desk.fetch({
    kind: 'group',
    by: 'id',
    values: climbs.map((climb) => climb.subjectId),
  })
  await fetchClimbs(desk, climbIds)
  return desk.fetch(lookup)
}

function apply(desk: Desk, attempt: Attempt, word: Word): void {
  const page = desk.get('page', attempt.pageId)
  if (!page) return
  const siblings = [...desk.all('attempt')].filter((one) => one.pageId === page.id)
  const followed = afterDelivery(attempt, word, { now: desk.now, page, siblings })
  if (!followed) return
  for (const row of followed.attempts) desk.put('attempt', row)
  recordWord(desk, attempt, word)
  if (followed.unreachable)
    advance(desk, attempt.climbId, { kind: 'unreachable', person: page.personId })
}

const KINDS = { delivered: 'delivered', undelivered: 'undelivered', unknown: 'deliveryUnknown' }

function recordWord(desk: Desk, attempt: Attempt, word: Word): void {
  const climb = desk.get('climb', attempt.climbId)
  if (!climb) return
  desk.record({
    ...entryAbout(desk, climb),
    subject: { kind: 'page', id: attempt.pageId },
    kind: KINDS[word.outcome],
    rule: 'notify.outcome',
    result: { channel: attempt.channel, person: attempt.personId, reason: word.reason },
  })
}
