/**
 * How people sign in here: with a password, through a provider (OpenID Connect), or both. Admins
 * may always use their password: a provider that is down must not lock out those who mend it.
 */
import type { Role } from '../people/person.ts'

export type OidcSettings = {
  issuer: string
  clientId: string
  /** Sealed where it is stored; null: a public client. */
  clientSecret: string | null
  scopes: readonly string[]
  /** The claim that lists somebody's groups. */
  groupsClaim: string
  /** The role that a group gives; the highest counts. Empty: roles are given here. */
  roles: Readonly<Record<string, Role>>
  /** The team, by its slug, that a group is. Teams that are not named here have their members from here. */
  teams: Readonly<Record<string, string>>
  /** Whether somebody whom nobody knows yet is let in. */
  createPeople: boolean
  /** What stands on the button. */
  label: string
}

export type SignInSettings = {
  oidc: OidcSettings | null
  /** Who may sign in with a password. */
  local: 'everyone' | 'admins'
  /** Whether admins need codes besides their password. */
  totp: 'optional' | 'admins'
}

export const DEFAULT_SIGN_IN: SignInSettings = { oidc: null, local: 'everyone', totp: 'optional' }
export const DEFAULT_SCOPES: readonly string[] = ['openid', 'email', 'profile']

export const mayUsePassword = (settings: SignInSettings, role: Role): boolean =>
  role === 'admin' || settings.local === 'everyone' || settings.oidc === null

export const needsCodes = (settings: SignInSettings, role: Role): boolean =>
  role === 'admin' && settings.totp === 'admins'
