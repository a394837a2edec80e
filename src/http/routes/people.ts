import { setTimeout as pause } from 'node:timers/promises'
import { z } from '@hono/zod-openapi'
import { ACTIONS } from '../../access/can.ts'
import { findAccount } from '../../access/session-store.ts'
import * as access from '../../access/store.ts'
import { Enrolment, TokenView } from '../../contract/sign-in.ts'
import { Id, MeView } from '../../contract/views.ts'
import { DAY, parseInstant, toIso } from '../../lib/instant.ts'
import { invalid, notFound, Problem } from '../../lib/problem.ts'
import { isZone } from '../../lib/zone.ts'
import { whoIsOnCall } from '../../oncall/shifts.ts'
import { mayUsePassword } from '../../sign-in/settings.ts'
import { readSignIn } from '../../sign-in/store.ts'
import { note } from '../audit.ts'
import { personRef, ref } from '../present.ts'
import { providerEnd } from '../provider.ts'
import { type Route, route } from '../route.ts'
import { afterPassword, noSessionCookie, noteAsPerson } from '../session.ts'
import { forgetTries, useTry } from '../tries.ts'
import { lookUp } from './alerts.ts'

const Email = z.string().min(3).max(254)
const Password = z.string().min(1).max(1_024)

/** In, or the second step: a code, or setting up the app that shows them. */
const Signed = z
  .object({
    personId: Id.optional().describe('Signed in'),
    needs: z.enum(['totp', 'enrolTotp']).optional().describe('One more step: POST /login/totp'),
    challenge: z.string().optional(),
    enrolment: Enrolment.optional(),
  })
  .openapi('SignedIn')

const wrongLogin = (): Problem =>
  new Problem('unauthenticated', 'wrongLogin', 'The address or the password is wrong.')

const login = route({
  method: 'post',
  path: '/api/v1/login',
  summary: 'Sign in',
  policy: { public: 'signing in' },
  body: z.object({ email: Email, password: Password }).strict(),
  reply: Signed,
  async handle({ deps, body, headers }) {
    useTry(body.email.toLowerCase())
    const found = await deps.db.withTx('web', (tx) => access.findByLogin(tx, body.email))
    // The same work and the same answer, whether the address or the password was wrong.
    const isRight = await access.isPassword(found?.passwordHash ?? null, body.password)
    if (!found || !isRight) {
      await pause(200)
      throw wrongLogin()
    }
    const settings = await deps.db.withTx('web', readSignIn)
    if (!mayUsePassword(settings, found.role)) {
      await pause(200)
      throw wrongLogin()
    }
    forgetTries(body.email.toLowerCase())
    return deps.db.withTx('web', (tx) => afterPassword(tx, deps, found, headers))
  },
})

const logout = route({
  method: 'post',
  path: '/api/v1/logout',
  summary: 'Sign out',
  policy: { signedIn: true },
  reply: z
    .object({ next: z.string().nullable().describe('Where to sign out of the provider too') })
    .openapi('SignedOut'),
  async handle(call) {
    const { deps, caller } = call
    const { sessionId } = caller
    const next = sessionId === null ? null : await providerEnd(deps, sessionId)
    if (sessionId)
      await deps.db.withTx('web', async (tx) => {
        await access.endSession(tx, sessionId)
        await note(tx, call, { action: 'session.ended', object: ['person', caller.who.personId] })
      })
    return { body: { next }, headers: { 'set-cookie': noSessionCookie(deps) } }
  },
})

const setup = route({
  method: 'post',
  path: '/api/v1/setup',
  summary: 'Make the first admin, with the one-time link',
  policy: { public: 'needs the one-time secret of the set-up link; gone once there is an admin' },
  body: z
    .object({
      secret: z.string().max(100),
      name: z.string().min(1).max(200),
      email: Email,
      password: Password,
      timezone: z.string().max(64).optional(),
    })
    .strict(),
  reply: Signed,
  async handle({ deps, body, headers }) {
    const timezone = body.timezone ?? 'UTC'
    if (!isZone(timezone)) throw invalid('timezone', `There is no time zone \`${timezone}\`.`)
    if (!/^[^\s@]+@[^\s@]+$/.test(body.email))
      throw invalid('email', 'That is not an e-mail address.')
    useTry('setup')
    if (!(await deps.db.withTx('web', (tx) => access.isSetupLink(tx, body.secret))))
      throw notFound('set-up link')
    const passwordHash = await access.hashPassword(body.password)
    forgetTries('setup')
    return deps.db.withTx('web', async (tx) => {
      const personId = await access.setUp(tx, () => deps.tools.makeId(tx.now), {
        ...body,
        timezone,
        passwordHash,
      })
      await noteAsPerson(tx, deps, personId, 'setup.done')
      return afterPassword(tx, deps, { personId, role: 'admin' }, headers)
    })
  },
})

