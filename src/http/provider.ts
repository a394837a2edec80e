/**
 * Signing in through the provider: out to it, and back. What came of it is one word at the address
 * of the sign-in page, alike for whatever was not right; the log knows more.
 */
import { makeSecret } from '../access/secret.ts'
import { idTokenOf } from '../access/session-store.ts'
import { enter } from '../sign-in/enter.ts'
import { isUnreachable, type Secrets } from '../sign-in/provider.ts'
import { ATTEMPT_MS, beginAttempt, readSignIn, takeAttempt } from '../sign-in/store.ts'
import { readCookie } from './auth.ts'
import type { HttpDeps } from './deps.ts'
import { beginSessionFor, cookie, sessionCookie } from './session.ts'

export const PROVIDER_PATH = '/sign-in/oidc'
export const redirectUriOf = ({ publicUrl }: HttpDeps): string =>
  `${publicUrl}${PROVIDER_PATH}/callback`

const browserCookie = ({ publicUrl }: HttpDeps): string =>
  publicUrl.startsWith('https:') ? '__Host-allclear_sign_in' : 'allclear_sign_in'

const QUERY_MAX = 8_000

type Trouble = 'refused' | 'unreachable' | 'off'

const goTo = (location: string, cookies: readonly string[] = []): Response => {
  const headers = new Headers({
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  })
  for (const one of cookies) headers.append('set-cookie', one)
  return new Response(null, { status: 303, headers })
}

const back = (deps: HttpDeps, trouble: Trouble): Response =>
  goTo(`/sign-in?problem=${trouble}`, [cookie(deps.publicUrl, browserCookie(deps), '', 0)])

/** Sends the browser to the provider. */
export async function leaveForProvider(deps: HttpDeps): Promise<Response> {
  const { settings, now } = await deps.db.withTx('web', async (tx) => ({
    settings: await readSignIn(tx),
    now: tx.now,
  }))
  if (settings.oidc === null) return back(deps, 'off')
  try {
    const { url, secrets } = await deps.provider.begin(settings.oidc, redirectUriOf(deps), now)
    const browser = makeSecret('acb')
    const sealed = deps.sealer.seal(JSON.stringify(secrets))
    await deps.db.withTx('web', (tx) =>
      beginAttempt(tx, { state: secrets.state, browser, secrets: sealed }),
    )
    return goTo(url, [cookie(deps.publicUrl, browserCookie(deps), browser, ATTEMPT_MS / 1_000)])
  } catch (cause) {
    return refuse(deps, cause)
  }
}

/** The browser is back. The attempt is used up, whatever comes of it. */
export async function returnFromProvider(deps: HttpDeps, request: Request): Promise<Response> {
  const { search, searchParams } = new URL(request.url)
  const state = searchParams.get('state') ?? ''
  const browser = readCookie(request.headers.get('cookie'), browserCookie(deps)) ?? ''
  const { settings, taken, now } = await deps.db.withTx('web', async (tx) => ({
    settings: await readSignIn(tx),
    taken: await takeAttempt(tx, state, browser),
    now: tx.now,
  }))
  if (settings.oidc === null) return back(deps, 'off')
  if (taken === null || search.length > QUERY_MAX)
    return refuse(deps, 'no such attempt of this browser')
  try {
    const secrets = JSON.parse(deps.sealer.unseal(taken)) as Secrets
    const url = new URL(`${redirectUriOf(deps)}${search}`)
    const { oidc } = settings
    const vouched = await deps.provider.finish(oidc, url, secrets, now)
    const sealed = vouched.idToken === null ? null : deps.sealer.seal(vouched.idToken)
    const entered = await deps.db.withTx('web', async (tx) => {
      const made = await enter(tx, vouched, oidc, () => deps.tools.makeId(tx.now))
      if ('refused' in made) return made
      return { session: await beginSessionFor(tx, deps, made.personId, request.headers, sealed) }
    })
    if ('refused' in entered) return refuse(deps, entered.refused)
    return goTo('/', [
      sessionCookie(deps, entered.session),
      cookie(deps.publicUrl, browserCookie(deps), '', 0),
    ])
  } catch (cause) {
    return refuse(deps, cause)
  }
}

function refuse(deps: HttpDeps, cause: unknown): Response {
  const trouble: Trouble = isUnreachable(cause) ? 'unreachable' : 'refused'
  deps.log('warn', 'a sign-in through the provider came to nothing', { trouble, why: whyOf(cause) })
  return back(deps, trouble)
}

const whyOf = (cause: unknown): string =>
  (cause instanceof Error
    ? `${cause.message}${cause.cause instanceof Error ? `: ${cause.cause.message}` : ''}`
    : String(cause)
  ).slice(0, 500)

/** Where a session that began at the provider is ended there too; null: nowhere, or it does not answer. */
export async function providerEnd(deps: HttpDeps, sessionId: string): Promise<string | null> {
  const { settings, sealed, now } = await deps.db.withTx('web', async (tx) => ({
    settings: await readSignIn(tx),
    sealed: await idTokenOf(tx, sessionId),
    now: tx.now,
  }))
  if (sealed === null || settings.oidc === null) return null
  try {
    const idToken = deps.sealer.unseal(sealed)
    return await deps.provider.endUrl(settings.oidc, idToken, `${deps.publicUrl}/sign-in`, now)
  } catch {
    // Signing out here must not wait for anybody.
    return null
  }
}
