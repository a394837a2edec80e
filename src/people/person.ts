import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'

export type Role = 'admin' | 'responder' | 'stakeholder'

/** One way to reach a person. Its fields are those its channel describes; secrets among them are sealed. */
export type Contact = {
  id: Id
  slug: string
  kind: string
  fields: Readonly<Record<string, unknown>>
  verifiedAt: Instant | null
  /** Why it is not used: a dead address, a reply of STOP. Null: it is. */
  disabledReason: string | null
}

/** So long after the page, over this contact (by its slug). */
export type Rule = { afterMs: number; contact: string }
export type Rules = { high: readonly Rule[]; low: readonly Rule[] }

export type Person = {
  id: Id
  slug: string
  name: string
  email: string | null
  timezone: string
  locale: string
  role: Role
  contacts: readonly Contact[]
  /** Null: humane defaults. */
  rules: Rules | null
}
