import { describe, expect, test } from 'vitest'
import type { Outcome } from './channel.ts'
import { afterRevision, REVISION_TRIES_MAX, type Revision, stateOf } from './revision.ts'

const AT = Date.parse('2026-11-23T14:07:00.000Z')
const reader = {
  personId: 'ana',
  name: (id: string | null) => (id === 'ben' ? 'Ben' : '?'),
  zone: 'Europe/Berlin',
}
const firing = {
  status: 'firing',
  acknowledgedBy: null,
  acknowledgedAt: null,
  resolvedAt: null,
} as const
const held = (by: string | null) =>
  ({ ...firing, status: 'acknowledged', acknowledgedBy: by, acknowledgedAt: AT }) as const
const page = (status: string, closedBecause: string | null = null) =>
  ({ status, closedBecause, closedAt: AT }) as Parameters<typeof stateOf>[0]['page']

describe('how a page stands, for whoever had it', () => {
  test.each([
    ['open', firing, page('open'), null],
    ['taken by somebody else', held('ben'), page('acknowledged'), 'Acknowledged by Ben at 15:07.'],
    ['taken by themselves', held('ana'), page('acknowledged'), 'Acknowledged by you at 15:07.'],
    ['taken at the source', held(null), page('acknowledged'), 'Acknowledged at 15:07.'],
    ['called in besides while it is held', held('ben'), page('open'), null],
    [
      'resolved',
      { ...firing, status: 'resolved', resolvedAt: AT } as const,
      page('acknowledged'),
      'Resolved at 15:07.',
    ],
    ['not theirs', firing, page('declined', 'notMine'), 'You said at 15:07 that it is not yours.'],
    ['let go of again', firing, page('acknowledged'), 'It was let go of again, and pages on.'],
    [
      'gone on',
      firing,
      page('superseded', 'climbMovedOn'),
      'Went on to the next level at 15:07. You may still take it.',
    ],
    [
      'kept quiet',
      firing,
      page('superseded', 'suppressed'),
      'Ended at 15:07: nothing is asked of you any more.',
    ],
  ])('%s', (_what, group, its, line) => {
    expect(stateOf({ group, page: its }, reader)?.line ?? null).toBe(line)
  })

  test('it may still be taken only where it went on and nobody has it', () => {
    const went = page('superseded', 'climbMovedOn')
    expect(stateOf({ group: firing, page: went }, reader)?.mayTake).toBe(true)
    expect(stateOf({ group: held('ben'), page: went }, reader)?.mayTake).toBe(false)
  })
})

describe('after a try', () => {
  const revision: Revision = {
    id: 'a',
    pageId: 'p',
    groupId: 'g',
    shown: null,
    tries: 0,
    reason: null,
    fence: 1,
    news: 1,
    wakeAt: AT,
    createdAt: AT,
  }
  const tried = (outcome: Outcome, tries = 0) =>
    afterRevision({ ...revision, tries }, 'Resolved.', outcome, AT)

  test('that went well it rests, and knows what is shown', () => {
    expect(tried({ kind: 'sent', providerId: null }, 3)).toMatchObject({
      shown: 'Resolved.',
      tries: 0,
      wakeAt: null,
    })
  })

  test('whose outcome is unknown it is shown again: the same twice does no harm', () => {
    expect(tried({ kind: 'unknown', reason: 'timeout' }).wakeAt).toBeGreaterThan(AT)
  })

  test('it waits as long as the provider asks for', () => {
    const limited = { kind: 'tryAgain', reason: 'rateLimited', retryAfterMs: 7_000 } as const
    expect(tried(limited).wakeAt).toBe(AT + 7_000)
  })

  test('it ends: when it is refused at once, and after so many tries always', () => {
    expect(tried({ kind: 'gaveUp', reason: 'messageGone' }).wakeAt).toBeNull()
    let current = revision
    let tries = 0
    while (current.wakeAt !== null) {
      tries += 1
      current = afterRevision(current, 'x', { kind: 'tryAgain', reason: 'http500' }, current.wakeAt)
    }
    expect(tries).toBe(REVISION_TRIES_MAX)
  })
})
