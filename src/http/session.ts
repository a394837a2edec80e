/** Letting people in: cookies, and the second step where one is asked for. */
import { renderSVG } from 'uqr'
import * as access from '../access/store.ts'
import { recordAudit } from '../audit/store.ts'
import type { Tx } from '../db/tx.ts'
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'
import type { Role } from '../people/person.ts'
import { authenticatorOf, beginEnrolment } from '../sign-in/authenticator.ts'
import { beginChallenge } from '../sign-in/challenge.ts'
import { needsCodes } from '../sign-in/settings.ts'
import { readSignIn } from '../sign-in/store.ts'
import { otpauthUri, writeSecret } from '../sign-in/totp.ts'
import { cookieName, readCookie } from './auth.ts'
import type { HttpDeps } from './deps.ts'
import type { Reply } from './route.ts'

export const cookie = (publicUrl: string, name: string, value: string, maxAge: number): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${publicUrl.startsWith('https:') ? '; Secure' : ''}`

export const sessionCookie = ({ publicUrl }: HttpDeps, secret: string): string =>
  cookie(publicUrl, cookieName(publicUrl), secret, access.SESSION_MS_MAX / 1_000)

export const noSessionCookie = ({ publicUrl }: HttpDeps): string =>
  cookie(publicUrl, cookieName(publicUrl), '', 0)

/** A session with an id of its own; the one that the browser had is over. */
export async function beginSessionFor(
  tx: Tx,
  deps: HttpDeps,
  personId: Id,
  headers: Headers,
  idToken: string | null = null,
): Promise<string> {
  const before = readCookie(headers.get('cookie'), cookieName(deps.publicUrl))
  const old = before === null ? null : await access.findSession(tx, before)
  if (old) await access.endSession(tx, old.id)
  return access.beginSession(
    tx,
    deps.tools.makeId(tx.now),
    personId,
    headers.get('user-agent') ?? '',
    idToken,
  )
}

/** Whoever comes in is nobody yet when they ask: it is written down as theirs once it is known who. */
export const noteAsPerson = (
  tx: Tx,
  deps: HttpDeps,
  personId: Id,
  action: 'session.begun' | 'setup.done' | 'invitation.accepted',
): Promise<void> =>
  recordAudit(tx, {
    id: deps.tools.makeId(tx.now),
    actor: { kind: 'person', id: personId, through: 'web' },
    action,
    objectKind: 'person',
    objectId: personId,
    detail: {},
  })

export const letIn = (deps: HttpDeps, secret: string, body: unknown): Reply => ({
  body,
  headers: { 'set-cookie': sessionCookie(deps, secret) },
})

/** What an app that shows codes is given, as text and as a picture. */
export function enrolment(secret: Buffer, directory: Directory, personId: Id) {
  const person = directory.people.get(personId)
  const account = person?.email ?? person?.slug ?? ''
  const uri = otpauthUri(secret, `Allclear ${directory.organisation.name}`, account)
  return { secret: writeSecret(secret), uri, picture: renderSVG(uri, { border: 2 }) }
}

/** After the password was right: in, or on to the code. */
export async function afterPassword(
  tx: Tx,
  deps: HttpDeps,
  { personId, role }: { personId: Id; role: Role },
  headers: Headers,
): Promise<Reply> {
  const { since } = await authenticatorOf(tx, personId)
  if (since !== null) {
    const challenge = await beginChallenge(tx, personId, 'code')
    return { body: { needs: 'totp', challenge } }
  }
  if (needsCodes(await readSignIn(tx), role)) {
    const secret = await beginEnrolment(tx, personId, deps.sealer)
    const challenge = await beginChallenge(tx, personId, 'enrol')
    const directory = await deps.directoryAt(tx)
    return {
      body: { needs: 'enrolTotp', challenge, enrolment: enrolment(secret, directory, personId) },
    }
  }
  await noteAsPerson(tx, deps, personId, 'session.begun')
  return letIn(deps, await beginSessionFor(tx, deps, personId, headers), { personId })
}