const invite = route({
  method: 'post',
  path: '/api/v1/people/{id}/invitation',
  summary: 'Make a link with which a person sets their password',
  policy: { needs: 'administer' },
  params: z.object({ id: z.string().max(64) }),
  reply: z.object({ url: z.string() }).openapi('Invitation'),
  handle: (call) =>
    call.read(async (tx, directory) => {
      const { deps, params } = call
      const person = lookUp(directory.people, params.id, 'person')
      if ((await findAccount(tx, person.id))?.disabledAt != null)
        throw new Problem(
          'conflict',
          'disabled',
          `${person.name} is not let in. Let them in first.`,
        )
      const settings = await readSignIn(tx)
      if (!mayUsePassword(settings, person.role))
        throw new Problem(
          'conflict',
          'noPasswords',
          `Only admins have passwords here: ${person.name} signs in with ${settings.oidc?.label}.`,
        )
      const secret = await access.makeInvitation(tx, deps.tools.makeId(tx.now), person.id)
      await note(tx, call, { action: 'invitation.made', object: ['person', person.id] })
      return { status: 201, body: { url: `${deps.publicUrl}/welcome#${secret}` } }
    }),
})

const accept = route({
  method: 'post',
  path: '/api/v1/invitations/accept',
  summary: 'Set a password with an invitation',
  policy: { public: 'needs the secret of an invitation' },
  body: z.object({ secret: z.string().max(100), password: Password }).strict(),
  reply: Signed,
  async handle({ deps, body, headers }) {
    useTry('invitation')
    const passwordHash = await access.hashPassword(body.password)
    forgetTries('invitation')
    return deps.db.withTx('web', async (tx) => {
      const personId = await access.acceptInvitation(tx, body.secret, passwordHash)
      const role = (await deps.directoryAt(tx)).people.get(personId)?.role
      if (role === undefined || !mayUsePassword(await readSignIn(tx), role))
        throw access.invitationOver()
      await noteAsPerson(tx, deps, personId, 'invitation.accepted')
      return afterPassword(tx, deps, { personId, role }, headers)
    })
  },
})

const me = route({
  method: 'get',
  path: '/api/v1/me',
  summary: 'Who I am, and whether I am on call',
  policy: { signedIn: true },
  reply: MeView,
  handle: ({ read, caller }) =>
    read(async (tx, directory) => ({
      body: {
        person: personRef(directory, caller.who.personId),
        role: caller.who.role,
        teams: caller.who.teamIds
          .map((id) => ref(directory.teams, id))
          .filter((one) => one !== null),
        leads: caller.who.leadIds
          .map((id) => ref(directory.teams, id))
          .filter((one) => one !== null),
        timezone: caller.timezone,
        onCall: [...directory.schedules.values()].flatMap((schedule) => {
          const onCall = whoIsOnCall(schedule, tx.now)
          if (!onCall.people.some((one) => one.personId === caller.who.personId)) return []
          return [
            {
              schedule: ref(directory.schedules, schedule.id),
              until: Number.isFinite(onCall.until) ? toIso(onCall.until) : null,
            },
          ]
        }),
        organisation: directory.organisation.name,
        paused:
          directory.organisation.pausedAt === null ? null : toIso(directory.organisation.pausedAt),
      },
    })),
})

const tokens: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/tokens',
    summary: 'API tokens',
    policy: { needs: 'administer' },
    reply: z.object({ tokens: z.array(TokenView) }).openapi('TokenList'),
    handle: ({ read }) =>
      read(async (tx) => ({
        body: {
          tokens: (await access.listTokens(tx)).map((one) => ({
            ...one,
            createdAt: toIso(one.createdAt),
            expiresAt: one.expiresAt === null ? null : toIso(one.expiresAt),
          })),
        },
      })),
  }),
  route({
    method: 'post',
    path: '/api/v1/tokens',
    summary: 'Make an API token; it is shown once',
    policy: { needs: 'administer' },
    body: z
      .object({
        name: z.string().min(1).max(200),
        role: z.enum(['admin', 'responder', 'stakeholder']),
        scopes: z.array(z.enum(ACTIONS)).optional(),
        person: z.string().max(64).optional(),
        expiresAt: z.string().max(40).optional(),
      })
      .strict(),
    reply: z.object({ id: Id, token: z.string() }).openapi('TokenMade'),
    handle: (call) =>
      call.read(async (tx, directory) => {
        const { deps, body } = call
        const expiresAt =
          body.expiresAt === undefined ? tx.now + 365 * DAY : parseInstant(body.expiresAt)
        if (expiresAt === null || expiresAt <= tx.now)
          throw invalid('expiresAt', 'Write a time to come, with a zone.')
        const id = deps.tools.makeId(tx.now)
        const personId = body.person ? lookUp(directory.people, body.person, 'person').id : null
        const { name, role, scopes = [] } = body
        await note(tx, call, {
          action: 'token.made',
          object: ['token', id],
          detail: { name, role, scopes, person: personId },
        })
        return {
          status: 201,
          body: {
            id,
            token: await access.makeToken(tx, id, {
              name,
              role,
              personId,
              scopes,
              expiresAt,
            }),
          },
        }
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/tokens/{id}',
    summary: 'End an API token at once',
    policy: { needs: 'administer' },
    params: z.object({ id: Id }),
    reply: z.object({}),
    handle: (call) =>
      call.read(async (tx) => {
        if (!(await access.endToken(tx, call.params.id))) throw notFound('token')
        await note(tx, call, { action: 'token.ended', object: ['token', call.params.id] })
        return { body: {} }
      }),
  }),
]

export const peopleRoutes: readonly Route[] = [login, logout, setup, invite, accept, me, ...tokens]
