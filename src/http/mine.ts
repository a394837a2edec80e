/** What only its owner may do, at a browser: a token that was stolen must not make itself at home. */
import { Problem } from '../lib/problem.ts'
import type { Caller } from './route.ts'

/** @throws Problem for tokens */
export function signedInPerson(caller: Caller): { personId: string; sessionId: string } {
  const { personId } = caller.who
  if (personId === null || caller.sessionId === null)
    throw new Problem('forbidden', 'needsBrowser', 'Sign in for this: a token may not do it.')
  return { personId, sessionId: caller.sessionId }
}
