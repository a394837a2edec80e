/** What an admin does about the way in of somebody else. */
import { z } from '@hono/zod-openapi'
import {
  disablePerson,
  enablePerson,
  findAccount,
  isLastAdmin,
  listSessions,
} from '../../access/session-store.ts'
import { endSessionsOf, listTokens } from '../../access/store.ts'
import { recordAudit } from '../../audit/store.ts'
import { PersonAccessView } from '../../contract/sign-in.ts'
import type { Tx } from '../../db/tx.ts'
import { toIso } from '../../lib/instant.ts'
import { notFound, Problem } from '../../lib/problem.ts'
import type { Person } from '../../people/person.ts'
import { authenticatorOf, endAuthenticator } from '../../sign-in/authenticator.ts'
import { endIdentities, listIdentities } from '../../sign-in/store.ts'
import { type Call, type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const ofPerson = { params: z.object({ id: z.string().max(64) }) }
type OnPerson = Call<{ id: string }, never, never>

/** Does something to a person, and writes down who did. */
const toPerson = (
  { read, deps, caller, params, requestId }: OnPerson,
  action: string,
  work: (tx: Tx, person: Person) => Promise<void>,
) =>
  read(async (tx, directory) => {
    const person = lookUp(directory.people, params.id, 'person')
    await work(tx, person)
    await recordAudit(tx, {
      id: deps.tools.makeId(tx.now),
      actor: caller.actor,
      action,
      objectKind: 'person',
      objectId: person.id,
      requestId,
      detail: {},
    })
    return { body: {} }
  })

export const personAccessRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/people/{id}/access',
    summary: 'How somebody comes in',
    policy: { needs: 'administer' },
    ...ofPerson,
    reply: PersonAccessView,
    handle: ({ read, params }) =>
      read(async (tx, directory) => {
        const { id } = lookUp(directory.people, params.id, 'person')
        const account = await findAccount(tx, id)
        const { since } = await authenticatorOf(tx, id)
        const iso = (at: number | null | undefined) => (at == null ? null : toIso(at))
        return {
          body: {
            disabledAt: iso(account?.disabledAt),
            hasPassword: account?.hasPassword === true,
            codesSince: iso(since),
            sessions: (await listSessions(tx, id)).length,
            tokens: (await listTokens(tx, id)).length,
            identities: (await listIdentities(tx, id)).map((one) => ({
              issuer: one.issuer,
              createdAt: toIso(one.createdAt),
              lastUsedAt: toIso(one.lastUsedAt),
            })),
          },
        }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/people/{id}/disable',
    summary: 'Let somebody in no more: their sessions and tokens end at once',
    policy: { needs: 'administer' },
    ...ofPerson,
    reply: z.object({}),
    handle: (call) =>
      toPerson(call as OnPerson, 'person.disabled', async (tx, person) => {
        if (person.id === call.caller.who.personId)
          throw new Problem('conflict', 'oneself', 'You cannot do this to yourself.')
        if (person.role === 'admin' && (await isLastAdmin(tx, person.id)))
          throw new Problem('conflict', 'lastAdmin', 'They are the last admin who can sign in.')
        await disablePerson(tx, person.id)
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/people/{id}/enable',
    summary: 'Let somebody in again; their tokens stay ended',
    policy: { needs: 'administer' },
    ...ofPerson,
    reply: z.object({}),
    handle: (call) =>
      toPerson(call as OnPerson, 'person.enabled', async (tx, person) => {
        await enablePerson(tx, person.id)
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/people/{id}/authenticator',
    summary: 'Take away the codes of somebody who lost them; their sessions end',
    policy: { needs: 'administer' },
    ...ofPerson,
    reply: z.object({}),
    handle: (call) =>
      toPerson(call as OnPerson, 'authenticator.reset', async (tx, person) => {
        if (!(await endAuthenticator(tx, person.id))) throw notFound('authenticator')
        await endSessionsOf(tx, person.id)
      }),
  }),
  route({
    method: 'delete',
    path: '/api/v1/people/{id}/identities',
    summary: 'Forget who somebody is to the provider, so that their address links them anew',
    policy: { needs: 'administer' },
    ...ofPerson,
    reply: z.object({}),
    handle: (call) =>
      toPerson(call as OnPerson, 'identity.forgotten', async (tx, person) => {
        if ((await endIdentities(tx, person.id)) === 0) throw notFound('identity')
        await endSessionsOf(tx, person.id)
      }),
  }),
]
