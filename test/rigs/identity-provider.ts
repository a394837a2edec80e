/**
 * A real provider (npm `oidc-provider`) on loopback, in which somebody is always signed in already,
 * and a browser that keeps its cookies and stops before it would leave a page.
 */
import { createServer } from 'node:http'
import { generateKeyPairSync } from 'node:crypto'
import { Provider } from 'oidc-provider'

export type Somebody = {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
  groups?: string[]
}

export const CLIENT_SECRET = 'client-secret-for-tests-0123456789'

export type IdentityProvider = {
  issuer: string
  /** Who sits at the browser from now on. */
  become(somebody: Somebody): void
  /** What the provider knows of somebody from now on. */
  change(sub: string, more: Partial<Somebody>): void
  stop(): Promise<void>
}

export async function startIdentityProvider(appUrl: string): Promise<IdentityProvider> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  const issuer = `http://127.0.0.1:${port}`
  const people = new Map<string, Somebody>()
  let current = ''
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'allclear',
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${appUrl}/sign-in/oidc/callback`],
        post_logout_redirect_uris: [`${appUrl}/sign-in`],
      },
    ],
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' } as never],
    },
    cookies: { keys: ['cookie-key-for-tests'] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ ...people.get(sub), sub }),
    }),
    async loadExistingGrant(context) {
      const { client, session } = context.oidc
      if (!client || !session?.accountId) return undefined
      const grant = new context.oidc.provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      })
      grant.addOIDCScope('openid email profile groups')
      await grant.save()
      return grant
    },
    ttl: { Session: 3_600, Grant: 3_600, Interaction: 600, AccessToken: 600, IdToken: 600 },
  })
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response)
    void provider.interactionFinished(request, response, { login: { accountId: current } })
  })
  return {
    issuer,
    become(somebody) {
      people.set(somebody.sub, somebody)
      current = somebody.sub
    },
    change(sub, more) {
      people.set(sub, { ...(people.get(sub) ?? { sub }), ...more })
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

export type Browser = {
  /** Goes there and follows until a page or, where given, until an address begins so: that one is not asked for. */
  go(url: string, until?: string): Promise<{ url: string; status: number }>
  /** One call of the page. */
  call<T = Record<string, unknown>>(
    method: string,
    url: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }>
  cookies(url: string): string
}

const HOPS_MAX = 15

export function openBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>()
  const cookiesOf = (url: string): Map<string, string> => {
    const { host } = new URL(url)
    const known = jar.get(host) ?? new Map<string, string>()
    jar.set(host, known)
    return known
  }
  const cookies = (url: string): string =>
    [...cookiesOf(url)].map(([name, value]) => `${name}=${value}`).join('; ')
  const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: cookies(url), 'user-agent': 'Browser of the story' },
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      const value = pair.slice(at + 1)
      if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line))
        cookiesOf(url).delete(pair.slice(0, at))
      else cookiesOf(url).set(pair.slice(0, at), value)
    }
    return response
  }
  return {
    cookies,
    async go(start, until) {
      let url = start
      for (let hop = 0; hop < HOPS_MAX; hop += 1) {
        const response = await ask(url)
        await response.arrayBuffer()
        const location = response.headers.get('location')
        if (location === null) return { url, status: response.status }
        url = new URL(location, url).href
        if (until !== undefined && url.startsWith(until)) return { url, status: 0 }
      }
      throw new Error(`too many redirects, the last to ${url}`)
    },
    async call<T>(method: string, url: string, body?: unknown) {
      const response = await ask(url, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
      const text = await response.text()
      return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T }
    },
  }
}
