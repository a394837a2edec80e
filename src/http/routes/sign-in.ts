/** How people sign in: the settings, what the sign-in page offers, and the second step. */
import { z } from '@hono/zod-openapi'
import { findAccount } from '../../access/session-store.ts'
import { RecoveryCodes, SignInForm, SignInView, WaysView } from '../../contract/sign-in.ts'
import { Id } from '../../contract/views.ts'
import type { Tx } from '../../db/tx.ts'
import { Problem } from '../../lib/problem.ts'
import type { PlanDeps } from '../../plan/deps.ts'
import { readStored, storedWhole } from '../../plan/draft.ts'
import { editSection } from '../../plan/edit.ts'
import { isHidden } from '../../plan/form.ts'
import {
  isRecoveryCode,
  makeRecoveryCodes,
  tryCode,
  useRecoveryCode,
} from '../../sign-in/authenticator.ts'
import { endChallenges, tryChallenge } from '../../sign-in/challenge.ts'
import { readSignIn } from '../../sign-in/store.ts'
import type { HttpDeps } from '../deps.ts'
import { PROVIDER_PATH, redirectUriOf } from '../provider.ts'
import { type Reply, type Route, route } from '../route.ts'
import { beginSessionFor, letIn, noteAsPerson } from '../session.ts'
import { codeProblem } from './authenticator.ts'

/** Shown instead of a secret that is set; sent back, it leaves the secret as it is. */
const SECRET_SET = '••••••••'

async function shown(tx: Tx, deps: PlanDeps) {
  const { oidc, ...rest } = storedWhole(await readStored(tx), deps).sign_in
  const secret = isHidden(oidc?.client_secret) ? SECRET_SET : null
  return { ...rest, oidc: oidc && { ...oidc, client_secret: secret } }
}

const settings: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/sign-in',
    summary: 'How people sign in',
    policy: { needs: 'administer' },
    reply: SignInView,
    handle: ({ read, deps }) =>
      read(async (tx) => ({
        body: { signIn: await shown(tx, deps.plan), redirectUri: redirectUriOf(deps) },
      })),
  }),
  route({
    method: 'put',
    path: '/api/v1/sign-in',
    summary: 'Change how people sign in; what is left out is as it is by default',
    policy: { needs: 'administer' },
    body: SignInForm,
    reply: SignInView,
    handle: ({ read, deps, caller, body }) =>
      read(async (tx) => {
        const { oidc } = body
        const isKept = oidc?.client_secret === SECRET_SET
        const form = oidc && isKept ? { ...body, oidc: { ...oidc, client_secret: null } } : body
        await editSection(tx, caller.actor, 'sign_in', form, deps.plan)
        return { body: { signIn: await shown(tx, deps.plan), redirectUri: redirectUriOf(deps) } }
      }),
  }),
]

const ways = route({
  method: 'get',
  path: '/api/v1/sign-in/ways',
  summary: 'What the sign-in page offers',
  policy: { public: 'whoever is about to sign in has not signed in' },
  reply: WaysView,
  handle: ({ read }) =>
    read(async (tx) => {
      const { oidc, local } = await readSignIn(tx)
      return {
        body: {
          provider: oidc && { label: oidc.label, url: PROVIDER_PATH },
          passwords: oidc === null ? 'everyone' : local,
        },
      }
    }),
})

const second = route({
  method: 'post',
  path: '/api/v1/login/totp',
  summary: 'The second step: a code of the app, or a recovery code',
  policy: { public: 'needs the challenge that a right password was answered with' },
  body: z.object({ challenge: z.string().max(100), code: z.string().min(1).max(40) }).strict(),
  reply: z
    .object({ personId: Id, recoveryCodes: RecoveryCodes.shape.recoveryCodes.optional() })
    .openapi('SignedInWithCode'),
  async handle({ deps, body, headers }) {
    // A wrong code has to be counted, so nothing is thrown before the commit.
    const result = await deps.db.withTx('web', (tx) => secondStep(tx, deps, body, headers))
    if (result instanceof Problem) throw result
    return result
  },
})

async function secondStep(
  tx: Tx,
  deps: HttpDeps,
  { challenge, code }: { challenge: string; code: string },
  headers: Headers,
): Promise<Reply | Problem> {
  const found = await tryChallenge(tx, challenge)
  const account = found && (await findAccount(tx, found.personId))
  if (!found || account?.disabledAt !== null)
    return new Problem('unauthenticated', 'challengeOver', 'That took too long. Sign in again.')
  const { personId, kind } = found
  const isEnrolling = kind === 'enrol'
  if (isEnrolling || !isRecoveryCode(code)) {
    const which = isEnrolling ? 'unconfirmed' : 'confirmed'
    const tried = await tryCode(tx, personId, code, deps.sealer, which)
    if (tried.is !== 'right') return codeProblem(tried)
  } else if (!(await useRecoveryCode(tx, personId, code))) return codeProblem({ is: 'wrong' })
  await endChallenges(tx, personId)
  const recoveryCodes = isEnrolling ? await makeRecoveryCodes(tx, personId) : undefined
  await noteAsPerson(tx, deps, personId, 'session.begun')
  const session = await beginSessionFor(tx, deps, personId, headers)
  return letIn(deps, session, { personId, ...(recoveryCodes && { recoveryCodes }) })
}

export const signInRoutes: readonly Route[] = [...settings, ways, second]
