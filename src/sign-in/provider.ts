/**
 * The provider that vouches for people (OpenID Connect): code flow with PKCE, state and nonce, the
 * signature of the ID token checked. Every request goes out through the egress client.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  customFetch,
  type CustomFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { type Egress, EgressError, type EgressRequest } from '../egress/egress.ts'
import { type Instant, MINUTE } from '../lib/instant.ts'
import { isRecord } from '../lib/json.ts'
import { groupsIn } from './groups.ts'
import type { OidcSettings } from './settings.ts'

/** What a sign-in that began has to come back with. */
export type Secrets = { state: string; nonce: string; verifier: string }

/** What the provider says of somebody. */
export type Vouched = {
  issuer: string
  subject: string
  email: string | null
  isEmailVerified: boolean
  name: string | null
  groups: string[]
  idToken: string | null
}

export type Provider = {
  /** Where to send the browser. */
  begin(
    settings: OidcSettings,
    redirectUri: string,
    now: Instant,
  ): Promise<{ url: string; secrets: Secrets }>
  /** @param url the address that the browser came back to */
  finish(settings: OidcSettings, url: URL, secrets: Secrets, now: Instant): Promise<Vouched>
  /** Where to send the browser to sign out there too; null: the provider has no such place. */
  endUrl(
    settings: OidcSettings,
    idToken: string,
    backTo: string,
    now: Instant,
  ): Promise<string | null>
}

/** How long what a provider says of itself is believed. */
const DISCOVERED_MS = 10 * MINUTE
const TIMEOUT_SECONDS = 10

/** @param unseal opens the client's secret */
export function createProvider(egress: Egress, unseal: (sealed: string) => string): Provider {
  const outward = throughEgress(egress)
  let known: { key: string; until: Instant; configuration: Configuration } | null = null

  async function configurationOf(settings: OidcSettings, now: Instant): Promise<Configuration> {
    const key = JSON.stringify([settings.issuer, settings.clientId, settings.clientSecret])
    if (known?.key === key && now < known.until) return known.configuration
    const secret = settings.clientSecret === null ? null : unseal(settings.clientSecret)
    const isPlain = settings.issuer.startsWith('http:')
    const configuration = await discovery(
      new URL(settings.issuer),
      settings.clientId,
      undefined,
      secret === null ? None() : byEither(secret),
      {
        [customFetch]: outward,
        timeout: TIMEOUT_SECONDS,
        // The settings take an address in the clear only where it is this very machine.
        execute: isPlain
          ? [enableNonRepudiationChecks, allowInsecureRequests]
          : [enableNonRepudiationChecks],
      },
    )
    known = { key, until: now + DISCOVERED_MS, configuration }
    return configuration
  }

  return {
    async begin(settings, redirectUri, now) {
      const configuration = await configurationOf(settings, now)
      const secrets = {
        state: randomState(),
        nonce: randomNonce(),
        verifier: randomPKCECodeVerifier(),
      }
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, secrets }
    },
    async finish(settings, url, secrets, now) {
      const configuration = await configurationOf(settings, now)
      const tokens = await authorizationCodeGrant(configuration, url, {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (!claims) throw new Error('the provider sent no ID token')
      // Many providers tell groups and addresses only here. The subject is compared.
      const more = configuration.serverMetadata().userinfo_endpoint
        ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {}
      return vouchedBy({ ...claims, ...more }, claims, settings, tokens.id_token ?? null)
    },
    async endUrl(settings, idToken, backTo, now) {
      const configuration = await configurationOf(settings, now)
      if (!configuration.serverMetadata().end_session_endpoint) return null
      return buildEndSessionUrl(configuration, {
        id_token_hint: idToken,
        post_logout_redirect_uri: backTo,
      }).href
    },
  }
}

function vouchedBy(
  all: Readonly<Record<string, unknown>>,
  { iss, sub }: { iss: string; sub: string },
  settings: OidcSettings,
  idToken: string | null,
): Vouched {
  const text = (claim: unknown): string | null =>
    typeof claim === 'string' && claim.trim() !== '' ? claim.trim().slice(0, 254) : null
  return {
    issuer: iss,
    subject: sub,
    email: text(all.email),
    isEmailVerified: all.email_verified === true,
    name: text(all.name),
    groups: groupsIn(claimAt(all, settings.groupsClaim)),
    idToken,
  }
}

/** By its name, or by its way inside others: `realm_access.roles`. */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name
    .split('.')
    .reduce<unknown>(
      (at, part) => (isRecord(at) && Object.hasOwn(at, part) ? at[part] : undefined),
      claims,
    )
}

/** The secret in the header, as is usual, unless the provider takes it in the body only. */
function byEither(secret: string): ClientAuth {
  const inHeader = ClientSecretBasic(secret)
  const inBody = ClientSecretPost(secret)
  return (server, ...rest) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return (taken.includes('client_secret_basic') ? inHeader : inBody)(server, ...rest)
  }
}

const throughEgress =
  (egress: Egress): CustomFetch =>
  async (url, { method, headers, body, signal }) => {
    const text = body === undefined || body === null ? undefined : String(body as string)
    const answer = await egress.request({
      method: method as EgressRequest['method'],
      url,
      headers,
      ...(text === undefined ? {} : { body: text }),
      ...(signal ? { signal } : {}),
    })
    const hasBody = answer.status !== 204 && answer.body !== ''
    return new Response(hasBody ? answer.body : null, {
      status: answer.status,
      headers: { 'content-type': answer.headers['content-type'] ?? '' },
    })
  }

/** Whether the provider did not answer, as opposed to answering no. */
export function isUnreachable(cause: unknown): boolean {
  for (let one = cause, depth = 0; one instanceof Error && depth < 10; depth += 1) {
    if (one instanceof EgressError) return true
    if (one.cause instanceof Response) return one.cause.status >= 500
    one = one.cause
  }
  return false
}
