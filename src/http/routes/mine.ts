/** My own sessions, password and tokens. */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from '@hono/zod-openapi'
import { ACTIONS } from '../../access/can.ts'
import { scopesOf } from '../../access/scopes.ts'
import {
  endOtherSessions,
  endSessionOf,
  listSessions,
  passwordHashOf,
  savePassword,
} from '../../access/session-store.ts'
import * as access from '../../access/store.ts'
import { recordAudit } from '../../audit/store.ts'
import { SessionView, TokenView } from '../../contract/sign-in.ts'
import { Id } from '../../contract/views.ts'
import { DAY, parseInstant, toIso } from '../../lib/instant.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { endChallenges } from '../../sign-in/challenge.ts'
import { isAbove } from '../../sign-in/groups.ts'
import { note } from '../audit.ts'
import { signedInPerson } from '../mine.ts'
import { type Route, route } from '../route.ts'
import { beginSessionFor, letIn } from '../session.ts'
import { forgetTries, useTry } from '../tries.ts'

const sessions: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me/sessions',
    summary: 'Where I am signed in',
    policy: { signedIn: true },
    reply: z.object({ sessions: z.array(SessionView) }).openapi('SessionList'),
    handle: ({ read, caller }) =>
      read(async (tx) => {
        const { personId, sessionId } = signedInPerson(caller)
        return {
          body: {
            sessions: (await listSessions(tx, personId)).map((one) => ({
              id: one.id,
              device: one.userAgent,
              isCurrent: one.id === sessionId,
              createdAt: toIso(one.createdAt),
              lastSeenAt: toIso(one.lastSeenAt),
              expiresAt: toIso(one.expiresAt),
            })),
          },
        }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/me/sessions',
    summary: 'End all my sessions but this one',
    policy: { signedIn: true },
    reply: z.object({ ended: z.number().int() }).openapi('SessionsEnded'),
    handle: (call) =>
      call.read(async (tx) => {
        const { personId, sessionId } = signedInPerson(call.caller)
        const ended = await endOtherSessions(tx, personId, sessionId)
        await note(tx, call, {
          action: 'sessions.ended',
          object: ['person', personId],
          detail: { ended },
        })
        return { body: { ended } }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/me/sessions/{id}',
    summary: 'End one of my sessions',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: z.object({}),
    handle: (call) =>
      call.read(async (tx) => {
        const { personId } = signedInPerson(call.caller)
        if (!(await endSessionOf(tx, call.params.id, personId))) throw notFound('session')
        await note(tx, call, {
          action: 'sessions.ended',
          object: ['person', personId],
          detail: { ended: 1 },
        })
        return { body: {} }
      }),
  }),
]

const password = route({
  method: 'post',
  path: '/api/v1/me/password',
  summary: 'Change my password; all my other sessions end',
  policy: { signedIn: true },
  body: z
    .object({ old: z.string().min(1).max(1_024), password: z.string().min(1).max(1_024) })
    .strict(),
  reply: z.object({ personId: Id }).openapi('PasswordChanged'),
  async handle({ deps, caller, body, headers }) {
    const { personId } = signedInPerson(caller)
    const key = `password ${personId}`
    useTry(key)
    const known = await deps.db.withTx('web', (tx) => passwordHashOf(tx, personId))
    if (known === null)
      throw new Problem(
        'conflict',
        'noPassword',
        'You have no password here: you sign in elsewhere.',
      )
    if (!(await access.isPassword(known, body.old))) {
      await pause(200)
      throw invalid('old', 'The old password is wrong.', 'wrongPassword')
    }
    forgetTries(key)
    const passwordHash = await access.hashPassword(body.password)
    return deps.db.withTx('web', async (tx) => {
      await savePassword(tx, personId, passwordHash)
      await access.endSessionsOf(tx, personId)
      await endChallenges(tx, personId)
      await recordAudit(tx, {
        id: deps.tools.makeId(tx.now),
        actor: caller.actor,
        action: 'password.changed',
        objectKind: 'person',
        objectId: personId,
        detail: {},
      })
      // This browser goes on under another id.
      return letIn(deps, await beginSessionFor(tx, deps, personId, headers), { personId })
    })
  },
})

const TOKENS_MAX = 50

const tokens: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me/tokens',
    summary: 'My own API tokens',
    policy: { signedIn: true },
    reply: z
      .object({
        tokens: z.array(TokenView),
        mayHave: z.array(z.enum(ACTIONS)).describe('What a token of mine can be made for'),
      })
      .openapi('OwnTokenList'),
    handle: ({ read, caller }) =>
      read(async (tx) => {
        const { personId } = signedInPerson(caller)
        const own = await access.listTokens(tx, personId)
        return {
          body: {
            mayHave: scopesOf(caller.who.role),
            tokens: own.map((one) => ({
              ...one,
              createdAt: toIso(one.createdAt),
              expiresAt: one.expiresAt === null ? null : toIso(one.expiresAt),
            })),
          },
        }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/me/tokens',
    summary: 'Make an API token that acts for me; it is shown once',
    policy: { signedIn: true },
    body: z
      .object({
        name: z.string().min(1).max(200),
        role: z.enum(['admin', 'responder', 'stakeholder']).optional(),
        scopes: z.array(z.enum(ACTIONS)).max(ACTIONS.length).optional(),
        expiresAt: z.string().max(40).optional(),
      })
      .strict(),
    reply: z.object({ id: Id, token: z.string() }).openapi('OwnTokenMade'),
    handle: ({ read, deps, caller, body }) =>
      read(async (tx) => {
        const { personId } = signedInPerson(caller)
        const role = body.role ?? caller.who.role
        if (isAbove(role, caller.who.role))
          throw invalid('role', `You are ${caller.who.role} yourself.`, 'aboveOwn')
        const over = body.scopes?.find((one) => !scopesOf(role).includes(one))
        if (over) throw invalid('scopes', `A ${role} may not ${over}.`, 'aboveOwn')
        const expiresAt =
          body.expiresAt === undefined ? tx.now + 365 * DAY : parseInstant(body.expiresAt)
        if (expiresAt === null || expiresAt <= tx.now)
          throw invalid('expiresAt', 'Write a time to come, with a zone.')
        if ((await access.listTokens(tx, personId)).length >= TOKENS_MAX)
          throw new Problem('conflict', 'tooMany', `At most ${TOKENS_MAX} tokens. End one first.`)
        const id = deps.tools.makeId(tx.now)
        const scopes = body.scopes ?? []
        const token = await access.makeToken(tx, id, {
          name: body.name,
          role,
          personId,
          scopes,
          expiresAt,
        })
        await recordAudit(tx, {
          id: deps.tools.makeId(tx.now),
          actor: caller.actor,
          action: 'token.made',
          objectKind: 'token',
          objectId: id,
          detail: { name: body.name, role, scopes },
        })
        return { status: 201, body: { id, token } }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/me/tokens/{id}',
    summary: 'End one of my API tokens at once',
    policy: { signedIn: true },
    params: z.object({ id: Id }),
    reply: z.object({}),
    handle: ({ read, deps, caller, params }) =>
      read(async (tx) => {
        const { personId } = signedInPerson(caller)
        if (!(await access.endToken(tx, params.id, personId))) throw notFound('token')
        await recordAudit(tx, {
          id: deps.tools.makeId(tx.now),
          actor: caller.actor,
          action: 'token.ended',
          objectKind: 'token',
          objectId: params.id,
          detail: {},
        })
        return { body: {} }
      }),
  }),
]

export const mineRoutes: readonly Route[] = [...sessions, password, ...tokens]
