/** Who is at the door: the admin token, an API token, or a session. No header but these counts. */
import type { Principal } from '../access/can.ts'
import { isSame } from '../access/secret.ts'
import { findSession, findToken, touchSession } from '../access/store.ts'
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import { principalOf } from '../engine/principal.ts'
import { MINUTE } from '../lib/instant.ts'
import { lowerOf } from '../sign-in/groups.ts'
import type { HttpDeps } from './deps.ts'
import type { Caller } from './route.ts'

export const SESSION_COOKIE = 'allclear_session'

export const cookieName = (publicUrl: string): string =>
  publicUrl.startsWith('https:') ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE

export function readCookie(header: string | null, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}

/** Null: nobody we know. */
export async function authenticate(
  tx: Tx,
  deps: HttpDeps,
  headers: Headers,
): Promise<Caller | null> {
  const directory = await deps.directoryAt(tx)
  const bearer = /^Bearer\s+(\S{1,200})$/i.exec(headers.get('authorization') ?? '')?.[1]
  const through = /^allclear-cli\//.test(headers.get('user-agent') ?? '') ? 'cli' : 'api'
  if (bearer !== undefined) return fromToken(tx, deps, directory, bearer, through)
  const secret = readCookie(headers.get('cookie'), cookieName(deps.publicUrl))
  const session = secret === null ? null : await findSession(tx, secret)
  if (!session) return null
  if (tx.now - session.lastSeenAt > MINUTE) await touchSession(tx, session.id)
  const who = principalOf(directory, session.personId)
  if (!who) return null
  return {
    who,
    actor: { kind: 'person', id: session.personId, through: 'web' },
    sessionId: session.id,
    timezone: directory.people.get(session.personId)?.timezone ?? 'UTC',
  }
}

async function fromToken(
  tx: Tx,
  deps: HttpDeps,
  directory: Directory,
  bearer: string,
  through: 'api' | 'cli',
): Promise<Caller | null> {
  if (deps.adminToken !== null && isSame(bearer, deps.adminToken)) {
    const who: Principal = { personId: null, role: 'admin', teamIds: [], leadIds: [], scopes: null }
    return { who, actor: { kind: 'token', id: null, through }, sessionId: null, timezone: 'UTC' }
  }
  const token = await findToken(tx, bearer)
  if (!token) return null
  const person = token.personId === null ? null : principalOf(directory, token.personId)
  if (token.personId !== null && !person) return null
  return {
    who: {
      personId: token.personId,
      // A token is never more than whoever it acts for is by now.
      role: person ? lowerOf(token.role, person.role) : token.role,
      teamIds: person?.teamIds ?? (token.role === 'responder' ? [...directory.teams.keys()] : []),
      leadIds: person?.leadIds ?? [],
      scopes: token.scopes.length === 0 ? null : token.scopes,
    },
    actor:
      token.personId === null
        ? { kind: 'token', id: token.id, through }
        : { kind: 'person', id: token.personId, through },
    sessionId: null,
    timezone: (token.personId && directory.people.get(token.personId)?.timezone) || 'UTC',
  }
}
