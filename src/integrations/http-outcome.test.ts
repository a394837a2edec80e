import { expect, test } from 'vitest'
import { EgressError, type EgressFailure } from '../egress/egress.ts'
import { failed, outcomeOf } from './http-outcome.ts'

test.each([
  [400, 'gaveUp', 'http400'],
  [401, 'gaveUp', 'http401'],
  [403, 'gaveUp', 'http403'],
  [404, 'gaveUp', 'http404'],
  [405, 'gaveUp', 'http405'],
  [408, 'tryAgain', 'http408'],
  [409, 'gaveUp', 'http409'],
  [410, 'gaveUp', 'gone'],
  [413, 'gaveUp', 'http413'],
  [422, 'gaveUp', 'http422'],
  [425, 'tryAgain', 'http425'],
  [429, 'tryAgain', 'http429'],
  [500, 'tryAgain', 'http500'],
  [502, 'tryAgain', 'http502'],
  [503, 'tryAgain', 'http503'],
  [504, 'tryAgain', 'http504'],
  [599, 'tryAgain', 'http599'],
])('an answer of %i is %s: %s', (status, kind, reason) => {
  expect(outcomeOf(status)).toEqual({ kind, reason })
})

test('the wait that a provider asks for is passed on where trying again makes sense', () => {
  expect(outcomeOf(503, 7_000)).toMatchObject({ kind: 'tryAgain', retryAfterMs: 7_000 })
  expect(outcomeOf(400, 7_000)).not.toHaveProperty('retryAfterMs')
})

const cases: readonly (readonly [EgressFailure, boolean, number | undefined, string])[] = [
  ['badUrl', false, undefined, 'gaveUp'],
  ['badRequest', false, undefined, 'gaveUp'],
  ['blockedAddress', false, undefined, 'gaveUp'],
  ['blockedPort', false, undefined, 'gaveUp'],
  ['redirected', true, 302, 'gaveUp'],
  ['dnsFailed', false, undefined, 'tryAgain'],
  ['connectionRefused', false, undefined, 'tryAgain'],
  ['unreachable', false, undefined, 'tryAgain'],
  ['noResources', false, undefined, 'tryAgain'],
  ['tlsFailed', false, undefined, 'tryAgain'],
  ['timeout', false, undefined, 'tryAgain'],
  ['aborted', false, undefined, 'tryAgain'],
  ['timeout', true, undefined, 'unknown'],
  ['aborted', true, undefined, 'unknown'],
  ['connectionReset', true, undefined, 'unknown'],
  ['badAnswer', true, undefined, 'unknown'],
  ['incompleteAnswer', true, 200, 'unknown'],
  ['timeout', true, 200, 'unknown'],
  ['responseTooLarge', true, 200, 'sent'],
  // What refuses is an answer, however the rest of it was lost.
  ['responseTooLarge', true, 404, 'gaveUp'],
  ['incompleteAnswer', true, 503, 'tryAgain'],
  ['timeout', true, 410, 'gaveUp'],
]

test.each(cases)(
  '%s, perhaps delivered: %s, status %s, is %s',
  (reason, maybeDelivered, status, kind) => {
    const error = new EgressError({ kind: 'failed', reason, maybeDelivered, status })
    expect(failed(error).kind).toBe(kind)
  },
)
