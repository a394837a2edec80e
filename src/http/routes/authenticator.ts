/** My own second step: the app that shows codes. */
import { z } from '@hono/zod-openapi'
import { endOtherSessions, findAccount } from '../../access/session-store.ts'
import { recordAudit } from '../../audit/store.ts'
import { AuthenticatorView, Enrolment, RecoveryCodes } from '../../contract/sign-in.ts'
import type { Tx } from '../../db/tx.ts'
import { toIso } from '../../lib/instant.ts'
import { forbidden, Problem } from '../../lib/problem.ts'
import {
  authenticatorOf,
  beginEnrolment,
  endAuthenticator,
  makeRecoveryCodes,
  type Tried,
  tryCode,
} from '../../sign-in/authenticator.ts'
import { needsCodes } from '../../sign-in/settings.ts'
import { readSignIn } from '../../sign-in/store.ts'
import { signedInPerson } from '../mine.ts'
import { type Call, type Caller, type Route, route } from '../route.ts'
import { enrolment } from '../session.ts'

export function codeProblem(tried: Exclude<Tried, { is: 'right' }>): Problem {
  if (tried.is === 'wrong')
    return new Problem('invalid', 'wrongCode', 'The code is wrong, or was used already.', {
      field: 'code',
    })
  const minutes = Math.ceil(tried.ms / 60_000)
  const words = minutes === 1 ? 'a minute' : `${minutes} minutes`
  const sentence = `Too many wrong codes. Wait ${words}, or use a recovery code.`
  return new Problem('unavailable', 'tooManyTries', sentence, {
    retryAfterSeconds: Math.ceil(tried.ms / 1_000),
  })
}

const WithCode = z.object({ code: z.string().min(1).max(40) }).strict()

/** Tries a code, and only then goes on. The count of wrong ones is committed. */
async function withCode<T>(
  call: Pick<Call<never, never, { code: string }>, 'deps' | 'caller' | 'body'>,
  which: 'confirmed' | 'unconfirmed',
  goOn: (tx: Tx, personId: string) => Promise<T>,
): Promise<T> {
  const { deps, caller, body } = call
  const { personId } = signedInPerson(caller)
  const result = await deps.db.withTx('web', async (tx) => {
    const tried = await tryCode(tx, personId, body.code, deps.sealer, which)
    return tried.is === 'right'
      ? { done: await goOn(tx, personId) }
      : { problem: codeProblem(tried) }
  })
  if ('problem' in result) throw result.problem
  return result.done
}

const audited = (tx: Tx, caller: Caller, id: string, action: string): Promise<void> =>
  recordAudit(tx, {
    id,
    actor: caller.actor,
    action,
    objectKind: 'person',
    objectId: caller.who.personId,
    detail: {},
  })

export const authenticatorRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me/authenticator',
    summary: 'Whether codes are asked of me',
    policy: { signedIn: true },
    reply: AuthenticatorView,
    handle: ({ read, caller }) =>
      read(async (tx) => {
        const { personId } = signedInPerson(caller)
        const { since, recoveryCodesLeft } = await authenticatorOf(tx, personId)
        return {
          body: {
            since: since === null ? null : toIso(since),
            recoveryCodesLeft,
            isRequired: needsCodes(await readSignIn(tx), caller.who.role),
            hasPassword: (await findAccount(tx, personId))?.hasPassword === true,
          },
        }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/me/authenticator',
    summary: 'Begin to set up codes; nothing is asked until it is confirmed',
    policy: { signedIn: true },
    reply: Enrolment,
    handle: ({ read, deps, caller }) =>
      read(async (tx, directory) => {
        const { personId } = signedInPerson(caller)
        const secret = await beginEnrolment(tx, personId, deps.sealer)
        return { status: 201, body: enrolment(secret, directory, personId) }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/me/authenticator/confirm',
    summary: 'Switch codes on, with the first one; all my other sessions end',
    policy: { signedIn: true },
    body: WithCode,
    reply: RecoveryCodes,
    handle: async (call) => ({
      body: {
        recoveryCodes: await withCode(call, 'unconfirmed', async (tx, personId) => {
          await endOtherSessions(tx, personId, signedInPerson(call.caller).sessionId)
          await audited(tx, call.caller, call.deps.tools.makeId(tx.now), 'authenticator.on')
          return makeRecoveryCodes(tx, personId)
        }),
      },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/me/authenticator/recovery-codes',
    summary: 'New recovery codes; those before are void',
    policy: { signedIn: true },
    body: WithCode,
    reply: RecoveryCodes,
    handle: async (call) => ({
      body: { recoveryCodes: await withCode(call, 'confirmed', makeRecoveryCodes) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/me/authenticator/disable',
    summary: 'Switch codes off, with one of them; all my other sessions end',
    policy: { signedIn: true },
    body: WithCode,
    reply: z.object({}),
    handle: async (call) => {
      const settings = await call.deps.db.withTx('web', readSignIn)
      if (needsCodes(settings, call.caller.who.role)) throw forbidden('Admins need codes here.')
      await withCode(call, 'confirmed', async (tx, personId) => {
        await endAuthenticator(tx, personId)
        await endOtherSessions(tx, personId, signedInPerson(call.caller).sessionId)
        await audited(tx, call.caller, call.deps.tools.makeId(tx.now), 'authenticator.off')
      })
      return { body: {} }
    },
  }),
]
