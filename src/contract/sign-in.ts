/** What travels about signing in, sessions and tokens. */
import { z } from '@hono/zod-openapi'
import { Id, Time } from './views.ts'

export const Enrolment = z
  .object({
    secret: z.string().describe('To type, where no camera is at hand'),
    uri: z.string().describe('What the picture says: otpauth://…'),
    picture: z.string().describe('A QR code as SVG'),
  })
  .openapi('Enrolment')

const RoleName = z.enum(['admin', 'responder', 'stakeholder'])

/** As `sign_in` of the file has it. */
export const SignInForm = z
  .object({
    oidc: z
      .object({
        issuer: z.string().max(500).describe('https, or http on this very machine'),
        client_id: z.string().max(300),
        client_secret: z.string().max(4_000).nullish().describe('Left out: it stays as it is'),
        scopes: z.array(z.string().max(100)).max(20).optional(),
        groups_claim: z.string().max(200).optional(),
        roles: z.record(z.string(), RoleName).optional(),
        teams: z.record(z.string(), z.string().max(64)).optional(),
        create_people: z.boolean().optional(),
        label: z.string().max(60).optional(),
      })
      .strict()
      .nullish(),
    local: z.enum(['everyone', 'admins']).optional(),
    totp: z.enum(['optional', 'admins']).optional(),
  })
  .strict()
  .openapi('SignInSettings')

export const SignInView = z
  .object({ signIn: SignInForm, redirectUri: z.string().describe('To register at the provider') })
  .openapi('SignInView')

export const WaysView = z
  .object({
    provider: z.object({ label: z.string(), url: z.string() }).nullable(),
    passwords: z.enum(['everyone', 'admins']),
  })
  .openapi('WaysToSignIn')

export const SessionView = z
  .object({
    id: Id,
    device: z.string().describe('What the browser calls itself'),
    isCurrent: z.boolean(),
    createdAt: Time,
    lastSeenAt: Time,
    expiresAt: Time,
  })
  .openapi('Session')

export const AuthenticatorView = z
  .object({
    since: Time.nullable().describe('null: codes are not asked for'),
    isRequired: z.boolean(),
    recoveryCodesLeft: z.number().int(),
    hasPassword: z.boolean(),
  })
  .openapi('Authenticator')

export const RecoveryCodes = z
  .object({ recoveryCodes: z.array(z.string()).describe('Shown once; each is good once') })
  .openapi('RecoveryCodes')

export const TokenView = z
  .object({
    id: Id,
    hint: z.string(),
    name: z.string(),
    role: z.string(),
    scopes: z.array(z.string()),
    createdAt: Time,
    expiresAt: Time.nullable(),
  })
  .openapi('Token')

export const PersonAccessView = z
  .object({
    disabledAt: Time.nullable(),
    hasPassword: z.boolean(),
    codesSince: Time.nullable(),
    sessions: z.number().int(),
    tokens: z.number().int(),
    identities: z.array(z.object({ issuer: z.string(), createdAt: Time, lastUsedAt: Time })),
  })
  .openapi('PersonAccess')

export type EnrolmentShown = z.infer<typeof Enrolment>
export type WaysShown = z.infer<typeof WaysView>
export type SessionShown = z.infer<typeof SessionView>
export type AuthenticatorShown = z.infer<typeof AuthenticatorView>
export type TokenShown = z.infer<typeof TokenView>
